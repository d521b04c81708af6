/* Lines of claims: what is typed stays on this device until the server has it, and long lists can be searched. */
(function () {
  'use strict';

  var find = document.querySelector('[data-find]');
  if (find) {
    find.hidden = false;
    find.querySelector('input').addEventListener('input', function (event) {
      var wanted = event.target.value.trim().toLowerCase();
      Array.prototype.forEach.call(document.querySelectorAll('.offer'), function (offer) {
        var shown = 0;
        Array.prototype.forEach.call(offer.querySelectorAll('li'), function (line) {
          line.hidden = !!wanted && line.textContent.toLowerCase().indexOf(wanted) < 0;
          shown += line.hidden ? 0 : 1;
        });
        if (wanted) { offer.open = shown > 0; }
        offer.hidden = !shown;
      });
    });
    find.querySelector('input').addEventListener('keydown', function (event) { if (event.key === 'Enter') { event.preventDefault(); } });
  }

  /* What was sent may go once a page says it was saved. */
  try {
    var sent = window.sessionStorage.getItem('xinsheng-sent');
    window.sessionStorage.removeItem('xinsheng-sent');
    if (sent && document.querySelector('.flash.success')) { window.localStorage.removeItem(sent); }
  } catch (e) { /* nothing was kept */ }

  /* The browser's simple store is enough here: one line, sent in a moment. */
  var form = document.querySelector('form[data-keep]');
  if (!form) { return; }
  var name = 'xinsheng-' + form.dataset.keep, before = content();
  function content() {
    var kept = {};
    Array.prototype.forEach.call(form.querySelectorAll('textarea'), function (area) { kept[area.name] = area.value; });
    return JSON.stringify(kept);
  }
  function store(text) {
    try { if (text) { window.localStorage.setItem(name, text); } else { window.localStorage.removeItem(name); } } catch (e) { /* the page itself has it */ }
  }
  var left = null;
  try { left = window.localStorage.getItem(name); } catch (e) { /* nothing was kept */ }
  if (left && left !== before) {
    var kept = JSON.parse(left);
    Array.prototype.forEach.call(form.querySelectorAll('textarea'), function (area) { if (kept[area.name] !== undefined) { area.value = kept[area.name]; } });
  }
  form.addEventListener('input', function () { store(content()); });
  form.addEventListener('submit', function () {
    try { window.sessionStorage.setItem('xinsheng-sent', name); } catch (e) { /* it stays, and is shown again */ }
  });
  var cancel = form.querySelector('a.btn');
  if (cancel) { cancel.addEventListener('click', function () { store(''); }); }
})();
