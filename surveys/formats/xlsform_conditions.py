"""Our rules as the XPath of XLSForm, meaning the same; the counterpart of `conditions`."""

from collections.abc import Mapping
from typing import Any

from core.i18n import _
from questions.rules import ORDERED, Compare, Either, Every, Not, Other, Rule

GRIDS = ("matrix", "matrix_multi", "matrix_number", "matrix_text", "constant_sum", "blanks")
FIGURES = ("number", "scale", "stars", "nps")


class Unsaid(ValueError):
    """XLSForm cannot say this; the message says which part."""


class Paths:
    """Writes rules. `items`: id -> item; `names`: (id, part) -> the name of the question it was written as."""

    def __init__(self, items: Mapping[str, Mapping[str, Any]], names: Mapping[tuple[str, str], str]) -> None:
        self.items, self.names = items, names

    def text(self, rule: Rule, own: str = "") -> str:
        """Return a rule as XPath, with "." for the question `own`; raise `Unsaid`."""
        if isinstance(rule, Every):
            return " and ".join(self._inner(part, own) for part in rule.rules)
        if isinstance(rule, Either):
            return " or ".join(self._inner(part, own) for part in rule.rules)
        if isinstance(rule, Not):
            if isinstance(rule.rule, Compare) and rule.rule.op == "answered":
                return f"{self._where(rule.rule, own)} = ''"
            return f"not({self.text(rule.rule, own)})"
        return self._compare(rule, own)

    def _inner(self, rule: Rule, own: str) -> str:
        said = self.text(rule, own)
        return f"({said})" if isinstance(rule, (Every, Either)) else said

    def _where(self, rule: Compare, own: str) -> str:
        item = self.items.get(rule.item)
        if item is None:
            raise Unsaid(_("“%(name)s” was not written", name=rule.item))
        if rule.item == own and not rule.part:
            return "."
        name = self.names.get((rule.item, rule.part))
        if name is None:
            raise Unsaid(_("“%(name)s” is written as several questions", name=rule.item))
        return f"${{{name}}}"

    def _compare(self, rule: Compare, own: str) -> str:
        item = self.items.get(rule.item, {})
        if item.get("type") == "cascade" and rule.op in ("contains", "==", "!=") and not rule.count:
            return self._level(rule)
        where = self._where(rule, own)
        kind = self._kind(item)
        if rule.op == "answered":
            return f"{where} != ''"
        if rule.count:
            return self._count(where, rule, kind)
        if isinstance(rule.value, Other):
            return self._other(where, rule, own, kind)
        if rule.op in ORDERED:
            return f"{where} {rule.op} {self._constant(rule.value, kind, item)}"
        if kind == "several":
            return self._several(where, rule)
        if rule.op in ("==", "!="):
            constant = self._constant(rule.value, kind, item)
            return f"{where} = {constant}" if rule.op == "==" else f"({where} != '' and {where} != {constant})"
        if rule.op == "contains":
            return f"contains({where}, {quoted(str(rule.value))})"
        return self._among(where, rule, kind, item)

    def _kind(self, item: Mapping[str, Any]) -> str:
        kind = item.get("type")
        if kind in ("multi", "ranking", "matrix_multi"):
            return "several"
        if kind in (*FIGURES, "matrix_number", "constant_sum"):
            return "figure"
        return "date" if kind == "date" else "time" if kind == "time" else "words"

    def _level(self, rule: Compare) -> str:
        found = self.names.get((rule.item, f"={rule.value}"))
        if found is None:
            raise Unsaid(_("“%(name)s” has no answer “%(value)s”", name=rule.item, value=rule.value))
        return (
            f"${{{found}}} = {quoted(str(rule.value))}"
            if rule.op != "!="
            else (f"(${{{found}}} != '' and ${{{found}}} != {quoted(str(rule.value))})")
        )

    def _count(self, where: str, rule: Compare, kind: str) -> str:
        if kind != "several" or rule.op not in ("==", *ORDERED) or isinstance(rule.value, (Other, tuple)):
            raise Unsaid(_("counting is only possible where several can be chosen"))
        op = "=" if rule.op == "==" else rule.op
        number = float(rule.value)
        said = f"count-selected({where}) {op} {rule.value}"
        none = {"=": number == 0, ">": number < 0, ">=": number <= 0, "<": number > 0, "<=": number >= 0}[op]
        return f"({where} != '' and {said})" if none else said

    def _other(self, where: str, rule: Compare, own: str, kind: str) -> str:
        there = self._where(Compare(rule.value.item, part=rule.value.part), own)
        if kind in ("several", "time") or rule.op not in ("==", "!=", *ORDERED):
            raise Unsaid(_("these two answers cannot be compared"))
        if rule.op == "!=":
            return f"({there} != '' and {where} != '' and {where} != {there})"
        if rule.op == "==":
            return f"({there} != '' and {where} = {there})"
        return f"{where} {rule.op} {there}"

    def _several(self, where: str, rule: Compare) -> str:
        sought = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        every = [f"selected({where}, {quoted(str(one))})" for one in sought]
        if rule.op == "contains":
            return every[0] if len(every) == 1 else "(" + " and ".join(every) + ")"
        if rule.op in ("==", "in"):
            return every[0] if len(every) == 1 else "(" + " or ".join(every) + ")"
        return f"({where} != '' and not({' or '.join(every)}))"

    def _among(self, where: str, rule: Compare, kind: str, item: Mapping[str, Any]) -> str:
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        if kind == "words" and item.get("type") not in ("short_text", "long_text"):
            said = f"selected({quoted(' '.join(map(str, values)))}, {where})"
        else:
            said = " or ".join(f"{where} = {self._constant(one, kind, item)}" for one in values)
            said = f"({said})" if len(values) > 1 and rule.op == "in" else said
        return said if rule.op == "in" else f"({where} != '' and not({said}))"

    def _constant(self, value: Any, kind: str, item: Mapping[str, Any]) -> str:
        if kind == "time":
            raise Unsaid(_("times of day cannot be compared"))
        if kind == "figure" or (item.get("type") == "matrix" and isinstance(value, int)):
            return str(value)
        if isinstance(value, (tuple, bool)):
            raise Unsaid(_("“%(value)s” cannot be compared with", value=value))
        return f"date('{value}')" if kind == "date" else quoted(str(value))


def quoted(text: str) -> str:
    """Return a text in the quotes it does not hold; XPath knows no way to write both."""
    if "'" not in text:
        return f"'{text}'"
    if '"' in text:
        raise Unsaid(_("a text with both kinds of quotes cannot be written"))
    return f'"{text}"'
