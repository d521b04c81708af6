/* The print button of the slips; the browser's own menu does the same. */
(function () {
  'use strict';
  var button = document.querySelector('[data-print]');
  if (button) { button.addEventListener('click', function () { window.print(); }); }
})();
