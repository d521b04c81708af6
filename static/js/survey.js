/* The questionnaire made easier: steps, conditions, piping, shuffling, a draft on the device, safe sending. Plain
   ES2015; every page works without it, and the server judges everything again. Nothing is sent before "Submit". */
(function () {
  'use strict';
  var DAY = 864e5, DRAFT = 14, MARK = 60, PATIENCE = 30000;
  var store = null, rules = window.xsRules, reading = window.xsAnswers;
  try { store = window.localStorage; store.setItem('xs-try', '1'); store.removeItem('xs-try'); } catch (e) { store = null; }
  function all(root, what) { return [].slice.call(root.querySelectorAll(what)); }
  function keep(key, value) { try { store.setItem(key, JSON.stringify(value)); return true; } catch (e) { return false; } }
  function kept(key) { try { return JSON.parse(store.getItem(key)); } catch (e) { return null; } }
  function drop(key) { if (store) { store.removeItem(key); } }

  /* What is left on the device: a draft for 14 days, a ballot not cast and the mark "sent" (a day, never an answer) for
     60; a receipt, which tells no time and no answer, for good. */
  function tidy() {
    if (!store) { return; }
    Object.keys(store).forEach(function (name) {
      var found = /^xs(-ballot)?:/.test(name) ? kept(name) : null, sent = /^xs-sent:/.test(name) ? kept(name) : null;
      if (found && Date.now() - found.t > (name.charAt(2) === ':' ? DRAFT : MARK) * DAY) { drop(name); }
      if (sent !== null && Date.now() / DAY - sent > MARK) { drop(name); }
    });
  }
  function arrived(draft) { drop(draft); if (store) { keep(draft.replace('xs:', 'xs-sent:'), Math.floor(Date.now() / DAY)); } }
  tidy();
  var done = document.querySelector('[data-clear]');
  if (done) {
    var pending = store && kept('xs-sending');
    drop('xs-sending');
    if (pending && pending.indexOf('xs:' + done.dataset.clear + ':') === 0) { arrived(pending); }
    return;
  }
  var form = document.querySelector('form.survey');
  if (!form || !rules || !reading) { return; }
  var said = form.dataset, survey = said.survey, box = form.querySelector('[data-code]'), codeField = form.elements.code, link = !box;
  var known = JSON.parse(said.definition), items = rules.full(known.items), byId = {}, where = {};
  var steps = all(form, '[data-step]'), questions = {}, bar = document.querySelector('.prog'), sentBox = document.querySelector('[data-sent]');
  var count = document.querySelector('[data-prog]'), saved = form.querySelector('[data-saved]'), lost = form.querySelector('[data-lost]');
  var inputs = [].slice.call(form.elements), answers = new reading.Answers(inputs), restoring = [];
  var current = 0, timer = null, sending = false, path = null, given = (location.hash.match(/[#&]c=([^&]+)/) || [])[1] || '';
  try { given = decodeURIComponent(given); } catch (e) { given = ''; }
  items.forEach(function (item) { byId[item.id] = item; });
  all(form, '[data-q]').forEach(function (q) { questions[q.dataset.q] = q; where[q.dataset.q] = steps.indexOf(q.closest('[data-step]')); });

  /* The code of the link goes into the form and stays out of sight; two people on one device keep apart. */
  if (given && box && (!codeField.value || codeField.value === given) && !box.classList.contains('has-error')) { codeField.value = given; box.hidden = true; }
  function mark(text) { var h = 2166136261; for (var i = 0; i < text.length; i++) { h = Math.imul(h ^ text.charCodeAt(i), 16777619); } return (h >>> 0).toString(36); }
  var key = 'xs:' + survey + ':' + mark(given);
  all(document, '[data-lang]').forEach(function (one) { one.href += location.hash; });

  /* Where everybody with the link may answer, the right to do so is drawn here; the draft keeps it, so that sending
     again is the same answer. */
  function nonce() {
    if (!window.crypto || !window.crypto.getRandomValues) { return codeField.value; }
    return [].map.call(window.crypto.getRandomValues(new Uint8Array(32)), function (byte) { return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte & 31); }).join('');
  }

  /* ---- the path -------------------------------------------------------------------------------------------------- */
  function follow() {
    path = rules.walk(items, answers.read(items));
    var open = {};
    path.asked.forEach(function (id) { open[id] = true; });
    items.forEach(function (item) {
      var q = questions[item.id];
      if (!q) { return; }
      if (q.hidden === !!open[item.id]) {
        q.hidden = !open[item.id];
        all(q, 'input,textarea,select').forEach(function (e) { e.disabled = q.hidden; });
      }
      if (open[item.id] && Object.keys(item.only).length) { offer(item, q); }
    });
    all(form, '[data-pipe]').forEach(function (span) {
      var told = reading.words(byId[span.getAttribute('data-pipe')], path.kept, said.saidBetween);
      if (span.textContent !== told) { span.textContent = told; }
    });
  }
  function offer(item, q) {
    Object.keys(item.only).forEach(function (value) {
      var gone = path.offered[item.id].indexOf(value) < 0;
      all(q, '[data-option="' + value + '"]').forEach(function (place) {
        place.hidden = gone;
        [place].concat(all(place, 'input,select')).forEach(function (e) { if ('disabled' in e) { e.disabled = gone; e[gone ? 'setAttribute' : 'removeAttribute']('data-gone', ''); } });
      });
    });
  }
  function shown(q) { return q && !q.hidden; }
  function asked(step) { return all(step, '[data-q]').some(shown); }
  function next(from, by) { var i = from + by; while (i >= 0 && i < steps.length && !asked(steps[i])) { i += by; } return i; }
  function progress() {
    var n = 0, whole = 0, parts = steps.filter(asked);
    all(form, '[data-q]').filter(shown).forEach(function (q) {
      var item = byId[q.dataset.q], number = q.querySelector('.q-no');
      if (item.text) { return; }
      whole += 1; n += reading.complete(item, path.kept) ? 1 : 0;
      if (number) { number.textContent = whole; }
    });
    parts.forEach(function (step, i) {
      var small = step.querySelector('[data-part]');
      if (small) { small.textContent = small.dataset.part.replace('{0}', i + 1).replace('{1}', parts.length); }
    });
    var share = whole ? Math.round(n / whole * 100) : 0;
    bar.firstElementChild.style.width = share + '%';
    bar.setAttribute('aria-valuenow', share);
    bar.setAttribute('aria-valuetext', said.saidAnswered.replace('{0}', n).replace('{1}', whole));
    count.textContent = n + '/' + whole;
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
      var full = boxes.filter(function (b) { return b.checked && !b.hasAttribute('data-gone'); }).length >= most;
      if (!hint.dataset.usual) { hint.dataset.usual = hint.textContent; }
      hint.textContent = full ? said.saidMost.replace('{0}', most) : hint.dataset.usual;
      if (!q.hidden) { boxes.forEach(function (b) { b.disabled = b.hasAttribute('data-gone') || (full && !b.checked); }); }
    });
    all(form, '[data-own]').forEach(function (own) {
      var tick = own.parentNode.querySelector('.opt input');
      own.hidden = !tick.checked;
      own.disabled = !tick.checked || tick.disabled;
    });
  }
  function buttons() {
    var last = next(current, 1) >= steps.length;
    form.querySelector('[data-back]').hidden = next(current, -1) < 0;
    form.querySelector('[data-next]').hidden = last;
    form.querySelector('[data-submit]').hidden = !last;
  }
  function refresh() { follow(); decorate(); progress(); buttons(); }

  /* ---- the draft: on this device only, under a fingerprint of the code, never the code itself ---------------------- */
  function save() {
    if (!store || sending === 'sent' || sentBox.classList.contains('on')) { return; }
    var values = {};
    inputs.forEach(function (e) {
      if (!e.name || e.name === 'code' || e.name === 'pad') { return; }
      if (/radio|checkbox/.test(e.type)) { if (e.checked) { (values[e.name] = values[e.name] || []).push(e.value); } }
      else if (e.value) { values[e.name] = [e.value]; }
    });
    if (!Object.keys(values).length && !store.getItem(key)) { return; }
    saved.textContent = keep(key, { t: Date.now(), step: current, v: values, n: link ? codeField.value : undefined }) ? said.saidSaved : '';
  }
  function restore() {
    var draft = store && kept(key);
    if (link && !('errors' in said)) { codeField.value = draft && draft.n || nonce(); }
    if (!draft || 'errors' in said || !Object.keys(draft.v).length) { return; }
    inputs.forEach(function (e) {
      var v = Object.prototype.hasOwnProperty.call(draft.v, e.name) ? draft.v[e.name] : null;
      if (!v) { return; }
      if (/radio|checkbox/.test(e.type)) { e.checked = v.indexOf(e.value) >= 0; } else if (e.type !== 'hidden') { e.value = v[0]; }
    });
    current = Math.min(draft.step || 0, steps.length - 1);
    document.querySelector('[data-draft]').hidden = false;
  }
  function startOver(event) {
    var button = event.currentTarget;
    if (!button.dataset.sure) { button.dataset.sure = '1'; button.textContent = said.saidSure; return; }
    drop(key); store = null; location.reload();
  }

  /* ---- what is missing or does not fit ----------------------------------------------------------------------------- */
  function complain(q, message) {
    var p = q.querySelector('.q-error');
    if (!p) { p = document.createElement('p'); p.className = 'q-error'; p.id = 'js-e-' + (q.dataset.q || 'code'); p.setAttribute('role', 'alert'); q.appendChild(p); q.setAttribute('aria-describedby', p.id); }
    p.textContent = message; q.classList.add('has-error');
  }
  function settle(q) {
    var p = q.querySelector('.q-error');
    q.classList.remove('has-error');
    if (p) { p.parentNode.removeChild(p); }
    all(q, '[aria-invalid]').forEach(function (e) { e.removeAttribute('aria-invalid'); });
  }
  function fault(q) {
    if (q === box) { return !box.hidden && !codeField.value.trim() ? said.saidCode : ''; }
    var item = byId[q.dataset.q], has = Object.prototype.hasOwnProperty.call(path.kept, item.id), wrong = '';
    if (q.hidden || item.text) { return ''; }
    all(q, 'input,textarea,select').forEach(function (e) { if (!wrong && !e.disabled && e.validity && !e.validity.valid) { wrong = e.validationMessage || said.saidRequired; } });
    if (wrong) { return wrong; }
    if ('required' in q.dataset && !reading.complete(item, path.kept)) { return item.demand || said.saidRequired; }
    if (has && item.total && !reading.complete(item, path.kept)) { return item.demand || said.saidTotal.replace('{0}', item.total); }
    return known.checks.filter(function (check) { return check.at === item.id && rules.fails(check, path.kept); }).map(function (check) { return check.message; })[0] || '';
  }
  function faults(from) {
    return (from ? all(from, '[data-q]') : all(form, '[data-q]')).filter(function (q) {
      var message = fault(q);
      if (message) { complain(q, message); } else if (q.classList.contains('has-error')) { settle(q); }
      return !!message;
    });
  }
  function focusOn(q) {
    q.scrollIntoView({ block: 'center' });
    var rows = all(q, '[data-row]').filter(function (row) { return !row.querySelector('input:checked'); });
    var first = q.querySelector('.rank.on .rank-pick') || (q.querySelector('input[type=radio]') && rows[0] || q).querySelector('input:not(:disabled),textarea,select');
    if (first) { first.focus({ preventScroll: true }); }
  }
  function check(whole) {
    var bad = faults(whole ? null : steps[current]), codeFault = box && fault(box);
    if (codeFault && (whole || next(current, -1) < 0)) { complain(box, codeFault); bad.unshift(box); }
    if (!bad.length) { return true; }
    var first = bad[0], step = first === box ? next(-1, 1) : where[first.dataset.q];
    if (step !== current) { show(step, false); }
    if (whole) { review(bad); }
    focusOn(first);
    return false;
  }
  /* The list of everything to look at again, each a link to its place. */
  function review(bad) {
    var problems = document.querySelector('[data-problems]'), listed = problems.querySelector('ul');
    problems.hidden = bad.length < 2;
    listed.textContent = '';
    bad.forEach(function (q) {
      var li = document.createElement('li'), a = document.createElement('a'), label = q.querySelector('.q-label');
      a.href = '#' + q.id;
      a.textContent = label ? label.textContent.replace(/\s+/g, ' ').trim() : q.id;
      a.addEventListener('click', reveal);
      li.appendChild(a); listed.appendChild(li);
    });
  }
  function reveal(event) {
    var q = document.getElementById(event.currentTarget.getAttribute('href').slice(1)), step = q && q.closest('[data-step]');
    if (q) { event.preventDefault(); show(step ? steps.indexOf(step) : next(-1, 1), false); focusOn(q); }
  }
  function show(i, focus) {
    current = i;
    steps.forEach(function (step, k) { step.classList.toggle('on', k === i); });
    document.body.classList.toggle('later', next(i, -1) >= 0);
    buttons();
    if (!focus) { return; }
    window.scrollTo(0, 0);
    var heading = steps[i].querySelector('h2') || steps[i].querySelector('.q-label');
    if (heading) { heading.setAttribute('tabindex', '-1'); heading.focus({ preventScroll: true }); }
  }
  function changed(event) {
    var q = event.target.closest('[data-q], [data-code]');
    refresh();
    if (q && q.classList.contains('has-error') && !fault(q)) { settle(q); }
    clearTimeout(timer); timer = setTimeout(save, 350);
  }

  /* ---- sending: every body has the same length, whatever it says, and the order of the definition, whatever order was
     shown; a double click sends once; without a connection everything stays. The server takes the same answer twice
     quietly, so trying again is always safe. ------------------------------------------------------------------------- */
  function sentOf(e) { return e.name && e.name !== 'pad' && !e.disabled && (!/radio|checkbox/.test(e.type) || e.checked); }
  function pairs(which) {
    return which.map(function (e) { return encodeURIComponent(e.name) + '=' + encodeURIComponent(e.value.replace(/\r?\n/g, '\r\n')); }).join('&');
  }
  function body() {
    var pad = form.querySelector('[data-pad]'), text = pairs(inputs.filter(sentOf)) + '&pad=', room = +said.size - text.length;
    pad.value = new Array(Math.max(room, 0) + 1).join('x');
    return text + pad.value;
  }
  function plainSubmit() { restoring.forEach(function (back) { back(); }); body(); if (store) { keep('xs-sending', key); } form.submit(); }
  function busy(on) {
    sending = on;
    form.querySelector('[data-submit]').disabled = !!on;
    saved.textContent = on ? said.saidSending : '';
  }
  function send() {
    save(); busy(true); lost.hidden = true;
    var text = body(), over = false, patience = setTimeout(failed, PATIENCE);
    function failed() { if (!over) { clearTimeout(patience); fail(); } }
    fetch(form.action, { method: 'POST', body: text, credentials: 'omit', referrerPolicy: 'no-referrer', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).then(function (answer) {
      clearTimeout(patience);
      if (answer.ok) {
        over = true; sending = 'sent';
        var told = answer.headers.get('X-Receipt');
        if (told && store) { receipt(JSON.parse(told)); }
        arrived(key); location.replace(said.thanks); return;
      }
      if (answer.status >= 500 || answer.status === 429) { failed(); return; }
      if (link && answer.status === 409) { drop(key); }
      over = true; sending = true;
      plainSubmit(); /* the server's own page says what is wrong and keeps everything */
    }, failed);
  }
  function fail() { busy(false); save(); lost.hidden = false; lost.scrollIntoView({ block: 'center' }); lost.querySelector('button').focus({ preventScroll: true }); }
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (sending) { return; }
    if (next(current, 1) < steps.length) { forward(); return; } /* the Enter key in a line of text */
    if (!check(true)) { return; }
    if (ballot) { save(); ballot.send(); } else { plain(); }
  });
  function plain() { if (window.fetch) { send(); } else { save(); busy(true); plainSubmit(); } }
  function forward() { if (check(false)) { show(next(current, 1), true); save(); } }

  /* ---- what a ballot (collect.js) needs of the page ------------------------------------------------------------------ */
  function filled(e) { return sentOf(e) && e !== codeField && e.value !== ''; }
  function words(e) {
    var row = e.closest('[data-row]'), label = e.closest('label') || (e.labels && e.labels[0]), head = row && (row.querySelector('.mx-label,.rank-label,label,th') || row);
    var value = /radio|checkbox/.test(e.type) ? label && label.textContent : e.tagName === 'SELECT' ? e.options[e.selectedIndex].text : e.value;
    return (head && head !== label ? bare(head) + said.saidColon : '') + (value || e.value).replace(/[ \t\n]+/g, ' ').trim();
  }
  function bare(place) {
    var copy = place.cloneNode(true);
    all(copy, '.q-no,.req,.vh,input,select,textarea').forEach(function (e) { e.parentNode.removeChild(e); });
    return copy.textContent.replace(/\s+/g, ' ').trim();
  }
  function listed() {
    return all(form, '[data-q]').map(function (q) {
      var some = inputs.filter(function (e) { return q.contains(e) && filled(e); }), label = q.querySelector('.q-label');
      return { title: label ? bare(label) : '', words: some.map(words).join('\n') };
    }).filter(function (one) { return one.words; });
  }
  function missing(ids) {
    var bad = ids.map(function (id) { return questions[id]; }).filter(Boolean);
    bad.forEach(function (q) { complain(q, said.saidRequired); });
    review(bad);
    show(bad.length ? where[bad[0].dataset.q] : current, false);
    if (bad.length) { focusOn(bad[0]); }
  }
  function receipt(one) {
    var name = 'xs-receipt:' + survey, before = kept(name);
    if (before && before.leaf !== one.leaf) { keep(name + ':' + before.leaf.slice(0, 8), before); } /* somebody else's, on the same device */
    keep(name, one);
  }
  function finished(sent) { sending = 'sent'; if (sent) { arrived(key); } else { drop(key); } form.reset(); }
  function pageForBallot() {
    return {
      form: form, survey: survey, box: box, codeField: codeField, given: given, hides: box.hidden, mark: mark, keep: keep, kept: kept, drop: drop, listed: listed,
      missing: missing, plain: plain, done: finished, receipt: receipt,
      names: function (start) { return store ? Object.keys(store).filter(function (name) { return name.indexOf(start) === 0; }) : []; },
      text: function () { return pairs(inputs.filter(function (e) { return sentOf(e) && e !== codeField; })); },
      toPanel: function (panel) { show(next(-1, 1), false); panel.scrollIntoView({ block: 'center' }); panel.focus({ preventScroll: true }); },
      wrongCode: function (message) { complain(box, message); show(next(-1, 1), false); focusOn(box); },
      turn: function (on) { form.hidden = on; document.body.classList.toggle('reviewing', on); if (!on) { show(current, true); } },
      arrived: function (one) { receipt(one); finished(true); location.replace(said.thanks); }
    };
  }

  /* ---- going back after sending: the device remembers that, not what, was sent -------------------------------------- */
  function alreadySent() {
    if (!store || 'errors' in said || kept(key.replace('xs:', 'xs-sent:')) === null) { return false; }
    sentBox.hidden = false; sentBox.classList.add('on');
    form.hidden = true;
    document.body.classList.add('sent');
    all(document, '.intro,[data-draft]').forEach(function (e) { e.hidden = true; });
    return true;
  }
  sentBox.querySelector('button').addEventListener('click', function () {
    if (given) { location.replace(location.pathname); return; }
    drop(key.replace('xs:', 'xs-sent:'));
    location.reload();
  });
  window.addEventListener('pageshow', function (event) { if (event.persisted) { if (sending !== false) { busy(false); } alreadySent(); } });

  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  form.querySelector('[data-next]').addEventListener('click', forward);
  form.querySelector('[data-back]').addEventListener('click', function () { show(next(current, -1), true); save(); });
  document.querySelector('[data-draft-clear]').addEventListener('click', startOver);
  lost.querySelector('[data-retry]').addEventListener('click', function () { if (!sending) { send(); } });
  window.addEventListener('pagehide', save);

  drop('xs-sending');
  if (alreadySent()) { return; }
  var ballot = box && window.xsCollect ? window.xsCollect(pageForBallot()) : null;
  restore(); follow();
  steps.forEach(function (step) { if (step.hasAttribute('data-mix')) { restoring.push(reading.shuffle(step, '[data-q]')); } });
  all(form, '[data-q][data-mix]').forEach(function (q) {
    var places = all(q, '[data-shuffle]'), row = q.querySelector('[data-row]');
    (places.length ? places : row ? [row.parentNode] : []).forEach(function (place) { restoring.push(reading.shuffle(place, '[data-option],[data-row]')); });
  });
  var problems = document.querySelector('[data-problems]');
  if ('errors' in said) {
    var first = form.querySelector('.step .has-error');
    current = first && !(box && box.classList.contains('has-error')) ? Math.max(0, steps.indexOf(first.closest('[data-step]'))) : 0;
  }
  if (!asked(steps[current])) { current = next(current, -1) < 0 ? Math.min(next(-1, 1), steps.length - 1) : next(current, -1); }
  show(current, false); refresh();
  if (ballot && ballot.begin) { ballot.begin(); }
  if (!problems.hidden) { problems.focus(); all(problems, 'a').forEach(function (one) { one.addEventListener('click', reveal); }); }
})();
