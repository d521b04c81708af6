"""The whole way through an instrument: groups of items that have to do with each other, searched one by one.

Where a group is too large to go through, each of its items is searched with only what decides about it, and the
lengths become bounds; where even that is too large, the item is listed as undecided.
"""

from dataclasses import dataclass, field

from questions.rules import names
from surveys.proof.domains import Undecided
from surveys.proof.outline import Outline
from surveys.proof.script import Probe, Step, groups, needed, probes, steps
from surveys.proof.search import BUDGET, Outcome, Search, Span

TOTAL = 400_000  # transitions of all searches together: counted, not timed, so that a verdict never varies
SMALL, LEAST = 15_000, 1_000  # transitions for one item alone; and when the total is used up


@dataclass(slots=True)
class Way:
    """What can happen in the whole instrument, its shortest and longest path, and what could not be found out."""

    steps: list[Step]
    probes: list[Probe]
    found: Outcome = field(default_factory=Outcome)
    span: Span = (0, 0, 0.0, 0.0)
    exact: bool = True
    undecided: set[int] = field(default_factory=set)
    unjudged: set[tuple[int, ...]] = field(default_factory=set)  # numbers of checks
    left: int = TOTAL

    def run(self, steps: list[Step], own: list[Probe], out: Outline, most: int) -> Outcome:
        """Search some steps with what is left of the budget; raise `Undecided`."""
        allowed = min(most, max(self.left, LEAST))
        search = Search(steps, own, out, allowed)
        try:
            return search.run()
        finally:
            self.left -= allowed - max(search.budget, 0)


def survey(out: Outline) -> Way:
    """Return everything that can happen."""
    made = steps(out)
    way = Way(made, probes(out))
    for group in groups(made, way.probes, out):
        places = {step.at for step in group}
        own = [probe for probe in way.probes if probe.at in places]
        try:
            found = way.run(group, own, out, BUDGET)
        except Undecided:
            found = _one_by_one(group, own, out, way)
        _merge(way.found, found)
        way.span = tuple(a + b for a, b in zip(way.span, found.span, strict=True))  # type: ignore[assignment]
    return way


def _one_by_one(group: list[Step], own: list[Probe], out: Outline, way: Way) -> Outcome:
    way.exact = False
    found = Outcome()
    few, many, short, long = 0, 0, 0.0, 0.0
    for step in group:
        part = _alone([step.at], [], out, way)
        if part is None:
            way.undecided.add(step.at)
        else:
            _merge_at(found, part, step.at)
        counts = bool(step.place.number)
        if part is None or step.at in part.asked:
            many, long = many + counts, long + step.seconds
            if part is not None and step.at not in part.unasked:
                few, short = few + counts, short + step.seconds
    for probe in own:
        places = [out.ids[name].place for name in names(probe.rule)]
        part = _alone(places, [probe], out, way)
        if part is None:
            way.unjudged.add(probe.number)
        else:
            found.held |= {key: value for key, value in part.held.items() if key == ("check", *probe.number)}
    found.span = (few, many, short, long)
    return found


def _alone(places: list[int], own: list[Probe], out: Outline, way: Way) -> Outcome | None:
    try:
        return way.run(needed(places, way.steps, out), own, out, SMALL)
    except Undecided:
        return None


def _merge(into: Outcome, found: Outcome) -> None:
    for name in ("asked", "unasked", "jumped", "stood"):
        getattr(into, name).update(getattr(found, name))
    into.held |= found.held
    into.full |= found.full


def _merge_at(into: Outcome, found: Outcome, at: int) -> None:
    for name in ("asked", "unasked", "jumped", "stood"):
        if at in getattr(found, name):
            getattr(into, name).add(at)
    into.held |= {key: value for key, value in found.held.items() if key[0] != "check" and key[1] == at}
    into.full |= {place: value for place, value in found.full.items() if place == at}
