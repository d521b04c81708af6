"""Several workers share one queue, whichever it is: each job is done once, due work is started once, the job of a dead
one is taken over, and a queue out of reach loses nothing."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from core import jobs
from core.clock import now
from core.db import Model, db
from core.jobs import queues
from core.jobs.queues import queue
from core.settings import ROOT, Settings, read
from core.terms import JobState, OrganisationKind
from members.models import Organisation
from tests.conftest import POSTGRES
from tests.core import job_worker

needs_postgres = [pytest.mark.postgres, pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")]
REDIS = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(not REDIS, reason="redis-server is not installed")
QUEUES = ["local", pytest.param("postgresql", marks=needs_postgres), pytest.param("redis", marks=needs_redis)]


def until(state, what: str):
    """Wait for a state and return it; it has half a minute."""
    end = time.monotonic() + 30
    while not (found := state()):
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def redis_server(tmp_path):
    """A Redis that keeps nothing: what is to be done stands in our own table."""
    port = free_port()
    command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        until(lambda: _listens(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=QUEUES)
def house(request, tmp_path):
    """An application that has jobs and one organisation; the environment for real workers of it."""
    environment = {"XINSHENG_DATA": str(tmp_path / "instance")}
    if request.param == "postgresql":
        environment |= {"DATABASE_URL": POSTGRES, "XINSHENG_QUEUE": POSTGRES.replace("+psycopg", "")}
        emptied(POSTGRES)
    if request.param == "redis":
        environment["XINSHENG_QUEUE"] = request.getfixturevalue("redis_server")
    settings = read(environment)
    app = job_worker.make(settings)
    with app.app_context():
        Model.metadata.create_all(db.engine)
        db.session.add(
            Organisation(name="支部", kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now())
        )
        db.session.commit()
        yield app, {**os.environ, **environment}
        db.session.remove()
        db.engine.dispose()
        queue(app).storage.close()


def emptied(address: str) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def ask(count: int = 1, name: str = "tests.note", **arguments) -> list[int]:
    own = db.session.query(Organisation.id).order_by(Organisation.id).limit(1).scalar()
    numbers = [jobs.enqueue(name, organisation_id=own, language="zh", **arguments).id for _each in range(count)]
    db.session.commit()
    return numbers


def rows(name: str = "tests.note") -> list[jobs.Job]:
    db.session.rollback()
    found = db.session.query(jobs.Job).filter_by(name=name).order_by(jobs.Job.id).all()
    db.session.expunge_all()
    db.session.rollback()
    return found


def dots() -> int:
    db.session.rollback()
    name = db.session.query(Organisation.name).scalar()
    db.session.rollback()
    return name.count(".")


def done() -> bool:
    return all(row.state is JobState.DONE for row in rows())


def test_two_workers_share_the_work_and_one_takes_over_from_the_other(house, tmp_path) -> None:
    app, environment = house
    ask(12)
    workers = [
        subprocess.Popen([sys.executable, "-m", "tests.core.job_worker"], cwd=ROOT, env=environment) for _each in "ab"
    ]
    try:
        until(done, "twelve jobs")
        until(lambda: [row.state for row in rows("tests.due")] == [JobState.DONE], "the work that is due, once")
        assert dots() == 13 and {row.tries for row in rows()} == {1}
        assert queue(app).pending_count() == 0
        held = ask(folder=str(tmp_path))[0]
        (begun,) = until(lambda: list(tmp_path.glob("begun-*")), "a worker to begin")
        first = int(begun.name.removeprefix("begun-"))
        os.kill(first, signal.SIGKILL)
        until(lambda: len(list(tmp_path.glob("begun-*"))) == 2, "the other worker to take over")
        (tmp_path / "go").touch()
        until(done, "the job of the dead worker")
        (row,) = [row for row in rows() if row.id == held]
        assert row.tries == 2 and row.result["worker"] != first and dots() == 14
        assert len(rows("tests.due")) == 1
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(20)


@pytest.mark.parametrize("house", ["local"], indirect=True)
def test_who_is_told_to_stop_puts_the_job_back_at_once(house, tmp_path) -> None:
    _app, environment = house
    command = [sys.executable, "-m", "tests.core.job_worker"]
    (held,) = ask(folder=str(tmp_path))
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as worker:
        until(lambda: list(tmp_path.glob("begun-*")), "the worker to begin")
        worker.terminate()
        assert worker.wait(20) is not None
    (row,) = rows()
    assert row.id == held and row.state is JobState.WAITING and dots() == 0


def test_however_many_ask_due_work_is_started_once(any_app, monkeypatch) -> None:
    db.session.add(Organisation(name="支部", kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now()))
    db.session.commit()
    together = threading.Barrier(6, timeout=20)

    def question():
        found = job_worker.once()
        with_nobody_yet = len(db.session.query(jobs.Job.id).all()) == 0
        if with_nobody_yet and db.engine.dialect.name == "postgresql":
            with suppress(threading.BrokenBarrierError):  # everybody asks before anybody starts: the worst moment
                together.wait(1)
        return found

    monkeypatch.setattr(jobs, "DUE", {"tests.due": question})
    monkeypatch.setattr(jobs, "_send", lambda job_id: None)

    def start(_number: int) -> int:
        with any_app.app_context():
            return jobs.start_due(language="zh")

    db.session.rollback()
    with ThreadPoolExecutor(6) as workers:
        assert sum(workers.map(start, range(6))) == 1
    assert len(rows("tests.due")) == 1


def test_a_question_that_fails_keeps_no_other_from_being_asked(cast, monkeypatch) -> None:
    def broken():
        raise LookupError("broken")

    monkeypatch.setattr(jobs, "DUE", {"tests.broken": broken, "tests.due": job_worker.once})
    monkeypatch.setattr(jobs, "_send", lambda job_id: None)
    with pytest.raises(LookupError):
        jobs.start_due(language="zh")
    assert len(rows("tests.due")) == 2  # for either organisation


@pytest.mark.parametrize("failures", [1, 2])
def test_a_queue_out_of_reach_costs_nobody_their_work(cast, monkeypatch, failures, caplog) -> None:
    sent, real, left = [], jobs._send, [None] * failures

    def send(job_id: int) -> None:
        if left:
            left.pop()
            raise ConnectionError("redis://:secret@queue is not there")
        sent.append(job_id)
        real(job_id)

    monkeypatch.setattr(jobs, "_send", send)
    (number,) = ask(name="tests.note")
    assert sent == ([number] if failures == 1 else [])
    assert jobs.recover() == (failures - 1) and sent == [number], "the next sweep finds what was never sent"
    assert jobs.recover() == 0, "what was sent and waits for its turn is not sent again and again"
    assert ("is sent later" in caplog.text) is (failures == 2) and "secret" not in caplog.text


@pytest.mark.parametrize(("failures", "state"), [(1, JobState.DONE), (2, JobState.DONE), (3, JobState.FAILED)])
def test_a_job_whose_database_was_gone_is_tried_again_but_not_for_ever(cast, monkeypatch, failures, state) -> None:
    left = [None] * failures

    def note(progress):
        if left:
            left.pop()
            raise OperationalError("UPDATE", {}, ConnectionResetError())
        return {}

    monkeypatch.setitem(jobs.HANDLERS, "tests.note", note)
    ask()
    for _sweep in range(3):
        jobs.recover()
        jobs.run_inline()
    (row,) = rows()
    assert row.state is state and row.tries == min(failures + 1, jobs.TRIES) and jobs.recover() == 0


@pytest.mark.parametrize(
    ("off", "taken"), [(-90, 1), (-30, 0), (30, 0), (90, 1)], ids=["dead", "just", "soon", "clock"]
)
def test_only_a_sign_of_life_of_about_now_keeps_a_job(cast, off, taken) -> None:
    (number,) = ask()
    jobs.current_app.extensions["inline_jobs"].clear()
    row = db.session.get(jobs.Job, number)
    row.state, row.heartbeat_at = JobState.RUNNING, now() + timedelta(seconds=off)
    db.session.commit()
    assert jobs.recover() == taken


def test_who_was_kept_waiting_by_a_long_write_takes_no_job_from_a_living_worker(cast, app, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "HELD_UP", 0.05)
    (number,) = ask()
    row = db.session.get(jobs.Job, number)
    row.state, row.heartbeat_at = JobState.RUNNING, now() - 2 * jobs.LOST
    db.session.commit()
    long = sqlite3.connect(db.engine.url.database, check_same_thread=False, isolation_level=None)
    long.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.5, lambda: (long.execute("ROLLBACK"), long.close()))
    end.start()
    assert jobs.recover() == 0, "its sign of life had to wait, too"
    end.join()
    assert jobs.recover() == 1, "still silent a moment later: lost"


@pytest.mark.postgres
@pytest.mark.skipif(not POSTGRES, reason="XINSHENG_TEST_POSTGRES is not set")
def test_processes_that_start_together_make_the_queue_once(tmp_path) -> None:
    emptied(POSTGRES)
    settings = Settings(data=tmp_path, database="", queue=POSTGRES.replace("+psycopg", ""))
    with ThreadPoolExecutor(8) as starting:
        made = list(starting.map(lambda _number: queues.queue_of(settings), range(8)))
    assert [huey.pending_count() for huey in made] == [0] * 8
    for huey in made:
        huey.storage.close()
