/* The sheet of a talk: what is typed is kept on this device at once and on the server every few seconds, so that
   neither a closed browser, a lost connection nor an expired session loses a character. Ctrl+S saves the form. */
(function () {
  'use strict';

  var PAUSE = 2000;   /* after the last key */
  var LONGEST = 5000; /* even while typing goes on */
  var RETRY = 5000, PATIENCE = 8000;
  var OURS = { csrf_token: 1, device: 1, typed_at: 1, instead_of: 1 }; /* fields that say where, not what */

  document.addEventListener('keydown', function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's') {
      var form = document.querySelector('form[data-keys="save"]');
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });

  var here = window.xsDevice;
  var saved = document.querySelector('[data-saved-talk]');
  if (saved && here) {
    here.drafts.forget(saved.dataset.savedTalk);
    here.queue.remove('talk-' + saved.dataset.savedTalk);
  }

  var form = document.querySelector('form[data-talk], form[data-shell]');
  if (!form || !here) { return; }
  var shell = 'shell' in form.dataset;
  var talk = shell ? (/\/talks\/(\d+)\/record$/.exec(location.pathname) || [])[1] : form.dataset.talkId;
  var key = form.dataset.account + '-' + (talk || 'new');
  var sheet = key;
  var draftUrl = talk ? '/app/talks/' + talk + '/draft' : '';
  var deviceKey = '';  /* names a talk that has no number yet */
  var state = document.getElementById('draft-state');
  var serial = 0;      /* rises with every change */
  var timer = null;
  var firstUnsent = 0; /* when the oldest change not yet sent was made */
  var leaving = false, saving = false;
  var request = null;
  var reached = '';    /* what the line last said of the server */
  var last = '';       /* what was kept last */
  var queuedAt = 0;    /* the change that waits to be saved */

  function clock(moment) {
    var two = function (n) { return (n < 10 ? '0' : '') + n; };
    return two(moment.getHours()) + ':' + two(moment.getMinutes());
  }

  function say(word, kind) {
    return here.queue.all().then(function (entries) {
      state.textContent = form.dataset[word].replace('{time}', clock(new Date())).replace('{count}', entries.length + (word === 'sayLater' ? 0 : 1));
      state.className = 'draft-state ' + kind;
      state.dataset.said = word;
    });
  }

  function content() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) { if (!OURS[name]) { pairs.push([name, value]); } });
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
      if (field && !OURS[pair[0]]) { field.value = pair[1]; } /* a group of radio buttons takes a value too */
    });
    var aside = form.querySelector('.aside-f');
    if (form.elements.aside && form.elements.aside.value) { aside.hidden = false; aside.parentNode.classList.add('beside'); }
  }

  /* ---- what an earlier visit left on this device ---- */
  var before = content(), notice = document.getElementById('local-note'), left = null;
  var opened = Promise.all([here.drafts.get(key), here.drafts.aside(key), here.queue.get('talk-' + key)]).then(function (found) {
    var waits = found[2] && { at: found[2].at, fields: found[2].fields };
    left = waits && (!found[0] || waits.at > found[0].at) ? waits : found[0];
    if (shell) { begin(); }
    if (left && left.deviceKey) { deviceKey = left.deviceKey; }
    if (left && left.fields && !shell && sameText(left.fields, before)) { left = null; if (!form.dataset.draftAt) { here.drafts.remove(key); } }
    if (left && left.fields) { offer(left, !serial && !shownLater(left)); } else { offerAside(found[1]); }
    /* A refused save: nothing of it is kept yet. */
    if ('unsaved' in form.dataset) { changed(); }
  });

  /* Whether what the page shows came after what this device kept. */
  function shownLater(text) {
    if (shell) { return false; }
    if (text.acked) { return true; } /* the server had it */
    if (!form.dataset.draftAt) { return false; }
    return form.dataset.typedAt ? Number(form.dataset.typedAt) >= text.at : Date.parse(form.dataset.draftAt) > text.at;
  }

  /* What another device typed and the page shows is replaced only by a text that goes on from it. */
  function bringBack(text) {
    var mine = {};
    text.fields.forEach(function (pair) { mine[pair[0]] = String(pair[1]).replace(/\r\n/g, '\n'); });
    var onward = before.every(function (pair) {
      var shown = String(pair[1]).replace(/\r\n/g, '\n');
      return shown === '' || pair[0] === 'based_on' || mine[pair[0]] === shown || (pair[0] === 'notes' && (mine.notes || '').indexOf(shown) === 0);
    });
    if (!onward) { Array.prototype.forEach.call(form.querySelectorAll('input[name=instead_of]'), function (input) { input.remove(); }); }
    fill(text.fields);
  }

  function offer(text, now) {
    var words = notice.querySelector('[data-words]');
    words.textContent = (now ? words.dataset.words : words.dataset.older).replace('{time}', clock(new Date(text.at)));
    notice.querySelector('[data-redo]').hidden = now;
    notice.hidden = shell;
    if (now) {
      bringBack(text);
      changed();
    } else if (!text.key || text.key === key) { here.drafts.keep(key + '#older', text); /* until somebody decides */ }
  }
  function offerAside(texts) {
    left = texts.filter(function (text) { return text.fields && text.key !== key && !sameText(text.fields, content()); })[0] || null;
    if (left) { offer(left, false); }
  }
  notice.querySelector('[data-redo]').addEventListener('click', function () {
    bringBack(left);
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
    notice.hidden = true;
    changed();
    here.drafts.remove(left && left.key && left.key !== key ? left.key : key + '#older')
      .then(function () { return here.drafts.aside(key); }).then(offerAside);
  }

  /* ---- the empty sheet a device opens without a connection ---- */
  function begin() {
    here.token().catch(function () { document.querySelector('[data-no-connection]').hidden = false; });
    form.action = talk ? '/app/talks/' + talk + '/record' : '/app/talks/walk';
    deviceKey = here.random();
    var plan = talk && document.querySelector('[data-plan="' + talk + '"]');
    if (plan) {
      fill(['based_on', 'member', 'interviewer', 'occasion', 'mode', 'place', 'investigation'].map(function (name) { return [name, plan.dataset[name] || '']; }));
    } else if (talk && !left) {
      document.querySelector('[data-not-here]').hidden = false;
      form.hidden = true;
    }
    if (!left) {
      var day = new Date();
      day.setMinutes(day.getMinutes() - day.getTimezoneOffset());
      fill([['held_on', day.toISOString().slice(0, 10)]]);
      if (!talk) { fill([['mode', form.elements.mode.options[0].value]]); }
    }
  }

  /* ---- a second window of one browser is another device: neither overwrites the other ---- */
  var tab = here.random(), windows = window.BroadcastChannel ? new BroadcastChannel('xinsheng-sheets') : null;
  if (windows) {
    windows.onmessage = function (event) {
      var told = event.data;
      if (told.sheet !== sheet || told.from === tab) { return; }
      if (told.asks) { windows.postMessage({ sheet: sheet, from: tab, to: told.from }); }
      if (told.to === tab && key === sheet) {
        key = sheet + '#' + tab.slice(0, 7);
        form.elements.device.value = here.id.slice(0, 32) + '-' + tab.slice(0, 7);
      }
    };
    windows.postMessage({ sheet: sheet, from: tab, asks: true });
  }

  /* ---- keep ---- */
  function record(acked) { return { at: Date.now(), fields: content(), deviceKey: deviceKey, acked: !!acked }; }

  function changed() {
    var text = JSON.stringify(content());
    if (text === last) { return; } /* a field that was only left */
    last = text;
    serial += 1;
    var mine = serial;
    keep(record()).then(function (kept) {
      if (mine === serial && kept && reached !== 'lost') { say('sayKept', ''); }
      if (!kept) { say('sayOnlyServer', 'warn'); }
    });
    if (!draftUrl) { return; }
    if (!firstUnsent) { firstUnsent = Date.now(); }
    schedule(Math.min(PAUSE, Math.max(0, firstUnsent + LONGEST - Date.now())));
  }
  function keep(text) {
    if (form.elements.typed_at) { form.elements.typed_at.value = text.at; }
    return here.drafts.keep(key, text);
  }

  function schedule(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, wait);
  }

  function trouble(word) {
    reached = 'lost';
    say(word, 'warn');
    schedule(RETRY);
  }

  function body() {
    var pairs = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { pairs.append(name, value); });
    return pairs;
  }

  /* Ask the server to keep the draft; the answer, or an error when it cannot be reached. */
  function post() {
    request = new AbortController();
    var late = window.setTimeout(function () { request.abort(); }, PATIENCE);
    return fetch(draftUrl, { method: 'POST', body: body(), redirect: 'manual', credentials: 'same-origin', signal: request.signal })
      .then(function (answer) { window.clearTimeout(late); request = null; return answer; },
        function (error) { window.clearTimeout(late); request = null; throw error; });
  }

  function send() {
    if (leaving || request) { return; }
    var sent = serial, at = Number(form.elements.typed_at.value);
    firstUnsent = 0;
    post().then(function (answer) {
      if (answer.status === 204) { return taken(answer, sent, at); }
      if (answer.status === 400) { return renew(); }
      if (answer.type === 'opaqueredirect' || answer.status === 403 || answer.status === 423) { return trouble('saySignedOut'); }
      return trouble('sayOffline');
    }).catch(function () { if (!leaving) { trouble('sayOffline'); } });
  }

  function taken(answer, sent, at) {
    reached = 'there';
    elsewhere(answer);
    if (sent !== serial) { return schedule(PAUSE); }
    /* The server has it. Where pages open without a connection the text stays at hand until it is saved or its writer
       signs out; elsewhere nothing confidential stays on a computer that others may use. */
    var text = record(true);
    text.at = at || text.at;
    if (here.lasting) { here.drafts.keep(key, text); } else { here.drafts.remove(key); }
    return say('saySaved', 'ok');
  }

  /* Another session began in another window: its token is ours too, if it is the same account. */
  function renew() {
    return here.token().then(function (fresh) {
      Array.prototype.forEach.call(document.querySelectorAll('input[name=csrf_token]'), function (input) { input.value = fresh; });
      schedule(0);
    }).catch(function (error) { trouble(error.message === 'signed-out' ? 'saySignedOut' : 'sayOffline'); });
  }

  function elsewhere(answer) {
    var note = document.getElementById('elsewhere-note');
    if (!note) { return; }
    var other = answer.headers.get('X-Other-Device'), stale = answer.headers.get('X-Saved-Meanwhile');
    var words = note.querySelector('span');
    note.hidden = !other && !stale;
    words.textContent = stale ? words.dataset.saved : words.dataset.other.replace('{time}', other ? clock(new Date(other)) : '');
  }

  /* ---- an older note that says the same ---- */
  var asking = null, asked = '';
  function alike() {
    var place = document.getElementById('likeness'), notes = form.elements.notes.value;
    if (!form.dataset.likenessUrl || notes === asked || reached === 'lost') { return; }
    asked = notes;
    var sent = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, notes: notes });
    fetch(form.dataset.likenessUrl, { method: 'POST', body: sent, credentials: 'same-origin', redirect: 'manual' })
      .then(function (answer) { return answer.ok ? answer.json() : { like: [] }; })
      .then(function (told) {
        place.textContent = '';
        if (!told.like.length) { return; }
        var box = document.createElement('div'), words = document.createElement('p'), list = document.createElement('ul');
        box.className = 'likely';
        words.textContent = form.dataset.sayLikely;
        told.like.forEach(function (one) {
          var item = document.createElement('li'), link = document.createElement('a');
          link.href = one.url;
          link.target = '_blank';
          link.textContent = one.says;
          item.appendChild(link);
          if (one.passage) { item.appendChild(document.createTextNode(' “' + one.passage + '”')); }
          list.appendChild(item);
        });
        box.appendChild(words);
        box.appendChild(list);
        place.appendChild(box);
      })
      .catch(function () { /* nothing is pointed out without a connection */ });
  }
  form.elements.notes.addEventListener('input', function () {
    window.clearTimeout(asking);
    asking = window.setTimeout(alike, 2500);
  });

  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  form.addEventListener('submit', function (event) {
    if (event.defaultPrevented || leaving) { return; }
    event.preventDefault();
    if (saving) { return; }
    saving = true;
    window.clearTimeout(timer);
    if (request) { request.abort(); }
    keep(record()).then(function () { return shell ? later() : attempt(true); }).then(function () { saving = false; });
  });

  /* Only a server that has just kept the draft is sent the page: a failed page would show its writer nothing. */
  function attempt(first) {
    return post().then(function (answer) {
      if (answer.type === 'opaqueredirect') { return trouble('saySignedOut'); }
      if (answer.status >= 502) { return later(); }
      if (answer.status === 400 && first) { return renew().then(function () { return attempt(false); }); }
      window.clearTimeout(timer);
      leaving = true;
      return (answer.status === 204 ? keep(record(true)) : Promise.resolve()).then(function () { form.submit(); });
    }, later);
  }

  /* The finished record waits on this device. */
  function later() {
    var fields = content();
    if (!talk) { fields = fields.filter(function (pair) { return pair[0] !== 'based_on'; }).concat([['device_key', deviceKey]]); }
    var entry = {
      key: talk ? 'talk-' + key : 'new-' + form.dataset.account + '-' + deviceKey, account: form.dataset.account, at: Date.now(), draft: talk ? key : '',
      url: talk ? '/app/talks/' + talk + '/record' : '/app/talks/walk', fields: fields, name: form.elements.member.value, sheet: talk || ''
    };
    return here.queue.put(entry).then(function () {
      if (!talk) { here.drafts.remove(key); }
      queuedAt = serial;
      if (shell) { location.assign('/app/talks/walk'); return undefined; }
      here.sync();
      return say('sayLater', 'warn');
    });
  }
  window.addEventListener('xinsheng-saved', function (event) {
    if (!shell && talk && event.detail.entry.sheet === talk && queuedAt === serial) { leaving = true; location.assign(event.detail.url); }
  });
  window.addEventListener('pageshow', function (event) { if (event.persisted) { leaving = false; } });
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden' && firstUnsent && !request) { schedule(0); }
  });
  window.xsSheet = { opened: opened, talk: talk, shell: shell };
})();
