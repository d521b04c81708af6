"""Limits that contradict each other or what there is to choose from, and values that stand twice."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.i18n import _
from questions.base import QuestionType

Said = tuple[str, str]  # a code and words


def contradictions(item: Mapping[str, Any], kind: QuestionType) -> tuple[list[Said], dict[str, Any] | None]:
    """Return what contradicts itself, and the item without those settings, so that a kind can judge the rest.

    The item is None where nothing sensible is left to judge.
    """
    said: list[Said] = []
    sane = dict(item)
    for key in ("options", "rows", "columns", "blanks"):
        if key in kind.more_keys and isinstance(item.get(key), list):
            twice = list(_twice(item[key]))
            said += [
                ("duplicate_value", _("“%(what)s” has the value “%(value)s” twice", what=key, value=value))
                for value in twice
            ]
            if twice:
                sane[key] = _once(item[key])
    tree = item.get("tree")
    if "tree" in kind.more_keys and isinstance(tree, list):
        doubled = list(_twice_in_tree(tree))
        said += [
            ("duplicate_value", _("“tree” has the value “%(value)s” twice at one level", value=v)) for v in doubled
        ]
        if doubled:
            return said, None
    for low, high, words in (
        ("min", "max", _("“min” is larger than “max”")),
        ("min_length", "max_length", _("“min_length” is larger than “max_length”")),
    ):
        if low in kind.more_keys and _above(item.get(low), item.get(high)):
            said.append(("limits", words))
            sane.pop(low, None)
            sane.pop(high, None)
    said += _scale(item, sane, kind)
    said += _choices(item, sane, kind)
    said += _sums(item, sane, kind)
    for blank in item.get("blanks", ()) if "blanks" in kind.more_keys and isinstance(item.get("blanks"), list) else ():
        if isinstance(blank, dict) and _above(blank.get("min"), blank.get("max")):
            said.append(("limits", _("“%(value)s”: “min” is larger than “max”", value=str(blank.get("v"))[:40])))
            return said, None
    return said, sane


def _twice(listed: list[Any]) -> Iterator[str]:
    seen: set[str] = set()
    for entry in listed:
        value = str(entry.get("v")) if isinstance(entry, dict) and "v" in entry else None
        if value is not None and value in seen:
            yield value
        if value is not None:
            seen.add(value)


def _once(listed: list[Any]) -> list[Any]:
    kept: dict[str, Any] = {}
    for place, entry in enumerate(listed):
        key = str(entry.get("v")) if isinstance(entry, dict) and "v" in entry else f"\0{place}"
        kept.setdefault(key, entry)
    return list(kept.values())


def _twice_in_tree(level: list[Any]) -> Iterator[str]:
    yield from _twice(level)
    for entry in level:
        inner = entry.get("options") if isinstance(entry, dict) else None
        if isinstance(inner, list):
            yield from _twice_in_tree(inner)


def _above(low: Any, high: Any) -> bool:
    """Say whether a lower limit lies above the upper one: two numbers, two days or two times."""
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (low, high))
    texts = isinstance(low, str) and isinstance(high, str) and len(low) == len(high)
    return bool((numbers or texts) and low > high)


def _scale(item: Mapping[str, Any], sane: dict[str, Any], kind: QuestionType) -> Iterator[Said]:
    scale = item.get("scale")
    if "scale" not in kind.more_keys or not isinstance(scale, dict) or not _above(scale.get("min"), scale.get("max")):
        return
    yield "limits", _("the scale begins at %(low)s and ends at %(high)s", low=scale["min"], high=scale["max"])
    sane["scale"] = {"min": 0, "max": 10} if kind.key == "nps" else {"min": 1, "max": 5}


def _choices(item: Mapping[str, Any], sane: dict[str, Any], kind: QuestionType) -> Iterator[Said]:
    listed = sane.get("options")
    if "options" not in kind.more_keys or not isinstance(listed, list) or not listed:
        return
    for key, words in (
        ("min", _("at least %(wanted)s must be chosen, but there are only %(count)s")),
        ("top", _("the first %(wanted)s are to be ranked, but there are only %(count)s")),
    ):
        wanted = item.get(key)
        if key in sane and key in kind.more_keys and isinstance(wanted, int) and wanted > len(listed):
            yield "limits", words % {"wanted": wanted, "count": len(listed)}
            sane.pop(key)


def _sums(item: Mapping[str, Any], sane: dict[str, Any], kind: QuestionType) -> Iterator[Said]:
    total = item.get("total")
    if "total" in kind.more_keys and isinstance(total, (int, float)) and not isinstance(total, bool) and total <= 0:
        yield "limits", _("a total of %(total)s cannot be shared out", total=total)
        sane.pop("total")
