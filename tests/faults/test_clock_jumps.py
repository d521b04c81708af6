"""A clock that was a day ahead and is put right: nothing waits a day for it."""

from datetime import timedelta

from sqlalchemy import select

from core import jobs
from core.clock import now
from core.db import db
from core.terms import JobState
from tests.conftest import people


def test_a_job_whose_last_sign_of_life_lies_ahead_is_lost_too(any_app) -> None:
    cast = people(any_app)
    made = jobs.Job(
        organisation_id=cast.branch.id,
        name="reports.clear_renderings",
        arguments={"within_id": cast.branch.id},
        created_at=now(),
        state=JobState.RUNNING,
        heartbeat_at=now() + timedelta(days=1),  # its worker was killed while the clock was wrong
        tries=1,
    )
    db.session.add(made)
    db.session.commit()
    db.session.rollback()
    assert jobs.recover() == 1
    assert db.session.scalar(select(jobs.Job.state)) is JobState.WAITING


def test_a_job_of_a_worker_that_lives_is_left_alone(any_app) -> None:
    cast = people(any_app)
    made = jobs.Job(
        organisation_id=cast.branch.id,
        name="reports.clear_renderings",
        arguments={"within_id": cast.branch.id},
        created_at=now(),
        state=JobState.RUNNING,
        heartbeat_at=now() + timedelta(seconds=2),  # another machine, its clock a little ahead
        tries=1,
    )
    db.session.add(made)
    db.session.commit()
    db.session.rollback()
    assert jobs.recover() == 0
    assert db.session.scalar(select(jobs.Job.state)) is JobState.RUNNING
