"""Every kind of question, walked by the same tests: a new kind must only add its example."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app import create_app
from core.i18n import LANGUAGES, speaking
from core.settings import ROOT, Settings
from forms.questionnaire import Questionnaire, questions
from questions import named, types
from questions.base import Item, Kind, Refused, Shape, count
from questions.paths import walk
from questions.rules import Compare
from tests.questions.examples import EXAMPLES, Example
from tests.questions.pages import Page

WRAPPER = {"h-q", "e-q", "q-q"}  # the page around a question shows its help and its error under these ids
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def item(definition: dict, **more: object) -> Item:
    kind = named(definition)
    assert kind is not None
    assert list(kind.check(definition)) == []
    return replace(Item("q", kind, "How is it?", settings=kind.prepare(definition)), **more)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The application without a database: questions need none."""
    folder = tmp_path_factory.mktemp("instance")
    return create_app(Settings(data=folder, database="sqlite://", queue="inline"), TESTING=True)


@pytest.fixture(params=types, ids=str)
def walked(request, app):
    with app.test_request_context("/"):
        example = EXAMPLES[request.param]
        yield item(dict(example.definition)), example


def drawn(app, asked: Item, sent=None) -> str:
    template = app.jinja_env.get_template(asked.kind.template)
    return str(template.module.draw(Questionnaire(questions([asked]), [asked], sent)["q"]))


def answers_of(example: Example) -> list[dict]:
    return [dict(answer) for answer in (example.kept, *example.others)]


@pytest.mark.parametrize("key", types, ids=str)
def test_is_all_there(key, app) -> None:
    kind = types[key]
    assert key in EXAMPLES, "an example in tests/questions/examples.py is missing"
    assert named(EXAMPLES[key].definition) is kind
    assert (ROOT / "templates" / kind.template).exists()
    assert (ROOT / "static" / "vendor" / "icons" / f"{kind.icon}.svg").exists()
    told = (ROOT / "docs" / "question-types.md").read_text(encoding="utf-8")
    assert f"`{key}`" in told, "run tools/question_types.py"
    with app.test_request_context("/"):
        for language in LANGUAGES:
            with speaking(language):
                assert str(kind.label) and str(kind.hint).endswith((".", "。", "?", "？"))
    keys = [setting.key for setting in kind.settings]
    assert len(set(keys)) == len(keys) and set(keys) <= set(kind.more_keys), "offered but not known"
    assert all(bool(setting.choices) == (setting.kind is Kind.CHOICE) for setting in kind.settings)


def test_no_two_share_a_name() -> None:
    known = [name for kind in types.values() for name in (kind.key, *kind.aliases)]
    assert len(set(known)) == len(known)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", types, ids=str)
def test_a_new_question_can_be_asked_at_once(key, language, app) -> None:
    with app.test_request_context("/"), speaking(language):
        begun = types[key].begin()
        assert set(begun) <= {"type", *types[key].more_keys}
        assert json.loads(json.dumps(begun)) == begun
        asked = item(begun)
        assert asked.kind is types[key]
        assert bool(drawn(app, asked).strip()) == asked.kind.answerable


def test_reads_what_a_browser_posts(walked) -> None:
    asked, example = walked
    assert asked.kind.read(MultiDict(example.sent), asked) == example.kept
    assert asked.kind.complete(example.kept, asked)
    assert set(example.kept) <= set(asked.kind.answer_keys(asked))


def test_reads_the_same_from_a_file(walked) -> None:
    asked, example = walked
    assert asked.kind.accept(example.row, asked) == example.kept
    assert set(example.row) <= set(asked.kind.columns(asked))
    for answer in answers_of(example)[:1]:
        assert asked.kind.accept(answer, asked) == answer, "what was exported can be imported"


def test_nothing_is_no_answer(walked) -> None:
    asked, _example = walked
    assert asked.kind.read(MultiDict(), asked) == {} == asked.kind.accept({}, asked)
    assert asked.kind.complete({}, asked) != asked.kind.answerable
    assert asked.kind.words({}, asked) == ""
    assert not asked.kind.answerable or asked.kind.demand(asked)


def test_refuses_what_was_never_offered(walked) -> None:
    asked, example = walked
    if not asked.kind.answerable:
        pytest.skip("nothing is asked")
    with pytest.raises(Refused) as refused:
        asked.kind.read(MultiDict(example.wrong), asked)
    assert str(refused.value)


@pytest.mark.parametrize("cell", [["nonsense"], {"no": "row"}, [["x"]], {"q": {"q": 1}}, True, -1, "☃" * 6000, [{}]])
def test_a_strange_cell_is_refused_or_read_never_a_crash(walked, cell) -> None:
    asked, _example = walked
    try:
        assert isinstance(json.dumps(asked.kind.accept({"q": cell}, asked)), str)
    except Refused as refused:
        assert str(refused)


def test_draws_what_was_typed(walked, app) -> None:
    asked, example = walked
    blank, again = drawn(app, asked), drawn(app, asked, MultiDict(example.sent))
    assert example.shown in again.replace("\r", "")
    assert (blank != again) == asked.kind.answerable


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_input_has_a_name_that_is_read_out(walked, app, language) -> None:
    asked, _example = walked
    with speaking(language):
        page = Page(drawn(app, replace(asked, help="Help")))
    assert page.nameless("" if asked.kind.grouped else "in-q") == []
    assert asked.kind.grouped or not asked.kind.answerable or "in-q" in page.ids, "the question's label names nothing"
    assert len(set(page.ids)) == len(page.ids)
    assert page.described <= {*page.ids, *WRAPPER}
    assert not {"script", "style"} & set(page.tags)


def test_the_longest_form_fits(walked, app) -> None:
    asked, _example = walked
    assert len(Page(drawn(app, asked)).fullest().encode()) <= asked.kind.max_sent(asked) + 1


def stored(answer: dict) -> int:
    return len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode())


@quick
@given(data=st.data())
def test_whatever_is_posted_is_refused_or_kept_within_its_size(walked, app, data) -> None:
    """Sealed rows all have the size worked out from `max_bytes`: an answer over it could not be sealed."""
    asked, _example = walked
    sent = MultiDict()
    for control in Page(drawn(app, asked)).controls:
        offered = st.sampled_from(control.choices) if control.choices else st.text(max_size=40) | st.integers().map(str)
        for value in data.draw(st.lists(offered | st.sampled_from(["", "1", "２", "-3", "１０"]), max_size=1)):
            sent.add(control.name, value)
    try:
        answer = asked.kind.read(sent, asked)
    except Refused as refused:
        assert str(refused)
        return
    assert stored(answer) <= max(asked.kind.max_bytes(asked), 2)
    assert set(answer) <= set(asked.kind.answer_keys(asked))
    assert isinstance(asked.kind.complete(answer, asked), bool)
    assert isinstance(asked.kind.words(answer, asked), str)
    assert len(asked.kind.cells(answer, asked)) == len(asked.kind.exported(asked))
    if answer:
        assert asked.kind.accept(answer, asked) == answer
    if answer and "options" in asked.kind.more_keys:
        offered = frozenset(data.draw(st.sets(st.sampled_from(sorted(asked.kind.values(asked)) or ["-"]))))
        left = asked.kind.within(answer, asked, offered)
        assert set(left) <= set(answer)
        assert not left or asked.kind.within(left, asked, offered) == left


def test_every_answer_has_its_cells(walked) -> None:
    asked, example = walked
    columns = asked.kind.exported(asked)
    assert len({column.name for column in columns}) == len(columns)
    for answer in answers_of(example):
        cells = asked.kind.cells(answer, asked)
        assert len(cells) == len(columns)
        for column, cell in zip(columns, cells, strict=True):
            assert cell is None or not column.labels or cell in column.labels
    assert all(cell is None for cell in asked.kind.cells({}, asked))


def test_counts_add_up(walked) -> None:
    asked, example = walked
    answers = answers_of(example) if asked.kind.answerable else []
    tally = asked.kind.tally([*answers, {}, *answers], asked, skipped=4)
    n = 2 * len(answers)
    assert (tally.answered, tally.missing, tally.skipped) == (n, 1 if answers else 0, 4)
    assert tally == asked.kind.counted(count([*answers, {}, *answers], asked, skipped=4), asked)
    if tally.shape is Shape.PARTS:
        assert sum(bar.count or 0 for bar in tally.bars) == n
        one_key = [answer["q"] for answer in answers if isinstance(answer["q"], (str, int))]
        for value in one_key:
            same = 2 * sum(asked.kind.bar_of(str(other)) == asked.kind.bar_of(str(value)) for other in one_key)
            assert any((bar.count, bar.value) == (same, asked.kind.bar_of(str(value))) for bar in tally.bars) or (
                asked.kind.key in ("number", "date", "time")  # bands, tested with them
            )
    if tally.shape is Shape.GRID:
        for row in tally.rows:
            assert not row.tally.bars or sum(bar.count or 0 for bar in row.tally.bars) >= (row.tally.answered or 0)
    if tally.shape is Shape.TEXTS:
        assert len(tally.texts) == n
    assert tally.shape is not Shape.FIGURES or tally.figures
    empty = asked.kind.tally([], asked)
    assert empty.answered == 0 and all(figure.value is None for figure in empty.figures)


def test_off_the_path_nothing_is_kept(walked) -> None:
    asked, example = walked
    gate = replace(item({"type": "yes_no"}), name="gate")
    hidden = replace(asked, rules=(Compare("gate", "==", "yes"),))
    assert walk([gate, hidden], {"gate": "no", **example.kept}) == ([gate], {"gate": "no"})
    assert walk([gate, hidden], {"gate": "yes", **example.kept})[1] == {"gate": "yes", **example.kept}


@pytest.mark.parametrize("language", LANGUAGES)
def test_has_a_paper_form(walked, app, language) -> None:
    asked, _example = walked
    with speaking(language):
        paper = str(app.jinja_env.get_template(asked.kind.template).module.paper(asked))
    assert bool(paper.strip()) == asked.kind.answerable
    assert not {"input", "select", "textarea", "script", "style", "button"} & set(Page(paper).tags)
    assert "style=" not in paper


def test_takes_a_time_to_answer(walked) -> None:
    asked, _example = walked
    assert 0 < asked.kind.seconds(asked) < 300
    assert asked.kind.seconds(replace(asked, help="And mind this " * 20)) > asked.kind.seconds(asked)
