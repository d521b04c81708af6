// Bytes as text, text as bytes, bytes as numbers. Everything else is made of these.
function refuse(why) { throw Error(why || 'malformed'); }

const utf8 = (text) => new TextEncoder().encode(text),
  zeros = (length) => new Uint8Array(length),
  random = (length) => crypto.getRandomValues(zeros(length)),
  hex = (bytes) => Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join(''),
  unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16)),
  toNumber = (bytes) => BigInt('0x0' + hex(bytes)),
  toBytes = (number, length) => unhex(number.toString(16).padStart(length * 2, '0')),
  b64u = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
// One spelling only: what does not read back as itself is refused.
function unb64u(text) {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
  return b64u(bytes) === text ? bytes : refuse();
}

function join(...parts) {
  const whole = zeros(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
