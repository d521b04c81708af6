"""What a rule can compare: the answer to an item, one part of it, or how many were chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.i18n import _
from questions.base import Item
from questions.rules import MOMENT, ORDERED, PLACE, Compare, Other, holds
from surveys.proof.outline import Outline, Place

SINGLE = ("single", "dropdown", "yes_no")
POINTS = ("scale", "stars", "nps")
MANY = ("multi", "ranking", "cascade")
TEXTS = ("short_text", "long_text")
GRIDS = ("matrix", "matrix_multi", "matrix_number", "matrix_text", "constant_sum", "blanks")


class Sort(StrEnum):
    """What kind of thing stands on one side of a comparison."""

    CHOICE = "choice"  # one of some values
    POINT = "point"  # a whole number of some values
    LIST = "list"  # several of some values
    NUMBER = "number"
    DAY = "day"
    CLOCK = "clock"
    TEXT = "text"
    GROUP = "group"  # rows or blanks, to be asked for one by one
    UNKNOWN = "unknown"


WORDS_FOR_SORT = {
    Sort.CHOICE: lambda: _("one of its options"),
    Sort.POINT: lambda: _("a point of a scale"),
    Sort.LIST: lambda: _("a list of options"),
    Sort.NUMBER: lambda: _("a number"),
    Sort.DAY: lambda: _("a date"),
    Sort.CLOCK: lambda: _("a time"),
    Sort.TEXT: lambda: _("free text"),
    Sort.GROUP: lambda: _("several rows"),
    Sort.UNKNOWN: lambda: _("something else"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One side of a comparison; `values`: what it can be, empty when that is not a list."""

    sort: Sort
    values: frozenset[str] = frozenset()


def target(item: Item, raw: Mapping[str, Any], part: str = "", count: bool = False) -> Target | None:
    """Return what a comparison with an item meets, or None when it has no such part."""
    key = item.kind.key
    if count:
        return Target(Sort.NUMBER) if not part and key in (*MANY, *GRIDS) else None
    if not part:
        return _whole(item, key)
    if key == "ranking":
        places = PLACE.fullmatch(part) and int(part) <= (raw.get("top") or len(item.kind.values(item)))
        return Target(Sort.CHOICE, frozenset(item.kind.values(item))) if places else None
    if key == "cascade":
        levels = PLACE.fullmatch(part) and int(part) <= len(raw.get("levels", ()))
        return Target(Sort.CHOICE, frozenset(level_values(raw, int(part)))) if levels else None
    return _row(item, raw, part, key)


def _whole(item: Item, key: str) -> Target:
    values = frozenset(item.kind.values(item))
    sorts = {"number": Sort.NUMBER, "date": Sort.DAY, "time": Sort.CLOCK}
    if key in sorts:
        return Target(sorts[key])
    if key in POINTS:
        return Target(Sort.POINT, values)
    if key == "cascade":
        return Target(Sort.LIST, values)
    if key in MANY:
        return Target(Sort.LIST, values)
    if key in TEXTS:
        return Target(Sort.TEXT)
    if key in GRIDS:
        return Target(Sort.GROUP)
    if key in SINGLE or values:
        return Target(Sort.CHOICE, values)
    return Target(Sort.UNKNOWN)


def _row(item: Item, raw: Mapping[str, Any], part: str, key: str) -> Target | None:
    names = part_names(raw, key)
    row, _dot, column = part.partition(".")
    if part not in names and row not in names:
        return None
    if key == "matrix":
        low, high = raw["scale"]["min"], raw["scale"]["max"]
        points = {str(point) for point in range(low, high + 1)}
        return Target(Sort.POINT, frozenset(points | ({"na"} if raw.get("allow_na") else set())))
    if key == "matrix_multi":
        return Target(Sort.LIST, frozenset(str(option["v"]) for option in raw["options"]))
    if key == "matrix_number":
        columns = {str(one["v"]) for one in raw.get("columns") or ()}
        if columns and part in names:
            return Target(Sort.GROUP)
        return Target(Sort.NUMBER) if not columns or column in columns else None
    if key == "blanks":
        blank = next((one for one in raw["blanks"] if str(one["v"]) == part), None)
        return blank and Target(Sort.NUMBER if blank.get("kind") == "number" else Sort.TEXT)
    return Target(Sort.TEXT if key == "matrix_text" else Sort.NUMBER)


def part_names(raw: Mapping[str, Any], key: str) -> list[str]:
    """Return the rows, the options that share a sum, or the blanks of an item."""
    listed = raw.get({"constant_sum": "options", "blanks": "blanks"}.get(key, "rows"))
    return [str(entry["v"]) for entry in listed] if isinstance(listed, list) else []


def level_values(raw: Mapping[str, Any], level: int) -> set[str]:
    """Return the values of a cascade at a level counted from 1."""
    entries = list(raw.get("tree", ()))
    for _step in range(level - 1):
        entries = [inner for entry in entries for inner in entry.get("options") or ()]
    return {str(entry["v"]) for entry in entries}


def misfit(compare: Compare, out: Outline) -> tuple[str, str] | None:
    """Return the code and the words for a comparison that makes no sense for its item, or None."""
    place = out.ids[compare.item]
    if place.item is None:
        return None
    if not place.kind.answerable:
        return "rule_kind", _("%(item)s has no answer to ask for", item=place.called)
    met = target(place.item, place.raw, compare.part, compare.count)
    if met is None and compare.count:
        return "rule_kind", _("%(item)s takes one answer; there is nothing to count", item=place.called)
    if met is None:
        return "rule_unknown_row", _("%(item)s has no row “%(row)s”", item=place.called, row=compare.part)
    if compare.op == "answered" or met.sort is Sort.UNKNOWN:
        return None
    if isinstance(compare.value, Other):
        return _against(compare, compare.value, met, out)
    wrong = _wrong_operator(compare, met)
    if wrong:
        sort = WORDS_FOR_SORT[met.sort]()
        return "rule_kind", _(
            "“%(op)s” does not fit %(item)s, whose answer is %(sort)s", op=compare.op, item=place.called, sort=sort
        )
    if compare.op in ORDERED or met.sort in (Sort.NUMBER, Sort.DAY, Sort.CLOCK):
        return _misfit_measure(compare, met, place)
    wanted = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    unknown = [str(one)[:40] for one in wanted if met.values and str(one) not in met.values]
    if unknown or not wanted:
        said = _(", ").join(unknown)
        return "rule_unknown_value", _("%(item)s has no answer “%(value)s”", item=place.called, value=said)
    return None


def _wrong_operator(compare: Compare, met: Target) -> bool:
    if met.sort is Sort.GROUP:
        return True
    if compare.op in ORDERED:
        numeric = bool(met.values) and all(value.lstrip("-").isdigit() for value in met.values)
        return met.sort in (Sort.LIST, Sort.TEXT) or (met.sort is Sort.CHOICE and not numeric)
    return compare.op == "contains" and met.sort not in (Sort.LIST, Sort.TEXT)


def _misfit_measure(compare: Compare, met: Target, place: Place) -> tuple[str, str] | None:
    """A number is compared with numbers, a day with days, a time with times."""
    wanted = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    lengths = {Sort.DAY: 10, Sort.CLOCK: 5}
    for one in wanted:
        if met.sort in lengths:
            fits = isinstance(one, str) and bool(MOMENT.fullmatch(one)) and len(one) == lengths[met.sort]
        else:
            number = Compare("n", ">=", one)
            fits = not isinstance(one, bool) and (holds(number, {"n": -(10**14)}) or holds(number, {"n": 10**14}))
        if not fits or not wanted:
            sort = WORDS_FOR_SORT[Sort.NUMBER if met.sort not in lengths else met.sort]()
            return "rule_kind", _(
                "%(item)s is compared with “%(value)s”, which is not %(sort)s",
                item=place.called,
                value=str(one)[:40],
                sort=sort,
            )
    return None


def _against(compare: Compare, other: Other, met: Target, out: Outline) -> tuple[str, str] | None:
    place = out.ids[other.item]
    if place.item is None:
        return None
    if not place.kind.answerable:
        return "rule_kind", _("%(item)s has no answer to ask for", item=place.called)
    met_there = target(place.item, place.raw, other.part)
    if met_there is None:
        return "rule_unknown_row", _("%(item)s has no row “%(row)s”", item=place.called, row=other.part)
    groups = ({Sort.NUMBER, Sort.POINT}, {Sort.DAY}, {Sort.CLOCK}, {Sort.CHOICE, Sort.LIST, Sort.TEXT, Sort.POINT})
    same = [group for group in groups if met.sort in group and met_there.sort in group]
    ordered = compare.op in ORDERED and all(Sort.TEXT in group for group in same)
    if Sort.UNKNOWN not in (met.sort, met_there.sort) and (not same or ordered or _wrong_operator(compare, met)):
        return "rule_kind", _(
            "%(item)s (%(sort)s) cannot be compared with %(other)s (%(there)s) by “%(op)s”",
            item=out.called(compare.item),
            sort=WORDS_FOR_SORT[met.sort](),
            other=place.called,
            there=WORDS_FOR_SORT[met_there.sort](),
            op=compare.op,
        )
    return None
