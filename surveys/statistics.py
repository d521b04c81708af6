"""What so few answers can carry: exact intervals and tests, for populations that can be counted.

Everything here is made from published numbers alone; a test over a hidden cell would tell about it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb, exp, lgamma, sqrt

from core.i18n import _
from surveys.crosstabs import Table

CONFIDENCE = 0.95
ENOUGH = 0.6  # of those invited; below, those who did not answer may well think otherwise
TABLES = 30_000  # tables that are walked one by one; where there are more, so many are drawn
SEED = 20261123  # the same data always give the same p
Numbers = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, in the unit of what was estimated; sure to 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Test:
    """How often chance alone makes groups differ as much as these (0 to 1), and the name of the test."""

    p: float
    name: str
    n: int

    @property
    def differs(self) -> bool:
        """Say whether chance alone would do this in fewer than one of twenty surveys."""
        return self.p < 1 - CONFIDENCE


def share(count: int, n: int, population: int | None = None) -> Interval:
    """Return the exact interval of a share in percent: Clopper and Pearson 1934.

    Where the population is known, drawing without return is reckoned with (hypergeometric); all of it asked leaves no
    doubt. Raise `ValueError` for impossible counts.
    """
    if not 0 <= count <= n or n < 1:
        raise ValueError("no such share")
    if population is None or population < n:
        from scipy.stats import beta  # here: results without intervals need no SciPy

        tail = (1 - CONFIDENCE) / 2
        low = float(beta.ppf(tail, count, n - count + 1)) if count else 0.0
        high = float(beta.ppf(1 - tail, count + 1, n - count)) if count < n else 1.0
        return Interval(100 * low, 100 * high)
    low_count = _least(count, population - n + count, lambda k: _upper_tail(count, population, k, n))
    # By symmetry: the fewest who do not choose it.
    others = _least(n - count, population - count, lambda k: _upper_tail(n - count, population, k, n))
    return Interval(100 * low_count / population, 100 * (population - others) / population)


def _least(low: int, high: int, tail: Callable[[int], float]) -> int:
    """Return the smallest number in the population whose upper tail exceeds half of what may go wrong."""
    while low < high:
        middle = (low + high) // 2
        if tail(middle) > (1 - CONFIDENCE) / 2:
            high = middle
        else:
            low = middle + 1
    return low


def _upper_tail(count: int, population: int, marked: int, n: int) -> float:
    from scipy.stats import hypergeom

    return float(hypergeom.sf(count - 1, population, marked, n))


def margin(n: int, population: int | None = None) -> float:
    """Return the margin of error of a share of one half, in percentage points: Cochran 1977, 3.2 and 4.2."""
    fewer = (population - n) / (population - 1) if population and population > 1 else 1.0
    return 196 * sqrt(0.25 / n * max(fewer, 0.0))


def mean(counts: Mapping[float, int], population: int | None = None) -> Interval | None:
    """Return the t interval of the mean of counted numbers, with finite population correction; None under two."""
    n = sum(counts.values())
    if n < 2:
        return None
    from scipy.stats import t

    centre = sum(value * times for value, times in counts.items()) / n
    variance = sum(times * (value - centre) ** 2 for value, times in counts.items()) / (n - 1)
    fewer = max(1 - n / population, 0.0) if population else 1.0
    reach = float(t.ppf((1 + CONFIDENCE) / 2, n - 1)) * sqrt(variance / n * fewer)
    return Interval(centre - reach, centre + reach)


def difference(now: float, told_now: Interval, before: float, told_before: Interval) -> Interval:
    """Return the interval of the difference of two independent estimates from their own: Zou and Donner 2008."""
    gap = now - before
    low = gap - sqrt((now - told_now.low) ** 2 + (told_before.high - before) ** 2)
    high = gap + sqrt((told_now.high - now) ** 2 + (before - told_before.low) ** 2)
    return Interval(low, high)


def independence(table: Sequence[Sequence[int]], *, ordered: bool = False) -> Test | None:
    """Test whether the rows of a table differ, all margins given; None where there is nothing to compare.

    Two groups on ordered answers: Wilcoxon, Mann and Whitney; more: Kruskal and Wallis; unordered answers: Fisher,
    Freeman and Halton. All tables with the same margins are walked when they are few; otherwise a fixed draw of them.
    """
    rows = [row for row in table if sum(row)]
    columns = [column for column in zip(*rows, strict=True) if sum(column)]
    if len(rows) < 2 or len(columns) < 2:
        return None
    seen: Numbers = tuple(zip(*columns, strict=True))
    by_row, by_column = [sum(row) for row in seen], [sum(column) for column in columns]
    if ordered:
        statistic = _spread(by_row, by_column)
        name = _("exact Mann–Whitney test") if len(rows) == 2 else _("exact Kruskal–Wallis test")
    else:
        constant = _chance_constant(by_row, by_column)
        statistic = lambda numbers: -_chance(numbers, constant)  # noqa: E731 - one of two ways to measure
        name = _("Fisher’s exact test")
    return Test(_p(seen, by_row, by_column, statistic), name, sum(by_row))


def _spread(by_row: Sequence[int], by_column: Sequence[int]) -> Callable[[Numbers], float]:
    """Return what measures how far the mean ranks of the rows lie apart; ties share their middle rank."""
    ranks, before = [], 0
    for size in by_column:
        ranks.append(before + (size + 1) / 2)
        before += size
    middle = (sum(by_row) + 1) / 2

    def measure(numbers: Numbers) -> float:
        total = 0.0
        for row, size in zip(numbers, by_row, strict=True):
            rank = sum(n * r for n, r in zip(row, ranks, strict=True)) / size
            total += size * (rank - middle) ** 2
        return total

    return measure


def _chance_constant(by_row: Sequence[int], by_column: Sequence[int]) -> float:
    known = sum(lgamma(size + 1) for size in (*by_row, *by_column))
    return known - lgamma(sum(by_row) + 1)


def _chance(numbers: Numbers, constant: float) -> float:
    """Return the logarithm of how probable a table is, its margins given."""
    return constant - sum(lgamma(cell + 1) for row in numbers for cell in row)


def _p(seen: Numbers, by_row: Sequence[int], by_column: Sequence[int], statistic: Callable[[Numbers], float]) -> float:
    limit = statistic(seen) - 1e-7
    if _how_many(by_row, by_column) <= TABLES:
        constant = _chance_constant(by_row, by_column)
        far = (exp(_chance(table, constant)) for table in _tables(by_row, by_column) if statistic(table) >= limit)
        return min(1.0, sum(far))
    from scipy.stats import random_table

    drawn = random_table(list(by_row), list(by_column)).rvs(TABLES // 3, random_state=SEED)
    as_far = sum(statistic(tuple(tuple(map(int, row)) for row in table)) >= limit for table in drawn)
    return (1 + as_far) / (1 + len(drawn))


def _how_many(by_row: Sequence[int], by_column: Sequence[int]) -> float:
    """Return at least how many tables there may be with these margins (an upper bound, soon large)."""
    ways = 1.0
    for size in sorted(by_row)[:-1]:
        ways *= comb(size + len(by_column) - 1, len(by_column) - 1)
    return ways


def _tables(by_row: Sequence[int], by_column: Sequence[int]) -> Iterator[Numbers]:
    """Yield every table with the margins."""
    if len(by_row) == 1:
        yield (tuple(by_column),)
        return
    for row in _rows(by_row[0], by_column):
        left = [size - cell for size, cell in zip(by_column, row, strict=True)]
        for rest in _tables(by_row[1:], left):
            yield (row, *rest)


def _rows(size: int, at_most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if len(at_most) == 1:
        if size <= at_most[0]:
            yield (size,)
        return
    for cell in range(min(size, at_most[0]) + 1):
        for rest in _rows(size - cell, at_most[1:]):
            yield (cell, *rest)


def compared(table: Table) -> list[tuple[str, Test]]:
    """Return the tests a published table allows, with the answer they are about ("" for all of them at once).

    A table told in full is tested whole. Otherwise each answer is tested by itself, among the groups for which its
    number is told; groups that overlap (rows of a multiple choice) never are.
    """
    rows = [row for row in range(len(table.row_heads)) if table.row_heads[row].n]
    if table.rows.marks or len(rows) < 2:
        return []
    if not table.columns.marks and all(table.whole(row) for row in range(len(table.row_heads))):
        test = independence([[cell or 0 for cell in line] for line in table.cells], ordered=bool(table.columns.scores))
        return [("", test)] if test else []
    found = []
    for place, head in enumerate(table.column_heads):
        told = [(table.cells[row][place], table.row_heads[row].n or 0) for row in rows]
        test = independence([[cell, size - cell] for cell, size in told if cell is not None])
        if test is not None:
            found.append((head.label, test))
    return found


def reading(table: Table, *, answered: int, invited: int | None) -> list[str]:
    """Say in plain words what a table shows: that groups differ, that nobody can tell, and how far to trust it."""
    if table.rows.marks:
        return [_("The groups overlap, because several answers could be chosen; no test is made.")]
    tests = compared(table)
    if not tests:
        return [_("Too many numbers are hidden to compare the groups. A test would tell about the hidden ones.")]
    said = [_sentence(about, test) for about, test in _strongest(tests)]
    if table.hides:
        said.append(_("Each answer was compared only among the groups for which its number is shown."))
    if invited and answered < ENOUGH * invited:
        said.append(
            _(
                "Only %(rate)s%% of those invited answered. The others may think otherwise; no test can see that.",
                rate=round(100 * answered / invited),
            )
        )
    said.append(_("Whoever looks at twenty tables will find about one difference that is only chance."))
    return said


def _strongest(tests: list[tuple[str, Test]]) -> list[tuple[str, Test]]:
    """Return the tests to be told: those still clear when all are reckoned together (Holm 1979), or the best."""
    order = sorted(tests, key=lambda pair: pair[1].p)
    clear = []
    for place, (about, test) in enumerate(order):
        strict = min(1.0, test.p * (len(order) - place))
        if not Test(strict, test.name, test.n).differs:
            break
        clear.append((about, Test(strict, test.name, test.n)))
    if clear:
        return clear
    about, test = order[0]
    return [("" if len(order) > 1 else about, Test(min(1.0, test.p * len(order)), test.name, test.n))]


def _sentence(about: str, test: Test) -> str:
    p = _("p < 0.001") if test.p < 0.001 else _("p = %(p)s", p=f"{test.p:.3f}")
    if not test.differs:
        return _(
            "It cannot be told whether the groups differ: chance alone makes differences like these often enough "
            "(%(test)s, %(p)s, n = %(n)s).",
            test=test.name,
            p=p,
            n=test.n,
        )
    if about:
        return _(
            "The groups differ on “%(about)s”: chance alone would rarely do this (%(test)s, %(p)s, n = %(n)s).",
            about=about,
            test=test.name,
            p=p,
            n=test.n,
        )
    return _(
        "The groups differ: chance alone would rarely do this (%(test)s, %(p)s, n = %(n)s).",
        test=test.name,
        p=p,
        n=test.n,
    )
