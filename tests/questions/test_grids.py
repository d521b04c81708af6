"""Grids and blanks: every row on its own, words told apart from numbers, nothing of one row in another."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms.questionnaire import Questionnaire, questions
from questions import named
from questions.base import Item, Measure, Refused, Shape, count
from questions.rules import Compare, holds
from surveys import suppression

ROWS = [{"v": "a", "t": "Canteen"}, {"v": "b", "t": "Night bus"}]
OPTIONS = [{"v": "x", "t": "Better"}, {"v": "y", "t": "Cheaper"}, {"v": "z", "t": "Quicker"}]
FIVE = {"min": 1, "max": 5}
GRIDS: dict[str, dict[str, Any]] = {
    "matrix": {"rows": ROWS, "scale": FIVE, "allow_na": True},
    "matrix_multi": {"rows": ROWS, "options": OPTIONS},
    "matrix_number": {"rows": ROWS, "min": -10, "max": 1000, "decimals": 2, "unit": "h"},
    "matrix_text": {"rows": ROWS, "max_length": 20},
    "blanks": {
        "text": "In {team} for __{years}__ years, in all {hours} hours.",
        "blanks": [
            {"v": "team", "t": "Team", "max_length": 20},
            {"v": "years", "t": "Years", "kind": "number", "max": 60},
            {"v": "hours", "t": "Hours", "kind": "number", "decimals": 1},
        ],
    },
}


@pytest.fixture(autouse=True)
def _speaking(app):
    with app.test_request_context("/?", headers={"Accept-Language": "en"}):
        yield


def item(key: str, **settings: Any) -> Item:
    definition = {"type": key, **(settings or GRIDS[key])}
    kind = named(definition)
    assert kind is not None and kind.key == key and not list(kind.check(definition)), list(kind.check(definition))
    return Item("q", kind, "How is it?", settings=kind.prepare(definition))


def posted(draw: Any, asked: Item) -> MultiDict[str, str]:
    """Draw a posted form: something, sensible or not, for some rows."""
    sent: MultiDict[str, str] = MultiDict()
    wild = st.text(max_size=30) | st.sampled_from(["1", "5", "na", "x", "y", "１２", "-3.25", "1,000", "检修班"])
    for row in asked.settings["rows"]:
        many = 3 if asked.kind.key == "matrix_multi" else 1
        for value in draw.draw(st.lists(wild, max_size=many)):
            sent.add(f"q.{row.value}", value)
    return sent


@pytest.mark.parametrize("key", GRIDS)
@settings(deadline=None, max_examples=60)
@given(draw=st.data())
def test_whatever_is_posted_is_refused_or_kept_and_read_again(key: str, draw: Any) -> None:
    asked = item(key)
    sent = posted(draw, asked)
    try:
        answer = asked.kind.read(sent, asked)
    except Refused as refused:
        assert "“" in str(refused), "says in which row"
        return
    assert len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()) <= asked.kind.max_bytes(asked)
    assert asked.kind.accept(answer, asked) == answer
    columns = dict(zip((c.name for c in asked.kind.exported(asked)), asked.kind.cells(answer, asked), strict=True))
    assert asked.kind.accept({name: cell for name, cell in columns.items() if cell is not None}, asked) == answer
    assert asked.kind.within(answer, asked, frozenset(asked.kind.values(asked))) == answer if answer else True
    assert bool(asked.kind.words(answer, asked)) == bool(answer)


@pytest.mark.parametrize("key", GRIDS)
@settings(deadline=None, max_examples=60)
@given(draw=st.data())
def test_every_row_counts_its_own_answers(key: str, draw: Any) -> None:
    asked = item(key)
    answers = []
    for _person in range(draw.draw(st.integers(0, 15))):
        try:
            answers.append(asked.kind.read(posted(draw, asked), asked))
        except Refused:
            answers.append({})
    tally = asked.kind.counted(count(answers, asked), asked)
    assert (tally.answered, tally.missing) == (sum(map(bool, answers)), sum(not answer for answer in answers))
    for row in tally.rows:
        given = [answer["q"][row.value] for answer in answers if answer and row.value in answer["q"]]
        assert row.tally.answered == len(given) and row.tally.answered + row.tally.missing == len(answers)
        heights = [bar.count or 0 for bar in row.tally.bars]
        if row.tally.shape is Shape.PARTS:
            assert sum(heights) == len(given)
        elif row.tally.shape is Shape.MARKS:
            assert sum(heights) == sum(map(len, given)) and max(heights, default=0) <= len(given)
            assert row.tally.most == 3
        else:
            assert sorted(row.tally.texts) == sorted(given)


def test_a_row_of_a_rating_grid_has_its_figures() -> None:
    asked = item("matrix")
    points = [1, 4, 5, 5, "na", 2]
    row = asked.kind.tally([{"q": {"a": point}} for point in points], asked).rows[0].tally
    assert (row.answered, row.rated, row.mean) == (6, 5, 3.4)
    assert row.figure("median") == 4 and row.figure("top2") == pytest.approx(60)
    three = item("matrix", rows=ROWS, scale={"min": 1, "max": 3})
    assert three.kind.tally([{"q": {"a": 3}}], three).rows[0].tally.figure("top2") is None


def test_number_rows_share_their_bars() -> None:
    asked = item("matrix_number")
    answers = [{"q": {"a": n % 50, "b": 3 * n}} for n in range(120)]
    tally = asked.kind.tally(answers, asked)
    first, second = ([bar.label for bar in row.tally.bars] for row in tally.rows)
    assert first == second and len(first) > 3
    settled = asked.kind.settled(count(answers, asked), asked)
    assert [bar.label for bar in settled.kind.tally(answers[:7], settled).rows[0].tally.bars] == first
    assert tally.rows[0].tally.mean == pytest.approx(sum(n % 50 for n in range(120)) / 120)


def test_numbers_stand_in_columns() -> None:
    asked = item("matrix_number", rows=ROWS, columns=OPTIONS[:2], decimals=1)
    sent = MultiDict({"q.a.x": "1.5", "q.a.y": "2", "q.b.y": "３"})
    answer = asked.kind.read(sent, asked)
    assert answer == {"q": {"a": {"x": 1.5, "y": 2}, "b": {"y": 3}}}
    assert not asked.kind.complete(answer, asked)
    assert asked.kind.complete({"q": {"a": {"x": 1, "y": 2}, "b": {"x": 0, "y": 0}}}, asked)
    assert [column.name for column in asked.kind.exported(asked)] == ["q.a.x", "q.a.y", "q.b.x", "q.b.y"]
    assert [row.value for row in asked.kind.tally([answer], asked).rows] == ["a.x", "a.y", "b.x", "b.y"]
    assert set(asked.kind.parts(asked)) == {"a.x", "a.y", "b.x", "b.y"}
    assert holds(Compare("q", ">=", 3, "b.y"), answer) and not holds(Compare("q", ">=", 3, "b.x"), answer)
    with pytest.raises(Refused, match="“Canteen”: Better: "):
        asked.kind.read(MultiDict({"q.a.x": "no"}), asked)


def test_options_that_were_not_offered_leave_their_rows() -> None:
    asked = item("matrix_multi")
    answer = {"q": {"a": ["x", "y"], "b": ["x"]}}
    assert asked.kind.within(answer, asked, frozenset("yz")) == {"q": {"a": ["y"]}}
    assert asked.kind.within(answer, asked, frozenset("z")) == {}


def test_a_grid_to_tick_says_who_left_a_row() -> None:
    asked = item("matrix_multi")
    cells = asked.kind.cells({"q": {"a": ["y"]}}, asked)
    assert cells == (0, 1, 0, None, None, None), "a row without a tick is missing, not “no”"
    assert all(column.measure is Measure.NOMINAL for column in asked.kind.exported(asked))


def test_texts_stay_with_their_row_so_that_rare_rows_can_be_held_back() -> None:
    asked = item("matrix_text")
    answers = [{"q": {"a": "hot"}}] * 12 + [{"q": {"a": "hot", "b": "late"}}] * 2 + [{}]
    tally = asked.kind.tally(answers, asked)
    assert tally.shape is Shape.GRID and (tally.answered, tally.missing) == (14, 1)
    assert {row.label: len(row.tally.texts) for row in tally.rows if row.tally.texts} == {"Canteen": 14, "Night bus": 2}
    told = {row.label: row.tally for row in suppression.protect(tally, 5).rows}
    assert len(told["Canteen"].texts) == 14
    assert told["Night bus"].texts == () and told["Night bus"].answered is None


def test_a_sentence_knows_its_blanks() -> None:
    asked = item("blanks")
    pieces = [piece if isinstance(piece, str) else piece.value for piece in asked.settings["pieces"]]
    assert pieces == ["In ", "team", " for ", "years", " years, in all ", "hours", " hours."]
    answer = {"q": {"team": "A", "hours": 2.5}}
    assert asked.kind.words(answer, asked) == "In A for … years, in all 2.5 hours."
    assert not asked.kind.complete(answer, asked)
    assert [column.measure for column in asked.kind.exported(asked)] == [Measure.TEXT, Measure.NUMBER, Measure.NUMBER]
    tally = asked.kind.tally([answer] * 3, asked)
    assert [row.tally.shape for row in tally.rows] == [Shape.TEXTS, Shape.PARTS, Shape.PARTS]
    settled = asked.kind.settled(count([answer] * 3, asked), asked)
    assert settled.kind.tally([answer] * 3, settled) == tally


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "No blanks at all."}, "must stand in “text” once"),
        ({"text": "{team} {years} {hours} {more}"}, "“more”, which “blanks” does not describe"),
        ({"text": "{team} {team} {years} {hours}"}, "must stand in “text” once"),
        ({"text": ""}, "must be the sentence"),
        ({"blanks": [{"v": "team", "t": "Team", "kind": "date"}], "text": "{team}"}, "either “text” or “number”"),
        ({"blanks": [{"v": "team", "t": "Team", "min": 9, "max": 1}], "text": "{team}"}, "“team”: “min” must be"),
        ({"blanks": None, "text": "{team}"}, "must be a list"),
    ],
)
def test_a_sentence_that_does_not_fit_its_blanks_is_told(change: dict[str, Any], said: str) -> None:
    definition = {"type": "blanks", **GRIDS["blanks"], **change}
    kind = named(definition)
    assert kind is not None
    assert any(said in problem for problem in kind.check(definition)), list(kind.check(definition))


def test_piped_words_are_no_blanks() -> None:
    asked = item("blanks", text="After {{q1}} I am {a}.", blanks=[{"v": "a", "t": "Mood"}])
    assert [row.value for row in asked.settings["rows"]] == ["a"]
    assert asked.settings["pieces"][0] == "After {{q1}} I am "


@pytest.mark.parametrize("key", [*GRIDS, "number", "date", "time", "short_text", "long_text"])
def test_the_page_drawn_again_holds_what_was_typed(key: str, app) -> None:
    """Also what could not be taken: nobody types anything twice."""
    definition = {"type": key, **GRIDS.get(key, {})}
    kind = named(definition)
    assert kind is not None
    asked = replace(Item("q", kind, "How?", settings=kind.prepare(definition)), help="A hint", required=True)
    names = [f"q.{row.value}" for row in asked.settings["rows"]] if key in GRIDS else ["q"]
    typed = MultiDict((name, "“§”\x07" if "matrix" not in key else "§") for name in names)
    form = Questionnaire(questions([asked]), [asked], typed)
    form.validate()
    drawn = str(app.jinja_env.get_template(kind.template).module.draw(form["q"]))
    if key not in ("matrix", "matrix_multi"):
        assert drawn.count("§") == len(names)
    if key in ("number", "date", "time"):
        assert form["q"].errors and 'aria-invalid="true"' in drawn and "e-q" in drawn
        assert 'type="text"' in drawn, "a native field would show nothing of it"
    assert "<script" not in drawn and "style=" not in drawn


@pytest.mark.parametrize(("key", "typed"), [("date", "2026-02-30"), ("time", "25:00"), ("date", "2026-11-23")])
def test_a_native_field_shows_only_what_it_can(key: str, typed: str, app) -> None:
    kind = named({"type": key})
    assert kind is not None
    asked = Item("q", kind, "When?", settings=kind.prepare({"type": key}))
    form = Questionnaire(questions([asked]), [asked], MultiDict({"q": typed}))
    form.validate()
    drawn = str(app.jinja_env.get_template(kind.template).module.draw(form["q"]))
    assert f'value="{typed}"' in drawn and (f'type="{key}"' in drawn) == (not form["q"].errors)


@pytest.mark.parametrize("key", [*GRIDS, "number", "date", "time", "short_text", "long_text"])
def test_the_paper_form_shows_every_row(key: str, app) -> None:
    definition = {"type": key, **GRIDS.get(key, {})}
    kind = named(definition)
    assert kind is not None
    asked = Item("q", kind, "How?", settings=kind.prepare(definition))
    drawn = str(app.jinja_env.get_template(kind.template).module.paper(asked))
    assert "<input" not in drawn and "paper-" in drawn
    for row in asked.settings["rows"] if key in GRIDS and key != "blanks" else ():
        assert row.label in drawn
