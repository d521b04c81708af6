/* The questionnaire made easier: steps, conditions, a draft on the device, safe sending. Plain ES2015; every page
   works without it, and the server judges everything again. Nothing is sent before "Submit". */
(function () {
  'use strict';
  var store = null;
  try { store = window.localStorage; store.setItem('xs-try', '1'); store.removeItem('xs-try'); } catch (e) { store = null; }
  function all(root, what) { return [].slice.call(root.querySelectorAll(what)); }
  function forget(survey) {
    if (!store) { return; }
    Object.keys(store).forEach(function (key) { if (key.indexOf('xs:' + survey + ':') === 0) { store.removeItem(key); } });
  }
  var done = document.querySelector('[data-clear]');
  if (done) { forget(done.dataset.clear); return; }
  var form = document.querySelector('form.survey');
  if (!form) { return; }
  var said = form.dataset, survey = said.survey, box = document.querySelector('[data-code]'), codeField = form.elements.code;
  var steps = all(form, '[data-step]'), questions = all(form, '[data-q]'), bar = document.querySelector('.prog');
  var count = document.querySelector('[data-prog]'), saved = form.querySelector('[data-saved]'), lost = form.querySelector('[data-lost]');
  var current = 0, timer = null, sending = false, given = (location.hash.match(/[#&]c=([^&]+)/) || [])[1] || '';
  try { given = decodeURIComponent(given); } catch (e) { given = ''; }

  /* The code of the link goes into the form and stays out of sight; two people on one device keep apart. */
  if (given && (!codeField.value || codeField.value === given) && !box.classList.contains('has-error')) { codeField.value = given; box.hidden = true; }
  function mark(text) { var h = 2166136261; for (var i = 0; i < text.length; i++) { h = Math.imul(h ^ text.charCodeAt(i), 16777619); } return (h >>> 0).toString(36); }
  var key = 'xs:' + survey + ':' + mark(given);
  all(document, '[data-lang]').forEach(function (link) { link.href += location.hash; });

  function values(name) {
    return [].filter.call(form.elements, function (e) { return e.name === name && !e.disabled && (!/radio|checkbox/.test(e.type) || e.checked) && e.value !== ''; }).map(function (e) { return e.value; });
  }
  function answered(q) {
    var rows = all(q, '.mx-row');
    if (rows.length) { return rows.every(function (row) { return row.querySelector('input:checked'); }); }
    return values(q.dataset.q).length > 0;
  }
  /* The same rule as questions/paths.py: an unanswered question holds no condition. */
  function holds(rule) {
    var chosen = values(rule.item), wanted = [].concat(rule.value).map(String);
    if (!chosen.length) { return false; }
    if (rule.op === 'answered') { return true; }
    if (rule.op === '>=') { return Number(chosen[0]) >= rule.value; }
    if (rule.op === '<=') { return Number(chosen[0]) <= rule.value; }
    var found = chosen.some(function (value) { return wanted.indexOf(value) >= 0; });
    return rule.op === 'in' || rule.op === '==' ? found : !found;
  }
  function grid(rule) {
    var q = form.querySelector('[data-q="' + rule.item + '"]');
    return q && q.querySelector('.mx') ? !!q.querySelector('input:checked:not(:disabled)') && rule.op === 'answered' : holds(rule);
  }
  function conditions() {
    questions.forEach(function (q) {
      if (!q.dataset.show) { return; }
      var open = JSON.parse(q.dataset.show).every(grid);
      q.hidden = !open;
      all(q, 'input,textarea').forEach(function (e) { e.disabled = !open; });
    });
  }
  function asked(step) { return all(step, '[data-q]').some(function (q) { return !q.hidden; }); }
  function next(from, by) { var i = from + by; while (i >= 0 && i < steps.length && !asked(steps[i])) { i += by; } return i; }

  function progress() {
    var open = questions.filter(function (q) { return !q.hidden; }), n = open.filter(answered).length;
    open.forEach(function (q, i) { q.querySelector('.q-no').textContent = i + 1; });
    var parts = steps.filter(asked);
    parts.forEach(function (step, i) {
      var small = step.querySelector('[data-part]');
      if (small) { small.textContent = small.dataset.part.replace('{0}', i + 1).replace('{1}', parts.length); }
    });
    var share = open.length ? Math.round(n / open.length * 100) : 0;
    bar.firstElementChild.style.width = share + '%';
    bar.setAttribute('aria-valuenow', share);
    bar.setAttribute('aria-valuetext', said.saidAnswered.replace('{0}', n).replace('{1}', open.length));
    count.textContent = n + '/' + open.length;
  }
  function decorate() {
    all(form, '.rate').forEach(function (rate) {
      var c = rate.querySelector('input:checked');
      all(rate, '.cell').forEach(function (cell) { cell.classList.toggle('below', !!c && +cell.firstElementChild.value < +c.value); });
    });
    all(form, '[data-count]').forEach(function (area) {
      var line = document.getElementById('c-' + area.name);
      line.querySelector('[data-left]').textContent = area.value.length;
      line.classList.toggle('near', area.value.length > area.maxLength * 0.9);
    });
    all(form, '[data-max]').forEach(function (hint) {
      var q = hint.closest('[data-q]'), most = +hint.dataset.max, boxes = all(q, 'input[type=checkbox]');
      var full = boxes.filter(function (b) { return b.checked; }).length >= most;
      if (!hint.dataset.usual) { hint.dataset.usual = hint.textContent; }
      hint.textContent = full ? said.saidMost.replace('{0}', most) : hint.dataset.usual;
      if (!q.hidden) { boxes.forEach(function (b) { b.disabled = full && !b.checked; }); }
    });
    all(form, '[data-own]').forEach(function (own) {
      var tick = own.parentNode.querySelector('.opt input');
      own.hidden = !tick.checked;
      own.disabled = !tick.checked || tick.disabled;
    });
  }

  /* The draft: on this device only, for 14 days, under a fingerprint of the code, never the code itself. */
  function save() {
    if (!store || sending === 'sent') { return; }
    var kept = {};
    [].forEach.call(form.elements, function (e) {
      if (!e.name || e.name === 'code' || e.name === 'pad') { return; }
      if (/radio|checkbox/.test(e.type)) { if (e.checked) { (kept[e.name] = kept[e.name] || []).push(e.value); } }
      else if (e.value) { kept[e.name] = [e.value]; }
    });
    try { store.setItem(key, JSON.stringify({ t: Date.now(), step: current, v: kept })); saved.textContent = said.saidSaved; } catch (e) { saved.textContent = ''; }
  }
  function restore() {
    if (!store || 'errors' in said) { return; }
    var draft = null;
    try { draft = JSON.parse(store.getItem(key)); } catch (e) { draft = null; }
    if (draft && Date.now() - draft.t > 14 * 864e5) { store.removeItem(key); return; }
    if (!draft || !Object.keys(draft.v).length) { return; }
    [].forEach.call(form.elements, function (e) {
      var v = draft.v[e.name];
      if (!v) { return; }
      if (/radio|checkbox/.test(e.type)) { e.checked = v.indexOf(e.value) >= 0; } else if (e.type !== 'hidden') { e.value = v[0]; }
    });
    current = Math.min(draft.step || 0, steps.length - 1);
    document.querySelector('[data-draft]').hidden = false;
  }

  function complain(q, message) {
    var p = q.querySelector('.q-error');
    if (!p) { p = document.createElement('p'); p.className = 'q-error'; p.id = 'js-e-' + (q.dataset.q || 'code'); p.setAttribute('role', 'alert'); q.appendChild(p); q.setAttribute('aria-describedby', p.id); }
    p.textContent = message; q.classList.add('has-error');
  }
  function settle(q) { q.classList.remove('has-error'); var p = q.querySelector('.q-error'); if (p) { p.parentNode.removeChild(p); } }
  function check(step) {
    var bad = [];
    if (step === steps[0] && !box.hidden && !codeField.value.trim()) { complain(box, said.saidCode); bad.push(box); }
    all(step, '[data-q]').forEach(function (q) {
      if (!q.hidden && 'required' in q.dataset && !answered(q)) { complain(q, q.querySelector('.mx') ? said.saidGrid : said.saidRequired); bad.push(q); }
    });
    if (!bad.length) { return true; }
    bad[0].scrollIntoView({ block: 'center' });
    var empty = all(bad[0], '.mx-row').filter(function (row) { return !row.querySelector('input:checked'); })[0] || bad[0];
    var first = empty.querySelector('input,textarea');
    if (first) { first.focus({ preventScroll: true }); }
    return false;
  }
  function show(i, focus) {
    current = i;
    steps.forEach(function (step, k) { step.classList.toggle('on', k === i); });
    document.body.classList.toggle('later', next(i, -1) >= 0);
    buttons();
    if (!focus) { return; }
    window.scrollTo(0, 0);
    var heading = steps[i].querySelector('h2');
    if (heading) { heading.focus({ preventScroll: true }); }
  }
  function buttons() {
    var last = next(current, 1) >= steps.length;
    form.querySelector('[data-back]').hidden = next(current, -1) < 0;
    form.querySelector('[data-next]').hidden = last;
    form.querySelector('[data-submit]').hidden = !last;
  }
  function refresh() { conditions(); decorate(); progress(); buttons(); }

  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  function changed(event) {
    var q = event.target.closest('[data-q], [data-code]');
    refresh();
    if (q && q.classList.contains('has-error') && (q === box ? codeField.value.trim() : answered(q))) { settle(q); }
    clearTimeout(timer); timer = setTimeout(save, 350);
  }
  form.querySelector('[data-next]').addEventListener('click', function () { if (check(steps[current])) { show(next(current, 1), true); save(); } });
  form.querySelector('[data-back]').addEventListener('click', function () { show(next(current, -1), true); });
  document.querySelector('[data-draft-clear]').addEventListener('click', function () { if (store) { store.removeItem(key); } store = null; location.reload(); });
  window.addEventListener('pagehide', save);

  /* Sending: every body has the same length, whatever it says; a double click sends once; without a connection
     everything stays. The server takes the same answer twice quietly, so trying again is always safe. */
  function body() {
    var pad = form.querySelector('[data-pad]'), pairs = [];
    pad.value = '';
    [].forEach.call(form.elements, function (e) {
      if (!e.name || e.disabled || e === pad || (/radio|checkbox/.test(e.type) && !e.checked)) { return; }
      pairs.push(encodeURIComponent(e.name) + '=' + encodeURIComponent(e.value.replace(/\r?\n/g, '\r\n')));
    });
    var text = pairs.join('&') + '&pad=', room = +said.size - text.length;
    pad.value = new Array(Math.max(room, 0) + 1).join('x');
    return text + pad.value;
  }
  function busy(on) {
    sending = on;
    var button = form.querySelector('[data-submit]');
    button.disabled = !!on;
    saved.textContent = on ? said.saidSending : '';
  }
  function send() {
    busy(true); lost.hidden = true;
    fetch(form.action, { method: 'POST', body: body(), credentials: 'omit', referrerPolicy: 'no-referrer', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).then(function (answer) {
      if (answer.ok) { sending = 'sent'; forget(survey); location.replace(said.thanks); return; }
      if (answer.status >= 500) { failed(); return; }
      form.submit(); /* the server's own page says what is wrong and keeps everything */
    }, failed);
  }
  function failed() { save(); busy(false); lost.hidden = false; lost.scrollIntoView({ block: 'center' }); lost.querySelector('button').focus({ preventScroll: true }); }
  form.addEventListener('submit', function (event) {
    if (sending || !check(steps[current])) { event.preventDefault(); return; }
    if (window.fetch) { event.preventDefault(); send(); } else { body(); }
  });
  lost.querySelector('[data-retry]').addEventListener('click', function () { if (!sending) { send(); } });

  restore(); conditions();
  if ('errors' in said) {
    var first = form.querySelector('.step .has-error');
    current = first && !box.classList.contains('has-error') ? Math.max(0, steps.indexOf(first.closest('[data-step]'))) : 0;
  }
  if (!asked(steps[current])) { current = Math.max(0, next(current, -1)); }
  show(current, false); refresh();
  var problems = document.getElementById('problems');
  if (problems) { problems.focus(); all(problems, 'a').forEach(function (link) { link.addEventListener('click', reveal); }); }
  function reveal(event) {
    var q = document.getElementById(event.target.getAttribute('href').slice(1)), step = q && q.closest('[data-step]');
    show(step ? steps.indexOf(step) : 0, false);
  }
})();
