"""From the tree of a foreign condition to a rule of ours, meaning exactly the same or refused with words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from questions.rules import ORDERED, Compare, Either, Every, Not, Other, Rule
from surveys.formats.expressions import Node

SWAPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
CHOICE, SEVERAL, PATH, FIGURE, WORDS, MOMENT = "choice", "several", "path", "figure", "words", "moment"


class Beyond(ValueError):
    """The condition cannot be said in our rules; the message says which part."""


class Nowhere(Beyond):
    """The condition names a question that is not in the file."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a name in a foreign condition stands for here.

    `kind`: what its answers are. `values`: foreign value -> ours, where they are a list. `option`: the name stands for
    one box of a question with several (LimeSurvey), and is "Y" when it is ticked.
    """

    item: str
    kind: str
    part: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    option: str = ""
    grid: bool = False


Truth = Rule | bool
Find = Callable[[str, str], Target]  # name, "ref" or "bare"


class Conditions:
    """Makes rules; `find` says what a name stands for or raises `Beyond`, `own` is what "." stands for."""

    def __init__(self, find: Find, own: Target | None = None) -> None:
        self.find, self.own = find, own

    def rule(self, node: Node) -> Rule:
        """Return the rule that means what the tree means; raise `Beyond`."""
        made = self.truth(node)
        if isinstance(made, bool):
            raise Beyond(_("it is always the same, whatever is answered"))
        return made

    def truth(self, node: Node) -> Truth:
        """Return the same, or True or False when nothing that is answered changes it."""
        if node.kind == "and":
            return self._every(node)
        if node.kind == "or":
            parts = [self.truth(part) for part in node.parts]
            if True in parts:
                return True
            rules = [part for part in parts if not isinstance(part, bool)]
            return False if not rules else rules[0] if len(rules) == 1 else Either(tuple(rules))
        if node.kind == "not":
            return turned(self.truth(node.parts[0]))
        if node.kind == "compare":
            return self._compare(node.word, *node.parts)
        if node.kind == "call":
            return self._call(node)
        if node.kind in ("ref", "bare") and (target := self._target(node)).option:
            return Compare(target.item, "contains", target.option)
        raise Beyond(_("“%(part)s” is no yes-or-no question", part=node.word or node.kind))

    def _every(self, node: Node) -> Truth:
        """Join with and; "answered and not …" is what a plain comparison means here."""
        rules: list[Rule] = []
        parts = list(node.parts)
        for part in parts:
            made = self.truth(part)
            if isinstance(made, bool):
                if not made:
                    return False
                continue
            before = rules[-1] if rules else None
            guarded = _guarded(before, made)
            if guarded is not None:
                rules[-1] = guarded
            else:
                rules.append(made)
        return True if not rules else rules[0] if len(rules) == 1 else Every(tuple(rules))

    def _target(self, node: Node) -> Target:
        if node.kind == "dot":
            if self.own is None:
                raise Beyond(_("“.” has no meaning there"))
            return self.own
        return self.find(node.word, node.kind)

    def _compare(self, op: str, left: Node, right: Node) -> Truth:
        if left.kind in ("text", "number") and right.kind in ("text", "number"):
            return _constant(op, left.word, right.word)
        if left.kind in ("text", "number"):
            left, right, op = right, left, SWAPPED[op]
        if left.kind == "call" and left.word in ("count-selected", "count"):
            return self._counted(op, left, right)
        if left.kind == "call" and left.word in ("string-length", "strlen"):
            return self._length(op, left, right)
        if left.kind not in ("ref", "bare", "dot"):
            raise Beyond(_("“%(part)s” cannot be compared here", part=left.word or left.kind))
        target = self._target(left)
        if right.kind in ("ref", "bare", "dot"):
            return self._between(op, target, self._target(right))
        if right.kind == "call" and right.word == "date" and len(right.parts) == 1:
            right = right.parts[0]
        if right.kind not in ("text", "number"):
            raise Beyond(_("“%(part)s” cannot be compared with here", part=right.word or right.kind))
        return against(target, op, right.word)

    def _between(self, op: str, left: Target, right: Target) -> Rule:
        if left.option or right.option or {SEVERAL, PATH} & {left.kind, right.kind}:
            raise Beyond(_("answers with several values cannot be compared with each other"))
        other = Other(right.item, right.part)
        if op == "!=":
            return Not(Compare(left.item, "==", other, left.part))
        return Compare(left.item, op, other, left.part)

    def _counted(self, op: str, left: Node, right: Node) -> Truth:
        if right.kind != "number" or not left.parts:
            raise Beyond(_("“%(part)s” can only be compared with a number", part=left.word))
        number = _number(right.word)
        targets = [self._target(part) for part in left.parts]
        items = {target.item for target in targets}
        if len(items) > 1 or (len(targets) == 1 and (targets[0].option or targets[0].kind != SEVERAL)):
            raise Beyond(_("answers of several questions cannot be counted together"))
        item = targets[0].item
        if targets[0].option and {one.option for one in targets} != set(targets[0].values.values()):
            raise Beyond(_("only some of the boxes of a question cannot be counted"))
        if op == "!=":
            return turned(_count(item, "==", number))
        return _count(item, op, number)

    def _length(self, op: str, left: Node, right: Node) -> Truth:
        if right.kind != "number" or len(left.parts) != 1:
            raise Beyond(_("the length of an answer cannot be compared here"))
        target, number = self._target(left.parts[0]), _number(right.word)
        answered = Compare(target.item, "answered", None, target.part)
        if (op, number) in ((">", 0), (">=", 1), ("!=", 0)):
            return answered
        if (op, number) in (("==", 0), ("<", 1), ("<=", 0)):
            return Not(answered)
        raise Beyond(_("the length of an answer cannot be compared here"))

    def _call(self, node: Node) -> Truth:
        name, parts = node.word, node.parts
        if name in ("true", "false") and not parts:
            return name == "true"
        if name == "boolean" and len(parts) == 1:
            return self.truth(parts[0])
        if name in ("is_empty", "empty") and len(parts) == 1:
            return turned(against(self._target(parts[0]), "!=", ""))
        if name == "selected" and len(parts) == 2:
            return self._selected(*parts)
        if name == "contains" and len(parts) == 2 and parts[1].kind == "text" and parts[0].kind in ("ref", "dot"):
            target = self._target(parts[0])
            if target.kind == WORDS and parts[1].word:
                return Compare(target.item, "contains", parts[1].word, target.part)
        raise Beyond(_("“%(part)s(…)” is not known here", part=name))

    def _selected(self, where: Node, what: Node) -> Truth:
        if where.kind == "text" and what.kind in ("text", "number"):
            return what.word in where.word.split()
        if where.kind == "text" and what.kind in ("ref", "dot"):
            target = self._target(what)
            if target.kind != CHOICE:
                raise Beyond(_("“selected” asks for one choice there"))
            return Compare(
                target.item, "in", tuple(mapped(target, one, loose=True) for one in where.word.split()), target.part
            )
        if where.kind not in ("ref", "bare", "dot") or what.kind not in ("text", "number"):
            raise Beyond(_("“selected” with a changing value cannot be said here"))
        target = self._target(where)
        if target.kind == PATH:
            return against(target, "==", what.word)
        if target.kind == SEVERAL:
            return Compare(target.item, "contains", mapped(target, what.word), target.part)
        return against(target, "==", what.word)


def _guarded(before: Rule | None, now: Rule) -> Rule | None:
    """Return the plain comparison when `now` holds for an empty answer too and `before` shuts that out."""
    if not (isinstance(before, Compare) and before.op == "answered"):
        return None
    if isinstance(now, Not) and isinstance(now.rule, Compare) and now.rule.op in ("==", "in"):
        inner = now.rule
        if (inner.item, inner.part, inner.count) == (before.item, before.part, False):
            return Compare(inner.item, "!=" if inner.op == "==" else "not_in", inner.value, inner.part)
    if isinstance(now, Either) and len(now.rules) == 2:
        empty, compare = now.rules
        if empty == Not(before) and isinstance(compare, Compare) and compare.count and compare.item == before.item:
            return compare
    return None


def turned(rule: Truth) -> Truth:
    """Return the opposite of a rule, without turning twice."""
    if isinstance(rule, bool):
        return not rule
    return rule.rule if isinstance(rule, Not) else Not(rule)


def _count(item: str, op: str, number: float) -> Truth:
    """Return a rule on how many were chosen, where nobody chose anything counts as none."""
    holds_for_none = {"==": number == 0, ">": number < 0, ">=": number <= 0, "<": number > 0, "<=": number >= 0}[op]
    answered = Compare(item, "answered")
    if not holds_for_none:
        return answered if (op, number) in ((">", 0), (">=", 1)) else Compare(item, op, _plain(number), "", True)
    if op in (">", ">="):
        return True
    if (op, number) in (("==", 0), ("<=", 0), ("<", 1)):
        return Not(answered)
    return Either((Not(answered), Compare(item, op, _plain(number), "", True)))


def against(target: Target, op: str, word: str) -> Truth:
    """Return the rule that compares an answer with a constant; an empty text asks whether it was answered."""
    if target.option:
        ticked = Compare(target.item, "contains", target.option)
        yes = word in ("Y", "1")
        if op not in ("==", "!=") or word not in ("Y", "1", ""):
            raise Beyond(_("a box is either ticked or not"))
        return ticked if (op == "==") == yes else Not(ticked)
    if word == "" or (target.kind == CHOICE and word == "null"):
        answered = Compare(target.item, "answered", None, target.part)
        if op not in ("==", "!="):
            raise Beyond(_("an empty text has no order"))
        return answered if op == "!=" else Not(answered)
    if op in ORDERED:
        return _ordered(target, op, word)
    if target.grid and not target.part:
        raise Beyond(_("a grid has no single value"))
    if target.kind == PATH:
        places = target.values.get(word)
        if not places:
            raise Beyond(_("“%(item)s” has no answer “%(value)s”", item=target.item, value=word[:40]))
        there = Compare(target.item, "contains", places[0]) if len(places) == 1 else None
        within: Rule = there or Compare(target.item, "in", tuple(places))
        return within if op == "==" else Not(within)
    value = mapped(target, word)
    if target.kind == SEVERAL:
        only: Rule = Every((Compare(target.item, "contains", value), Compare(target.item, "==", 1, "", True)))
        return only if op == "==" else Not(only)
    same = Compare(target.item, "==", value, target.part)
    return same if op == "==" else Not(same)


def _ordered(target: Target, op: str, word: str) -> Truth:
    if target.kind == MOMENT:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}", word):
            raise Beyond(_("“%(part)s” is no date", part=word))
        return Compare(target.item, op, word, target.part)
    number = _number(word)
    if target.kind == CHOICE:
        # Options have no order here; those whose numbers compare are named one by one.
        fitting = []
        for foreign, own in target.values.items():
            try:
                given = float(foreign)
            except ValueError:
                continue
            if {">": given > number, ">=": given >= number, "<": given < number, "<=": given <= number}[op]:
                fitting.append(own)
        if not fitting:
            return False
        if all(isinstance(own, int) for own in fitting):
            return Compare(target.item, op, _plain(number), target.part)
        return Compare(target.item, "in", tuple(fitting), target.part)
    if target.kind != FIGURE:
        raise Beyond(_("“%(op)s” needs a number or a date", op=op))
    return Compare(target.item, op, _plain(number), target.part)


def mapped(target: Target, word: str, *, loose: bool = False) -> Any:
    """Return our value for a foreign one; raise `Beyond` when the question has no such answer."""
    if target.kind in (CHOICE, SEVERAL):
        if word in target.values:
            return target.values[word]
        plain = word.removesuffix(".0")
        if plain in target.values:
            return target.values[plain]
        raise Beyond(_("“%(item)s” has no answer “%(value)s”", item=target.item, value=word[:40]))
    if target.kind == FIGURE:
        return _plain(_number(word))
    return word


def _constant(op: str, left: str, right: str) -> bool:
    if op in ("==", "!="):
        return (left == right) == (op == "==")
    low, high = _number(left), _number(right)
    return {">": low > high, ">=": low >= high, "<": low < high, "<=": low <= high}[op]


def _number(word: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{0,15})?|-?\.[0-9]{1,15}", word.strip()):
        raise Beyond(_("“%(part)s” is no number", part=word[:40]))
    return float(word)


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number
