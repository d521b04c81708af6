"""Numbers as people type them: full-width digits, thousands commas, units; and how they are counted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.i18n import _, lazy
from questions import bands
from questions.base import Figure, Refused, Setting, Shape, Tally, check_whole, mean, median
from questions.base import Kind as Asks

LARGEST = 10**12  # so that six decimals still fit a float
DECIMALS = 6
TYPED = 40  # characters of a number somebody may type
STORED = 24  # bytes of a number in JSON
UNIT = 20
NUMERAL = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?")
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}  # ０, ．, －, ％ to ASCII
DRESSED = WIDE | str.maketrans({"−": "-", "–": "-", "—": "-", "。": ".", "、": ",", "٫": ".", "’": ",", "'": ","})

SETTINGS = (
    Setting("min", lazy("Smallest"), Asks.NUMBER),
    Setting("max", lazy("Largest"), Asks.NUMBER),
    Setting("decimals", lazy("Digits after the decimal point"), Asks.WHOLE, low=0, high=DECIMALS),
    Setting("unit", lazy("Unit"), Asks.WORDS, lazy("Shown behind the number, such as years or km.")),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What numbers are taken: from `low` to `high` (None: any), with at most so many decimals; shown with `unit`."""

    low: float | None = None
    high: float | None = None
    decimals: int = 0
    unit: str = ""

    @property
    def keys(self) -> str:
        """Return the keyboard a phone shows: the ones for numbers have no minus."""
        if self.low is not None and self.low < 0:
            return "text"
        return "decimal" if self.decimals else "numeric"


def check_limits(definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with min, max, decimals and unit."""
    yield from check_whole(definition, "decimals", 0, DECIMALS)
    found = {}
    for name in ("min", "max"):
        value = definition.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= LARGEST:
            yield _("“%(name)s” must be a number", name=name)
        else:
            found[name] = value
    if len(found) == 2 and found["min"] >= found["max"]:
        yield _("“min” must be smaller than “max”")
    unit = definition.get("unit")
    if unit is not None and (not isinstance(unit, str) or len(unit) > UNIT):
        yield _("“unit” must be a word of at most %(most)s characters", most=UNIT)


def limits(definition: Mapping[str, Any]) -> Limits:
    """Return the limits of a checked definition."""
    low, high = definition.get("min"), definition.get("max")
    decimals = definition.get("decimals")
    if decimals is None:  # limits with decimals ask for numbers with decimals
        decimals = max(_places(low), _places(high))
    return Limits(low, high, decimals, (definition.get("unit") or "").strip())


def _places(value: float | None) -> int:
    if value is None:
        return 0
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return min(max(-int(exponent), 0), DECIMALS)


def parse(text: str, within: Limits) -> int | float | None:
    """Return the number somebody typed, None for nothing; raise `Refused` with what would do."""
    if len(text) > TYPED:
        raise Refused(_("Please type a number, such as %(example)s.", example=_example(within)))
    bare = text.translate(DRESSED).strip()
    if within.unit:
        bare = bare.removesuffix(within.unit.translate(DRESSED)).strip()
    bare = re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", "", bare)
    if not text.strip():
        return None
    if not NUMERAL.fullmatch(bare) or not any(sign.isdecimal() for sign in bare):
        raise Refused(_("Please type a number, such as %(example)s.", example=_example(within)))
    number = Decimal(bare.replace(",", ""))
    if not number.is_zero() and -int(number.normalize().as_tuple().exponent) > within.decimals:
        if not within.decimals:
            raise Refused(_("Please type a whole number."))
        raise Refused(_("Please type at most %(most)s digits after the decimal point.", most=within.decimals))
    return _bounded(number, within)


def _bounded(number: Decimal, within: Limits) -> int | float:
    low = Decimal(str(-LARGEST if within.low is None else within.low))
    high = Decimal(str(LARGEST if within.high is None else within.high))
    if not low <= number <= high:
        if within.low is not None and within.high is not None:
            raise Refused(
                _("Please type a number from %(low)s to %(high)s.", low=shown(within.low), high=shown(within.high))
            )
        if number < low:
            raise Refused(_("Please type a number that is not below %(low)s.", low=shown(float(low))))
        raise Refused(_("Please type a number that is not above %(high)s.", high=shown(float(high))))
    return int(number) if number == number.to_integral_value() else float(number)


def _example(within: Limits) -> str:
    low = within.low if within.low is not None else 0
    high = within.high if within.high is not None else low + 100
    usual = 12.5 if within.decimals else 12
    return shown(usual if low <= usual <= high else high)


def from_cell(cell: Any, within: Limits) -> int | float | None:
    """Return the number in the cell of a file, None for an empty one; raise `Refused`."""
    if isinstance(cell, (dict, list, bool)):
        raise Refused(_("One number is expected here."))
    if isinstance(cell, float):
        if not abs(cell) <= LARGEST:
            raise Refused(_("Please type a number, such as %(example)s.", example=_example(within)))
        cell = format(Decimal(str(cell)), "f")
    return None if cell is None else parse(str(cell), within)


def shown(number: float) -> str:
    """Write a number with thousands commas and no needless zeros."""
    text = f"{Decimal(str(number)):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def with_unit(text: str, unit: str) -> str:
    """Put the unit behind a number, or behind words about numbers."""
    return _("%(number)s %(unit)s", number=text, unit=unit) if unit else text


def range_words(within: Limits) -> str:
    """Say which numbers are taken, "" when any is."""
    low, high = (None if end is None else shown(end) for end in (within.low, within.high))
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s", low=low, high=with_unit(high, within.unit))
    if low is not None and within.low != 0:
        return _("%(low)s or more", low=with_unit(low, within.unit))
    return _("At most %(high)s", high=with_unit(high, within.unit)) if high is not None else ""


def steps(counts: Mapping[Any, int], within: Limits) -> dict[int, int]:
    """Return counted numbers as whole steps of the last decimal."""
    whole: dict[int, int] = {}
    scale = 10**within.decimals
    for value, times in counts.items():
        step = round(value * scale)
        whole[step] = whole.get(step, 0) + times
    return whole


def cuts(several: Sequence[Mapping[Any, int]], within: Limits) -> tuple[int, ...]:
    """Return the cuts that fit all of several sets of counted numbers together."""
    pooled: dict[int, int] = {}
    for counts in several:
        for step, times in steps(counts, within).items():
            pooled[step] = pooled.get(step, 0) + times
    return bands.cuts(pooled, bands.round_steps())


def tally(counts: Mapping[Any, int], asked: int, within: Limits, at: tuple[int, ...], *, skipped: int = 0) -> Tally:
    """Return the histogram, mean and median of counted numbers; never the smallest or largest."""
    answered = sum(counts.values())
    return Tally(
        Shape.PARTS,
        answered,
        asked - answered,
        skipped,
        bands.bars(steps(counts, within), at, lambda low, high: _band(low, high, within)),
        mean=mean(counts),
        rated=answered,
        figures=(Figure("median", lazy("Median"), median(counts)),),
    )


def _band(low: int | None, high: int | None, within: Limits) -> str:
    """Say which numbers a band holds; an open end is closed where the question itself sets a limit."""
    least = _limit(within.low, within) if low is None else low
    most = _limit(within.high, within) if high is None else high
    if least is None and most is None:
        return _("All answers")
    if least is not None and least == most:
        return with_unit(_step(least, within), within.unit)
    if within.decimals and high is not None:  # a band of decimals ends where the next begins
        upper = with_unit(_step(high + 1, within), within.unit)
        if least is None:
            return _("under %(high)s", high=upper)
        return _("%(low)s to under %(high)s", low=_step(least, within), high=upper)
    if least is None:
        return _("up to %(high)s", high=with_unit(_step(most or 0, within), within.unit))
    if most is None:
        return _("%(low)s or more", low=with_unit(_step(least, within), within.unit))
    return with_unit(f"{_step(least, within)}–{_step(most, within)}", within.unit)


def _limit(limit: float | None, within: Limits) -> int | None:
    return None if limit is None else round(Decimal(str(limit)).scaleb(within.decimals))


def _step(step: int, within: Limits) -> str:
    return shown(float(Decimal(step).scaleb(-within.decimals)))
