"""Means told only as exactly as they cannot point at a few people; docs/decisions/0007.

Where bars are coarser than the answers behind them (bands of numbers, places in an order, shares of a total), an exact
mean is the sum of everybody's answers, and with the bars it may settle who answered something rare. So it is rounded
until as many people as the floor could have answered a step higher or lower without its changing.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from questions.bands import round_steps
from questions.base import Item, Shape, Tally

TENTHS = 10  # people share out a total in about so many pieces


def rounded(item: Item, tally: Tally, floor: int) -> Tally:
    """Return a protected tally with its means rounded where they are finer than its bars; the rest as it is."""
    if tally.answered is None:
        return tally
    key = item.kind.key
    if key == "ranking":
        return _figures(tally, grain(tally.answered, 1, floor))
    if key == "constant_sum":
        return _figures(tally, grain(tally.answered, max(1, item.settings["total"] / TENTHS), floor))
    if tally.shape is Shape.GRID:
        blanks = {row.value: row for row in item.settings["rows"]}
        rows = tuple(
            replace(row, tally=_banded(item, row.tally, floor, getattr(blanks.get(row.value), "limits", None)))
            for row in tally.rows
        )
        return replace(tally, rows=rows)
    return _banded(item, tally, floor, None)


def grain(answered: int, step: float, floor: int) -> float:
    """Return what a mean is rounded to: 1, 2 or 5 times a power of ten, at least twice the floor in steps for all."""
    least = Decimal(str(2 * floor * step)) / max(answered, 1)
    unit = Decimal(1).scaleb(least.adjusted())
    return float(next(unit * times for times in round_steps() if unit * times >= least))


def step_of(tally: Tally, decimals: int) -> float:
    """Return the width of the narrowest band, in the unit of the answers; one step where there are no two cuts."""
    cuts = sorted({int(bar.value.partition("..")[0]) for bar in tally.bars if bar.value.partition("..")[0]})
    return min((high - low for low, high in pairwise(cuts)), default=1) / 10**decimals


def told(mean: float, step: float) -> float:
    """Return a mean rounded to a multiple of `step`."""
    unit = Decimal(str(step))
    return float((Decimal(str(mean)) / unit).quantize(Decimal(1)) * unit)


def banded(tally: Tally) -> bool:
    """Say whether the bars are bands of numbers, days or times."""
    return bool(tally.bars) and all(".." in bar.value for bar in tally.bars)


def _banded(item: Item, tally: Tally, floor: int, own: Any) -> Tally:
    limits = own or item.settings.get("limits")
    if limits is None or not tally.answered or not banded(tally):
        return tally
    figures: Sequence[Any] = tally.figures
    if tally.answered < 2 * floor:  # a middle among so few parts them into groups that are too small
        figures = [replace(figure, value=None) for figure in figures]
    step = grain(tally.answered, step_of(tally, limits.decimals), floor)
    return replace(tally, mean=None if tally.mean is None else told(tally.mean, step), figures=tuple(figures))


def _figures(tally: Tally, step: float) -> Tally:
    return replace(
        tally,
        figures=tuple(
            replace(figure, value=None if figure.value is None else told(figure.value, step))
            for figure in tally.figures
        ),
    )
