"""Bringing a backup back, and looking whether one is whole."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from flask import current_app

from core import clock, schema
from core.backup import archive, files, former, making, rows, sealing
from core.backup.archive import Damaged, Part, Reading
from core.backup.base import FORMAT, BackupFailed, Care, Summary
from core.backup.sealing import Opener
from core.backup.staging import Staging, beside
from core.db import Model, db
from core.i18n import _

DRAFTS = ".restore-"


def own_opener() -> Opener:
    """Return what opens backups sealed to this machine, if it ever had a key of its own."""
    path = current_app.config["SETTINGS"].keys / sealing.KEY_FILE
    return Opener((path.read_text(encoding="ascii").strip(),) if path.is_file() else ())


def verify(source: Path, opener: Opener | None = None) -> Summary:
    """Read a backup from its beginning to its end, compare every count and hash, and return what it holds.

    Nothing is restored. Raises `BackupFailed`.
    """
    if not _sealed(source):
        return former.verify(source)
    with _read(source, opener) as found:
        for part in found.parts():
            for _line in part.lines:
                pass
        counts = {name: told[0] for name, told in found.sums["tables"].items()}
        note, kept = found.note, len(found.sums["files"])
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Summary(note["engine"], note["schema"], note["day"], counts, kept, source.stat().st_size, digest)


def restore(source: Path, care: Care, opener: Opener | None = None, *, replace: bool = False) -> list[str]:
    """Put a backup in the place of the database and the files beside it; return what there is to tell.

    It is built beside the one in use, read back and compared with the counts and hashes of the backup, and brought to
    this version, before it takes that place by one transaction. A database that is in use is replaced only when told
    to, and a backup of it is made before. Keys are never brought back but those `care` names. Raises `BackupFailed`.
    """
    with _alone():
        if in_use(care) and not replace:
            raise BackupFailed(_("There is a database in use here; with --replace a backup of it is made first."))
        sealed = _sealed(source)
        told = _restore(source, care, opener) if sealed else former.restore(source, care, _set_aside)
    return [*told, f"database: {schema.upgrade()}", *care.after()]


def _restore(source: Path, care: Care, opener: Opener | None) -> list[str]:
    with tempfile.TemporaryDirectory(dir=_data(), prefix=DRAFTS) as name, beside(Path(name)) as staging:
        folder = Path(name)
        with _read(source, opener) as found:
            _check_note(found)
            staging.make(found.note["schema"])
            drafts = _load(found, staging, folder, care)
            note, sums = found.note, found.sums
        staging.check(sums["tables"])
        staging.finish()
        told = _set_aside(care)
        with _to_disk_or_say():
            files.put_missing(drafts)
        staging.put_in_place()
        with _to_disk_or_say():
            files.put(drafts)
    count = sum(found[0] for found in sums["tables"].values())
    told.append(
        f"restored and compared: {count} rows of {len(sums['tables'])} tables, {len(sums['files'])} files, "
        f"as of {note['day']} ({note['engine']}, {note['schema']})"
    )
    return told


def _load(found: Reading, staging: Staging, folder: Path, care: Care) -> dict[str, Path]:
    """Fill the empty tables and write drafts of the files; return the drafts by name."""
    drafts: dict[str, Path] = {}
    with staging.engine.begin() as connection:
        for part in found.parts():
            if part.kind == "table":
                staging.tables[part.name] = _as_noted(staging.tables.get(part.name), part, found)
                rows.load(connection, staging.tables[part.name], part.lines)
            elif files.wanted(part.name, care):
                drafts[part.name] = folder / f"file-{len(drafts)}"
                with _to_disk_or_say(), _private(drafts[part.name]) as file:
                    file.write(b"".join(part.lines))
    return drafts


def _as_noted(table: rows.Table | None, part: Part, found: Reading) -> rows.Table:
    """Return the table with its columns in the order of the backup, if they are the same ones."""
    noted = tuple((name, kind) for name, kind in found.note["tables"][part.name])
    if table is None or set(noted) != set(table.columns):
        raise BackupFailed(
            _("The table %(name)s of this backup is not one of this version. Nothing was changed.", name=part.name)
        )
    return rows.Table(table.name, noted, table.key)


def _check_note(found: Reading) -> None:
    note = found.note
    if note.get("format") != FORMAT or note["schema"] > schema.head():
        raise BackupFailed(_("This backup was made by a newer version of the product; nothing was changed."))
    if not isinstance(note["schema"], str) or not note["schema"].isdigit() or not isinstance(note["tables"], dict):
        raise Damaged


def in_use(care: Care) -> bool:
    """Say whether there is anything in the database: any row of any table whose rows are kept."""
    db.session.rollback()
    connection = db.session.connection()
    known = set(sa.inspect(connection).get_table_names()) & (set(Model.metadata.tables) - set(care.passing))
    found = any(
        connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None
        for name in sorted(known)
    )
    db.session.rollback()
    return found


def _set_aside(care: Care) -> list[str]:
    """Make a backup of what is about to be replaced, if there is anything."""
    if not in_use(care):
        return []
    day = clock.today().isoformat()
    names = (_data() / f"before-restore-{day}-{number}.age" for number in range(1, 10_000))
    before = next(path for path in names if not path.exists())
    making.backup(before, care)
    return [f"what was here before: {before}"]


@contextmanager
def _read(source: Path, opener: Opener | None) -> Iterator[Reading]:
    with sealing.opened(source, opener or own_opener()) as stream, archive.reading(stream) as found:
        yield found


def _sealed(source: Path) -> bool:
    try:
        return sealing.is_sealed(source)
    except OSError as error:
        raise BackupFailed(_("%(file)s is no backup, or is damaged; nothing was changed.", file=source)) from error


@contextmanager
def _alone() -> Iterator[None]:
    """Let one restore run at a time, and remove what one that was killed left; raise `BackupFailed`."""
    with (_data() / ".restoring").open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed(_("Another restore is under way on this machine; wait for its end.")) from error
        for left in _data().glob(f"{DRAFTS}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


@contextmanager
def _to_disk_or_say() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupFailed(
            _("A file could not be written: %(reason)s. Restore again once that is mended.", reason=error.strerror)
        ) from error
    except ValueError as error:
        raise Damaged from error


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _data() -> Path:
    folder: Path = current_app.config["SETTINGS"].data.resolve()
    return folder
