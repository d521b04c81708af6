"""Open and closed by date: the last day, the days of grace, and work that starts by itself."""

from contextvars import Context
from datetime import timedelta

import pytest
from flask import current_app

from core import clock, jobs
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError
from core.terms import Access, Channel, JobState, SurveyState
from surveys import ballots, closing, fielding, keying, queries
from surveys import jobs as work
from tests.conftest import TODAY
from tests.surveys.conftest import DEFINITION, field


@pytest.fixture
def dated(app):
    """An open survey with two answers, whose last day is today."""
    fielded = field(app, DEFINITION)
    fielded.survey.closes_on = TODAY
    for code in fielded.codes[:2]:
        ballots.cast(
            fielded.public, code=code, answers={"a": "y"}, channel=Channel.PHONE, size=fielded.ready.sealed_size
        )
    db.session.commit()
    return fielded


@pytest.fixture
def on(monkeypatch):
    """Let it be a number of days after the last day."""
    return lambda days: monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=days))


def elsewhere(*steps):
    """Do steps as another process would, with a session of its own; return what the first returned."""
    app = current_app._get_current_object()
    db.session.commit()

    def do():
        with app.app_context():
            return [step() for step in steps][0]

    done = Context().run(do)
    db.session.expire_all()
    return done


def start() -> int:
    return jobs.start_due(language="zh")


def wait() -> int:
    """Let the worker look what is due, and do it."""
    return elsewhere(start, jobs.run_inline)


def grace(dated) -> int:
    due = closing.closes_itself_on(dated.survey)
    assert due is not None
    return (due - TODAY).days - 1


def test_answers_end_with_the_last_day_and_the_survey_closes_after_the_days_of_grace(dated, on) -> None:
    days = grace(dated)
    assert days >= 1
    on(1)
    assert not dated.public.answerable and wait() == 0
    on(days)
    assert wait() == 0 and dated.survey.state is SurveyState.OPEN
    on(days + 1)
    assert wait() == 1 and dated.survey.state is SurveyState.CLOSED
    assert queries.received(dated.survey) == 2 and not ballots.key_folder(dated.survey.id).exists()
    assert wait() == 0, "done is done"


def test_the_clock_stands_in_the_record_without_an_account(dated, on) -> None:
    on(grace(dated) + 1)
    wait()
    (entry,) = db.session.query(AuditEntry).filter_by(action="close")
    assert entry.account_id is None and entry.organisation_id == dated.survey.organisation_id


def test_an_interrupted_closing_is_finished(dated, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(closing.wiping, "wipe", lambda: (_ for _ in ()).throw(OSError("the power failed")))
        with pytest.raises(OSError):
            closing.close(dated.survey, by=dated.cast.secretary)
    db.session.rollback()
    assert closing.unfinished(dated.survey) and closing.interrupted() == [dated.survey]
    assert wait() == 1
    assert not closing.unfinished(dated.survey) and queries.received(dated.survey) == 2


def test_differing_paper_forms_keep_it_open_and_the_page_says_so(dated, on, client) -> None:
    for who, answers in (("secretary", {"a": "x"}), ("committee_member", {"a": "y"})):
        by = getattr(dated.cast, who)
        keying.key(dated.survey, 4, answers, complete=True, size=dated.ready.sealed_size, by=by)
    db.session.commit()
    on(grace(dated) + 1)
    assert wait() == 0 and dated.survey.state is SurveyState.OPEN
    page = client.get(f"/app/surveys/{dated.survey.id}").text
    assert 'class="flash warning"' in page and "/keying/differences" in page
    keying.discard(dated.survey, 4, by=dated.cast.secretary)
    db.session.commit()
    assert wait() == 1 and dated.survey.state is SurveyState.CLOSED


@pytest.fixture
def client(app, dated):
    """A browser signed in as the secretary."""
    browser = app.test_client()
    with browser.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = dated.cast.secretary.get_id(), True
    return browser


def test_two_workers_close_once(dated, on) -> None:
    on(grace(dated) + 1)
    assert elsewhere(start) == 1
    assert elsewhere(start) == 0, "another worker finds it waiting"
    branch = dated.cast.branch.id
    jobs.enqueue("surveys.close_due", organisation_id=branch, language="zh", within_id=branch)  # both asked at once
    elsewhere(jobs.run_inline)
    assert {job.state for job in db.session.query(jobs.Job)} == {JobState.DONE}
    assert db.session.query(AuditEntry).filter_by(action="close").count() == 1
    assert queries.received(dated.survey) == 2


def test_one_that_cannot_close_holds_no_other_up_and_is_not_tried_every_half_minute(dated, on) -> None:
    other = fielding.create(
        dated.cast.investigation, DEFINITION, within=dated.cast.branch, by=dated.cast.secretary, closes_on=TODAY
    )
    fielding.open_(other, within=dated.cast.branch, by=dated.cast.secretary)
    db.session.commit()
    key = ballots.key_folder(dated.survey.id) / "box"
    kept = key.read_bytes()
    key.write_bytes(bytes(len(kept)))
    on(grace(dated) + 1)
    assert wait() == 1
    assert other.state is SurveyState.CLOSED and dated.survey.state is SurveyState.OPEN
    assert jobs.latest("surveys.close_due", within=dated.cast.branch).state is JobState.FAILED
    assert wait() == 0, "it rests"
    key.write_bytes(kept)
    for job in db.session.query(jobs.Job):
        job.finished_at -= jobs.REST
    db.session.commit()
    assert wait() == 1 and dated.survey.state is SurveyState.CLOSED


def test_a_survey_without_a_last_day_never_closes_itself(dated, on) -> None:
    dated.survey.closes_on = None
    db.session.commit()
    on(4000)
    assert wait() == 0 and closing.closes_itself_on(dated.survey) is None


def test_the_last_day_can_be_put_off_until_it_is_closed(dated, on, client) -> None:
    url = f"/app/surveys/{dated.survey.id}/extend"
    on(1)
    later = (TODAY + timedelta(days=8)).isoformat()
    assert client.get(url).status_code == 200
    assert client.post(url, data={"closes_on": later}).status_code == 302
    db.session.expire_all()
    assert dated.public.answerable and dated.survey.closes_on.isoformat() == later
    assert client.post(url, data={"closes_on": TODAY.isoformat()}).status_code == 422, "that day is over"
    assert client.post(url, data={"closes_on": "soon"}).status_code == 422
    with pytest.raises(BadInput):
        fielding.extend(dated.survey, TODAY, by=dated.cast.secretary)
    closing.close(dated.survey, by=dated.cast.secretary)
    with pytest.raises(DomainError):
        fielding.extend(dated.survey, TODAY + timedelta(days=9), by=dated.cast.secretary)


def test_everybody_with_the_link_needs_no_code(app, cast) -> None:
    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary, access=Access.LINK)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    browser = app.test_client()
    with browser.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"] = cast.secretary.get_id(), True
    page = browser.get(f"/app/surveys/{survey.id}").text
    assert "/invitations" not in page and "/poster.pdf" in page
    assert browser.get(f"/app/surveys/{survey.id}/turnout").status_code == 200
    assert work.close_due(lambda share: None, within_id=cast.branch.id) == {"closed": 0}
