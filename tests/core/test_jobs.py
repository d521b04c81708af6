"""Background work runs once, says how far it is, and outlives its worker."""

from datetime import timedelta

import pytest

from core import jobs
from core.clock import now
from core.db import db
from core.errors import DomainError, NotFound
from core.terms import JobState

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
