"""What one reader can open with: his own private key, and those of the circles he belongs to."""

from sqlalchemy import select

from core import seal
from core.db import db
from vault.models import KeyGrant, ReaderKey

GRANT = b"xinsheng grant "


class Keyring:
    """The private halves a reader can use; granted ones are looked up when they are first asked for."""

    def __init__(self, key_id: int, private: bytes) -> None:
        self.key_id = key_id
        self.private = private
        self._all: dict[int, bytes] | None = None

    def all(self) -> dict[int, bytes]:
        """Return every private key the reader can use, by the id of its pair."""
        if self._all is None:
            self._all = {self.key_id: self.private}
            fresh = dict(self._all)
            while fresh:
                fresh = self._granted(fresh)
                self._all |= fresh
        return self._all

    def find(self, key_id: int) -> bytes | None:
        """Return a private key, or None when the reader does not hold it."""
        if key_id not in self.all():
            self.look_again()
        return self.all().get(key_id)

    def look_again(self) -> bool:
        """Look up the granted keys anew; say whether there are others than before."""
        before, self._all = self.all(), None
        return self.all().keys() != before.keys()

    def _granted(self, holders: dict[int, bytes]) -> dict[int, bytes]:
        rows = db.session.execute(
            select(KeyGrant.key_id, KeyGrant.holder_id, KeyGrant.box).where(KeyGrant.holder_id.in_(holders))
        )
        known = self._all or {}
        found: dict[int, bytes] = {}
        for key_id, holder_id, box in rows:
            if key_id not in known and key_id not in found:
                try:
                    found[key_id] = seal.open_with(holders[holder_id], box, grant_info(key_id))
                except seal.CannotOpen:
                    continue  # a damaged grant closes what it stood for, and nothing else
        return found


def grant_info(key_id: int) -> bytes:
    """Return what binds a grant to the key it passes on."""
    return GRANT + str(key_id).encode()


def grant(key_id: int, private: bytes, *, to: ReaderKey) -> None:
    """Write down the private half of one pair, sealed to another; flushed."""
    box = seal.seal_to(to.public, private, grant_info(key_id))
    db.session.add(KeyGrant(key_id=key_id, holder_id=to.id, box=box))
    db.session.flush()
