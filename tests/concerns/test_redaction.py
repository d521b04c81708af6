"""Words taken out of a passage are shown nowhere any more, and nothing else is lost with them."""

import re

import pytest
from sqlalchemy import select

from concerns import curation, queries, redaction
from concerns.models import Excerpt, Undo
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, NotFound, Stale
from core.terms import Visibility
from members.names import Names, names

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(any_stage, fill):
    fill(any_stage)
    any_stage.group()
    return any_stage


def _excerpt(stage, text: str) -> Excerpt:
    return db.session.scalars(select(Excerpt).where(Excerpt.text == text)).one()


def _redact(stage, text: str, word: str) -> int:
    excerpt = _excerpt(stage, text)
    marked = [(excerpt.text.index(word), word)]
    return redaction.redact(excerpt, words=marked, of=stage.cast.investigation, by=stage.cast.secretary)


def test_the_words_are_gone_from_lists_quotes_and_summaries(grouped) -> None:
    assert _redact(grouped, "食堂夜里没有热饭", "夜里") == 1
    assert "食堂〔隐去〕没有热饭" in grouped.texts("食堂")
    line = grouped.lines()["食堂"]
    assert "夜里" not in " ".join([line.summary, *line.quotes])


def test_the_words_stay_gone_after_grouping_again(grouped) -> None:
    _redact(grouped, "食堂夜里没有热饭", "夜里")
    db.session.commit()
    grouped.group()
    assert "食堂〔隐去〕没有热饭" in grouped.texts("食堂")


def test_other_steps_are_taken_back_and_the_words_stay_gone(grouped) -> None:
    by, of = grouped.cast.secretary, grouped.cast.investigation
    chosen = grouped.ids("食堂", "食堂夜里没有热饭")
    curation.move(grouped.concern("食堂"), excerpt_ids=chosen, to=grouped.concern("宿舍"), of=of, by=by)
    _redact(grouped, "食堂夜里没有热饭", "夜里")
    last = queries.last_step(of, by=by)
    assert last.step == "move", "taking words out is no step to take back"
    assert curation.undo(of, step_id=last.id, by=by)
    assert "食堂〔隐去〕没有热饭" in grouped.texts("食堂")


def test_passages_of_the_same_place_lose_the_words_too(grouped) -> None:
    excerpt = _excerpt(grouped, "食堂价格太贵")
    twin = Excerpt(
        **{name: getattr(excerpt, name) for name in ("organisation_id", "investigation_id", "source", "source_id")},
        item=excerpt.item,
        voice=excerpt.voice,
        start=excerpt.start + 2,
        end=excerpt.end,
        text=excerpt.text[2:],
        focus="价格",
    )
    stranger = Excerpt(
        **{name: getattr(excerpt, name) for name in ("organisation_id", "investigation_id", "source", "source_id")},
        item=excerpt.item,
        voice="somebody else",
        start=excerpt.start,
        end=excerpt.end,
        text=excerpt.text,
    )
    db.session.add_all([twin, stranger])
    db.session.flush()
    assert (
        redaction.redact(excerpt, words=[(1, "堂价格")], of=grouped.cast.investigation, by=grouped.cast.secretary) == 2
    )
    assert (excerpt.redactions, twin.redactions, stranger.redactions) == ([[1, 4]], [[0, 2]], [])


def test_marking_again_only_adds(grouped) -> None:
    _redact(grouped, "食堂夜里没有热饭", "夜里")
    _redact(grouped, "食堂夜里没有热饭", "热饭")
    assert _redact(grouped, "食堂夜里没有热饭", "夜里") == 0
    assert "食堂〔隐去〕没有〔隐去〕" in grouped.texts("食堂")


def test_a_changed_passage_loses_nothing_it_was_not_marked_for(grouped) -> None:
    excerpt = _excerpt(grouped, "食堂夜里没有热饭")
    with pytest.raises(Stale):
        redaction.redact(excerpt, words=[(0, "夜里")], of=grouped.cast.investigation, by=grouped.cast.secretary)
    with pytest.raises(BadInput) as refused:
        redaction.redact(excerpt, words=[], of=grouped.cast.investigation, by=grouped.cast.secretary)
    assert refused.value.field == "words"
    assert excerpt.redactions == []


def test_key_terms_go_that_only_the_words_had_said(grouped) -> None:
    food = grouped.concern("食堂")
    food.terms = ["食堂", "夜里", "热饭"]
    _redact(grouped, "食堂夜里没有热饭", "夜里")
    assert food.terms == ["食堂", "热饭"]
    _redact(grouped, "食堂夜里没有热饭", "食堂")
    assert food.terms == ["食堂", "热饭"], "others said it as well"


def test_a_name_that_says_the_words_is_pointed_out(grouped) -> None:
    excerpt = _excerpt(grouped, "食堂夜里没有热饭")
    assert redaction.still_named(excerpt, [(0, "食堂")]) == [grouped.concern("食堂")]
    assert redaction.still_named(excerpt, [(2, "夜里")]) == []


def test_the_record_and_the_steps_hold_none_of_the_words(grouped) -> None:
    _redact(grouped, "食堂夜里没有热饭", "夜里")
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "redact")).all()
    assert len(entries) == 1 and "夜里" not in str(vars(entries[0]))
    assert db.session.scalars(select(Undo)).all() == []


@pytest.mark.parametrize(
    "text",
    ["食堂夜里没有热饭，张三说的。", "The canteen's hot-plate is broken!", "电话13812345678 找他", "👍 好", ""],
    ids=["zh", "en", "phone", "astral", "empty"],
)
def test_pieces_make_up_the_passage_and_hide_what_is_masked(text) -> None:
    people = Names(["张三"])
    found = redaction.pieces(Excerpt(text=text, redactions=[[0, 2]] if text else []), people)
    for piece in found:
        assert text[piece.start : piece.start + len(piece.text)] == piece.text
    shown = "".join(piece.text for piece in found)
    assert "张三" not in shown and "138" not in shown
    if text:
        assert found[0].shown is redaction.Shown.GONE and text[:2] not in shown
        assert len(shown) > 0 or text == "👍 好"


def test_neighbouring_words_are_taken_as_one() -> None:
    assert redaction.together([(4, "饭"), (0, "食堂"), (2, "夜里"), (0, "食堂")]) == [(0, "食堂夜里饭")]
    assert redaction.together([(0, "a"), (2, "b")]) == [(0, "a"), (2, "b")]


def test_who_may_read_a_passage_may_mark_it(grouped) -> None:
    talk = grouped.talk("食堂里有人偷东西。", Visibility.SECRETARY)
    grouped.group()
    of = {"within": grouped.cast.branch}
    excerpt_id = _excerpt(grouped, "食堂里有人偷东西。").id
    assert redaction.passage(excerpt_id, reader=grouped.cast.secretary, **of).id == excerpt_id
    with pytest.raises(NotFound):
        redaction.passage(excerpt_id, reader=grouped.cast.committee_member, **of)
    with pytest.raises(NotFound):
        redaction.passage(excerpt_id, reader=grouped.cast.secretary, within=grouped.cast.elsewhere)
    with pytest.raises(NotFound):
        redaction.passage(10**6, reader=grouped.cast.secretary, **of)
    grouped.amend(talk, "食堂里有人偷东西。", Visibility.INTERVIEWER)
    with pytest.raises(NotFound):
        redaction.passage(excerpt_id, reader=grouped.cast.secretary, **of)


@pytest.fixture
def seen(stage, fill, client_for):
    fill(stage)
    stage.group()
    return stage, client_for("secretary")


def test_the_page_asks_before_the_words_go(seen) -> None:
    stage, secretary = seen
    excerpt = _excerpt(stage, "食堂夜里没有热饭")
    url = f"/app/passages/{excerpt.id}/redact"
    values = re.findall(r'name="words" value="([^"]+)"', secretary.get(url).text)
    assert "".join(value.partition("-")[2] for value in values) == excerpt.text
    marked = next(value for value in values if "夜里" in value)
    assert secretary.post(url).status_code == 422
    asked = secretary.post(url, data={"words": marked})
    assert asked.status_code == 200 and 'value="yes"' in asked.text and "食堂〔隐去〕没有热饭" in asked.text
    again = secretary.post(url, data={"words": marked, "sure": "back"})
    assert f'value="{marked}" checked' in again.text
    assert "食堂夜里没有热饭" in stage.texts("食堂"), "nothing went yet"
    assert secretary.post(url, data={"words": marked, "sure": "yes"}).status_code == 302
    page = secretary.get(f"/app/concerns/{stage.concern('食堂').id}").text
    assert "食堂〔隐去〕没有热饭" in page and "夜里" not in page
    assert "夜里" not in secretary.get(url).text


def test_words_that_moved_are_marked_anew(seen) -> None:
    stage, secretary = seen
    url = f"/app/passages/{_excerpt(stage, '食堂夜里没有热饭').id}/redact"
    assert secretary.post(url, data={"words": "0-夜里", "sure": "yes"}).status_code == 409
    assert secretary.post(url, data={"words": ["x", "-", "99999999999-a"], "sure": "yes"}).status_code == 422
    assert "食堂夜里没有热饭" in stage.texts("食堂")


def test_names_stay_masked_on_the_page_for_marking(seen) -> None:
    stage, secretary = seen
    stage.survey({"q13": "食堂的党员丙太凶了"})
    stage.group()
    excerpt = db.session.scalars(select(Excerpt).where(Excerpt.text.contains("党员丙"))).one()
    assert "党员丙" not in secretary.get(f"/app/passages/{excerpt.id}/redact").text
    assert "党员丙" in excerpt.text and "党员丙" not in names(stage.cast.branch).masked(excerpt.text)


def test_the_words_stay_gone_when_the_notes_are_worded_anew(grouped) -> None:
    talk = grouped.talk("食堂的包子太少了。")
    grouped.group()
    _redact(grouped, "食堂的包子太少了。", "包子")
    db.session.commit()
    grouped.amend(talk, "食堂的包子实在太少了，大家都这么说。")
    grouped.group()
    assert not any("包子" in text for text in grouped.texts("食堂") | grouped.texts(None))
    assert any("〔隐去〕" in text and "实在" in text for text in grouped.texts("食堂"))
