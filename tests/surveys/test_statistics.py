"""Small-sample numbers agree with textbooks and with SciPy."""

import pytest
from scipy import stats

from surveys import statistics


def test_fisher_and_the_lady_tasting_tea() -> None:
    """Fisher 1935, The Design of Experiments, ch. 2: 3 of 4 cups right has p = 0.486 two-sided."""
    test = statistics.independence([[3, 1], [1, 3]])
    assert test is not None and test.p == pytest.approx(0.4857, abs=1e-4) and not test.differs


@pytest.mark.parametrize("table", [[[8, 2], [1, 5]], [[12, 5], [3, 14]], [[0, 7], [6, 2]], [[20, 30], [31, 19]]])
def test_two_by_two_agrees_with_scipy(table) -> None:
    test = statistics.independence(table)
    assert test is not None and test.p == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)


@pytest.mark.parametrize(("left", "right"), [([1, 1, 2, 3, 5], [2, 4, 4, 5, 5]), ([1, 2, 3], [3, 4, 5, 5])])
def test_ordered_groups_agree_with_the_permutation_test(left, right) -> None:
    points = sorted({*left, *right})
    test = statistics.independence([[group.count(p) for p in points] for group in (left, right)], ordered=True)
    ranks = stats.rankdata([*left, *right])
    middle = (len(ranks) + 1) / 2
    exact = stats.permutation_test(
        (ranks[: len(left)], ranks[len(left) :]), lambda a, b: abs(sum(a - middle)), alternative="greater"
    )
    assert test is not None and test.p == pytest.approx(exact.pvalue, abs=1e-6)


def test_large_tables_are_drawn_and_always_the_same() -> None:
    table = [[40, 30, 20, 10, 12], [20, 30, 25, 25, 9], [22, 21, 30, 33, 8]]
    first, again = statistics.independence(table), statistics.independence(table)
    assert first == again and first is not None
    assert first.p == pytest.approx(stats.chi2_contingency(table).pvalue, abs=0.01)


def test_clopper_pearson() -> None:
    """Against SciPy's own; 0 of 10 ends at 30.85 % (Hanley and Lippman-Hand 1983 tabulate 31 %)."""
    told = statistics.share(7, 20)
    theirs = stats.binomtest(7, 20).proportion_ci(method="exact")
    assert (told.low / 100, told.high / 100) == pytest.approx((theirs.low, theirs.high))
    assert statistics.share(0, 10).high == pytest.approx(30.85, abs=0.01)


@pytest.mark.parametrize(("count", "n", "population"), [(3, 10, 15), (0, 6, 9), (12, 12, 40), (30, 60, 200)])
def test_finite_population_interval_holds_exactly_what_is_not_refuted(count, n, population) -> None:
    told = statistics.share(count, n, population)
    fitting = [
        marked
        for marked in range(count, population - n + count + 1)
        if stats.hypergeom.sf(count - 1, population, marked, n) > 0.025
        and stats.hypergeom.cdf(count, population, marked, n) > 0.025
    ]
    assert told.low == pytest.approx(100 * fitting[0] / population)
    assert told.high == pytest.approx(100 * fitting[-1] / population)


def test_everybody_asked_leaves_no_doubt() -> None:
    told = statistics.share(9, 30, 30)
    assert (told.low, told.high) == pytest.approx((30, 30)) and statistics.margin(30, 30) == 0
    interval = statistics.mean({1.0: 10, 4.0: 20}, 30)
    assert interval is not None and interval.low == interval.high == pytest.approx(3)


def test_margin_and_mean() -> None:
    """n = 400 gives 4.9 points (Cochran 1977); the mean's interval is Student's."""
    assert statistics.margin(400) == pytest.approx(4.9)
    values = [1, 2, 2, 3, 5, 5, 4]
    told = statistics.mean({float(v): values.count(v) for v in set(values)})
    low, high = stats.t.interval(0.95, len(values) - 1, sum(values) / len(values), stats.sem(values))
    assert told is not None and (told.low, told.high) == pytest.approx((low, high))
    assert statistics.mean({3.0: 1}) is None


def test_difference_of_shares_is_newcombes_when_fed_with_wilson() -> None:
    """Newcombe 1998, Stat Med 17:873, table II a: 56/70 - 48/80, method 10: 0.0524 to 0.3339."""

    def wilson(x: int, n: int) -> statistics.Interval:
        found = stats.binomtest(x, n).proportion_ci(method="wilson")
        return statistics.Interval(found.low, found.high)

    told = statistics.difference(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    assert (told.low, told.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_nothing_to_compare() -> None:
    assert statistics.independence([[5, 6]]) is None and statistics.independence([[5, 0], [6, 0]]) is None
