/* A passage of the report, worded in place: kept on this device with every key, on the server after a pause, and
   put into the page as the server draws it. Ctrl+Enter saves, Escape goes back. Without this, the forms do the same. */
(function () {
  'use strict';

  var PAUSE = 1500, LONGEST = 5000, RETRY = 5000;
  var desk = document.querySelector('[data-report]');
  var here = window.xsDevice;
  if (!desk || !window.fetch) { return; }
  var help = document.querySelector('[data-keys-help]');
  if (help) { help.hidden = false; }
  var writing = {}; /* passage -> what is being written there */

  function deviceKey(name) { return ['report', desk.dataset.account, desk.dataset.investigation, desk.dataset.language, name].join('-'); }
  function clock(moment) { return ('0' + moment.getHours()).slice(-2) + ':' + ('0' + moment.getMinutes()).slice(-2); }
  function boxOf(node) { return node.closest('[data-passage]'); }
  function boxNamed(name) { return document.getElementById('p-' + name); }
  function say(box, word, kind, time) {
    var line = box.querySelector('[data-save-state]');
    if (!line) { return; }
    line.textContent = word ? desk.dataset[word].replace('{time}', time || clock(new Date())) : '';
    line.className = 'save-state ' + (kind || 'muted');
    line.dataset.said = word || '';
  }

  /* ---- the device ---- */
  function keep(box, state) {
    if (!here) { return Promise.resolve(false); }
    return here.drafts.keep(deviceKey(state.name), { at: state.at, text: state.area.value, revision: state.revision, generated: state.generated });
  }
  function forget(state, at) {
    if (here && state.at <= at) { here.drafts.remove(deviceKey(state.name)); }
  }

  /* ---- opening and closing ---- */
  function enhance(root) {
    Array.prototype.forEach.call(root.querySelectorAll('[data-cancel], [data-open-passage]'), function (button) { button.hidden = false; });
  }
  function begin(box) {
    var name = box.dataset.passage, area = box.querySelector('textarea[name=text]');
    if (writing[name] && writing[name].area === area) { return writing[name]; }
    writing[name] = {
      name: name, area: area, original: area.value, was: box.dataset.state, revision: Number(box.dataset.revision),
      generated: area.dataset.generated, at: 0, sent: '', fragment: null, saved: false, timer: null, first: 0, busy: null
    };
    box.classList.toggle('editing', !box.querySelector('.beside-box'));
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    return writing[name];
  }
  desk.addEventListener('toggle', function (event) {
    var box = event.target.classList && event.target.classList.contains('passage-edit') && boxOf(event.target);
    if (!box) { return; }
    if (event.target.open) { begin(box); } else if (writing[box.dataset.passage]) { leave(box); }
  }, true);

  /* Closed by its pencil: what was typed is saved, not thrown away. */
  function leave(box) {
    var state = writing[box.dataset.passage];
    box.classList.remove('editing');
    if (state.area.value !== state.original && state.area.value.trim()) { finish(box); } else { close(box); }
  }
  function close(box) {
    var state = writing[box.dataset.passage];
    if (!state) { return; }
    window.clearTimeout(state.timer);
    delete writing[state.name];
    box.classList.remove('editing');
    if (state.fragment) { put(state.fragment, state.name, true); return; }
    var edit = box.querySelector('.passage-edit');
    edit.open = false;
    state.area.value = state.original;
    edit.querySelector('summary').focus();
  }
  function put(text, name, focus) {
    var made = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-passage]');
    var old = boxNamed(name);
    if (!made || !old) { return null; }
    delete writing[name];
    old.replaceWith(document.importNode(made, true));
    var box = boxNamed(name);
    enhance(box);
    if (box.querySelector('.passage-edit[open]')) { begin(box); } else if (focus) { box.querySelector('.passage-edit > summary').focus(); }
    return box;
  }

  /* ---- sending ---- */
  function token() { return document.querySelector('input[name=csrf_token]').value; }
  function fresh() {
    return fetch(location.href, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual' }).then(function (answer) {
      if (answer.type === 'opaqueredirect' || !answer.ok) { throw new Error('signed-out'); }
      return answer.text();
    }).then(function (text) {
      var found = new DOMParser().parseFromString(text, 'text/html').querySelector('input[name=csrf_token]');
      Array.prototype.forEach.call(document.querySelectorAll('input[name=csrf_token]'), function (input) { input.value = found.value; });
    });
  }
  function post(form, changes, again) {
    var body = new URLSearchParams(new FormData(form));
    Object.keys(changes).forEach(function (name) { body.set(name, changes[name]); });
    body.set('csrf_token', token());
    return fetch(form.getAttribute('action'), {
      method: 'POST', body: body, credentials: 'same-origin', redirect: 'manual', keepalive: body.toString().length < 60000,
      headers: { 'X-Requested-With': 'fetch' }
    }).then(function (answer) {
      if (answer.type === 'opaqueredirect') { throw new Error('signed-out'); }
      if (answer.status === 400 && !again) { return fresh().then(function () { return post(form, changes, true); }); }
      if (answer.status === 400) { throw new Error('signed-out'); }
      if (answer.status >= 500) { throw new Error('offline'); }
      return answer.text().then(function (text) { return { status: answer.status, text: text }; });
    }, function () { throw new Error('offline'); });
  }
  function troubled(box, state, error) {
    var word = error.message === 'signed-out' ? 'saySignedOut' : 'sayKept';
    say(box, state.kept === false ? 'sayLost' : word, 'warn');
    window.clearTimeout(state.timer);
    state.timer = window.setTimeout(function () { save(box); }, RETRY);
  }

  /* Sends what stands in the field; the page keeps the field, and the drawn passage waits until it is closed. */
  function save(box) {
    var state = writing[box.dataset.passage];
    if (!state) { return Promise.resolve(false); }
    window.clearTimeout(state.timer);
    state.timer = null;
    if (state.busy) { return state.busy.then(function () { return save(box); }); }
    var text = state.area.value, at = state.at;
    if (!text.trim()) { say(box, 'sayEmpty', 'warn'); return Promise.resolve(false); }
    if (text === (state.saved ? state.sent : state.original) && state.was !== 'out') { say(box, ''); forget(state, at); return Promise.resolve(true); }
    state.first = 0;
    say(box, 'saySaving');
    state.busy = post(state.area.form, { step: 'keep', text: text, revision: state.revision }).then(function (answer) {
      state.busy = null;
      if (answer.status === 409) { put(answer.text, state.name); return false; }
      if (answer.status !== 200) { say(box, 'sayRefused', 'warn'); return false; }
      var made = new DOMParser().parseFromString(answer.text, 'text/html').querySelector('[data-passage]');
      state.revision = Number(made.dataset.revision);
      state.saved = true;
      state.sent = text;
      state.was = made.dataset.state;
      state.fragment = answer.text;
      forget(state, at);
      if (state.at === at) { say(box, 'saySaved', 'ok'); }
      return true;
    }, function (error) { state.busy = null; troubled(box, state, error); return false; });
    return state.busy;
  }
  function finish(box) {
    return save(box).then(function (done) { if (done && writing[box.dataset.passage]) { close(box); } });
  }

  /* Escape: as it was when the field was opened, on the server too. */
  function back(box) {
    var state = writing[box.dataset.passage];
    if (!state) { return; }
    window.clearTimeout(state.timer);
    var first = box.dataset.state, original = state.original;
    var undo = function () {
      if (!state.saved) { return Promise.resolve(null); }
      var step = first === 'written' ? 'restore' : first === 'out' ? 'leave-out' : 'keep';
      return post(state.area.form, { step: step, text: original, revision: state.revision });
    };
    (state.busy || Promise.resolve()).then(undo).then(function (answer) {
      if (here) { here.drafts.remove(deviceKey(state.name)); }
      if (!answer) { state.fragment = null; close(box); return; }
      var made = put(answer.text, state.name, answer.status === 200);
      var away = made && made.querySelector('.put-away');
      if (away && answer.status === 200) { away.remove(); }
    }).catch(function (error) { troubled(box, state, error); });
  }

  desk.addEventListener('input', function (event) {
    if (event.target.name !== 'text' || !event.target.form || !('writing' in event.target.form.dataset)) { return; }
    var box = boxOf(event.target), state = begin(box);
    state.at = Date.now();
    state.first = state.first || state.at;
    keep(box, state).then(function (kept) { state.kept = kept; });
    window.clearTimeout(state.timer);
    state.timer = window.setTimeout(function () { save(box); }, Math.max(0, Math.min(PAUSE, state.first + LONGEST - state.at)));
  });
  desk.addEventListener('keydown', function (event) {
    var box = event.target.name === 'text' && boxOf(event.target);
    if (!box || event.isComposing) { return; }
    if (event.key === 'Escape') { event.preventDefault(); begin(box); back(box); }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); begin(box); finish(box); }
  });
  desk.addEventListener('click', function (event) {
    var box = event.target.closest && boxOf(event.target);
    if (!box) { return; }
    if (event.target.closest('[data-cancel]')) { begin(box); back(box); }
    if (event.target.closest('[data-open-passage]')) { box.querySelector('.passage-edit').open = true; }
  });

  /* Every button of a passage: sent, and the passage drawn anew. */
  desk.addEventListener('submit', function (event) {
    if (!('passageForm' in event.target.dataset)) { return; }
    event.preventDefault();
    event.stopPropagation();
    var form = event.target, box = boxOf(form), step = event.submitter ? event.submitter.value : 'keep';
    var state = writing[box.dataset.passage];
    if ('writing' in form.dataset && step === 'keep') { begin(box); finish(box); return; }
    if (state) { window.clearTimeout(state.timer); }
    (state && state.busy || Promise.resolve()).then(function () {
      return post(form, { step: step, revision: state ? state.revision : box.dataset.revision });
    }).then(function (answer) {
      if (answer.status === 200 || answer.status === 409) {
        if (here && answer.status === 200) { here.drafts.remove(deviceKey(box.dataset.passage)); }
        put(answer.text, box.dataset.passage, true);
      } else { say(box, 'sayRefused', 'warn'); }
    }).catch(function (error) { say(box, error.message === 'signed-out' ? 'saySignedOut' : 'sayKept', 'warn'); });
  }, true);

  /* ---- what an earlier visit left on this device ---- */
  enhance(desk);
  Array.prototype.forEach.call(desk.querySelectorAll('.passage-edit[open]'), function (edit) { begin(boxOf(edit)); });
  if (here) {
    Array.prototype.forEach.call(desk.querySelectorAll('[data-passage]'), function (box) {
      here.drafts.get(deviceKey(box.dataset.passage)).then(function (left) {
        if (!left || !left.text) { return; }
        var area = box.querySelector('textarea[name=text]');
        if (left.text.trim() === area.value.trim()) { here.drafts.remove(deviceKey(box.dataset.passage)); return; }
        box.querySelector('.passage-edit').open = true;
        var state = begin(box);
        area.value = left.text;
        state.revision = left.revision;
        state.at = left.at;
        say(box, 'sayBack', 'warn', clock(new Date(left.at)));
        state.timer = window.setTimeout(function () { save(box); }, RETRY);
      });
    });
  }
  window.addEventListener('online', function () {
    Object.keys(writing).forEach(function (name) { if (writing[name].at) { save(boxNamed(name)); } });
  });
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden') {
      Object.keys(writing).forEach(function (name) { if (writing[name].timer) { save(boxNamed(name)); } });
    }
  });
})();
