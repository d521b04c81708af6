/* The desk's small helpers; every page works without them. */
(function () {
  'use strict';

  /* htmx sends the page's token with every write. */
  document.addEventListener('htmx:configRequest', function (event) {
    var token = document.querySelector('input[name="csrf_token"]');
    if (token) { event.detail.headers['X-CSRFToken'] = token.value; }
  });

  /* Ask before what cannot be taken back. */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
    /* A double click must not send twice; the button comes back if the page stays. */
    if (form.dataset.sent) { event.preventDefault(); return; }
    if ((form.method || '').toLowerCase() === 'post') {
      form.dataset.sent = '1';
      window.setTimeout(function () { delete form.dataset.sent; }, 4000);
    }
  });
  window.addEventListener('pageshow', function () {
    Array.prototype.forEach.call(document.querySelectorAll('form[data-sent]'), function (form) { delete form.dataset.sent; });
  });

  /* Bring an error summary to the reader. */
  var summary = document.querySelector('[data-focus]');
  if (summary) { summary.focus(); }

  /* One tick for a whole list. */
  document.addEventListener('change', function (event) {
    var name = event.target.dataset && event.target.dataset.all;
    if (!name) { return; }
    var boxes = event.target.form.querySelectorAll('input[name="' + name + '"]');
    Array.prototype.forEach.call(boxes, function (box) { box.checked = event.target.checked; });
  });

  /* Fields that filter a list send themselves. */
  document.addEventListener('change', function (event) {
    if (event.target.dataset && 'autosubmit' in event.target.dataset) { event.target.form.submit(); }
  });

  /* Print buttons. */
  document.addEventListener('click', function (event) {
    if (event.target.closest && event.target.closest('[data-print]')) { window.print(); }
  });
})();
