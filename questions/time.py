"""A time of day."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from datetime import time as clock
from typing import Any

from core.i18n import _, lazy
from questions import bands
from questions.amounts import WIDE
from questions.base import Counts, Item, Kind, Measure, Refused, Setting, Shape, Tally
from questions.date import check_ends, ends_words
from questions.quantities import TYPED, Quantity

WRITTEN = re.compile(
    r"(?P<early>上午|早上|凌晨|中午)?(?P<late>下午|晚上|傍晚)?\s*"
    r"(?P<hour>\d{1,2})(?:\s*[:.点點时時]\s*(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>\d{1,2})\s*分?)?"
    r"|(?P<packed>\d{2}))?(?::00)?\s*(?P<half_day>[ap]\.?m\.?)?",
    flags=re.ASCII | re.IGNORECASE,
)
STEPS = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720)  # minutes
HOUR, DAY = 60, 24 * 60


class Time(Quantity):
    """A time of day picked or typed; the answer is the time as 08:30."""

    key = "time"
    label = lazy("Time of day")
    hint = lazy("When something happens: hour and minute.")
    icon = "clock"
    order = 70
    more_keys = ("min", "max")
    settings = (Setting("min", lazy("Earliest time"), Kind.CLOCK), Setting("max", lazy("Latest time"), Kind.CLOCK))
    measure = Measure.CLOCK
    stored = 9

    def check(self, definition: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the limits."""
        yield from check_ends(definition, _is_time, _("“%(name)s” must be a time such as 08:30"))

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the limits, and what to say of them."""
        low, high = definition.get("min") or "", definition.get("max") or ""
        return {"earliest": low, "latest": high, "range": ends_words(low, high)}

    def picks(self, text: str) -> bool:
        """Say whether the text is a time as browsers write it."""
        return _is_time(text)

    def parse(self, text: str, item: Item) -> str | None:
        """Return the time typed as 08:30, 8点半, 下午3点 or 0830."""
        text = text.translate(WIDE).strip()
        if not text:
            return None
        found = WRITTEN.fullmatch(text) if len(text) <= TYPED else None
        minutes = _minutes(found) if found else None
        if minutes is None:
            raise Refused(_("Please give a time, such as 08:30."))
        given = _name(minutes)
        low, high = item.settings["earliest"], item.settings["latest"]
        if (low and given < low) or (high and given > high):
            raise Refused(_("Please give a time in this range: %(range)s.", range=item.settings["range"]))
        return given

    def from_cell(self, cell: Any, item: Item) -> str | None:
        """Return the time in a cell: a time, or one in words."""
        if isinstance(cell, (dict, list, bool, int, float)):
            raise Refused(_("Please give a time, such as 08:30."))
        if isinstance(cell, (clock, datetime)):
            cell = cell.strftime("%H:%M")
        return self.parse("" if cell is None else str(cell), item)

    def cuts(self, given: Mapping[Any, int], item: Item) -> tuple[Any, ...]:
        """Return the minutes of the day where the bars part."""
        return bands.cuts(_in_minutes(given), STEPS)

    def histogram(self, counts: Counts, item: Item, at: tuple[Any, ...]) -> Tally:
        """Count by hours or other round spans."""
        given = counts.by[item.name]
        answered = sum(given.values())
        return Tally(
            Shape.PARTS,
            answered,
            counts.asked - answered,
            counts.skipped,
            bands.bars(_in_minutes(given), at, _span),
        )


def _minutes(found: re.Match[str]) -> int | None:
    """Return the minute of the day somebody wrote, or None where there is none such."""
    hour, minute = int(found["hour"]), int(found["minute"] or found["packed"] or 0)
    minute = 30 if found["half"] else {"一": 15, "三": 45}.get(found["quarter"] or "", minute)
    late = bool(found["late"]) or (found["half_day"] or "").lower().startswith("p")
    early = found["early"] in ("上午", "早上", "凌晨") or (found["half_day"] or "").lower().startswith("a")
    if found["early"] and found["late"] or (found["half_day"] and not 1 <= hour <= 12):
        return None
    if late and hour < 12:
        hour += 12
    elif early and hour == 12:
        hour = 0
    return hour * HOUR + minute if hour < 24 and minute < HOUR else None


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value))


def _in_minutes(given: Mapping[Any, int]) -> dict[int, int]:
    return {int(str(value)[:2]) * HOUR + int(str(value)[3:5]): times for value, times in given.items()}


def _span(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return _("All answers")
    if low is None:
        return _("before %(end)s", end=_name((high or 0) + 1))
    return _("%(begin)s or later", begin=_name(low)) if high is None else f"{_name(low)}–{_name(high)}"


def _name(minutes: int) -> str:
    return f"{minutes // HOUR:02d}:{minutes % HOUR:02d}"
