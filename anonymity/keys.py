"""A survey's keys, each in a file of its own, outside the database and every backup, until the survey closes.

No process keeps one: every call reads the file, so a key is gone for all workers the moment its file is.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from anonymity import blind, receipts
from anonymity.blind import Signer
from core import seal

ISSUE = "issue.pem"
RECEIPT = "receipt.pem"
BOX = "box"
_SEALING = 32  # the first half of the box key seals, the second names
_GONE = bytes(_SEALING)


class SurveyKeys:
    """The folder `keys/survey-<id>`."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def create(self, bits: int = 2048) -> None:
        """Make what is missing, every file mode 0600 and on the disk before this returns.

        Called by several processes at once, all find the same keys afterwards.
        """
        seal.key_file(self.folder, BOX, 2 * _SEALING)
        _sync(self.folder.parent)
        self._place(ISSUE, lambda: _pem(blind.generate(bits)))
        self._place(RECEIPT, lambda: _pem(receipts.generate()))

    def exist(self) -> bool:
        """Return whether the survey still has its keys."""
        return (self.folder / BOX).exists()

    def signer(self) -> Signer:
        """Return the issuing key, ready to sign; raise FileNotFoundError when it is destroyed."""
        return Signer.from_pem(self._read(ISSUE))

    def receipt_key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key that signs receipts and the board; raise FileNotFoundError when it is destroyed."""
        return receipts.private_key(self._read(RECEIPT))

    def seal_key(self, round: int = 0) -> bytes:
        """Return the 32 bytes that seal the ballots of a round; raise FileNotFoundError when they are destroyed."""
        key = self._read(_box(round))[:_SEALING]
        if key == _GONE:
            raise FileNotFoundError(self.folder / BOX)
        return key

    def tag_key(self) -> bytes:
        """Return the 32 bytes that name ballots in the pool; raise FileNotFoundError when they are destroyed."""
        return self._read(BOX)[_SEALING:]

    def rotate(self, round: int) -> None:
        """Make the sealing key of a later round, once; raise FileNotFoundError when the survey has no keys any more."""
        if round < 1:
            raise ValueError("the first round is sealed with the first key")
        self._place(_box(round), lambda: secrets.token_bytes(_SEALING))

    def destroy_round(self, round: int) -> None:
        """Destroy the sealing key of an opened round; ballots are still named as before. Doing it twice is harmless."""
        if round > 0:
            _destroy(self.folder, _box(round))
            return
        # The first round's key shares its file with the key for names, which later rounds need.
        with suppress(FileNotFoundError), (self.folder / BOX).open("r+b") as file:
            for content in (secrets.token_bytes(_SEALING), _GONE):
                file.seek(0)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())

    def destroy(self) -> None:
        """Overwrite and remove every file, then the folder. Doing it twice, or by two processes, is harmless."""
        with suppress(FileNotFoundError):
            for path in sorted(self.folder.iterdir()):
                _destroy(self.folder, path.name)
            self.folder.rmdir()
            _sync(self.folder.parent)

    def _read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def _place(self, name: str, make: Callable[[], bytes]) -> None:
        """Write a new file and link it into place: whoever links first decides, and no file is ever half written."""
        path = self.folder / name
        if path.exists():
            return
        draft = self.folder / f".{name}.{secrets.token_hex(6)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(self.folder)


def _box(round: int) -> str:
    return f"{BOX}-{round}" if round else BOX


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _destroy(folder: Path, name: str) -> None:
    with suppress(FileNotFoundError):
        seal.destroy_key(folder, name)


def _sync(folder: Path) -> None:
    with suppress(FileNotFoundError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
