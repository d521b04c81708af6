// The check of ECDSA signatures over P-256 with SHA-256 (FIPS 186-5), which receipts and the board bear: r and s, 32
// bytes each. Everything here is public, so it need not take the same time always.
const prime256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
  order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  generator = [
    0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n, 1n
  ];

// Points are [x, y, z] for (x / z^2, y / z^3); z is nought for the point at infinity. Remainders may be negative.
function doubled([x, y, z]) {
  const square = y * y % prime256, s = 4n * x * square, t = z * z, m = 3n * (x - t) * (x + t) % prime256;
  const next = (m * m - 2n * s) % prime256;
  return [next, (m * (s - next) - 8n * square * square) % prime256, 2n * y * z % prime256];
}
function added(one, other) {
  const [x, y, z] = one, [X, Y, Z] = other;
  if (!z) return other;
  if (!Z) return one;
  const a = z * z, b = Z * Z, u = x * b % prime256, s = y * b * Z % prime256;
  const h = (X * a - u) % prime256, r = (Y * a * z - s) % prime256;
  if (!h && !r) return doubled(one);
  const square = h * h % prime256, cube = h * square % prime256, v = u * square, next = (r * r - cube - 2n * v) % prime256;
  return [next, (r * (v - next) - s * cube) % prime256, h * z * Z % prime256];
}

// The point of a DER SubjectPublicKeyInfo: there is only one way to write one, but for the point itself.
const offset = ([x, y]) => (y * y - x * x * x + 3n * x) % prime256;
function readPoint(der) {
  const x = toNumber(der.slice(27, 59)), y = toNumber(der.slice(59));
  return hex(der.slice(0, 27)) === '3059301306072a8648ce3d020106082a8648ce3d03010703420004' && der.length === 91 &&
    x < prime256 && y < prime256 && !((offset([x, y]) - offset(generator)) % prime256) ? [x, y, 1n] : refuse();
}

function signedBy(point, message, signature) {
  const r = toNumber(signature.slice(0, 32)), s = toNumber(signature.slice(32));
  if (signature.length !== 64 || !r || !s || r >= order || s >= order) return false;
  const w = inverse(s, order), u = toNumber(sha256(message)) * w % order, v = r * w % order;
  // Two bits of each factor at a time: steps[i + 4 k] is i times the generator and k times the point.
  const steps = [[1n, 1n, 0n]];
  for (let i = 1; i < 16; i++) steps[i] = i % 4 ? added(steps[i - 1], generator) : added(steps[i - 4], point);
  let sum = steps[0];
  for (let i = 256n; i;) {
    i -= 2n;
    sum = added(doubled(doubled(sum)), steps[Number(u >> i & 3n | (v >> i & 3n) << 2n)]);
  }
  const [x, , z] = sum.map((part) => (part + prime256) % prime256);
  return !!z && x * inverse(z * z % prime256, prime256) % prime256 % order === r;
}
