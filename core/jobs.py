"""Work that need not hold up a page: our own table for the truth, Huey to carry it to a worker."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from flask import Flask, current_app
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from sqlalchemy import JSON, ForeignKey, String, Update, event, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import traces
from core.clock import now
from core.db import Model, TermType, db
from core.errors import DomainError, NotFound
from core.i18n import _, speaking
from core.terms import JobState

HEARTBEAT = 5  # seconds between signs of life
LOST = timedelta(seconds=60)  # silence after which a running job counts as lost with its worker
TRIES = 3
REST = timedelta(hours=1)  # before due work that failed is tried again
UNFINISHED = (JobState.WAITING, JobState.RUNNING)
SPOKEN = "zh"  # the language of jobs nobody asked for
HANDLERS: dict[str, Callable[..., Any]] = {}
STOPPABLE: set[str] = set()  # names of jobs a person may stop halfway
DUE: dict[str, Callable[[], Iterable[int]]] = {}
WARM: list[Callable[[], object]] = []
IN_HAND: set[int] = set()  # jobs this process is running


class Job(Model):
    """One piece of background work and how far it has come."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    state: Mapped[JobState] = mapped_column(TermType(JobState), default=JobState.WAITING, index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    error: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def running(self) -> bool:
        """Say whether a reader still has to wait."""
        return self.state in UNFINISHED

    @property
    def stoppable(self) -> bool:
        """Say whether a person may stop it now."""
        return self.running and self.name in STOPPABLE


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
        if not _touch(self._job_id, progress=min(max(share, 0.0), 1.0)):
            raise Cancelled

    def check(self) -> None:
        """Raise `Cancelled` if the last sign of life found the job stopped: costs nothing, in any thread, any time."""
        if self.stopped.is_set():
            raise Cancelled


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


def start_due(*, language: str) -> int:
    """Enqueue every job that is due; return how many. Commits.

    One that waits or runs is not started again, and one that failed rests for a while before it is tried again.
    """
    started = 0
    for name, question in DUE.items():
        for organisation_id in list(question()):
            busy = select(Job.id).where(
                Job.name == name,
                Job.organisation_id == organisation_id,
                Job.state.in_(UNFINISHED) | ((Job.state == JobState.FAILED) & (Job.finished_at > now() - REST)),
            )
            if db.session.scalar(busy.limit(1)) is None:
                enqueue(name, organisation_id=organisation_id, language=language, within_id=organisation_id)
                started += 1
    db.session.commit()
    db.session.remove()
    return started


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


def run(job_id: int) -> None:
    """Run one waiting job to its end; a job somebody else took is left alone. Call it between transactions."""
    db.session.rollback()  # ends a reading transaction, which on SQLite would keep the claim waiting
    if not _claim(job_id):
        return
    IN_HAND.add(job_id)
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
        _touch(job_id, state=JobState.FAILED, error=str(error), finished_at=now())
    except Exception as error:
        db.session.rollback()
        app.logger.error("job %s failed: %s", job_id, traces.where(error))
        _touch(job_id, state=JobState.FAILED, error=type(error).__name__, finished_at=now())
        if app.testing:
            raise
    finally:
        ended.set()
        IN_HAND.discard(job_id)


def _perform(job_id: int, progress: Progress) -> None:
    """Carry a job out; what it wrote and that it is done become true together, or, once it was stopped, neither."""
    row = db.session.get_one(Job, job_id)
    name, arguments, language = row.name, dict(row.arguments), row.language
    db.session.rollback()
    db.session.info.pop("wrote", None)
    with speaking(language):
        result = HANDLERS[name](progress, **arguments)
    ended = {"state": JobState.DONE, "progress": 1.0, "result": result, "finished_at": now(), "heartbeat_at": now()}
    if not db.session.execute(_while_running(job_id).values(**ended)).rowcount:
        raise Cancelled
    db.session.commit()
    db.session.info.pop("wrote", None)


def recover() -> int:
    """Queue again what a dead worker lost and what was never sent; return how many."""
    lost = now() - LOST
    with Session(db.engine) as session:
        unfinished = select(Job).where(Job.state.in_(UNFINISHED)).with_for_update()
        again = []
        for row in session.scalars(unfinished).all():
            seen = row.heartbeat_at or row.created_at
            if row.id in IN_HAND or (row.state is JobState.RUNNING and seen > lost):
                continue
            if row.state is JobState.RUNNING and row.tries >= TRIES:
                row.state, row.error, row.finished_at = (
                    JobState.FAILED,
                    "worker lost",
                    now(),
                )
                continue
            row.state = JobState.WAITING
            again.append(row.id)
        session.commit()
    for job_id in again:
        _send(job_id)
    return len(again)


def work() -> None:
    """Carry out jobs until told to stop."""
    huey = current_app.extensions["huey"]
    consumer = huey.create_consumer(workers=1, periodic=False, initial_delay=0.1, max_delay=0.5)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_sweep, args=(app,), daemon=True).start()
    for prepare in WARM:
        prepare()
    consumer.run()
    # Told to stop in the middle of a job: another worker need not wait until this one counts as lost.
    for job_id in list(IN_HAND):
        _touch(job_id, state=JobState.WAITING)


def init_app(app: Flask) -> None:
    """Choose where jobs wait, and send them when their transaction has committed."""
    huey = _queue_of(app.config["SETTINGS"])
    app.extensions["huey"] = huey

    def run_in_app(job_id: int) -> None:
        with app.app_context():
            run(job_id)

    app.extensions["huey_run"] = huey.task(name="run")(run_in_app)
    for name, listener in (
        ("after_flush", _remember_writing),
        ("after_commit", _send_queued),
        ("after_rollback", _forget_queued),
    ):
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)
    if app.config["SETTINGS"].queue == "inline":
        app.teardown_request(lambda error: run_inline())


def _queue_of(settings: Any) -> Huey:
    if settings.queue == "inline":
        return MemoryHuey("xinsheng", immediate=False)
    if settings.queue.startswith("redis://"):
        return RedisHuey("xinsheng", url=settings.queue)
    if settings.queue.startswith("postgresql://"):
        return PostgresHuey("xinsheng", dsn=settings.queue)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteHuey("xinsheng", filename=str(settings.data / "queue.db"), fsync=True)


def _remember_writing(session: Session, context: Any) -> None:
    session.info["wrote"] = True


def _forget_queued(session: Session) -> None:
    session.info.pop("queued", None)
    session.info.pop("wrote", None)


def _send_queued(session: Session) -> None:
    session.info.pop("wrote", None)
    for job_id in session.info.pop("queued", []):
        _send(job_id)


def _send(job_id: int) -> None:
    if current_app.config["SETTINGS"].queue == "inline":
        waiting = current_app.extensions.setdefault("inline_jobs", [])
        waiting.append(job_id)
    else:
        current_app.extensions["huey_run"](job_id)


def run_inline() -> None:
    """Run, in this process, what an inline queue collected (tests and commands)."""
    waiting = current_app.extensions.setdefault("inline_jobs", [])
    while waiting:
        run(waiting.pop(0))


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


def _touch(job_id: int, **values: Any) -> bool:
    """Note a sign of life and `values` of a running job; False when it is no longer running."""
    with Session(db.engine) as session:
        taken = session.execute(_while_running(job_id).values(heartbeat_at=now(), **values))
        session.commit()
        return taken.rowcount == 1


def _beat(app: Flask, job_id: int, stopped: threading.Event, ended: threading.Event) -> None:
    with app.app_context():
        while not ended.wait(HEARTBEAT):
            with suppress(OperationalError):  # the job itself is writing much: the next beat tells
                if not _touch(job_id):
                    stopped.set()


def _sweep(app: Flask) -> None:
    pause = threading.Event()
    with app.app_context():
        while True:
            recover()
            try:
                start_due(language=SPOKEN)
            except Exception as error:  # the next half minute tries again; the thread must not die
                db.session.remove()
                app.logger.error("due jobs: %s", traces.where(error))
            pause.wait(LOST.total_seconds() / 2)
