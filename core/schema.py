"""The database's version: which migration it stands at, and how to bring it to the newest."""

from collections.abc import Callable
from pathlib import Path

from flask import current_app
from sqlalchemy import inspect, text

from core.db import db
from core.settings import ROOT

FOLDER = ROOT / "migrations"
_AFTER: list[Callable[[], None]] = []


def afterwards(work: Callable[[], None]) -> Callable[[], None]:
    """Have something done after every upgrade, also where nothing was to be upgraded; it must be safe to repeat."""
    _AFTER.append(work)
    return work


def head(folder: Path = FOLDER) -> str:
    """Return the newest migration's id: they are numbered, so the last file name tells."""
    return max(path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*.py"))


def current() -> str | None:
    """Return the migration the database stands at, or None when it is new."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(folder: Path = FOLDER) -> str:
    """Run the missing migrations; return what was done, in words for a terminal."""
    before, newest = current(), head(folder)
    if before != newest:
        import flask_migrate  # here: web workers never migrate, and Alembic with its templates is slow to load

        prepare()
        flask_migrate.upgrade(directory=str(folder))
    for work in _AFTER:
        work()
    return f"at {newest}, nothing to do" if before == newest else f"{before or 'new'} -> {newest}"


def prepare() -> None:
    """Make the application ready for Flask-Migrate's commands and functions."""
    import flask_migrate  # see `upgrade`

    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, db, directory=str(FOLDER), render_as_batch=True)
