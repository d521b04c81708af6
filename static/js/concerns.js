/* Sorting passages into concerns by mouse or keyboard, and marking words; every page works without it. */
(function () {
  'use strict';

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  var form = document.getElementById('sorting');
  if (form) { sorting(form); }
  var words = document.querySelector('[data-words]');
  if (words) { marking(words); }

  function sorting(form) {
    var list = form.querySelector('[data-passages]');
    var targets = form.querySelector('[data-targets]');
    var filter = form.querySelector('[data-filter]');
    var move = form.querySelector('button[value="move"]');
    var last = null;

    form.querySelector('[data-keys]').hidden = !window.matchMedia('(pointer: fine)').matches;
    filter.hidden = targets.children.length < 8;

    function boxes() { return all('input[name="passages"]', list); }
    function count() {
      var number = boxes().filter(function (box) { return box.checked; }).length;
      form.querySelector('[data-ticked]').textContent = number ? String(number) : '';
      form.querySelector('[data-jump-number]').textContent = String(number);
      form.querySelector('[data-jump]').hidden = !number;
    }
    form.addEventListener('change', function (event) {
      if (event.target.name === 'passages') { last = event.target; }
      count();
    });
    count();

    /* Shift and a click tick everything between. */
    list.addEventListener('click', function (event) {
      var box = event.target;
      if (box.name !== 'passages') { return; }
      if (event.shiftKey && last && last !== box) {
        var rows = boxes();
        var ends = [rows.indexOf(last), rows.indexOf(box)].sort(function (a, b) { return a - b; });
        rows.slice(ends[0], ends[1] + 1).forEach(function (one) { one.checked = box.checked; });
        count();
      }
    });

    list.addEventListener('keydown', function (event) {
      if (event.target.name !== 'passages' || event.ctrlKey || event.metaKey || event.altKey) { return; }
      var rows = boxes();
      var at = rows.indexOf(event.target);
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        var next = rows[at + (event.key === 'ArrowDown' ? 1 : -1)];
        if (next) { next.focus(); }
        event.preventDefault();
      } else if (event.key === 'm' || event.key === 'M') {
        if (!rows.some(function (box) { return box.checked; })) { event.target.checked = true; count(); }
        toTargets();
        event.preventDefault();
      } else if (event.key === 'Enter') {
        event.preventDefault(); /* nothing moves before a concern was chosen */
      }
    });

    function shown() { return all('li', targets).filter(function (row) { return !row.hidden; }); }
    function toTargets() {
      if (!filter.hidden) { filter.focus(); filter.select(); } else { focusOn(shown()[0]); }
    }
    function focusOn(row) { if (row) { row.querySelector('input').focus(); } }

    filter.addEventListener('input', function () {
      var wanted = filter.value.trim().toLowerCase();
      all('li', targets).forEach(function (row) {
        row.hidden = wanted !== '' && row.textContent.toLowerCase().indexOf(wanted) < 0;
      });
      form.querySelector('[data-none]').hidden = shown().length > 0;
    });
    filter.addEventListener('keydown', function (event) {
      if (event.isComposing) { return; }
      if (event.key === 'Enter' || event.key === 'ArrowDown') {
        var first = shown()[0];
        if (first) { first.querySelector('input').checked = true; focusOn(first); }
        event.preventDefault();
      }
    });

    /* The page comes back where it was. */
    var key = 'concerns-scroll ' + window.location.pathname;
    form.addEventListener('submit', function () {
      try { window.sessionStorage.setItem(key, String(window.scrollY)); } catch (ignored) { /* not kept, then */ }
    });
    try {
      var was = window.sessionStorage.getItem(key);
      window.sessionStorage.removeItem(key);
      if (was && !document.querySelector('[data-focus]')) { window.scrollTo(0, Number(was)); }
    } catch (ignored) { /* the reader scrolls */ }

    if (window.matchMedia('(pointer: fine)').matches) { dragging(); }

    function dragging() {
      all('li', list).forEach(function (row) { row.draggable = true; });
      var dragged = [];

      list.addEventListener('dragstart', function (event) {
        var row = event.target.closest && event.target.closest('li');
        if (!row) { return; }
        var own = row.querySelector('input[name="passages"]');
        /* A ticked passage takes the other ticked ones along; any other goes alone. */
        dragged = own.checked ? boxes().filter(function (box) { return box.checked; }) : [own];
        dragged.forEach(function (box) { box.closest('li').classList.add('is-dragged'); });
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', String(dragged.length));
        document.body.classList.add('is-dragging');
      });
      list.addEventListener('dragend', function () {
        all('.is-dragged', list).forEach(function (row) { row.classList.remove('is-dragged'); });
        document.body.classList.remove('is-dragging');
        leave();
        dragged = [];
      });

      function leave() { all('.is-over', targets).forEach(function (row) { row.classList.remove('is-over'); }); }
      targets.addEventListener('dragover', function (event) {
        var row = event.target.closest && event.target.closest('li');
        if (!row || !dragged.length) { return; }
        event.preventDefault();
        event.dataTransfer.dropEffect = 'move';
        leave();
        row.classList.add('is-over');
      });
      targets.addEventListener('dragleave', function (event) { if (!targets.contains(event.relatedTarget)) { leave(); } });
      targets.addEventListener('drop', function (event) {
        var row = event.target.closest && event.target.closest('li');
        if (!row || !dragged.length) { return; }
        event.preventDefault();
        var chosen = dragged;
        boxes().forEach(function (box) { box.checked = chosen.indexOf(box) >= 0; });
        row.querySelector('input').checked = true;
        move.click();
      });
    }
  }

  /* Press on a word and draw over its neighbours: all become what the first one became. */
  function marking(words) {
    var hint = document.querySelector('[data-drag-hint]');
    hint.hidden = !window.matchMedia('(pointer: fine)').matches;
    var becomes = null;
    words.addEventListener('mousedown', function (event) {
      var word = event.target.closest('.word');
      if (!word || event.button !== 0) { return; }
      var box = word.querySelector('input');
      becomes = !box.checked;
      box.checked = becomes;
      box.focus();
      event.preventDefault();
    });
    words.addEventListener('mouseover', function (event) {
      var word = becomes === null ? null : event.target.closest('.word');
      if (word) { word.querySelector('input').checked = becomes; }
    });
    document.addEventListener('mouseup', function () { becomes = null; });
    /* The press has done it already: the click of a mouse that follows must not undo it. */
    words.addEventListener('click', function (event) { if (event.detail > 0 && event.target.tagName !== 'INPUT') { event.preventDefault(); } });
  }
})();
