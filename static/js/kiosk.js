/* A shared tablet: nothing is kept on it, and what somebody left open is cleared. Every page works without this. */
(function () {
  'use strict';
  /* The questionnaire keeps its drafts in the device's storage; here it finds none, and what may lie there goes. */
  ['localStorage', 'sessionStorage'].forEach(function (name) {
    try { Object.keys(window[name]).forEach(function (key) { if (/^xs/.test(key)) { window[name].removeItem(key); } }); } catch (e) { /* nothing kept */ }
    try { Object.defineProperty(window, name, { value: null }); } catch (e) { /* a browser that will not; cleared on leaving */ }
  });
  /* A slip is a ballot already: it goes with the answers, and nothing is collected for it. */
  try { Object.defineProperty(window, 'xsCollect', { get: function () { return null; }, set: function () { /* not here */ } }); } catch (e) { /* the server refuses it as well */ }
  window.addEventListener('pageshow', function (event) { if (event.persisted) { location.reload(); } });
  document.addEventListener('DOMContentLoaded', function () {
    var box = document.querySelector('[data-kiosk]');
    if (!box) { return; }
    var start = box.dataset.kiosk, idle = +box.dataset.idle || 0, left = +box.dataset.seconds, line = box.querySelector('[data-left]');
    var stay = box.querySelector('[data-stay]'), rest = idle, running = !idle, back = null;
    function tell() { line.textContent = line.dataset.left.replace('{0}', left); }
    function go() { location.replace(start); }
    function ask(on) {
      box.hidden = !on; running = on; rest = idle; left = +box.dataset.seconds;
      if (on) { back = document.activeElement; tell(); stay.focus(); } else if (back && back.focus) { back.focus(); }
    }
    var timer = setInterval(function () {
      if (running) { left -= 1; if (left < 1) { clearInterval(timer); go(); } else { tell(); } return; }
      rest -= 1;
      if (rest < 1) { ask(true); }
    }, 1000);
    stay.addEventListener('click', function (event) {
      event.preventDefault();
      if (idle) { ask(false); } else { clearInterval(timer); line.textContent = ''; stay.hidden = true; }
    });
    var next = box.querySelector('[data-next-one]');
    if (next) { next.addEventListener('click', function (event) { event.preventDefault(); go(); }); }
    ['input', 'click', 'keydown', 'scroll', 'touchstart'].forEach(function (what) { document.addEventListener(what, function () { if (!running) { rest = idle; } }, true); });
  });
})();
