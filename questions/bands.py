"""Histograms that point at nobody: round bands from whole numbers, with open ends that hold several people.

A value is first turned into a whole number of the smallest step (days, minutes, hundredths); the cuts between bands are
multiples of a round step. The width follows Freedman and Diaconis (1981, "On the histogram as a density estimator"):
twice the interquartile range by the cube root of n, or Sturges (1926) where half of all values are the same. The same
values always give the same cuts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from itertools import count as counting
from math import ceil, log2

from questions.base import Bar

MOST = 8  # bars
TAIL = 5  # people at least beyond the outer cuts, so that no band tells the smallest or the largest value
TAIL_SHARE = 0.025  # and this share of them
PEOPLE = 10  # people a bar has on average at least, so that few bars must be hidden

Word = Callable[[int | None, int | None], str]  # first and last step of a band, None where it is open


def cuts(counts: Mapping[int, int], ladder: Iterable[int], most: int = MOST) -> tuple[int, ...]:
    """Return where the bands part: each cut is the first value of the next band, a multiple of one step of `ladder`.

    () when the values are too few or too alike to part.
    """
    at = ranks(counts)
    n = sum(counts.values())
    tail = max(TAIL, ceil(n * TAIL_SHARE))
    if n < 2 * tail:
        return ()
    low, high = at(tail), at(n - tail + 1)
    if low >= high:
        return ()
    few = high - low < most
    spread = at(ceil(3 * n / 4)) - at(ceil(n / 4))
    width = 1.0 if few else 2 * spread / n ** (1 / 3) or (high - low) / (1 + log2(n))
    step = _step(low, high, ladder, width, most if few else max(2, min(most, n // PEOPLE)))
    return tuple(range((low // step + 1) * step, high + 1, step))


def ranks(counts: Mapping[int, int]) -> Callable[[int], int]:
    """Return what finds the value at a rank, from 1 to n in ascending order."""
    values = sorted(counts)
    reached = list(accumulate(counts[value] for value in values))
    return lambda rank: values[bisect_left(reached, rank)]


def _step(low: int, high: int, ladder: Iterable[int], width: float, most: int) -> int:
    """Return the step that is as near to `width` as keeps to `most` bands and parts the values at all."""
    best, fits = 1, False
    for step in ladder:
        between = high // step - low // step
        if not between:
            break
        if fits and step > width * 1.5:
            break
        best, fits = step, between < most
        if fits and step * 1.5 >= width:
            break
    return best


def bars(counts: Mapping[int, int], at: tuple[int, ...], word: Word) -> tuple[Bar, ...]:
    """Return one bar for each band; they add up to all that were counted."""
    heights = [0] * (len(at) + 1)
    for value, times in counts.items():
        heights[bisect_right(at, value)] += times
    return tuple(
        Bar(name(low, high), word(low, high), height) for (low, high), height in zip(spans(at), heights, strict=True)
    )


def spans(at: tuple[int, ...]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the first and last step of every band, None where it is open."""
    for place in range(len(at) + 1):
        yield at[place - 1] if place else None, at[place] - 1 if place < len(at) else None


def name(low: int | None, high: int | None) -> str:
    """Return a band's name, stable and without words: "..9", "10..19", "20.."."""
    return f"{'' if low is None else low}..{'' if high is None else high}"


def round_steps() -> Iterator[int]:
    """Yield 1, 2, 5, 10, 20, 50 and so on."""
    for power in counting():
        yield from (10**power, 2 * 10**power, 5 * 10**power)
