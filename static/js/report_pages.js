/* The report on paper: asks for the pages at once, waits for the first one, turns pages with the keys.
   Without it a button asks, a link looks again, and numbers lead to the pages. */
(function () {
  'use strict';

  var form = document.querySelector('form[data-at-once]');
  if (form) { form.requestSubmit ? form.requestSubmit() : form.submit(); return; }

  /* The first page comes before the others: ask for it until it is there. */
  var first = document.querySelector('.sheets:not([data-sheets]) img');
  if (first) {
    var source = first.src, tries = 0;
    first.classList.add('waiting');
    var ask = function () {
      fetch(source, { credentials: 'same-origin' }).then(function (answer) {
        if (answer.status === 200) {
          first.src = source + '?' + tries;
          first.classList.remove('waiting');
        } else if (answer.status === 204 && tries++ < 300) { window.setTimeout(ask, 200); }
      }).catch(function () { window.setTimeout(ask, 2000); });
    };
    ask();
  }

  var sheets = Array.prototype.slice.call(document.querySelectorAll('[data-sheets] > li'));
  if (!sheets.length) { return; }
  var links = document.querySelectorAll('.pages-nav a');
  var help = document.querySelector('[data-pages-keys]');
  if (help) { help.hidden = false; }

  function current() {
    var best = 0, nearest = Infinity;
    sheets.forEach(function (sheet, at) {
      var far = Math.abs(sheet.getBoundingClientRect().top - 136);
      if (far < nearest) { nearest = far; best = at; }
    });
    return best;
  }

  function mark() {
    var here = current();
    Array.prototype.forEach.call(links, function (link, at) {
      if (at === here) { link.setAttribute('aria-current', 'page'); } else { link.removeAttribute('aria-current'); }
    });
  }

  document.addEventListener('keydown', function (event) {
    var step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { return; }
    var next = sheets[current() + step];
    if (next) { event.preventDefault(); next.scrollIntoView({ block: 'start' }); next.focus({ preventScroll: true }); }
  });
  var due = 0;
  window.addEventListener('scroll', function () {
    window.clearTimeout(due);
    due = window.setTimeout(mark, 60);
  }, { passive: true });
  mark();
}());
