"""A worker's part: take a job, do it, say how far it is, and take up what others left."""

import threading
import time
from contextlib import suppress
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Update, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core import jobs, traces
from core.clock import now
from core.db import db
from core.errors import DomainError
from core.i18n import speaking
from core.jobs.models import UNFINISHED, Job
from core.jobs.queues import pending
from core.terms import JobState


class Cancelled(Exception):
    """A person stopped the job: let this pass, so that nothing of the work is kept."""


class Progress:
    """Handed to a job to say how far it is; call it between transactions, never after a write.

    It raises `Cancelled` once a person stopped the job.
    """

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self.stopped = threading.Event()

    def __call__(self, share: float) -> None:
        """Show `share` (0 to 1) of the work as done."""
        session = db.session()
        if session.new or session.dirty or session.deleted or session.info.get("wrote"):
            raise RuntimeError("a job must report progress before it writes, or the report would undo the writing")
        session.rollback()
        if not touch(self._job_id, progress=min(max(share, 0.0), 1.0)):
            raise Cancelled

    def check(self) -> None:
        """Raise `Cancelled` if the last sign of life found the job stopped: costs nothing, in any thread, any time."""
        if self.stopped.is_set():
            raise Cancelled


def run(job_id: int) -> None:
    """Run one waiting job to its end; a job somebody else took is left alone. Call it between transactions."""
    db.session.rollback()  # ends a reading transaction, which on SQLite would keep the claim waiting
    if not _claim(job_id):
        return
    jobs.IN_HAND.add(job_id)
    ended, progress = threading.Event(), Progress(job_id)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    pulse = threading.Thread(target=_beat, args=(app, job_id, progress.stopped, ended), daemon=True)
    if app.config["SETTINGS"].queue != "inline":
        pulse.start()
    try:
        _perform(job_id, progress)
    except Cancelled:
        db.session.rollback()
    except DomainError as error:
        db.session.rollback()
        touch(job_id, state=JobState.FAILED, error=str(error), finished_at=now())
    except OperationalError as error:
        db.session.rollback()
        app.logger.error("job %s is tried again: %s", job_id, traces.where(error))
        _put_back(job_id)
    except Exception as error:
        db.session.rollback()
        app.logger.error("job %s failed: %s", job_id, traces.where(error))
        touch(job_id, state=JobState.FAILED, error=type(error).__name__, finished_at=now())
        if app.testing:
            raise
    finally:
        ended.set()
        jobs.IN_HAND.discard(job_id)


def _put_back(job_id: int) -> None:
    """Let a job wait whose database was gone or too busy; the next sweep sends it, and it is not tried for ever."""
    with suppress(OperationalError):  # still gone: then the job counts as lost in a while
        tries = db.session.get_one(Job, job_id).tries
        db.session.rollback()
        if tries < jobs.TRIES:
            touch(job_id, state=JobState.WAITING)
        else:
            touch(job_id, state=JobState.FAILED, error="OperationalError", finished_at=now())


def _perform(job_id: int, progress: Progress) -> None:
    """Carry a job out; what it wrote and that it is done become true together, or, once it was stopped, neither."""
    row = db.session.get_one(Job, job_id)
    name, arguments, language = row.name, dict(row.arguments), row.language
    db.session.rollback()
    db.session.info.pop("wrote", None)
    with speaking(language):
        result = jobs.HANDLERS[name](progress, **arguments)
    ended = {"state": JobState.DONE, "progress": 1.0, "result": result, "finished_at": now(), "heartbeat_at": now()}
    if not db.session.execute(_while_running(job_id).values(**ended)).rowcount:
        raise Cancelled
    db.session.commit()
    db.session.info.pop("wrote", None)


def recover() -> int:
    """Queue again what a dead worker lost and what was never sent; return how many."""
    sent, begun = pending(current_app), time.monotonic()
    # A sign of life from the future is of a clock that has been put right since.
    lost, ahead = now() - jobs.LOST, now() + jobs.LOST
    with Session(db.engine) as session:
        unfinished = select(Job).where(Job.state.in_(UNFINISHED)).with_for_update()
        again = []
        rows = session.scalars(unfinished).all()
        # Whoever had to wait for the database knows that others had to, with their signs of life: nobody is lost yet.
        held_up = time.monotonic() - begun > jobs.HELD_UP
        for row in rows:
            seen = row.heartbeat_at or row.created_at
            if row.id in jobs.IN_HAND or (row.state is JobState.RUNNING and (held_up or lost < seen < ahead)):
                continue
            if row.state is JobState.RUNNING and row.tries >= jobs.TRIES:
                row.state, row.error, row.finished_at = (
                    JobState.FAILED,
                    "worker lost",
                    now(),
                )
                continue
            if row.state is JobState.WAITING and row.id in sent:
                continue
            row.state = JobState.WAITING
            again.append(row.id)
        session.commit()
    for job_id in again:
        jobs._send(job_id)
    return len(again)


def _claim(job_id: int) -> bool:
    with Session(db.engine) as session:
        taken = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == JobState.WAITING)
            .values(
                state=JobState.RUNNING,
                heartbeat_at=now(),
                tries=Job.tries + 1,
                error="",
            )
        )
        session.commit()
        return taken.rowcount == 1


def _while_running(job_id: int) -> Update:
    return update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING)


def touch(job_id: int, **values: Any) -> bool:
    """Note a sign of life and `values` of a running job; False when it is no longer running."""
    with Session(db.engine) as session:
        taken = session.execute(_while_running(job_id).values(heartbeat_at=now(), **values))
        session.commit()
        return taken.rowcount == 1


def _beat(app: Flask, job_id: int, stopped: threading.Event, ended: threading.Event) -> None:
    with app.app_context():
        while not ended.wait(jobs.HEARTBEAT):
            with suppress(OperationalError):  # the job itself is writing much: the next beat tells
                if not touch(job_id):
                    stopped.set()
