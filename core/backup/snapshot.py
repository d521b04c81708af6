"""One consistent look at the database: whoever writes meanwhile need not wait, and is not seen."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from core.db import db


@contextmanager
def taken() -> Iterator[Connection]:
    """Yield a connection that sees the database as it is now, to the end.

    SQLite: a read transaction beside the write-ahead log. PostgreSQL: REPEATABLE READ, read only.
    """
    if db.engine.dialect.name == "sqlite":
        with of_file(Path(str(db.engine.url.database))) as connection:
            yield connection
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def of_file(path: Path) -> Iterator[Connection]:
    """The same of an SQLite file, which is only read."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro", uri=True, timeout=15, isolation_level=None, check_same_thread=False
        )

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()  # the look begins here
            yield connection
    finally:
        engine.dispose()
