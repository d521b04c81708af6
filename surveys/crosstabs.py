"""Two items at once: who gave which answers together, small groups hidden; docs/decisions/0007.

A table of two items is always the same table, whichever of them stands in the rows, wherever it is shown. To look at
all items among those who gave one answer (a filter) is to read one line of each of these tables, so it tells nothing
more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from questions.base import Item, Shape, Tally
from surveys.conditions import Conditions
from surveys.counting import Cross, Source
from surveys.splitting import StoredApart
from surveys.tables import WIDEST, hide
from surveys.variables import MISSING, SKIPPED, Axis, Variable, axes

Place = tuple[int, str]  # a variable of an axis, and one of its shown levels


@dataclass(frozen=True, slots=True)
class Head:
    """One row or column of a table: its words, and how many chose it of those who answered both (None: hidden).

    `chose`: how many chose it at all, as the results of the item alone say.
    """

    value: str
    label: str
    n: int | None
    chose: int


@dataclass(frozen=True, slots=True)
class Table:
    """A protected table; `cells[row][column]` is a count, or None where it is hidden."""

    rows: Axis
    columns: Axis
    row_heads: tuple[Head, ...]
    column_heads: tuple[Head, ...]
    cells: tuple[tuple[int | None, ...], ...]

    @property
    def empty(self) -> bool:
        """Say whether too little is left to show: not one line with two numbers in it."""
        lines = (*self.cells, *zip(*self.cells, strict=True))
        return not any(sum(cell is not None for cell in line) >= min(2, len(line)) for line in lines)

    @property
    def hides(self) -> bool:
        """Say whether any cell is hidden."""
        return any(cell is None for line in self.cells for cell in line)

    @property
    def turned(self) -> "Table":
        """Return the same table with rows and columns exchanged."""
        cells = tuple(zip(*self.cells, strict=True))
        return Table(self.columns, self.rows, self.column_heads, self.row_heads, cells)

    def row_share(self, row: int, column: int) -> float | None:
        """Return a cell in percent of its row; of all who chose the row where fewer cannot be told."""
        return _share(self.cells[row][column], self.row_heads[row])

    def column_share(self, row: int, column: int) -> float | None:
        """Return a cell in percent of its column."""
        return _share(self.cells[row][column], self.column_heads[column])

    def whole(self, row: int) -> bool:
        """Say whether a row is told in full: every cell, and how many answered both."""
        head, cells = self.row_heads[row], self.cells[row]
        return head.n is not None and None not in cells and (self.columns.marks or sum(_known(cells)) == head.n)

    def mean(self, row: int) -> float | None:
        """Return the mean (for an NPS: the score) of the column item in one row, where the row hides nothing."""
        scores = self.columns.scores
        if not scores or not self.whole(row):
            return None
        counts = [(scores[head.value], cell) for head, cell in self._scored(row) if head.value in scores]
        n = sum(cell for _score, cell in counts)
        return sum(score * cell for score, cell in counts) / n if n else None

    def _scored(self, row: int) -> list[tuple[Head, int]]:
        return list(zip(self.column_heads, _known(self.cells[row]), strict=True))


def _share(cell: int | None, head: Head) -> float | None:
    base = head.chose if head.n is None else head.n
    return None if cell is None or not base else 100 * cell / base


def _known(cells: Sequence[int | None]) -> list[int]:
    return [cell for cell in cells if cell is not None]


@dataclass
class Book:
    """Everything counted of one closed survey, and what of it is published; never handed to a template."""

    items: tuple[Item, ...]
    raw: Mapping[str, Tally]
    shown: Mapping[str, Tally]
    source: Source
    floor: int

    @cached_property
    def axes(self) -> dict[str, Axis]:
        """Return everything that may be crossed, by its key, in the order of the questionnaire."""
        found = (
            axis
            for place, item in enumerate(self.items)
            if item.name in self.shown and self.shown[item.name].shape is not Shape.TEXTS
            if item.name not in self.source.apart
            for axis in axes(item, self.raw[item.name], self.shown[item.name], place)
        )
        return {axis.key: axis for axis in found}

    @property
    def stored_apart(self) -> tuple[Item, ...]:
        """Return the published items that cannot be crossed because their answers were stored by themselves."""
        return tuple(item for item in self.items if item.name in self.shown and item.name in self.source.apart)

    @cached_property
    def kept_apart(self) -> set[frozenset[str]]:
        """Return the pairs of items that are not crossed, because a third hangs on both."""
        return Conditions(self.items, self.raw, self.floor, None).pairs()

    def table(self, rows: str, columns: str) -> Table | None:
        """Return the protected table of two axes; None where there is none to show. Raise `StoredApart`."""
        a, b = self._axis(rows), self._axis(columns)
        names = frozenset((a.item.name, b.item.name))
        if len(names) < 2 or names in self.kept_apart:
            return None
        order = list(self.axes)
        if order.index(rows) > order.index(columns):
            turned = self.table(columns, rows)
            return None if turned is None else turned.turned
        built = _Builder(a, b, self.source.cross(a.item, b.item), self.source.size(), self.floor).table()
        return None if built is None or built.empty else built

    def _axis(self, key: str) -> Axis:
        if key.partition(".")[0] in self.source.apart:
            raise StoredApart
        return self.axes[key]

    def among(self, key: str, value: str) -> Iterator[tuple[Axis, Table | None, int]]:
        """Yield for every axis its table with `key` in the rows, and which row holds those who answered `value`.

        A filter is nothing but these rows; None where the table shows too little. Raises `StoredApart`.
        """
        chosen = self._axis(key)
        for other, axis in self.axes.items():
            if axis.item.name == chosen.item.name:
                continue
            table = self.table(key, other)
            row = next((n for n, head in enumerate(table.row_heads) if head.value == value), None) if table else None
            told = table is not None and row is not None and any(cell is not None for cell in table.cells[row])
            yield axis, table if told else None, row or 0


class _Builder:
    """One table being built: every pair of variables protected, then those that belong together, together."""

    def __init__(self, a: Axis, b: Axis, cross: Cross, size: int, floor: int) -> None:
        self.a, self.b, self.cross, self.size, self.floor = a, b, cross, size, floor
        self.conditional = a.conditional or b.conditional
        pairs = [(i, j) for i in range(len(a.variables)) for j in range(len(b.variables))]
        self.levels_a = [_levels(variable) for variable in a.variables]
        self.levels_b = [_levels(variable) for variable in b.variables]
        self.counts = {(i, j): self._count(i, j) for i, j in pairs}
        self.hidden: dict[tuple[int, int], frozenset[tuple[int, int]]] = {}

    def _count(self, i: int, j: int) -> list[list[int]]:
        """Return how many responses are in each level of both; those not asked are what the margins leave."""
        left, right = self.a.variables[i], self.b.variables[j]
        counts = {(x, y): 0 for x in left.sizes for y in right.sizes}
        for (column_a, value_a, column_b, value_b), times in self.cross.both.items():
            if column_a == left.column and column_b == right.column:
                x = MISSING if value_a is None else left.of[value_a]
                y = MISSING if value_b is None else right.of[value_b]
                counts[x, y] += times
        for x in left.sizes:
            counts[x, SKIPPED] = left.sizes[x] - sum(counts[x, y] for y in right.sizes if y != SKIPPED)
        counts[SKIPPED, SKIPPED] = 0
        for y in right.sizes:
            counts[SKIPPED, y] = right.sizes[y] - sum(counts[x, y] for x in left.sizes if x != SKIPPED)
        return [[counts[x, y] for y in self.levels_b[j]] for x in self.levels_a[i]]

    def table(self) -> Table | None:
        if any(min(len(c), len(c[0])) > WIDEST for c in self.counts.values()) or self._both() < 2 * self.floor:
            return None
        for pair, counts in self.counts.items():
            hidden = hide(counts, self.floor, told=self._told(pair), hidden=self._not_asked(pair))
            if hidden is None:
                return None
            self.hidden[pair] = hidden
        if (self.b.exact and not self._whole_lines(False)) or (self.a.exact and not self._whole_lines(True)):
            return None
        rows, columns = _places(self.a), _places(self.b)
        return Table(
            self.a,
            self.b,
            tuple(self._head(place, self.a, first=True) for place in rows),
            tuple(self._head(place, self.b, first=False) for place in columns),
            tuple(tuple(self._cell(row, column) for column in columns) for row in rows),
        )

    def _told(self, pair: tuple[int, int]) -> frozenset[tuple[int, int]]:
        """Return the cells not asked, which another item's table may tell, and those that rules may empty.

        Rules may empty a line nobody of which was asked the other item, and an option that is not offered to everybody.
        Any other nought is an answer nobody gave, and is protected like one.
        """
        if not self.conditional:
            return frozenset()
        rows, columns = self.levels_a[pair[0]], self.levels_b[pair[1]]
        counts = self.counts[pair]
        away_row = {x for x in range(len(rows)) if self._all_away([counts[x][y] for y in range(len(columns))], columns)}
        away_column = {y for y in range(len(columns)) if self._all_away([line[y] for line in counts], rows)}
        offered = bool(self.a.item.option_rules or self.b.item.option_rules)
        return frozenset(
            (x, y)
            for (x, row), (y, column) in product(enumerate(rows), enumerate(columns))
            if SKIPPED in (row, column) or (not counts[x][y] and (offered or x in away_row or y in away_column))
        )

    def _all_away(self, line: list[int], levels: Sequence[str]) -> bool:
        """Say whether nobody of a line was asked the other item."""
        return not any(count for count, level in zip(line, levels, strict=True) if level != SKIPPED)

    def _not_asked(self, pair: tuple[int, int]) -> set[tuple[int, int]]:
        """Return the cells of those not asked, and enough others in the same line that they cannot be worked out.

        How many of a group were not asked is a sum of cells in the table of that group and the item that decided it.
        """
        rows, columns = self.levels_a[pair[0]], self.levels_b[pair[1]]
        away = {(x, y) for x, row in enumerate(rows) for y, col in enumerate(columns) if SKIPPED in (row, col)}
        hidden = set(away)
        for x, y in away:
            line = (
                [(x, j) for j in range(len(columns))] if columns[y] == SKIPPED else [(i, y) for i in range(len(rows))]
            )
            others = sorted((self._at(pair, cell), cell) for cell in line if cell not in away)
            if not self._at(pair, (x, y)):
                continue
            company, last = 0, 0
            for count, cell in others:
                if company >= self.floor and count != last:
                    break
                hidden.add(cell)
                company, last = company + count, count
        return hidden

    def _both(self) -> int:
        counts = self.counts[0, 0]
        return sum(
            counts[x][y]
            for x, row in enumerate(self.levels_a[0])
            for y, column in enumerate(self.levels_b[0])
            if row not in (MISSING, SKIPPED) and column not in (MISSING, SKIPPED)
        )

    def _whole_lines(self, turned: bool) -> bool:
        """Hide lines whole where everybody chose the same number of options; False when nothing would be left.

        In each line the options then add up to a known number, chosen and not chosen alike. So a line is told in full
        or not at all, and the hidden lines together are one group in which every option is large enough either way.
        """
        options = self.levels_a if turned else self.levels_b
        for i, levels in enumerate(self.levels_b if turned else self.levels_a):
            pairs = [(j, i) if turned else (i, j) for j in range(len(options))]
            lines = [
                [
                    self._at(pair, (place, level) if turned else (level, place))
                    for pair, states in zip(pairs, options, strict=True)
                    for place in range(len(states))
                ]
                for level in range(len(levels))
            ]
            hidden = _lines_to_hide(lines, self.floor)
            if len(hidden) == len(levels):
                return False
            for pair, states in zip(pairs, options, strict=True):
                cells = {(place, x) if turned else (x, place) for x in hidden for place in range(len(states))}
                self.hidden[pair] = self.hidden[pair] | cells
        return True

    def _at(self, pair: tuple[int, int], cell: tuple[int, int]) -> int:
        return self.counts[pair][cell[0]][cell[1]]

    def _cell(self, row: Place, column: Place) -> int | None:
        pair = row[0], column[0]
        cell = self.levels_a[row[0]].index(row[1]), self.levels_b[column[0]].index(column[1])
        return None if cell in self.hidden[pair] else self._at(pair, cell)

    def _head(self, place: Place, axis: Axis, *, first: bool) -> Head:
        variable = axis.variables[place[0]]
        label = variable.label if axis.marks else dict(variable.shown)[place[1]]
        value = variable.name if axis.marks else place[1]
        return Head(value, label, self._base(place, variable, first=first), variable.sizes[place[1]])

    def _base(self, place: Place, variable: Variable, *, first: bool) -> int | None:
        """Return how many of a level answered the other item; None where those who did not are hidden."""
        others = self.levels_b if first else self.levels_a
        own = (self.levels_a if first else self.levels_b)[place[0]].index(place[1])
        base = 0
        for j, levels in enumerate(others):
            pair = (place[0], j) if first else (j, place[0])
            base = variable.sizes[place[1]]
            for away in (MISSING, SKIPPED):
                if away in levels:
                    cell = (own, levels.index(away)) if first else (levels.index(away), own)
                    if cell in self.hidden[pair]:
                        return None
                    base -= self._at(pair, cell)
        return base


def _lines_to_hide(lines: Sequence[Sequence[int]], floor: int) -> set[int]:
    """Return the lines with a small number, and the next smallest until their sums have none (equal ones together)."""
    order = sorted(range(len(lines)), key=lambda line: (min(lines[line]), sum(lines[line]), line))
    hidden = {line for line in order if min(lines[line]) < floor}
    rest = [line for line in order if line not in hidden]
    while hidden and rest and (len(hidden) < 2 or min(map(sum, zip(*(lines[x] for x in hidden), strict=True))) < floor):
        least = (min(lines[rest[0]]), sum(lines[rest[0]]))
        while rest and (min(lines[rest[0]]), sum(lines[rest[0]])) == least:
            hidden.add(rest.pop(0))
    return hidden


def _levels(variable: Variable) -> list[str]:
    """Return the levels that somebody is in; shown ones come first."""
    return [name for name, number in variable.sizes.items() if number or name in dict(variable.shown)]


def _places(axis: Axis) -> list[Place]:
    return [(i, value) for i, variable in enumerate(axis.variables) for value, _label in variable.shown]
