"""What a ballot is made of, and how the server names one it keeps."""

import hmac

from anonymity.encoding import Malformed, sha256

PREFIX = 32
SALT = 16
HASH = 32


def _sized(content: bytes, size: int, name: str) -> bytes:
    if len(content) != size:
        raise Malformed(f"{name} of {len(content)} bytes instead of {size}")
    return content


def message(prefix: bytes, mh: bytes) -> bytes:
    """Return what the issuing key signs: 32 random bytes of the device's, bound to one manifest."""
    return _sized(prefix, PREFIX, "a prefix") + b"svb1" + _sized(mh, HASH, "a manifest's hash")


def commitment(salt: bytes, answers: str) -> bytes:
    """Return 32 bytes that fix the answers and, without the 16-byte salt, tell nothing about them."""
    try:
        return sha256(_sized(salt, SALT, "a salt"), answers.encode())
    except UnicodeEncodeError as error:
        raise Malformed("answers that are not text") from error


def leaf(signed: bytes, committed: bytes) -> bytes:
    """Return the public name of a ballot with message `signed` and commitment `committed`."""
    return sha256(b"leaf1", sha256(signed), _sized(committed, HASH, "a commitment"))


def tag(tag_key: bytes, signed: bytes) -> bytes:
    """Return the 32-byte name under which the pool keeps a ballot; only a holder of the tag key can make it."""
    return hmac.digest(tag_key, sha256(signed), "sha256")


def slip_seed(tag_key: bytes, code_hash: bytes) -> bytes:
    """Return the 16-byte seed of the paper slip with this code: the server is the slip's device."""
    return hmac.digest(tag_key, b"slip" + code_hash, "sha256")[:16]


def slip_salt(tag_key: bytes, code_hash: bytes) -> bytes:
    """Return the 16-byte salt of a slip's answers, the same each time they are sent."""
    return hmac.digest(tag_key, b"salt" + code_hash, "sha256")[:SALT]
