"""What the readers of Chinese and English days share: stretches of days, and choosing among what overlaps."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from core import calendar

Shape = Literal["day", "stretch", "festival", "length"]
FAR = 366 * 6  # days ahead beyond which nobody promises anything
# Festivals on the same solar day every year that the calendar page does not draw.
FIXED = {
    "youth": (5, 4),
    "children": (6, 1),
    "teachers": (9, 10),
    "halloween": (10, 31),
    "christmas": (12, 25),
    "boxing_day": (12, 26),
}
RECENT = 100  # a day and month without a year that passed no longer ago than this is over, not next year's


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first to the last day something named takes in, and what kind of thing that is."""

    first: date
    last: date
    shape: Shape = "day"
    sure: Literal["sure", "likely", "unsure"] = "likely"


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch of text that names a day, or only something repeating."""

    start: int
    end: int
    day: date | None
    kind: Literal["deadline", "from", "repeating"]
    sure: Literal["sure", "likely", "unsure"]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Festivals, the lunar year and working days, with the days an organisation works or rests on its own."""

    own: calendar.Own

    def festival(self, key: str, year: int) -> date | None:
        """Return the day of a festival in a solar year, None when it is unknown."""
        if key in FIXED:
            return day(year, *FIXED[key])
        if key in ("good_friday", "easter"):
            return _easter(year, -2 if key == "good_friday" else 0)
        if key == "winter_solstice":
            return _winter_solstice(year)
        return calendar.festival_day(key, year)

    def solar_of(self, year: int, month: int, number: int) -> date | None:
        """Return the solar day of a lunar one, None when there is no such day."""
        return calendar.solar(year, month, number)

    def is_workday(self, day: date) -> bool:
        """Say whether a day is worked."""
        return calendar.is_workday(day, self.own)

    def add_workdays(self, day: date, count: int) -> date:
        """Return the working day `count` after `day`."""
        return calendar.add_workdays(day, count, self.own)


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression and what it means; None when it means nothing, or nothing to come."""

    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str], date, Calendar], Stretch | Token | None]


def day(year: int, month: int, number: int) -> date | None:
    """Return a day, None when the calendar has none such."""
    try:
        return date(year, month, number)
    except (ValueError, OverflowError):
        return None


def shifted(start: date, days: int) -> date | None:
    """Return the day `days` later, None beyond the calendar's end."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return None


def month_later(start: date, count: int) -> date | None:
    """Return the same day `count` months later, or the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def whole_month(year: int, month: int) -> Stretch | None:
    """Return all days of a month."""
    first = day(year, month, 1)
    return Stretch(first, date(year, month, monthrange(year, month)[1]), "stretch") if first else None


def whole_quarter(year: int, quarter: int) -> Stretch | None:
    """Return all days of the first to the fourth quarter."""
    first, last = whole_month(year, quarter * 3 - 2), whole_month(year, quarter * 3)
    return Stretch(first.first, last.last, "stretch") if first and last else None


def week_of(start: date, weeks: int) -> Stretch | None:
    """Return the working week, Monday to Friday, `weeks` after that of `start`; to Sunday once Friday is over."""
    monday = shifted(start, 7 * weeks - start.weekday())
    friday, sunday = (shifted(monday, days) if monday else None for days in (4, 6))
    if monday is None or friday is None or sunday is None:
        return None
    return Stretch(monday, friday if friday >= start else sunday, "stretch")


def weekday(start: date, number: int, weeks: int | None) -> date | None:
    """Return a weekday (Monday is 0) `weeks` after this week, or without `weeks` the next such day to come."""
    ahead = number - start.weekday() + 7 * weeks if weeks is not None else (number - start.weekday() - 1) % 7 + 1
    return shifted(start, ahead)


def without_year(on: date, month: int, number: int) -> date | None:
    """Return the day a month and a number mean: this year's, next year's if that passed long ago."""
    this = day(on.year, month, number)
    if this is not None and this >= on:
        return this
    return None if this is not None and (on - this).days <= RECENT else day(on.year + 1, month, number)


def month_without_year(on: date, month: int) -> Stretch | None:
    """Return the month to come that is meant: this year's unless it is over, next year's if that is long ago."""
    if not 1 <= month <= 12:
        return None
    if month >= on.month:
        return whole_month(on.year, month)
    return whole_month(on.year + 1, month) if on.month - month > RECENT // 30 else None


def latest_sensible(on: date) -> date:
    """Return the day beyond which nothing named is a promise."""
    return shifted(on, FAR) or date.max


def leftmost_longest(found: Iterable[tuple[int, int, Any]]) -> list[tuple[int, int, Any]]:
    """Return what does not overlap: the earliest first, of those that start together the longest."""
    kept: list[tuple[int, int, Any]] = []
    for start, end, what in sorted(found, key=lambda one: (one[0], -one[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, what))
    return kept


def _easter(year: int, ahead: int) -> date | None:
    """Return Easter Sunday (Gauss, as Meeus wrote it), or the day `ahead` of it."""
    if not 1600 <= year <= 9000:
        return None
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - year % 19) // 11))
    sunday = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    month = 3 + (sunday + 40) // 44
    return date(year, month, sunday + 28 - 31 * (month // 4)) + timedelta(days=ahead)


def _winter_solstice(year: int) -> date | None:
    """Return the day of 冬至 in this century, by the rule of thumb of almanacs."""
    within = year - 2000
    return date(year, 12, int(within * 0.2422 + 21.94) - within // 4) if 0 <= within < 100 else None
