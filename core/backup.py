"""One file with everything that must not be lost, and never a key: `backup FILE` and `restore FILE`.

The keys of open surveys stay on this machine alone. That is what makes an old backup useless to the curious: once a
survey is closed, the answers sealed in its backups can never be opened again, by nobody.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from core import clock, schema
from core.db import Model, db
from core.errors import DomainError
from core.i18n import _

FORMAT = 1
NOTE, DATA = "backup.json", "data/"
DATABASE = {"sqlite": "database.sqlite", "postgresql": "database.sql"}
WAIT = "15s"  # for those who still use a PostgreSQL database that is replaced


class BackupFailed(DomainError):
    """The backup was not made, or not restored; what was there before is unchanged."""


@dataclass(frozen=True, slots=True)
class Care:
    """What a backup needs to know of the product.

    `folders`: those in the data folder that are kept beside the database. `after`: puts right what a restored database
    and this machine's keys say of each other, and returns what there is to tell.
    """

    folders: Sequence[str]
    after: Callable[[], Sequence[str]]


def backup(target: Path, folders: Sequence[str]) -> int:
    """Write the database and the data folders of that name into one new file only its owner can read; return its bytes.

    Whoever works meanwhile need not wait. Raises `BackupFailed`.
    """
    if target.exists():
        raise BackupFailed(_("There is a file %(file)s already; give another name.", file=target))
    if _keys() in (target.resolve().parent, *target.resolve().parents):
        raise BackupFailed(_("A backup does not belong in the folder of the keys; give another place."))
    engine = db.engine.dialect.name
    try:
        with tempfile.TemporaryDirectory(dir=target.resolve().parent, prefix=".backup-") as folder:
            copy, whole = Path(folder) / DATABASE[engine], Path(folder) / "whole"
            _copy_database(copy)
            with zipfile.ZipFile(_private(whole), "w", zipfile.ZIP_DEFLATED) as file:
                note = {"format": FORMAT, "engine": engine, "schema": schema.current(), "day": f"{clock.today()}"}
                file.writestr(NOTE, json.dumps(note))
                file.write(copy, DATABASE[engine])
                for path in _files(folders):
                    file.write(path, DATA + path.relative_to(_data()).as_posix())
            _to_disk(whole)
            os.link(whole, target)  # unlike a renaming it overwrites nothing that came meanwhile
    except OSError as error:
        raise BackupFailed(
            _("%(file)s could not be written: %(reason)s.", file=target, reason=error.strerror or error)
        ) from error
    return target.stat().st_size


def restore(source: Path, care: Care, *, replace: bool = False) -> list[str]:
    """Put a backup in the place of the database and the data folders; return what there is to tell.

    A database that is in use is replaced only when told to, and a backup of it is made before. Keys are neither read
    from a backup nor brought back. Raises `BackupFailed`.
    """
    told = []
    with _opened(source) as file:
        note = _note(file)
        if _in_use():
            if not replace:
                raise BackupFailed(_("There is a database in use here; with --replace a backup of it is made first."))
            before = _free_name()
            backup(before, care.folders)
            told.append(f"what was here before: {before}")
        with tempfile.TemporaryDirectory(dir=_data(), prefix=".restore-") as folder:
            name = DATABASE[note["engine"]]
            copy = Path(folder) / name
            with file.open(name) as packed, _private(copy) as out:
                shutil.copyfileobj(packed, out)
            _replace_database(copy)
            for entry in _kept(file, care.folders):
                _unpack(file, entry, Path(folder))
    told.append(f"database: {schema.upgrade()}")
    return [*told, *care.after()]


def init_app(app: Flask, care: Care) -> None:
    """Add the two commands."""

    @app.cli.command("backup")
    @click.argument("file", type=click.Path(path_type=Path))
    def make(file: Path) -> None:
        """Write everything but the keys into FILE; the keys of open surveys stay on this machine alone."""
        with _told():
            click.echo(f"{file}: {backup(file, care.folders) / 1024:.0f} kB, without any key")

    @app.cli.command("restore")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--replace", is_flag=True, help="Also where a database is in use; it is backed up before.")
    def bring_back(file: Path, replace: bool) -> None:
        """Bring back what `backup` wrote into FILE. Stop the server first."""
        with _told():
            for line in restore(file, care, replace=replace):
                click.echo(line)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _data() -> Path:
    folder: Path = current_app.config["SETTINGS"].data.resolve()
    return folder


def _keys() -> Path:
    folder: Path = current_app.config["SETTINGS"].keys.resolve()
    return folder


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _files(folders: Sequence[str]) -> Iterator[Path]:
    """Yield the files kept beside the database; never a key, nor where a link leads."""
    for name in folders:
        for path in sorted((_data() / name).rglob("*")):
            real = path.resolve()
            if path.is_file() and real == path and not real.is_relative_to(_keys()) and path.stat().st_nlink == 1:
                yield path


def _copy_database(copy: Path) -> None:
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        # Packed anew: a plain copy of the file would take deleted rows and the order of arrival along.
        with closing(sqlite3.connect(f"file:{_database_file()}?mode=ro", uri=True, timeout=15)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        copy.chmod(0o600)
        return
    with _private(copy) as out:
        _postgresql(["pg_dump", "--no-owner", "--no-privileges"], out)


def _database_file() -> str:
    return str(db.engine.url.database)


def _postgresql(command: list[str], out: Any = subprocess.DEVNULL) -> None:
    """Run a program of PostgreSQL's; the password goes where no list of processes shows it."""
    url = db.engine.url
    places = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    given = {name: str(value) for name, value in (places | {"PGDATABASE": url.database}).items() if value}
    try:
        done = subprocess.run(
            command,
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, **given, "PGOPTIONS": f"-c lock_timeout={WAIT}"},
            check=False,
        )
    except FileNotFoundError as error:
        raise BackupFailed(
            _("The program %(name)s is missing; install PostgreSQL's client programs.", name=command[0])
        ) from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupFailed(_("%(name)s failed: %(reason)s", name=command[0], reason=reason[-1] if reason else ""))


def _in_use() -> bool:
    """Say whether there is anything in the database: any row of any table."""
    db.session.rollback()
    connection = db.session.connection()
    known = set(inspect(connection).get_table_names()) & set(Model.metadata.tables)
    found = any(
        connection.execute(table.select().limit(1)).first() is not None
        for name, table in Model.metadata.tables.items()
        if name in known
    )
    db.session.rollback()
    return found


def _free_name() -> Path:
    day = clock.today().isoformat()
    names = (_data() / f"before-restore-{day}-{number}.zip" for number in range(1, 10_000))
    return next(path for path in names if not path.exists())


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as file:
            yield file
    except (OSError, zipfile.BadZipFile, json.JSONDecodeError, KeyError) as error:
        raise BackupFailed(_("%(file)s is no backup, or is damaged; nothing was changed.", file=source)) from error


def _note(file: zipfile.ZipFile) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(file.read(NOTE))
    engine = db.engine.dialect.name
    if note["format"] != FORMAT or note["engine"] != engine:
        raise BackupFailed(
            _(
                "This backup is of %(theirs)s and this server uses %(ours)s; nothing was changed.",
                theirs=note["engine"],
                ours=engine,
            )
        )
    newest = schema.head()
    if (note["schema"] or "") > newest:
        raise BackupFailed(_("This backup was made by a newer version of the product; nothing was changed."))
    damaged = file.testzip()
    if damaged is not None:
        raise zipfile.BadZipFile(damaged)
    file.getinfo(DATABASE[engine])
    return note


def _replace_database(copy: Path) -> None:
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()
        _replace_file(copy)
        return
    db.engine.dispose()
    drop = copy.with_name("drop.sql")
    drop.write_text("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", encoding="ascii")
    # One transaction: whatever fails, the database is as it was.
    quiet = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
    _postgresql([*quiet, "--file", str(drop), "--file", str(copy)])


def _replace_file(copy: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as saved:
            if saved.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupFailed(_("The database in this backup is damaged; nothing was changed."))
            with closing(sqlite3.connect(_database_file(), timeout=15)) as live:
                live.execute("PRAGMA secure_delete=ON")
                saved.backup(live)
                live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (sqlite3.Error, DBAPIError) as error:
        raise BackupFailed(_("The database could not be replaced; stop the server and try again.")) from error


def _kept(file: zipfile.ZipFile, folders: Sequence[str]) -> Iterator[zipfile.ZipInfo]:
    """Yield the entries that go into one of the data folders; whatever else a file may hold stays in it."""
    for entry in file.infolist():
        parts = PurePosixPath(entry.filename).parts
        if not entry.is_dir() and parts[:1] == ("data",) and parts[1:2] and parts[1] in folders and ".." not in parts:
            yield entry


def _unpack(file: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = _data() / PurePosixPath(entry.filename).relative_to("data")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / "file"
    with file.open(entry) as packed, _private(draft) as out:
        shutil.copyfileobj(packed, out)
    os.replace(draft, target)
