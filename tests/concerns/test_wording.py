"""A model proposes, a person decides; nothing that may not be shown is sent, and nothing unsaid comes back."""

import dataclasses
import json

import pytest
from sqlalchemy import select

from concerns import curation, wording
from concerns.models import Concern, Excerpt
from core import jobs
from core.db import db
from core.errors import DomainError, Stale
from core.terms import JobState, Visibility
from tests.core.chat_server import chat_server

pytestmark = pytest.mark.usefixtures("foreseeable")
SUMMARY = "食堂的菜太咸。食堂排队太久。"


@pytest.fixture
def model(app, monkeypatch):
    """A model that is set up and answers about the canteen."""
    with chat_server() as model:
        settings = dataclasses.replace(app.config["SETTINGS"], chat=model.address, chat_model="m")
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        model.says = json.dumps({"label": "食堂饭菜价格", "summary": SUMMARY + "多数人要求涨薪。"}, ensure_ascii=False)
        yield model


@pytest.fixture
def grouped(stage, fill):
    """The usual stage, grouped."""
    fill(stage)
    stage.group()
    return stage


def propose(stage, label="食堂") -> jobs.Job:
    """Ask, and let the worker do it."""
    concern = stage.concern(label)
    job = wording.ask(concern, language="zh", within=stage.cast.branch, by=stage.cast.secretary)
    db.session.commit()
    jobs.run_inline()
    db.session.expire_all()
    return job


def proposed(stage, label="食堂"):
    return wording.proposal(stage.concern(label), within=stage.cast.branch)


def test_without_a_model_nothing_is_offered_and_nothing_sent(grouped, client_for) -> None:
    with pytest.raises(DomainError):
        propose(grouped)
    concern = grouped.concern("食堂")
    page = client_for("secretary").get(f"/app/concerns/{concern.id}").text
    assert "wording" not in page


def test_what_the_passages_bear_out_is_proposed(grouped, model) -> None:
    propose(grouped)
    found = proposed(grouped)
    assert (found.wording.label, found.wording.summary, found.wording.left_out) == ("食堂饭菜价格", SUMMARY, 1)
    assert grouped.lines()["食堂"].own_summary == ""  # nothing is changed before a person takes it


def test_a_person_takes_it_and_it_is_gone(grouped, model) -> None:
    propose(grouped)
    concern = grouped.concern("食堂")
    wording.take(
        concern,
        label="食堂饭菜",
        summary=SUMMARY,
        seen=concern.revision,
        within=grouped.cast.branch,
        by=grouped.cast.secretary,
    )
    db.session.commit()
    line = grouped.lines()["食堂饭菜"]
    assert line.own_summary == SUMMARY and line.curated
    assert proposed(grouped, "食堂饭菜") is None
    assert db.session.scalars(select(jobs.Job.result).where(jobs.Job.name == wording.JOB)).all() == [None]


def test_it_is_not_taken_twice_nor_over_somebody_elses_change(grouped, model) -> None:
    propose(grouped)
    concern = grouped.concern("食堂")
    seen, given = concern.revision, {"within": grouped.cast.branch, "by": grouped.cast.secretary}
    curation.rename(concern, label="吃饭", seen=seen, by=grouped.cast.secretary)
    db.session.commit()
    with pytest.raises(Stale):
        wording.take(concern, label="食堂饭菜", summary="", seen=seen, **given)
    wording.dismiss(concern, within=grouped.cast.branch)
    with pytest.raises(Stale):
        wording.take(concern, label="食堂饭菜", summary="", seen=concern.revision, **given)
    assert concern.label == "吃饭"


def test_only_what_may_be_quoted_is_sent(grouped, model) -> None:
    grouped.talk("食堂的事只说给书记听。", Visibility.SECRETARY, member=grouped.colleague(1))
    grouped.survey(
        {"q13": "食堂的党员丙太凶，电话13812345678"}, {"q13": "食堂里有秘密两个字"}, {"q13": "食堂藏起来的话"}
    )
    grouped.group()
    secret = db.session.scalar(select(Excerpt).where(Excerpt.text == "食堂里有秘密两个字"))
    secret.redactions = [[4, 6]]
    db.session.commit()
    curation.set_aside(
        grouped.concern("食堂"),
        excerpt_ids=grouped.ids("食堂", "食堂藏起来的话"),
        of=grouped.cast.investigation,
        by=grouped.cast.secretary,
    )
    db.session.commit()
    propose(grouped)
    (asked,) = model.asked
    sent = asked["messages"][1]["content"]
    assert "食堂的菜太咸" in sent.splitlines()
    for private in ("只说给书记听", "党员丙", "13812345678", "秘密", "藏起来"):
        assert private not in sent
    assert "停车" not in sent and "宿舍" not in sent


def test_few_voices_are_not_sent(grouped, model) -> None:
    with pytest.raises(DomainError):
        propose(grouped, "停车")
    assert model.asked == []


def test_what_is_taken_back_while_the_model_thinks_is_not_repeated(grouped, model) -> None:
    grouped.talk("食堂的窗口总关门。", member=grouped.colleague(1))
    talk = grouped.talk("食堂的蟑螂到处爬。", member=grouped.colleague(2))
    grouped.group()
    model.says = json.dumps({"label": "食堂的菜", "summary": "食堂的蟑螂到处爬。"}, ensure_ascii=False)
    app = jobs.current_app._get_current_object()

    def close() -> None:
        with app.app_context():
            row = db.session.get_one(type(talk), talk.id)
            stage = type(grouped)(grouped.cast)
            stage.amend(row, "食堂的蟑螂到处爬。", Visibility.INTERVIEWER)
            db.session.remove()

    model.meanwhile = close
    propose(grouped)
    assert "蟑螂" in model.asked[0]["messages"][1]["content"]
    assert proposed(grouped) is None or "蟑螂" not in proposed(grouped).wording.summary
    kept = db.session.scalars(select(jobs.Job.result).where(jobs.Job.name == wording.JOB)).all()
    assert "蟑螂" not in json.dumps(kept, ensure_ascii=False)


def test_a_talk_closed_later_takes_the_proposals_with_it(grouped, model) -> None:
    talk = grouped.talk("食堂的蟑螂到处爬。", member=grouped.colleague(1))
    grouped.group()
    model.says = json.dumps({"label": "食堂的菜", "summary": "食堂的蟑螂到处爬。"}, ensure_ascii=False)
    propose(grouped)
    assert "蟑螂" in proposed(grouped).wording.summary
    grouped.amend(talk, "食堂的蟑螂到处爬。", Visibility.INTERVIEWER)
    assert db.session.scalars(select(jobs.Job.result).where(jobs.Job.name == wording.JOB)).all() == [None]


def test_what_is_redacted_later_is_no_longer_proposed(grouped, model) -> None:
    propose(grouped)
    excerpt = db.session.scalar(select(Excerpt).where(Excerpt.text == "食堂排队太久"))
    excerpt.redactions = [[2, 6]]
    db.session.commit()
    assert proposed(grouped).wording.summary == "食堂的菜太咸。"


def test_a_model_that_fails_is_said_and_may_be_asked_again(grouped, model, client_for) -> None:
    model.raw = (500, {}, b"")
    job = propose(grouped)
    assert job.state is JobState.FAILED and "500" in job.error
    page = client_for("secretary").get(f"/app/concerns/{grouped.concern('食堂').id}").text
    assert "HTTP 500" in page and "/wording/propose" in page


def test_the_chain_by_pages(grouped, model, client_for) -> None:
    browser, concern = client_for("secretary"), grouped.concern("食堂")
    url = f"/app/concerns/{concern.id}"
    assert "127.0.0.1" in browser.get(url).text  # says whereto before it sends
    assert browser.post(f"{url}/wording/propose").status_code == 302
    db.session.expire_all()
    page = browser.get(url).text
    assert SUMMARY in page and "涨薪" not in page and "/wording/take" in page
    refused = browser.post(f"{url}/wording/take", data={"label": "", "summary": "我改过的", "revision": "1"})
    assert refused.status_code == 422 and "我改过的" in refused.text
    taken = browser.post(
        f"{url}/wording/take", data={"label": "饭菜", "summary": "我改过的", "revision": str(concern.revision)}
    )
    assert taken.status_code == 302
    db.session.expire_all()
    assert db.session.get_one(Concern, concern.id).summary == "我改过的"
    assert browser.post(f"{url}/wording/dismiss").status_code == 302


@pytest.mark.parametrize("what", ["propose", "take", "dismiss"])
@pytest.mark.parametrize(("who", "status"), [("committee_member", 403), ("member", 403), ("outsider", 404)])
def test_only_who_curates_may(grouped, model, client_for, what, who, status) -> None:
    url = f"/app/concerns/{grouped.concern('食堂').id}/wording/{what}"
    assert client_for(who).post(url).status_code == status
    assert model.asked == []
