"""Real processes, killed at random: what was acknowledged is there afterwards, and nothing is there twice."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import select

from core import jobs
from core.db import db
from core.settings import ROOT
from core.terms import JobState
from investigations.models import Investigation
from members.models import Account
from surveys import closing, fielding, instruments, invitations, queries
from surveys.models import Response, Survey
from tests.conftest import build, people

DEFINITION = b"""
id: short
version: 1
lang: zh
title: kill
sections:
- id: s1
  title: one
  items:
  - {id: q1, type: text, rows: 4, max_length: 200, required: true, title: words}
"""
CODES = 60


@pytest.fixture
def house(tmp_path: Path):
    """A folder with an open survey and its codes; `environment` starts real processes on it."""
    folder = tmp_path / "instance"
    app = build(folder)
    with app.app_context():
        people(app)
        by = db.session.scalar(select(Account).where(Account.username == "secretary"))
        row = db.session.scalar(select(Investigation))
        survey = fielding.create(row, instruments.read(DEFINITION, "x.yaml"), within=by.organisation, by=by)
        slips = invitations.invite(survey, members=[], spares=CODES, within=by.organisation, by=by)
        fielding.open_(survey, within=by.organisation, by=by)
        path, codes = f"/s/{survey.public_id}", [slip.code for slip in slips]
        db.session.commit()
        db.session.remove()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "XINSHENG_DATA": str(folder),
        "DATABASE_URL": app.config["SETTINGS"].database,
        "XINSHENG_QUEUE": "",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    yield app, environment, f"http://127.0.0.1:{port}{path}", codes
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def start(environment: dict[str, str], *command: str) -> subprocess.Popen:
    """Start a process of the product in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: subprocess.Popen) -> None:
    """Kill a process and its children at once, without a word."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def wait_for(url: str) -> None:
    """Wait until the product answers."""
    for _attempt in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError("the product did not start")


def send(url: str, code: str, words: str) -> bool:
    """Send an answer; say whether the server acknowledged it."""
    data = urllib.parse.urlencode({"code": code, "q1": words}).encode()
    try:
        with urllib.request.urlopen(url, data=data, timeout=10) as answer:
            return answer.headers.get("X-Receipt") is not None
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return False


def test_answers_survive_a_killed_server(house) -> None:
    app, environment, url, codes = house
    chance = random.Random(7)
    acknowledged: set[str] = set()
    waiting = list(codes)
    for _round in range(3):
        server = start(environment, "gunicorn", "--config", "deploy/gunicorn.conf.py")
        wait_for(url)
        end = threading.Event()

        def answer(end: threading.Event = end) -> None:
            while not end.is_set() and waiting:
                code = waiting.pop()
                if send(url, code, f"答{code}"):
                    acknowledged.add(code)
                else:
                    waiting.insert(0, code)
                    return

        threads = [threading.Thread(target=answer) for _each in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.05, 0.25))
        kill(server)
        end.set()
        for thread in threads:
            thread.join(15)
    server = start(environment, "gunicorn", "--config", "deploy/gunicorn.conf.py")
    wait_for(url)
    # Whoever saw no thanks sends the same again, as a person would: it counts once.
    for code in codes:
        assert send(url, code, f"答{code}"), "a resend is taken quietly"
    kill(server)
    assert acknowledged, "no answer was acknowledged before a kill: the test would prove nothing"
    with app.app_context():
        survey = db.session.scalar(select(Survey))
        assert queries.received(survey) == CODES
        closing.close(survey, by=db.session.scalar(select(Account).where(Account.username == "secretary")))
        said = sorted(row.answers["q1"] for row in db.session.scalars(select(Response).where(Response.part == "q1")))
        assert said == sorted(f"答{code}" for code in codes), "an answer was lost, doubled or changed"


def test_a_job_outlives_its_worker(house) -> None:
    app, environment, _url, _codes = house
    with app.app_context():
        investigation = db.session.scalar(select(Investigation))
        lost = jobs.Job(
            organisation_id=investigation.organisation_id,
            name="concerns.regroup",
            arguments={"investigation_id": investigation.id},
            language="zh",
            created_at=jobs.now(),
            state=JobState.RUNNING,
            heartbeat_at=jobs.now() - 2 * jobs.LOST,
            tries=1,
        )
        db.session.add(lost)
        db.session.commit()
        number = lost.id
        db.session.rollback()
        worker = start(environment, "flask", "--app", "app", "work")
        state = JobState.RUNNING
        for _attempt in range(400):
            time.sleep(0.1)
            db.session.rollback()
            state = db.session.scalar(select(jobs.Job.state).where(jobs.Job.id == number))
            db.session.rollback()
            if state in (JobState.DONE, JobState.FAILED):
                break
        os.killpg(worker.pid, signal.SIGTERM)
        assert worker.wait(20) is not None
        row = db.session.get(jobs.Job, number)
        assert state is JobState.DONE, row.error
        assert row.tries == 2


def test_no_access_is_logged() -> None:
    settings = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    assert re.search(r"^accesslog = None$", settings, re.M)
