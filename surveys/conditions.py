"""Whether the number of people asked a conditional item may be published: docs/decisions/0007.

It may when it follows from numbers that are published anyway: the rule hangs on one earlier item and takes each of its
published bars whole, and its hidden bars all or none. Otherwise it is a number of its own, and may be published only
when it cuts no answer of any item it hangs on into a part under the floor. Where answers were stored apart, nobody can
tell what it cuts: then it is not published.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.base import END, Item, Measure, Shape, Tally
from questions.rules import Compare, Every, Not, Rule, comparisons, holds, names

# How many were asked the second item, by (column, value) of their answer to the first; None where nobody can know.
Split = Callable[[Item, Item], Mapping[tuple[str, Any], int] | None]
CHOSEN = ("==", "in", "contains")


class Conditions:
    """What the conditional items of a questionnaire hang on, and what the number of those asked would tell."""

    def __init__(self, items: Sequence[Item], raw: Mapping[str, Tally], floor: int, split: Split | None) -> None:
        self._items = {item.name: item for item in items}
        self._raw, self._floor, self._split = raw, floor, split
        self._rules = {item.name: tuple(_rules(item, place, items)) for place, item in enumerate(items)}
        self._free: list[Item] = []  # items whose number asked was published as a number of its own

    def parents(self, item: Item) -> set[str]:
        """Return the items that decide whether this one is asked, where a jump decides those behind it too."""
        return _parents(item, self._rules)

    def pairs(self) -> set[frozenset[str]]:
        """Return the pairs of items whose table must not be shown: some item hangs on both."""
        found = set()
        for item in self._items.values():
            several = sorted(self.parents(item))
            found |= {frozenset((a, b)) for place, a in enumerate(several) for b in several[place + 1 :]}
        return found

    def give_away(self, item: Item, shown: Mapping[str, Tally]) -> bool:
        """Say whether the number asked would tell a hidden one; `shown` are the earlier items as published."""
        parents = self.parents(item)
        if not parents:
            return False
        if any(name not in shown or shown[name].answered is None for name in parents):
            return True
        # Whom a jump leads over is not judged where not everybody was asked the jumping item, or it has several jumps.
        jumpers = [jumper for _rule, jumper in self._rules[item.name] if jumper is not None]
        if any(self._rules[jumper.name] or len(jumper.jumps) > 1 for jumper in jumpers):
            return True
        rule = Every(tuple(rule for rule, _of in self._rules[item.name]))
        if len(parents) == 1:
            (name,) = parents
            if follows(rule, self._items[name], shown[name]):
                return False
        if self._split is None or any(self._cuts(rule, self._items[name], item, shown[name]) for name in parents):
            return True
        if any(self._cut_between(other, item) for other in self._free):
            return True
        self._free.append(item)
        return False

    def _cuts(self, rule: Rule, parent: Item, item: Item, shown: Tally) -> bool:
        """Say whether the number asked leaves a small part of an answer to the parent, on either side."""
        assert self._split is not None
        raw = self._raw[parent.name]
        listed = raw.shape is Shape.MARKS or (raw.shape is Shape.PARTS and parent.kind.values(parent))
        if not listed:
            return True  # numbers, grids and words have too many parts to be sure of each
        asked = self._split(parent, item)
        if asked is None:
            return True  # what was stored apart cannot be judged, so it is not told
        everybody = self._asked(item)
        # Who was not asked the parent is a part of its own.
        elsewhere = _Level((None,), raw.skipped, everybody - self._both(asked, parent))
        for level in (*_levels(parent, raw, shown, asked), elsewhere):
            verdicts = {_verdict(rule, parent, value) for value in level.values}
            if not level.count or verdicts in ({True}, {False}):
                continue
            if level.hidden and len(verdicts) > 1:
                return True
            if level.asked < self._floor or level.count - level.asked < self._floor:
                return True
        return everybody < self._floor

    def _cut_between(self, other: Item, item: Item) -> bool:
        assert self._split is not None
        asked = self._split(other, item)
        if asked is None:
            return True
        both = self._both(asked, other)
        parts = (both, self._asked(other) - both, self._asked(item) - both)
        return any(0 < part < self._floor for part in parts)

    def _both(self, asked: Mapping[tuple[str, Any], int], parent: Item) -> int:
        column = _column(parent)
        return sum(times for (name, _value), times in asked.items() if name == column)

    def _asked(self, item: Item) -> int:
        return (self._raw[item.name].answered or 0) + self._raw[item.name].missing


def _rules(item: Item, place: int, items: Sequence[Item]) -> Iterator[tuple[Rule, Item | None]]:
    """Yield every rule that must hold for the item to be asked, and whose jump it is."""
    for rule in item.rules:
        yield rule, None
    for before in range(place):
        for jump in items[before].jumps:
            if jump.to == END or _lands(jump.to, items) > place:
                yield Not(jump.rule), items[before]


def hangs_on(items: Sequence[Item]) -> dict[str, set[str]]:
    """Return for each item those that decide whether it is asked, or which of its options are offered."""
    ruled = {item.name: tuple(_rules(item, place, items)) for place, item in enumerate(items)}
    return {
        item.name: _parents(item, ruled).union(*(names(rule) for rule in item.option_rules.values())) for item in items
    }


def _parents(item: Item, ruled: Mapping[str, Sequence[tuple[Rule, Item | None]]]) -> set[str]:
    found = {name for rule, _of in ruled[item.name] for name in names(rule)}
    for _rule, jumper in ruled[item.name]:
        if jumper is not None and jumper.name != item.name:
            found |= _parents(jumper, ruled)
    return found


def _lands(name: str, items: Sequence[Item]) -> int:
    for place, item in enumerate(items):
        if name in (item.name, item.section):
            return place
    return 0


def follows(rule: Rule, parent: Item, shown: Tally) -> bool:
    """Say whether the number for whom a rule on one item holds is a sum of published numbers of that item."""
    compared = list(comparisons(rule))
    parts = {compare.part for compare in compared}
    if any(compare.item != parent.name or not isinstance(compare, Compare) for compare in compared) or len(parts) > 1:
        return False
    (part,) = parts
    if all(compare.op == "answered" for compare in compared) and not part:
        return True
    row = _row(shown, part)
    if row is None or row.answered is None or any(names(compare) != {parent.name} for compare in compared):
        return False
    if row.shape is Shape.MARKS:
        return _one_mark(compared, row)
    if row.shape is not Shape.PARTS or any(compare.count for compare in compared):
        return False
    verdicts: dict[str, set[bool]] = {bar.value: set() for bar in row.bars}
    for value in parent.kind.values(parent):
        bar = parent.kind.bar_of(value)
        if bar not in verdicts:
            return False
        verdicts[bar].add(holds(rule, given(parent, part, value)))
    if any(len(found) != 1 for found in verdicts.values()):
        return False  # finer than the published bars
    return len({min(verdicts[bar.value]) for bar in row.bars if bar.count is None}) < 2


def _row(shown: Tally, part: str) -> Tally | None:
    if not part:
        return None if shown.shape is Shape.GRID else shown
    return next((row.tally for row in shown.rows if row.value == part), None)


def _one_mark(compared: Sequence[Compare], row: Tally) -> bool:
    wanted = [_one_option(compare) for compare in compared]
    chosen = set().union(*wanted)
    return all(wanted) and len(chosen) == 1 and any(bar.value in chosen and bar.count is not None for bar in row.bars)


def _one_option(compare: Compare) -> set[str]:
    """Return the one option of a multiple choice a comparison asks for; an empty set when it is not one."""
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    return {str(values[0])} if compare.op in CHOSEN and not compare.count and len(values) == 1 else set()


def given(parent: Item, part: str, value: str) -> dict[str, Any]:
    """Return an answer of one value to an item, or to one row of it."""
    return {parent.name: {part: value} if part else value}


@dataclass(frozen=True, slots=True)
class _Mark:
    """That an option of a multiple choice was chosen, or was not."""

    option: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class _Level:
    """A published part of a parent: the values in it, how many people, how many of them were asked, if it is hidden."""

    values: tuple[Any, ...]
    count: int
    asked: int
    hidden: bool = False


def _levels(parent: Item, raw: Tally, shown: Tally, asked: Mapping[tuple[str, Any], int]) -> Iterator[_Level]:
    column = _column(parent)
    if raw.shape is Shape.MARKS:
        for bar in raw.bars:
            for chosen in (True, False):
                inside = asked.get((f"{parent.name}.{bar.value}", int(chosen)), 0)
                count = bar.count or 0
                yield _Level((_Mark(bar.value, chosen),), count if chosen else (raw.answered or 0) - count, inside)
    else:
        hidden: list[_Level] = []
        for bar, told in zip(raw.bars, shown.bars, strict=True):
            values = tuple(value for value in parent.kind.values(parent) if parent.kind.bar_of(value) == bar.value)
            inside = sum(asked.get((column, found), 0) for found in _forms(values))
            if told.count is None:
                hidden.append(_Level(values, bar.count or 0, inside))
            else:
                yield _Level(values, bar.count or 0, inside)
        if hidden:  # together, as they are published
            every = tuple(value for level in hidden for value in level.values)
            yield _Level(every, sum(level.count for level in hidden), sum(level.asked for level in hidden), True)
    # Nobody may be singled out among those who left the item open either, unless the rule takes them as a whole.
    left = sum(times for (name, value), times in asked.items() if name == column and value is None)
    yield _Level((None,), raw.missing, left)


def _column(item: Item) -> str:
    return next((c.name for c in item.kind.exported(item) if c.measure is not Measure.TEXT), "")


def _forms(values: Sequence[str]) -> Iterator[Any]:
    """Yield each value as it may stand in a cell: words, or a whole number."""
    for value in values:
        yield value
        if value.lstrip("-").isdigit():
            yield int(value)


def _verdict(rule: Rule, parent: Item, value: str | _Mark | None) -> bool | None:
    """Return what a rule comes to when one item's answer is known; None when that is not enough to say."""
    if isinstance(rule, Compare):
        if names(rule) != {parent.name} or rule.part or rule.count:
            return None
        if value is None:
            return False
        if isinstance(value, _Mark):
            if rule.op == "answered":
                return True
            return value.chosen if _one_option(rule) == {value.option} else None
        return holds(rule, {parent.name: value})
    if isinstance(rule, Not):
        found = _verdict(rule.rule, parent, value)
        return None if found is None else not found
    found_all = [_verdict(part, parent, value) for part in rule.rules]
    decisive = not isinstance(rule, Every)
    if decisive in found_all:
        return decisive
    return None if None in found_all else not decisive
