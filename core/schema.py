"""The database's version: which migration it stands at, and how to bring it to the newest.

All missing migrations are one transaction on either database: when one of them fails, the database is as it was.
"""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from flask import current_app
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from core import traces
from core.db import db
from core.errors import DomainError
from core.settings import ROOT

FOLDER = ROOT / "migrations"
_AFTER: list[Callable[[], None]] = []


class MigrationFailed(DomainError):
    """A migration could not be done; the database is as it was before, all of it."""


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
        return version_of(connection)


def version_of(connection: Connection) -> str | None:
    """Return the migration a database stands at, or None when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(folder: Path = FOLDER) -> str:
    """Run the missing migrations; return what was done, in words for a terminal. Raise `MigrationFailed`."""
    before, newest = current(), head(folder)
    if before is not None and before > newest:
        raise MigrationFailed(
            f"The database stands at {before}, and this version of the program knows migrations up to {newest} only: "
            "it was made by a newer version. Nothing was changed. Run that version, or restore a backup from before "
            "it (docs/backup.md)."
        )
    if before != newest:
        bring(db.engine, folder=folder)
    for work in _AFTER:
        work()
    return f"at {newest}, nothing to do" if before == newest else f"{before or 'new'} -> {newest}"


def bring(engine: Engine, to: str = "head", *, folder: Path = FOLDER) -> None:
    """Run on a database the migrations up to `to`, all or none; raise `MigrationFailed`."""
    from alembic import command  # here: web workers never migrate, and Alembic with its templates is slow to load

    prepare()
    config = current_app.extensions["migrate"].migrate.get_config(str(folder))
    config.attributes["engine"] = engine
    with engine.connect() as connection:
        before = version_of(connection)
    try:
        command.upgrade(config, to)
    except Exception as error:
        current_app.logger.error("migration failed: %s", traces.where(error))
        raise MigrationFailed(
            f"Migration {_culprit(error, folder) or 'to ' + to} failed ({type(error).__name__}). The database is as "
            f"it was, at {before or 'new'}; nothing was lost. Until this is mended, run the version of the program "
            "you had before. Usual causes are a full disk or another program that holds the database; after those, "
            "`flask --app app upgrade` may simply be run again (docs/backup.md)."
        ) from error


def _culprit(error: BaseException, folder: Path) -> str:
    """Return the name of the migration an error came out of."""
    found = ""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.parent == folder / "versions":
            found = path.stem
        trace = trace.tb_next
    return found


def prepare() -> None:
    """Make the application ready for Flask-Migrate's commands and functions."""
    import flask_migrate  # see `bring`

    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, db, directory=str(FOLDER), render_as_batch=True)
