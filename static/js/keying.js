/* Keying paper forms by the keyboard alone: digits choose, Enter goes on, Delete clears, Ctrl+Enter saves. */
(function () {
  'use strict';
  var form = document.querySelector('[data-keying]');
  if (!form) { return; }
  var told = document.querySelector('[data-keys]');
  if (told) { told.hidden = false; }
  document.body.classList.add('by-keys');

  function each(list) { return Array.prototype.slice.call(list); }
  function chosen(field) { return field.type === 'radio' || field.type === 'checkbox'; }
  function group(field) {
    return each(form.querySelectorAll('input')).filter(function (one) { return chosen(one) && one.name === field.name; });
  }
  /* One stop for each question or row: a group of rings or boxes is one. */
  function stops() {
    var seen = {};
    return each(form.querySelectorAll('.q input, .q select, .q textarea, [data-save]')).filter(function (one) {
      if (one.disabled || one.type === 'hidden') { return false; }
      if (!chosen(one)) { return true; }
      if (seen[one.name]) { return false; }
      seen[one.name] = true;
      return true;
    });
  }
  function same(one, other) { return one === other || (chosen(one) && chosen(other) && one.name === other.name); }
  function onward(field) {
    var all = stops(), at = -1;
    all.forEach(function (one, place) { if (same(one, field)) { at = place; } });
    var next = all[at + 1];
    if (!next) { return; }
    if (next.type === 'radio') { next = group(next).filter(function (one) { return one.checked; })[0] || next; }
    next.focus();
    var box = next.closest('.q') || next;
    if (box.getBoundingClientRect().bottom > window.innerHeight - 90 || next.getBoundingClientRect().top < 80) {
      box.scrollIntoView({ block: 'center' });
    }
  }
  /* Where the values are numbers (scales, 0 to 10) the digit is the value; elsewhere it counts the options. */
  function meant(all, digit) {
    var numbers = all.some(function (one) { return /^\d+$/.test(one.value); });
    return numbers ? all.filter(function (one) { return one.value === digit; })[0] : all[Number(digit) - 1];
  }
  form.addEventListener('keydown', function (event) {
    var field = event.target, key = event.key;
    if (key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.querySelector('[data-save]').click(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (key === 'Enter' && /^(INPUT|SELECT)$/.test(field.tagName)) { event.preventDefault(); onward(field); return; }
    if (!chosen(field)) { return; }
    var all = group(field);
    if (key === 'Delete' || key === 'Backspace') {
      event.preventDefault();
      all.forEach(function (one) { one.checked = false; });
    } else if (/^\d$/.test(key)) {
      var one = meant(all, key);
      if (!one) { return; }
      event.preventDefault();
      if (one.type === 'radio') { one.checked = true; onward(one); } else { one.checked = !one.checked; one.focus(); }
    }
  });
  var sent = false;
  form.addEventListener('submit', function (event) { if (sent) { event.preventDefault(); } sent = true; });
  window.addEventListener('pageshow', function () { sent = false; });
  var first = document.querySelector('.errbox [href]') ? form.querySelector('.has-error input, .has-error select, .has-error textarea') : stops()[0];
  if (first) { first.focus(); }
})();
