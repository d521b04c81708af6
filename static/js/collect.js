/* The ballot of a survey with codes: collected when the page opens, sent apart from the code, shown before it is sent.
   Plain ES2015: whether the browser can run the ballot client (ballot.js) is tried here, before it is loaded. */
(function () {
  'use strict';
  var PATIENCE = 30000, SETTLED = 1500;
  function all(root, what) { return [].slice.call(root.querySelectorAll(what)); }
  function able() {
    return typeof BigInt === 'function' && window.fetch && window.Promise && window.TextEncoder && window.crypto && crypto.getRandomValues;
  }
  function canonical(code) { return code.toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1').replace(/[^0-9A-Z]/g, ''); }

  /* The client, refused by the browser when it is not the one whose SHA-384 stands in the page. */
  var loading = null;
  function client(place) {
    if (window.xsBallot) { return Promise.resolve(window.xsBallot); }
    loading = loading || new Promise(function (done, failed) {
      var script = document.createElement('script');
      script.src = place.dataset.client;
      script.integrity = place.dataset.integrity;
      script.onload = function () { done(window.xsBallot); };
      script.onerror = function () { loading = null; failed(Error('offline')); };
      document.head.appendChild(script);
    });
    return loading;
  }
  window.xsClient = { able: able, load: client };

  /* `page`: what the questionnaire (survey.js) lets the ballot use. */
  window.xsCollect = function (page) {
    var panel = document.querySelector('[data-ballot]'), review = document.querySelector('[data-review]');
    if (!panel || new URL(page.form.action).pathname.indexOf('/s/' + page.survey + '/') !== 0) { return null; } /* a kiosk, a trial */
    var state = '', code = '', name = '', record = null, client = null, known = null, ballot = null, then = null, casting = false, pending = null, typing = null;
    var prefix = 'xs-ballot:' + page.survey + ':';
    function get(what) { return panel.querySelector('[data-' + what + ']'); }
    function say(now) {
      state = panel.dataset.state = now;
      panel.hidden = !now || now === 'slip' || now === 'plain';
      panel.classList.toggle('pending', now === 'fetching');
      all(panel, '[data-when]').forEach(function (part) { part.hidden = part.dataset.when.split(' ').indexOf(now) < 0; });
    }
    function write() { if (record) { page.keep(name, record); } }
    function forget() { page.drop(name); record = null; }

    /* ---- first the manifest is pinned, only then is the code shown to the server ---------------------------------- */
    function prepare() {
      if (known) { return Promise.resolve(); }
      return window.xsClient.load(panel).then(function (loaded) {
        client = loaded;
        return fetch('/s/' + page.survey + '/manifest', { credentials: 'same-origin', referrerPolicy: 'no-referrer', cache: 'no-store' }).catch(function () { throw Error('offline'); });
      }).then(function (answer) {
        if (answer.status === 404) { throw Error(panel.dataset.ballot === 'must' ? 'malformed' : 'plain'); }
        if (!answer.ok) { throw Error('offline'); }
        return answer.text();
      }).then(function (text) {
        known = client.manifest(text, page.survey);
        all(document, '[data-fingerprint]').forEach(function (place) { place.textContent = known.fingerprint; });
        all(document, '[data-pinned]').forEach(function (place) { place.hidden = false; });
        return warmed(client.rehearsal(known));
      });
    }
    /* One short piece after another, so that the page answers to a finger in between. */
    function warmed(pieces) {
      return new Promise(function (done) {
        (function next() {
          var piece = pieces.shift();
          if (!piece) { done(); return; }
          piece();
          setTimeout(next, 0);
        })();
      });
    }
    /* A connection that says nothing is no connection; if the reply comes after all, it still counts. */
    function soon(promise) {
      return Promise.race([promise, new Promise(function (done, failed) { setTimeout(function () { failed(Error('offline')); }, PATIENCE); })]);
    }
    function start(typed, seed) {
      clearTimeout(typing);
      code = typed;
      say('fetching');
      return soon(prepare().then(function () {
        name = prefix + page.mark(canonical(code));
        record = seed ? null : page.kept(name);
        return collect(seed);
      })).catch(refused);
    }
    function collect(seed) {
      if (record && record.f !== known.fingerprint) { throw Error('altered'); }
      if (!record) { record = { t: Date.now(), f: known.fingerprint, seed: seed || client.b64u(client.random(16)) }; write(); }
      ballot = client.begin(known, client.unb64u(record.seed));
      if (record.sig) { return ready(); }
      var asked = record.seed;
      return client.collect(known, code, ballot).then(function (signature) {
        record.sig = client.b64u(signature); write(); ready();
        setTimeout(function () { if (record && record.sig) { write(); } }, SETTLED / 2);
      }, function (error) {
        if (error.message !== 'collected' || seed) { throw error; }
        /* Perhaps another window of this browser was faster: then its ballot, the same person's, soon lies in the store. */
        return new Promise(function (done) { setTimeout(done, SETTLED); }).then(function () {
          var other = page.kept(name);
          if (!other || !other.sig || other.seed === asked) { throw error; }
          record = other;
          return collect();
        });
      });
    }
    function refused(error) {
      var why = error.message, never = record && !record.sig, next = then;
      then = null;
      if (never && /^(code|slip|collected|closed)$/.test(why)) { forget(); }
      if (why === 'slip' || why === 'plain') {
        say(why);
        if (page.box) { page.box.hidden = page.hides; page.codeField.value = code; }
        if (next) { page.plain(); }
        return;
      }
      if (why === 'code') { say(''); page.box.hidden = false; page.wrongCode(get('word-code').textContent); return; }
      if (why === 'recovery') { say('collected'); get('word-recovery').hidden = false; return; }
      say(/^(collected|closed|offline|altered)$/.test(why) ? why : 'broken');
      if (next) { page.toPanel(panel); }
    }
    function ready() {
      var next = then;
      say('ready');
      get('recovery').textContent = client.recoveryCode(client.unb64u(record.seed));
      get('forgetful').hidden = !!page.kept(name);
      get('typed').hidden = !!page.given;
      page.box.hidden = true;
      page.codeField.value = '';
      then = null;
      if (record.sent) { open(); cast(); } else if (next) { next(); }
    }

    /* ---- this is exactly what will be stored --------------------------------------------------------------------- */
    function put(what, text) { review.querySelector('[data-' + what + ']').textContent = text; }
    function tell(now) {
      all(review, '[data-when]').forEach(function (part) { part.hidden = part.dataset.when.split(' ').indexOf(now) < 0; });
    }
    function open() {
      var sent = record.sent || { salt: client.b64u(client.random(16)), answers: (page.text() + '&door=' + door()).replace(/^&/, '') };
      var place = review.querySelector('[data-listed]');
      place.textContent = '';
      page.listed().forEach(function (one) {
        var title = document.createElement('dt'), said = document.createElement('dd');
        title.textContent = one.title; said.textContent = one.words;
        place.appendChild(title); place.appendChild(said);
      });
      place.hidden = !!record.sent;
      put('answers', sent.answers.replace(/&/g, '\n&'));
      put('salt', sent.salt);
      put('number', client.hex(ballot.prefix));
      put('signature', record.sig);
      all(review, '[data-door]').forEach(function (one) { one.hidden = sent.answers.slice(-one.dataset.door.length) !== one.dataset.door; });
      pending = sent;
      tell(record.sent ? 'sending' : 'open');
      page.turn(true);
      review.hidden = false;
      window.scrollTo(0, 0);
      review.querySelector('h2').focus({ preventScroll: true });
    }
    function back() { pending = null; review.hidden = true; page.turn(false); }
    function door() {
      var hint = navigator.userAgentData;
      return (hint && hint.mobile) || /Mobi|Android|iPhone/.test(navigator.userAgent) ? 'phone' : 'computer';
    }

    /* ---- casting: the very same bytes again and again, until the server has signed for them ----------------------- */
    function cast() {
      if (casting || !pending) { return; }
      casting = true;
      record.sent = pending; write();
      tell('sending');
      var patience = setTimeout(function () { fail(Error('offline')); }, PATIENCE), settled = false;
      function end() { clearTimeout(patience); settled = true; casting = false; }
      function fail(error) { if (!settled) { end(); failed(error); } }
      client.cast(known, { prefix: client.b64u(ballot.prefix), signature: record.sig, salt: record.sent.salt, answers: record.sent.answers }).then(function (receipt) {
        end();
        wipe();
        page.arrived(receipt);
      }, fail);
    }
    function failed(error) {
      var why = error.message;
      if (why === 'answers' || why === 'long') { delete record.sent; write(); back(); page.missing(error.items || []); return; }
      if (why === 'closed') { remember(); }
      if (why === 'spent' || why === 'closed') { wipe(); page.done(why === 'spent'); }
      tell(/^(offline|spent|closed|receipt)$/.test(why) ? why : 'broken');
      review.querySelector('[role=alert]:not([hidden])').scrollIntoView({ block: 'center' });
    }
    /* Closed while the answer was on its way: the ballot's number still shows on the board whether it arrived. */
    function remember() {
      var leaf = client.leafOf(ballot.message, client.unb64u(record.sent.salt), record.sent.answers);
      page.receipt({ leaf: client.hex(leaf), receipt: '', fingerprint: known.fingerprint });
    }
    function wipe() {
      forget();
      ballot = pending = null; code = '';
      ['answers', 'salt', 'number', 'signature', 'listed'].forEach(function (what) { put(what, ''); });
      get('recovery').textContent = '';
    }

    /* ---- what the person does ------------------------------------------------------------------------------------ */
    get('recover').addEventListener('submit', function (event) { event.preventDefault(); recover(); });
    function recover() {
      var typed = get('recovery-in').value;
      get('word-recovery').hidden = true;
      try { start(code, client.b64u(client.seedOf(typed))); } catch (error) { refused(Error('recovery')); }
    }
    get('again').addEventListener('click', function () { start(code); });
    all(panel, '[data-other]').forEach(function (button) { button.addEventListener('click', function () { say(''); page.box.hidden = false; page.codeField.focus(); }); });
    review.querySelector('[data-send]').addEventListener('click', cast);
    all(review, '[data-resend]').forEach(function (button) { button.addEventListener('click', cast); });
    review.querySelector('[data-change]').addEventListener('click', back);
    /* A moment after the last letter: the page moves, and must not do so under a finger that already taps further down. */
    page.codeField.addEventListener('input', function () {
      clearTimeout(typing);
      typing = setTimeout(function () {
        if (canonical(page.codeField.value).length === 20 && able() && !casting) { start(page.codeField.value); }
      }, 400);
    });

    if (!able()) {
      say('unable');
      page.box.hidden = false;
      page.codeField.value = '';
      get('slip').hidden = !page.given;
      get('slip').addEventListener('click', function () { page.codeField.value = page.given; say(''); page.codeField.focus(); });
      get('address').value = location.href;
      get('address').addEventListener('focus', function (event) { event.target.select(); });
      return { send: page.plain };
    }
    return {
      /* A ballot made here before needs no code; nor does the page show one that is typed. */
      begin: function () {
        var typed = page.codeField.value, left = typed ? [] : page.names(prefix);
        if (typed) { return start(typed); }
        return prepare().then(function () {
          var found = left.length === 1 && page.kept(left[0]);
          if (found && found.sig) { name = left[0]; record = found; return collect(); }
        }).catch(refused);
      },
      send: function () {
        if (state === 'slip' || state === 'plain') { page.plain(); return; }
        if (state === 'ready') { open(); return; }
        then = open;
        if (state === '' || state === 'offline') { start(page.codeField.value || code); } else if (state !== 'fetching') { then = null; page.toPanel(panel); }
      }
    };
  };
})();
