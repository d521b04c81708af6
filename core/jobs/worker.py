"""The process that carries out jobs, and what it looks after between them."""

import threading
from collections.abc import Callable, Iterable
from zlib import crc32

from flask import Flask, current_app
from sqlalchemy import func, select

from core import jobs, storage, traces
from core.clock import now
from core.db import db
from core.jobs.models import UNFINISHED, Job
from core.jobs.queues import queue
from core.jobs.running import recover, touch
from core.terms import JobState


def work() -> None:
    """Carry out jobs, one after the other, until told to stop; several processes share what there is to do."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    consumer = queue(app).create_consumer(workers=1, periodic=False, initial_delay=0.1, max_delay=0.5)
    storage.tidy()
    threading.Thread(target=jobs._sweep, args=(app,), daemon=True).start()
    for prepare in jobs.WARM:
        prepare()
    consumer.run()
    # Told to stop in the middle of a job: another worker need not wait until this one counts as lost.
    for job_id in list(jobs.IN_HAND):
        touch(job_id, state=JobState.WAITING)


def start_due(*, language: str) -> int:
    """Enqueue every job that is due; return how many. Commits.

    One that waits or runs is not started again, and one that failed rests for a while before it is tried again.
    However many workers ask at the same moment, it is started once. A question that fails keeps no other from being
    asked; the first failure is raised in the end.
    """
    started, failed = 0, None
    for name, question in jobs.DUE.items():
        try:
            started += _start(name, question, language)
        except Exception as error:
            db.session.rollback()
            failed = failed or error
        db.session.remove()
    if failed is not None:
        raise failed
    return started


def _start(name: str, question: Callable[[], Iterable[int]], language: str) -> int:
    # Mostly nothing is due: only who has something to start takes a turn, and then asks again.
    due = list(question())
    db.session.rollback()
    if not due or not _turn(name):
        return 0
    started = 0
    for organisation_id in list(question()):
        busy = select(Job.id).where(
            Job.name == name,
            Job.organisation_id == organisation_id,
            Job.state.in_(UNFINISHED) | ((Job.state == JobState.FAILED) & (Job.finished_at > now() - jobs.REST)),
        )
        if db.session.scalar(busy.limit(1)) is None:
            jobs.enqueue(name, organisation_id=organisation_id, language=language, within_id=organisation_id)
            started += 1
    db.session.commit()
    return started


def _turn(name: str) -> bool:
    """Say whether this process may start what is due under that name, until its transaction ends."""
    if db.engine.dialect.name != "postgresql":
        db.session.connection()  # begins; on SQLite whoever may write has the database to themselves
        return True
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(0, crc32(name.encode()) >> 1))))


def _sweep(app: Flask) -> None:
    pause = threading.Event()
    with app.app_context():
        while True:
            try:
                recover()
                start_due(language=jobs.SPOKEN)
            except Exception as error:  # the next half minute tries again; the thread must not die
                db.session.remove()
                app.logger.error("due jobs: %s", traces.where(error))
            pause.wait(jobs.LOST.total_seconds() / 2)
