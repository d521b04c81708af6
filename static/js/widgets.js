/* Questions made easier to answer: ranking by tapping and dragging, a running total, lists that narrow, stars, options
   that stand alone. Plain ES2015. The form's own inputs hold every answer, so the page posts the same without this. */
(function () {
  'use strict';
  function all(root, what) { return [].slice.call(root.querySelectorAll(what)); }
  function fire(input) { input.dispatchEvent(new Event('change', { bubbles: true })); }
  function said(text) { var args = arguments; return text.replace(/\{(\d)\}/g, function (_, n) { return args[+n + 1]; }); }
  function make(tag, name, label) {
    var made = document.createElement(tag);
    made.className = name;
    if (tag === 'button') { made.type = 'button'; }
    if (label) { made.setAttribute('aria-label', label); }
    return made;
  }

  /* "None of these" and the others take each other away, before anybody else looks at the boxes. */
  function alone(event) {
    var box = event.target;
    if (box.type !== 'checkbox' || !box.checked || !box.closest('.opts')) { return; }
    all(box.closest('.opts'), 'input[type=checkbox]').forEach(function (other) {
      if (other !== box && (box.hasAttribute('data-alone') || other.hasAttribute('data-alone'))) { other.checked = false; }
    });
  }
  /* The most may be reached: the one that stands alone can be chosen all the same. */
  function reopen() {
    all(document, '[data-alone]:disabled').forEach(function (box) { if (!box.closest('[hidden]') && !box.hasAttribute('data-gone')) { box.disabled = false; } });
  }

  function stars(row) {
    var cells = all(row, '.star'), words = row.querySelector('[data-said]'), usual = words && words.textContent;
    return function () {
      var chosen = row.querySelector('input:checked'), given = chosen ? +chosen.value : 0;
      cells.forEach(function (cell) { cell.classList.toggle('lit', +cell.firstElementChild.value <= given); });
      if (words) { words.textContent = chosen ? chosen.parentNode.textContent.replace(/^.*? – /, '').trim() : usual; }
    };
  }

  function beside(drop) {
    var select = drop.querySelector('select'), own = all(drop, '[data-own-for]');
    return function () { own.forEach(function (box) { box.hidden = box.getAttribute('data-own-for') !== select.value; }); };
  }

  function sum(box) {
    var total = +box.dataset.sum, now = box.querySelector('[data-sum-now]'), words = box.querySelector('[data-sum-said]');
    var bar = box.querySelector('.sum-track i');
    return function () {
      var wrong = false, given = all(box, 'input').filter(function (e) { return !e.disabled; }).reduce(function (so, e) {
        var text = e.value.trim();
        if (text && !/^[0-9]+$/.test(text)) { wrong = true; return so; }
        return so + (+text || 0);
      }, 0);
      now.textContent = given;
      bar.style.width = Math.min(100, given / total * 100) + '%';
      box.classList.toggle('over', given > total || wrong);
      box.classList.toggle('done', given === total && !wrong);
      words.textContent = wrong ? box.dataset.saidWrong : given > total ? said(box.dataset.saidOver, given - total)
        : given === total ? box.dataset.saidDone : said(box.dataset.saidLeft, total - given);
    };
  }

  function cascade(box) {
    var levels = all(box, '.casc-level').map(function (row, depth) {
      var select = row.querySelector('select'), under = {};
      all(select, 'optgroup').forEach(function (group) { under[group.getAttribute('data-above')] = all(group, 'option'); });
      return { row: row, select: select, first: select.options[0], under: depth ? under : null, shown: null };
    });
    return function () {
      var above = levels[0].select.value;
      levels.slice(1).forEach(function (level) {
        var open = level.under[above] || [], value = level.select.value;
        if (level.shown !== above) {
          while (level.select.firstChild) { level.select.removeChild(level.select.firstChild); }
          [level.first].concat(open).forEach(function (option) { level.select.appendChild(option); });
          level.select.value = open.some(function (option) { return option.value === value; }) ? value : '';
          level.shown = above;
        }
        level.row.hidden = !open.length;
        level.select.setCustomValidity(open.length && !level.select.value && box.closest('[data-required]') ? box.dataset.cascade : '');
        above = level.select.value;
      });
    };
  }

  function ranking(box) {
    var list = box.querySelector('.rank-list'), most = +box.dataset.rank, voice = box.querySelector('[data-rank-said]');
    var told = box.dataset, hint = box.querySelector('[data-rank-hint]');
    var rows = all(list, '.rank-row').map(function (row, place) {
      var label = row.querySelector('.rank-label'), words = label.textContent.trim();
      var made = { row: row, at: place, words: words, select: row.querySelector('select'), pos: make('span', 'rank-pos'),
        pick: make('button', 'rank-pick'), up: make('button', 'rank-move up', said(told.saidUp, words)),
        down: make('button', 'rank-move down', said(told.saidDown, words)) };
      [].slice.call(label.childNodes).forEach(function (node) { made.pick.appendChild(node.cloneNode(true)); });
      made.pos.setAttribute('aria-hidden', 'true');
      [made.pos, made.pick, made.up, made.down].forEach(function (part) { row.appendChild(part); });
      made.pick.addEventListener('click', function () { if (place_(made)) { drop(made); } else { add(made); } });
      made.up.addEventListener('click', function () { move(made, -1); });
      made.down.addEventListener('click', function () { move(made, 1); });
      made.pos.addEventListener('pointerdown', function (event) { drag(made, event); });
      return made;
    });
    box.classList.add('on');
    hint.textContent = told.saidHint;
    function place_(one) { return one.row.hidden ? 0 : +one.select.value || 0; }
    function order() { return rows.filter(place_).sort(function (a, b) { return place_(a) - place_(b); }); }
    function open() { return Math.min(most, rows.filter(function (one) { return !one.row.hidden; }).length); }
    /* Write an order into the selects and show it; ranked rows stand first. `still` is not moved, so it keeps focus. */
    function write(ordered, still) {
      var changed = rows.filter(function (one) {
        var value = String(ordered.indexOf(one) + 1 || ''), other = one.select.value !== value;
        one.select.value = value;
        return other;
      });
      var rest = rows.filter(function (one) { return ordered.indexOf(one) < 0; }), wanted = ordered.concat(rest);
      var after = still ? wanted.indexOf(still) : -1, shown = all(list, '.rank-row');
      if (wanted.some(function (one, place) { return one.row !== shown[place]; })) {
        wanted.slice(0, Math.max(after, 0)).forEach(function (one) { list.insertBefore(one.row, still.row); });
        wanted.slice(after + 1).forEach(function (one) { list.appendChild(one.row); });
      }
      rows.forEach(function (one) {
        var place = ordered.indexOf(one) + 1;
        one.row.classList.toggle('in', !!place);
        one.pos.textContent = place || '';
        one.pick.setAttribute('aria-pressed', place ? 'true' : 'false');
        one.pick.setAttribute('aria-label', place ? said(told.saidPlace, one.words, place, ordered.length) : said(told.saidNone, one.words));
        one.up.hidden = !place; one.down.hidden = !place;
        one.up.disabled = place === 1; one.down.disabled = place === ordered.length;
      });
      box.classList.toggle('full', ordered.length >= open());
      return changed;
    }
    function tell(text) { voice.textContent = text; }
    function change(ordered, still) { if (write(ordered, still).length) { fire(still.select); } }
    function place(one) { tell(said(told.saidPlace, one.words, place_(one), order().length)); }
    function add(one) {
      var ordered = order();
      if (ordered.length >= open()) { tell(said(told.saidFull, ordered.length)); box.classList.add('shake'); setTimeout(function () { box.classList.remove('shake'); }, 400); return false; }
      change(ordered.concat(one), one); place(one);
      return true;
    }
    function drop(one) { change(order().filter(function (other) { return other !== one; }), one); tell(said(told.saidNone, one.words)); }
    function move(one, by) {
      var ordered = order(), from = ordered.indexOf(one), to = from + by;
      if (to < 0 || to >= ordered.length) { return; }
      ordered.splice(from, 1); ordered.splice(to, 0, one);
      change(ordered, one); place(one);
      if (document.activeElement === document.body || document.activeElement.disabled) { one.pick.focus(); }
    }
    function drag(one, event) {
      if (event.button || (!place_(one) && !add(one))) { return; }
      event.preventDefault();
      one.row.classList.add('drag');
      function to(moved) {
        var ordered = order(), from = ordered.indexOf(one), rest = ordered.filter(function (other) { return other !== one; });
        var at = rest.filter(function (other) { var r = other.row.getBoundingClientRect(); return moved.clientY > r.top + r.height / 2; }).length;
        if (at !== from) { rest.splice(at, 0, one); write(rest, one); }
        if (moved.clientY < 90) { window.scrollBy(0, -12); } else if (moved.clientY > window.innerHeight - 110) { window.scrollBy(0, 12); }
      }
      function end() {
        one.row.classList.remove('drag');
        document.removeEventListener('pointermove', to); document.removeEventListener('pointerup', end); document.removeEventListener('pointercancel', end);
        fire(one.select); place(one);
      }
      document.addEventListener('pointermove', to); document.addEventListener('pointerup', end); document.addEventListener('pointercancel', end);
    }
    /* Options may have been hidden by a rule, or the draft put back: close the gaps. */
    return function () { if (!list.querySelector('.drag')) { var ordered = order(); if (write(ordered.slice(0, open()), null).length && ordered.length) { fire(ordered[0].select); } } };
  }

  function init() {
    var refresh = [];
    [['[data-stars]', stars], ['.drop', beside], ['[data-sum]', sum], ['[data-cascade]', cascade], ['[data-rank]', ranking]].forEach(function (kind) {
      all(document, kind[0]).forEach(function (box) { refresh.push(kind[1](box)); });
    });
    function sync() { refresh.forEach(function (again) { again(); }); reopen(); }
    document.addEventListener('change', alone, true);
    document.addEventListener('input', alone, true);
    document.addEventListener('change', sync);
    document.addEventListener('input', sync);
    window.addEventListener('pageshow', sync);
    sync();
  }
  if (document.readyState === 'loading') { document.addEventListener('DOMContentLoaded', init); } else { init(); }
})();
