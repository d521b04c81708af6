// The board's page: looks a receipt up on the device itself, so that no ballot number is sent anywhere.
// It lets ballot.js judge the whole board as well: a number on a forged list would prove nothing.
(function () {
  'use strict';
  var card = document.querySelector('[data-board]'), client = window.xsBallot;
  if (!card || !client || !window.fetch) { return; }
  var form = card.querySelector('[data-mine]'), field = form.elements.receipt, board = null;

  function say(kind) {
    card.querySelectorAll('[data-said]').forEach(function (one) { one.hidden = one.dataset.said !== kind; });
  }

  // The number and the signature, wherever they stand in what was pasted; see forms/board.py.
  function read(text) {
    var whole = [text, text.replace(/\s+/g, '')], number = null, from = '';
    whole.forEach(function (one) {
      var found = /(^|[^0-9A-Za-z_-])([0-9A-Fa-f]{64})(?![0-9A-Za-z_-])/.exec(one);
      if (found && !number) { number = found[2]; from = one.replace(found[2], '|'); }
    });
    if (!number) { return null; }
    var signature = (from.match(/(?:[A-Za-z0-9_-]{12,}\s*)+/g) || [])
      .map(function (one) { return one.replace(/\s+/g, ''); })
      .filter(function (one) { return one.length === 86; })[0];
    return { leaf: number.toLowerCase(), receipt: signature || '' };
  }

  function judge(mine) {
    var known = client.manifest(board.manifest, card.dataset.board), genuine = false;
    var found = client.checkBoard(board, card.dataset.board, { leaf: mine.leaf, fingerprint: known.fingerprint });
    if (!(found.survey && found.signed && found.root && found.counts)) { return 'broken'; }
    if (mine.receipt) {
      try { genuine = client.checkReceipt(known, client.unhex(mine.leaf), client.unb64u(mine.receipt)); } catch (error) { genuine = false; }
    }
    if (!found.included) { return genuine ? 'missing' : 'absent'; }
    return !mine.receipt ? 'listed' : genuine ? 'in' : 'other';
  }

  function fetched() {
    if (board) { return Promise.resolve(); }
    return fetch(card.dataset.file, { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' })
      .then(function (reply) { if (!reply.ok) { throw Error('board'); } return reply.json(); })
      .then(function (told) { board = told; });
  }

  // The receipt this device kept when it answered, see static/js/survey.js.
  function kept() {
    try { return JSON.parse(window.localStorage.getItem('xs-receipt:' + card.dataset.board)); } catch (error) { return null; }
  }
  var own = kept();
  if (own && own.leaf && !field.value) {
    field.value = own.leaf + '\n' + (own.receipt || '');
    say('kept');
  }

  form.addEventListener('submit', function (event) {
    var mine = read(field.value);
    event.preventDefault();
    if (!mine) { say('malformed'); return; }
    say('working');
    fetched().then(function () {
      // Let the page be drawn first: thousands of ballots take a moment.
      setTimeout(function () {
        var kind = 'broken';
        try { kind = judge(mine); } catch (error) { kind = 'broken'; }
        say(kind);
      }, 30);
    }).catch(function () { say('offline'); });
  });
})();
