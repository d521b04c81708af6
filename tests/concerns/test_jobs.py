"""Grouping again keeps what a person decided; nothing that must not be known gets into the excerpts."""

import dataclasses
import re
from itertools import pairwise

import pytest
from sqlalchemy import func, inspect, select

import core.jobs
from concerns import actions, curation, grouping, jobs, queries, vocabularies
from concerns.models import Concern, Excerpt
from core.db import db
from core.errors import NotFound, Stale
from core.terms import ExcerptKind, JobState, SourceKind, SurveyState, Visibility
from interviews import passages
from interviews import queries as talk_queries
from surveys.models import Survey
from tests.concerns.conftest import by_topic
from text.vocabulary import Vocabulary as Words

pytestmark = pytest.mark.usefixtures("foreseeable")


def test_a_first_run_makes_a_concern_of_each_group(any_stage, fill) -> None:
    fill(any_stage)
    result = any_stage.group()
    lines = any_stage.lines()
    assert {label: line.voices for label, line in lines.items()} == {"食堂": 6, "停车": 3, "宿舍": 3}
    assert [(source.kind, source.voices) for source in lines["食堂"].sources] == [
        (SourceKind.SURVEY, 5),
        (SourceKind.TALK, 1),
    ]
    assert any_stage.texts(None) == {"希望多发几本书"}
    assert result == {"concerns": 3, "passages": 13, "ungrouped": 1}


def test_a_run_without_anything_new_changes_nothing(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    before = _everything()
    any_stage.group()
    assert _everything() == before


def test_an_unfinished_survey_and_a_talk_for_the_interviewer_alone_are_left_out(stage) -> None:
    stage.survey({"q13": "食堂太贵"}, {"q13": "食堂太远"}, state=SurveyState.OPEN)
    stage.talk("停车太难。停车太贵。", Visibility.INTERVIEWER)
    assert stage.group() == {"concerns": 0, "passages": 0, "ungrouped": 0}


def test_a_talk_closed_to_others_disappears_at_once_and_for_good(any_stage, fill) -> None:
    fill(any_stage)
    talk = any_stage.talk("停车要交钱，不合理。")
    any_stage.group()
    moved = any_stage.ids("停车", "停车要交钱，不合理。")
    curation.move(
        any_stage.concern("停车"),
        excerpt_ids=moved,
        to=any_stage.concern("食堂"),
        of=any_stage.cast.investigation,
        by=any_stage.cast.secretary,
    )
    db.session.commit()
    any_stage.amend(talk, "停车要交钱，不合理。", Visibility.INTERVIEWER)
    assert "停车要交钱，不合理。" not in any_stage.texts("食堂")
    assert any_stage.lines()["食堂"].voices == 6
    assert "停车要交钱，不合理。" not in set(db.session.scalars(select(Excerpt.text)))
    any_stage.group()
    assert "停车要交钱，不合理。" not in set(db.session.scalars(select(Excerpt.text)))


def test_a_sentence_taken_back_disappears_at_once_and_for_good(any_stage, fill) -> None:
    fill(any_stage)
    talk = any_stage.talk("停车要交钱，不合理。停车太远。")
    any_stage.group()
    (line,) = (line for line in passages.lines(talk, "停车要交钱，不合理。停车太远。") if "交钱" in line.text)
    passages.take_back(talk, line.mark, notes="停车要交钱，不合理。停车太远。", by=any_stage.cast.secretary)
    db.session.commit()
    any_stage.group()
    any_stage.amend(talk, "停车要交钱，不合理。停车太远。停车太乱。")
    any_stage.group()
    assert {"停车太远。", "停车太乱。"} <= any_stage.texts("停车")
    assert "停车要交钱，不合理。" not in set(db.session.scalars(select(Excerpt.text)))


def test_a_member_talked_with_twice_is_one_speaker(any_stage, fill) -> None:
    fill(any_stage)
    for _time in range(4):
        any_stage.talk("停车太远。停车太乱。")
    any_stage.group()
    assert any_stage.lines()["停车"].voices == 4  # three answers and the worker
    assert any_stage.lines()["停车"].quotes == ()
    any_stage.talk("停车太远。", member=any_stage.colleague(1))
    any_stage.group()
    assert any_stage.lines()["停车"].voices == 5
    assert any_stage.lines()["停车"].quotes


def test_a_new_name_stays_and_draws_what_is_like_it(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    curation.rename(any_stage.concern("食堂"), label="吃饭问题", summary="", seen=1, by=any_stage.cast.secretary)
    db.session.commit()
    number = any_stage.lines()["吃饭问题"].id
    any_stage.survey({"q13": "食堂周末不开门"})
    any_stage.group()
    assert any_stage.lines()["吃饭问题"].id == number
    assert any_stage.lines()["吃饭问题"].voices == 7
    assert "食堂" not in any_stage.lines()


def test_merged_concerns_stay_together(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    parking, meals = any_stage.concern("停车"), any_stage.concern("食堂")
    curation.merge(parking, into=meals, seen=parking.revision, by=any_stage.cast.secretary)
    db.session.commit()
    assert any_stage.lines()["食堂"].voices == 9
    any_stage.group()
    assert set(any_stage.lines()) == {"食堂", "宿舍"}
    assert any_stage.lines()["食堂"].voices == 9


def test_a_split_and_a_move_stay(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    investigation, by = any_stage.cast.investigation, any_stage.cast.secretary
    curation.split(
        any_stage.concern("食堂"),
        excerpt_ids=any_stage.ids("食堂", "食堂价格太贵"),
        label="价格",
        of=investigation,
        by=by,
    )
    curation.move(
        any_stage.concern("停车"),
        excerpt_ids=any_stage.ids("停车", "停车太难"),
        to=any_stage.concern("宿舍"),
        of=investigation,
        by=by,
    )
    curation.move(
        any_stage.concern("停车"),
        excerpt_ids=any_stage.ids("停车", "停车场太暗"),
        to=None,
        of=investigation,
        by=by,
    )
    db.session.commit()
    any_stage.group()
    assert any_stage.texts("价格") == {"食堂价格太贵"}
    assert "停车太难" in any_stage.texts("宿舍")
    assert "停车场太暗" in any_stage.texts(None)
    assert "食堂价格太贵" not in any_stage.texts("食堂")


def test_hidden_things_stay_hidden(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    by = any_stage.cast.secretary
    curation.set_aside(
        any_stage.concern("食堂"),
        excerpt_ids=any_stage.ids("食堂", "食堂的菜太咸"),
        of=any_stage.cast.investigation,
        by=by,
    )
    curation.hide(any_stage.concern("宿舍"), seen=1, by=by)
    db.session.commit()
    assert any_stage.lines()["食堂"].voices == 5
    any_stage.survey({"q13": "宿舍太冷"})
    any_stage.group()
    assert set(any_stage.lines()) == {"食堂", "停车"}
    assert any_stage.lines()["食堂"].voices == 5
    assert any_stage.lines(hidden=True)["宿舍"].voices == 4


def test_a_concern_nobody_touched_keeps_its_number_and_one_with_an_action_stands(stage, fill, monkeypatch) -> None:
    fill(stage)
    stage.group()
    before = {label: line.id for label, line in stage.lines().items()}
    actions.add(stage.concern("停车"), actions.Plan("划线", "后勤"), by=stage.cast.secretary)
    db.session.commit()
    # From now on the machine finds nothing in the answers about parking.
    monkeypatch.setattr("tests.concerns.conftest.TOPICS", ("食堂", "宿舍"))
    stage.group()
    after = {label: line.id for label, line in stage.lines().items()}
    assert after == before
    assert stage.lines()["停车"].voices == 3


def test_a_group_that_falls_apart_leaves_its_passages_alone(stage, fill, monkeypatch) -> None:
    fill(stage)
    stage.group()
    monkeypatch.setattr("tests.concerns.conftest.TOPICS", ("食堂",))
    stage.group()
    assert set(stage.lines()) == {"食堂"}
    assert "停车太难" in stage.texts(None)


def _stopping(stage, at: float):
    """A run that a person stops once it has come as far as `at`; return its job."""
    job = core.jobs.enqueue(
        "concerns.regroup",
        organisation_id=stage.cast.branch.id,
        language="zh",
        investigation_id=stage.cast.investigation.id,
    )
    db.session.commit()
    handler, told = core.jobs.HANDLERS["concerns.regroup"], []

    def regroup(progress, **arguments):
        def tell(share: float) -> None:
            progress(share)
            told.append(share)
            if share >= at and job.running:
                assert core.jobs.cancel(job)
                db.session.commit()

        return handler(tell, **arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(core.jobs.HANDLERS, "concerns.regroup", regroup)
        core.jobs.run_inline()
    assert told == sorted(told)
    db.session.expire_all()
    return job


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9], ids=["reading", "cutting", "grouping"])
def test_a_stopped_run_leaves_everything_as_it_was(any_stage, fill, at) -> None:
    fill(any_stage)
    any_stage.group()
    before = _everything()
    any_stage.survey({"q13": "食堂周末不开门"}, {"q13": "宿舍太冷"}, {"q13": "班车太少"}, {"q13": "班车太慢"})
    job = _stopping(any_stage, at)
    assert job.state is JobState.CANCELLED and job.result is None
    assert _everything() == before
    any_stage.group()
    assert {"班车", "食堂"} <= set(any_stage.lines())


def test_grouping_is_not_started_twice(stage, client_for) -> None:
    browser, url = client_for("secretary"), f"/app/investigations/{stage.cast.investigation.id}/concerns/regroup"
    mine = {"organisation_id": stage.cast.branch.id, "investigation_id": stage.cast.investigation.id}
    core.jobs.enqueue("concerns.regroup", language="zh", **mine)
    db.session.commit()
    core.jobs.current_app.extensions["inline_jobs"].clear()
    browser.post(url)
    assert db.session.scalar(select(func.count()).select_from(core.jobs.Job)) == 1


def test_the_page_offers_to_stop_a_run_and_says_so(stage, client_for) -> None:
    core.jobs.enqueue(
        "concerns.regroup",
        organisation_id=stage.cast.branch.id,
        language="zh",
        investigation_id=stage.cast.investigation.id,
    )
    db.session.commit()
    core.jobs.current_app.extensions["inline_jobs"].clear()
    url = f"/app/investigations/{stage.cast.investigation.id}/concerns"
    (action,) = re.findall(r'action="(/app/jobs/\d+/cancel)"', client_for("secretary").get(url).text)
    assert "/cancel" not in client_for("committee_member").get(url).text
    answer = client_for("secretary").post(action, data={"back": url})
    assert answer.location == url
    assert "/cancel" not in client_for("secretary").get(url).text


def test_what_an_organisation_set_up_reaches_the_grouping(stage, fill, app, monkeypatch, tmp_path) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], embeddings=tmp_path)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    vocabularies.change(words="夜间巴士", stop="同志", seen=0, within=stage.cast.branch, by=stage.cast.secretary)
    db.session.commit()
    given = {}

    def spy(texts, **means):
        given.update(means)
        return by_topic(texts)

    monkeypatch.setattr(grouping, "group", spy)
    fill(stage)
    stage.group()
    assert given["vocabulary"] == Words.of(["夜间巴士"], ["同志"])
    assert callable(given["vectors"]) and list(given["mapped"](len, [[1], [1, 2]])) == [1, 2]


def test_praise_stands_in_no_concern(stage) -> None:
    stage.survey(*({"q13": text} for text in ("食堂的菜太咸", "食堂排队太久", "食堂师傅特别好，感谢他们")))
    stage.group()
    assert stage.texts("食堂") == {"食堂的菜太咸", "食堂排队太久"}
    assert db.session.scalar(select(Excerpt.concern_id).where(Excerpt.kind == ExcerptKind.PRAISE)) is None


def test_who_curates_while_a_run_is_under_way_loses_nothing(stage, fill) -> None:
    fill(stage)
    stage.group()
    renamed = []

    def progress(share: float) -> None:
        db.session.rollback()
        if share > 0.1 and not renamed:
            concern = stage.concern("食堂")
            curation.rename(concern, label="吃饭", seen=concern.revision, by=stage.cast.secretary)
            db.session.commit()
            renamed.append(concern.id)

    jobs.regroup(progress, investigation_id=stage.cast.investigation.id)
    db.session.commit()
    assert stage.lines()["吃饭"].id == renamed[0]
    assert stage.lines()["吃饭"].voices == 6


def test_a_run_gives_up_when_curating_never_stops(stage, fill) -> None:
    fill(stage)
    stage.group()

    def progress(share: float) -> None:
        db.session.rollback()
        concern = stage.concern("食堂")
        curation.accept(concern, seen=concern.revision, by=stage.cast.secretary)
        db.session.commit()

    with pytest.raises(Stale):
        jobs.regroup(progress, investigation_id=stage.cast.investigation.id)


def test_an_investigation_that_is_gone_is_said_so(stage) -> None:
    with pytest.raises(NotFound):
        jobs.regroup(lambda share: None, investigation_id=4711)


def test_a_changed_note_keeps_the_place_of_what_is_still_said(stage, fill) -> None:
    fill(stage)
    stage.group()
    talk = stage.talk("停车太远。")
    stage.group()
    number = stage.ids("停车", "停车太远。")
    stage.amend(talk, "他说班车也少。停车太远。")
    stage.group()
    assert stage.ids("停车", "停车太远。") == number
    excerpt = db.session.get_one(Excerpt, number[0])
    found = talk_queries.passages_for_concerns(investigation=stage.cast.investigation, within=stage.cast.branch)
    released = dict(found)[talk.id]
    assert "\n".join(released)[excerpt.start : excerpt.end] == excerpt.text
    assert len(set(db.session.scalars(select(Excerpt.voice).where(Excerpt.source_id == talk.id)))) == 1


def test_no_column_of_an_excerpt_names_a_member_or_a_response() -> None:
    columns = {column.name for column in inspect(Excerpt).columns}
    assert not {name for name in columns if "member" in name or "response" in name or name.endswith("_at")}


def test_two_answers_of_one_person_share_no_voice_and_no_order(any_stage) -> None:
    answers = [{"q13": f"食堂第{number:02}条太咸", "q14": f"停车第{99 - number:02}条太远"} for number in range(30)]
    survey = any_stage.survey(*answers)
    any_stage.group()
    rows = db.session.execute(select(Excerpt.id, Excerpt.item, Excerpt.voice, Excerpt.text).order_by(Excerpt.id)).all()
    assert len({row.voice for row in rows}) == 60
    for item in ("q13", "q14"):
        texts = [row.text for row in rows if row.item == item]
        assert all(first <= second for first, second in pairwise(texts)), "numbers must follow the text"
    # One more response arrives later, on paper: its two answers must not be the two newest numbers.
    any_stage.answer(survey, {"q13": "食堂第00条太淡", "q14": "停车第00条太近"})
    any_stage.group()
    newest = db.session.scalars(select(Excerpt.text).order_by(Excerpt.id.desc()).limit(2)).all()
    assert set(newest) != {"食堂第00条太淡", "停车第00条太近"}
    for item in ("q13", "q14"):
        texts = db.session.scalars(select(Excerpt.text).where(Excerpt.item == item).order_by(Excerpt.id)).all()
        assert texts == sorted(texts)


def test_late_answers_keep_what_was_decided_about_the_others(any_stage, fill) -> None:
    fill(any_stage)
    any_stage.group()
    curation.move(
        any_stage.concern("停车"),
        excerpt_ids=any_stage.ids("停车", "停车太难"),
        to=any_stage.concern("食堂"),
        of=any_stage.cast.investigation,
        by=any_stage.cast.secretary,
    )
    db.session.commit()
    survey_id = db.session.scalar(select(Excerpt.source_id).where(Excerpt.source == SourceKind.SURVEY))
    any_stage.answer(db.session.get_one(Survey, survey_id), {"q13": "宿舍太远"})
    any_stage.group()
    assert "停车太难" in any_stage.texts("食堂")
    assert "宿舍太远" in any_stage.texts("宿舍")


def test_names_do_not_reach_labels_terms_or_quotes(stage, monkeypatch) -> None:
    stage.survey(*({"q13": f"食堂的党员丙{word}"} for word in ("太凶", "不理人", "太慢", "不公平", "迟到")))
    seen = []

    def spy(texts, **kwargs):
        seen.extend(texts)
        return _grouping(texts, **kwargs)

    from tests.concerns.conftest import by_topic as _grouping

    monkeypatch.setattr(jobs.arrange.__globals__["grouping"], "group", spy)
    stage.group()
    line = stage.lines()["食堂"]
    assert seen and not any("党员丙" in text for text in seen)
    assert line.quotes and not any("党员丙" in text for text in (*line.quotes, line.summary))
    assert not any("党员丙" in (text or "") for text in stage.texts("食堂"))


def test_passages_kept_to_the_secretary_are_counted_but_never_quoted(stage) -> None:
    for number in range(6):
        stage.talk(f"食堂第{number}次涨价，太贵。", Visibility.SECRETARY, member=stage.colleague(number))
    stage.group()
    line = stage.lines()["食堂"]
    assert line.voices == 6
    assert line.quotes == () and line.summary == ""
    concern = stage.concern("食堂")
    shown = {
        reader: queries.passages(stage.cast.investigation, concern, within=stage.cast.branch, reader=reader)
        for reader in (stage.cast.secretary, stage.cast.committee_member)
    }
    assert all(passage.text for passage in shown[stage.cast.secretary].passages)
    assert [passage.text for passage in shown[stage.cast.committee_member].passages] == [None] * 6


def _everything() -> list[tuple]:
    db.session.expire_all()
    rows = db.session.execute(select(*inspect(Excerpt).columns).order_by(Excerpt.id)).all()
    concerns = db.session.execute(select(Concern.id, Concern.label).order_by(Concern.id)).all()
    return [tuple(row) for row in (*rows, *concerns)]


def test_voices_are_random_text() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", jobs.refreshed([], [_said()])[0].voice)


def _said():
    return jobs.sources.Said(SourceKind.TALK, 1, "食堂太贵。")
