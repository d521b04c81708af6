"""The loaded sample: made once in a test run, then copied, because loading it takes longer than most tests."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from core.db import db
from tests.conftest import build

# What makes the stage inside an application's context, and tells what a test must know of it (picklable).
Maker = Callable[[Flask], dict[str, Any]]


def copied(temporary: pytest.TempPathFactory, name: str, make: Maker) -> SimpleNamespace:
    """Return an application on its own copy of the stage called `name`, and what its maker told."""
    made = _made(temporary, name, make)
    folder = temporary.mktemp(name) / "instance"
    shutil.copytree(made / "instance", folder)
    app = build(folder)
    shutil.copy(made / "instance" / "test.db", folder / "test.db")
    return SimpleNamespace(app=app, **pickle.loads((made / "told").read_bytes()))


def _made(temporary: pytest.TempPathFactory, name: str, make: Maker) -> Path:
    """Return the folder of the stage, made when no other test process made it first."""
    base = temporary.getbasetemp()
    made = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / f"kept-{name}"
    made.mkdir(exist_ok=True)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "told").exists():
            shutil.rmtree(made / "instance", ignore_errors=True)
            app = build(made / "instance")
            with app.app_context():
                told = make(app)
                db.session.remove()
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("ROLLBACK")
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                db.engine.dispose()
            (made / "told").write_bytes(pickle.dumps(told))
    return made
