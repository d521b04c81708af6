"""Many deployments together: what hides in one run stands out in twenty."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.anonymity.attack.chance import Finding
from tests.anonymity.attack.linkage import ALPHA, Outcome

TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Pooled:
    """Runs of one kind of deployment. `p`: of the strategy that is best over all runs, corrected for their number."""

    runs: int
    flagged: int
    members: int
    p: float
    worst: str
    hits: float  # of the best strategy in each run, on average
    null_hits: float
    exact: float  # median of the exact p of the runs
    p_exact: float  # of all exact p together
    told: float  # share of answers told by the best strategy
    null_told: float
    p_told: float

    def holds(self, alpha: float = ALPHA) -> bool:
        """Say whether the runs meet the bar: nothing pooled, at most one run in twenty flagged, no answers told."""
        return self.p > alpha and self.flagged <= max(1, self.runs // 20) and self.p_told > alpha


def pool(outcomes: Sequence[Outcome], alpha: float = ALPHA) -> Pooled:
    """Return the runs taken together."""
    by_strategy: dict[str, list[Finding]] = defaultdict(list)
    for outcome in outcomes:
        for finding in outcome.findings:
            by_strategy[finding.strategy].append(finding)
    tests = [(p, name) for name, findings in by_strategy.items() for p in _tests(findings)]
    best, worst = min(tests, default=(1.0, "-"))
    inference = np.array([outcome.inference for outcome in outcomes])
    return Pooled(
        runs=len(outcomes),
        flagged=sum(outcome.leaks(alpha) for outcome in outcomes),
        members=outcomes[0].members,
        p=min(1.0, best * max(1, len(tests))),
        worst=worst,
        hits=float(np.mean([outcome.hits for outcome in outcomes])),
        null_hits=float(np.mean([outcome.null_hits for outcome in outcomes])),
        exact=float(np.median([outcome.p_exact for outcome in outcomes])),
        p_exact=_fisher([outcome.p_exact for outcome in outcomes]),
        told=float(inference[:, 0].mean()),
        null_told=float(inference[:, 1].mean()),
        p_told=_fisher(list(inference[:, 2])),
    )


def _tests(findings: Sequence[Finding]) -> list[float]:
    """Return the chance of one strategy's findings over all runs, tested in each way it was tested."""
    hits = sum(finding.hits for finding in findings)
    guessed = float(stats.poisson.sf(hits - 1, sum(finding.expected for finding in findings)))
    if findings[0].kind == "trace":
        return [guessed]
    if findings[0].kind == "classes":
        return [_stouffer([finding.p for finding in findings])]
    together = sum(finding.z for finding in findings) / np.sqrt(len(findings))
    tests = [float(2 * stats.norm.sf(abs(together)))]
    if findings[0].kind == "order":
        tests += [guessed, _stouffer([finding.parts["p_near"] for finding in findings])]
    return tests


def _stouffer(values: Sequence[float]) -> float:
    z = stats.norm.isf(np.clip(values, TINY, 1 - 1e-12))
    return float(stats.norm.sf(z.sum() / np.sqrt(len(values))))


def _fisher(values: Sequence[float]) -> float:
    return float(stats.combine_pvalues(np.clip(values, TINY, 1)).pvalue)
