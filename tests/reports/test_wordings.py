"""A passage in somebody's words: kept over new numbers, per language, never overwritten by another's."""

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput
from reports import wordings
from reports.models import Wording
from reports.wordings import Overtaken, differences

KEY = "method.response.1"
THEN, NOW = "发放200份，回收150份，回收率75.0%。", "发放200份，回收163份，回收率81.5%。"


def keep(cast, text, *, by=None, based_on=0, language="zh", generated=THEN, key=KEY):
    return wordings.keep(
        cast.investigation,
        key,
        language=language,
        text=text,
        generated=generated,
        based_on=based_on,
        by=by or cast.secretary,
    )


def test_it_is_kept_with_what_the_numbers_said(app, cast) -> None:
    kept = keep(cast, "大家都很积极。\r\n\r\n第二段。  ")
    assert (kept.text, kept.generated, kept.revision) == ("大家都很积极。\n\n第二段。", THEN, 1)
    found = wordings.read(cast.investigation, language="zh")
    assert found[KEY].text == kept.text and found[KEY].changed_by == "书记甲"
    assert wordings.texts(found) == {KEY: kept.text}
    assert wordings.read(cast.investigation, language="en") == {}


def test_languages_are_worded_apart(app, cast) -> None:
    keep(cast, "中文")
    keep(cast, "English", language="en")
    assert [wordings.read(cast.investigation, language=each)[KEY].text for each in ("zh", "en")] == ["中文", "English"]


def test_new_numbers_are_told_and_the_words_stay(app, cast) -> None:
    keep(cast, "大家都很积极。")
    found = wordings.read(cast.investigation, language="zh")
    assert wordings.changed(found, {KEY: THEN}) == []
    assert wordings.changed(found, {KEY: NOW}) == [KEY]
    assert wordings.changed(found, {}) == []
    again = keep(cast, "大家都很积极。", based_on=1, generated=NOW)  # keep mine
    assert again.revision == 2
    assert wordings.changed(wordings.read(cast.investigation, language="zh"), {KEY: NOW}) == []


def test_left_out_and_taken_back(app, cast) -> None:
    out = keep(cast, "")
    assert out.left_out and wordings.texts(wordings.read(cast.investigation, language="zh")) == {KEY: ""}
    put_away = wordings.restore(cast.investigation, KEY, language="zh", based_on=out.revision, by=cast.secretary)
    assert put_away is not None and put_away.left_out
    assert wordings.read(cast.investigation, language="zh") == {}


def test_the_programs_own_words_are_no_wording(app, cast) -> None:
    keep(cast, "我的话")
    assert keep(cast, THEN + "\n", based_on=1) is None
    assert wordings.read(cast.investigation, language="zh") == {}


def test_giving_back_returns_what_was_put_away(app, cast) -> None:
    keep(cast, "写了很久的一段话")
    gone = wordings.restore(cast.investigation, KEY, language="zh", based_on=1, by=cast.secretary)
    assert gone is not None and gone.text == "写了很久的一段话"
    assert wordings.restore(cast.investigation, KEY, language="zh", based_on=0, by=cast.secretary) is None


def test_the_later_of_two_sees_both_and_overwrites_nothing(any_app) -> None:
    from tests.conftest import people

    cast = people(any_app)
    keep(cast, "甲写的")
    with pytest.raises(Overtaken) as caught:
        keep(cast, "乙写的", by=cast.committee_member)
    assert caught.value.theirs is not None and caught.value.theirs.text == "甲写的"
    assert wordings.read(cast.investigation, language="zh")[KEY].text == "甲写的"
    keep(cast, "甲写的，乙补充", by=cast.committee_member, based_on=caught.value.theirs.revision)
    with pytest.raises(Overtaken):
        wordings.restore(cast.investigation, KEY, language="zh", based_on=1, by=cast.secretary)


def test_given_back_meanwhile_is_told_too(app, cast) -> None:
    keep(cast, "甲写的")
    wordings.restore(cast.investigation, KEY, language="zh", based_on=1, by=cast.secretary)
    with pytest.raises(Overtaken) as caught:
        keep(cast, "乙改的", based_on=1, by=cast.committee_member)
    assert caught.value.theirs is None


def test_a_save_that_arrives_twice_is_one(app, cast) -> None:
    assert keep(cast, "甲写的").revision == 1
    assert keep(cast, "甲写的", based_on=0).revision == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 121, "<b>", "a\nb"], ids=["empty", "space", "long", "mark", "line"])
def test_what_is_no_passage_is_refused(app, cast, key) -> None:
    with pytest.raises(BadInput):
        keep(cast, "甲", key=key)


def test_too_long_is_refused_and_nothing_changes(app, cast) -> None:
    keep(cast, "甲")
    with pytest.raises(BadInput):
        keep(cast, "长" * (wordings.LONGEST + 1), based_on=1)
    assert wordings.read(cast.investigation, language="zh")[KEY].text == "甲"


def test_the_record_names_the_deed_once_a_sitting_and_never_the_words(app, cast) -> None:
    keep(cast, "机密一")
    keep(cast, "机密二", based_on=1)
    notes = db.session.scalars(select(AuditEntry).where(AuditEntry.thing == "wording")).all()
    assert [note.action for note in notes] == ["reword"]
    assert all("机密" not in f"{note.action}{note.thing}{note.thing_id}" for note in notes)


def test_another_organisation_reads_nothing(app, cast) -> None:
    keep(cast, "甲")
    row = db.session.scalar(select(Wording))
    row.organisation_id = cast.elsewhere.id
    db.session.flush()
    assert wordings.read(cast.investigation, language="zh") == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [(THEN, NOW), ("", NOW), (THEN, ""), (THEN, THEN), ("the old text", "the new text"), ("一\n二", "一\n三")],
    ids=["numbers", "new", "gone", "same", "english", "lines"],
)
def test_laid_over_each_other_both_texts_are_whole(before, after) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_numbers_are_compared_whole() -> None:
    gone = [piece.text for piece in differences(THEN, NOW) if piece.kind == "gone"]
    assert gone == ["150", "75.0%"]
