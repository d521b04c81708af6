"""What everything that can happen means for the instrument, in words."""

from collections.abc import Iterator
from dataclasses import replace

from core.i18n import _
from questions import rule_words
from questions.rules import Compare, Not, Rule, comparisons, names
from surveys.definitions import piped
from surveys.proof.domains import Undecided
from surveys.proof.findings import Finding, error, warning
from surveys.proof.outline import Outline
from surveys.proof.script import Step, rules_of
from surveys.proof.search import Search
from surveys.proof.survey import Way

FREE = 10_000  # transitions to decide about one rule by itself


def findings(out: Outline, way: Way) -> list[Finding]:
    """Return what is wrong or odd on the way through an instrument."""
    judge = Judge(out, way)
    found = list(judge.comparisons())
    for step in way.steps:
        found += judge.reach(step)
        found += judge.answering(step)
        found += judge.hidden(step)
    found += judge.sections()
    found += judge.checks()
    return found + list(_overall(out))


def _overall(out: Outline) -> Iterator[Finding]:
    questions = [place for place in out.places if place.kind.answerable]
    if questions and not any(place.raw.get("required") is True for place in questions):
        yield warning("all_optional", "", _("No question is required: an empty answer could be sent."))
    for place in questions:
        listed = place.raw.get("options")
        choosing = place.item is not None and place.kind.key in ("single", "dropdown", "multi", "ranking")
        if choosing and isinstance(listed, list) and len(listed) == 1:
            yield warning("one_option", place.name, _("%(item)s offers only one option.", item=place.called))


class Judge:
    """Reads the outcome of the search."""

    def __init__(self, out: Outline, way: Way) -> None:
        self.out, self.way, self.found = out, way, way.found
        self.items = [place.item for place in out.places if place.item is not None]
        self.senseless: set[int] = set()  # rules, by identity, that hold a comparison which never holds
        self.satisfied: dict[Rule, bool | None] = {}

    def said(self, rule: Rule) -> str:
        """Return a rule in words."""
        return rule_words.told(rule, self.items)

    def comparisons(self) -> Iterator[Finding]:
        """Yield comparisons that hold for no answer at all, such as a number above the largest one."""
        owners = [(step.place.name, step.place.called, rule) for step in self.way.steps for rule in self._own(step)]
        owners += [
            (part.name, part.called, step.section_rule)
            for part in self.out.parts
            for step in self.way.steps[part.first : min(part.first + 1, part.past)]
            if step.section_rule is not None
        ]
        owners += [
            (probe.item, _("Check %(number)s", number=probe.number[0]), probe.rule)
            for probe in self.way.probes
            if len(probe.number) == 1 and not isinstance(probe.rule, Compare)
        ]
        for name, called, rule in owners:
            for compare in dict.fromkeys(comparisons(rule)):
                if self._possible(compare) is False:
                    self.senseless.add(id(rule))
                    message = _("%(where)s: that %(rule)s can never be.", where=called, rule=self.said(compare))
                    yield error("comparison_never", name, message)

    @staticmethod
    def _own(step: Step) -> list[Rule]:
        return [rule for rule in rules_of(step) if rule is not step.section_rule]

    def _possible(self, rule: Rule) -> bool | None:
        """Say whether any answers at all make a rule hold, whatever the path; None when that is too much to find."""
        if rule not in self.satisfied:
            named = sorted(self.out.ids[name].place for name in names(rule))
            free = [self._freed(self.way.steps[at]) for at in named]
            last = replace(self.way.steps[named[-1]], section_rule=None, own_rule=rule, jumps=(), option_rules={})
            last.place = replace(last.place, name="", place=len(self.out.places), item=None)
            try:
                self.satisfied[rule] = bool(Search([*free, last], [], self.out, FREE).run().asked - set(named))
            except Undecided:
                self.satisfied[rule] = None
        return self.satisfied[rule]

    @staticmethod
    def _freed(step: Step) -> Step:
        assert step.place.item is not None
        place = replace(step.place, item=replace(step.place.item, required=False))
        return replace(step, place=place, section_rule=None, own_rule=None, jumps=(), option_rules={})

    def reach(self, step: Step) -> Iterator[Finding]:
        """Yield whether an item is never asked, and why; and rules and jumps that decide nothing."""
        place, found = step.place, self.found
        if step.at in self.way.undecided:
            message = _("%(item)s: there are too many ways to it to tell whether it is ever asked.", item=place.called)
            yield warning("undecided", place.name, message)
            return
        if step.at not in found.asked:
            yield from self._unreachable(step)
            return
        if found.held.get(("own", step.at)) == {True} and step.own_rule is not None:
            message = _(
                "%(item)s is shown only if %(rule)s, but that is always so.",
                item=place.called,
                rule=self.said(step.own_rule),
            )
            yield warning("rule_always", place.name, message)
        for number, rule, _to in step.jumps:
            if found.held.get(("jump", step.at, number)) == {False} and id(rule) not in self.senseless:
                message = _(
                    "%(item)s: jump %(number)s is never taken: it needs that %(rule)s.",
                    item=place.called,
                    number=number,
                    rule=self.said(rule),
                )
                yield warning("jump_never", place.name, message)

    def _unreachable(self, step: Step) -> Iterator[Finding]:
        place, held = step.place, self.found.held
        although = " " + _("Yet it is required.") if place.raw.get("required") else ""
        if step.at not in self.found.stood:
            message = _("%(item)s is never asked: every path jumps over it.", item=place.called)
            yield error("jumped_over", place.name, message + although)
            return
        if True not in held.get(("section", step.at), {True}) or step.own_rule is None:
            return  # told with its section
        if id(step.own_rule) in self.senseless:
            return
        code, why = self._why(step.own_rule)
        yield error(code, place.name, _("%(item)s is never asked: %(why)s.", item=place.called, why=why) + although)

    def _why(self, rule: Rule) -> tuple[str, str]:
        never = [name for name in sorted(names(rule)) if self.out.ids[name].place not in self.found.asked]
        if self._possible(rule) is False:
            return "contradiction", _("its conditions contradict each other (%(rule)s)", rule=self.said(rule))
        if never:
            other = self.out.called(never[0])
            return "unreachable", _(
                "it needs that %(rule)s, but %(other)s is never asked", rule=self.said(rule), other=other
            )
        return "unreachable", _(
            "it needs that %(rule)s, which cannot be on any path that leads here", rule=self.said(rule)
        )

    def sections(self) -> Iterator[Finding]:
        """Yield sections whose rule never holds, and those whose rule always does."""
        for part in self.out.parts:
            steps = [step for step in self.way.steps[part.first : part.past] if step.section_rule is not None]
            verdicts = set().union(*(self.found.held.get(("section", step.at), set()) for step in steps))
            if not steps or any(step.at in self.way.undecided for step in steps):
                continue
            rule = steps[0].section_rule
            assert rule is not None
            if verdicts == {True}:
                message = _(
                    "%(section)s is shown only if %(rule)s, but that is always so.",
                    section=part.called,
                    rule=self.said(rule),
                )
                yield warning("rule_always", part.name, message)
            elif verdicts == {False} and id(rule) not in self.senseless:
                code, why = self._why(rule)
                message = _("%(section)s is never shown: %(why)s.", section=part.called, why=why)
                yield error("section_unreachable" if code == "unreachable" else code, part.name, message)

    def answering(self, step: Step) -> Iterator[Finding]:
        """Yield options nobody is ever offered, and required items somebody cannot answer."""
        place, held = step.place, self.found.held
        for value, rule in step.option_rules.items():
            verdicts = held.get(("option", step.at, value))
            if verdicts == {False} and id(rule) not in self.senseless:
                contradicts = self._possible(rule) is False
                message = _(
                    "%(item)s: the option “%(value)s” is never offered: it needs that %(rule)s.",
                    item=place.called,
                    value=value,
                    rule=self.said(rule),
                )
                yield error("contradiction" if contradicts else "option_unreachable", place.name, message)
            elif verdicts == {True}:
                message = _(
                    "%(item)s: the option “%(value)s” is offered only if %(rule)s, but that is always so.",
                    item=place.called,
                    value=value,
                    rule=self.said(rule),
                )
                yield warning("rule_always", place.name, message)
        full = self.found.full.get(step.at, {True})
        if full == {False} and not step.option_rules:
            message = _("%(item)s is required but cannot be answered completely by anybody.", item=place.called)
            yield error("impossible", place.name, message)
        elif False in full:
            message = _(
                "%(item)s is required, but on some paths too few of its options are offered: people would be stuck.",
                item=place.called,
            )
            yield error("dead_end", place.name, message)

    def hidden(self, step: Step) -> Iterator[Finding]:
        """Yield rules turned the other way, and repeated answers, that meet an item not everybody is asked."""
        place = step.place
        for name in sorted({name for rule in rules_of(step) for name in _negated(rule)}):
            other = self.out.ids[name]
            if other.place in self.found.unasked and other.place in self.found.asked:
                message = _(
                    "%(item)s asks what was not answered to %(other)s, which some people are not asked; "
                    "“is not” never holds for them.",
                    item=place.called,
                    other=other.called,
                )
                yield warning("hidden_needed", place.name, message)
        listed = place.raw.get("options")
        told = [place.raw.get("title"), place.raw.get("help")]
        told += [entry.get("t") for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        for name in dict.fromkeys(name for words in told for name in piped(words)):
            there = self.out.ids.get(name)
            if there is None or there.place >= step.at or there.place not in self.found.unasked:
                continue
            if not self._same_way(there.place, step):
                message = _(
                    "%(item)s repeats the answer to %(other)s; whoever was not asked that will read “…”.",
                    item=place.called,
                    other=there.called,
                )
                yield warning("pipe_hidden", place.name, message)

    def _same_way(self, at: int, step: Step) -> bool:
        """Say whether whoever is asked a step was asked the item at `at` too, as far as the rules say so openly."""
        there = self.way.steps[at]
        own = {rule for rule in (step.section_rule, step.own_rule) if rule is not None}
        other = {rule for rule in (there.section_rule, there.own_rule) if rule is not None}
        named = {compare.item for rule in own if isinstance(rule, Compare) for compare in comparisons(rule)}
        return (other <= own and at not in self.found.jumped) or there.place.name in named

    def checks(self) -> Iterator[Finding]:
        """Yield checks that never hold, always hold, are never judged, or exclude each other."""
        never: set[int] = set()
        for probe in self.way.probes:
            verdicts = self.found.held.get(("check", *probe.number), set())
            called = _("Check %(number)s", number=_(", ").join(str(n) for n in probe.number))
            if probe.number in self.way.unjudged:
                message = _("%(where)s: there are too many possibilities to tell whether it can be met.", where=called)
                yield warning("undecided", probe.item, message)
                continue
            if len(probe.number) == 2:
                if verdicts == {False} and not never & set(probe.number):
                    message = _(
                        "Checks %(numbers)s exclude each other: no answers satisfy both.",
                        numbers=_(", ").join(str(n) for n in probe.number),
                    )
                    yield error("checks_conflict", probe.item, message)
                continue
            if verdicts == {False}:
                never.add(probe.number[0])
                if id(probe.rule) not in self.senseless:
                    message = _("%(where)s can never be satisfied: %(rule)s.", where=called, rule=self.said(probe.rule))
                    yield error("check_never", probe.item, message)
            elif verdicts == {True}:
                message = _("%(where)s is always satisfied: %(rule)s.", where=called, rule=self.said(probe.rule))
                yield warning("check_always", probe.item, message)
            elif not verdicts:
                message = _("%(where)s is never judged: nobody answers all it names.", where=called)
                yield warning("check_idle", probe.item, message)
            elif any(self.out.ids[name].place in self.found.unasked for name in names(probe.rule)):
                message = _("%(where)s is passed over for people who are not asked all it names.", where=called)
                yield warning("hidden_needed", probe.item, message)


def _negated(rule: Rule, turned: bool = False) -> Iterator[str]:
    """Yield the items a rule wants to be something else."""
    if isinstance(rule, Not):
        yield from _negated(rule.rule, not turned)
    elif isinstance(rule, Compare):
        if rule.op in ("!=", "not_in") and not turned:
            yield rule.item
    else:
        for part in rule.rules:
            yield from _negated(part, turned)
