/* Opens the sheets of talks without a connection. It keeps two empty pages of one account and the files they need:
   never a page that shows a talk, never somebody else's; signing out empties it. */
'use strict';

var PAGES = 'xinsheng-pages-', FILES = 'xinsheng-files';
var WALK = '/app/talks/walk', SHEET = '/app/talks/offline';
var PATIENCE = 10000;

self.addEventListener('install', function () { self.skipWaiting(); });
self.addEventListener('activate', function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener('message', function (event) {
  if (event.data === 'refresh') { event.waitUntil(refresh().catch(function () { /* no connection: what is kept stays */ })); }
});

self.addEventListener('fetch', function (event) {
  var request = event.request, url = new URL(request.url);
  if (url.origin !== self.location.origin) { return; }
  if (request.mode === 'navigate' && url.pathname === '/app/sign-out') {
    event.respondWith(forget().then(function () { return fetch(request); }));
  } else if (request.mode === 'navigate' && url.pathname.indexOf('/app/') === 0) {
    event.respondWith(opened(request, url.pathname));
  } else if (request.method === 'GET' && url.pathname.indexOf('/static/') === 0) {
    event.respondWith(fetch(request).catch(function () {
      /* The very file the page names; where only one of another version is kept, that is better than none. */
      return caches.match(request).then(function (kept) { return kept || caches.match(request, { ignoreSearch: true }); })
        .then(function (kept) { return kept || Response.error(); });
    }));
  }
});

/* The page from the server; an empty sheet of ours when the server cannot be reached. */
function opened(request, path) {
  var sheet = /^\/app\/talks\/(new|offline|\d+\/record)$/.test(path);
  /* What another form sends is nothing a sheet could stand in for: the browser then says itself that it was not sent. */
  if (request.method !== 'GET' && !sheet && path !== WALK) { return fetch(request); }
  return shell(sheet ? SHEET : WALK).then(function (kept) {
    if (!kept) { return fetch(request); }
    var late = new Promise(function (done) { if (request.method === 'GET' && (sheet || path === WALK)) { setTimeout(done, PATIENCE, kept); } });
    var answer = fetch(request).then(function (real) { return real.status >= 502 && real.status <= 504 ? kept : real; }, function () { return kept; });
    return Promise.race([answer, late]);
  });
}

function shell(path) {
  return caches.keys().then(function (names) {
    var name = names.filter(function (one) { return one.indexOf(PAGES) === 0; })[0];
    return name ? caches.open(name).then(function (cache) { return cache.match(path); }) : undefined;
  });
}

function refresh() {
  return Promise.all([WALK, SHEET].map(function (path) {
    return fetch(path, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store' });
  })).then(function (answers) {
    var account = answers[0].headers.get('X-Account');
    var mine = answers.every(function (answer) { return answer.status === 200 && account && answer.headers.get('X-Account') === account; });
    if (!mine) { return answers[0].type === 'opaqueredirect' || answers[0].status === 403 ? forget() : undefined; }
    return forgetOthers(account).then(function () { return caches.open(PAGES + account); }).then(function (cache) {
      return Promise.all(answers.map(function (answer, at) {
        var text = answer.clone().text();
        return cache.put([WALK, SHEET][at], answer).then(function () { return text; });
      }));
    }).then(keepFiles);
  });
}

function keepFiles(pages) {
  var wanted = {};
  pages.forEach(function (page) { (page.match(/\/static\/[^"'\s<>]+/g) || []).forEach(function (path) { wanted[path] = true; }); });
  return caches.open(FILES).then(function (cache) {
    return Promise.all(Object.keys(wanted).map(function (path) {
      return fetch(path, { cache: 'no-cache' }).then(function (answer) { return answer.ok ? keepOnly(cache, path, answer) : undefined; }, function () { /* next time */ });
    }));
  });
}

/* The address of a file carries its version: earlier versions go when the new one is kept. */
function keepOnly(cache, path, answer) {
  return cache.put(path, answer).then(function () { return cache.keys(path, { ignoreSearch: true }); }).then(function (known) {
    var own = new URL(path, self.location.origin).href;
    return Promise.all(known.map(function (one) { return one.url === own ? false : cache.delete(one); }));
  });
}

function forgetOthers(account) {
  return caches.keys().then(function (names) {
    return Promise.all(names.map(function (name) { return name.indexOf(PAGES) === 0 && name !== PAGES + account ? caches.delete(name) : false; }));
  });
}

/* Signing out: the pages go, and every draft the server has; what it has not got stays for its writer. */
function forget() {
  return forgetOthers('').then(forgetSent).catch(function () { /* nothing was there */ });
}

function forgetSent() {
  return new Promise(function (done) {
    var request = indexedDB.open('xinsheng', 1);
    request.onupgradeneeded = function () { request.transaction.abort(); };
    request.onerror = done;
    request.onsuccess = function () {
      var db = request.result, turn = db.transaction('drafts', 'readwrite');
      turn.objectStore('drafts').openCursor().onsuccess = function (event) {
        var cursor = event.target.result;
        if (!cursor) { return; }
        if (cursor.value.acked) { cursor.delete(); }
        cursor.continue();
      };
      turn.oncomplete = turn.onabort = function () { db.close(); done(); };
    };
  });
}
