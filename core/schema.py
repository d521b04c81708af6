"""The database's version: which migration it stands at, and how to bring it to the newest."""

from pathlib import Path

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.db import db


def head(folder: Path) -> str | None:
    """Return the newest migration's id."""
    return ScriptDirectory(str(folder)).get_current_head()


def current() -> str | None:
    """Return the migration the database stands at, or None when it is new."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(folder: Path) -> str:
    """Run the missing migrations; return what was done, in words for a terminal."""
    before, newest = current(), head(folder)
    if before == newest:
        return f"at {newest}, nothing to do"
    flask_migrate.upgrade(directory=str(folder))
    return f"{before or 'new'} -> {newest}"
