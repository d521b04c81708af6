"""Background work runs once, says how far it is, and outlives its worker."""

import contextvars
import dataclasses
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core import jobs
from core.clock import now
from core.db import db
from core.errors import DomainError, NotFound
from core.terms import JobState
from members.models import Organisation
from tests.conftest import people

RUNS: list[int] = []


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    RUNS.clear()

    def count(progress, *, number):
        progress(0.5)
        RUNS.append(number)
        return {"number": number}

    def refuse(progress):
        raise DomainError("no")

    def write(progress, *, title, before=lambda: None, after=lambda: None):
        progress(0.1)
        before()
        progress(0.5)
        db.session.execute(update(Organisation).values(name=title))
        after()
        return {}

    monkeypatch.setitem(jobs.HANDLERS, "test.write", write)
    monkeypatch.setattr(jobs, "STOPPABLE", {"test.write"})
    monkeypatch.setitem(jobs.HANDLERS, "test.count", count)
    monkeypatch.setitem(jobs.HANDLERS, "test.refuse", refuse)


def ask(cast, name="test.count", **arguments):
    row = jobs.enqueue(name, organisation_id=cast.branch.id, language="zh", **arguments)
    return row.id


def row(job_id):
    db.session.expire_all()
    return db.session.get(jobs.Job, job_id)


def test_a_job_runs_after_the_commit_and_once(cast) -> None:
    job_id = ask(cast, number=1)
    jobs.run_inline()
    assert RUNS == []  # not committed: not sent
    db.session.commit()
    jobs.run_inline()
    jobs.run(job_id)
    assert RUNS == [1]
    assert row(job_id).state is JobState.DONE and row(job_id).result == {"number": 1} and row(job_id).progress == 1


def test_the_same_work_is_started_once(any_app) -> None:
    cast = people(any_app)

    def ask_once(organisation, number):
        return jobs.enqueue_once("test.count", organisation_id=organisation.id, language="zh", number=number)

    first = ask_once(cast.branch, 1)
    assert ask_once(cast.branch, 1) is first
    assert ask_once(cast.branch, 2) is not first
    assert ask_once(cast.elsewhere, 1) is not first
    db.session.commit()
    jobs.run_inline()
    assert sorted(RUNS) == [1, 1, 2]
    assert ask_once(cast.branch, 1) is not first  # it has ended: once more, please


def test_what_was_rolled_back_is_never_sent(cast) -> None:
    ask(cast, number=1)
    db.session.rollback()
    db.session.commit()
    jobs.run_inline()
    assert RUNS == []


def test_a_refusal_is_told(cast) -> None:
    job_id = ask(cast, "test.refuse")
    db.session.commit()
    jobs.run_inline()
    assert row(job_id).state is JobState.FAILED and row(job_id).error == "no"


def test_a_lost_worker_costs_nothing(cast) -> None:
    job_id = ask(cast, number=7)
    db.session.commit()
    lost = row(job_id)
    lost.state, lost.heartbeat_at, lost.tries = JobState.RUNNING, now() - timedelta(minutes=5), 1
    db.session.commit()
    jobs.recover()
    jobs.run_inline()
    assert RUNS == [7] and row(job_id).state is JobState.DONE


def test_a_living_worker_is_left_alone(cast) -> None:
    job_id = ask(cast, number=7)
    db.session.commit()
    busy = row(job_id)
    busy.state, busy.heartbeat_at = JobState.RUNNING, now()
    db.session.commit()
    jobs.recover()
    assert row(job_id).state is JobState.RUNNING


def test_three_lost_workers_are_enough(cast) -> None:
    job_id = ask(cast, number=7)
    db.session.commit()
    lost = row(job_id)
    lost.state, lost.heartbeat_at, lost.tries = JobState.RUNNING, now() - timedelta(minutes=5), jobs.TRIES
    db.session.commit()
    jobs.recover()
    assert row(job_id).state is JobState.FAILED


def test_progress_after_a_write_would_undo_it_and_is_refused(cast) -> None:
    cast.branch.name = "改了"
    with pytest.raises(RuntimeError, match="before it writes"):
        jobs.Progress(1)(0.5)


def test_other_organisations_do_not_see_it(cast) -> None:
    job_id = ask(cast, number=1)
    with pytest.raises(NotFound):
        jobs.find(job_id, within=cast.elsewhere)


def stop(job_id) -> bool:
    """Stop a job as another process would, and say whether it was still to be stopped."""
    found = []

    def click() -> None:
        with jobs.current_app._get_current_object().app_context():
            found.append(jobs.cancel(db.session.get_one(jobs.Job, job_id)))
            db.session.commit()
            db.session.remove()

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(click,))
    thread.start()
    thread.join()
    return found[0]


def running(cast, monkeypatch, **moments) -> int:
    """Run the writing job on an inline queue, `before` or `after` happening to it; return its number."""
    handler = jobs.HANDLERS["test.write"]
    job_id = ask(cast, "test.write", title="改了")
    told = {moment: lambda do=do: do(job_id) for moment, do in moments.items()}
    monkeypatch.setitem(jobs.HANDLERS, "test.write", lambda progress, **given: handler(progress, **given, **told))
    db.session.commit()
    jobs.run_inline()
    return job_id


def names() -> set[str]:
    db.session.expire_all()
    return set(db.session.scalars(select(Organisation.name)))


def test_who_stops_a_waiting_job_keeps_it_from_running(cast) -> None:
    job_id = ask(cast, "test.write", title="改了")
    db.session.commit()
    assert jobs.cancel(row(job_id))
    db.session.commit()
    jobs.run_inline()
    assert row(job_id).state is JobState.CANCELLED and row(job_id).finished_at and "改了" not in names()


def test_a_running_job_ends_at_its_next_report_and_writes_nothing(cast, monkeypatch) -> None:
    job_id = running(cast, monkeypatch, before=stop)
    assert row(job_id).state is JobState.CANCELLED and row(job_id).progress == 0.1 and row(job_id).error == ""
    assert "改了" not in names()


@pytest.mark.postgres
def test_a_job_stopped_after_its_last_report_undoes_its_writing(any_app, monkeypatch) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets nobody write beside a job that writes: stopping waits and comes too late")
    job_id = running(people(any_app), monkeypatch, after=stop)
    assert row(job_id).state is JobState.CANCELLED and "改了" not in names()


def test_a_job_that_has_ended_cannot_be_stopped(cast, monkeypatch) -> None:
    job_id = running(cast, monkeypatch)
    assert row(job_id).state is JobState.DONE and names() == {"改了"}
    assert jobs.cancel(row(job_id)) is False
    assert row(job_id).state is JobState.DONE


def test_what_must_come_to_its_end_is_not_stopped(cast) -> None:
    job_id = ask(cast, number=1)
    db.session.commit()
    assert not row(job_id).stoppable
    with pytest.raises(DomainError):
        jobs.cancel(row(job_id))
    assert row(job_id).state is JobState.WAITING


def test_a_stopped_job_is_not_taken_up_again(cast) -> None:
    job_id = ask(cast, "test.write", title="改了")
    db.session.commit()
    jobs.cancel(row(job_id))
    db.session.commit()
    assert jobs.recover() == 0
    jobs.run(job_id)
    assert row(job_id).state is JobState.CANCELLED


def test_a_job_of_this_very_process_is_not_lost_while_it_computes(cast, monkeypatch) -> None:
    job_id = ask(cast, number=7)
    db.session.commit()
    silent = row(job_id)
    silent.state, silent.heartbeat_at = JobState.RUNNING, now() - timedelta(minutes=5)
    db.session.commit()
    monkeypatch.setattr(jobs, "IN_HAND", {job_id})
    assert jobs.recover() == 0


def test_a_worker_hears_of_the_stop_between_reports(cast, app, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT", 0.01)
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], queue="local"))
    heard = []

    def long(progress):
        progress(0.1)
        jobs_row = db.session.get_one(jobs.Job, job_id)
        jobs.cancel(jobs_row)
        db.session.commit()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                progress.check()
            except jobs.Cancelled:
                heard.append(True)
                raise
            time.sleep(0.01)

    monkeypatch.setitem(jobs.HANDLERS, "test.write", long)
    monkeypatch.setattr(jobs, "_send", lambda job_id: None)
    job_id = ask(cast, "test.write")
    db.session.commit()
    jobs.run(job_id)
    assert heard and row(job_id).state is JobState.CANCELLED


@pytest.mark.parametrize(
    ("who", "status"),
    [("secretary", 302), ("committee_member", 403), ("member", 403), ("outsider", 404), ("", 302)],
)
def test_only_who_curates_stops_a_job_of_their_organisation(client_for, cast, who, status) -> None:
    job_id = ask(cast, "test.write", title="改了")
    db.session.commit()
    jobs.current_app.extensions["inline_jobs"].clear()
    answer = client_for(who).post(f"/app/jobs/{job_id}/cancel", data={"back": "/app/talks"})
    assert answer.status_code == status
    assert (row(job_id).state is JobState.CANCELLED) is (who == "secretary")
    if who == "secretary":
        assert answer.location == "/app/talks"


@pytest.mark.parametrize("back", ["", "https://example.org/", "//example.org", "/\\example.org", "/s/1", "/app/../x"])
def test_stopping_leads_to_a_page_of_the_product_only(client_for, cast, back) -> None:
    job_id = ask(cast, "test.write", title="改了")
    db.session.commit()
    jobs.current_app.extensions["inline_jobs"].clear()
    assert client_for("secretary").post(f"/app/jobs/{job_id}/cancel", data={"back": back}).location == "/app/"
