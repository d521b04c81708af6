"""Alembic's way into our metadata, inside the application's context."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from core.db import Model, db


def render_item(kind, thing, autogen):  # type: ignore[no-untyped-def]
    """Write our own column types as the plain types they are stored in, so that migrations never import us."""
    if kind == "type" and hasattr(thing, "impl") and type(thing).__module__ == "core.db":
        return f"sa.{thing.impl!r}"
    return False


@contextmanager
def unlinked(connection: Connection) -> Iterator[None]:
    """Keep SQLite from emptying tables that point at one which is rebuilt."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection  # before SQLAlchemy begins: inside a transaction it is ignored
    driver.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON").close()


def check_links(connection: Connection) -> None:
    """Refuse what SQLite let through while its foreign keys were off; the transaction is then undone."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows that point nowhere: {[tuple(row) for row in broken[:5]]}")


def run() -> None:
    """Run the migrations on the application's database, or on the engine that was handed in, in one transaction."""
    engine = context.config.attributes.get("engine") or db.engine
    with engine.connect() as connection, unlinked(connection):
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=False,
            transactional_ddl=True,  # SQLite's too: we write BEGIN ourselves (core.db)
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":  # two processes that upgrade at once take turns
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20261124)")
            context.run_migrations()
            check_links(connection)
        if connection.in_transaction():
            connection.commit()


assert current_app, "run migrations through `flask --app app upgrade`"
run()
