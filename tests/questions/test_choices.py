"""What each type of the choice family holds people to, and what it counts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app import create_app
from core.settings import Settings
from questions import named
from questions.base import Item, Refused
from questions.paths import unanswered, walk
from questions.rules import Compare
from tests.questions.examples import TREE

ABC = [{"v": value, "t": f"Option {value}"} for value in "abc"]
NONE = {"v": "n", "t": "None of these", "exclusive": True}


@pytest.fixture(scope="module", autouse=True)
def spoken(tmp_path_factory):
    """Speak: messages are translated."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(Settings(data=folder, database="sqlite://", queue="inline"), TESTING=True)
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


def item(**definition) -> Item:
    kind = named(definition)
    assert kind is not None and list(kind.check(definition)) == []
    return Item("q", kind, "How?", settings=kind.prepare(definition))


def read(asked: Item, *pairs: tuple[str, str]) -> dict:
    return asked.kind.read(MultiDict(pairs), asked)


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "single", "options": []},
        {"type": "single", "options": [{"v": "a", "t": "A", "text": "yes"}]},
        {"type": "single", "options": ABC, "shuffle": "sometimes"},
        {"type": "multi", "options": ABC, "min": 3, "max": 2},
        {"type": "multi", "options": ABC, "exclusive": ["d"]},
        {"type": "dropdown", "options": [{"v": f"o{n}", "t": "x"} for n in range(501)]},
        {"type": "yes_no", "yes": ["sure"]},
        {"type": "scale", "scale": {"min": 1, "max": 12}},
        {"type": "scale", "scale": {"min": 1, "max": 5, "labels": ["a", "b", "c"]}},
        {"type": "scale", "scale": {"min": 1, "max": 2, "labels": [["a"], "b"]}},
        {"type": "stars", "stars": 11},
        {"type": "stars", "stars": 4, "labels": ["a", "b", "c"]},
        {"type": "nps", "scale": {"min": 1, "max": 10}},
        {"type": "ranking", "options": ABC[:1]},
        {"type": "ranking", "options": ABC, "top": 4},
        {"type": "ranking", "options": [*ABC, {"v": "o", "t": "Other", "text": True}]},
        {"type": "constant_sum", "options": ABC, "total": 0},
        {"type": "constant_sum", "options": ABC, "unit": 5},
        {"type": "cascade", "levels": ["One"], "tree": TREE},
        {"type": "cascade", "levels": ["One", "Two"], "tree": TREE},
        {"type": "cascade", "levels": ["A", "B", "C"], "tree": [*TREE, TREE[0]]},
        {"type": "cascade", "levels": ["A", "B", "C"], "tree": []},
        {"type": "cascade", "levels": ["A", "B", "C"], "tree": [{"v": "x"}]},
        {"type": "cascade", "levels": ["A", "B"], "tree": [{"v": f"n{n}", "t": "x"} for n in range(2001)]},
    ],
    ids=str,
)
def test_a_definition_that_cannot_be_asked_is_told_so(definition) -> None:
    said = list(named(definition).check(definition))
    assert said and all(said)


def test_a_list_of_five_hundred_drops_down() -> None:
    asked = item(type="dropdown", options=[{"v": f"o{n}", "t": f"Place {n}"} for n in range(500)])
    assert read(asked, ("q", "o499")) == {"q": "o499"}
    assert asked.kind.seconds(asked) < 30, "nobody reads all of a list to find what they have in mind"


@pytest.mark.parametrize(
    "alone", [{"options": [*ABC, NONE]}, {"options": [*ABC, {"v": "n", "t": "None"}], "exclusive": ["n"]}]
)
def test_none_of_these_stands_alone(alone) -> None:
    asked = item(type="multi", min=2, **alone)
    assert read(asked, ("q", "n")) == {"q": ["n"]}, "it need not reach the least"
    with pytest.raises(Refused, match="None"):
        read(asked, ("q", "a"), ("q", "b"), ("q", "n"))
    with pytest.raises(Refused, match="at least 2"):
        read(asked, ("q", "a"))


def test_words_beside_what_was_not_chosen_are_dropped() -> None:
    for key in ("single", "multi", "dropdown"):
        asked = item(type=key, options=[*ABC, {"v": "o", "t": "Other", "text": True}])
        assert "q_o" not in read(asked, ("q", "a"), ("q_o", "never mind"))
        given = read(asked, ("q", "o"), ("q_o", "a lift"))
        assert given["q_o"] == "a lift" and asked.kind.words(given, asked) == "a lift"


@pytest.mark.parametrize(("cell", "kept"), [("是", "yes"), (True, "yes"), (1.0, "yes"), ("No", "no"), (0, "no")])
def test_yes_and_no_are_read_as_files_write_them(cell, kept) -> None:
    asked = item(type="yes_no")
    assert asked.kind.accept({"q": cell}, asked) == {"q": kept}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=40))
def test_a_scale_tells_mean_median_and_the_top_two(points) -> None:
    asked = item(type="scale", scale={"min": 1, "max": 5})
    tally = asked.kind.tally([{"q": point} for point in points], asked)
    ordered, n = sorted(points), len(points)
    assert tally.mean == pytest.approx(sum(points) / n)
    assert tally.figure("median") == (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    assert tally.figure("top2") == round(100 * sum(point >= 4 for point in points) / n, 1)


def test_three_points_have_no_top_two() -> None:
    asked = item(type="scale", scale={"min": 1, "max": 3})
    assert [figure.key for figure in asked.kind.tally([{"q": 2}], asked).figures] == ["median"]


@pytest.mark.parametrize("wrong", [[("q.a", "1"), ("q.b", "3")], [("q.a", "0")], [("q.a", "4")], [("q.a", "first")]])
def test_places_have_no_gaps(wrong) -> None:
    with pytest.raises(Refused):
        read(item(type="ranking", options=ABC), *wrong)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.permutations("abc"), min_size=1, max_size=20), st.integers(1, 3))
def test_ranking_counts_first_places_and_mean_places(orders, top) -> None:
    asked = item(type="ranking", options=ABC, top=top)
    given = [order[:top] for order in orders]
    tally = asked.kind.tally([{"q": order} for order in given], asked)
    for value in "abc":
        places = [order.index(value) + 1 for order in given if value in order]
        assert next(bar.count for bar in tally.bars if bar.value == value) == sum(place == 1 for place in places)
        assert tally.figure(value) == (pytest.approx(sum(places) / len(places)) if places else None)


def test_a_ranking_is_complete_when_all_places_are_given_that_can_be() -> None:
    asked = item(type="ranking", options=ABC)
    assert not asked.kind.complete({"q": ["a", "b"]}, asked)
    ruled = replace(asked, option_rules={"c": Compare("gate", "==", "x")})
    assert ruled.kind.complete({"q": ["a", "b"]}, ruled)
    assert ruled.kind.within({"q": ["c", "a"]}, ruled, frozenset("ab")) == {"q": ["a"]}


def test_a_share_given_to_what_was_not_offered_is_no_answer() -> None:
    asked = item(type="constant_sum", options=ABC, total=10)
    ruled = replace(asked, required=True, option_rules={"c": Compare("gate", "==", "x")})
    assert walk([ruled], {"q": {"a": 4, "b": 6, "c": 0}})[1] == {"q": {"a": 4, "b": 6}}
    path, kept = walk([ruled], {"q": {"a": 4, "c": 6}})
    assert kept == {} and unanswered(path, kept) == [ruled]
    assert asked.kind.cells({"q": {"a": 10}}, asked) == (10, 0, 0), "left empty is nothing given"
    assert ruled.kind.cells({"q": {"a": 10}}, ruled) == (10, 0, None), "perhaps it was not offered"


@pytest.mark.parametrize("wrong", ["-1", "1.5", "x", "1e1", "99999999"])
def test_shares_are_whole_numbers(wrong) -> None:
    asked = item(type="constant_sum", options=ABC, total=10)
    with pytest.raises(Refused):
        read(asked, ("q.a", wrong), ("q.b", "10"))
    assert read(asked, ("q.a", "１０")) == {"q": {"a": 10}}, "full-width digits are digits"


def test_shares_are_told_as_means() -> None:
    asked = item(type="constant_sum", options=ABC, total=10)
    tally = asked.kind.tally([{"q": {"a": 10}}, {"q": {"a": 4, "b": 6}}, {}], asked)
    assert {figure.key: figure.value for figure in tally.figures} == {"a": 7, "b": 3, "c": 0}
    assert (tally.answered, tally.missing) == (2, 1)


def test_a_path_must_hang_together() -> None:
    asked = item(type="cascade", levels="Company\nDepartment\nTeam", tree=TREE)
    assert read(asked, ("q.3", "a1y")) == {"q": ["a", "a1", "a1y"]}, "a deeper level tells those above"
    assert read(asked, ("q.1", "a"), ("q.2", "a2")) == {"q": ["a", "a2"]}
    for wrong in ([("q.1", "b"), ("q.3", "a1x")], [("q.1", "a1")], [("q.2", "nowhere")]):
        with pytest.raises(Refused):
            read(asked, *wrong)
    assert asked.kind.complete({"q": ["a", "a2"]}, asked), "nothing stands below the office"
    assert not asked.kind.complete({"q": ["a", "a1"]}, asked)
    assert asked.kind.words({"q": ["a", "a1", "a1x"]}, asked) == "North / Repair / Early"
    assert asked.kind.accept({"q": "South > Repair"}, asked) == {"q": ["b", "b1"]}, "found under its own company"
    with pytest.raises(Refused):
        asked.kind.accept({"q.2": "Repair"}, asked)
