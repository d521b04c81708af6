"""What can be crossed: every closed item told as variables, each of which parts all responses into levels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from questions import amounts
from questions.base import Item, Measure, Shape, Tally

REST, MISSING, SKIPPED = "rest:", "missing:", "skipped:"  # hidden bars together; asked, not answered; not asked
MARKED, UNMARKED = "1", "0"
LEVELS = 30  # more answers than this make no table anybody reads


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of answers whose values are parted into levels; `shown` are those whose number is published.

    `sizes`: level -> how many responses, over all responses, MISSING and SKIPPED among them; `of`: value -> level.
    """

    name: str
    column: str
    label: str
    shown: tuple[tuple[str, str], ...]
    sizes: Mapping[str, int]
    of: Mapping[Any, str]


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a table: a closed item, or one row of a grid.

    A multiple choice has a variable for each option, of which only “chosen” is shown. `scores`: level -> number, where
    means make sense. `conditional`: rules may empty cells. `exact`: everybody chose the same number of options.
    """

    key: str
    item: Item
    place: int
    label: str
    variables: tuple[Variable, ...]
    marks: bool
    scores: Mapping[str, float]
    conditional: bool
    exact: bool
    points: tuple[tuple[str, str], ...] = ()  # every level of a scale, the hidden ones too, in order


def axes(item: Item, raw: Tally, shown: Tally, place: int) -> Iterator[Axis]:
    """Yield the sides an item may be of a table; none for words, dates and what is withheld."""
    if shown.answered is None or raw.skipped is None:
        return
    columns = {column.name: column for column in item.kind.exported(item) if column.measure is not Measure.TEXT}
    size = raw.answered + raw.missing + raw.skipped if raw.answered is not None else 0
    parts: list[tuple[str, str, Tally, Tally]] = [("", item.title, raw, shown)]
    if raw.shape is Shape.GRID:
        pairs = zip(raw.rows, shown.rows, strict=True)
        parts = [(r.value, f"{item.title} – {r.label}", r.tally, s.tally) for r, s in pairs]
    for part, label, counted, told in parts:
        if told.answered is None or counted.answered is None or not 2 <= len(told.bars) <= LEVELS:
            continue
        name = f"{item.name}.{part}" if part else item.name
        missing = size - raw.skipped - counted.answered
        outside = {MISSING: missing, SKIPPED: raw.skipped}
        if counted.shape is Shape.MARKS:
            variables = tuple(_options(name, columns, counted, told, outside))
        elif counted.shape is Shape.PARTS:
            variables = tuple(_single(name, label, columns, item, counted, told, outside))
        else:
            continue
        if variables:
            conditional = bool(raw.skipped or item.option_rules)
            marks = counted.shape is Shape.MARKS
            scores = {} if marks else _scores(item, counted)
            points = tuple((bar.value, bar.label) for bar in counted.bars if bar.value in scores)
            yield Axis(name, item, place, label, variables, marks, scores, conditional, marks and _exact(item), points)


def _exact(item: Item) -> bool:
    most = item.settings.get("max")
    return bool(most) and most == item.settings.get("min") and not item.settings.get("exclusive")


def _options(
    name: str, columns: Mapping[str, Any], counted: Tally, told: Tally, outside: Mapping[str, int]
) -> Iterator[Variable]:
    for bar, seen in zip(counted.bars, told.bars, strict=True):
        column = f"{name}.{bar.value}"
        if seen.count is None or bar.count is None or column not in columns or counted.answered is None:
            continue
        sizes = {MARKED: bar.count, UNMARKED: counted.answered - bar.count, **outside}
        yield Variable(bar.value, column, bar.label, ((MARKED, bar.label),), sizes, {1: MARKED, 0: UNMARKED})


def _single(
    name: str, label: str, columns: Mapping[str, Any], item: Item, counted: Tally, told: Tally, out: Mapping[str, int]
) -> Iterator[Variable]:
    column = columns.get(name) or (columns.get(f"{name}.1") if item.kind.key == "cascade" else None)
    if column is None:
        return
    level = {bar.value: bar.value if bar.count is not None else REST for bar in told.bars}
    shown = tuple((bar.value, bar.label) for bar in told.bars if bar.count is not None)
    of = _levels(column, item, level)
    if not shown or of is None:
        return
    sizes = dict.fromkeys(dict.fromkeys(level.values()), 0)
    for bar in counted.bars:
        sizes[level[bar.value]] += bar.count or 0
    yield Variable("", column.name, label, shown, {**sizes, **out}, of)


class Bands(dict[Any, str]):
    """Numbers to the bands of a histogram, worked out as they come."""

    def __init__(self, level: Mapping[str, str], decimals: int) -> None:
        super().__init__()
        self._bands = []
        self._decimals = decimals
        for name, found in level.items():
            low, _dots, high = name.partition("..")
            self._bands.append((int(low) if low else None, int(high) if high else None, found))

    def __missing__(self, value: Any) -> str:
        (step,) = amounts.steps({value: 1}, amounts.Limits(decimals=self._decimals))
        for low, high, found in self._bands:
            if (low is None or low <= step) and (high is None or step <= high):
                self[value] = found
                return found
        raise KeyError(value)


def _levels(column: Any, item: Item, level: Mapping[str, str]) -> Mapping[Any, str] | None:
    if column.labels:
        bars = {value: str(value) if str(value) in level else _bar(item, value) for value in column.labels}
        return {value: level[bar] for value, bar in bars.items()} if set(bars.values()) <= level.keys() else None
    if column.measure is Measure.NUMBER and "limits" in item.settings and all(".." in name for name in level):
        return Bands(level, item.settings["limits"].decimals)
    return None


def _bar(item: Item, value: Any) -> str:
    return item.kind.bar_of(str(value))


def _scores(item: Item, counted: Tally) -> dict[str, float]:
    """Return the number each level stands for, where the item has a mean over its bars."""
    if counted.figure("score") is not None:
        return {"detractors": -100, "passives": 0, "promoters": 100}
    if counted.mean is None or any(".." in bar.value for bar in counted.bars):
        return {}
    return {bar.value: float(bar.value) for bar in counted.bars if bar.value.lstrip("-").isdigit()}
