"""What the parts of a backup share: its failure, what the product asks of it, and what it found."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import DomainError

FORMAT = 2


class BackupFailed(DomainError):
    """The backup was not made, or not restored; what was there before is unchanged."""


@dataclass(frozen=True, slots=True)
class Care:
    """What a backup needs to know of the product.

    `folders`: those in the storage that are kept beside the database. `after`: puts right what a restored database
    and this machine's keys say of each other, and returns what there is to tell. `passing`: tables whose rows are not
    kept, such as the sessions of those signed in: a restore must not bring an ended one back. `keys`: names of key
    files that are kept all the same, because people would be locked out without them; never a survey's.
    """

    folders: Sequence[str]
    after: Callable[[], Sequence[str]]
    passing: Sequence[str] = ()
    keys: Sequence[str] = ()


@dataclass(slots=True)
class Sum:
    """How many rows or bytes a part of a backup has, and their SHA-256."""

    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def add(self, content: bytes, count: int) -> None:
        """Count and take in what comes next."""
        self.count += count
        self.digest.update(content)

    def told(self) -> list[Any]:
        """Return the count and the hash, as a manifest has them."""
        return [self.count, self.digest.hexdigest()]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds.

    `schema`: the migration its database stood at. `tables`: rows by table. `files`: how many files are kept beside the
    database. `bytes`: how large the sealed file is. `sha256`: of the sealed file, in hex; empty where it was not read.
    """

    engine: str
    schema: str
    day: str
    tables: dict[str, int]
    files: int
    bytes: int
    sha256: str = ""

    @property
    def rows(self) -> int:
        """Return how many rows there are in all tables together."""
        return sum(self.tables.values())
