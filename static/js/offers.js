/* Beside the sheet of a talk: promises found in the notes, and days named in a promise's words. All is only offered:
   a tap puts it into the sheet, where it can be changed or emptied. The server reads the text and keeps nothing. */
(function () {
  'use strict';

  var PAUSE = 1200; /* after the last key */
  var form = document.querySelector('form[data-talk-id]');
  var place = document.getElementById('offers');
  var rows = form && form.querySelector('[data-rows]');
  if (!form || !place || !rows) { return; }

  var url = '/app/talks/' + form.dataset.talkId + '/offers';
  var passed = {};   /* sentences waved away on this page */
  var timer = null, request = null, words = null, workdays = [];

  function every(selector, inside, what) { Array.prototype.forEach.call((inside || form).querySelectorAll(selector), what); }
  function part(row, name) { return row.querySelector('[name$="-' + name + '"]'); }

  function node(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
  }

  function button(text, className) {
    var made = node('button', 'btn btn-sm ' + className, text);
    made.type = 'button';
    return made;
  }

  function told(field) { field.dispatchEvent(new Event('input', { bubbles: true })); }

  /* ---- a promise put into the sheet ---- */
  function emptyRow() {
    var free = null;
    every('[data-row]', rows, function (row) { if (!free && !part(row, 'text').value.trim()) { free = row; } });
    if (free) { return free; }
    var before = rows.querySelectorAll('[data-row]').length;
    form.querySelector('[data-add-row]').click();
    var all = rows.querySelectorAll('[data-row]');
    return all.length > before ? all[all.length - 1] : null;
  }

  function add(offer) {
    var row = emptyRow();
    if (!row) { return; }
    part(row, 'text').value = offer.text;
    part(row, 'owner').value = form.elements.interviewer ? form.elements.interviewer.value : '';
    if (offer.due) { part(row, 'due_on').value = offer.due.due_on; }
    told(part(row, 'text'));
    part(row, 'text').focus();
  }

  /* ---- what is offered ---- */
  function draw(found) {
    place.textContent = '';
    found = found.filter(function (offer) { return !passed[offer.text]; });
    if (!found.length) { return; }
    var box = node('section', 'offers');
    box.appendChild(node('p', 'offers-h', words.title));
    var list = node('ul', 'offers-l');
    found.forEach(function (offer) {
      var line = node('li', ''), said = node('div', 'offers-t');
      said.appendChild(node('p', '', offer.text));
      if (offer.due) { said.appendChild(node('p', 'muted', offer.due.says)); }
      var put = button(words.add, 'btn-primary'), no = button(words.pass, 'btn-light');
      put.addEventListener('click', function () { add(offer); });
      no.addEventListener('click', function () { passed[offer.text] = true; line.remove(); if (!list.children.length) { box.remove(); } });
      var acts = node('div', 'offers-a');
      acts.appendChild(put);
      acts.appendChild(no);
      line.appendChild(said);
      line.appendChild(acts);
      list.appendChild(line);
    });
    box.appendChild(list);
    place.appendChild(box);
  }

  /* ---- beside the date of every row: the day its words name, and so many working days ---- */
  function drawRow(row, named) {
    var due = part(row, 'due_on'), holder = due.parentNode;
    every('[data-named], [data-workdays]', holder, function (old) { old.remove(); });
    if (named && named.due_on !== due.value) {
      var take = button(named.says, 'btn-light named-day');
      take.dataset.named = named.due_on;
      take.title = words.take;
      holder.appendChild(take);
    }
    var choice = node('select', 'form-select form-select-sm');
    choice.dataset.workdays = '';
    choice.setAttribute('aria-label', words.within);
    choice.appendChild(new Option(words.choose, ''));
    workdays.forEach(function (one) { choice.appendChild(new Option(one.says, one.due_on)); });
    holder.appendChild(choice);
  }

  function setDue(row, day) {
    part(row, 'due_on').value = day;
    told(part(row, 'due_on'));
  }

  rows.addEventListener('click', function (event) {
    var take = event.target.closest('[data-named]');
    if (take) { setDue(take.closest('[data-row]'), take.dataset.named); take.remove(); }
  });
  rows.addEventListener('change', function (event) {
    if (!('workdays' in event.target.dataset) || !event.target.value) { return; }
    var day = event.target.value;
    event.target.value = '';
    setDue(event.target.closest('[data-row]'), day);
  });

  /* ---- asked a little after the last key ---- */
  function ask() {
    if (request) { request.abort(); }
    request = new AbortController();
    var body = new URLSearchParams(), asked = [];
    body.append('csrf_token', form.elements.csrf_token.value);
    body.append('notes', form.elements.notes.value);
    body.append('held_on', form.elements.held_on ? form.elements.held_on.value : '');
    every('[data-row]', rows, function (row) { asked.push(row); body.append('row', part(row, 'text').value); });
    fetch(url, { method: 'POST', body: body, credentials: 'same-origin', redirect: 'manual', signal: request.signal })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (found) {
        if (!found) { return; }
        words = found.words;
        workdays = found.workdays;
        draw(found.offers);
        asked.forEach(function (row, at) { if (document.contains(row) && !row.contains(document.activeElement.closest('select'))) { drawRow(row, found.rows[at]); } });
      })
      .catch(function () { /* offline: nothing is offered, nothing is lost */ });
  }

  function soon(event) {
    var name = event.target.name || '';
    if (name !== 'notes' && name !== 'held_on' && !/^promises-\d+-(text|due_on)$/.test(name)) { return; }
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  }
  form.addEventListener('input', soon);
  window.setTimeout(ask, 300);
})();
