"""The whole attack on one deployment."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from tests.anonymity.attack import chance, traces
from tests.anonymity.attack.chance import Finding, Trial
from tests.anonymity.attack.clocks import Clock, Clocks
from tests.anonymity.attack.evidence import Evidence, load, named

ALPHA = 0.01
LEAK, GUESSING = "LEAK", "no better than chance"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far the attack came. `inference`: share of answers told, the same by guessing, the chance of that."""

    members: int
    tests: int
    p: float  # of the best finding, corrected for the number of tests
    p_exact: float  # the same by shuffled truths; 1 without them
    worst: str
    hits: int
    best: str
    null_hits: float
    inference: tuple[float, float, float]
    findings: tuple[Finding, ...]
    member_clocks: tuple[str, ...]
    response_clocks: tuple[str, ...]

    def leaks(self, alpha: float = ALPHA) -> bool:
        """Say whether the attack did better than guessing."""
        return self.p < alpha

    def told(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self) | {"verdict": LEAK if self.leaks() else GUESSING}


def attack(
    hints: Mapping[str, Any], truth: Mapping[Any, Any], folder: Path, *, perm: int = 0, seed: int = 7
) -> Outcome:
    """Attack the deployment in `folder`; `perm` shuffled truths stand beside the real one."""
    return conclude(load(hints, folder), truth, perm=perm, seed=seed)


def attack_all(folder: Path, truths: Path, *, perm: int = 0, seed: int = 7) -> dict[str, Outcome]:
    """Attack a simulated deployment for every kind of pair its hints name; "" is members and leaves."""
    found = {}
    evidence: Evidence | None = None
    for path in sorted(folder.glob("hints*.json")):
        hints, name = json.loads(path.read_text()), path.stem.removeprefix("hints").removeprefix("_")
        truth = json.loads((truths / path.name.replace("hints", "truth")).read_text())
        evidence = replace(evidence, hints=hints) if evidence else load(hints, folder)
        found[name] = conclude(evidence, truth, perm=perm, seed=seed)
    return found


def conclude(evidence: Evidence, truth: Mapping[Any, Any], *, perm: int = 0, seed: int = 7) -> Outcome:
    """Try every strategy on evidence already read."""
    pairs = {str(member): str(response) for member, response in truth.items()}
    clocks = Clocks(evidence, pairs)
    trial = Trial(pairs, perm=perm, seed=seed, answers=_answers(evidence))
    trial.candidates("shared value", traces.shared(evidence, pairs))
    trial.candidates("byte proximity", traces.near(evidence, pairs))
    for clock_of, class_of in ((clocks.members, clocks.member_classes), (clocks.responses, clocks.response_classes)):
        _without_lumps(clock_of, class_of)
    members = _different(clocks.members, trial.members)
    responses = _different(clocks.responses, trial.responses)
    for (member, mine), (response, theirs) in product(members.items(), responses.items()):
        trial.order(f"{member}  x  {response}", mine, theirs)
    for (member, mine), (tree, places) in product(members.items(), clocks.layouts.items()):
        layout = [places.get(response) for response in trial.responses]
        trial.pages(f"{member}  x  order inside pages of {tree}", mine, layout)
    for (member, mine), (response, theirs) in product(clocks.member_classes.items(), clocks.response_classes.items()):
        trial.classes(
            f"class {member}  x  class {response}",
            [mine.get(one, "-") for one in trial.members],
            [theirs.get(one, "-") for one in trial.responses],
        )
    return _outcome(trial, members, responses)


def _outcome(trial: Trial, members: Mapping[str, Any], responses: Mapping[str, Any]) -> Outcome:
    found = sorted(trial.findings, key=lambda finding: (finding.p, -finding.hits))
    nothing = Finding("-", 1.0)
    best = max(found, key=lambda finding: finding.hits, default=nothing)
    return Outcome(
        members=trial.n,
        tests=trial.tests,
        p=trial.p_bonferroni,
        p_exact=trial.exact,
        worst=(found[0] if found else nothing).strategy,
        hits=best.hits,
        best=best.strategy,
        null_hits=trial.null_hits,
        inference=trial.inference,
        findings=tuple(found),
        member_clocks=tuple(sorted(members)),
        response_clocks=tuple(sorted(responses)),
    )


def _without_lumps(clocks: dict[str, Clock], classes: dict[str, dict[str, str]]) -> None:
    """Turn clocks on which most stand at one and the same place into classes: their order says next to nothing."""
    for name, clock in list(clocks.items()):
        commonest = max(Counter(clock.values()).values(), default=0)
        if commonest > len(clock) / 2:
            classes.setdefault(name, {one: str(value) for one, value in clocks.pop(name).items()})


def _different(clocks: Mapping[str, Clock], ids: list[str]) -> dict[str, list[float]]:
    """Return the clocks as lists in the order of `ids`, without those that tell the same order as another."""
    kept: dict[str, list[float]] = {}
    for name, clock in clocks.items():
        values = [clock.get(one, float("nan")) for one in ids]
        if len(set(clock.values())) >= 3 and not any(chance.same_order(values, other) for other in kept.values()):
            kept[name] = values
    return kept


def _answers(evidence: Evidence) -> dict[str, Any]:
    """Return what each response says to the question the hints name."""
    about = evidence.hints["responses"]
    if not about.get("answers"):
        return {}
    columns, rows = evidence.tables.get(about["table"], ([], []))
    said: dict[str, Any] = {}
    for row in rows:
        cells = dict(zip(columns, row[1:], strict=True))
        try:
            said[named(cells[about["id"]])] = json.loads(cells[about["answers"]]).get(about.get("question", "q1"))
        except (TypeError, ValueError, AttributeError):
            continue
    return said
