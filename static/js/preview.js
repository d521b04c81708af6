/* The preview beside the designer: every part open, nothing kept on the device, nothing sent. */
(function () {
  'use strict';
  try {
    Object.keys(window.localStorage).forEach(function (key) { if (key.indexOf('xs:preview-') === 0) { window.localStorage.removeItem(key); } });
  } catch (e) { /* a browser that keeps nothing keeps nothing of ours */ }
  document.addEventListener('submit', function (event) { event.preventDefault(); event.stopImmediatePropagation(); }, true);
  document.addEventListener('DOMContentLoaded', function () {
    document.documentElement.classList.add('preview');
    [].forEach.call(document.querySelectorAll('[data-step]'), function (step) { step.classList.add('on'); });
    /* Not the id itself: going to an id inside a frame would scroll the page around it too. */
    var chosen = location.hash.indexOf('#at-') === 0 && document.getElementById('q-' + location.hash.slice(4));
    if (chosen) { chosen.hidden = false; window.scrollTo(0, chosen.getBoundingClientRect().top + window.pageYOffset - 70); }
  });
})();
