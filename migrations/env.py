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
    """Keep SQLite from emptying tables that point at one which is rebuilt; check all links afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection  # before SQLAlchemy begins: inside a transaction it is ignored
    driver.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON").close()


def run() -> None:
    """Run the migrations on the application's database."""
    with db.engine.connect() as connection, unlinked(connection):
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.in_transaction():
            connection.commit()


assert current_app, "run migrations through `flask --app app upgrade`"
run()
