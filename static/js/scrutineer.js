/* A scrutineer's key, made on the device: X25519 (RFC 7748) and SHA-256 on the browser's own numbers, for the browser's
   own cryptography is not to be had on a plain http address. Nothing is sent. */
(function () {
  'use strict';
  var p = 2n ** 255n - 19n;
  function mod(a) { a %= p; return a < 0n ? a + p : a; }
  function power(a, e) { var r = 1n; for (a = mod(a); e; e >>= 1n) { if (e & 1n) { r = mod(r * a); } a = mod(a * a); } return r; }
  function number(bytes) { return bytes.reduceRight(function (n, byte) { return n << 8n | BigInt(byte); }, 0n); }
  function bytesOf(n) { var out = []; for (var i = 0; i < 32; i++) { out.push(Number(n & 255n)); n >>= 8n; } return out; }

  /* The Montgomery ladder. */
  function x25519(scalar, point) {
    var k = (number(scalar) & ~7n & (2n ** 255n - 1n)) | 2n ** 254n, u = number(point) & (2n ** 255n - 1n);
    var x2 = 1n, z2 = 0n, x3 = u, z3 = 1n, swap = 0n;
    for (var t = 254n; t >= 0n; t--) {
      var bit = k >> t & 1n;
      if (swap !== bit) { [x2, x3] = [x3, x2]; [z2, z3] = [z3, z2]; }
      swap = bit;
      var a = x2 + z2, aa = mod(a * a), b = x2 - z2, bb = mod(b * b), e = aa - bb, da = mod((x3 - z3) * a), cb = mod((x3 + z3) * b);
      x3 = mod((da + cb) ** 2n); z3 = mod(u * mod((da - cb) ** 2n)); x2 = mod(aa * bb); z2 = mod(e * (aa + 121665n * e));
    }
    return bytesOf(mod((swap ? x3 : x2) * power(swap ? z3 : z2, p - 2n)));
  }

  /* SHA-256 (FIPS 180-4) of 32 bytes: one block; its constants are computed, not copied. */
  function root(n, e) { var x = BigInt(Math.ceil(Math.pow(n, 1 / Number(e)) * 2 ** 20 + 1)) << 12n, y; for (;;) { y = ((e - 1n) * x + (BigInt(n) << 32n * e) / x ** (e - 1n)) / e; if (y >= x) { return Number(x & 0xffffffffn) | 0; } x = y; } }
  function sha256(bytes) {
    var primes = [], w = [], i, n;
    for (n = 2; primes.length < 64; n++) { if (primes.every(function (q) { return n % q; })) { primes.push(n); } }
    var h = primes.slice(0, 8).map(function (q) { return root(q, 2n); }), s = h.slice();
    var block = bytes.concat([128], new Array(29).fill(0), [1, 0]);
    function turn(x, by) { return x >>> by | x << 32 - by; }
    for (i = 0; i < 64; i++) {
      var a = s[0], e = s[4], x = w[i - 15], y = w[i - 2];
      w[i] = i < 16 ? block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3]
        : w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) + (turn(y, 17) ^ turn(y, 19) ^ y >>> 10) | 0;
      var one = s[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & s[5] ^ ~e & s[6]) + root(primes[i], 3n) + w[i];
      var two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & s[1] ^ a & s[2] ^ s[1] & s[2]);
      s = [one + two | 0, a, s[1], s[2], s[3] + one | 0, e, s[5], s[6]];
    }
    return h.map(function (v, k) { return (v + s[k] >>> 0).toString(16).padStart(8, '0'); }).join('');
  }
  function b64u(bytes) { return btoa(String.fromCharCode.apply(null, bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, ''); }
  function key(secret) {
    var open = x25519(secret, [9].concat(new Array(31).fill(0))), digest = sha256(open);
    return { text: 'svb1-scrutineer ' + b64u(secret) + ' ' + digest.slice(0, 8) + '\n', open: b64u(open), check: digest.slice(0, 12).replace(/(.{4})(?=.)/g, '$1 ') };
  }
  window.xsScrutineer = { x25519: x25519, key: key };

  var box = document.getElementById('make');
  if (!box || !window.crypto) { return; }
  function part(name) { return box.querySelector('[data-' + name + ']'); }
  part('make').hidden = false; part('not').hidden = true;
  part('make').addEventListener('click', function () {
    var made = key(Array.from(crypto.getRandomValues(new Uint8Array(32))));
    part('public').textContent = made.open; part('check').textContent = made.check;
    part('save').href = 'data:text/plain;charset=us-ascii,' + encodeURIComponent(made.text);
    part('save').download = box.dataset.name + '-' + made.check.slice(0, 4) + '.txt';
    part('make').hidden = true; part('made').hidden = false; part('title').focus();
  });
}());
