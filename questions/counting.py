"""What answers are counted in: columns, counts by column, and the tally every table and chart draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Measure(StrEnum):
    """What the values of a column are, in the words of statistics packages."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    NUMBER = "number"
    DAY = "day"  # ISO 8601 date
    CLOCK = "clock"  # HH:MM
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """One stable column of exports and of the columnar snapshot.

    `labels`: value -> words, in order, for coded columns; cells are the keys of it (int or str) or None.
    """

    name: str
    label: str
    measure: Measure
    labels: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """How an item was answered, counted column by column: all a kind needs to make its `Tally`.

    `asked`: people whose path led here; `answered`: of them, those with an answer; `skipped`: everybody else.
    `by`: column name -> value -> how many; columns of measure TEXT are not in it but in `texts`.
    """

    asked: int
    answered: int
    skipped: int = 0
    by: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Shape(StrEnum):
    """How counts hang together, which decides how a small one may be hidden."""

    PARTS = "parts"  # the bars add up to those who answered
    MARKS = "marks"  # each bar is between none and all of those who answered
    GRID = "grid"  # several rows, each of parts
    TEXTS = "texts"
    FIGURES = "figures"  # no bars, only numbers made from all answers


@dataclass(frozen=True, slots=True)
class Bar:
    """How many gave one answer; None when the number is hidden."""

    value: str
    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number made from the counts, such as the NPS; None when it is hidden."""

    key: str
    label: Any
    value: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a question was answered; what every table and chart draws.

    `answered`: those who did (None when too few to say). `missing`: were asked and did not. `skipped`: were not asked.
    `most`: how many marks one person may set (shape MARKS). `rated`: those counted in the mean.
    """

    shape: Shape
    answered: int | None
    missing: int = 0
    skipped: int = 0
    bars: tuple[Bar, ...] = ()
    mean: float | None = None
    rated: int | None = None
    figures: tuple[Figure, ...] = ()
    rows: tuple["Row", ...] = ()
    texts: Sequence[str] = ()
    most: int | None = None

    @property
    def hides(self) -> bool:
        """Say whether any number of it is hidden."""
        return (
            self.answered is None
            or any(bar.count is None for bar in self.bars)
            or any(row.tally.hides for row in self.rows)
        )

    def share(self, bar: Bar) -> float | None:
        """Return the bar's share of those who answered in percent, or None when it is hidden."""
        if bar.count is None or not self.answered:
            return None
        return 100 * bar.count / self.answered

    def figure(self, key: str) -> float | None:
        """Return the figure of that name, or None."""
        return next((figure.value for figure in self.figures if figure.key == key), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid and how it was answered."""

    value: str
    label: str
    tally: Tally


def mean(counts: Mapping[Any, int]) -> float | None:
    """Return the mean of numbers counted by value, or None when there are none."""
    n = sum(counts.values())
    return sum(value * times for value, times in counts.items()) / n if n else None


def median(counts: Mapping[Any, int]) -> float | None:
    """Return the median of numbers counted by value: the mean of the two middle ones when they are even in number."""
    n, seen, low = sum(counts.values()), 0, None
    for value in sorted(counts):
        seen += counts[value]
        if low is None and seen >= (n + 1) // 2:
            low = value
        if seen >= n // 2 + 1:
            assert low is not None
            return (low + value) / 2
    return None
