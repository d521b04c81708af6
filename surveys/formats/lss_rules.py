"""Our rules as LimeSurvey's ExpressionScript, meaning the same."""

from collections.abc import Mapping
from typing import Any

from core.i18n import _
from questions.rules import ORDERED, Compare, Either, Every, Not, Other, Rule


class Unsaid(ValueError):
    """LimeSurvey cannot say this; the message says which part."""


class Equations:
    """Writes rules. `codes`: (item, part, "=option" or "") -> the code LimeSurvey knows it by."""

    def __init__(self, items: Mapping[str, Mapping[str, Any]], codes: Mapping[tuple[str, str], str]) -> None:
        self.items, self.codes = items, codes

    def text(self, rule: Rule) -> str:
        """Return a rule as an equation; raise `Unsaid`."""
        if isinstance(rule, Every):
            return " and ".join(self._inner(part) for part in rule.rules)
        if isinstance(rule, Either):
            return " or ".join(self._inner(part) for part in rule.rules)
        if isinstance(rule, Not):
            if isinstance(rule.rule, Compare) and rule.rule.op == "answered":
                answered = self._answered(rule.rule)
                return f"!{answered}" if answered.startswith("(") else answered.removeprefix("!")
            return f"!({self.text(rule.rule)})"
        return self._compare(rule)

    def _inner(self, rule: Rule) -> str:
        said = self.text(rule)
        return f"({said})" if isinstance(rule, (Every, Either)) else said

    def _kind(self, name: str) -> str:
        item = self.items.get(name)
        if item is None:
            raise Unsaid(_("“%(name)s” was not written", name=name))
        return item["type"]

    def _where(self, rule: Compare | Other) -> str:
        kind = self._kind(rule.item)
        code = self.codes.get((rule.item, rule.part))
        if code is None or kind in ("multi", "matrix_multi"):
            raise Unsaid(_("“%(name)s” has no single value", name=rule.item))
        return f"{code}.NAOK"

    def _answered(self, rule: Compare) -> str:
        if self._kind(rule.item) in ("multi", "ranking"):
            return f"({self._counting(rule.item)} >= 1)"
        return f"!is_empty({self._where(rule)})"

    def _counting(self, name: str) -> str:
        boxes = [f"{code}.NAOK" for (item, part), code in self.codes.items() if item == name and part.startswith("=")]
        return f"count({', '.join(boxes)})"

    def _compare(self, rule: Compare) -> str:
        kind = self._kind(rule.item)
        if rule.op == "answered":
            return self._answered(rule)
        if rule.count:
            return self._count(rule, kind)
        if kind in ("multi", "matrix_multi"):
            return self._boxes(rule)
        if kind in ("ranking", "cascade", "time") or rule.op == "contains":
            raise Unsaid(_("“%(name)s” cannot be asked for like this", name=rule.item))
        where = self._where(rule)
        if isinstance(rule.value, Other):
            there = self._where(rule.value)
            if rule.op == "!=":
                return f"(!is_empty({there}) and !is_empty({where}) and {where} != {there})"
            guard = f"!is_empty({there}) and " if rule.op == "==" else ""
            return f"({guard}{where} {rule.op} {there})" if guard else f"{where} {rule.op} {there}"
        if rule.op in ("in", "not_in"):
            values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
            said = " or ".join(f"{where} == {self._constant(value, rule)}" for value in values)
            return f"({said})" if rule.op == "in" else f"(!is_empty({where}) and !({said}))"
        constant = self._constant(rule.value, rule)
        if rule.op == "!=":
            return f"(!is_empty({where}) and {where} != {constant})"
        return f"{where} {rule.op} {constant}"

    def _count(self, rule: Compare, kind: str) -> str:
        if kind != "multi" or rule.op not in ("==", *ORDERED) or isinstance(rule.value, (Other, tuple)):
            raise Unsaid(_("counting is only possible where several can be chosen"))
        counted, number = self._counting(rule.item), float(rule.value)
        said = f"{counted} {rule.op} {rule.value}"
        none = {"==": number == 0, ">": number < 0, ">=": number <= 0, "<": number > 0, "<=": number >= 0}[rule.op]
        return f"({counted} >= 1 and {said})" if none else said

    def _boxes(self, rule: Compare) -> str:
        values = rule.value if isinstance(rule.value, tuple) else (rule.value,)
        before = f"{rule.part}_" if rule.part else ""
        every = []
        for value in values:
            code = self.codes.get((rule.item, f"={before}{value}"))
            if code is None:
                raise Unsaid(_("“%(name)s” has no box “%(value)s”", name=rule.item, value=value))
            every.append(f'{code}.NAOK == "Y"')
        if rule.op == "contains":
            return every[0] if len(every) == 1 else "(" + " and ".join(every) + ")"
        if rule.op in ("==", "in"):
            return every[0] if len(every) == 1 else "(" + " or ".join(every) + ")"
        if rule.op in ("!=", "not_in") and not rule.part:
            return f"({self._counting(rule.item)} >= 1 and !({' or '.join(every)}))"
        raise Unsaid(_("“%(name)s” cannot be asked for like this", name=rule.item))

    def _constant(self, value: Any, rule: Compare) -> str:
        kind = self._kind(rule.item)
        if kind in ("number", "scale", "stars", "nps", "matrix_number", "constant_sum") or (
            kind == "matrix" and isinstance(value, int)
        ):
            return str(value) if kind != "matrix" or rule.op in ORDERED else f'"{value}"'
        text = {"yes": "Y", "no": "N"}.get(str(value), str(value)) if kind == "yes_no" else str(value)
        text = self.codes.get((rule.item, f"={text}"), text)
        if '"' in text and "'" in text:
            raise Unsaid(_("a text with both kinds of quotes cannot be written"))
        return f"'{text}'" if '"' in text else f'"{text}"'
