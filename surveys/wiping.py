"""Wiping what a database remembers beside its rows: the order in which they came, and what was deleted.

SQLite keeps the order of arrival inside its pages and in its log; PostgreSQL stamps every row with the transaction that
wrote it (`xmin`), keeps it where it was first put (`ctid`), and not even VACUUM FULL changes either.
"""

from time import sleep
from typing import Any

from sqlalchemy import Connection, LargeBinary, text
from sqlalchemy.exc import OperationalError

from core.db import db
from core.i18n import _
from surveys.models import Invitation, KeyedSheet, Leaf, Response, SealedResponse
from surveys.opening import CannotClose

# What casting, collecting, keying and opening write.
TABLES: tuple[Any, ...] = tuple(model.__table__ for model in (SealedResponse, Response, Leaf, Invitation, KeyedSheet))
PATIENCE = 50  # times a tenth of a second to wait for readers of an SQLite file
LOCK = "10s"  # how long PostgreSQL waits for those who use a table


def wipe() -> None:
    """Rewrite every table ballots touch, so that neither order nor deleted rows are left; safe to repeat.

    To be called between transactions. Raises `CannotClose` while the database is too busy.
    """
    try:
        if db.engine.dialect.name == "sqlite":
            _rewrite_file()
        else:
            for table in TABLES:
                _rewrite(table)
            _vacuum()
    except OperationalError as error:
        raise _busy() from error


def _busy() -> CannotClose:
    return CannotClose(
        _("The survey is closed, but its traces could not be wiped yet because the database is busy. Try again.")
    )


def _rewrite_file() -> None:
    # The driver's own connection: SQLAlchemy would open a transaction, in which VACUUM is refused.
    pooled = db.engine.raw_connection()
    connection: Any = pooled.driver_connection
    try:
        connection.execute("VACUUM").close()
        (usual,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout=100").close()  # while it waits for readers, nobody can write
        try:
            for _attempt in range(PATIENCE):
                if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    return
                sleep(0.1)
        finally:
            connection.execute(f"PRAGMA busy_timeout={usual}").close()
    except connection.OperationalError as error:
        raise _busy() from error
    finally:
        pooled.close()
    raise _busy()


def _rewrite(table: Any) -> None:
    """Put a table's rows into fresh storage, in the order of their keys, all with one transaction.

    TRUNCATE gives the table a new, empty file and keeps all else as it is: constraints, indexes, grants, its very
    identity; whoever reads meanwhile waits. One table at a time, so that nobody who holds one waits for another. A
    crash leaves the table as it was.
    """
    name = table.name
    # To set a column's type, even to what it is, throws away the sample of its values the planner keeps: deleted tags.
    samples = [f"ALTER COLUMN {column.name} TYPE bytea" for column in table.columns if _is_bytes(column)]
    keys = ", ".join(column.name for column in table.primary_key.columns)
    with db.engine.begin() as connection:
        for statement in (
            f"SET LOCAL lock_timeout = '{LOCK}'",
            f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE",
            f"CREATE TEMPORARY TABLE wiped ON COMMIT DROP AS SELECT * FROM {name} ORDER BY {keys}",
            f"TRUNCATE {name}",
            *([f"ALTER TABLE {name} {', '.join(samples)}"] if samples else []),
            f"INSERT INTO {name} SELECT * FROM wiped ORDER BY {keys}",
        ):
            connection.execute(text(statement))


def _is_bytes(column: Any) -> bool:
    return isinstance(column.type, LargeBinary)


def _vacuum() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in TABLES:
            connection.execute(text(f"VACUUM (ANALYZE) {table.name}"))
        _forget_files(connection)


def _forget_files(connection: Connection) -> None:
    """Have the files of the tables as they were removed at once, where this account may ask for it."""
    allowed = "SELECT rolsuper OR pg_has_role(rolname, 'pg_checkpoint', 'USAGE') FROM pg_roles WHERE rolname = user"
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'pg_checkpoint'")) and connection.scalar(
        text(allowed)
    ):
        connection.execute(text("CHECKPOINT"))
