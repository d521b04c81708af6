"""Backups of format 1, which earlier versions wrote: a plain zip of an SQLite file or of pg_dump's text."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from flask import current_app

from core import schema
from core.backup import files, rows, snapshot
from core.backup.base import BackupFailed, Care, Sum, Summary
from core.backup.staging import WAIT, Staging, beside
from core.db import db
from core.i18n import _

FORMAT = 1
NOTE, DATA = "backup.json", "data/"
DATABASE = {"sqlite": "database.sqlite", "postgresql": "database.sql"}


def verify(source: Path) -> Summary:
    """Check every sum of the zip, and of an SQLite file its pages; return what is known of it."""
    with _opened(source) as file, tempfile.TemporaryDirectory(prefix="xinsheng-") as folder:
        note, counts = _note(file), {}
        if note["engine"] == "sqlite":
            with snapshot.of_file(_unpacked(file, note, Path(folder))) as connection:
                for table in rows.tables(connection):
                    counts[table.name] = sum(1 for _line in rows.lines(connection, table))
        kept = sum(1 for entry in file.infolist() if entry.filename.startswith(DATA))
        return Summary(note["engine"], note["schema"] or "", note["day"], counts, kept, source.stat().st_size)


def restore(source: Path, care: Care, set_aside: Callable[[Care], Sequence[str]]) -> list[str]:
    """Put such a backup in the place of the database and the files; return what there is to tell."""
    data = current_app.config["SETTINGS"].data.resolve()
    with _opened(source) as file, tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as name:
        note, folder = _note(file), Path(name)
        copy, drafts = _unpacked(file, note, folder), _drafts(file, care, folder)
        if note["engine"] == "postgresql":
            return _by_psql(copy, drafts, care, set_aside)
        with beside(folder) as staging:
            _fill(staging, copy, note["schema"])
            staging.finish()
            told = [*set_aside(care)]
            files.put_missing(drafts)
            staging.put_in_place()
            files.put(drafts)
        return told


def _fill(staging: Staging, copy: Path, revision: str) -> None:
    """Load the rows of an SQLite file, read them back and compare."""
    with snapshot.of_file(copy) as old:
        staging.make(revision)
        sums = {}
        with staging.engine.begin() as connection:
            for table in rows.tables(old):
                found = Sum()
                rows.load(connection, table, _summed(rows.lines(old, table), found))
                sums[table.name] = found.told()
    staging.check(sums)


def _summed(lines: Iterator[bytes], found: Sum) -> Iterator[bytes]:
    for line in lines:
        found.add(line, 1)
        yield line


def _refuse_damaged(copy: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except sqlite3.Error:
        sound = False
    if not sound:
        raise BackupFailed(_("The database in this backup is damaged; nothing was changed."))


def _by_psql(copy: Path, drafts: dict[str, Path], care: Care, set_aside: Callable[[Care], Sequence[str]]) -> list[str]:
    """Let psql read what pg_dump wrote, in one transaction: whatever fails, the database is as it was."""
    if db.engine.dialect.name != "postgresql":
        raise BackupFailed(
            _("This old backup is of PostgreSQL's own kind and goes back into PostgreSQL only; nothing was changed.")
        )
    told = [*set_aside(care)]
    db.session.remove()
    db.engine.dispose()
    drop = copy.with_name("drop.sql")
    drop.write_text("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", encoding="ascii")
    _psql(["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--file", str(drop),
           "--file", str(copy)])  # fmt: skip
    files.put_missing(drafts)
    files.put(drafts)
    return told


def _psql(command: list[str]) -> None:
    """Run it; the password goes where no list of processes shows it."""
    url = db.engine.url
    places = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    given = {name: str(value) for name, value in (places | {"PGDATABASE": url.database}).items() if value}
    environment = {**os.environ, **given, "PGOPTIONS": f"-c lock_timeout={WAIT}"}
    try:
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
    except FileNotFoundError as error:
        raise BackupFailed(
            _("The program %(name)s is missing; install PostgreSQL's client programs.", name=command[0])
        ) from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupFailed(_("%(name)s failed: %(reason)s", name=command[0], reason=reason[-1] if reason else ""))


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as file:
            yield file
    except (OSError, zipfile.BadZipFile, json.JSONDecodeError, KeyError) as error:
        raise BackupFailed(_("%(file)s is no backup, or is damaged; nothing was changed.", file=source)) from error


def _note(file: zipfile.ZipFile) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(file.read(NOTE))
    if note["format"] != FORMAT or (note["schema"] or "") > schema.head():
        raise BackupFailed(_("This backup was made by a newer version of the product; nothing was changed."))
    damaged = file.testzip()
    if damaged is not None:
        raise zipfile.BadZipFile(damaged)
    return note


def _unpacked(file: zipfile.ZipFile, note: dict[str, Any], folder: Path) -> Path:
    copy = folder / DATABASE[note["engine"]]
    _write(file, file.getinfo(copy.name), copy)
    if note["engine"] == "sqlite":
        _refuse_damaged(copy)
    return copy


def _drafts(file: zipfile.ZipFile, care: Care, folder: Path) -> dict[str, Path]:
    """Unpack what goes into one of the folders; whatever else a file may hold stays in it."""
    drafts: dict[str, Path] = {}
    for entry in file.infolist():
        parts = PurePosixPath(entry.filename).parts
        if entry.is_dir() or parts[:1] != ("data",):
            continue
        name = "/".join(("files", *parts[1:]))
        if files.wanted(name, care):
            drafts[name] = folder / f"file-{len(drafts)}"
            _write(file, entry, drafts[name])
    return drafts


def _write(file: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with file.open(entry) as packed, os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(packed, out)
