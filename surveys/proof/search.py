"""A walk through everything that can happen: all paths at once, answers that matter alike taken together.

States are what the rest of the questionnaire can still tell apart: where a jump leads to, and of each answer asked
for later only its sort. Each step maps states to states; what is counted along the way is exact, not sampled.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from questions.base import Answers
from questions.rules import Compare, Other, Rule, holds, names
from surveys.proof import shares
from surveys.proof.domains import MANY, Undecided, possible
from surveys.proof.outline import Outline
from surveys.proof.script import Probe, Step, partners, rules_of, tests

BUDGET = 100_000  # transitions of one search
State = tuple[int, ...]  # where the path goes on, then the sort of each live answer
Span = tuple[int, int, float, float]  # fewest and most items, fewest and most seconds


@dataclass(slots=True)
class Outcome:
    """What can happen, by place. `held`: how a rule can turn out where it is judged; `full`: whether a required item
    can be completed; `ends`: the spans of the whole."""

    asked: set[int] = field(default_factory=set)
    unasked: set[int] = field(default_factory=set)
    jumped: set[int] = field(default_factory=set)
    stood: set[int] = field(default_factory=set)  # no jump led over it
    held: dict[tuple[Any, ...], set[bool]] = field(default_factory=dict)
    full: dict[int, set[bool]] = field(default_factory=dict)
    span: Span = (0, 0, 0.0, 0.0)

    def note(self, key: tuple[Any, ...], value: bool) -> None:
        """Note how a rule turned out."""
        self.held.setdefault(key, set()).add(value)


class Table:
    """The sorts of answers one item can get; sort 0 is no answer."""

    def __init__(self, step: Step, met: Sequence[Compare], shared: Sequence[Any]) -> None:
        self.step, self.met, self.shared = step, met, shared
        self.whole = any(isinstance(test.value, Other) for test in met)
        self.answers: list[Answers] = [{}]
        self.sorts: dict[Any, int] = {}
        self.given: dict[frozenset[str], tuple[int, ...]] = {}

    def choices(self, offered: frozenset[str]) -> tuple[int, ...]:
        """Return the sorts of answers open to somebody who is offered these options; () when none satisfies."""
        if offered not in self.given:
            place = self.step.place
            assert place.item is not None
            found: dict[int, None] = {} if place.item.required else {0: None}
            for looked, value in enumerate(possible(place, self.met, offered, self.shared)):
                if found and not self.met:
                    break
                if looked > MANY:
                    raise Undecided
                answer = {place.name: value}
                if not place.item.required or place.kind.complete(answer, place.item):
                    found[self._sort(answer)] = None
            self.given[offered] = tuple(found)
        return self.given[offered]

    def _sort(self, answer: Answers) -> int:
        mark: Any = json.dumps(answer, sort_keys=True) if self.whole else self.marks(answer, self.met)
        if mark not in self.sorts:
            self.sorts[mark] = len(self.answers)
            self.answers.append(answer)
        return self.sorts[mark]

    @staticmethod
    def marks(answer: Answers, met: Iterable[Compare]) -> tuple[bool, ...]:
        """Return how comparisons judge an answer, and whether there is one."""
        return (bool(answer), *(holds(test, answer) for test in met))

    def merged(self, later: Sequence[Compare]) -> dict[int, int] | None:
        """Return which sorts become alike when only `later` comparisons are still to come; None when none does."""
        if self.whole and any(isinstance(test.value, Other) for test in later):
            return None
        first: dict[Any, int] = {}
        turned = {n: first.setdefault(self.marks(answer, later), n) for n, answer in enumerate(self.answers)}
        return turned


class Search:
    """One walk over some steps, which must hold everything they hang on."""

    def __init__(self, steps: Sequence[Step], probes: Sequence[Probe], out: Outline, budget: int = BUDGET) -> None:
        self.steps, self.probes, self.out, self.budget = steps, probes, out, budget
        self.found = Outcome()
        self.live: list[str] = []
        self.column: dict[str, int] = {}  # where a state holds the sort of each live answer
        self.aside: dict[int, Table] = {}  # of items nobody asks for: can they be completed?
        self.judged: dict[tuple[int, ...], bool] = {}
        self.uses = self._uses()
        self.named = {id(rule): tuple(sorted(names(rule))) for _at, rule in self.uses}
        every = [rule for _at, rule in self.uses]
        met, linked = tests(every), partners(every)
        by_name = {step.place.name: step for step in reversed(steps)}  # of two with one name, the first counts
        self.tables = {
            name: Table(by_name[name], listed, shares.shared(name, linked, met, out))
            for name, listed in met.items()
            if name in by_name
        }
        self.last = {name: max(at for at, rule in self.uses if name in names(rule)) for name in self.tables}

    def _uses(self) -> list[tuple[int, Rule]]:
        used = [(step.at, rule) for step in self.steps for rule in rules_of(step)]
        used += [(probe.at, rule) for probe in self.probes for rule in (probe.rule, *_answered(probe.rule))]
        return used

    def run(self) -> Outcome:
        """Walk all the way; raise `Undecided` when there are too many possibilities."""
        states: dict[State, Span] = {(0,): (0, 0, 0.0, 0.0)}
        for step in self.steps:
            states = self._step(step, states)
            for probe in self.probes:
                if probe.at == step.at:
                    self._probe(probe, states)
            states = self._forget(step.at, states)
        self.found.span = _union(states.values())
        return self.found

    def _step(self, step: Step, states: Mapping[State, Span]) -> dict[State, Span]:
        name = step.place.name
        kept = name in self.tables and self.tables[name].step is step
        onward: dict[State, Span] = {}
        live_before = list(self.live)
        before, beyond = dict(self.column), {**self.column, **({name: 1 + len(live_before)} if kept else {})}
        for state, span in states.items():
            self.column = before
            if not self._asked(step, state):
                _put(onward, (*state, 0) if kept else state, span)
                continue
            longer = (
                *(count + bool(step.place.number) for count in span[:2]),
                *(seconds + step.seconds for seconds in span[2:]),
            )
            offered = self._offered(step, state)
            choices = self._choices(step, offered, kept)
            self.column = beyond
            for sort in choices:
                self.budget -= 1
                if self.budget < 0:
                    raise Undecided
                after = (*state, sort) if kept else state
                _put(onward, (self._resume(step, after), *after[1:]), longer)  # type: ignore[arg-type]
        self.live, self.column = ([*live_before, name] if kept else live_before), beyond
        return onward

    def _asked(self, step: Step, state: State) -> bool:
        self.budget -= 1
        if state[0] > step.at:
            self.found.jumped.add(step.at)
            self.found.unasked.add(step.at)
            return False
        self.found.stood.add(step.at)
        for key, rule in (("section", step.section_rule), ("own", step.own_rule)):
            if rule is None:
                continue
            verdict = self._holds(rule, state)
            self.found.note((key, step.at), verdict)
            if not verdict:
                self.found.unasked.add(step.at)
                return False
        self.found.asked.add(step.at)
        return True

    def _offered(self, step: Step, state: State) -> frozenset[str]:
        item = step.place.item
        if item is None:
            return frozenset()
        shown = set(item.kind.values(item))
        for value, rule in step.option_rules.items():
            verdict = self._holds(rule, state)
            self.found.note(("option", step.at, value), verdict)
            if not verdict:
                shown.discard(value)
        return frozenset(shown)

    def _choices(self, step: Step, offered: frozenset[str], kept: bool) -> tuple[int, ...]:
        """Return the sorts of answers to go on with; an item that cannot be completed is gone past without one."""
        item = step.place.item
        if item is None or not step.place.kind.answerable:
            return (0,)
        table = self.tables[step.place.name] if kept else self.aside.setdefault(step.at, Table(step, (), ()))
        choices = table.choices(offered)
        if item.required:
            self.found.full.setdefault(step.at, set()).add(bool(choices))
        return (choices or (0,)) if kept else (0,)

    def _resume(self, step: Step, state: State) -> int:
        for number, rule, to in step.jumps:
            verdict = self._holds(rule, state)
            self.found.note(("jump", step.at, number), verdict)
            if verdict:
                return to
        return 0

    def _probe(self, probe: Probe, states: Iterable[State]) -> None:
        for state in states:
            answers = self._answers(state, names(probe.rule))
            if names(probe.rule) <= answers.keys():
                self.found.note(("check", *probe.number), holds(probe.rule, answers))

    def _answers(self, state: State, wanted: Iterable[str]) -> Answers:
        answers: Answers = {}
        for name in wanted:
            if name in self.column:
                answers |= self.tables[name].answers[state[self.column[name]]]
        return answers

    def _holds(self, rule: Rule, state: State) -> bool:
        asked = self.named[id(rule)]
        key = (id(rule), *[state[self.column[name]] if name in self.column else 0 for name in asked])
        verdict = self.judged.get(key)
        if verdict is None:
            self.budget -= 1
            verdict = self.judged[key] = holds(rule, self._answers(state, asked))
        return verdict

    def _forget(self, at: int, states: dict[State, Span]) -> dict[State, Span]:
        """Drop answers nobody asks for later, and tell apart no more than later rules do."""
        keep = [name for name in self.live if self.last[name] > at]
        later = tests(rule for place, rule in self.uses if place > at)
        spoken = tests(rule for place, rule in self.uses if place == at)
        turned = {name: self.tables[name].merged(later.get(name, ())) for name in keep if name in spoken}
        if len(keep) == len(self.live) and not any(turned.values()):
            return states
        places = [(1 + self.live.index(name), turned.get(name)) for name in keep]
        fewer: dict[State, Span] = {}
        for state, span in states.items():
            resume = state[0] if state[0] > at + 1 else 0
            _put(fewer, (resume, *(turn[state[n]] if turn else state[n] for n, turn in places)), span)
        self.live, self.column = keep, {name: 1 + n for n, name in enumerate(keep)}
        return fewer


def _answered(rule: Rule) -> list[Compare]:
    """A check is judged once all it names is answered."""
    return [Compare(name, "answered") for name in sorted(names(rule))]


def _put(states: dict[State, Span], state: State, span: Span) -> None:
    states[state] = _union((states[state], span)) if state in states else span


def _union(spans: Iterable[Span]) -> Span:
    few, many, short, long = zip(*spans, strict=True)
    return min(few), max(many), min(short), max(long)
