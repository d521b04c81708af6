"""A second database beside the one in use: filled, checked and brought up to date before it takes its place.

SQLite: a file, copied over the one in use by one transaction. PostgreSQL: a schema, whose tables change places with
those in use by one transaction. Whatever fails before, and a machine that stops in the middle, leaves what was there.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from core import schema
from core.backup import rows
from core.backup.base import BackupFailed, Sum
from core.backup.rows import Table
from core.db import Model, db
from core.i18n import _

WAIT = "15s"  # for those who still use what is replaced
NAMED = "restore_"


class Staging:
    """An empty database at a migration, to be filled. `tables`: what it has, by name."""

    def __init__(self, engine: Engine, name: str = "") -> None:
        self.engine = engine
        self._name = name
        self.tables: dict[str, Table] = {}
        self._names: list[str] = []
        self._links: list[tuple[str, str, str]] = []

    def make(self, revision: str) -> None:
        """Make the tables of `revision` and let go of the links, so that tables may come in any order."""
        if revision == schema.head():
            self._make_newest(revision)
        else:
            schema.bring(self.engine, revision)
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                self._links = [tuple(row) for row in connection.execute(sa.text(_LINKS))]
                for table, name, _definition in self._links:
                    connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            self.tables = {table.name: table for table in rows.tables(connection)}

    def _make_newest(self, revision: str) -> None:
        """Make what all migrations lead to (a test holds that they do) in a fraction of their time."""
        with self.engine.begin() as connection:
            Model.metadata.create_all(connection)
            connection.exec_driver_sql(f"CREATE TABLE {rows.VERSION} ({_VERSION})")
            connection.execute(sa.text(f"INSERT INTO {rows.VERSION} VALUES (:it)"), {"it": revision})

    def check(self, sums: dict[str, list[Any]]) -> None:
        """Read everything back and compare counts and hashes; then tie the links again. Raise `BackupFailed`."""
        with self.engine.begin() as connection:
            for name, expected in sums.items():
                found = Sum()
                for line in rows.lines(connection, self.tables[name]):
                    found.add(line, 1)
                if found.told() != expected:
                    raise BackupFailed(
                        _("The table %(name)s did not come back as it was saved. Nothing was changed.", name=name)
                    )
        self._tie()

    def _tie(self) -> None:
        try:
            with self.engine.begin() as connection:
                if self.engine.dialect.name == "postgresql":
                    for table, name, definition in self._links:
                        connection.exec_driver_sql(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
                    for statement in _counters(connection, self.tables.values()):
                        connection.execute(sa.text(statement))
                elif connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise BackupFailed(_("Rows of this backup point at rows it does not have. Nothing was changed."))
        except DBAPIError as error:
            raise BackupFailed(_("Rows of this backup point at rows it does not have. Nothing was changed.")) from error

    def finish(self) -> None:
        """Bring it up to date with this version of the product."""
        with self.engine.connect() as connection:
            behind = schema.version_of(connection) != schema.head()
        if behind:
            schema.bring(self.engine)
        with self.engine.connect() as connection:
            self._names = sa.inspect(connection).get_table_names()
        if behind and self.engine.dialect.name == "sqlite":
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")  # a migration may have left pages that say in what order

    def put_in_place(self) -> None:
        """Let it take the place of the database in use, by one transaction; raise `BackupFailed`."""
        self.engine.dispose()
        db.session.remove()
        if self.engine.dialect.name == "sqlite":
            db.engine.dispose()
            replace_file(Path(str(self.engine.url.database)))
            return
        try:
            with db.engine.begin() as connection:
                _change_places(connection, self._name, self._names)
        except DBAPIError as error:
            raise BackupFailed(_("The database could not be replaced; stop the server and try again.")) from error
        db.engine.dispose()


_VERSION = f"version_num VARCHAR(32) NOT NULL, CONSTRAINT {rows.VERSION}_pkc PRIMARY KEY (version_num)"
_LINKS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)


def _counters(connection: Connection, tables: Any) -> Iterator[str]:
    """Yield what makes PostgreSQL count on from the highest number there is."""
    for table in tables:
        if len(table.key) != 1 or dict(table.columns)[table.key[0]] != "int":
            continue
        find = sa.text("SELECT pg_get_serial_sequence(:table, :column)")
        name = connection.execute(find, {"table": f'"{table.name}"', "column": table.key[0]}).scalar()
        if name is not None:
            highest = f'(SELECT max("{table.key[0]}") FROM "{table.name}")'
            yield f"SELECT setval('{name}', coalesce({highest}, 1), {highest} IS NOT NULL)"


def _change_places(connection: Connection, name: str, tables: Sequence[str]) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT}'")
    ours = {*Model.metadata.tables, *tables, rows.VERSION}
    here = connection.scalar(sa.text("SELECT current_schema()"))
    there = sorted(ours & set(sa.inspect(connection).get_table_names()))
    if there:
        connection.exec_driver_sql("DROP TABLE " + ", ".join(f'"{table}"' for table in there) + " CASCADE")
    for table in sorted(tables):
        connection.exec_driver_sql(f'ALTER TABLE "{name}"."{table}" SET SCHEMA "{here}"')
    connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')


@contextmanager
def beside(folder: Path) -> Iterator[Staging]:
    """Yield an empty place for a database; it is gone afterwards, whatever happens."""
    if db.engine.dialect.name == "sqlite":
        staging = Staging(_sqlite(folder / "staging.sqlite"))
        try:
            yield staging
        finally:
            staging.engine.dispose()
        return
    name = f"{NAMED}{secrets.token_hex(4)}"
    clear()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
    staging = Staging(_postgresql(name), name)
    try:
        yield staging
    finally:
        staging.engine.dispose()
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')


def clear() -> None:
    """Remove what a restore that was killed left on PostgreSQL; call it while no other one runs."""
    with db.engine.begin() as connection:
        left = connection.execute(sa.text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'restore\\_%'"))
        for name in left.scalars().all():
            connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')


def _sqlite(path: Path) -> Engine:
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True, poolclass=NullPool)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # as core.db does: changes of tables are part of a transaction, too
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "secure_delete=ON"):  # a copy: nothing hangs on it yet
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(name: str) -> Engine:
    """Return an engine that knows nothing but the schema `name`."""
    where = {"options": f"-csearch_path={name}"}
    return sa.create_engine(db.engine.url, poolclass=NullPool, hide_parameters=True, connect_args=where)


def replace_file(copy: Path) -> None:
    """Copy an SQLite file over the database in use, by one transaction; raise `BackupFailed`."""
    try:
        with closing(sqlite3.connect(copy)) as saved:
            if saved.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupFailed(_("The database in this backup is damaged; nothing was changed."))
            with closing(sqlite3.connect(str(db.engine.url.database), timeout=15)) as live:
                live.execute("PRAGMA secure_delete=ON")
                saved.backup(live)
                live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise BackupFailed(_("The database could not be replaced; stop the server and try again.")) from error
