"""Hidden counts stay hidden from somebody who knows the rule and tries every row that would look the same."""

import itertools
from collections import defaultdict

import pytest

from concerns.hiding import hidden


def views(people: tuple[int, ...], floor: int) -> dict[tuple, list[tuple[int, ...]]]:
    """Return every row of counts there can be, by what is shown of it: the sum, what is hidden, the rest."""
    found = defaultdict(list)
    for counts in itertools.product(*(range(number + 1) for number in people)):
        out = frozenset(hidden(counts, people, floor))
        found[sum(counts), out, tuple(c for place, c in enumerate(counts) if place not in out)].append(counts)
    return found


@pytest.mark.parametrize(("columns", "most", "floor"), [(2, 8, 2), (3, 7, 2), (3, 7, 3), (4, 5, 2)])
def test_no_hidden_count_can_be_worked_out(columns: int, most: int, floor: int) -> None:
    tried = 0
    for people in itertools.combinations_with_replacement(range(most + 1), columns):
        for (total, out, _shown), rows in views(people, floor).items():
            for place in out:
                others = sum(people) - people[place]
                if min(people[place], total) == max(0, total - others):
                    continue  # the sum alone tells it, whatever is hidden: nobody did, or everybody
                assert len({row[place] for row in rows}) > 1, (people, rows[0], sorted(out))
                tried += 1
    assert tried > 50


@pytest.mark.parametrize(("columns", "most", "floor"), [(3, 8, 2), (2, 9, 3)])
def test_few_and_all_but_few_are_hidden(columns: int, most: int, floor: int) -> None:
    for people in itertools.combinations_with_replacement(range(1, most + 1), columns):
        for counts in itertools.product(*(range(number + 1) for number in people)):
            out = hidden(counts, people, floor)
            for place, (count, number) in enumerate(zip(counts, people, strict=True)):
                assert place in out or floor <= count <= number - floor


def test_the_rule_shows_what_it_can() -> None:
    assert hidden([10, 12, 9], [30, 30, 30], 5) == set()
    assert len(hidden([10, 12, 9, 2], [30, 30, 30, 30], 5)) == 2


def test_a_column_of_nobody_is_nought_and_covers_nothing() -> None:
    out = hidden([0, 3, 10, 11], [0, 20, 30, 30], 5)
    assert 0 not in out
    assert len(out) >= 2
