"""What every place of files is: the words for it, and what can go wrong."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from core.errors import DomainError
from core.i18n import _


class Missing(Exception):
    """There is no file of that name."""


class Unavailable(DomainError):
    """The place of the files does not answer, or refuses."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The place where files are kept cannot be reached. Nothing was lost; try again in a moment.")
        )


@dataclass(frozen=True, slots=True)
class File:
    """A file that is stored: its name, its bytes, and when it was written (seconds since 1970)."""

    name: str
    size: int
    modified: float


class Store(Protocol):
    """A place for files; names have been checked."""

    def put(self, name: str, path: Path) -> None: ...
    def write(self, name: str, content: bytes) -> None: ...
    def read(self, name: str) -> bytes: ...
    def remove(self, name: str) -> None: ...
    def files(self, prefix: str) -> Iterator[File]: ...
    def find(self, name: str) -> File | None: ...
    def path(self, name: str) -> Path: ...
    def check(self) -> None: ...


def new_file(path: Path) -> Any:
    """Open a file that is not there yet, for its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
