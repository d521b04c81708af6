"""Somebody who has every published number of a survey and a linear solver, and wants a small group.

The unknowns are how many people gave each possible set of answers (each path the questionnaire allows); every number
published is one equation. A count is safe when answers exist that give the very same published numbers and in which
the count reaches the floor, or is something else; it leaks when it must lie in 1 to floor-1, or is settled at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from questions.base import Item, Tally
from questions.paths import part, walk
from surveys import rounding, suppression
from surveys.variables import MISSING, SKIPPED
from tests.surveys.worlds import FLOOR, World, all_answers, world

ANSWERED = "answered:"
Group = frozenset[tuple[str, Any]]  # (column, value): people with all of these


def anything(item: Item) -> str:
    """Return the column that only says whether an item was answered."""
    return f"{item.name}?"


@dataclass
class Attacker:
    """The published numbers as equations over how many people gave each possible set of answers."""

    world: World
    rows: list[np.ndarray] = field(default_factory=list)
    sides: list[float] = field(default_factory=list)
    tables: int = 0
    known: dict[tuple[str, frozenset], np.ndarray] = field(default_factory=dict)
    over: list[tuple[np.ndarray, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        items = self.world.items
        seen: dict[tuple, dict[str, Any]] = {}
        for chosen in product(*(all_answers(item) for item in items)):
            given = {item.name: value for item, value in zip(items, chosen, strict=True) if value is not None}
            kept = walk(items, given)[1]
            seen.setdefault(tuple(repr(kept.get(item.name)) for item in items), kept)
        self.types = list(seen.values())
        # column -> value -> which types: the value, MISSING or SKIPPED
        self.state: dict[str, list[Any]] = {}
        for item in items:
            columns = item.kind.exported(item)
            for column in columns:
                self.state[column.name] = []
            self.state[anything(item)] = []
            for kept in self.types:
                on_path = item.name in {found.name for found in walk(items, kept)[0]}
                answer = part(kept, item)
                left = MISSING if on_path else SKIPPED
                cells = item.kind.cells(answer, item) if answer else (left,) * len(columns)
                self.state[anything(item)].append(ANSWERED if answer else left)
                for column, cell in zip(columns, cells, strict=True):
                    self.state[column.name].append(MISSING if cell is None else cell)
        self.truth = np.zeros(len(self.types))
        index = {tuple(repr(kept.get(item.name)) for item in items): place for place, kept in enumerate(self.types)}
        for kept in self.world.answers:
            self.truth[index[tuple(repr(kept.get(item.name)) for item in items)]] += 1

    def who(self, *conditions: tuple[str, Any]) -> np.ndarray:
        """Return which types meet all conditions, as ones and zeros; a value may be a set of values."""
        mask = np.ones(len(self.types))
        for column, wanted in conditions:
            among = wanted if isinstance(wanted, (set, frozenset)) else {wanted}
            key = column, frozenset(among)
            if key not in self.known:
                self.known[key] = np.array([state in among for state in self.state[column]], dtype=float)
            mask = mask * self.known[key]
        return mask

    def told(self, row: np.ndarray, number: float) -> None:
        """Take a published number as an equation."""
        assert abs(row @ self.truth - number) < 1e-9, "published numbers are true"
        self.rows.append(row)
        self.sides.append(number)

    def told_at_least(self, row: np.ndarray, number: float) -> None:
        """Take a published number as an inequality."""
        assert row @ self.truth >= number - 1e-9, "published numbers are true"
        self.over.append((row, number))

    def learn_one_way(self) -> None:
        """Take everything the results of single items say."""
        self.told(np.ones(len(self.types)), len(self.world.answers))
        for item in self.world.book.items:
            tally = self.world.book.shown[item.name]
            if tally.answered is None:
                continue
            self.told(self.who((anything(item), SKIPPED)), tally.skipped)
            self.told(self.who((anything(item), MISSING)), tally.missing)
            for row, told in [(row.value, row.tally) for row in tally.rows] or [("", tally)]:
                self._learn_part(item, row, told)

    def _learn_part(self, item: Item, part: str, tally: Tally) -> None:
        if tally.answered is None:
            return
        if part:
            self.told(self.who((f"{item.name}.{part}", self.answered(f"{item.name}.{part}"))), tally.answered)
        for bar in tally.bars:
            if bar.count is not None:
                self.told(self.who(self.at(f"{item.name}.{part}" if part else item.name, bar.value)), bar.count)
        if item.kind.key == "number" and tally.mean is not None:
            self._learn_mean(item.name, tally.mean, rounding.step_of(tally, 0), tally.answered)
            middle = tally.figure("median")
            if middle is not None:
                values = self.answered(item.name)
                self.told_at_least(self.who((item.name, {v for v in values if v <= middle})), tally.answered / 2)
                self.told_at_least(self.who((item.name, {v for v in values if v >= middle})), tally.answered / 2)
        for figure in tally.figures if item.kind.key in ("ranking", "constant_sum") else ():
            if figure.value is not None:
                total = item.settings.get("total", 0)
                step = max(1, total / rounding.TENTHS) if total else 1
                self._learn_mean(f"{item.name}.{figure.key}", figure.value, step, tally.answered)

    def _learn_mean(self, column: str, mean: float, step: float, n: int) -> None:
        half = rounding.grain(n, step, FLOOR) / 2
        answered = self.who((column, self.answered(column)))
        values = np.array([0.0 if v in (MISSING, SKIPPED) else float(v) for v in self.state[column]])
        self.told_at_least(values * answered - (mean - half) * answered, -1e-6)
        self.told_at_least((mean + half) * answered - values * answered, -1e-6)

    def answered(self, column: str) -> frozenset[Any]:
        """Return every answer a column may hold."""
        return frozenset(self.state[column]) - {MISSING, SKIPPED}

    def learn_tables(self) -> None:
        """Take every table of two items, either way round and twice, with its bases, shares and means."""
        book = self.world.book
        for a, b in combinations(book.axes, 2):
            table, again, turned = book.table(a, b), book.table(a, b), book.table(b, a)
            assert table == again and (turned is None) == (table is None)
            if table is None:
                continue
            assert turned is not None and turned.turned == table
            self.tables += 1
            for i, row in enumerate(table.row_heads):
                for j, column in enumerate(table.column_heads):
                    number = table.cells[i][j]
                    if number is not None:
                        self.told(self.who(self.at(a, row.value), self.at(b, column.value)), number)
            for key, heads, other in ((a, table.row_heads, b), (b, table.column_heads, a)):
                first = next(iter(book.axes[other].variables)).column
                for head in heads:
                    if head.n is not None:
                        self.told(self.who(self.at(key, head.value), (first, self.answered(first))), head.n)

    def at(self, key: str, value: str) -> tuple[str, Any]:
        """Return the column and the answers that a bar, or a level of an axis, stands for."""
        item = next(item for item in self.world.items if item.name == key.partition(".")[0])
        if item.kind.key in ("multi", "ranking"):
            return f"{key}.{value}", 1
        if item.kind.key == "number":
            low, _dots, high = value.partition("..")
            return key, frozenset(
                v for v in self.answered(key) if (not low or v >= int(low)) and (not high or v <= int(high))
            )
        return key, int(value) if value.isdigit() else value

    def targets(self) -> Mapping[Group, tuple[np.ndarray, int]]:
        """Return every count of one answer and of two answers to two items that is really under the floor.

        What the questionnaire itself rules out, and those who left an item open as a whole (published), are not secret.
        """
        values: list[list[tuple[str, Any]]] = []
        for item in self.world.items:
            columns = [column.name for column in item.kind.exported(item)]
            values.append([(name, value) for name in columns for value in dict.fromkeys(self.state[name])])
        found: dict[Group, tuple[np.ndarray, int]] = {}
        singles = [pair for own in values for pair in own if pair[1] not in (MISSING, SKIPPED)]
        groups: list[tuple[tuple[str, Any], ...]] = [(pair,) for pair in singles]
        for item in self.world.items:  # the rare high and the rare low numbers, whichever they are
            if item.kind.key in ("number", "constant_sum"):
                for column in (column.name for column in item.kind.exported(item)):
                    known = sorted(self.answered(column))
                    groups += [((column, frozenset(known[at:])),) for at in range(1, len(known) - 1)]
                    groups += [((column, frozenset(known[:at])),) for at in range(2, len(known))]
        for left, right in combinations(values, 2):
            groups += [(x, y) for x, y in product(left, right) if not {x[1], y[1]} <= {MISSING, SKIPPED}]
        for group in groups:
            row = self.who(*group)
            number = int(row @ self.truth)
            if row.any() and number < FLOOR:
                found[frozenset(group)] = (row, number)
        found.update(self.rests())
        return found

    def plain(self) -> "Attacker":
        """Return somebody who knows only the questionnaire and how many left each item open: those are published."""
        plain = Attacker(self.world)
        plain.told(np.ones(len(self.types)), len(self.world.answers))
        for item in self.world.items:
            for column in (anything(item), *(column.name for column in item.kind.exported(item))):
                row = self.who((column, MISSING))
                plain.told(row, row @ self.truth)
            if not self.who((anything(item), SKIPPED)) @ self.truth:
                plain.told(self.who((anything(item), SKIPPED)), 0)
        return plain

    def rests(self) -> Iterator[tuple[Group, tuple[np.ndarray, int]]]:
        """Yield each small rest that a table leaves of a published number: who chose a row and no cell shown in it."""
        book = self.world.book
        for a, b in combinations(book.axes, 2):
            for key, other, table in ((a, b, book.table(a, b)), (b, a, book.table(b, a))):
                if table is None or table.columns.marks:
                    continue
                for head, cells in zip(table.row_heads, table.cells, strict=True):
                    row = self.who(self.at(key, head.value))
                    for column, cell in zip(table.column_heads, cells, strict=True):
                        if cell is not None:
                            row = row * (1 - self.who(self.at(other, column.value)))
                    if row.any() and row @ self.truth < FLOOR:
                        yield frozenset({(key, head.value), (other, "no cell shown")}), (row, int(row @ self.truth))

    def leaks(
        self, targets: Mapping[Group, tuple[np.ndarray, int]], *, whole: bool = False
    ) -> list[tuple[Group, int, float, float]]:
        """Return every target that must lie in 1 to floor-1, or has only one value, with its bounds.

        `whole`: bounds over whole numbers of people (slower) instead of any.
        """
        left, leaks = dict(targets), []
        matrix, sides = self._independent()
        while left:
            group, (row, number) = left.popitem()
            high, witness = self._most(row, matrix, sides, whole)
            if high >= FLOOR - 1e-6:
                # The same other world may clear more of them.
                left = {g: (r, n) for g, (r, n) in left.items() if r @ witness < FLOOR - 1e-6}
                continue
            low = -self._most(-row, matrix, sides, whole)[0]
            if (low > 1e-6 or high - low < 1e-6) and (high > 1e-6 or number == 0):
                leaks.append((group, number, low, high))
        return leaks

    def _independent(self) -> tuple[csr_matrix, np.ndarray]:
        unique = {row.tobytes(): (row, side) for row, side in zip(self.rows, self.sides, strict=True)}
        rows, sides = zip(*unique.values(), strict=True)
        return csr_matrix(np.array(rows)), np.array(sides)

    def _inequalities(self) -> tuple[Any, Any]:
        if not self.over:
            return None, None
        return csr_matrix(np.array([-row for row, _least in self.over])), np.array(
            [-least for _row, least in self.over]
        )

    def _most(self, row: np.ndarray, matrix: csr_matrix, sides: np.ndarray, whole: bool) -> tuple[float, np.ndarray]:
        above, least = self._inequalities()
        if whole:
            limits = [LinearConstraint(matrix, sides, sides)]
            limits += [] if above is None else [LinearConstraint(-above, -least, np.inf)]
            solved = milp(-row, constraints=limits, integrality=np.ones(len(row)))
        else:
            solved = linprog(-row, A_ub=above, b_ub=least, A_eq=matrix, b_eq=sides, bounds=(0, None), method="highs")
        assert solved.status == 0, solved.message
        return -solved.fun, solved.x


def play(seed: int, *, items: int, whole: bool = False, people: tuple[int, int] = (10, 80)) -> tuple[Attacker, list]:
    """Publish a made-up survey and attack it."""
    attacker = Attacker(world(seed, items=items, people=people))
    attacker.learn_one_way()
    attacker.learn_tables()
    targets = attacker.targets()
    found = attacker.leaks(targets, whole=whole)
    known = {group for group, *_bounds in attacker.plain().leaks({leak[0]: targets[leak[0]] for leak in found})}
    return attacker, [leak for leak in found if leak[0] not in known]


__all__ = ["FLOOR", "Attacker", "World", "play", "suppression", "world"]
