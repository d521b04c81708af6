"""The answers people may give to an item, as few as can stand for all where some comparisons are asked.

Two answers that every comparison judges alike are alike to the whole questionnaire, so one of them is enough. The
lists made here hold at least one answer of every sort that any respondent could send; `Undecided` is raised where
there are too many sorts to go through.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, permutations, product
from typing import Any

from questions.rules import Compare, Other, holds
from surveys.proof.measures import candidates, measured, steps
from surveys.proof.outline import Place
from surveys.proof.targets import GRIDS, POINTS, part_names

MANY = 6000  # answers looked at for one item
SORTS = {"number": "number", "date": "day", "time": "clock"}
SOMETHING = "…"  # words nobody compares with


class Undecided(Exception):
    """There are too many possibilities to go through."""


def possible(place: Place, tests: Sequence[Compare], offered: frozenset[str], shared: Sequence[Any]) -> Iterable[Any]:
    """Yield answers (the value stored under the item's id) that stand for all complete and incomplete ones.

    `tests`: the comparisons with this item; `offered`: its options open now; `shared`: values of measures that
    matter because they are compared with other answers.
    """
    assert place.item is not None
    key, raw = place.kind.key, place.raw
    if key in SORTS:
        return _measures(SORTS[key], raw, tests, shared)
    if key in POINTS:
        return [int(value) for value in place.item.kind.values(place.item)]
    if key == "multi":
        return _subsets(raw, tests, offered)
    if key == "ranking":
        return _rankings(raw, tests, offered)
    if key == "cascade":
        return _branches(raw.get("tree", ()), len(raw.get("levels", ())) or 99)
    if key in ("short_text", "long_text"):
        return _texts(raw, tests, shared)
    if key in GRIDS:
        return _grids(place, tests, offered, shared)
    return [value for value in place.item.kind.values(place.item) if value in offered]


def _limited(found: Iterable[Any]) -> list[Any]:
    answers = []
    for answer in found:
        answers.append(answer)
        if len(answers) > MANY:
            raise Undecided
    return answers


def constants(tests: Sequence[Compare], part: str | None = None) -> list[Any]:
    """Return the values the comparisons name, of one part or of all."""
    found: list[Any] = []
    for test in tests:
        if isinstance(test.value, Other) or test.count or (part is not None and test.part != part):
            continue
        found += test.value if isinstance(test.value, tuple) else [test.value]
    return [value for value in dict.fromkeys(found) if value is not None]


def _measures(sort: str, raw: Mapping[str, Any], tests: Sequence[Compare], shared: Sequence[Any]) -> list[Any]:
    within = measured(sort, raw)
    marks = [step for value in (*constants(tests), *shared) if (step := steps(sort, value)) is not None]
    return [within.value(step) for step in candidates([within], marks, 1)[0]]


def _texts(raw: Mapping[str, Any], tests: Sequence[Compare], shared: Sequence[Any]) -> list[Any]:
    """Every set of sought words, alone and inside other words; and words nobody seeks."""
    most = raw.get("max_length") or 5000
    sought = [str(value) for value in (*constants(tests), *shared)]
    if len(sought) > 8:
        raise Undecided
    together = [SOMETHING.join(chosen) for n in range(len(sought) + 1) for chosen in combinations(sought, n)]
    found = [*sought, *(SOMETHING + text for text in together), *(SOMETHING * n for n in range(2, 2 + len(shared)))]
    return [text for text in dict.fromkeys(found) if len(text) <= most]


def _alone(raw: Mapping[str, Any]) -> set[str]:
    marked = {str(entry["v"]) for entry in raw["options"] if entry.get("exclusive")}
    return marked | {str(value) for value in raw.get("exclusive") or ()}


def _subsets(raw: Mapping[str, Any], tests: Sequence[Compare], offered: frozenset[str]) -> Iterator[list[str]]:
    """Yield sets of options within the limits: each set of named ones, filled up with others."""
    listed = [str(entry["v"]) for entry in raw["options"] if str(entry["v"]) in offered]
    alone = _alone(raw)
    least, most = raw.get("min") or 1, raw.get("max") or len(listed)
    free = [value for value in listed if value not in alone]
    named = {str(value) for value in constants(tests)}
    compared = any(isinstance(test.value, Other) or test.part for test in tests)
    counted = any(test.count for test in tests) or compared
    chosen = [value for value in free if value in named or compared]
    others = [value for value in free if value not in chosen]
    yield from ([value] for value in listed if value in alone)
    for n in range(min(len(chosen), most) + 1):
        for some in combinations(chosen, n):
            sizes = range(max(least - n, 0 if n else 1), min(len(others), most - n) + 1)
            for size in sizes if counted else sizes[:1]:
                wanted = {*some, *others[:size]}
                yield [value for value in listed if value in wanted]


def _rankings(raw: Mapping[str, Any], tests: Sequence[Compare], offered: frozenset[str]) -> Iterator[list[str]]:
    """Yield orders of options: who stands at the places asked for, and who is among the ranked."""
    listed = [str(entry["v"]) for entry in raw["options"] if str(entry["v"]) in offered]
    named = {str(value) for value in constants(tests)}
    compared = any(isinstance(test.value, Other) for test in tests)
    places = [int(test.part) for test in tests if test.part.isdigit()]
    chosen = [value for value in listed if value in named or compared]
    top = min(raw.get("top") or len(listed), len(listed))
    spare = [value for value in listed if value not in chosen][: top + 1]
    for size in range(1, top + 1):
        pool = chosen + spare
        if places or compared:
            deep = min(max(places, default=size) if not compared else size, size)
            for head in permutations(pool, deep):
                rest = [value for value in listed if value not in head]
                yield from ([*head, *tail] for tail in _tails(rest, chosen, size - deep))
        else:
            yield from (list(some) for some in _tails(listed, chosen, size))


def _tails(rest: list[str], chosen: list[str], size: int) -> Iterator[list[str]]:
    named = [value for value in rest if value in chosen]
    others = [value for value in rest if value not in chosen]
    for n in range(min(len(named), size) + 1):
        if size - n <= len(others):
            yield from ([*some, *others[: size - n]] for some in combinations(named, n))


def _branches(level: Sequence[Mapping[str, Any]], deep: int) -> Iterator[list[str]]:
    for entry in level:
        inner = entry.get("options") or ()
        if not inner or deep <= 1:
            yield [str(entry["v"])]
        for path in _branches(inner, deep - 1) if deep > 1 else ():
            yield [str(entry["v"]), *path]


def _grids(
    place: Place, tests: Sequence[Compare], offered: frozenset[str], shared: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Yield rows filled in: every combination for the rows asked about, all or none of the others, or so many."""
    key, raw = place.kind.key, place.raw
    rows = part_names(raw, key)
    if key == "constant_sum":
        rows = [row for row in rows if row in offered]
        yield from _sums(raw, rows, tests)
        return
    asked = {test.part for test in tests if test.part}
    named = [row for row in rows if row in asked or any(part.startswith(f"{row}.") for part in asked)]
    others = [row for row in rows if row not in named]
    counted = any(test.count for test in tests)
    cells = [[None, *_cells(place, row, tests, offered, shared)] for row in named]
    usual = {row: some[0] for row in others if (some := _cells(place, row, (), offered, ()))}
    others = [row for row in others if row in usual]
    for filled in product(*cells):
        told = {row: cell for row, cell in zip(named, filled, strict=True) if cell is not None}
        for size in range(len(others) + 1) if counted else sorted({0, len(others)}):
            filled_in = told | {row: usual[row] for row in others[:size]}
            answer = {row: filled_in[row] for row in rows if row in filled_in}
            if answer:
                yield answer


def _cells(
    place: Place, row: str, tests: Sequence[Compare], offered: frozenset[str], shared: Sequence[Any]
) -> list[Any]:
    """Return what may stand in one row, one of every sort the comparisons tell apart."""
    key, raw = place.kind.key, place.raw
    own = [test for test in tests if test.part == row or test.part.startswith(f"{row}.")]
    if key == "matrix":
        low, high = raw["scale"]["min"], raw["scale"]["max"]
        found: list[Any] = [*range(low, high + 1), *(["na"] if raw.get("allow_na") else [])]
    elif key == "matrix_multi":
        found = _limited(_subsets(raw, own, offered))
    elif key == "matrix_number":
        found = _number_cells(raw, row, own, shared)
    elif key == "blanks":
        blank = next(one for one in raw["blanks"] if str(one["v"]) == row)
        number = blank.get("kind") == "number"
        found = _measures("number", blank, own, shared) if number else _texts(blank, own, shared)
    else:
        found = _texts(raw, own, shared)
    return _told_apart(row, found, own)


def _number_cells(raw: Mapping[str, Any], row: str, own: Sequence[Compare], shared: Sequence[Any]) -> list[Any]:
    columns = [str(one["v"]) for one in raw.get("columns") or ()]
    if not columns:
        return _measures("number", raw, own, shared)
    choices = []
    for column in columns:
        here = [test for test in own if test.part == f"{row}.{column}"]
        values = _measures("number", raw, here, shared)
        choices.append([None, *(values if here else values[:1])])
    found = [
        {column: cell for column, cell in zip(columns, cells, strict=True) if cell is not None}
        for cells in _limited(product(*choices))
    ]
    return sorted((cell for cell in found if cell), key=len, reverse=True)


def _told_apart(row: str, found: list[Any], own: Sequence[Compare]) -> list[Any]:
    """Return one value for each way the comparisons with a row judge it; all when it is compared with an answer."""
    if any(isinstance(test.value, Other) for test in own):
        return found
    kept: dict[Any, Any] = {}
    for value in found:
        full = len(value) if isinstance(value, dict) else 1
        kept.setdefault((full, *(holds(test, {test.item: {row: value}}) for test in own)), value)
    return list(kept.values())


def _sums(raw: Mapping[str, Any], rows: list[str], tests: Sequence[Compare]) -> Iterator[dict[str, Any]]:
    """Yield ways to share out the total: for every row asked about an interval between the numbers named."""
    total = raw.get("total", 100)
    asked = [row for row in rows if any(test.part == row for test in tests)]
    others = [row for row in rows if row not in asked]
    spans = []
    for row in asked:
        marks = [step for value in constants(tests, row) if (step := steps("number", value)) is not None]
        within = measured("number", {"min": 0, "max": total, "decimals": 0})
        points = [within.value(step) for step in candidates([within], marks, 1)[0]]
        fixed = {0, total} | {within.value(int(mark)) for mark in marks if mark % within.grain == 0}
        ends = [*points[1:], total + 1]
        spans.append([(low, low if low in fixed else nxt - 1) for low, nxt in zip(points, ends, strict=True)])
    for chosen in product(*spans):
        low, high = sum(span[0] for span in chosen), sum(span[1] for span in chosen)
        if low > total or (high < total and not others):
            continue
        rest = total - low
        shares = {}
        for row, (least, most) in zip(asked, chosen, strict=True):
            more = 0 if others else min(rest, most - least)
            shares[row], rest = least + more, rest - more
        if others:
            shares |= dict.fromkeys(others, 0) | {others[0]: rest}
        yield {row: shares[row] for row in rows}
