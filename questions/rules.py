"""The one rule language: when something is asked, where the path goes on, what must agree.

A rule is written as a mapping (as instruments store it) and judged here, on the server; `static/js/rules.js` judges the
same mapping in the browser, and a test holds both to the same verdict.

    {"all": [rule, ...]}  {"any": [rule, ...]}  {"not": rule}
    {"item": "q1", "op": "==", "value": "a"}           the answer to q1
    {"item": "q4", "row": "canteen", "op": "<=", "value": 2}   one row of a grid, one blank, one level
    {"item": "q5", "count": true, "op": ">=", "value": 2}      how many were chosen, ranked or filled in
    {"item": "q7", "op": ">=", "value": {"item": "q6"}}        another answer

    {"item": "q8", "row": "1", "op": "==", "value": "pay"}         the first place of a ranking, the first level

A comparison with an answer that is not there does not hold, whatever its operator; only `not` turns that round. Nor
does one with the whole of an answer that has rows: it can only be asked whether it was answered, or how often.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

OPERATORS = ("==", "!=", "in", "not_in", ">", ">=", "<", "<=", "contains", "answered")
ORDERED = (">", ">=", "<", "<=")
HUGE = 1e15  # beyond it, numbers are no longer exact in a browser
PLACE = re.compile(r"[1-9][0-9]{0,2}")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison: `part` names a row, blank or level; `count` asks how many instead of which."""

    item: str
    op: str = "=="
    value: Any = None
    part: str = ""
    count: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """The value of another answer, to compare with."""

    item: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Every:
    """Holds when every rule in it does."""

    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Holds when at least one rule in it does."""

    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when the rule in it does not."""

    rule: "Rule"


Rule = Compare | Every | Either | Not


def read(raw: Mapping[str, Any]) -> Rule:
    """Return a checked mapping as a rule."""
    if "all" in raw:
        return Every(tuple(read(part) for part in raw["all"]))
    if "any" in raw:
        return Either(tuple(read(part) for part in raw["any"]))
    if "not" in raw:
        return Not(read(raw["not"]))
    value = raw.get("value")
    if isinstance(value, Mapping):
        value = Other(value["item"], value.get("row", ""))
    elif isinstance(value, list):
        value = tuple(value)
    return Compare(raw["item"], raw.get("op", "=="), value, raw.get("row", ""), bool(raw.get("count")))


def mapping(of: Rule) -> dict[str, Any]:
    """Return a rule as the mapping `read` reads."""
    if isinstance(of, Every):
        return {"all": [mapping(part) for part in of.rules]}
    if isinstance(of, Either):
        return {"any": [mapping(part) for part in of.rules]}
    if isinstance(of, Not):
        return {"not": mapping(of.rule)}
    told: dict[str, Any] = {"item": of.item}
    if of.part:
        told["row"] = of.part
    if of.count:
        told["count"] = True
    told["op"] = of.op
    if isinstance(of.value, Other):
        told["value"] = {"item": of.value.item, **({"row": of.value.part} if of.value.part else {})}
    elif of.op != "answered":
        told["value"] = list(of.value) if isinstance(of.value, tuple) else of.value
    return told


def comparisons(of: Rule) -> Iterator[Compare]:
    """Yield every comparison in a rule."""
    if isinstance(of, Compare):
        yield of
    elif isinstance(of, Not):
        yield from comparisons(of.rule)
    else:
        for part in of.rules:
            yield from comparisons(part)


def names(of: Rule) -> set[str]:
    """Return the items a rule asks about."""
    found = set()
    for compare in comparisons(of):
        found.add(compare.item)
        if isinstance(compare.value, Other):
            found.add(compare.value.item)
    return found


def holds(of: Rule, answers: Mapping[str, Any]) -> bool:
    """Say whether a rule holds for the answers given so far."""
    if isinstance(of, Every):
        return all(holds(part, answers) for part in of.rules)
    if isinstance(of, Either):
        return any(holds(part, answers) for part in of.rules)
    if isinstance(of, Not):
        return not holds(of.rule, answers)
    return _compare(of, answers)


def _compare(of: Compare, answers: Mapping[str, Any]) -> bool:
    given = _given(answers, of.item, of.part)
    if given is None:
        return False
    if of.op == "answered":
        return True
    if of.count:
        given = len(given) if isinstance(given, (list, dict)) else 1
    wanted = _given(answers, of.value.item, of.value.part) if isinstance(of.value, Other) else of.value
    if wanted is None or isinstance(given, Mapping) or isinstance(wanted, Mapping):
        return False
    if of.op in ORDERED:
        return _ordered(given, of.op, wanted)
    if of.op == "contains":
        return _contains(given, wanted)
    chosen = {_plain(value) for value in (given if isinstance(given, list) else [given])}
    among = {_plain(value) for value in (wanted if isinstance(wanted, (list, tuple)) else [wanted])}
    found = not chosen.isdisjoint(among)
    return found if of.op in ("==", "in") else not found


def _given(answers: Mapping[str, Any], item: str, part: str) -> Any:
    value = _part(answers.get(item), part) if part else answers.get(item)
    return None if value in ("", [], {}) else value


def _part(value: Any, part: str) -> Any:
    """Return a row, a blank, a cell (`row.column`), or the value at a place counted from 1."""
    if isinstance(value, Mapping):
        if part in value:
            return value[part]
        for row, inner in value.items():
            if isinstance(inner, Mapping) and part.startswith(f"{row}."):
                return inner.get(part[len(row) + 1 :])
    elif isinstance(value, list) and PLACE.fullmatch(part) and int(part) <= len(value):
        return value[int(part) - 1]
    return None


def _ordered(given: Any, op: str, wanted: Any) -> bool:
    """Compare two numbers, two days or two times of day; nothing else has an order."""
    low: Any = None
    high: Any = None
    if isinstance(given, str) and isinstance(wanted, str) and _moments(given, wanted):
        low, high = given, wanted
    else:
        low, high = _number(given), _number(wanted)
        if low is None or high is None:
            return False
    return bool({">": low > high, ">=": low >= high, "<": low < high, "<=": low <= high}[op])


def _moments(one: str, other: str) -> bool:
    return len(one) == len(other) and bool(MOMENT.fullmatch(one) and MOMENT.fullmatch(other))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value) else None
    return float(value) if abs(value) < HUGE else None


def _contains(given: Any, wanted: Any) -> bool:
    sought = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    if isinstance(given, list):
        return all(_plain(value) in {_plain(one) for one in given} for value in sought)
    return isinstance(given, str) and all(_plain(value).lower() in given.lower() for value in sought)


def _plain(value: Any) -> str:
    """Return a value as text, the same for 3 and 3.0, as a browser would."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and abs(value) < HUGE:
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def joined(rules: Sequence[Rule]) -> Rule:
    """Return one rule that holds when all of these do."""
    return rules[0] if len(rules) == 1 else Every(tuple(rules))
