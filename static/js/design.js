/* The designer made live: every form still is a plain post, sent in the background and answered by the same page. */
(function () {
  'use strict';
  var root = document.getElementById('designer');
  if (!root || !window.fetch || !window.FormData || !window.DOMParser) { return; }
  var said = root.dataset, note = root.querySelector('[data-note]'), frame = document.getElementById('preview');
  var queue = Promise.resolve(), waiting = null, typed = null;
  /* What the answer of the server replaces: always, and unless somebody is typing in the editor. */
  var ALWAYS = ['d-history', 'd-outline', 'd-count', 'd-chip', 'proof', 'd-errors', 'd-here'];
  var FRESH = ALWAYS.concat(['editor', 'd-checks', 'd-add']);
  document.documentElement.classList.add('live');

  function all(where, what) { return [].slice.call(where.querySelectorAll(what)); }
  function tell(text) { if (note.textContent !== text) { note.textContent = text; } }

  function lists() {
    if (!window.Sortable) { return; }
    all(root, '.d-items').forEach(function (list) {
      if (list.dataset.ready) { return; }
      list.dataset.ready = '1';
      window.Sortable.create(list, { group: 'items', animation: 150, handle: '.d-grip, .d-kind', ghostClass: 'd-ghost', delay: 120, delayOnTouchOnly: true, onEnd: function (event) {
        if (event.from === event.to && event.oldIndex === event.newIndex) { return; }
        move(event.item.dataset.name, event.to.dataset.section, event.newIndex);
      } });
    });
    all(root, '[data-list]').forEach(function (list) {
      if (list.dataset.ready) { return; }
      list.dataset.ready = '1';
      window.Sortable.create(list, { animation: 150, handle: '.d-grip', ghostClass: 'd-ghost', delay: 120, delayOnTouchOnly: true, onEnd: function (event) {
        if (event.oldIndex !== event.newIndex) { send(document.getElementById('d-form'), null, false); }
      } });
    });
  }
  function move(name, section, place) {
    var form = document.getElementById('d-move');
    send(form, { name: 'do', value: 'move.' + name }, true, { section: section, place: place });
  }

  /* One request at a time; each carries the revision the last answer gave. */
  function send(form, button, whole, more) {
    if (!form) { return; }
    window.clearTimeout(waiting); typed = null;
    queue = queue.then(function () { return post(form, button, whole, more); });
  }
  function post(form, button, whole, more) {
    var data = new window.FormData(form), focus = document.activeElement && document.activeElement.id;
    data.set('revision', root.dataset.revision);
    if (button && button.name) { data.set(button.name, button.value); }
    if (more) { Object.keys(more).forEach(function (key) { data.set(key, more[key]); }); }
    tell(said.saidSaving);
    return window.fetch(form.action, { method: 'POST', body: data, credentials: 'same-origin' }).then(function (answer) {
      return answer.text().then(function (text) { take(answer, text, whole, focus, form); });
    }, function () { tell(said.saidLost); root.classList.add('lost'); });
  }
  function take(answer, text, whole, focus, form) {
    var page = new window.DOMParser().parseFromString(text, 'text/html'), next = page.getElementById('designer');
    if (!next) { /* stale, signed out, refused: the server's own page says what is wrong */
      if (answer.status === 409 || answer.status === 400) { form.elements.revision.value = root.dataset.revision; form.submit(); } else { window.location.href = answer.url; }
      return;
    }
    root.classList.remove('lost');
    var before = root.dataset.revision;
    root.dataset.revision = next.dataset.revision;
    var moved = root.dataset.item !== next.dataset.item;
    root.dataset.item = next.dataset.item;
    var busy = !whole && !moved;
    (busy ? ALWAYS : FRESH).forEach(function (id) { swap(id, page); });
    all(document, '#designer input[name=revision]').forEach(function (field) { field.value = root.dataset.revision; });
    all(document, '#designer input[name=after], #designer input[name=chosen]').forEach(function (field) { field.value = root.dataset.item; });
    tell(answer.ok ? said.saidSaved : '');
    flashes(page);
    if (answer.redirected && answer.ok && moved && window.history.replaceState) { window.history.replaceState(null, '', answer.url); }
    document.title = page.title;
    lists();
    if (!busy) {
      var again = focus && document.getElementById(focus);
      if (again && !again.disabled) { again.focus({ preventScroll: true }); }
      else if (moved && root.dataset.item) { var title = document.getElementById('e-title'); if (title) { title.focus({ preventScroll: true }); } }
    } else if (focus && document.activeElement === document.body) {
      var same = document.getElementById(focus);
      if (same) { same.focus({ preventScroll: true }); }
    }
    if (before !== root.dataset.revision || moved) { show(); }
  }
  function swap(id, page) {
    var old = document.getElementById(id), fresh = page.getElementById(id);
    if (!old || !fresh) { if (old && !fresh) { old.parentNode.removeChild(old); } else if (fresh && id === 'd-checks') { document.getElementById('editor').insertAdjacentElement('afterend', document.importNode(fresh, true)); } return; }
    if (old.outerHTML !== fresh.outerHTML) { old.parentNode.replaceChild(document.importNode(fresh, true), old); }
  }
  function flashes(page) {
    var old = document.querySelector('.flashes'), fresh = page.querySelector('.flashes');
    if (old) { old.parentNode.removeChild(old); }
    if (fresh) { document.getElementById('main').insertAdjacentElement('afterbegin', document.importNode(fresh, true)); }
  }

  /* The phone: the respondent's own page in a frame, drawn anew after each step. */
  function show() {
    var hash = root.dataset.item ? '#at-' + root.dataset.item : '';
    var url = frame.dataset.src.replace('/xx', '/' + frame.dataset.lang) + '?revision=' + root.dataset.revision + hash;
    frame.contentWindow.location.replace(url);
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.hasAttribute('data-live')) { return; }
    event.preventDefault();
    delete form.dataset.sent;
    var button = event.submitter || document.activeElement;
    var acted = button && button.form === form && button.name ? button : null;
    send(form, acted, true);
  });
  function later(event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute('data-auto') || event.target.hasAttribute('data-quiet')) { return; }
    typed = form;
    window.clearTimeout(waiting);
    tell(said.saidSaving);
    waiting = window.setTimeout(function () { if (typed) { send(typed, null, false); } }, event.type === 'change' ? 60 : 600);
  }
  document.addEventListener('input', later);
  document.addEventListener('change', later);
  /* Leaving the page with something typed: it is sent on the way out. */
  window.addEventListener('pagehide', function () {
    if (!typed || !navigator.sendBeacon) { return; }
    var data = new window.FormData(typed);
    data.set('revision', root.dataset.revision);
    navigator.sendBeacon(typed.action, data);
  });

  /* Choosing another question: without loading the whole page. */
  document.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('#d-outline a, #proof a, .d-links a[aria-current], .d-links a[href$="/instruments/' + location.pathname.split('/').pop() + '"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !root.contains(link)) { return; }
    event.preventDefault();
    if (typed) { send(typed, null, false); }
    queue = queue.then(function () {
      return window.fetch(link.href, { credentials: 'same-origin' }).then(function (answer) {
        return answer.text().then(function (text) {
          var page = new window.DOMParser().parseFromString(text, 'text/html');
          if (!page.getElementById('designer')) { window.location.href = link.href; return; }
          root.dataset.item = '-';
          take(answer, text, true, link.id, null);
          show();
          window.history.replaceState(null, '', link.href);
          all(document, '.d-links a').forEach(function (each) { if (each.href === link.href.split('#')[0]) { each.setAttribute('aria-current', 'page'); } else { each.removeAttribute('aria-current'); } });
          if (window.innerWidth < 992) { document.getElementById('editor').scrollIntoView(); }
        });
      }, function () { window.location.href = link.href; });
    });
  });

  /* Keyboard: Alt + up or down moves the question one is on. */
  document.addEventListener('keydown', function (event) {
    var line = event.target.closest && event.target.closest('.d-item');
    if (line && event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      send(document.getElementById('d-move'), { name: 'do', value: (event.key === 'ArrowUp' ? 'up.' : 'down.') + line.dataset.name }, true);
    }
  });

  /* A condition's answers are offered for the question it names; a new row appears when the last is used. */
  document.addEventListener('change', function (event) {
    if (!event.target.hasAttribute('data-values')) { return; }
    var row = event.target.closest('[data-row]'), value = row.querySelector('[name="rule.value"]');
    value.setAttribute('list', 'values-' + event.target.value);
    if (!row.nextElementSibling && event.target.value) {
      var copy = row.cloneNode(true);
      all(copy, 'select, input').forEach(function (field) { field.value = field.name === 'rule.op' ? '==' : ''; });
      row.parentNode.insertBefore(copy, row.nextSibling);
    }
  });

  all(document, '[data-preview-lang]').forEach(function (button) {
    button.addEventListener('click', function () {
      frame.dataset.lang = button.dataset.previewLang;
      all(document, '[data-preview-lang]').forEach(function (each) { if (each === button) { each.setAttribute('aria-current', 'true'); } else { each.removeAttribute('aria-current'); } });
      show();
    });
  });
  lists();
})();
