"""The lock of a backup: an age file (age-encryption.org/v1), to public keys or under a passphrase.

The standard tools open it: `age -d -i KEY FILE | tar tz`.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyrage
from pyrage import x25519

from core.backup import passphrases
from core.backup.base import BackupFailed
from core.i18n import _

KEY_FILE = "backup_key"  # in the folder of the keys: the identity of this machine, where no other recipient is named
SHORTEST = 10  # signs of a passphrase


@dataclass(frozen=True, slots=True)
class Lock:
    """To whom a backup is sealed: age public keys, or a passphrase."""

    recipients: tuple[str, ...] = ()
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a backup: age identities (AGE-SECRET-KEY-1…), and perhaps a passphrase."""

    identities: tuple[str, ...] = field(default=(), repr=False)
    passphrase: str = field(default="", repr=False)


def pair() -> tuple[str, str]:
    """Return a new age key pair: the identity, which opens backups, and the public key they are sealed to."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def public(identity: str) -> str:
    """Return the public key of an identity."""
    return str(_identity(identity).to_public())


def own_identity(keys: Path) -> str:
    """Return the identity of this machine, making it once in the folder `keys`, for its owner alone."""
    path = keys / KEY_FILE
    if not path.exists():
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = keys / f".{KEY_FILE}.{os.getpid()}-{threading.get_ident()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{pair()[0]}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # several processes may ask at once: one key wins for all
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def seal(source: Any, out: IO[bytes], lock: Lock) -> None:
    """Write what `source.read(size)` returns into `out`, sealed; memory does not grow with it. Raise `BackupFailed`."""
    if lock.passphrase:
        if len(lock.passphrase) < SHORTEST:
            raise BackupFailed(_("A passphrase has at least %(count)d characters.", count=SHORTEST))
        passphrases.seal(source.read, out, lock.passphrase)
        return
    try:
        recipients = [x25519.Recipient.from_str(text) for text in lock.recipients]
        pyrage.encrypt_io(source, out, recipients)
    except pyrage.RecipientError as error:
        raise BackupFailed(_("This is no public key of age; it begins with age1.")) from error
    except pyrage.EncryptError as error:
        if (failure := getattr(source, "failure", None)) is not None:
            raise failure from None
        raise BackupFailed(_("The backup could not be sealed: %(reason)s.", reason=error)) from error


def is_sealed(source: Path) -> bool:
    """Say whether the file is an age file."""
    with source.open("rb") as file:
        return file.read(len(passphrases.FIRST)) == passphrases.FIRST


def wants_passphrase(source: Path) -> bool:
    """Say whether an age file is opened by a passphrase."""
    with source.open("rb") as file:
        file.readline()
        return file.readline(200).startswith(b"-> scrypt ")


@contextmanager
def opened(source: Path, opener: Opener) -> Iterator[IO[bytes]]:
    """Yield a stream of what is in a sealed file; raise `BackupFailed` when it does not open or was cut off.

    A thread unseals while the stream is read, so memory does not grow with the file.
    """
    if wants_passphrase(source) and not opener.passphrase:
        raise BackupFailed(_("This backup opens with its passphrase; give it with --passphrase-file."))
    if not wants_passphrase(source) and not opener.identities:
        raise BackupFailed(_("This backup opens with its private key; give it with --identity."))
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def unseal() -> None:
        with os.fdopen(writing, "wb", buffering=0) as sink, source.open("rb") as file:
            try:
                if wants_passphrase(source):
                    passphrases.unseal(file, lambda piece: _all(sink, piece), opener.passphrase)
                else:
                    pyrage.decrypt_io(file, sink, [_identity(text) for text in opener.identities])
            except BrokenPipeError:
                pass  # whoever reads had enough
            except Exception as error:  # told by the thread that reads, once the stream ends
                failed.append(error)

    thread = threading.Thread(target=unseal, daemon=True)
    thread.start()
    stream = os.fdopen(reading, "rb")
    try:
        try:
            yield stream
        except Exception:
            # What a reader stumbles over is most often the end of a stream that could not be unsealed.
            thread.join(timeout=5)
            _tell(failed, source)
            raise
        while stream.read(1 << 20):
            pass
        thread.join()
        _tell(failed, source)
    finally:
        stream.close()


def _tell(failed: list[Exception], source: Path) -> None:
    if not failed:
        return
    if isinstance(failed[0], BackupFailed):
        raise failed[0]
    raise BackupFailed(
        _(
            "%(file)s does not open: the key or the passphrase is not the one it was sealed with, or it is damaged. "
            "Nothing was changed.",
            file=source.name,
        )
    ) from failed[0]


def _identity(text: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError as error:
        raise BackupFailed(_("This is no private key of age; it begins with AGE-SECRET-KEY-1.")) from error


def _all(sink: Any, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[sink.write(rest) :]
