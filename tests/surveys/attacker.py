"""Somebody who has every published number of a survey and a linear solver, and wants a small group.

The unknowns are how many people gave each possible set of answers (each path the questionnaire allows); every number
published is one equation. A count is safe when answers exist that give the very same published numbers and in which
the count reaches the floor, or is something else; it leaks when it must lie in 1 to floor-1, or is settled at all.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, permutations, product
from math import prod
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from core.terms import Channel
from questions import named
from questions.base import END, Item, Jump, Tally
from questions.paths import part, walk
from questions.rules import read
from surveys import rounding, suppression, tallies
from surveys.counting import AnswersSource, Given
from surveys.crosstabs import Book
from surveys.variables import MISSING, SKIPPED

FLOOR = 5
ANSWERED = "answered:"
Group = frozenset[tuple[str, Any]]  # (column, value): people with all of these


@dataclass
class World:
    """A survey made up: its items and everybody's answers."""

    items: tuple[Item, ...]
    answers: list[dict[str, Any]]

    @cached_property
    def book(self) -> Book:
        given = [Given(Channel.WEB if hasattr(Channel, "WEB") else next(iter(Channel)), True, a) for a in self.answers]
        return tallies.published(self.items, AnswersSource(self.items, given), FLOOR)


def whole(item: Item) -> str:
    """Return the column that only says whether an item was answered."""
    return f"{item.name}?"


def make_item(name: str, kind: str, size: int, rng: random.Random, rule: dict[str, Any] | None) -> Item:
    definition = definition_of(kind, size, rng)
    found = named(definition)
    assert found is not None
    rules = (read(rule),) if rule else ()
    return Item(name, found, name, settings=found.prepare(definition), rules=rules)


def definition_of(kind: str, size: int, rng: random.Random) -> dict[str, Any]:
    options = [{"v": f"o{place}", "t": f"o{place}"} for place in range(size)]
    definition: dict[str, Any] = {"type": kind, "options": options}
    if kind == "scale":
        return {"type": "scale", "scale": {"min": 1, "max": size}}
    if kind == "matrix":
        rows = options[: 2 if size < 4 else 1]
        return {"type": "matrix", "rows": rows, "scale": {"min": 1, "max": min(size, 3)}, "allow_na": size == 2}
    if kind == "number":
        return {"type": "number", "min": 0, "max": size + 1}
    if kind == "ranking":
        return {"type": "ranking", "options": options[:3], "top": rng.choice([None, 2]) if size > 2 else None}
    if kind == "constant_sum":
        return {"type": "constant_sum", "options": options[:2], "total": size + 1}
    if kind == "multi":
        most = rng.choice([None, 2, 2, size])
        definition["max"] = most
        definition["min"] = rng.choice([None, most]) if most and (size > 2 or rng.random() < 0.2) else None
        if size > 2 and not most and rng.random() < 0.4:
            options[-1]["exclusive"] = True
    return {key: value for key, value in definition.items() if value is not None}


def all_answers(item: Item) -> list[Any]:
    """Return every answer to an item, None for none."""
    values = list(item.kind.values(item))
    match item.kind.key:
        case "scale":
            return [*(int(value) for value in values), None]
        case "multi":
            low, high = item.settings["min"] or 1, item.settings["max"] or len(values)
            sets = [list(chosen) for size in range(low, high + 1) for chosen in combinations(values, size)]
            alone = set(item.settings["exclusive"])
            return [*(chosen for chosen in sets if len(chosen) == 1 or not alone & set(chosen)), None]
        case "matrix":
            points = [int(value) if value != "na" else value for value in values]
            rows = [row.value for row in item.settings["rows"]]
            given = product([*points, None], repeat=len(rows))
            lines = ({r: p for r, p in zip(rows, line, strict=True) if p is not None} for line in given)
            return [line or None for line in lines]
        case "number":
            return [*range(int(item.settings["limits"].high) + 1), None]
        case "ranking":
            places = item.settings["places"]
            return [*(list(order) for order in permutations(values, places)), None]
        case "constant_sum":
            total = item.settings["total"]
            return [*({values[0]: part, values[1]: total - part} for part in range(total + 1)), None]
    return [*values, None]


KINDS = (
    "single", "single", "single", "multi", "multi", "scale", "dropdown", "yes_no", "matrix", "number", "ranking",
    "constant_sum",
)  # fmt: skip
LISTED = ("single", "dropdown", "yes_no", "scale")
TYPES = 1500  # ways to answer a questionnaire that are reckoned with


def world(seed: int, *, items: int, people: tuple[int, int] = (10, 80)) -> World:
    """Make up a small survey: closed questions of many kinds, some conditional, some jumped over, some left open."""
    rng = random.Random(seed)
    while True:
        made = _jumping(_items(items, rng), rng)
        if prod(len(all_answers(item)) for item in made) <= TYPES:
            return World(tuple(made), _people(made, rng, people))


def _items(wanted: int, rng: random.Random) -> list[Item]:
    made: list[Item] = []
    for place in range(wanted):
        rule = _rule(made, rng) if made and rng.random() < 0.35 else None
        item = make_item(f"q{place}", rng.choice(KINDS), rng.choice([2, 2, 3, 3, 4]), rng, rule)
        if made and item.kind.key in ("single", "multi") and len(item.kind.values(item)) > 2 and rng.random() < 0.2:
            last = list(item.kind.values(item))[-1]
            if last not in item.settings.get("exclusive", ()) and not item.settings.get("min"):
                item = replace(item, option_rules={last: read(_rule(made, rng))})
        made.append(item)
    return made


def _rule(made: Sequence[Item], rng: random.Random) -> dict[str, Any]:
    rule = _about(rng.choice(made), rng)
    if len(made) > 1 and rng.random() < 0.3:
        return {rng.choice(["all", "any"]): [rule, _about(rng.choice(made), rng)]}
    return rule


def _about(parent: Item, rng: random.Random) -> dict[str, Any]:
    values = list(parent.kind.values(parent))
    if parent.kind.key == "multi":
        return {"item": parent.name, "op": "contains", "value": rng.choice(values)}
    if parent.kind.key in LISTED:
        answers = all_answers(parent)[:-1]
        return {"item": parent.name, "op": "in", "value": rng.sample(answers, rng.randint(1, len(answers) - 1))}
    if parent.kind.key == "number":
        return {"item": parent.name, "op": rng.choice(["<=", ">="]), "value": rng.randint(0, 3)}
    if parent.kind.key == "matrix":
        row = rng.choice(parent.settings["rows"]).value
        return {"item": parent.name, "row": row, "op": "<=", "value": 1}
    return {"item": parent.name, "op": "answered"}


def _jumping(made: list[Item], rng: random.Random) -> list[Item]:
    if len(made) > 2 and rng.random() < 0.3:
        at = rng.randrange(len(made) - 2)
        to = rng.choice([END, *(item.name for item in made[at + 2 :])])
        asked = made[at] if rng.random() < 0.8 else rng.choice(made[: at + 1])
        made[at] = replace(made[at], jumps=(Jump(read(_about(asked, rng)), to),))
    return made


def _people(made: Sequence[Item], rng: random.Random, people: tuple[int, int]) -> list[dict[str, Any]]:
    weights = {
        item.name: [rng.choice([0.2, 1, 1, 3, 8]) for _ in all_answers(item)[:-1]] + [rng.choice([0, 0, 0.3])]
        for item in made
    }
    alike = rng.choice([0, 0.4, 0.8])  # how much answers hang together
    answers = []
    for _person in range(rng.randint(*people)):
        lean, given = rng.random(), {}
        for item in made:
            options = all_answers(item)
            place = rng.choices(range(len(options)), weights[item.name])[0]
            if rng.random() < alike and options[place] is not None:
                place = min(int(lean * (len(options) - 1)), len(options) - 2)
            if options[place] is not None:
                given[item.name] = options[place]
        answers.append(walk(made, given)[1])
    return answers


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
            self.state[whole(item)] = []
            for kept in self.types:
                on_path = item.name in {found.name for found in walk(items, kept)[0]}
                answer = part(kept, item)
                left = MISSING if on_path else SKIPPED
                cells = item.kind.cells(answer, item) if answer else (left,) * len(columns)
                self.state[whole(item)].append(ANSWERED if answer else left)
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
            self.told(self.who((whole(item), SKIPPED)), tally.skipped)
            self.told(self.who((whole(item), MISSING)), tally.missing)
            for part, told in [(row.value, row.tally) for row in tally.rows] or [("", tally)]:
                self._learn_part(item, part, told)

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
            for column in (whole(item), *(column.name for column in item.kind.exported(item))):
                row = self.who((column, MISSING))
                plain.told(row, row @ self.truth)
            if not self.who((whole(item), SKIPPED)) @ self.truth:
                plain.told(self.who((whole(item), SKIPPED)), 0)
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
        return csr_matrix(np.array([-row for row, _least in self.over])), np.array([-least for _row, least in self.over])

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
