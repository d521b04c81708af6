/* The sheet of a talk: what is typed is kept on this device at once and on the server every few seconds, so that
   neither a closed browser, a lost connection nor an expired session loses a character. Ctrl+S saves the form. */
(function () {
  'use strict';

  var PREFIX = 'xinsheng-talk-';
  var PAUSE = 2000;   /* after the last key */
  var LONGEST = 8000; /* even while typing goes on */
  var RETRY = 5000;

  var store = {
    works: true,
    get: function (key) { try { return JSON.parse(window.localStorage.getItem(PREFIX + key)); } catch (e) { return null; } },
    set: function (key, value) { try { window.localStorage.setItem(PREFIX + key, JSON.stringify(value)); this.works = true; } catch (e) { this.works = false; } },
    remove: function (key) { try { window.localStorage.removeItem(PREFIX + key); } catch (e) { /* nothing was kept */ } }
  };

  document.addEventListener('keydown', function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's') {
      var form = document.querySelector('form[data-keys="save"]');
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });

  var saved = document.querySelector('[data-saved-talk]');
  if (saved) { store.remove(saved.dataset.savedTalk); }

  var form = document.querySelector('form[data-talk]');
  if (!form) { return; }
  var key = form.dataset.talk;
  var state = document.getElementById('draft-state');
  var serial = 0;      /* rises with every change */
  var timer = null;
  var firstUnsent = 0; /* when the oldest change not yet sent was made */
  var leaving = false;
  var request = null;

  function clock(moment) {
    var two = function (n) { return (n < 10 ? '0' : '') + n; };
    return two(moment.getHours()) + ':' + two(moment.getMinutes());
  }

  function say(word, kind) {
    state.textContent = form.dataset[word].replace('{time}', clock(new Date()));
    state.className = 'draft-state ' + kind;
  }

  function content() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) { if (name !== 'csrf_token') { pairs.push([name, value]); } });
    return pairs;
  }

  /* Line breaks come back from the server in another spelling; empty rows of promises say nothing. */
  function sameText(one, other) {
    var plain = function (pairs) {
      return JSON.stringify(pairs.map(function (pair) { return [pair[0], String(pair[1]).replace(/\r\n/g, '\n').trim()]; })
        .filter(function (pair) { return pair[1] !== '' && pair[0] !== 'based_on'; }));
    };
    return plain(one) === plain(other);
  }

  /* ---- promises: as many rows as are wanted ---- */
  var rows = form.querySelector('[data-rows]');
  var adder = form.querySelector('[data-add-row]');

  function addRow() {
    var all = rows.querySelectorAll('[data-row]');
    if (all.length >= Number(adder.dataset.most)) { return null; }
    var copy = all[all.length - 1].cloneNode(true);
    Array.prototype.forEach.call(copy.querySelectorAll('[id],[name],[for]'), function (node) {
      ['id', 'name', 'for'].forEach(function (attribute) {
        var value = node.getAttribute(attribute);
        if (value) { node.setAttribute(attribute, value.replace(/^promises-\d+/, 'promises-' + all.length)); }
      });
      if ('value' in node) { node.value = ''; node.removeAttribute('value'); }
    });
    Array.prototype.forEach.call(copy.querySelectorAll('.field-error'), function (node) { node.remove(); });
    copy.querySelector('legend').textContent = copy.querySelector('legend').textContent.replace(/\d+/, all.length + 1);
    rows.appendChild(copy);
    return copy;
  }

  adder.hidden = false;
  adder.addEventListener('click', function () {
    var row = addRow();
    if (row) { row.querySelector('input:not([type=hidden])').focus(); }
    adder.disabled = rows.children.length >= Number(adder.dataset.most);
  });

  function fill(pairs) {
    pairs.forEach(function (pair) {
      var index = /^promises-(\d+)-/.exec(pair[0]);
      while (index && rows.querySelectorAll('[data-row]').length <= Number(index[1]) && addRow()) { /* one more */ }
      var field = form.elements[pair[0]];
      if (field) { field.value = pair[1]; } /* a group of radio buttons takes a value too */
    });
  }

  /* ---- what an earlier visit left on this device ---- */
  var before = content();
  var notice = document.getElementById('local-note');
  var left = store.get(key);
  var fresh = 'unsaved' in form.dataset && !('draftAt' in form.dataset); /* a refused save: nothing of it is kept yet */
  if (left && left.fields && sameText(left.fields, before)) {
    store.remove(key);
    left = null;
  }
  if (left && left.fields) {
    var words = notice.querySelector('[data-words]');
    words.textContent = words.dataset.words.replace('{time}', clock(new Date(left.at)));
    notice.hidden = false;
    if (Date.parse(form.dataset.draftAt || 0) > left.at) {
      /* The server has something later, typed elsewhere: show that, and keep this until somebody decides. */
      store.set(key + '-older', left);
      notice.querySelector('[data-redo]').hidden = false;
      words.textContent = words.dataset.older.replace('{time}', clock(new Date(left.at)));
    } else {
      fill(left.fields);
      fresh = true;
    }
  }
  if (fresh) { changed(); }
  notice.querySelector('[data-redo]').addEventListener('click', function () {
    fill(left.fields);
    settled();
  });
  notice.querySelector('[data-undo]').addEventListener('click', function () {
    if (notice.querySelector('[data-redo]').hidden) {
      Array.prototype.forEach.call(form.querySelectorAll('input[type=radio]'), function (radio) { radio.checked = false; });
      Array.prototype.forEach.call(rows.querySelectorAll('input'), function (input) { input.value = ''; });
      fill(before);
    }
    settled();
  });

  function settled() {
    store.remove(key + '-older');
    notice.hidden = true;
    changed();
  }

  /* ---- keep ---- */
  function changed() {
    serial += 1;
    store.set(key, { at: Date.now(), fields: content() });
    if (!firstUnsent) { firstUnsent = Date.now(); }
    schedule(Math.min(PAUSE, Math.max(0, firstUnsent + LONGEST - Date.now())));
  }

  function schedule(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, wait);
  }

  function trouble(word) {
    say(store.works ? word : 'sayOnlyServer', 'warn');
    schedule(RETRY);
  }

  function send() {
    if (leaving || request) { return; }
    var sent = serial;
    var body = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { body.append(name, value); });
    firstUnsent = 0;
    say('saySaving', '');
    request = new AbortController();
    fetch(form.dataset.draftUrl, { method: 'POST', body: body, redirect: 'manual', credentials: 'same-origin', signal: request.signal })
      .then(function (answer) {
        request = null;
        if (answer.status === 204) {
          if (sent === serial) {
            store.remove(key); /* the server has it: nothing confidential stays on a shared computer */
            say('saySaved', 'ok');
          } else { schedule(PAUSE); }
        } else if (answer.type === 'opaqueredirect' || answer.status === 400 || answer.status === 403) {
          trouble('saySignedOut');
        } else { trouble('sayOffline'); }
      })
      .catch(function () {
        request = null;
        if (!leaving) { trouble('sayOffline'); }
      });
  }

  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  form.addEventListener('submit', function (event) {
    if (event.defaultPrevented) { return; }
    /* Kept here until the page that follows says it is saved; no late draft may overtake the saved text. */
    store.set(key, { at: Date.now(), fields: content() });
    leaving = true;
    window.clearTimeout(timer);
    if (request) { request.abort(); }
  });
  window.addEventListener('pageshow', function (event) { if (event.persisted) { leaving = false; } });
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden' && firstUnsent && !request) { schedule(0); }
  });
})();
