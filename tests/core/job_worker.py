"""A worker process as small as can be, for the tests: `python -m tests.core.job_worker`, settings from the environment.

It counts a worker as lost after two seconds, and knows one job that says in `folder` that it began, waits for a file
"go" there if told to, and adds a dot to the organisation's name.
"""

import os
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from sqlalchemy import select, update

from core import db as database
from core import jobs, settings, storage
from core.db import db
from core.terms import JobState
from members.models import Organisation


def make(given: settings.Settings) -> Flask:
    """Return an application that has a database, a queue and nothing else."""
    app = Flask("worker")
    app.config.update(SETTINGS=given, SQLALCHEMY_DATABASE_URI=given.database)
    given.data.mkdir(parents=True, exist_ok=True)
    Babel(app, default_locale="zh")
    storage.init_app(app)
    database.init_app(app)
    jobs.init_app(app)
    return app


def note(progress: jobs.Progress, *, folder: str = "", within_id: int = 0) -> dict[str, int]:
    """Begin, wait until told to go on where there is a folder, and add a dot."""
    if folder:
        (Path(folder) / f"begun-{os.getpid()}").touch()
        while not (Path(folder) / "go").exists():
            progress(0.5)
            time.sleep(0.02)
    db.session.execute(update(Organisation).values(name=Organisation.name + "."))
    return {"worker": os.getpid()}


def once() -> Iterable[int]:
    """Say that a job is due until it was done."""
    done = select(jobs.Job.id).where(jobs.Job.name == "tests.due", jobs.Job.state == JobState.DONE)
    return () if db.session.scalar(done) else db.session.scalars(select(Organisation.id)).all()


if __name__ == "__main__":
    jobs.HEARTBEAT, jobs.LOST = 0.2, timedelta(seconds=2)
    jobs.HANDLERS.update({"tests.note": note, "tests.due": note})
    jobs.DUE["tests.due"] = once
    with make(settings.read()).app_context():
        jobs.work()
