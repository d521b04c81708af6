/* Passkeys: ask the browser for one, and send what it says as an ordinary form. Without this file a code does. */
(function () {
  'use strict';

  function bytes(text) {
    var raw = window.atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(raw, function (sign) { return sign.charCodeAt(0); });
  }

  function text(buffer) {
    var raw = Array.prototype.map.call(new Uint8Array(buffer), function (byte) { return String.fromCharCode(byte); });
    return window.btoa(raw.join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  function described(list) {
    return (list || []).map(function (each) { return Object.assign({}, each, { id: bytes(each.id) }); });
  }

  function asked(told) {
    var options = Object.assign({}, told, { challenge: bytes(told.challenge) });
    if (told.user) { options.user = Object.assign({}, told.user, { id: bytes(told.user.id) }); }
    if (told.excludeCredentials) { options.excludeCredentials = described(told.excludeCredentials); }
    if (told.allowCredentials) { options.allowCredentials = described(told.allowCredentials); }
    return options;
  }

  function said(credential) {
    var answer = credential.response, told = {};
    ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'].forEach(function (name) {
      if (answer[name]) { told[name] = text(answer[name]); }
    });
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: told,
      clientExtensionResults: {}
    });
  }

  function fetched(form) {
    var token = form.querySelector('input[name="csrf_token"]').value;
    return window.fetch(form.dataset.options, {
      method: 'POST', credentials: 'same-origin', headers: { 'X-CSRFToken': token, 'Accept': 'application/json' }
    }).then(function (answer) {
      return answer.json().then(function (told) {
        /* The password was given too long ago: ask for it first. */
        if (answer.status === 403) { window.location.assign(told); return new Promise(function () {}); }
        if (!answer.ok) { throw new Error(answer.status); }
        return asked(JSON.parse(told));
      });
    });
  }

  function offer(form) {
    var error = form.querySelector('.field-error'), button = form.querySelector('button[type="submit"]');
    form.hidden = false;
    form.addEventListener('submit', function (event) {
      if (form.elements.passkey.value) { return; }
      event.preventDefault();
      event.stopPropagation();
      error.hidden = true;
      button.disabled = true;
      fetched(form).then(function (options) {
        return navigator.credentials[form.dataset.passkey]({ publicKey: options });
      }).then(function (credential) {
        form.elements.passkey.value = said(credential);
        form.submit();
      }).catch(function () {
        error.textContent = form.dataset.refused;
        error.hidden = false;
        button.disabled = false;
      });
    });
  }

  if (window.isSecureContext && window.PublicKeyCredential && navigator.credentials && window.fetch) {
    Array.prototype.forEach.call(document.querySelectorAll('form[data-passkey]'), offer);
  }
})();
