"""A day."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from core.i18n import _, day, lazy
from questions import bands
from questions.amounts import WIDE
from questions.base import Counts, Item, Kind, Measure, Refused, Setting, Shape, Tally
from questions.quantities import TYPED, Quantity

WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?|(\d{4})(\d{2})(\d{2})", flags=re.ASCII
)
SOME_DAYS, SOME_MONTHS = 12, 24  # up to so many days a bar is a day, up to so many months it is a month
YEAR_STEPS: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class Date(Quantity):
    """A day picked or typed; the answer is the day as 2026-11-23."""

    key = "date"
    label = lazy("Date")
    hint = lazy("A day, picked from the phone’s calendar or typed.")
    icon = "calendar3"
    order = 68
    more_keys = ("min", "max")
    settings = (Setting("min", lazy("Earliest day"), Kind.DAY), Setting("max", lazy("Latest day"), Kind.DAY))
    measure = Measure.DAY

    def check(self, definition: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the limits."""
        yield from check_ends(definition, _is_day, _("“%(name)s” must be a day such as 2026-11-23"))

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the limits, and what to say of them."""
        low, high = definition.get("min") or "", definition.get("max") or ""
        return {
            "earliest": low,
            "latest": high,
            "range": ends_words(*(day(_day(end)) if end else "" for end in (low, high))),
        }

    def picks(self, text: str) -> bool:
        """Say whether the text is a day as browsers write it."""
        return _is_day(text)

    def parse(self, text: str, item: Item) -> str | None:
        """Return the day typed as 2026-11-23, 2026年11月23日 or 20261123."""
        text = text.translate(WIDE).strip()
        if not text:
            return None
        found = WRITTEN.fullmatch(text) if len(text) <= TYPED else None
        try:
            given = date(*(int(part) for part in found.groups() if part)) if found else None
        except ValueError:
            given = None
        if given is None:
            raise Refused(_("Please give a day, such as 2026-11-23."))
        low, high = item.settings["earliest"], item.settings["latest"]
        if (low and given.isoformat() < low) or (high and given.isoformat() > high):
            raise Refused(_("Please give a day in this range: %(range)s.", range=item.settings["range"]))
        return given.isoformat()

    def from_cell(self, cell: Any, item: Item) -> str | None:
        """Return the day in a cell: a date, or a day in words or with a midnight behind it."""
        if isinstance(cell, (dict, list, bool, int, float)):
            raise Refused(_("Please give a day, such as 2026-11-23."))
        if isinstance(cell, date):
            cell = cell.date().isoformat() if isinstance(cell, datetime) else cell.isoformat()
        text = "" if cell is None else str(cell).strip()
        return self.parse(re.sub(r"[T ]00:00(:00)?$", "", text), item)

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the day as people write it."""
        given = answer.get(item.name)
        return day(_day(given)) if given else ""

    def cuts(self, given: Mapping[Any, int], item: Item) -> tuple[Any, ...]:
        """Return the unit of the bars (days, months or years), then where they part."""
        n = sum(given.values())
        if not n:
            return ("day",)
        tail = min(bands.TAIL, n)
        days = {_day(value).toordinal(): times for value, times in given.items()}
        at = bands.ranks(days)
        span = at(n - tail + 1) - at(tail)
        unit, ladder = "year", YEAR_STEPS
        if span < SOME_DAYS:
            unit, ladder = "day", (1,)
        elif span < SOME_MONTHS * 31:
            unit, ladder = "month", (1, 3, 6, 12)
        counts = _in_units(given, unit)
        return (unit, *bands.cuts(counts, ladder, SOME_DAYS))

    def histogram(self, counts: Counts, item: Item, at: tuple[Any, ...]) -> Tally:
        """Count by day, month or year."""
        unit, *edges = at
        given = counts.by[item.name]
        answered = sum(given.values())

        def word(low: int | None, high: int | None) -> str:
            return _span(low, high, unit)

        return Tally(
            Shape.PARTS,
            answered,
            counts.asked - answered,
            counts.skipped,
            bands.bars(_in_units(given, unit), tuple(edges), word),
        )


def check_ends(definition: Mapping[str, Any], is_one: Any, wrong: str) -> Iterator[str]:
    """Yield what is wrong with the earliest and the latest moment of a definition."""
    ends = []
    for name in ("min", "max"):
        value = definition.get(name)
        if value in (None, ""):
            continue
        if is_one(value):
            ends.append(value)
        else:
            yield wrong % {"name": name}
    if len(ends) == 2 and ends[0] > ends[1]:
        yield _("“min” must not be later than “max”")


def ends_words(low: str, high: str) -> str:
    """Say which moments are taken, "" when any is."""
    if low and high:
        return _("From %(low)s to %(high)s", low=low, high=high)
    if low:
        return _("Not before %(low)s", low=low)
    return _("Not after %(high)s", high=high) if high else ""


def _day(text: str) -> date:
    return date.fromisoformat(str(text)[:10])


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _in_units(given: Mapping[Any, int], unit: str) -> dict[int, int]:
    """Return counted days by whole number: day of the era, month of the era, or year."""
    counts: dict[int, int] = {}
    for value, times in given.items():
        found = _day(value)
        place = {"day": found.toordinal(), "month": found.year * 12 + found.month - 1, "year": found.year}[unit]
        counts[place] = counts.get(place, 0) + times
    return counts


def _span(low: int | None, high: int | None, unit: str) -> str:
    if low is None and high is None:
        return _("All answers")
    if low is None:
        return _("until %(end)s", end=_name(high or 0, unit))
    if high is None:
        return _("%(begin)s or later", begin=_name(low, unit))
    return _name(low, unit) if low == high else f"{_name(low, unit)} – {_name(high, unit)}"


def _name(place: int, unit: str) -> str:
    if unit == "day":
        return day(date.min + timedelta(days=place - 1))
    return f"{place // 12}-{place % 12 + 1:02d}" if unit == "month" else str(place)
