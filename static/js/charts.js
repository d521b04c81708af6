/* A chart as PNG: the browser draws the downloaded SVG on a canvas. Without script the SVG link remains. */
(function () {
  'use strict';
  var SCALE = 2;

  function save(url, name) {
    var link = document.createElement('a');
    link.href = url;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    document.body.removeChild(link);
  }

  function draw(text, name) {
    var sheet = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    var box = (sheet.getAttribute('viewBox') || '0 0 590 300').split(' ').map(Number);
    sheet.setAttribute('width', box[2]);
    sheet.setAttribute('height', box[3]);
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement('canvas');
      canvas.width = box[2] * SCALE;
      canvas.height = box[3] * SCALE;
      var pen = canvas.getContext('2d');
      pen.fillStyle = '#ffffff';
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      save(canvas.toDataURL('image/png'), name);
    };
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(new XMLSerializer().serializeToString(sheet));
  }

  Array.prototype.forEach.call(document.querySelectorAll('a[data-png]'), function (link) {
    link.hidden = false;
    link.addEventListener('click', function (event) {
      event.preventDefault();
      fetch(link.href, { credentials: 'same-origin' }).then(function (answer) {
        return answer.ok ? answer.text() : Promise.reject(new Error(answer.status));
      }).then(function (text) {
        draw(text, link.getAttribute('data-png'));
      }).catch(function () { window.location = link.href; });
    });
  });
})();
