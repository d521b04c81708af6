"""Alembic's way into our metadata, inside the application's context."""

from alembic import context
from flask import current_app

from core.db import Model, db


def render_item(kind, thing, autogen):  # type: ignore[no-untyped-def]
    """Write our own column types as the plain types they are stored in, so that migrations never import us."""
    if kind == "type" and hasattr(thing, "impl") and type(thing).__module__ == "core.db":
        return f"sa.{thing.impl!r}"
    return False


def run() -> None:
    """Run the migrations on the application's database."""
    with db.engine.connect() as connection:
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
