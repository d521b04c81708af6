"""Signs of life of the processes that carry out background jobs: how anyone can tell that one is there."""

import os
import socket
import threading
from contextlib import suppress
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.clock import now
from core.db import Model, db

EVERY = 20  # seconds between signs of life
SILENT = timedelta(minutes=2)  # after which a worker counts as gone
FORGET = timedelta(days=1)


class Worker(Model):
    """One process that carries out background jobs, and when it was last seen."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


def name() -> str:
    """Return what this process is called among the workers: its machine and its number."""
    return f"{socket.gethostname()[:60]} {os.getpid()}"


def sign() -> None:
    """Say that this process is alive, and forget workers not seen for a day."""
    own, at = name(), now()
    with Session(db.engine) as session, session.begin():
        session.execute(delete(Worker).where(Worker.seen_at < at - FORGET, Worker.name != own))
        known = session.get(Worker, own)
        if known is None:
            session.add(Worker(name=own, started_at=at, seen_at=at))
        else:
            known.seen_at = at


def leave() -> None:
    """Say that this process ends as it should; where that cannot be said, its silence tells."""
    with suppress(SQLAlchemyError), Session(db.engine) as session, session.begin():
        session.execute(delete(Worker).where(Worker.name == name()))


def start_signing(app: Flask) -> threading.Event:
    """Sign every few seconds in a thread of its own until the returned event is set."""
    ended = threading.Event()
    threading.Thread(target=_sign_on, args=(app, ended), daemon=True).start()
    return ended


def last_seen() -> datetime | None:
    """Return when any worker was last seen, or None when there never was one or all have left."""
    with Session(db.engine) as session:
        return session.scalar(select(func.max(Worker.seen_at)))


def _sign_on(app: Flask, ended: threading.Event) -> None:
    with app.app_context():
        while True:
            try:
                sign()
            except SQLAlchemyError:  # the database is busy or away: the next sign tells
                db.session.remove()
            if ended.wait(EVERY):
                return
