"""The database handle, its naming convention, and the one transaction per request."""

from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask import Flask, Response, current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, MetaData, String, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class TermType(TypeDecorator[StrEnum]):
    """A closed-list value, stored by value so that renaming code never touches data."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMES)


Model.registry.update_type_annotation_map({datetime: Moment()})
db = SQLAlchemy(model_class=Model)


def init_app(app: Flask) -> None:
    """Bind the database and settle one transaction per request."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _make_sqlite_durable(db.engine)
    app.after_request(settle)


def settle(response: Response) -> Response:
    """Commit what a successful write did; undo everything else."""
    if request.method in SAFE or response.status_code >= 400:
        with suppress(Exception):  # a line that broke has undone everything by itself
            db.session.rollback()
        return response
    try:
        db.session.commit()
    except SQLAlchemyError as error:  # past the view no handler is asked any more: nobody would say that it failed
        with suppress(Exception):
            db.session.rollback()
        return current_app.make_response(current_app.handle_user_exception(error))
    return response


def _make_sqlite_durable(engine: Engine) -> None:
    """Make SQLite keep what it acknowledged, overwrite what it deleted, and wait for its turn to write."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A write that starts as a read cannot wait for another writer: SQLite refuses it at once. So everything
        # that may write takes its turn when it begins.
        reading = has_request_context() and request.method in SAFE
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
