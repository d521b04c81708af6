"""Values with an order, as whole steps: numbers, days and times; and the few of them that can matter to rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from questions.amounts import LARGEST
from questions.amounts import limits as number_limits

PLACES = 6  # decimals a step is counted in
UNIT = 10**PLACES
LAST_MINUTE = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class Measured:
    """A range of values: `low` to `high` in steps, every `grain`; `sort` is "number", "day" or "clock"."""

    sort: str
    low: int
    high: int
    grain: int = 1

    def value(self, step: int) -> Any:
        """Return a step as the answer stores it."""
        if self.sort == "day":
            return date.fromordinal(step).isoformat()
        if self.sort == "clock":
            return f"{step // 60:02d}:{step % 60:02d}"
        return step // UNIT if step % UNIT == 0 else float(Decimal(step) / UNIT)


def steps(sort: str, value: Any) -> Decimal | None:
    """Return a value in steps, perhaps between two of them; None when it is no such value."""
    try:
        if sort == "day":
            return Decimal(date.fromisoformat(value).toordinal())
        if sort == "clock":
            hours, minutes = value.split(":")
            return Decimal(int(hours) * 60 + int(minutes))
        return None if isinstance(value, bool) else Decimal(str(value)) * UNIT
    except (ValueError, AttributeError, TypeError, InvalidOperation):
        return None


def measured(sort: str, raw: Mapping[str, Any]) -> Measured:
    """Return the range of an item or of a blank from its settings."""
    if sort == "number":
        found = number_limits(raw)
        grain = 10 ** (PLACES - found.decimals)
        low, high = (-LARGEST if found.low is None else found.low), (LARGEST if found.high is None else found.high)
        return Measured(sort, _up(low, grain), _down(high, grain), grain)
    first, last = (1, date.max.toordinal()) if sort == "day" else (0, LAST_MINUTE)
    early, late = steps(sort, raw.get("min") or ""), steps(sort, raw.get("max") or "")
    return Measured(sort, first if early is None else int(early), last if late is None else int(late))


def _up(value: float, grain: int) -> int:
    return -_whole(-Decimal(str(value)) * UNIT, grain) * grain


def _down(value: float, grain: int) -> int:
    return _whole(Decimal(str(value)) * UNIT, grain) * grain


def _whole(steps_: Decimal, grain: int) -> int:
    """Return how often a grain goes into some steps, rounded down also below zero."""
    return int((steps_ / grain).to_integral_value(ROUND_FLOOR))


def candidates(ranges: Sequence[Measured], constants: Iterable[Decimal], several: int) -> list[list[int]]:
    """Return for each range the values that stand for all others in comparisons with constants and with each other.

    Between two neighbouring constants (limits count as such) only the order of the values matters, so as many
    values as there are compared answers (`several`) are enough; coarse ranges first, so that finer ones find room
    between the values of coarser ones.
    """
    fixed = {Decimal(end) for one in ranges for end in (one.low, one.high)} | set(constants)
    chosen: set[Decimal] = set(fixed)
    for grain in sorted({one.grain for one in ranges}, reverse=True):
        same = [one for one in ranges if one.grain == grain]
        low, high = min(one.low for one in same), max(one.high for one in same)
        marks = sorted(mark for mark in chosen if low <= mark <= high)
        for left, right in zip(marks, marks[1:], strict=False):
            first = _whole(left, grain) * grain + grain
            chosen |= {Decimal(first + n * grain) for n in range(several) if first + n * grain < right}
    return [
        sorted(int(step) for step in chosen if one.low <= step <= one.high and step % one.grain == 0) for one in ranges
    ]
