"""Two addresses for whoever watches over the machine: `/health` and `/ready`.

They are for everyone, set no cookie, and say nothing but yes or no: what exactly is wrong, the doctor tells those who
may know (`core.doctor`).
"""

import threading
import time

from flask import Flask, Response, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from core import schema, storage
from core.access import public
from core.errors import DomainError

FRESH = 1.0  # seconds an answer is good for: whoever asks without end costs the database one question a second


class _Last:
    """What was found last, and when, by the clock that only goes forward."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at, self.ready = float("-inf"), False


def init_app(app: Flask) -> None:
    """Add the two addresses."""
    app.extensions["health"] = _Last()
    app.add_url_rule("/health", "health", public(health))
    app.add_url_rule("/ready", "ready", public(ready))


def health() -> ResponseReturnValue:
    """Say that this process answers; asks nobody else."""
    return _said("ok", 200)


def ready() -> ResponseReturnValue:
    """Say whether pages can be served: database, its version, and the place of the files. 503 when not."""
    last: _Last = current_app.extensions["health"]
    with last.lock:
        if time.monotonic() - last.at > FRESH:
            last.ready, last.at = is_ready(), time.monotonic()
        found = last.ready
    return _said("ready", 200) if found else _said("not ready", 503)


def is_ready() -> bool:
    """Say whether the database answers, stands at this version's migration, and files can be kept."""
    try:
        if schema.current() != schema.head():
            return False
        storage.check()
    except (SQLAlchemyError, DomainError, OSError):
        return False
    return True


def _said(word: str, status: int) -> Response:
    return Response(f"{word}\n", status, mimetype="text/plain")
