"""What concerns look like when they leave or come back: the contract of a file format."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from core.terms import ExcerptKind, SourceKind

T = TypeVar("T")
Tell = Callable[[float], None]  # is told how far work is, from 0 to 1
OFTEN = 200  # things done between two tellings


def silent(share: float) -> None:
    """Tell nobody."""


def counted(things: Iterable[T], number: int, tell: Tell) -> Iterator[T]:
    """Yield things, telling now and then which share of their `number` is done."""
    for done, thing in enumerate(things):
        if done % OFTEN == 0:
            tell(done / max(number, 1))
        yield thing


@dataclass(frozen=True, slots=True)
class Entry:
    """A concern as a codebook has it: what it is called, the heading above it, and what a person wrote about it."""

    name: str
    theme: str = ""
    summary: str = ""
    includes: str = ""
    excludes: str = ""


@dataclass(frozen=True, slots=True)
class ToldConcern:
    """A concern as it is told: `voices` in words, for fewer than the floor are not counted out."""

    id: int
    entry: Entry
    passages: int
    voices: str
    since: str


@dataclass(frozen=True, slots=True)
class ToldPassage:
    """A passage as it is told: where it was said by kind, what it does, and its concern or None; never who or when."""

    concern_id: int | None
    source: SourceKind
    kind: ExcerptKind
    text: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a file is made from: concerns by theme and name, passages by concern, kind of source and text.

    `told` is what its reader should know about it, a sentence each.
    """

    title: str
    made_on: date
    concerns: tuple[ToldConcern, ...]
    passages: tuple[ToldPassage, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A passage under a concern, as a file has it: its text with single blanks, and the name of the concern."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Book:
    """What a file holds: a codebook, passages under their concerns, and in `told` what could not be read."""

    entries: tuple[Entry, ...]
    wishes: tuple[Wish, ...] = ()
    told: tuple[str, ...] = ()


class Format:
    """One file format of a codebook, with passages where `coded`."""

    key: str  # also the file's ending
    label: Any
    hint: Any
    order = 100
    mimetype: str
    coded = True

    def write(self, bundle: Bundle, tell: Tell = silent) -> bytes:
        """Return the file, telling how far it is; it is made in memory, so that no plain text is left on the disk."""
        raise NotImplementedError

    def read(self, content: bytes, name: str) -> Book:
        """Return what a file holds; raise `BadInput` saying what is wrong."""
        raise NotImplementedError
