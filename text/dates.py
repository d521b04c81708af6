"""Days named in prose, Chinese or English, worked out from the day on which they were written.

`下周三前` written on Thursday 6 November 2025 is 12 November. What `前` takes in follows use: a day that is numbered or
a weekday is itself still in time, a festival or a whole month is not. Offsets count code points.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.calendar import NONE, Own
from text import chinese_dates, english_dates
from text.date_points import Calendar, Token, latest_sensible
from text.languages import detect
from text.segment import Language

DateKind = Literal["deadline", "from", "repeating"]
Sureness = Literal["sure", "likely", "unsure"]


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day named in a text: `text[start:end]` names it; `day` is None for what only repeats."""

    start: int
    end: int
    text: str
    day: date | None
    kind: DateKind
    sure: Sureness


def find(text: str, on: date, own: Own = NONE, lang: Language | None = None) -> tuple[NamedDay, ...]:
    """Return the days a text written on `on` names, in order; days that have passed are left out.

    `own` are the days the organisation works, or not, otherwise than the official list says.
    """
    reader = chinese_dates if (lang or detect(text)) == "zh" else english_dates
    return tuple(
        NamedDay(token.start, token.end, text[token.start : token.end], token.day, token.kind, token.sure)
        for token in reader.tokens(text, on, Calendar(own))
        if _stands(token, on)
    )


def due(found: Iterable[NamedDay]) -> NamedDay | None:
    """Return the day by which all of it is done: the latest one, a day that comes back only if there is no other."""
    named = list(found)
    offered = [one for one in named if one.day is not None and one.sure != "unsure"]
    # Beside something that repeats, a beginning says since when, not until when: 这个月起每周整休一天.
    without = {"repeating", "from"} if any(one.kind == "repeating" for one in named) else {"repeating"}
    once = [one for one in offered if one.kind not in without]
    return max(
        once or [one for one in offered if one.kind == "repeating"], key=lambda one: one.day or date.min, default=None
    )


def _stands(token: Token, on: date) -> bool:
    return token.day is None or on <= token.day <= latest_sensible(on)
