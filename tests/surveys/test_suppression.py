"""Nobody can work out a hidden number, even knowing the rules and trying every table that looks the same."""

from collections import defaultdict
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.terms import Channel
from questions import named
from questions.base import Bar, Item, Row, Shape, Tally
from questions.paths import walk
from questions.rules import Compare
from surveys import questionnaires, suppression, tallies
from surveys.counting import AnswersSource, Given

FLOOR = 5


def seen(counts: tuple[int, ...], hidden: set[int]) -> tuple:
    return tuple(None if place in hidden else count for place, count in enumerate(counts))


@pytest.mark.parametrize(("cells", "most"), [(2, 24), (3, 15), (4, 9)])
def test_parts_cannot_be_solved_even_by_who_knows_the_rule(cells: int, most: int) -> None:
    """Group every table by what is published of it: each hidden cell must have two possible values or more."""
    looks: dict[tuple, list[tuple[int, ...]]] = defaultdict(list)
    # Tables a little larger than those judged, so that no look is called unique only because we stopped counting.
    for counts in product(range(most + 6), repeat=cells):
        looks[sum(counts), seen(counts, suppression.parts(counts, FLOOR))].append(counts)
    judged = 0
    for (total, look), tables in looks.items():
        if not total >= FLOOR or max(max(table) for table in tables) > most:
            continue
        for place, shown in enumerate(look):
            if shown is None:
                judged += 1
                assert len({table[place] for table in tables}) > 1, (look, tables)
    assert judged >= 40


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12))
def test_parts_hide_every_small_number_and_company(counts: list[int]) -> None:
    hidden = suppression.parts(counts, FLOOR)
    assert all(place in hidden for place, count in enumerate(counts) if count < FLOOR)
    if hidden and sum(counts) >= FLOOR:
        assert len(hidden) >= 2 and sum(counts[place] for place in hidden) >= FLOOR
        # The plain solver: hidden cells are whole numbers from 0 that add up to the rest.
        rest = sum(counts) - sum(count for place, count in enumerate(counts) if place not in hidden)
        assert rest >= FLOOR, "each hidden cell may be anything from 0 to the rest"


def test_nothing_small_nothing_hidden() -> None:
    assert suppression.parts([5, 6, 70], FLOOR) == set()


def people(answered: int, cells: int, most: int) -> dict[tuple[int, ...], None]:
    """Return every table of marks that `answered` people can make, each setting 1 to `most` marks."""
    ways = [set(chosen) for size in range(1, most + 1) for chosen in combinations(range(cells), size)]
    tables: dict[tuple[int, ...], None] = {(0,) * cells: None}
    for _person in range(answered):
        tables = {
            tuple(count + (place in way) for place, count in enumerate(table)): None for table in tables for way in ways
        }
    return tables


@pytest.mark.parametrize(("answered", "cells", "most"), [(6, 3, 2), (9, 3, 3), (12, 3, 2), (14, 2, 2), (11, 4, 2)])
def test_marks_cannot_be_solved(answered: int, cells: int, most: int) -> None:
    """The same for multiple choice, where every person sets 1 to `most` marks."""
    looks: dict[tuple, list[tuple[int, ...]]] = defaultdict(list)
    for counts in people(answered, cells, most):
        looks[seen(counts, suppression.marks(counts, answered, most, FLOOR))].append(counts)
    for look, tables in looks.items():
        for place, shown in enumerate(look):
            if shown is None:
                assert len({table[place] for table in tables}) > 1, (look, tables)
            else:
                assert FLOOR <= shown <= answered - FLOOR


def parts_tally(*counts: int, mean: float | None = 2.0) -> Tally:
    bars = tuple(Bar(str(place), str(place), count) for place, count in enumerate(counts))
    return Tally(Shape.PARTS, sum(counts), bars=bars, mean=mean, rated=sum(counts))


def test_a_mean_goes_with_a_hidden_cell() -> None:
    told = suppression.protect(parts_tally(2, 8, 9, 40), FLOOR)
    assert [bar.count for bar in told.bars] == [None, None, 9, 40]
    assert told.mean is None and told.rated is None and told.hides
    assert suppression.protect(parts_tally(6, 8, 9), FLOOR).mean == 2.0


def test_too_few_answers_tell_nothing() -> None:
    told = suppression.protect(parts_tally(2, 2), FLOOR)
    assert told.answered is None and all(bar.count is None for bar in told.bars)
    texts = suppression.protect(Tally(Shape.TEXTS, 4, texts=("a", "b", "c", "d")), FLOOR)
    assert texts.texts == () and texts.answered is None


def test_each_row_of_a_grid_is_protected() -> None:
    grid = Tally(Shape.GRID, 30, rows=(Row("x", "x", parts_tally(1, 9, 20)), Row("y", "y", parts_tally(1, 2))))
    told = suppression.protect(grid, FLOOR)
    assert [bar.count for bar in told.rows[0].tally.bars] == [None, None, 20]
    assert told.rows[1].tally.answered is None


def item(name: str, *conditions: Compare) -> Item:
    definition = {"type": "single", "options": [{"v": str(v), "t": str(v)} for v in range(4)]}
    kind = named(definition)
    assert kind is not None
    return Item(name, kind, name, settings=kind.prepare(definition), rules=conditions)


def told_of_second(first: tuple[int, ...], asked: int, condition: Compare) -> Tally:
    counted = [(item("a"), parts_tally(*first)), (item("b", condition), parts_tally(asked - 10, 10))]
    return suppression.protect_all(counted, FLOOR)[1][1]


def test_the_number_asked_does_not_split_what_is_hidden() -> None:
    # a: 3 and 7 are hidden together. Asking b of the 7 alone would tell both.
    assert told_of_second((3, 7, 30, 40), 47, Compare("a", "in", ["1", "3"])).answered is None
    assert told_of_second((3, 7, 30, 40), 77, Compare("a", "in", ["1", "2", "3"])).answered is None
    assert told_of_second((3, 7, 30, 40), 70, Compare("a", "in", ["2", "3"])).answered == 70
    assert told_of_second((3, 7, 30, 40), 50, Compare("a", "in", ["0", "1", "3"])).answered == 50


def test_a_jump_of_an_item_that_not_everybody_was_asked_gives_nothing_away(app) -> None:
    """Only x is asked b, whose jump is for x and y: so y is asked c, and its number would tell the hidden 7 and 3."""
    options = [{"v": v, "t": v} for v in "xyz"]

    def single(name: str, **more: object) -> dict:
        return {"id": name, "type": "single", "title": name, "options": options, **more}

    skip = {"if": {"item": "a", "op": "in", "value": ["x", "y"]}, "to": "d"}
    asked = questionnaires.prepare(
        {
            "title": "T",
            "lang": "en",
            "items": [
                single("a"),
                single("b", show_if={"item": "a", "op": "==", "value": "x"}, jumps=[skip]),
                single("c"),
                single("d"),
            ],
        }
    )
    whole = [
        {"a": a, "b": "x", "c": "z", "d": "z"} for a, times in (("x", 3), ("y", 7), ("z", 30)) for _n in range(times)
    ]
    given = [Given(Channel.PHONE, True, walk(asked.items, answers)[1]) for answers in whole]
    source = AnswersSource(asked.items, given)
    assert source.counts(asked.items[2]).asked == 37
    shown = tallies.published(asked.items, source, FLOOR).shown
    assert [bar.count for bar in shown["a"].bars] == [None, None, 30]
    assert shown["c"].answered is None
