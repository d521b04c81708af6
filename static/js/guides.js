/* Guides: topics moved by drag or button while one is written, one printed, and one beside the note of a talk. */
(function () {
  'use strict';

  function every(selector, inside, what) { Array.prototype.forEach.call(inside.querySelectorAll(selector), what); }

  every('[data-print]', document, function (button) { button.addEventListener('click', function () { window.print(); }); });

  /* ---- the order of topics: what is moved here is sent in its new order ---- */
  var list = document.querySelector('[data-topics]');

  function renumber() {
    var topics = list.querySelectorAll('[data-topic]');
    Array.prototype.forEach.call(topics, function (topic, at) {
      every('[id],[name],[for]', topic, function (node) {
        ['id', 'name', 'for'].forEach(function (attribute) {
          var value = node.getAttribute(attribute);
          if (value) { node.setAttribute(attribute, value.replace(/^topics-\d+/, 'topics-' + at)); }
        });
        if (node.name === 'then') { node.value = node.value.replace(/\d+$/, at); }
      });
      every('[aria-label]', topic, function (node) { node.setAttribute('aria-label', node.getAttribute('aria-label').replace(/\d+/, at + 1)); });
      topic.querySelector('[data-number]').textContent = at + 1;
      topic.querySelector('[data-move="-1"]').disabled = at === 0;
      topic.querySelector('[data-move="1"]').disabled = at === topics.length - 1;
    });
  }

  function move(topic, by) {
    var other = by < 0 ? topic.previousElementSibling : topic.nextElementSibling;
    if (!other) { return; }
    list.insertBefore(by < 0 ? topic : other, by < 0 ? other : topic);
    renumber();
  }

  if (list) {
    var held = null;
    list.addEventListener('click', function (event) {
      var button = event.target.closest('[data-move]');
      if (!button) { return; }
      event.preventDefault();
      move(button.closest('[data-topic]'), Number(button.dataset.move));
      (button.disabled ? button.parentNode.querySelector('[data-move]:not(:disabled)') : button).focus();
    });
    every('[data-grip]', list, function (grip) {
      grip.hidden = false;
      grip.draggable = true;
      grip.addEventListener('dragstart', function (event) {
        held = grip.closest('[data-topic]');
        held.classList.add('held');
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', '');
        event.dataTransfer.setDragImage(held, 20, 20);
      });
      grip.addEventListener('dragend', function () { if (held) { held.classList.remove('held'); held = null; renumber(); } });
    });
    list.addEventListener('dragover', function (event) {
      var over = event.target.closest('[data-topic]');
      if (!held || !over) { return; }
      event.preventDefault();
      if (over === held) { return; }
      var box = over.getBoundingClientRect();
      list.insertBefore(held, event.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
    });
    list.addEventListener('drop', function (event) { event.preventDefault(); });
  }

  /* ---- beside the note ---- */
  var aside = document.querySelector('[data-guides]');
  var form = aside && aside.closest('form');
  var notes = form && form.elements.notes;
  if (!notes) { return; }

  var choice = aside.querySelector('[data-choice]');
  if (choice) {
    aside.querySelector('[data-pick]').hidden = false;
    aside.querySelector('[data-tick]').hidden = false;
    aside.classList.add('picked');
    var show = function () {
      every('[data-guide]', aside, function (one) { one.hidden = one.dataset.guide !== choice.value; one.open = !one.hidden; });
    };
    show();
    choice.addEventListener('change', function (event) {
      event.stopPropagation(); /* no change of the record */
      show();
      if (!form.dataset.talkId) { return; }
      var body = new URLSearchParams();
      body.append('csrf_token', form.elements.csrf_token.value);
      body.append('guide', choice.value);
      fetch('/app/talks/' + form.dataset.talkId + '/guide', { method: 'POST', body: body, credentials: 'same-origin', redirect: 'manual' })
        .catch(function () { /* only a preference: asked again next time */ });
    });
  }

  function heading(title) { return /[\u3400-\u9fff]/.test(title) ? '【' + title + '】' : title + ':'; }

  function at(line) { return ('\n' + notes.value + '\n').indexOf('\n' + line + '\n'); }

  function ticks() {
    every('[data-heading]', aside, function (box) { box.checked = at(heading(box.dataset.heading)) >= 0; });
  }

  aside.addEventListener('change', function (event) {
    var box = event.target;
    if (!box.dataset || !('heading' in box.dataset)) { return; }
    event.stopPropagation();
    var line = heading(box.dataset.heading), place = at(line), text = notes.value;
    if (box.checked && place < 0) {
      notes.value = (text.trim() ? text.replace(/\s+$/, '') + '\n' : '') + line + '\n';
    } else if (!box.checked && place >= 0) {
      var rest = text.slice(place + line.length).replace(/^\n+/, '');
      if (rest && !/^(?:【[^】]*】|[^\n:]+:)\n/.test(rest + '\n')) { box.checked = true; return; } /* something was written under it */
      notes.value = text.slice(0, place) + rest;
    }
    notes.dispatchEvent(new Event('input', { bubbles: true }));
    if (box.checked) {
      notes.focus();
      notes.setSelectionRange(notes.value.length, notes.value.length);
    }
  });
  notes.addEventListener('input', ticks);
  ticks();
})();
