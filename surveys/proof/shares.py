"""Which values matter to answers that are compared with each other, such as an end that must not be before a start."""

from collections.abc import Mapping, Sequence
from typing import Any

from questions.rules import Compare
from surveys.proof.domains import SOMETHING, SORTS, constants
from surveys.proof.measures import Measured, candidates, measured, steps
from surveys.proof.outline import Outline, Place
from surveys.proof.targets import MANY, POINTS, part_names


def shared(
    name: str, linked: Mapping[str, set[str]], met: Mapping[str, Sequence[Compare]], out: Outline
) -> Sequence[Any]:
    """Return the values an item's answer must be able to take because of the answers it is compared with."""
    group = sorted(linked.get(name, ()))
    if not group:
        return ()
    ranges = [one for other in group for one in _ranges(out.ids[other])]
    sorts = {one.sort for one in ranges}
    if len(sorts) != 1:
        return [*(value for other in group for value in _values(out.ids[other], met)), *_spare(len(group))]
    sort = sorts.pop()
    most = max((len(_values(out.ids[other], {})) for other in group if out.ids[other].kind.key in MANY), default=-1)
    counts = range(most + 1)
    told = [
        step
        for other in group
        for value in (*constants(met[other]), *counts)
        if (step := steps(sort, value)) is not None
    ]
    lists = candidates(ranges, told, len(ranges))
    return sorted({one.value(step) for one, listed in zip(ranges, lists, strict=True) for step in listed})


def _ranges(place: Place) -> list[Measured]:
    """Return the ranges of an item: one, or one for each row or blank that takes a number."""
    key, raw = place.kind.key, place.raw
    if key in SORTS:
        return [measured(SORTS[key], raw)]
    if key in POINTS and place.item is not None:
        points = [int(value) for value in place.item.kind.values(place.item)]
        return [measured("number", {"min": min(points), "max": max(points), "decimals": 0})]
    if key == "matrix_number":
        several = len(part_names(raw, key)) * max(1, len(raw.get("columns") or ()))
        return [measured("number", raw)] * several
    if key == "blanks":
        return [measured("number", blank) for blank in raw["blanks"] if blank.get("kind") == "number"]
    if key == "matrix":
        return [measured("number", {"min": raw["scale"]["min"], "max": raw["scale"]["max"]})]
    if key == "constant_sum":
        return [measured("number", {"min": 0, "max": raw.get("total", 100)})]
    return []


def _values(place: Place, met: Mapping[str, Sequence[Compare]]) -> list[str]:
    known = list(place.item.kind.values(place.item)) if place.item is not None else []
    return known or [str(value) for value in constants(met.get(place.name, ()))]


def _spare(several: int) -> list[str]:
    return [SOMETHING * n for n in range(1, several)]
