"""A laid-out definition as steps a search can walk: sound rules only, jumps as places, and who hangs on whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from questions.base import END
from questions.rules import Compare, Every, Other, Rule, comparisons, names
from surveys.proof.outline import Outline, Place
from surveys.proof.references import landing, malformed, sound

PAIRS = 60  # checks looked at two by two


@dataclass(slots=True)
class Step:
    """One item on the way; `rules`: its section's and its own, in the order they are judged."""

    place: Place
    section_rule: Rule | None
    own_rule: Rule | None
    jumps: tuple[tuple[int, Rule, int], ...]  # number, rule, place it leads to
    option_rules: Mapping[str, Rule]
    seconds: float
    hangs_on: set[int] = field(default_factory=set)  # places whose answers decide whether it is asked

    @property
    def at(self) -> int:
        """Return its place."""
        return self.place.place


@dataclass(frozen=True, slots=True)
class Probe:
    """A rule judged for its own sake once all it names, up to `at`, is answered: a check, or two together."""

    number: tuple[int, ...]
    rule: Rule
    at: int
    item: str


def steps(out: Outline) -> list[Step]:
    """Return the steps of a definition, in order, knowing what they hang on."""
    made = []
    for place in out.places:
        part = out.parts[place.section]
        offers = dict(_option_rules(out, place))
        if place.item is not None:
            place.item = replace(place.item, option_rules=offers)  # what is complete may hang on them
        made.append(
            Step(
                place,
                sound(part.raw.get("show_if"), out, part.first),
                sound(place.raw.get("show_if"), out, place.place),
                tuple(_jumps(out, place)),
                offers,
                place.kind.seconds(place.item) if place.item is not None else 0.0,
            )
        )
    for step in made:
        _hang(step, made, out)
    return made


def probes(out: Outline) -> list[Probe]:
    """Return the checks that can be judged."""
    found = []
    checks = out.definition.get("checks")
    for number, check in enumerate(checks if isinstance(checks, list) else (), start=1):
        rule = sound(check.get("rule"), out, len(out.places)) if isinstance(check, Mapping) else None
        at = check.get("at") if isinstance(check, Mapping) else None
        if rule is not None and at in out.ids:
            found.append(Probe((number,), rule, max(out.ids[name].place for name in names(rule)), str(at)))
    pairs = [(one, other) for one, other in combinations(found, 2) if names(one.rule) & names(other.rule)]
    for one, other in pairs[:PAIRS]:
        both = Every((one.rule, other.rule))
        found.append(Probe((*one.number, *other.number), both, max(one.at, other.at), other.item))
    return found


def _jumps(out: Outline, place: Place) -> Iterable[tuple[int, Rule, int]]:
    listed = place.raw.get("jumps")
    for number, jump in enumerate(listed if isinstance(listed, list) else (), start=1):
        if not isinstance(jump, Mapping) or set(map(str, jump)) != {"if", "to"}:
            continue
        rule = sound(jump["if"], out, place.place + 1)
        to = jump["to"]
        known = isinstance(to, str) and (to == END or to in out.ids or out.section(to) is not None)
        if rule is not None and known and landing(out, to) > place.place:
            yield number, rule, landing(out, to)


def _option_rules(out: Outline, place: Place) -> Iterable[tuple[str, Rule]]:
    listed = place.raw.get("options")
    for entry in listed if place.item is not None and isinstance(listed, list) else ():
        raw = entry.get("show_if")
        if raw is not None and next(malformed(raw), None) is None:
            rule = sound(raw, out, place.place)
            if rule is not None:
                yield str(entry["v"]), rule


def _hang(step: Step, made: Sequence[Step], out: Outline) -> None:
    """A step hangs on the items its rules name, and on every jump that may lead over it."""
    for rule in (step.section_rule, step.own_rule):
        step.hangs_on |= {out.ids[name].place for name in names(rule)} if rule is not None else set()
    for other in made[: step.at]:
        if any(to > step.at for _number, _rule, to in other.jumps):
            step.hangs_on.add(other.at)
            for _number, rule, _to in other.jumps:
                step.hangs_on |= {out.ids[name].place for name in names(rule)}


def needed(start: Iterable[int], made: Sequence[Step], out: Outline) -> list[Step]:
    """Return the steps that decide what happens at some places: they and all they hang on."""
    seen: set[int] = set()
    open_ = list(start)
    while open_:
        at = open_.pop()
        if at in seen:
            continue
        seen.add(at)
        open_ += made[at].hangs_on
        for rule in rules_of(made[at]):
            open_ += [out.ids[name].place for name in names(rule)]
    return [made[at] for at in sorted(seen)]


def groups(made: Sequence[Step], checks: Sequence[Probe], out: Outline) -> list[list[Step]]:
    """Return the steps in groups that have nothing to do with each other."""
    parent = list(range(len(made)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for step in made:
        ties = set(step.hangs_on)
        for rule in (*(jump[1] for jump in step.jumps), *step.option_rules.values()):
            ties |= {out.ids[name].place for name in names(rule)}
        for at in ties:
            parent[root(at)] = root(step.at)
    for probe in checks:
        places = [out.ids[name].place for name in names(probe.rule)]
        for at in places:
            parent[root(at)] = root(places[0])
    found: dict[int, list[Step]] = {}
    for step in made:
        found.setdefault(root(step.at), []).append(step)
    return list(found.values())


def rules_of(step: Step) -> list[Rule]:
    """Return every rule judged at a step."""
    own = [rule for rule in (step.section_rule, step.own_rule) if rule is not None]
    return [*own, *step.option_rules.values(), *(rule for _number, rule, _to in step.jumps)]


def tests(rules: Iterable[Rule]) -> dict[str, list[Compare]]:
    """Return the comparisons that meet each item; one with another answer meets both."""
    found: dict[str, dict[Compare, None]] = {}
    for rule in rules:
        for compare in comparisons(rule):
            found.setdefault(compare.item, {})[compare] = None
            if isinstance(compare.value, Other):
                mirrored = Compare(
                    compare.value.item, compare.op, Other(compare.item, compare.part), compare.value.part
                )
                found.setdefault(compare.value.item, {})[mirrored] = None
    return {name: list(listed) for name, listed in found.items()}


def partners(rules: Iterable[Rule]) -> dict[str, set[str]]:
    """Return for each item those whose answers it is compared with, however indirectly, and itself."""
    linked: dict[str, set[str]] = {}
    for rule in rules:
        for compare in comparisons(rule):
            if isinstance(compare.value, Other):
                both = linked.get(compare.item, {compare.item}) | linked.get(compare.value.item, {compare.value.item})
                for name in both:
                    linked[name] = both
    return linked
