"""What talks look like when they leave: told talks, codes, and the contract of a file format."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.terms import FollowUpState, TalkMode, Visibility
from exchange.refi.writing import Code, Coded


@dataclass(frozen=True, slots=True)
class ToldPromise:
    """A promise as it is told."""

    promise: str
    owner: str
    due_on: date | None
    state: FollowUpState
    outcome: str


@dataclass(frozen=True, slots=True)
class ToldTalk:
    """A talk as it is told: without names, whatever could tell who it was is empty and people are numbered."""

    number: str
    held_on: date
    member: str
    group: str
    interviewer: str
    occasion: str
    mode: TalkMode
    place: str
    minutes: int | None
    visibility: Visibility
    notes: str
    promises: tuple[ToldPromise, ...]
    coded: tuple[Coded, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a file is made from, and in `told` what its reader should know about it, a sentence each.

    `named`: names of people stand in it. `title`: of the investigation, "" for all talks.
    """

    organisation: str
    title: str
    author: str
    language: str
    made_on: date
    named: bool
    talks: tuple[ToldTalk, ...]
    codes: tuple[Code, ...]
    told: tuple[str, ...]

    def when(self, day: date | None) -> str:
        """Return a day as it is told: only its month where names are left out."""
        if day is None:
            return ""
        return day.isoformat() if self.named else day.isoformat()[:7]


class Format:
    """One file format of talks."""

    key: str  # also the file's ending
    label: Any
    hint: Any
    order = 100
    ending = ""
    mimetype: str
    masks = False  # whether names are left out unless asked for
    returns = False  # whether the file can be imported again
    opens = True  # whether the notes are opened for it

    def write(self, bundle: Bundle) -> bytes:
        """Return the file; it is made in memory, so that no plain text is left on the disk."""
        raise NotImplementedError

    def file_ending(self) -> str:
        """Return the ending of the file's name."""
        return self.ending or self.key
