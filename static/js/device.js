/* What this browser keeps of talks until the server has it: drafts and finished records, in a database of its own
   (written through to the disk, which the browser's simpler store is only now and then), and the way they are sent. */
(function () {
  'use strict';

  var DB = 'xinsheng', PREFIX = 'xinsheng-talk-', NAME = 'xinsheng-device', RETRY = 20000, PATIENCE = 15000;
  var place = document.getElementById('device');

  /* ---- a name for this browser ---- */
  function random() {
    var bytes = new Uint8Array(16);
    window.crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('');
  }
  function cookie() {
    var found = new RegExp('(?:^|; )' + NAME + '=([0-9A-Za-z-]+)').exec(document.cookie);
    return found ? found[1] : '';
  }
  function named() {
    var name = null;
    try { name = window.localStorage.getItem(NAME); } catch (e) { /* the cookie has to do */ }
    name = name || cookie() || random();
    try { window.localStorage.setItem(NAME, name); } catch (e) { /* as above */ }
    document.cookie = NAME + '=' + name + '; path=/app; max-age=34560000; samesite=strict' + (location.protocol === 'https:' ? '; secure' : '');
    return name;
  }
  var device = named();
  Array.prototype.forEach.call(document.querySelectorAll('input[name=device]'), function (input) { input.value = device; });

  /* ---- the database ---- */
  var opening = null;
  function base() {
    opening = opening || new Promise(function (done, failed) {
      var request = window.indexedDB.open(DB, 1);
      request.onupgradeneeded = function () {
        request.result.createObjectStore('drafts', { keyPath: 'key' });
        request.result.createObjectStore('queue', { keyPath: 'key' });
      };
      request.onsuccess = function () {
        request.result.onversionchange = function () { request.result.close(); opening = null; };
        done(request.result);
      };
      request.onerror = request.onblocked = function () { opening = null; failed(request.error); };
    });
    return opening;
  }
  function within(store, mode, work, walks) {
    return Promise.resolve().then(base).then(function (db) {
      return new Promise(function (done, failed) {
        var turn, request;
        try { turn = db.transaction(store, mode, { durability: 'strict' }); } catch (e) { turn = db.transaction(store, mode); }
        request = work(turn.objectStore(store));
        turn.oncomplete = function () { done(request && request.result); };
        turn.onerror = turn.onabort = function () { failed(turn.error); };
        if (mode === 'readwrite' && turn.commit && !walks) { turn.commit(); }
      });
    });
  }

  /* ---- drafts: in the database; in the simpler store only where there is no database ---- */
  var simple = {
    get: function (key) { try { return JSON.parse(window.localStorage.getItem(PREFIX + key)); } catch (e) { return null; } },
    set: function (key, value) { try { window.localStorage.setItem(PREFIX + key, JSON.stringify(value)); return true; } catch (e) { return false; } },
    remove: function (key) { try { window.localStorage.removeItem(PREFIX + key); } catch (e) { /* nothing was kept */ } }
  };
  var latest = {}, putting = {};
  var drafts = {
    get: function (key) {
      var quick = simple.get(key);
      return within('drafts', 'readonly', function (store) { return store.get(key); }).catch(function () { return null; })
        .then(function (slow) { return slow && (!quick || slow.at > quick.at) ? slow : quick; });
    },
    /* Says whether the text is on the disk: every change goes there, the latest as soon as the one before has arrived. */
    keep: function (key, value) {
      latest[key] = Object.assign({}, value, { key: key });
      putting[key] = putting[key] || put(key);
      return putting[key].then(function () { simple.remove(key); return true; }, function () { return simple.set(key, value); });
    },
    /* Texts of the same sheet that nobody has decided about: of a second window, or older than what was shown. */
    aside: function (key) {
      return within('drafts', 'readonly', function (store) { return store.getAll(IDBKeyRange.bound(key + '#', key + '#\uffff')); })
        .catch(function () { return []; }).then(function (found) {
          return found.filter(function (one) { return !one.acked || one.key === key + '#older'; }).sort(function (a, b) { return b.at - a.at; });
        });
    },
    /* The sheet is saved: what it came from may go, what was typed in another window and never sent stays. */
    forget: function (key) {
      return drafts.remove(key).then(function () { return drafts.remove(key + '#older'); }).then(function () {
        return within('drafts', 'readwrite', function (store) {
          var asked = store.openCursor(IDBKeyRange.bound(key + '#', key + '#\uffff'));
          asked.onsuccess = function () { if (asked.result) { if (asked.result.value.acked) { asked.result.delete(); } asked.result.continue(); } };
        }, true);
      }).catch(function () { /* none there */ });
    },
    remove: function (key) {
      simple.remove(key);
      delete latest[key];
      return Promise.resolve(putting[key]).catch(function () { /* it was not kept */ })
        .then(function () { return within('drafts', 'readwrite', function (store) { return store.delete(key); }); }).catch(function () { /* none there */ });
    }
  };
  function put(key) {
    var entry = latest[key];
    delete latest[key];
    return within('drafts', 'readwrite', function (store) { return store.put(entry); }).then(function () {
      if (latest[key]) { return put(key); }
      delete putting[key];
    }, function (error) { delete putting[key]; throw error; });
  }
  /* A page that is left does not wait its turn. */
  window.addEventListener('pagehide', function () {
    Object.keys(latest).forEach(function (key) {
      var entry = latest[key];
      within('drafts', 'readwrite', function (store) { return store.put(entry); }).catch(function () { simple.set(key, entry); });
    });
  });

  /* ---- records that wait to be sent ---- */
  var account = place ? place.dataset.account : '';
  var listeners = [];
  var queue = {
    all: function () {
      return within('queue', 'readonly', function (store) { return store.getAll(); }).catch(function () { return []; })
        .then(function (found) { return found.filter(function (entry) { return entry.account === account; }).sort(function (a, b) { return a.at - b.at; }); });
    },
    get: function (key) { return within('queue', 'readonly', function (store) { return store.get(key); }).catch(function () { return null; }); },
    put: function (entry) { return within('queue', 'readwrite', function (store) { return store.put(entry); }).then(tell); },
    remove: function (key) { return within('queue', 'readwrite', function (store) { return store.delete(key); }).then(tell); }
  };
  function tell() { listeners.forEach(function (listener) { listener(); }); say(); }

  var state = '';
  function say(now) {
    if (now !== undefined) { state = now; }
    if (!place) { return Promise.resolve(0); }
    return queue.all().then(function (entries) {
      var line = place.querySelector('[data-waiting]');
      var words = { offline: place.dataset.sayOffline, 'signed-out': place.dataset.saySignedOut }[state] || place.dataset.sayWaiting;
      line.textContent = words.replace('{count}', entries.length);
      line.hidden = !entries.length && state !== 'offline';
      return entries.length;
    });
  }

  /* A fresh token, if the account that wrote is still the one signed in. */
  function token() {
    return patient(place.dataset.walk + '?fresh=' + Date.now(), { redirect: 'manual', credentials: 'same-origin', cache: 'no-store' }).then(function (answer) {
      if (answer.type === 'opaqueredirect' || answer.headers.get('X-Account') !== account) { throw new Error('signed-out'); }
      if (!answer.ok) { throw new Error('offline'); }
      return answer.text();
    }).then(function (text) {
      return new DOMParser().parseFromString(text, 'text/html').querySelector('input[name=csrf_token]').value;
    });
  }
  function patient(url, options) {
    var stop = new AbortController();
    var timer = window.setTimeout(function () { stop.abort(); }, PATIENCE);
    options.signal = stop.signal;
    return fetch(url, options).then(function (answer) { window.clearTimeout(timer); return answer; }, function () { window.clearTimeout(timer); throw new Error('offline'); });
  }

  var sending = null, again = null;
  function sync() {
    if (!place) { return Promise.resolve(); }
    sending = sending || locked(round).catch(function (error) { return say(error.message === 'signed-out' ? 'signed-out' : 'offline'); })
      .then(function () { sending = null; return queue.all(); })
      .then(function (left) {
        window.clearTimeout(again);
        if (left.some(function (entry) { return !entry.refused; })) { again = window.setTimeout(sync, RETRY); }
      });
    return sending;
  }
  /* Two windows of one browser do not send the same at once. */
  function locked(work) {
    return navigator.locks ? navigator.locks.request('xinsheng-queue', work) : work();
  }
  function round() {
    return queue.all().then(function (entries) {
      var due = entries.filter(function (entry) { return !entry.refused; });
      if (!due.length) { return say(''); }
      return token().then(function (fresh) {
        return due.reduce(function (before, entry) { return before.then(function () { return send(entry, fresh); }); }, Promise.resolve());
      }).then(function () { return say(''); });
    });
  }
  function send(entry, fresh) {
    entry.tried = true;
    return queue.put(entry).then(function () {
      var body = new URLSearchParams();
      entry.fields.forEach(function (pair) { body.append(pair[0], pair[1]); });
      body.append('device', device);
      body.append('csrf_token', fresh);
      return patient(entry.url, { method: 'POST', body: body, redirect: 'manual', credentials: 'same-origin', headers: { Accept: 'application/json' } });
    }).then(function (answer) {
      if (answer.type === 'opaqueredirect' || answer.status === 400) { throw new Error('signed-out'); }
      if (answer.status >= 500) { throw new Error('offline'); }
      return answer.json().catch(function () { return {}; }).then(function (told) { return answered(entry, answer.status, told); });
    });
  }
  function answered(entry, status, told) {
    if (status === 200 && told.saved) {
      window.dispatchEvent(new CustomEvent('xinsheng-saved', { detail: { entry: entry, url: told.saved, like: told.like || [] } }));
      return drafts.get(entry.draft).then(function (kept) {
        return kept && kept.at <= entry.at ? drafts.remove(entry.draft) : undefined; /* typed on since: that stays */
      }).then(function () { return queue.remove(entry.key); });
    }
    /* Taken as a draft (202), or not taken: kept here until its writer has looked at it. */
    entry.refused = { status: status, message: told.message || '', look: told.look || '' };
    return queue.put(entry);
  }

  /* ---- without a connection ---- */
  function refresh() {
    if (navigator.serviceWorker && navigator.serviceWorker.controller) { navigator.serviceWorker.controller.postMessage('refresh'); }
  }
  if (place) {
    if (navigator.serviceWorker) {
      navigator.serviceWorker.register(place.dataset.worker, { scope: '/app/' }).then(function () { return navigator.serviceWorker.ready; }).then(function (registration) {
        if (registration.active) { registration.active.postMessage('refresh'); }
      }).catch(function () { /* the page works without it */ });
    } else { place.querySelector('[data-plain]').hidden = false; }
    window.addEventListener('online', sync);
    document.addEventListener('visibilitychange', function () { if (document.visibilityState === 'visible') { sync(); } });
    say();
    sync();
    /* Whoever signs out is told what would stay behind. */
    var waiting = 0;
    listeners.push(function () { queue.all().then(function (entries) { waiting = entries.length; }); });
    queue.all().then(function (entries) { waiting = entries.length; });
    document.addEventListener('submit', function (event) {
      if (/\/sign-out$/.test(event.target.getAttribute('action') || '') && waiting && !window.confirm(place.dataset.sayLeave.replace('{count}', waiting))) {
        event.preventDefault();
        event.stopPropagation();
      }
    }, true);
  }

  window.xsDevice = {
    id: device, random: random, account: account, drafts: drafts, queue: queue, sync: sync, say: say, refresh: refresh, token: token,
    lasting: !!navigator.serviceWorker,
    onchange: function (listener) { listeners.push(listener); }
  };
})();
