"""Whatever names an item: rules, jumps, checks and repeated answers; and whether it stands early enough."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.i18n import _
from questions import rule_text
from questions.base import END
from questions.rules import OPERATORS, Rule, comparisons, names, read
from surveys.definitions import piped
from surveys.proof.findings import error
from surveys.proof.outline import Outline, Part, Place
from surveys.proof.targets import misfit

KEYS = {"item", "row", "count", "op", "value"}
DEEP = 8


def refer(out: Outline) -> None:
    """Add what is wrong with every reference; a rule is kept (see `sound`) only where nothing is."""
    for part in out.parts:
        if part.raw.get("show_if") is not None:
            _rule(out, part.raw["show_if"], part.name, part.called, "show_if", part.first)
        _pipes(out, part.name, part.called, (part.raw.get("title"), part.raw.get("intro")), part.first)
    for place in out.places:
        if place.raw.get("show_if") is not None:
            _rule(out, place.raw["show_if"], place.name, place.called, "show_if", place.place)
        _options(out, place)
        _jumps(out, place)
        told = [place.raw.get("title"), place.raw.get("help")]
        listed = [*_entries(place, "options"), *_entries(place, "rows")]
        _pipes(out, place.name, place.called, [*told, *(entry.get("t") for entry in listed)], place.place)
    _pipes(out, "", _("The title"), (out.definition.get("title"), out.definition.get("intro")), 0)
    _checks(out)


def sound(raw: Any, out: Outline, before: int) -> Rule | None:
    """Return a mapping as a rule when it is whole, fits its items and names earlier ones only, else None."""
    if raw is None or next(malformed(raw), None) is not None:
        return None
    rule = read(raw)
    if any(name not in out.ids or out.ids[name].place >= before for name in names(rule)):
        return None
    if any(out.ids[name].item is None for name in names(rule)):
        return None
    return None if any(misfit(compare, out) for compare in comparisons(rule)) else rule


def malformed(raw: Any, level: int = 1) -> Iterator[str]:
    """Yield what is wrong with the form of a rule."""
    if isinstance(raw, str):
        try:
            rule_text.parse(raw)
        except rule_text.RuleSyntax as wrong:
            yield str(wrong)
        return
    if not isinstance(raw, Mapping):
        yield _("a rule is expected, not “%(value)s”", value=str(raw)[:60])
        return
    if level > DEEP:
        yield _("the rule is nested more than %(depth)s levels deep", depth=DEEP)
        return
    for key in ("all", "any"):
        if key in raw:
            listed = raw[key]
            if not isinstance(listed, list) or not listed or len(raw) > 1:
                yield _("“%(key)s” needs a list of rules and nothing beside it", key=key)
                return
            for part in listed:
                yield from malformed(part, level + 1)
            return
    if "not" in raw:
        if len(raw) > 1:
            yield _("“%(key)s” needs one rule and nothing beside it", key="not")
            return
        yield from malformed(raw["not"], level + 1)
        return
    yield from _malformed_comparison(raw)


def _malformed_comparison(raw: Mapping[str, Any]) -> Iterator[str]:
    operator, value = raw.get("op", "=="), raw.get("value")
    if not isinstance(raw.get("item"), str):
        yield _("a rule needs “item”, “op” (%(known)s) and “value”", known=", ".join(OPERATORS))
        return
    if operator not in OPERATORS:
        yield _("“op” must be one of: %(known)s", known=", ".join(OPERATORS))
        return
    unknown = sorted({str(key) for key in raw} - KEYS)
    if unknown:
        yield _("a rule has no “%(key)s”", key=unknown[0][:40])
    if not isinstance(raw.get("row", ""), str) or not isinstance(raw.get("count", False), bool):
        yield _("“row” must be text and “count” true or false")
    if isinstance(value, Mapping):
        known = {"item", "row"}
        whole = isinstance(value.get("item"), str) and isinstance(value.get("row", ""), str)
        if not whole or not {str(key) for key in value} <= known:
            yield _("another answer is named by “item” and perhaps “row”")
    elif isinstance(value, list):
        if operator not in ("in", "not_in", "==", "!=", "contains"):
            yield _("“%(op)s” needs one value, not a list", op=operator)
        elif any(isinstance(one, (list, Mapping)) or one is None for one in value):
            yield _("every value of a list must be text or a number")
    elif value is None and operator != "answered":
        yield _("“%(op)s” needs a value", op=operator)


def _rule(out: Outline, raw: Any, item: str, called: str, key: str, before: int) -> None:
    """Check one rule; `before`: the first place it may not name."""

    def say(code: str, what: str) -> None:
        message = _("%(where)s, condition: %(what)s.", where=called, what=what)
        if not any(found.message == message for found in out.found):
            out.found.append(error(code, item, message))

    wrong = list(malformed(raw))
    for what in wrong:
        say("rule", what)
    if wrong:
        return
    rule = read(raw)
    later = []
    for name in sorted(names(rule)):
        if name not in out.ids:
            say("rule_unknown_item", _("there is no question “%(id)s”", id=name[:40]))
        elif out.ids[name].place >= before:
            later.append(name)
    for name in later:
        code, what = _late(out, name, item, key)
        say(code, what)
    if any(name not in out.ids for name in names(rule)):
        return
    for compare in comparisons(rule):
        said = misfit(compare, out)
        if said is not None:
            say(*said)


def _late(out: Outline, name: str, item: str, key: str) -> tuple[str, str]:
    """Tell a question that waits for itself from one that waits for a later one."""
    there = out.ids[name]
    if name == item:
        return "loop", _("it waits for its own answer")
    own = out.ids.get(item)
    if own is not None and key == "show_if" and item in _waits_for(out, name):
        return "loop", _("it waits for %(other)s, which waits for it: neither can ever be asked", other=there.called)
    return "rule_forward", _("it asks for %(other)s, which comes only later", other=there.called)


def _waits_for(out: Outline, name: str) -> set[str]:
    """Return every item whose answer decides whether an item is asked."""
    seen: set[str] = set()
    open_ = [name]
    while open_:
        place = out.ids[open_.pop()]
        for raw in (place.raw.get("show_if"), out.parts[place.section].raw.get("show_if")):
            if raw is None or next(malformed(raw), None) is not None:
                continue
            found = {other for other in names(read(raw)) if other in out.ids} - seen
            seen |= found
            open_ += found
    return seen


def _entries(place: Place, key: str) -> list[Mapping[str, Any]]:
    listed = place.raw.get(key)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _options(out: Outline, place: Place) -> None:
    for entry in (*_entries(place, "options"), *_entries(place, "rows")):
        if entry.get("show_if") is not None:
            called = _("%(item)s, option “%(value)s”", item=place.called, value=str(entry.get("v"))[:40])
            _rule(out, entry["show_if"], place.name, called, "show_if", place.place)


def _jumps(out: Outline, place: Place) -> None:
    jumps = place.raw.get("jumps")
    if jumps is None:
        return
    if not isinstance(jumps, list) or any(not isinstance(jump, Mapping) for jump in jumps):
        message = _("%(where)s: “jumps” must be a list of {if, to}.", where=place.called)
        out.found.append(error("jump", place.name, message))
        return
    for number, jump in enumerate(jumps, start=1):
        called = _("%(item)s, jump %(number)s", item=place.called, number=number)
        if set(map(str, jump)) != {"if", "to"}:
            message = _("%(where)s: a jump needs “if” and “to” and nothing else.", where=called)
            out.found.append(error("jump", place.name, message))
            continue
        _rule(out, jump["if"], place.name, called, "if", place.place + 1)
        code, said = _landing(out, place, jump["to"])
        if code:
            out.found.append(error(code, place.name, _("%(where)s: %(what)s.", where=called, what=said)))


def _landing(out: Outline, place: Place, to: Any) -> tuple[str, str]:
    if to == END:
        return "", ""
    there = out.ids.get(to) if isinstance(to, str) else None
    part = out.section(to) if isinstance(to, str) else None
    if there is None and part is None:
        return "jump_unknown", _("there is no question or section “%(id)s” to go to", id=str(to)[:40])
    landing = there.place if there is not None else part.first if part is not None else 0
    if landing == place.place:
        return "loop", _("it leads to itself")
    if landing < place.place:
        return "loop", _("it leads back to “%(id)s”: people could go round for ever", id=to)
    return "", ""


def landing(out: Outline, to: str) -> int:
    """Return the place a sound jump leads to."""
    if to in out.ids:
        return out.ids[to].place
    part = out.section(to)
    return part.first if part is not None else len(out.places)


def _pipes(out: Outline, item: str, called: str, told: Any, before: int) -> None:
    for name in dict.fromkeys(name for words in told for name in piped(words)):
        there = out.ids.get(name)
        if there is None:
            code, what = "pipe_unknown", _("“{{%(id)s}}” repeats the answer to a question that is not there", id=name)
        elif name == item:
            code, what = "pipe_self", _("“{{%(id)s}}” repeats its own answer, which is not known yet", id=name)
        elif there.place >= before:
            code, what = "pipe_later", _("“{{%(id)s}}” repeats an answer that comes only later", id=name)
        elif not there.kind.answerable:
            code, what = "pipe_unknown", _("“{{%(id)s}}” is a text and has no answer to repeat", id=name)
        else:
            continue
        out.found.append(error(code, item, _("%(where)s: %(what)s.", where=called, what=what)))


def _checks(out: Outline) -> None:
    checks = out.definition.get("checks")
    if checks is None:
        return
    if not isinstance(checks, list) or any(not isinstance(check, Mapping) for check in checks):
        out.found.append(error("check", "", _("“checks” must be a list of {rule, message, at}.")))
        return
    for number, check in enumerate(checks, start=1):
        called = _("Check %(number)s", number=number)
        at = check.get("at")
        message = check.get("message")
        keys = set(map(str, check))
        if keys != {"rule", "message", "at"} or not isinstance(message, str) or not message.strip():
            said = _("%(where)s needs “rule”, “message” and “at” and nothing else.", where=called)
            out.found.append(error("check", at if isinstance(at, str) else "", said))
            continue
        if not isinstance(at, str) or at not in out.ids or not out.ids[at].kind.answerable:
            said = _("%(where)s: its message is to stand at “%(id)s”, which is no question.", where=called, id=str(at))
            out.found.append(error("check_at", "", said))
            continue
        _rule(out, check["rule"], at, called, "rule", len(out.places))
        _pipes(out, at, called, (message,), len(out.places))


def shuffled(out: Outline) -> None:
    """Add sections whose items are shuffled although some of them need a fixed order."""
    for part in out.parts:
        if part.raw.get("shuffle") is not True:
            continue
        inside = {place.name: place for place in out.within(part)}
        for place in inside.values():
            other = _bound_to_order(place, inside, part)
            if other:
                message = _(
                    "%(section)s is shuffled, but %(item)s needs a fixed order (%(why)s).",
                    section=part.called,
                    item=place.called,
                    why=other,
                )
                out.found.append(error("shuffle_order", place.name, message))


def _bound_to_order(place: Place, inside: Mapping[str, Place], part: Part) -> str:
    if place.raw.get("jumps"):
        return _("it has a jump")
    rules = [place.raw.get("show_if"), *(entry.get("show_if") for entry in _entries(place, "options"))]
    for raw in rules:
        if raw is not None and next(malformed(raw), None) is None:
            earlier = sorted(names(read(raw)) & inside.keys() - {place.name})
            if earlier:
                return _("it depends on %(id)s in the same section", id=earlier[0])
    told = [place.raw.get("title"), place.raw.get("help"), *(entry.get("t") for entry in _entries(place, "options"))]
    for name in (name for words in told for name in piped(words)):
        if name in inside and name != place.name:
            return _("it repeats the answer to %(id)s in the same section", id=name)
    return ""
