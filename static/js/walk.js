/* Talks on a walk-round: one hand, one note after the other, each kept on this device and sent when it can be. */
(function () {
  'use strict';
  var here = window.xsDevice, form = document.querySelector('form[data-walk]');
  if (!here || !form) { return; }
  var MOST = 6;
  var member = form.elements.member, list = form.querySelector('[data-matches]'), state = document.getElementById('draft-state');
  var people = Array.prototype.map.call(document.querySelectorAll('#people option'), function (option) {
    return { called: option.value, group: option.textContent, text: (option.value + ' ' + option.textContent).toLowerCase() };
  });
  var draft = form.dataset.account + '-walk', correcting = null;
  var key = here.random();
  form.elements.edited.value = '';
  form.elements.device_key.value = key;

  if (!/\/talks\/walk$/.test(location.pathname)) { document.querySelector('[data-instead]').hidden = false; }
  function today() {
    var day = new Date();
    day.setMinutes(day.getMinutes() - day.getTimezoneOffset());
    return day.toISOString().slice(0, 10);
  }
  form.elements.held_on.value = today();

  /* ---- who: a list that needs no connection ---- */
  member.removeAttribute('list'); /* the browser's own list covers half of a phone */
  function row(words, small, done) {
    var item = document.createElement('li'), button = document.createElement('button'), extra = document.createElement('small');
    button.type = 'button';
    button.textContent = words;
    extra.textContent = small;
    button.appendChild(extra);
    button.addEventListener('click', done);
    item.appendChild(button);
    return item;
  }
  function search() {
    var wanted = member.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.textContent = '';
    var found = wanted.length ? people.filter(function (one) { return wanted.every(function (word) { return one.text.indexOf(word) >= 0; }); }) : [];
    list.hidden = !found.length || found.some(function (one) { return one.called === member.value; });
    found.slice(0, MOST).forEach(function (one) {
      list.appendChild(row(one.called, one.group, function () { choose(one); }));
    });
  }
  function choose(one) {
    member.value = one.called;
    list.hidden = true;
    changed();
    var chip = form.querySelector('input[name=occasion]');
    if (chip) { chip.focus(); }
  }
  member.addEventListener('input', search);
  member.addEventListener('keydown', function (event) {
    /* Enter takes the first one instead of sending a form that is not finished. */
    if (event.key === 'Enter' && !list.hidden && list.firstChild) { event.preventDefault(); list.querySelector('button').click(); }
  });

  /* ---- what is being written survives everything ---- */
  function content() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) { if (['csrf_token', 'device'].indexOf(name) < 0) { pairs.push([name, value]); } });
    return pairs;
  }
  function fill(pairs) {
    Array.prototype.forEach.call(form.querySelectorAll('input[type=radio]'), function (radio) { radio.checked = false; });
    pairs.forEach(function (pair) {
      var field = form.elements[pair[0]];
      if (field && ['csrf_token', 'device'].indexOf(pair[0]) < 0) { field.value = pair[1]; }
    });
  }
  function changed() {
    here.drafts.keep(draft, { at: Date.now(), fields: content(), correcting: correcting && correcting.key }).then(function (kept) {
      var now = new Date();
      if (kept) { state.textContent = state.dataset.sayKept.replace('{time}', ('0' + now.getHours()).slice(-2) + ':' + ('0' + now.getMinutes()).slice(-2)); }
    });
  }
  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  here.drafts.get(draft).then(function (left) {
    if (!left || !blank()) { return undefined; }
    var own = left.fields.filter(function (pair) { return pair[0] === 'device_key'; })[0];
    return here.queue.get('new-' + here.account + '-' + (own ? own[1] : '')).then(function (entry) {
      if (entry && !left.correcting) { return here.drafts.remove(draft); } /* finished already: it waits below */
      fill(left.fields);
      key = form.elements.device_key.value || key;
      correcting = left.correcting && entry || null;
      return undefined;
    });
  });

  function next() {
    var same = {};
    ['held_on', 'interviewer', 'place', 'mode', 'investigation'].forEach(function (name) { same[name] = form.elements[name].value; });
    form.reset();
    Object.keys(same).forEach(function (name) { form.elements[name].value = same[name]; });
    member.value = form.elements.notes.value = form.elements.edited.value = '';
    Array.prototype.forEach.call(form.querySelectorAll('input[type=radio]'), function (radio) { radio.checked = false; });
    key = here.random();
    form.elements.device_key.value = key;
    correcting = null;
    state.textContent = '';
    window.scrollTo(0, 0);
    member.focus();
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    delete form.dataset.sent;
    var name = member.value;
    var entry = correcting || { key: 'new-' + here.account + '-' + key, account: here.account, url: form.getAttribute('action') || '/app/talks/walk', draft: '' };
    var kept = (entry.fields || []).filter(function (pair) { return !form.elements[pair[0]]; }); /* promises of a full sheet */
    if (entry.tried && form.elements.edited) { form.elements.edited.value = '1'; }
    entry.fields = content().concat(kept);
    entry.at = Date.now();
    entry.name = name;
    delete entry.refused;
    next(); /* at once: the next note may be begun before this one is on the disk */
    here.queue.put(entry).then(function () {
      var words = document.querySelector('[data-kept] [data-words]');
      words.textContent = words.dataset.words.replace('{name}', name);
      document.querySelector('[data-kept]').hidden = false;
      if (blank()) { here.drafts.remove(draft); } else { changed(); }
      here.sync();
    }).catch(function () { fill(entry.fields); form.submit(); /* this browser keeps nothing: straight to the server */ });
  });
  function blank() { return !member.value && !form.elements.notes.value; }

  /* ---- what waits, and why ---- */
  var waiting = document.querySelector('[data-queue]'), card = document.querySelector('[data-queue-card]');
  function line(words, kind) {
    var paragraph = document.createElement('p');
    paragraph.textContent = words;
    if (kind) { paragraph.className = kind; }
    return paragraph;
  }
  function does(words, done) {
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-light btn-sm';
    button.textContent = words;
    button.addEventListener('click', done);
    return button;
  }
  function leads(words, address) {
    var link = document.createElement('a');
    link.className = 'btn btn-light btn-sm';
    link.textContent = words;
    link.href = address;
    return link;
  }
  function draw() {
    return here.queue.all().then(function (entries) {
      waiting.textContent = '';
      card.hidden = !entries.length;
      entries.forEach(function (entry) {
        var item = document.createElement('li'), buttons = document.createElement('div'), says = waiting.dataset;
        buttons.className = 'do';
        item.appendChild(line(entry.name || '–'));
        item.appendChild(entry.refused ? line(entry.refused.message || says.sayLook, 'why') : line(says.sayWaits, 'muted'));
        if (entry.sheet) {
          item.appendChild(line(says.saySheet, 'muted'));
          buttons.appendChild(leads(says.sayOpen, entry.refused && entry.refused.look || '/app/talks/' + entry.sheet + '/record'));
        } else if (entry.refused && entry.refused.look) {
          buttons.appendChild(leads(says.sayLook, entry.refused.look));
        } else { buttons.appendChild(does(says.sayCorrect, function () { correct(entry); })); }
        if (entry.refused) {
          buttons.appendChild(does(says.sayDrop, function () { if (window.confirm(says.saySure)) { here.queue.remove(entry.key); } }));
        }
        item.appendChild(buttons);
        waiting.appendChild(item);
      });
    });
  }
  function correct(entry) {
    correcting = entry;
    fill(entry.fields);
    key = form.elements.device_key.value;
    window.scrollTo(0, 0);
    changed();
    member.focus();
  }
  document.querySelector('[data-send]').addEventListener('click', function () {
    here.queue.all().then(function (entries) {
      return Promise.all(entries.map(function (entry) { delete entry.refused; return here.queue.put(entry); }));
    }).then(here.sync);
  });
  window.addEventListener('xinsheng-saved', function (event) {
    var item = document.createElement('li'), place = document.querySelector('[data-done]');
    item.appendChild(leads(event.detail.entry.name || '–', event.detail.url));
    event.detail.like.forEach(function (one) { item.appendChild(line(one.says, 'why')); });
    place.insertBefore(item, place.firstChild);
    document.querySelector('[data-done-card]').hidden = false;
  });
  here.onchange(draw);
  draw();
})();
