// RSABSSA-SHA384-PSS (RFC 9474): a signature the signer never sees, checked as RSASSA-PSS (RFC 8017). On the browser's
// big integers.

// `base` to the power of 65537, the one public exponent there is here.
function raised(base, n) {
  let result = base;
  for (let i = 16; i--;) result = result * result % n;
  return result * base % n;
}

// Euclid's way to the inverse, after Lehmer: as long as the first 48 bits of both numbers tell the quotients, they are
// worked out with those alone and then applied at once to the long numbers.
function inverse(number, n) {
  let a = n, b = number % n, x = 0n, y = 1n, shift = BigInt(n.toString(16).length * 4);
  while (b) {
    while (shift > 0n && a >> shift < 0x100000000000n) shift -= 4n;
    let p = Number(a >> shift), q = Number(b >> shift), A = 1, B = 0, C = 0, D = 1, quotient;
    while (q + C && q + D && (quotient = Math.floor((p + A) / (q + C))) === Math.floor((p + B) / (q + D))) {
      let next = A - quotient * C;
      A = C; C = next;
      next = B - quotient * D;
      B = D; D = next;
      next = p - quotient * q;
      p = q; q = next;
    }
    let one = [0n, 1n, 1n, -(a / b)];
    if (B) one = [A, B, C, D].map(BigInt);
    const [i, k, l, m] = one, c = i * a + k * b, z = i * x + k * y;
    b = l * a + m * b; y = l * x + m * y;
    a = c; x = z;
  }
  if (a !== 1n) refuse();
  return x < 0n ? x + n : x;
}

function rsaKey(n) {
  const size = n.toString(2).length / 8;
  return size % 1 || size < 256 || size > 512 ? refuse() : { n, size };
}
// The key of a DER SubjectPublicKeyInfo: the modulus stands at a known place, and what is written around it again
// must give the same bytes.
function readKey(der) {
  const n = der.slice(33, -5), head = (tag, more) => [tag, 130, n.length + more >> 8, n.length + more & 255];
  const same = join(
    head(48, 34), unhex('300d06092a864886f70d0101010500'), head(3, 15), [0], head(48, 10), head(2, 1), [0], n, [2, 3, 1, 0, 1]
  );
  return hex(same) === hex(der) ? rsaKey(toNumber(n)) : refuse();
}

// EMSA-PSS with SHA-384 and MGF1. The keys have whole bytes, so that the padding is one bit short of them.
const digestOf = (message, salt) => sha384(zeros(8), sha384(message), salt),
  plain = (key, salt) => join(zeros(key.size - salt.length - 50), [1], salt);
function masked(block, hash) {
  let mask = [];
  for (let n = 0; mask.length < block.length; n++) mask = join(mask, sha384(hash, [0, 0, 0, n]));
  return block.map((byte, i) => (byte ^ mask[i]) & (i ? 255 : 127));
}
function encode(key, message, salt) {
  const hash = digestOf(message, salt);
  return join(masked(plain(key, salt), hash), hash, [188]);
}

// Only the one right padding passes; the salt is what the signature itself says it is.
function verify(key, message, signature, salted = 48) {
  const number = toNumber(signature), block = toBytes(raised(number, key.n), key.size), hash = block.slice(-49, -1);
  const clear = masked(block.slice(0, -49), hash), salt = clear.slice(clear.length - salted);
  return signature.length === key.size && number < key.n && block[0] < 128 && block[key.size - 1] === 188 &&
    hex(clear) === hex(plain(key, salt)) && hex(hash) === hex(digestOf(message, salt));
}

// What the server signs without seeing the message, and the number that takes the blinding off again. One inverse
// for both: that of message times factor exists only if each of them has one.
function blind(key, message, salt, factor) {
  const number = toNumber(encode(key, message, salt));
  const undo = number * inverse(number * factor % key.n, key.n) % key.n;
  return { blinded: toBytes(number * raised(factor, key.n) % key.n, key.size), undo };
}

function finalize(key, message, given, undo, salted) {
  const signature = toBytes(toNumber(given) * undo % key.n, key.size);
  return given.length === key.size && verify(key, message, signature, salted) ? signature : refuse('signature');
}
