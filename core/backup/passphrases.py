"""age files that a passphrase opens, written and read piece by piece.

pyrage does the same for content that fits into memory; a backup may not. The format is age-encryption.org/v1 with one
scrypt stanza: `age -d` and pyrage read what is written here, and this reads what they write.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FIRST = b"age-encryption.org/v1\n"
LABEL = b"age-encryption.org/v1/scrypt"
PIECE = 64 * 1024
TAG = 16
WORK = 18  # 2**18 rounds and 256 MB of memory for each guess, as age does itself
MOST_WORK = 20  # a file that asks for more would stop the machine
ZEROS = bytes(12)


class Wrong(Exception):
    """The passphrase does not open this file, or the file was changed or cut off."""


def seal(read: Callable[[int], bytes], out: IO[bytes], passphrase: str) -> None:
    """Write all that `read(size)` returns, until it returns nothing, into `out` under the passphrase."""
    work = WORK
    key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
    wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, work)).encrypt(ZEROS, key, None)
    header = FIRST + f"-> scrypt {_text(salt)} {work}\n{_text(wrapped)}\n---".encode()
    out.write(header + f" {_text(_mac(key, header))}\n".encode() + nonce)
    cipher = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
    piece, place = _whole(read, PIECE), 0
    while True:
        following = _whole(read, PIECE) if len(piece) == PIECE else b""
        out.write(cipher.encrypt(_nonce(place, last=not following), piece, None))
        if not following:
            return
        piece, place = following, place + 1


def unseal(source: IO[bytes], write: Callable[[bytes], Any], passphrase: str) -> None:
    """Hand what `seal` or `age -p` wrote to `write`, piece by piece; raise `Wrong`."""
    try:
        key, nonce = _opened(source, passphrase), _exactly(source, 16)
        cipher = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
        piece, place = _whole(source.read, PIECE + TAG), 0
        while True:
            following = _whole(source.read, PIECE + TAG) if len(piece) == PIECE + TAG else b""
            write(cipher.decrypt(_nonce(place, last=not following), piece, None))
            if not following:
                return
            piece, place = following, place + 1
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Wrong from error


def _opened(source: IO[bytes], passphrase: str) -> bytes:
    first, stanza, body, end = (source.readline(200) for _line in range(4))
    parts = stanza.split()
    if first != FIRST or parts[:2] != [b"->", b"scrypt"] or len(parts) != 4 or not end.startswith(b"--- "):
        raise Wrong
    work = int(parts[3])
    if not 1 <= work <= MOST_WORK:
        raise Wrong
    stretched = _stretched(passphrase, _bytes(parts[2]), work)
    key = ChaCha20Poly1305(stretched).decrypt(ZEROS, _bytes(body.strip()), None)
    if not hmac.compare_digest(_mac(key, first + stanza + body + b"---"), _bytes(end[4:].strip())):
        raise Wrong
    return key


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    memory = 128 * 8 * 2**work + 2**20
    return hashlib.scrypt(passphrase.encode(), salt=LABEL + salt, n=2**work, r=8, p=1, maxmem=memory, dklen=32)


def _mac(key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(key, b"", b"header"), header, "sha256")


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([last])


def _whole(read: Callable[[int], bytes], size: int) -> bytes:
    """Read until there are `size` bytes or there is no more."""
    parts, missing = [], size
    while missing and (part := read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _exactly(source: IO[bytes], size: int) -> bytes:
    content = _whole(source.read, size)
    if len(content) != size:
        raise Wrong
    return content


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")


def _bytes(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
