"""Is it better than guessing? Every test at once on the truth and on shuffled truths.

A `Trial` holds the pairs to be found (member i owns response i) and, beside that truth, `perm` random ones. Every
strategy is tried on all of them in one go, so the chance of the best finding is known exactly, whatever was tried and
however the strategies hang together: `Trial.exact`.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

FEWEST, CLASSES, RARE = 8, 8, 5  # pairs a test needs; most classes of a class test; a rarer class joins the others
_SAMPLES = 400


@dataclass(slots=True)
class Finding:
    """What one strategy came to on the truth. `hits`: members linked; `z`: strength with its sign, for pooling."""

    strategy: str
    p: float
    hits: int = 0
    n: int = 0
    z: float = 0.0
    kind: str = "order"  # order | pages | classes | trace
    expected: float = 1.0  # hits by chance
    parts: dict[str, float] = field(default_factory=dict)


class Trial:
    """The pairs to be found, shuffled pairs beside them, and the findings so far."""

    def __init__(
        self, truth: Mapping[str, str], *, perm: int = 0, seed: int = 7, answers: Mapping[str, Any] | None = None
    ) -> None:
        self.members, self.responses = list(truth), list(truth.values())
        self.n = len(self.members)
        # Of its own for each deployment: with one order of tied clocks for all, runs would not be independent, and what
        # is chance in one would add up over twenty.
        self.rng = np.random.default_rng([seed, zlib.crc32("".join(self.responses).encode())])
        shuffled = [self.rng.permutation(self.n) for _ in range(perm)]
        self.owned = np.array([np.arange(self.n), *shuffled])  # [b, member] -> response
        self.owner = np.argsort(self.owned, axis=1)  # [b, response] -> member
        self.findings: list[Finding] = []
        self.tests = 0
        self._low = np.ones(perm + 1)
        self._hits = np.zeros(perm + 1)
        self._guess_p = np.full(perm + 1, np.inf)
        self._guess_hits = np.zeros(perm + 1)
        self._right = np.zeros(perm + 1)
        self._said = self._codes(answers or {})

    def _codes(self, answers: Mapping[str, Any]) -> np.ndarray:
        values = [answers.get(response) for response in self.responses]
        known = {value: code for code, value in enumerate(sorted({str(v) for v in values if v is not None}))}
        return np.array([-1 if value is None else known[str(value)] for value in values])

    # --- strategies ----------------------------------------------------------------------------------

    def order(self, name: str, member_clock: Sequence[float], response_clock: Sequence[float]) -> None:
        """Try two clocks (NaN: not known): match by rank both ways, Spearman, and nearness of neighbours."""
        a, b = _ranks(member_clock), _ranks(response_clock)
        if a is None or b is None:
            return
        hits, guessed, right, linked = self._match(np.asarray(member_clock, float), np.asarray(response_clock, float))
        rho, p_rho = self._spearman(a, b)
        adjacent, p_near = self._neighbours(a, b)
        finding = Finding(
            name, 0.0, int(hits[0]), self.n, float(rho[0] * np.sqrt(self.n - 1)), expected=2.0,
            parts={"rho": float(rho[0]), "p_rho": float(p_rho[0]), "p_hit": float(guessed[0]), "near": adjacent,
                   "p_near": float(p_near[0])},
        )  # fmt: skip
        self.tests += 3
        self._keep(finding, np.minimum(np.minimum(guessed, p_rho), p_near), hits, right if linked else None)

    def pages(self, name: str, member_clock: Sequence[float], layout: Sequence[tuple[int, int] | None]) -> None:
        """Try whether the order of members survives inside pages: Kendall's S over the pairs of each page.

        `layout`: for each response its page and its offset there. SQLite fills a page from its end.
        """
        a = _ranks(member_clock)
        by_page: dict[int, list[int]] = {}
        for response, place in enumerate(layout):
            if place is not None:
                by_page.setdefault(place[0], []).append(response)
        crowded = [sorted(found, key=lambda r: -layout[r][1]) for found in by_page.values() if len(found) >= 3]  # type: ignore[index]
        if a is None or not crowded:
            return
        first = np.concatenate([np.repeat(found, range(len(found) - 1, -1, -1)) for found in crowded])
        second = np.concatenate([np.concatenate([found[at + 1 :] for at in range(len(found))]) for found in crowded])
        later = np.sign(a[self.owner[:, second.astype(int)]] - a[self.owner[:, first.astype(int)]]).sum(axis=1)
        spread = sum(k * (k - 1) * (2 * k + 5) / 18 for k in map(len, crowded))
        z = later / np.sqrt(spread)
        self.tests += 1
        self._keep(
            Finding(name, 0.0, 0, self.n, float(z[0]), kind="pages"), 2 * stats.norm.sf(np.abs(z)), np.zeros(len(z))
        )

    def classes(self, name: str, member_class: Sequence[Any], response_class: Sequence[Any]) -> None:
        """Try two kinds of classes: does the class of a member tell the class of the response (chi-squared)?"""
        a, b = _classes(member_class), _classes(response_class)
        if a is None or b is None:
            return
        rows, columns = np.eye(a.max() + 1)[a], np.eye(b.max() + 1)[b]
        expected = np.outer(rows.sum(axis=0), columns.sum(axis=0)) / self.n
        table = np.einsum("mi,bmj->bij", rows, columns[self.owned])
        squared = ((table - expected) ** 2 / expected).sum(axis=(1, 2))
        free = (rows.shape[1] - 1) * (columns.shape[1] - 1)
        p = stats.chi2.sf(squared, free)
        self.tests += 1
        z = float(stats.norm.isf(max(p[0], 1e-300)))
        self._keep(Finding(name, 0.0, 0, self.n, z, kind="classes"), p, np.zeros(len(p)))

    def candidates(self, name: str, found: Mapping[str, set[str]]) -> None:
        """Try a list of suspects: for some members the responses something ties them to."""
        place = {response: at for at, response in enumerate(self.responses)}
        suspects = np.zeros((self.n, self.n), bool)
        for at, member in enumerate(self.members):
            for response in found.get(member, ()):
                suspects[at, place[response]] = True
        named = int(suspects.any(axis=1).sum())
        if not named:
            return
        hits = suspects[np.arange(self.n), self.owned].sum(axis=1)
        expected = suspects.sum() / self.n
        guess = np.where(suspects.any(axis=1), suspects.argmax(axis=1), -1)
        self.tests += 1
        finding = Finding(name, 0.0, int(hits[0]), named, 0.0, kind="trace", expected=float(expected))
        p = stats.poisson.sf(hits - 1, expected)
        self._keep(finding, p, hits, self._accuracy(guess))

    # --- verdict ---------------------------------------------------------------------------------------

    @property
    def p_bonferroni(self) -> float:
        """Return the chance of the best finding, corrected for the number of tests (never too low)."""
        return min(1.0, float(self._low[0]) * max(1, self.tests))

    @property
    def exact(self) -> float:
        """Return the share of truths, the real one among them, with a finding as strong as the best."""
        return float((self._low <= self._low[0]).mean())

    @property
    def inference(self) -> tuple[float, float, float]:
        """Return how many answers the best strategy tells, how many by guessing, and the chance of it."""
        known, null = float(self._right[0]), self._right[1:]
        if not null.size:
            return known, float("nan"), 1.0
        return known, float(null.mean()), float((1 + (null >= known).sum()) / (null.size + 1))

    @property
    def null_hits(self) -> float:
        """Return the most members any strategy links on shuffled truths, on average."""
        return float(self._hits[1:].mean()) if self._hits.size > 1 else float("nan")

    def _keep(self, finding: Finding, p: np.ndarray, hits: np.ndarray, right: np.ndarray | None = None) -> None:
        finding.p = float(p[0])
        self.findings.append(finding)
        self._low, self._hits = np.minimum(self._low, p), np.maximum(self._hits, hits)
        if right is not None:
            better = (p < self._guess_p) | ((p == self._guess_p) & (hits > self._guess_hits))
            self._right = np.where(better, right, self._right)
            self._guess_p, self._guess_hits = np.minimum(self._guess_p, p), np.where(better, hits, self._guess_hits)

    def _match(
        self, member_clock: np.ndarray, response_clock: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        """Match by rank, forwards and backwards; return hits, their chance, the answers told, and how many matched."""
        best = right = None
        members, responses = np.flatnonzero(~np.isnan(member_clock)), np.flatnonzero(~np.isnan(response_clock))
        longer, shorter = max(len(members), len(responses)), min(len(members), len(responses))
        steps = np.arange(shorter) / max(1, shorter - 1)
        for way in (1, -1):
            ms = members[np.lexsort((self.rng.random(len(members)), member_clock[members]))]
            rs = responses[np.lexsort((self.rng.random(len(responses)), way * response_clock[responses]))]
            guess = np.full(self.n, -1)
            guess[ms[np.round(steps * (len(ms) - 1)).astype(int)]] = rs[np.round(steps * (len(rs) - 1)).astype(int)]
            hits, told = (self.owned == guess).sum(axis=1), self._accuracy(guess)
            if best is None or right is None:
                best, right = hits, told
            else:
                right, best = np.where(hits > best, told, right), np.maximum(best, hits)
        assert best is not None and right is not None
        return best, np.minimum(1.0, 2 * stats.poisson.sf(best - 1, self.n / longer)), right, shorter

    def _accuracy(self, guess: np.ndarray) -> np.ndarray:
        mine = np.where(guess >= 0, self._said[guess], -1)
        theirs = self._said[self.owned]
        known = (mine >= 0) & (theirs >= 0)
        return ((mine == theirs) & known).sum(axis=1) / np.maximum(1, known.sum(axis=1))

    def _spearman(self, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = a - a.mean(), b - b.mean()
        rho = np.clip((y[self.owned] @ x) / np.sqrt((x @ x) * (y @ y)), -1, 1)
        with np.errstate(divide="ignore"):
            t = np.abs(rho) * np.sqrt((self.n - 2) / np.maximum(1e-300, 1 - rho**2))
        return rho, 2 * stats.t.sf(t, self.n - 2)

    def _neighbours(self, a: np.ndarray, b: np.ndarray) -> tuple[float, np.ndarray]:
        order = np.lexsort((self.rng.random(self.n), b))
        near = np.abs(np.diff(a[self.owner[:, order]], axis=1)).mean(axis=1)
        mean, spread = _distances(tuple(np.sort(a)))
        return float(near[0]), stats.norm.cdf((near - mean) / spread)


@lru_cache(maxsize=256)
def _distances(ranks: tuple[float, ...]) -> tuple[float, float]:
    rng, values = np.random.default_rng(11), np.array(ranks)
    drawn = [np.abs(np.diff(rng.permutation(values))).mean() for _ in range(_SAMPLES)]
    return float(np.mean(drawn)), float(np.std(drawn)) + 1e-12


def _ranks(clock: Sequence[float]) -> np.ndarray | None:
    """Return average ranks, what is not known standing in the middle; None for too little to go by."""
    values = np.asarray(clock, float)
    known = ~np.isnan(values)
    if known.sum() < FEWEST or len(set(values[known])) < 3:
        return None
    ranks = np.full(len(values), (known.sum() + 1) / 2)
    ranks[known] = stats.rankdata(values[known])
    return ranks


def _classes(values: Sequence[Any]) -> np.ndarray | None:
    """Return class numbers, rare classes joined; None unless there are two to `CLASSES` of them."""
    words = [str(value) for value in values]
    counts = {word: words.count(word) for word in set(words)}
    if not 2 <= len(counts) <= CLASSES or len(words) < FEWEST:
        return None
    kept = {word: at for at, word in enumerate(sorted(word for word in counts if counts[word] >= RARE))}
    numbers = np.array([kept.get(word, len(kept)) for word in words])
    numbers = np.unique(numbers, return_inverse=True)[1]
    return numbers if numbers.max() > 0 else None


def same_order(left: Sequence[float], right: Sequence[float]) -> bool:
    """Say whether two clocks put everybody in the same order, forwards or backwards."""
    a, b = np.asarray(left, float), np.asarray(right, float)
    if (np.isnan(a) != np.isnan(b)).any():
        return False
    known = ~np.isnan(a)
    x, y = stats.rankdata(a[known]), stats.rankdata(b[known])
    return bool((x == y).all() or (x == len(x) + 1 - y).all())
