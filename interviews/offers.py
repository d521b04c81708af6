"""What is found in notes being written and only ever offered: promises with their days, and days in working days."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core import calendar
from core.calendar import Own
from text import commitments, dates
from text.dates import DateKind, NamedDay

MOST = 20  # promises a sheet has room for
PROMISE = 500
NOTES = 20_000
SAYING = 4  # characters of a row that say enough to stand for a sentence
WORKDAYS = (3, 5, 10, 15, 20)
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class NamedDue:
    """A day the text names: the very words, and what they come to; a `kind` of "repeating" comes round again."""

    words: str
    day: date
    kind: DateKind


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence that promises something, and the day it names, if any."""

    text: str
    due: NamedDue | None


def found(notes: str, *, on: date, own: Own, given: Iterable[str] = ()) -> list[Offer]:
    """Return the promises in notes of a talk held on `on` that do not stand among those `given` already."""
    known = [plain for plain in map(_plain, given) if plain]
    offers = []
    for one in commitments.find(notes[:NOTES], on, own):
        plain = _plain(one.text)
        if plain and not any(plain in other or (len(other) >= SAYING and other in plain) for other in known):
            offers.append(Offer(one.text[:PROMISE], _named(one.due)))
            known.append(plain)
    return offers[:MOST]


def day_in(words: str, *, on: date, own: Own) -> NamedDue | None:
    """Return the day a promise's own words name, counted from `on`; None when they name none."""
    return _named(dates.due(dates.find(words[:PROMISE], on, own)))


def in_workdays(on: date, own: Own) -> list[tuple[int, date]]:
    """Return, for a few numbers of working days, the day they end on."""
    return [(count, calendar.add_workdays(on, count, own)) for count in WORKDAYS]


def _named(one: NamedDay | None) -> NamedDue | None:
    return NamedDue(one.text, one.day, one.kind) if one is not None and one.day is not None else None


def _plain(text: str) -> str:
    return _MARKS.sub("", text).casefold()
