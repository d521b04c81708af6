/* The plan of talks: a proposal, or a talk already planned, is dragged onto a day. Letting go sends the form that
   stands on the card, so that nothing happens here that the form without scripts could not do. */
(function () {
  'use strict';
  var printer = document.querySelector('[data-print]');
  if (printer) { printer.hidden = false; printer.addEventListener('click', function () { window.print(); }); }
  var root = document.querySelector('[data-agenda]');
  if (!root || !window.PointerEvent) { return; }
  document.documentElement.classList.add('drags');
  var said = root.dataset, held = null, EDGE = 60;

  function cellAt(x, y) {
    var at = document.elementFromPoint(x, y);
    return at && at.closest ? at.closest('.month td[data-day]') : null;
  }
  function light(cell) {
    if (held.cell === cell) { return; }
    if (held.cell) { held.cell.classList.remove('over'); }
    held.cell = cell && !cell.classList.contains('past') ? cell : null;
    if (held.cell) { held.cell.classList.add('over'); }
    held.ghost.lastChild.textContent = cell ? (held.cell ? said.saidDrop.replace('{day}', cell.dataset.words) : said.saidPast) : '';
  }
  function draw(event) {
    held.ghost.style.transform = 'translate(' + Math.round(event.clientX + 12) + 'px,' + Math.round(event.clientY + 8) + 'px)';
    held.ghost.hidden = false;
    light(cellAt(event.clientX, event.clientY));
    /* On a phone the days stand above the proposals: near an edge the page moves along. */
    held.speed = event.clientY < EDGE ? -12 : (event.clientY > window.innerHeight - EDGE ? 12 : 0);
    held.x = event.clientX; held.y = event.clientY;
  }
  function roll() {
    if (!held) { return; }
    if (held.speed) { window.scrollBy(0, held.speed); light(cellAt(held.x, held.y)); }
    held.frame = window.requestAnimationFrame(roll);
  }
  function begin(event) {
    var grip = event.target.closest && event.target.closest('.grip');
    if (!grip || event.button || held) { return; }
    var card = grip.closest('[data-proposal], [data-move]'), form = card && card.querySelector('form');
    if (!form) { return; }
    event.preventDefault();
    var ghost = document.createElement('div');
    ghost.className = 'ghost'; ghost.hidden = true;
    ghost.appendChild(document.createElement('b')).textContent = card.querySelector('b, a').textContent;
    ghost.appendChild(document.createElement('span'));
    document.body.appendChild(ghost);
    held = { card: card, form: form, ghost: ghost, grip: grip, pointer: event.pointerId, cell: null, speed: 0, x: event.clientX, y: event.clientY };
    grip.setPointerCapture(event.pointerId);
    card.classList.add('lifted'); root.classList.add('dragging');
    held.frame = window.requestAnimationFrame(roll);
  }
  function end(event, drop) {
    if (!held || event.pointerId !== held.pointer) { return; }
    var cell = held.cell, form = held.form;
    window.cancelAnimationFrame(held.frame);
    if (cell) { cell.classList.remove('over'); }
    held.ghost.remove(); held.card.classList.remove('lifted'); root.classList.remove('dragging');
    held = null;
    if (drop && cell) { form.elements.day.value = cell.dataset.day; form.requestSubmit(); }
  }
  root.addEventListener('pointerdown', begin);
  document.addEventListener('pointermove', function (event) { if (held && event.pointerId === held.pointer) { draw(event); } });
  document.addEventListener('pointerup', function (event) { end(event, true); });
  document.addEventListener('pointercancel', function (event) { end(event, false); });
  document.addEventListener('keydown', function (event) {
    if (held && event.key === 'Escape') { end({ pointerId: held.pointer }, false); }
  });
})();
