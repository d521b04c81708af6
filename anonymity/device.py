"""The respondent's side of the protocol in Python: for tests, simulations, and slips where the server stands in.

The browser does the same in client/*.js; both must agree on every byte.
"""

import re
import secrets
from dataclasses import dataclass, field
from functools import reduce
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anonymity import ballot, blind
from anonymity.encoding import Malformed
from anonymity.manifest import Manifest, read

SEED = 16
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that reads as another sign
_CHARACTERS = 28  # 128 bits of seed and 12 of checksum


@dataclass(frozen=True, slots=True)
class Device:
    """One ballot in the making; everything in it follows from the seed and the manifest."""

    manifest: Manifest
    seed: bytes = field(repr=False)
    prefix: bytes = field(repr=False)
    message: bytes = field(repr=False)
    blinded: bytes = field(repr=False)
    inverse: int = field(repr=False)

    @classmethod
    def begin(cls, manifest_text: str, seed: bytes | None = None) -> Self:
        """Prepare a ballot for the survey with this manifest, from a 16-byte seed or a new one; raise `Malformed`."""
        seed = secrets.token_bytes(SEED) if seed is None else seed
        if len(seed) != SEED:
            raise Malformed("a seed of another length")
        manifest = read(manifest_text)
        public = manifest.issuer
        prefix = prefix_of(seed, manifest.mh)
        message = ballot.message(prefix, manifest.mh)
        salt = _derive(seed, b"svb1 salt", manifest.mh, blind.SALT)
        wide = _derive(seed, b"svb1 blind", manifest.mh, blind.size(public) + 16)
        factor = int.from_bytes(wide, "big") % (public.public_numbers().n - 1) + 1
        blinded, inverse = blind.blind(public, message, salt, factor)
        return cls(manifest, seed, prefix, message, blinded, inverse)

    @property
    def mh(self) -> bytes:
        """The manifest's hash."""
        return self.manifest.mh

    def finish(self, blind_signature: bytes) -> bytes:
        """Return the ballot's signature, unblinded and checked; raise `Malformed` if it is not one."""
        return blind.finalize(self.manifest.issuer, self.message, blind_signature, self.inverse)


def prefix_of(seed: bytes, mh: bytes) -> bytes:
    """Return the 32-byte prefix of the ballot a seed makes, without the cost of blinding it."""
    return _derive(seed, b"svb1 prefix", mh, ballot.PREFIX)


def _derive(seed: bytes, label: bytes, mh: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=bytes(32), info=label + mh).derive(seed)


def _checksum(seed: bytes) -> int:
    return reduce(lambda sum_, byte: (sum_ * 257 + byte + 1) % 4093, seed, 11)


def recovery_code(seed: bytes) -> str:
    """Return a 16-byte seed for people to copy: 28 signs in seven groups, the last 12 bits a checksum."""
    if len(seed) != SEED:
        raise Malformed("a seed of another length")
    number = int.from_bytes(seed, "big") << 12 | _checksum(seed)
    signs = "".join(_SIGNS[number >> 5 * i & 31] for i in reversed(range(_CHARACTERS)))
    return "-".join(signs[i : i + 4] for i in range(0, _CHARACTERS, 4))


def seed_of(code: str) -> bytes:
    """Return the seed a recovery code stands for, forgiving blanks, case, and O, I, L; raise `Malformed` for a slip."""
    signs = re.sub(r"[^0-9A-Z]", "", code.upper()).translate(str.maketrans("OIL", "011"))
    if len(signs) != _CHARACTERS or any(sign not in _SIGNS for sign in signs):
        raise Malformed("not a recovery code")
    number = reduce(lambda value, sign: value << 5 | _SIGNS.index(sign), signs, 0)
    seed = (number >> 12).to_bytes(SEED, "big")
    if _checksum(seed) != number & 4095:
        raise Malformed("a recovery code with a slip of the pen")
    return seed
