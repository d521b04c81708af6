"""The key of a scrutineer: a survey's box sealed so that the server itself cannot open it before the close.

HPKE, RFC 9180, in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. The private key never lives
on the server while the survey is open; whoever loses it has lost the survey.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from anonymity.encoding import Malformed, b64u, sha256, unb64u
from core.seal import CannotOpen

KEY = 32
OVERHEAD = 48  # bytes a sealed text is longer: the one-time public key and the tag
_MARK = "svb1-scrutineer"
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def generate() -> tuple[str, bytes]:
    """Return a new private key as text for its holder to keep, and the 32-byte public key for the manifest."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return f"{_MARK} {b64u(private.private_bytes_raw())} {_check(public)}", public


def public_key(private_text: str) -> bytes:
    """Return the 32-byte public key that belongs to a private key's text; raise `Malformed`."""
    return _private(private_text).public_key().public_bytes_raw()


def seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Return `plaintext` sealed to the scrutineer, 48 bytes longer; it opens only with the same `info`.

    Raises `Malformed` for a public key nobody can hold the private half of.
    """
    try:
        return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)
    except ValueError as error:
        raise Malformed("not a scrutineer's public key") from error


def open(private_text: str, sealed: bytes, info: bytes) -> bytes:
    """Return what `seal` put in; raise `Malformed` for a broken key, `CannotOpen` for another key or changed text."""
    private = _private(private_text)
    if len(sealed) < OVERHEAD:
        raise CannotOpen
    try:
        return _SUITE.decrypt(sealed, private, info)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


def _check(public: bytes) -> str:
    return sha256(public).hex()[:8]


def _private(text: str) -> X25519PrivateKey:
    """Read a private key's text; its last word tells a slip of the pen before anything is opened with it."""
    words = text.split()
    if len(words) != 3 or words[0] != _MARK:
        raise Malformed("not a scrutineer's key")
    private = X25519PrivateKey.from_private_bytes(unb64u(words[1], KEY))
    if _check(private.public_key().public_bytes_raw()) != words[2]:
        raise Malformed("a scrutineer's key with a slip of the pen")
    return private
