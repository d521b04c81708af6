"""Keys in files, sealed boxes, and fingerprints: the only module that knows cryptography."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP

NONCE = 12
BOX_KEY = 64  # bytes: 32 to seal, 32 to tag
SALT = 16
STEP = 30  # seconds a code of an authenticator app stands (RFC 6238)
_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class CannotOpen(Exception):
    """The box was sealed with another key, or was changed."""


def key_file(folder: Path, name: str, size: int = 32) -> bytes:
    """Return the `size`-byte key in `folder`/`name`, making it once with mode 0600.

    Several processes may ask at the same moment: the file is linked into place, so one key wins for all.
    """
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".{name}.{secrets.token_hex(6)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_folder(folder)
    return path.read_bytes()


def destroy_key(folder: Path, name: str) -> None:
    """Overwrite and remove a key file; nothing happens when it is gone already."""
    path = folder / name
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def seal(key: bytes, content: bytes, *, size: int, bound_to: bytes = b"") -> bytes:
    """Encrypt `content` padded to `size` bytes, so that the length tells nothing; `bound_to` is authenticated.

    AES-256-GCM (NIST SP 800-38D) under the first half of the box key, with a random 96-bit nonce.
    Raises ValueError when the content does not fit.
    """
    if len(content) + 4 > size:
        raise ValueError(f"{len(content)} bytes do not fit a box of {size}")
    padded = len(content).to_bytes(4, "big") + content
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key[:32]).encrypt(nonce, padded.ljust(size, b"\0"), bound_to)


def unseal(key: bytes, box: bytes, *, bound_to: bytes = b"") -> bytes:
    """Return what `seal` put in; raise `CannotOpen`."""
    try:
        padded = AESGCM(key[:32]).decrypt(box[:NONCE], box[NONCE:], bound_to)
    except InvalidTag as error:
        raise CannotOpen from error
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def tag(key: bytes, content: bytes) -> bytes:
    """Return a 32-byte name for `content` that only holders of the box key can make (HMAC-SHA-256)."""
    return hmac.digest(key[32:], content, "sha256")


def key_pair() -> tuple[bytes, bytes]:
    """Return a new X25519 key pair: the private and the public half, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def seal_to(public: bytes, content: bytes, info: bytes) -> bytes:
    """Return `content` sealed to a public key, 48 bytes longer; it opens only with the same `info`.

    HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
    """
    return _SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public), info)


def open_with(private: bytes, box: bytes, info: bytes) -> bytes:
    """Return what `seal_to` put in; raise `CannotOpen`."""
    try:
        return _SUITE.decrypt(box, X25519PrivateKey.from_private_bytes(private), info)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


def stretched(passphrase: str, salt: bytes, *, quick: bool = False) -> bytes:
    """Return a 32-byte key from a passphrase: Argon2id, RFC 9106's second recommended choice; `quick` is for tests."""
    time, lanes, memory = (1, 1, 8) if quick else (3, 4, 64 * 1024)
    return Argon2id(salt=salt, length=32, iterations=time, lanes=lanes, memory_cost=memory).derive(passphrase.encode())


def digest(content: bytes) -> bytes:
    """Return the SHA-256 of `content`."""
    return hashlib.sha256(content).digest()


def keyed(key: bytes, content: bytes) -> bytes:
    """Return a 32-byte fingerprint of `content` that only holders of `key` can make (HMAC-SHA-256)."""
    return hmac.digest(key, content, "sha256")


def code_step(secret: bytes, code: str, moment: float) -> int | None:
    """Return the step `code` belongs to, if it is the one of `moment` (seconds since 1970), the last or the next.

    TOTP (RFC 6238) with HMAC-SHA-1, six figures and steps of 30 seconds, as every authenticator app has it.
    None for any other code. Whoever asks remembers the step: the same code must not let anybody in twice.
    """
    found = None
    for step in steps_around(moment):
        if hmac.compare_digest(_totp(secret).generate(step * STEP), code.encode()):
            found = step
    return found


def steps_around(moment: float) -> tuple[int, int, int]:
    """Return the steps whose codes are taken at `moment` (seconds since 1970): its own and one on either side."""
    present = int(moment) // STEP
    return present - 1, present, present + 1


def code_at(secret: bytes, moment: float) -> str:
    """Return the six figures an authenticator app shows at `moment` (seconds since 1970)."""
    return _totp(secret).generate(int(moment)).decode()


def app_address(secret: bytes, name: str, issuer: str) -> str:
    """Return the otpauth:// address an authenticator app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(name, issuer)


def app_secret(secret: bytes) -> str:
    """Return the same secret in base 32, for typing into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP)  # noqa: S303 - HMAC does not rest on collisions; apps know no other
