"""Work that need not hold up a page: our own table for the truth, Huey to carry it to a worker.

What is registered here, and the constants, are looked up in this module by the others of the package.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from zlib import crc32

from flask import Flask, current_app
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from core import traces
from core.clock import now
from core.db import db
from core.errors import DomainError, NotFound
from core.i18n import _
from core.jobs.models import UNFINISHED, Job
from core.jobs.queues import queue
from core.jobs.running import Cancelled, Progress, recover, run
from core.jobs.worker import _sweep, start_due, work
from core.terms import JobState

__all__ = ["Cancelled", "Job", "Progress", "_sweep", "recover", "run", "start_due", "work"]
HEARTBEAT = 5  # seconds between signs of life
LOST = timedelta(seconds=60)  # silence after which a running job counts as lost with its worker
HELD_UP = 1.0  # seconds of waiting for the database after which no job counts as lost
TRIES = 3
REST = timedelta(hours=1)  # before due work that failed is tried again
SPOKEN = "zh"  # the language of jobs nobody asked for
HANDLERS: dict[str, Callable[..., Any]] = {}
STOPPABLE: set[str] = set()  # names of jobs a person may stop halfway
DUE: dict[str, Callable[[], Iterable[int]]] = {}
WARM: list[Callable[[], object]] = []
IN_HAND: set[int] = set()  # jobs this process is running


def job(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Register `handler(progress, **arguments)` under "package.function"; it must be safe to run twice."""
    HANDLERS[_name(handler)] = handler
    return handler


def stoppable(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Let a person stop this job halfway: it writes in one transaction, after its last report of progress."""
    STOPPABLE.add(_name(handler))
    return handler


def _name(handler: Callable[..., Any]) -> str:
    return f"{handler.__module__.split('.')[0]}.{handler.__name__}"


def due(name: str) -> Callable[[Callable[[], Iterable[int]]], Callable[[], Iterable[int]]]:
    """Register a question the worker asks every half minute: for which organisations (ids) is the job `name` due?

    The job gets `within_id`, the organisation's id; it must make its own question answer "none".
    """

    def register(question: Callable[[], Iterable[int]]) -> Callable[[], Iterable[int]]:
        DUE[name] = question
        return question

    return register


def warm(prepare: Callable[[], object]) -> Callable[[], object]:
    """Register what a worker loads when it starts, before its first job; web processes never do."""
    WARM.append(prepare)
    return prepare


def enqueue(name: str, *, organisation_id: int, language: str, **arguments: Any) -> Job:
    """Ask for `name` to run once this transaction has committed."""
    queued = Job(
        organisation_id=organisation_id,
        name=name,
        arguments=arguments,
        language=language,
        created_at=now(),
    )
    db.session.add(queued)
    db.session.flush()
    db.session.info.setdefault("queued", []).append(queued.id)
    return queued


def enqueue_once(name: str, *, organisation_id: int, language: str, **arguments: Any) -> Job:
    """As `enqueue`, but return the same work if it waits or runs already: two who ask at once start it once."""
    if db.engine.dialect.name == "postgresql":  # on SQLite whoever may write has the database to themselves
        db.session.execute(select(func.pg_advisory_xact_lock(organisation_id, crc32(name.encode()) >> 1)))
    rows = db.session.scalars(
        select(Job).where(Job.name == name, Job.organisation_id == organisation_id, Job.state.in_(UNFINISHED))
    )
    same = next((row for row in rows if row.arguments == arguments), None)
    return same or enqueue(name, organisation_id=organisation_id, language=language, **arguments)


def find(job_id: int, *, within: Any) -> Job:
    """Return a job of the organisation `within`; raise `NotFound`."""
    found = db.session.scalar(select(Job).where(Job.id == job_id, Job.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such job."))
    return found


def latest(name: str, *, within: Any, **arguments: Any) -> Job | None:
    """Return the newest job of that name whose arguments include `arguments`."""
    rows = db.session.scalars(
        select(Job).where(Job.name == name, Job.organisation_id == within.id).order_by(Job.id.desc()).limit(50)
    )
    return next((row for row in rows if arguments.items() <= row.arguments.items()), None)


def cancel(stopped: Job) -> bool:
    """Stop a job that waits or runs, and say whether it was still to be stopped; raise `DomainError`.

    A running one ends at its next report of progress, in whatever process it runs; what it did is not kept.
    """
    if stopped.name not in STOPPABLE:
        raise DomainError(_("This work cannot be stopped halfway. It will be done in a moment."))
    taken = db.session.execute(
        update(Job)
        .where(Job.id == stopped.id, Job.state.in_(UNFINISHED))
        .values(state=JobState.CANCELLED, finished_at=now())
    )
    db.session.refresh(stopped)
    return taken.rowcount == 1


def init_app(app: Flask) -> None:
    """Choose where jobs wait, and send them when their transaction has committed."""

    def run_in_app(job_id: int) -> None:
        with app.app_context():
            run(job_id)

    app.extensions["run_in_app"] = run_in_app
    for name, listener in (
        ("after_flush", _remember_writing),
        ("after_commit", _send_queued),
        ("after_rollback", _forget_queued),
    ):
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)
    if app.config["SETTINGS"].queue == "inline":
        app.teardown_request(lambda error: run_inline())


def _remember_writing(session: Session, context: Any) -> None:
    session.info["wrote"] = True


def _forget_queued(session: Session) -> None:
    session.info.pop("queued", None)
    session.info.pop("wrote", None)


def _send_queued(session: Session) -> None:
    session.info.pop("wrote", None)
    for job_id in session.info.pop("queued", []):
        _try_to_send(job_id)


def _try_to_send(job_id: int) -> None:
    """Send what has been committed; where the queue is out of reach, a worker's next sweep finds the row and sends it.

    Whoever asked has been promised the work by then, so a failure here must not look like a failure to them.
    """
    for last in (False, True):  # a queue that was started anew is reached by a new connection, at the second attempt
        try:
            return _send(job_id)
        except Exception as error:
            if last:
                current_app.logger.error("job %s is sent later: %s", job_id, traces.where(error))
    return None


def _send(job_id: int) -> None:
    if current_app.config["SETTINGS"].queue == "inline":
        waiting = current_app.extensions.setdefault("inline_jobs", [])
        waiting.append(job_id)
    else:
        queue(current_app._get_current_object())  # type: ignore[attr-defined]
        current_app.extensions["huey_run"](job_id)


def run_inline() -> None:
    """Run, in this process, what an inline queue collected (tests and commands)."""
    waiting = current_app.extensions.setdefault("inline_jobs", [])
    while waiting:
        run(waiting.pop(0))
