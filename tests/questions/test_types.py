"""Every kind of question, walked by the same tests: a new kind must only add its example."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from core.settings import ROOT
from forms.questionnaire import Questionnaire, questions
from questions import named, types
from questions.base import Item, Refused, Shape

OPTIONS = [{"v": "x", "t": "Left"}, {"v": "y", "t": "Right"}, {"v": "z", "t": "Other", "text": True}]
FIVE = {"min": 1, "max": 5, "labels": ["very bad", "bad", "so so", "good", "very good"]}
# kind -> definition, a posted answer, the answer kept, the same in a row of a file (by words), something wrong
EXAMPLES = {
    "single": (
        {"type": "single", "options": OPTIONS},
        [("q", "z"), ("q_z", " both ")],
        {"q": "z", "q_z": "both"},
        {"q": "Other", "q_z": "both"},
        [("q", "nonsense")],
    ),
    "multi": (
        {"type": "multi", "options": OPTIONS, "max": 2},
        [("q", "y"), ("q", "x")],
        {"q": ["x", "y"]},
        {"q": "Left; Right"},
        [("q", "x"), ("q", "y"), ("q", "z")],
    ),
    "scale": ({"type": "scale", "scale": FIVE}, [("q", "4")], {"q": 4}, {"q": "good"}, [("q", "6")]),
    "nps": ({"type": "nps"}, [("q", "10")], {"q": 10}, {"q": "10"}, [("q", "11")]),
    "matrix": (
        {"type": "matrix", "rows": OPTIONS[:2], "scale": FIVE, "allow_na": "no idea"},
        [("q.x", "5"), ("q.y", "na")],
        {"q": {"x": 5, "y": "na"}},
        {"q.x": "very good", "q.y": "no idea"},
        [("q.x", "0")],
    ),
    "short_text": ({"type": "text"}, [("q", " hello ")], {"q": "hello"}, {"q": "hello"}, [("q", "x" * 20_000)]),
    "long_text": (
        {"type": "text", "rows": 4},
        [("q", "a\r\nb\x00")],
        {"q": "a\nb"},
        {"q": "a\nb"},
        [("q", "字" * 501)],
    ),
}


def item(definition: dict, **more: object) -> Item:
    kind = named(definition)
    assert kind is not None and not list(kind.check(definition))
    return replace(Item("q", kind, "How is it?", settings=kind.prepare(definition)), **more)


@pytest.fixture(params=types, ids=str)
def example(request, app):
    with app.test_request_context("/"):
        definition, sent, kept, row, wrong = EXAMPLES[request.param]
        yield item(definition), MultiDict(sent), kept, row, MultiDict(wrong)


def test_every_kind_has_an_example_and_a_drawing() -> None:
    assert set(types) == set(EXAMPLES)
    for kind in types.values():
        assert (ROOT / "templates" / kind.template).exists()
        assert named(EXAMPLES[kind.key][0]) is kind


def test_reads_what_a_browser_posts(example) -> None:
    asked, sent, kept, _row, _wrong = example
    assert asked.kind.read(sent, asked) == kept
    assert asked.kind.complete(kept, asked)
    assert set(kept) <= set(asked.kind.answer_keys(asked))


def test_reads_the_same_from_a_file(example) -> None:
    asked, _sent, kept, row, _wrong = example
    assert asked.kind.accept(row, asked) == kept
    assert asked.kind.accept(kept, asked) == kept, "what was exported can be imported"
    assert set(row) <= set(asked.kind.columns(asked))


def test_nothing_is_no_answer(example) -> None:
    asked = example[0]
    assert asked.kind.read(MultiDict(), asked) == {} == asked.kind.accept({}, asked)
    assert not asked.kind.complete({}, asked)


def test_refuses_what_was_never_offered(example) -> None:
    asked, _sent, _kept, _row, wrong = example
    with pytest.raises(Refused) as refused:
        asked.kind.read(wrong, asked)
    assert str(refused.value)


@pytest.mark.parametrize("cell", [["nonsense"], {"no": "row"}, [["x"]], {"q": {"q": 1}}, True, -1, "☃" * 6000])
def test_a_strange_cell_is_refused_or_read_never_a_crash(example, cell) -> None:
    asked = example[0]
    try:
        assert json.dumps(asked.kind.accept({"q": cell}, asked))
    except Refused as refused:
        assert str(refused)


def test_draws_what_was_typed(example, app) -> None:
    asked, sent, _kept, _row, _wrong = example
    form = Questionnaire(questions([asked]), [asked], sent)
    template = app.jinja_env.get_template(asked.kind.template)
    blank = str(template.module.draw(Questionnaire(questions([asked]), [asked])["q"]))
    drawn = str(template.module.draw(form["q"]))
    assert blank != drawn and 'name="q' in drawn
    assert "checked" in drawn or "hello" in drawn or "a\n" in drawn.replace("\r", "")


def test_counts_add_up(example) -> None:
    asked, _sent, kept, _row, _wrong = example
    tally = asked.kind.tally([kept, {}, kept], asked, skipped=4)
    assert (tally.answered, tally.missing, tally.skipped) == (2, 1, 4)
    if tally.shape is Shape.PARTS:
        assert sum(bar.count or 0 for bar in tally.bars) == 2
    if tally.shape is Shape.GRID:
        assert all(sum(bar.count or 0 for bar in row.tally.bars) == row.tally.answered for row in tally.rows)
    if tally.shape is Shape.TEXTS:
        assert len(tally.texts) == 2


def stored(answer: dict) -> int:
    return len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode())


@given(st.text(max_size=300))
def test_no_answer_is_longer_than_promised(text: str) -> None:
    """The sealed rows all have the size worked out from `max_bytes`: an answer over it could not be sealed."""
    definition = {"type": "text", "rows": 3, "max_length": 300}
    long = item(definition)
    size = len(
        json.dumps(long.kind.read(MultiDict({"q": text}), long), ensure_ascii=False, separators=(",", ":")).encode()
    )
    assert size <= long.kind.max_bytes(long)
    choice = item({"type": "multi", "options": OPTIONS})
    sent = MultiDict([("q", "x"), ("q", "y"), ("q", "z"), ("q_z", text[:200])])
    assert stored(choice.kind.read(sent, choice)) <= choice.kind.max_bytes(choice)
