"""Check a board with nothing but Python 3 (8 or later): python3 check.py board.json [fingerprint]

用 Python 3（3.8 以上）即可核对公示板，无需安装任何软件：python3 check.py board.json [指纹]

This file knows nothing of the program that made the board. It is short so that you can read it before you trust it.
Ballots: RSASSA-PSS, RFC 8017 section 8.1.2, with SHA-384 and 48 bytes of salt. Statement: ECDSA on P-256 with SHA-256,
FIPS 186-5. The tree is that of RFC 6962.
"""

import base64
import hashlib
import json
import sys

P, N = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
STATED = ("v", "sid", "root", "counted", "issued", "invited", "slips", "other", "doors")


def unb64u(text):
    """Return the bytes of base64url text without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(*parts):
    """Return the SHA-256 of the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def rsa_key(der):
    """Return the modulus and the exponent of an RSA key in DER SubjectPublicKeyInfo."""

    def inner(data):
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        return data[start : start + size], data[start + size :]

    outer, _rest = inner(der)
    _algorithm, bits = inner(outer)
    numbers, _rest = inner(inner(bits)[0][1:])
    modulus, rest = inner(numbers)
    return int.from_bytes(modulus, "big"), int.from_bytes(inner(rest)[0], "big")


def signed(key, message, signature):
    """Return whether `signature` is the key's RSASSA-PSS signature (SHA-384, 48 bytes of salt) of `message`."""
    n, e = key
    length = (n.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != length or number >= n:
        return False
    block = pow(number, e, n).to_bytes(length, "big")
    masked, digest, end = block[:-49], block[-49:-1], block[-1]
    spare = 8 * length - (n.bit_length() - 1)
    mask = b"".join(hashlib.sha384(digest + i.to_bytes(4, "big")).digest() for i in range(len(masked) // 48 + 1))
    plain = bytearray(a ^ b for a, b in zip(masked, mask))  # noqa: B905 - older Pythons know no strict
    plain[0] &= 0xFF >> spare
    if end != 0xBC or masked[0] >> (8 - spare) or plain[:-48] != bytes(len(plain) - 49) + b"\1":
        return False
    return hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + plain[-48:]).digest() == digest


def add(one, other):
    """Return the sum of two points of the curve; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    rise, run = (3 * one[0] ** 2 - 3, 2 * one[1]) if one == other else (other[1] - one[1], other[0] - one[0])
    slope = rise * pow(run, -1, P) % P
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number, point):
    """Return the point added to itself `number` times."""
    found = None
    while number:
        found, point, number = add(found, point) if number & 1 else found, add(point, point), number >> 1
    return found


def stated(der, message, signature):
    """Return whether `signature`, r and s, is that of the P-256 key (DER SubjectPublicKeyInfo) under `message`."""
    key = int.from_bytes(der[-64:-32], "big"), int.from_bytes(der[-32:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    on_curve = len(der) == 91 and der[26] == 4 and (key[1] ** 2 - key[0] ** 3 + 3 * key[0] - B) % P == 0
    if not on_curve or len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, -1, N)
    point = add(times(int.from_bytes(sha256(message), "big") * inverse % N, G), times(r * inverse % N, key))
    return point is not None and point[0] % N == r


def root(leaves):
    """Return the root of the tree over the leaves."""
    level = [sha256(b"\0", leaf) for leaf in leaves] or [sha256(b"\0")]
    while len(level) > 1:
        level = [
            sha256(b"\1", *level[i : i + 2]) if level[i + 1 : i + 2] else level[i] for i in range(0, len(level), 2)
        ]
    return level[0]


def check(board, fingerprint=""):
    """Return (question, whether it holds) for everything the board can be asked."""
    manifest, mh = json.loads(board["manifest"]), sha256(board["manifest"].encode())
    issuing, receipts = rsa_key(unb64u(manifest["issue_key"])), unb64u(manifest["receipt_key"])
    said, leaves = json.loads(board["statement"]), [bytes.fromhex(leaf) for leaf in board["leaves"]]
    messages = [unb64u(ballot["prefix"]) + b"svb1" + mh for ballot in board["ballots"]]
    commitments = [unb64u(ballot["commitment"]) for ballot in board["ballots"]]
    signatures = [unb64u(ballot["signature"]) for ballot in board["ballots"]]
    shown = {**{name: board[name] for name in STATED}, "mh": mh.hex()}
    own = [sha256(b"leaf1", sha256(m), c) for m, c in zip(messages, commitments)]  # noqa: B905
    valid = [signed(issuing, m, s) for m, s in zip(messages, signatures)]  # noqa: B905
    statement = stated(receipts, b"board1" + board["statement"].encode(), unb64u(board["signature"]))
    counted, issued, invited = board["counted"], board["issued"], board["invited"]
    found = [
        ("fingerprint 指纹", mh.hex()[:24] == "".join(fingerprint.lower().split()) if fingerprint else True),
        ("statement signed 声明已签名", statement),
        ("numbers as signed 数字与签名声明一致", shown == said and board["sid"] == manifest["sid"]),
        ("leaves in order, once 叶值有序且不重复", all(a < b for a, b in zip(leaves, leaves[1:]))),  # noqa: B905
        ("as many as counted 叶值数等于计入数", len(leaves) == len(messages) == counted),
        ("root recomputed 根值重算一致", root(leaves).hex() == board["root"]),
        ("every leaf recomputed 每个叶值重算一致", own == leaves),
        ("every ballot signed 每张凭证签名有效", all(valid)),
        ("every ballot once 每张凭证只计一次", len(set(messages)) == len(messages)),
        ("counted <= issued <= invited 计入 ≤ 发出 ≤ 邀请", counted <= issued <= invited),
    ]
    return mh.hex(), found


def main(arguments):
    """Check the board named on the command line; return 0 when everything holds."""
    if not arguments:
        print(__doc__)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        mh, found = check(json.load(file), " ".join(arguments[1:]))
    print("fingerprint 指纹:", " ".join(mh[i : i + 4] for i in range(0, 24, 4)))
    for question, holds in found:
        print("✓" if holds else "✗ WRONG 不符:", question)
    return 0 if all(holds for _question, holds in found) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
