"""Rules as rows people can fill in: question, comparison, value; or as text for everything else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.i18n import lazy
from questions import rule_text
from questions.base import Sent
from questions.rules import ORDERED, Compare, Either, Every, Not, Other, Rule, mapping, read

Values = Mapping[str, Mapping[str, str]]  # item -> value -> its words
UNANSWERED = "unanswered"
OPERATORS = (
    ("==", lazy("is")),
    ("!=", lazy("is not")),
    ("in", lazy("is one of")),
    ("contains", lazy("contains")),
    (">=", lazy("is at least")),
    ("<=", lazy("is at most")),
    ("answered", lazy("was answered")),
    (UNANSWERED, lazy("was not answered")),
)
ROWS = 20
LONGEST = 2000
BETWEEN = " | "
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as a person sees it; `value` in words."""

    item: str = ""
    op: str = "=="
    value: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """A rule as rows that all ("all") or any ("any") must hold, or as `text` when rows cannot say it."""

    join: str = "all"
    rows: tuple[Row, ...] = ()
    text: str = ""
    plain: bool = True  # rows say all of it

    def __bool__(self) -> bool:
        return bool(self.rows or self.text)


def shown(rule: Any, values: Values) -> Conditions:
    """Return a rule (a mapping, or text that was never understood) as a form shows it."""
    if not rule:
        return Conditions()
    if isinstance(rule, str):
        return Conditions(text=rule, plain=False)
    try:
        known = read(rule)
        text = rule_text.text(known)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Conditions(text=str(rule), plain=False)
    parts = known.rules if isinstance(known, (Every, Either)) else (known,)
    rows = [_row(part, values) for part in parts]
    if any(row is None for row in rows):
        return Conditions(text=text, plain=False)
    return Conditions("any" if isinstance(known, Either) else "all", tuple(row for row in rows if row), text)


def _row(rule: Rule, values: Values) -> Row | None:
    if isinstance(rule, Not) and isinstance(rule.rule, Compare) and rule.rule.op == "answered" and _simple(rule.rule):
        return Row(rule.rule.item, UNANSWERED)
    if not isinstance(rule, Compare) or not _simple(rule) or rule.op not in dict(OPERATORS):
        return None
    if rule.op == "answered":
        return Row(rule.item, rule.op)
    given = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    known = values.get(rule.item, {})
    return Row(rule.item, rule.op, BETWEEN.join(known.get(str(value), str(value)) for value in given))


def _simple(rule: Compare) -> bool:
    several = isinstance(rule.value, tuple) and rule.op != "in"
    return not rule.part and not rule.count and not isinstance(rule.value, Other) and not several


def told(sent: Sent, name: str, values: Values) -> dict[str, Any] | None:
    """Return the rule a form sent under `name` as a mapping, None when there is none; raise `RuleSyntax`."""
    if _first(sent, f"{name}.mode") == "text":
        text = _first(sent, f"{name}.text")
        return parsed(text) if text else None
    columns = [sent.getlist(f"{name}.{part}")[:ROWS] for part in ("item", "op", "value")]
    parts = [part for row in zip(*columns, strict=False) if (part := _rule(Row(*row), values)) is not None]
    if not parts:
        return None
    if len(parts) == 1:
        return mapping(parts[0])
    return mapping(Either(tuple(parts)) if _first(sent, f"{name}.join") == "any" else Every(tuple(parts)))


def parsed(text: str) -> dict[str, Any]:
    """Return a rule written as text as a mapping; raise `RuleSyntax`."""
    return mapping(rule_text.parse(text.strip()[:LONGEST]))


def typed(sent: Sent, name: str) -> Conditions:
    """Return what was sent, for showing it again as it is."""
    columns = [sent.getlist(f"{name}.{part}")[:ROWS] for part in ("item", "op", "value")]
    rows = tuple(Row(*row) for row in zip(*columns, strict=False) if row[0])
    as_text = _first(sent, f"{name}.mode") == "text"
    return Conditions(_first(sent, f"{name}.join") or "all", rows, _first(sent, f"{name}.text"), not as_text)


def _rule(row: Row, values: Values) -> Rule | None:
    if not row.item or row.op not in dict(OPERATORS):
        return None
    if row.op == UNANSWERED:
        return Not(Compare(row.item, "answered"))
    if row.op == "answered":
        return Compare(row.item, "answered")
    if not row.value.strip():
        return None
    known = values.get(row.item, {})
    if row.op == "in":
        return Compare(row.item, "in", tuple(_value(part, row, known) for part in _split(row.value)))
    return Compare(row.item, row.op, _value(row.value, row, known))


def _split(value: str) -> Sequence[str]:
    return [part.strip() for part in re.split(r"[|｜;；]", value) if part.strip()]


def _value(text: str, row: Row, known: Mapping[str, str]) -> Any:
    """Return the value meant by its words or by itself; a number where numbers are compared."""
    text = text.strip()[:200]
    by_words = {words.strip().casefold(): value for value, words in known.items()}
    if text not in known:
        text = by_words.get(text.casefold(), text)
    if NUMBER.fullmatch(text) and (row.op in ORDERED or not known):
        return float(text) if "." in text else int(text)
    return text


def _first(sent: Sent, name: str) -> str:
    return next(iter(sent.getlist(name)), "").strip()
