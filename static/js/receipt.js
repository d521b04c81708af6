/* The receipt this device kept: shown, copied, saved, and looked up on the public board by the device itself. Plain
   ES2015; the board is only judged by a browser that can run the ballot client. */
(function () {
  'use strict';
  var place = document.querySelector('[data-receipt]'), store = null, mine = [];
  try { store = window.localStorage; } catch (e) { store = null; }
  if (!place || !store) { return; }
  var name = 'xs-receipt:' + place.dataset.receipt, text = place.querySelector('[data-text]'), said = text.dataset;
  Object.keys(store).sort().forEach(function (key) {
    if (key !== name && key.indexOf(name + ':') !== 0) { return; }
    try { mine.push(JSON.parse(store.getItem(key))); } catch (e) { store.removeItem(key); }
  });
  if (!mine.length) { return; }
  function all(what) { return [].slice.call(place.querySelectorAll(what)); }
  function on(what, act) { place.querySelector(what).addEventListener('click', act); }
  function tell(now) {
    all('[data-when]').forEach(function (part) { part.hidden = part.dataset.when !== now; });
    place.querySelector('[data-checks]').hidden = now !== 'in' && now !== 'out';
  }
  /* More than one where several people used this device: the latest stands first. */
  text.value = mine.map(function (one) {
    return [said.title, said.survey + ' ' + place.dataset.receipt, said.fingerprint + ' ' + one.fingerprint, said.leaf + ' ' + one.leaf].concat(one.receipt ? said.signature + ' ' + one.receipt : []).join('\n') + '\n';
  }).join('\n');
  place.querySelector('[data-unsigned]').hidden = !!mine[0].receipt;
  place.hidden = false;
  text.style.height = text.scrollHeight + 4 + 'px';

  on('[data-copy]', function () {
    text.focus(); text.select();
    try { if (document.execCommand('copy')) { tell('copied'); } } catch (e) { /* it stays selected */ }
  });
  on('[data-save]', function (event) { event.currentTarget.href = 'data:text/plain;charset=utf-8,' + encodeURIComponent(text.value); });
  on('[data-remove]', function (event) {
    var button = event.currentTarget;
    if (button.dataset.sure) { button.textContent = button.dataset.sure; delete button.dataset.sure; return; }
    Object.keys(store).forEach(function (key) { if (key === name || key.indexOf(name + ':') === 0) { store.removeItem(key); } });
    place.hidden = true;
  });
  on('[data-check]', function () {
    if (!window.xsClient || !window.xsClient.able()) { tell('unable'); return; }
    tell('working');
    window.xsClient.load(place).then(function (client) {
      return fetch(place.dataset.board, { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' }).then(function (answer) {
        if (answer.status === 404) { tell('early'); return; }
        if (!answer.ok) { throw Error('offline'); }
        return answer.json().then(function (board) { show(judged(client, board)); });
      });
    }).catch(function () { tell('offline'); });
  });
  function judged(client, board) {
    try { return client.checkBoard(board, place.dataset.receipt, mine[0]); } catch (e) { return {}; }
  }
  function show(found) {
    var right = true;
    all('[data-is]').forEach(function (line) {
      var yes = !!found[line.dataset.is];
      right = right && yes;
      line.classList.toggle('wrong', !yes);
      line.querySelector('[data-yes]').hidden = !yes;
      line.querySelector('[data-no]').hidden = yes;
    });
    tell(right ? 'in' : 'out');
  }
})();
