// The protocol "svb1" on the respondent's device: see docs/client.md.

// ---- the manifest ----
// Every device is given the same text; its hash binds all that follows, and people compare the first 96 bits of it.
function manifest(text, sid) {
  const said = JSON.parse(text), mh = sha256(utf8(text));
  const issuer = readKey(unb64u(said.issue_key)), signer = readPoint(unb64u(said.receipt_key));
  if (said.v !== 'svb1' || said.sid !== sid) refuse();
  return { said, mh, issuer, signer, sid, fingerprint: hex(mh).slice(0, 24).match(/.{4}/g).join(' ') };
}

// ---- the recovery code: 128 bits of seed and 12 of checksum in Crockford's base 32 ----
const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
  checksum = (seed) => BigInt(seed.reduce((sum, byte) => (sum * 257 + byte + 1) % 4093, 11));
function recoveryCode(seed) {
  let number = toNumber(seed) << 12n | checksum(seed), code = '';
  for (; code.length < 28; number >>= 5n) code = signs[Number(number & 31n)] + code;
  return code.match(/.{4}/g).join('-');
}
function seedOf(typed) {
  const code = typed.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  let number = 0n;
  for (const sign of code) number = number << 5n | BigInt(signs.indexOf(sign));
  if (!/^[0-9A-HJKMNP-TV-Z]{28}$/.test(code)) refuse('recovery');
  const seed = toBytes(number >> 12n, 16);
  if (checksum(seed) !== (number & 4095n)) refuse('recovery');
  return seed;
}

// ---- one ballot ----
// Everything needed to collect it follows from the seed, so that the recovery code brings it back on another device.
function begin(known, seed) {
  const key = known.issuer, extracted = hmac(zeros(32), seed);
  const part = (name, length) => derived(extracted, join(utf8('svb1 ' + name), known.mh), length);
  const prefix = part('prefix', 32), message = messageOf(known, prefix);
  const factor = toNumber(part('blind', key.size + 16)) % (key.n - 1n) + 1n;
  return Object.assign({ prefix, message }, blind(key, message, part('salt', 48), factor));
}
const messageOf = (known, prefix) => join(prefix, utf8('svb1'), known.mh),
  finish = (known, ballot, signature) => finalize(known.issuer, ballot.message, signature, ballot.undo),
  // The salt is drawn anew and not derived: whoever finds a recovery code must not be able to try out answers.
  leafOf = (message, salt, answers) => sha256(utf8('leaf1'), sha256(message), sha256(salt, utf8(answers))),
  checkReceipt = (known, leaf, receipt) => signedBy(known.signer, join(utf8('receipt1'), known.mh, leaf), receipt);

// Browsers run what they have not seen before ten times slower. So each part is run for nothing first, in pieces short
// enough not to be felt: the page calls these one by one while it is read.
function rehearsal(known) {
  const n = known.issuer.n, many = (times, part) => Array(times).fill(part);
  return many(20, () => sha256(zeros(200))).concat(
    many(20, () => sha384(zeros(200))), many(9, () => inverse(n / 3n, n)), many(9, () => raised(n / 5n, n)),
    many(9, () => begin(known, random(16))), many(5, () => checkReceipt(known, known.mh, zeros(64).fill(9)))
  );
}

// ---- the wire ----
// Every body is filled up to the length the manifest names, so that its length says nothing.
function filled(content, size) {
  const text = JSON.stringify(Object.assign(content, { pad: '' })), room = size - utf8(text).length;
  return room < 0 ? refuse('long') : text.slice(0, -2) + ' '.repeat(room) + '"}';
}
async function post(path, content, size, credentials) {
  const reply = await fetch(path, {
    method: 'POST', body: filled(content, size), headers: { 'Content-Type': 'application/json' },
    credentials, referrerPolicy: 'no-referrer', cache: 'no-store'
  }).catch(() => refuse('offline'));
  const told = await reply.json().catch(() => ({}));
  if (!reply.ok) throw Object.assign(Error(reply.status < 500 && told.error || 'offline'), { items: told.items });
  return told;
}
// Collecting shows who asks, casting what is answered. With other credentials the browser uses another connection.
async function collect(known, code, ballot) {
  const content = { code, blinded: b64u(ballot.blinded) };
  const told = await post('/s/' + known.sid + '/collect', content, known.said.sizes.collect, 'same-origin');
  return finish(known, ballot, unb64u(told.signature));
}
// `prefix`, `signature` and `salt` are base64url: what is stored is sent, and sent again, letter by letter.
async function cast(known, { prefix, signature, salt, answers }) {
  const leaf = leafOf(messageOf(known, unb64u(prefix)), unb64u(salt), answers);
  const told = await post('/b/' + known.sid + '/cast', { prefix, signature, salt, answers }, known.said.sizes.cast, 'omit');
  if (told.leaf !== hex(leaf) || !checkReceipt(known, leaf, unb64u(told.receipt))) refuse('receipt');
  return { leaf: told.leaf, receipt: told.receipt, fingerprint: known.fingerprint };
}

// ---- the board ----
function root(leaves) {
  let level = leaves.length ? leaves.map((leaf) => sha256([0], unhex(leaf))) : [sha256([0])];
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i < level.length; i += 2) above.push(i + 1 < level.length ? sha256([1], level[i], level[i + 1]) : level[i]);
    level = above;
  }
  return hex(level[0]);
}
// What this device can check of the published board: each of these must be true.
function checkBoard(board, sid, mine) {
  const known = manifest(board.manifest, sid), said = JSON.parse(board.statement), leaves = board.leaves;
  return {
    survey: known.fingerprint === mine.fingerprint && said.mh === hex(known.mh) && said.sid === sid,
    signed: signedBy(known.signer, join(utf8('board1'), utf8(board.statement)), unb64u(board.signature)),
    included: leaves.includes(mine.leaf),
    root: root(leaves) === said.root && leaves.every((leaf, i) => !i || leaves[i - 1] < leaf),
    counts: leaves.length === said.counted && said.counted <= said.issued && said.issued <= said.invited,
    receipt: !mine.receipt || checkReceipt(known, unhex(mine.leaf), unb64u(mine.receipt))
  };
}

window.xsBallot = {
  hex, unhex, b64u, unb64u, random, rsaKey, blind, finalize, manifest, recoveryCode, seedOf, begin, finish, leafOf, messageOf,
  checkReceipt, rehearsal, collect, cast, checkBoard
};
