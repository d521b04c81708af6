// SHA-256, SHA-384, HMAC and HKDF (FIPS 180-4, RFC 2104, RFC 5869). The browser's own are not to be had on a plain
// http address of a local network, so they are here.

// The constants are the first 64 bits of the fractional parts of roots of primes: computed, so that nobody has to
// trust a table. SHA-256 uses the first 32 bits of the same numbers.
const primes = [];
for (let n = 2; primes.length < 80; n++) if (primes.every((prime) => n % prime)) primes.push(n);
// The `power`-th root of `prime`, times 2^64, without what stands before the point, as two halves.
function fraction(prime, power) {
  const target = BigInt(prime) << (64n * power), before = power - 1n;
  let root = BigInt(Math.ceil(Math.pow(prime, 1 / Number(power)) * 2 ** 20 + 1)) << 44n, next = root;
  do {
    root = next;
    next = (before * root + target / root ** before) / power;
  } while (next < root);
  return [Number(root >> 32n & 0xffffffffn) | 0, Number(root & 0xffffffffn) | 0];
}
const roots = (count, power) => [].concat(...primes.slice(0, count).map((prime) => fraction(prime, power))),
  rounds = roots(80, 3n), starts = roots(16, 2n);

// The message, a one bit, noughts, and its length in bits: whole blocks of `size` bytes, to be read as words.
function padded(parts, size) {
  const bytes = join(...parts), whole = zeros(Math.ceil((bytes.length + 1 + size / 8) / size) * size);
  const view = new DataView(whole.buffer);
  whole.set(bytes);
  whole[bytes.length] = 128;
  view.setUint32(whole.length - 4, bytes.length * 8);
  return view;
}
function spelled(words) {
  const view = new DataView(zeros(words.length * 4).buffer);
  words.forEach((word, i) => view.setInt32(i * 4, word));
  return new Uint8Array(view.buffer);
}

function sha256(...parts) {
  const view = padded(parts, 64), w = [], turn = (x, n) => x >>> n | x << (32 - n);
  let state = starts.filter((word, i) => i < 16 && i % 2 < 1);
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = i < 16 ? view.getInt32(block + i * 4) : w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) +
        (turn(y, 17) ^ turn(y, 19) ^ y >>> 10) | 0;
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + rounds[i * 2] + w[i] | 0;
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c);
      h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
    }
    state = [a, b, c, d, e, f, g, h].map((word, i) => word + state[i] | 0);
  }
  return spelled(state);
}

// The same with words of 64 bits, each two of 32: A stands above a. Low halves are added first; what runs over goes
// to the high ones.
function sha384(...parts) {
  const view = padded(parts, 128), w = [], over = (low) => Math.floor(low / 2 ** 32);
  const turn = (h, l, n) => n < 32 ? h >>> n | l << (32 - n) : l >>> (n - 32) | h << (64 - n);
  const mix = (h, l, n, m, k) => turn(h, l, n) ^ turn(h, l, m) ^ turn(h, l, k);
  let state = starts.slice(16);
  for (let block = 0; block < view.byteLength; block += 128) {
    let [A, a, B, b, C, c, D, d, E, e, F, f, G, g, H, h] = state;
    for (let i = 0; i < 160; i += 2) {
      const X = w[i - 30], x = w[i - 29], Y = w[i - 4], y = w[i - 3];
      if (i < 32) {
        w[i] = view.getInt32(block + i * 4);
        w[i + 1] = view.getInt32(block + i * 4 + 4);
      } else {
        const low = (w[i - 31] >>> 0) + (w[i - 13] >>> 0) + (mix(x, X, 1, 8, 7) >>> 0) + (mix(y, Y, 19, 61, 6) >>> 0);
        w[i] = w[i - 32] + w[i - 14] + (turn(X, x, 1) ^ turn(X, x, 8) ^ X >>> 7) + (turn(Y, y, 19) ^ turn(Y, y, 61) ^ Y >>> 6) + over(low) | 0;
        w[i + 1] = low | 0;
      }
      const one = (h >>> 0) + (mix(e, E, 14, 18, 41) >>> 0) + ((e & f ^ ~e & g) >>> 0) + (rounds[i + 1] >>> 0) + (w[i + 1] >>> 0);
      const One = H + mix(E, e, 14, 18, 41) + (E & F ^ ~E & G) + rounds[i] + w[i] + over(one);
      const two = (one >>> 0) + (mix(a, A, 28, 34, 39) >>> 0) + ((a & b ^ a & c ^ b & c) >>> 0);
      const Two = One + mix(A, a, 28, 34, 39) + (A & B ^ A & C ^ B & C) + over(two);
      H = G; h = g; G = F; g = f; F = E; f = e; e = (d >>> 0) + (one >>> 0); E = D + One + over(e) | 0; e |= 0;
      D = C; d = c; C = B; c = b; B = A; b = a; A = Two | 0; a = two | 0;
    }
    const end = [A, a, B, b, C, c, D, d, E, e, F, f, G, g, H, h];
    state = state.map((word, i) => (i % 2 ? word + end[i] : word + end[i] + over((state[i + 1] >>> 0) + (end[i + 1] >>> 0))) | 0);
  }
  return spelled(state.slice(0, 12));
}

// The keys here are 32 bytes, shorter than a block.
function hmac(key, ...parts) {
  const pad = (byte) => join(key, zeros(64 - key.length)).map((one) => one ^ byte);
  return sha256(pad(92), sha256(pad(54), ...parts));
}

// `length` bytes derived from `key`, itself extracted from the seed, for one purpose.
function derived(key, info, length) {
  let out = [], last = [];
  for (let n = 1; out.length < length; n++) {
    last = hmac(key, last, info, [n]);
    out = join(out, last);
  }
  return out.slice(0, length);
}
