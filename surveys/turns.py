"""Who answers next: one at a time in each process, where the database lets only one write.

On SQLite whoever may write keeps all others waiting, and those look again after ever longer pauses: with many at once
some wait far longer than their share. So the threads of a process stand in line for the one place. It is a courtesy, no
protection: who has stood there for long goes on, and waits at the database like everybody else.
"""

import threading

from flask import Flask, current_app, g

LONGEST = 1.0  # seconds in line; the database has its own, longer patience


def init_app(app: Flask) -> None:
    """Give the place to the next one when a request is over, its transaction settled."""
    app.extensions["turn"] = threading.Lock()
    app.teardown_request(leave)


def take() -> None:
    """Stand in line until the request is over; call it right before the first question that may lead to writing."""
    if current_app.config["SETTINGS"].database.startswith("sqlite") and "turn" not in g:
        g.turn = current_app.extensions["turn"].acquire(timeout=LONGEST)


def leave(error: BaseException | None = None) -> None:
    """Let the next one in."""
    if g.pop("turn", False):
        current_app.extensions["turn"].release()
