"""Rules in plain words, naming questions by number and answers by their words."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.i18n import _
from questions.base import END, Item, Jump
from questions.rules import MOMENT, Compare, Either, Every, Not, Other, Rule


def told(rule: Rule, items: Sequence[Item]) -> str:
    """Return when a rule holds, as a clause in the current language; unknown questions go by their id."""
    return _told(rule, {item.name: item for item in items})


def hint(rules: Sequence[Rule], items: Sequence[Item]) -> str:
    """Return the sentence that tells when something with these rules is asked; "" when always."""
    if not rules:
        return ""
    known = {item.name: item for item in items}
    return _("Only if %(rule)s.", rule=_joined([_told(rule, known) for rule in rules], rules, _(" and ")))


def offers(item: Item, items: Sequence[Item]) -> list[str]:
    """Return a sentence for each option that is not always offered."""
    known = {each.name: each for each in items}
    words = item.kind.values(item)
    return [
        _("“%(option)s” only if %(rule)s.", option=words.get(value, value), rule=_told(rule, known))
        for value, rule in item.option_rules.items()
    ]


def onward(jump: Jump, items: Sequence[Item]) -> str:
    """Return the sentence that tells where a jump leads."""
    when = told(jump.rule, items)
    if jump.to == END:
        return _("If %(rule)s, you have reached the end.", rule=when)
    landing = next((item for item in items if jump.to in (item.name, item.section) and item.number), None)
    if landing is None:
        return ""
    return _("If %(rule)s, go on with question %(number)s.", rule=when, number=landing.number)


def _told(rule: Rule, items: Mapping[str, Item]) -> str:
    if isinstance(rule, (Every, Either)) and not rule.rules:
        return _("always") if isinstance(rule, Every) else _("never")
    if isinstance(rule, Every):
        return _joined([_told(part, items) for part in rule.rules], rule.rules, _(" and "))
    if isinstance(rule, Either):
        return _joined([_told(part, items) for part in rule.rules], rule.rules, _(" or "))
    if isinstance(rule, Not):
        inner = rule.rule
        if isinstance(inner, Compare) and inner.op == "answered":
            return _("%(what)s was not answered", what=_subject(inner.item, inner.part, items))
        return _("it is not so that %(rule)s", rule=_told(inner, items))
    return _count(rule, items) if rule.count else _compare(rule, items)


def _joined(said: Sequence[str], rules: Sequence[Rule], between: str) -> str:
    """Join clauses; one that is itself joined stands in brackets where there are several."""
    if len(said) < 2:
        return "".join(said)
    return between.join(
        _("(%(rule)s)", rule=clause) if isinstance(rule, (Every, Either)) and len(rule.rules) > 1 else clause
        for clause, rule in zip(said, rules, strict=True)
    )


def _subject(item: str, part: str, items: Mapping[str, Item]) -> str:
    asked = items.get(item)
    whole = _("question %(number)s", number=asked.number) if asked is not None and asked.number else item
    if not part:
        return whole
    words = asked.kind.parts(asked).get(part, part) if asked is not None else part
    return _("“%(part)s” in %(question)s", part=words, question=whole)


def _count(rule: Compare, items: Mapping[str, Item]) -> str:
    said = {
        ">": _("more than %(count)s answers were given in %(what)s"),
        ">=": _("at least %(count)s answers were given in %(what)s"),
        "<": _("fewer than %(count)s answers were given in %(what)s"),
        "<=": _("at most %(count)s answers were given in %(what)s"),
        "!=": _("not exactly %(count)s answers were given in %(what)s"),
    }.get(rule.op) or _("exactly %(count)s answers were given in %(what)s")
    return said % {"count": _values(rule, items), "what": _subject(rule.item, rule.part, items)}


def _compare(rule: Compare, items: Mapping[str, Item]) -> str:
    what = _subject(rule.item, rule.part, items)
    if rule.op == "answered":
        return _("%(what)s was answered", what=what)
    day = isinstance(rule.value, str) and MOMENT.fullmatch(rule.value) is not None
    if rule.op == "contains":
        asked = items.get(rule.item)
        if asked is not None and asked.kind.values(asked):
            said = _("%(values)s was chosen in %(what)s")
        else:
            said = _("the answer to %(what)s contains %(values)s")
    else:
        said = {
            "==": _("the answer to %(what)s is %(values)s"),
            "in": _("the answer to %(what)s is %(values)s"),
            "!=": _("the answer to %(what)s is not %(values)s"),
            "not_in": _("the answer to %(what)s is not %(values)s"),
            ">": _("the answer to %(what)s is later than %(values)s")
            if day
            else _("the answer to %(what)s is more than %(values)s"),
            ">=": _("the answer to %(what)s is %(values)s or later")
            if day
            else _("the answer to %(what)s is at least %(values)s"),
            "<": _("the answer to %(what)s is earlier than %(values)s")
            if day
            else _("the answer to %(what)s is less than %(values)s"),
            "<=": _("the answer to %(what)s is %(values)s or earlier")
            if day
            else _("the answer to %(what)s is at most %(values)s"),
        }[rule.op]
    return said % {"what": what, "values": _values(rule, items)}


def _values(rule: Compare, items: Mapping[str, Item]) -> str:
    if isinstance(rule.value, Other):
        return _("the answer to %(what)s", what=_subject(rule.value.item, rule.value.part, items))
    asked = items.get(rule.item)
    words = asked.kind.values(asked) if asked is not None and not rule.count else {}
    wanted = rule.value if isinstance(rule.value, (tuple, list)) else (rule.value,)
    between = _(" and ") if rule.op == "contains" else _(" or ")
    return between.join(_value(value, words) for value in wanted)


def _value(value: Any, words: Mapping[str, str]) -> str:
    label = words.get(str(value))
    if label is None and isinstance(value, (int, float)):
        return str(value)
    return _("“%(words)s”", words=str(value) if label is None else label)
