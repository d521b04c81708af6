"""Writing a backup: one look at the database and the files beside it, sealed into one new file."""

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy.engine import Connection

from core import clock, schema
from core.backup import archive, files, rows, sealing, snapshot
from core.backup.base import BackupFailed, Care, Summary
from core.backup.sealing import Lock
from core.db import db
from core.i18n import _

DRAFT = ".backup-"
Watch = Callable[[float], object]


def own_lock() -> Lock:
    """Return to whom this installation seals: to XINSHENG_BACKUP_TO, else to a key of its own on this machine."""
    settings = current_app.config["SETTINGS"]
    if settings.backup_to:
        return Lock(tuple(settings.backup_to))
    return Lock((sealing.public(sealing.own_identity(settings.keys)),))


def backup(target: Path, care: Care, lock: Lock | None = None, *, watch: Watch = lambda share: None) -> Summary:
    """Write database and files, sealed, into one new file only its owner can read; return what is in it.

    Whoever works meanwhile need not wait. `watch` is told the share that is done (0 to 1), between reads. A file that
    is there is never overwritten, and none is there before it is whole. Raises `BackupFailed`.
    """
    _refuse_place(target)
    clear(target.parent)
    db.session.rollback()
    try:
        with _draft(target) as out, snapshot.taken() as connection:
            made = _Members(connection, care, watch)
            sealing.seal(archive.Source(made.all()), out, lock or own_lock())
    except OSError as error:
        raise BackupFailed(
            _("%(file)s could not be written: %(reason)s.", file=target, reason=error.strerror or error)
        ) from error
    return Summary(**made.summary, bytes=out.count, sha256=out.digest.hexdigest())


class _Members:
    """The parts of a backup as they are read, and what there is to tell of them afterwards."""

    def __init__(self, connection: Connection, care: Care, watch: Watch) -> None:
        self._connection, self._care, self._watch = connection, care, watch
        self._tables = rows.tables(connection)
        self._counts: dict[str, int] = {}
        self._files = 0
        self._note: dict[str, Any] = {
            "engine": connection.dialect.name,
            "schema": schema.version_of(connection) or "",
            "day": f"{clock.today()}",
            "tables": {table.name: table.told() for table in self._tables},
        }

    @property
    def summary(self) -> dict[str, Any]:
        """Return what a `Summary` says of the content."""
        told = {name: self._note[name] for name in ("engine", "schema", "day")}
        return {**told, "tables": self._counts, "files": self._files}

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Yield the members of the archive."""
        yield from archive.members(self._note, self._all_tables(), self._all_files())

    def _all_tables(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        for place, table in enumerate(self._tables):
            self._watch(place / (len(self._tables) + 1))
            yield table.name, self._rows(table)

    def _rows(self, table: rows.Table) -> Iterator[bytes]:
        self._counts[table.name] = 0
        if table.name in self._care.passing:
            return
        for line in rows.lines(self._connection, table):
            self._counts[table.name] += 1
            yield line

    def _all_files(self) -> Iterator[tuple[str, bytes]]:
        for name, content in files.kept(self._care):
            self._files += 1
            yield name, content


class _Out:
    """A file that is written: its bytes are counted, and their SHA-256 is taken."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count, self.digest = 0, hashlib.sha256()

    def write(self, content: Any) -> int:
        """Write all of it."""
        self.digest.update(content)
        self.count += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        """Hand on what is held back."""
        self._file.flush()


@contextmanager
def _draft(target: Path) -> Iterator[Any]:
    """Yield a file beside `target` that takes its name once it is whole and on the disk."""
    draft = target.parent / f"{DRAFT}{secrets.token_hex(6)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when this process ends, however it does: see `clear`
            yield (out := _Out(file))
            out.flush()
            os.fsync(file.fileno())
            _name(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _name(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)  # unlike a renaming it overwrites nothing that came meanwhile
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK) or target.exists():
            raise
        os.rename(draft, target)  # a disk without links, such as a stick


def clear(folder: Path) -> None:
    """Remove what a backup that was killed left in a folder; one that is being written is left alone."""
    for path in folder.glob(f"{DRAFT}*"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _refuse_place(target: Path) -> None:
    if target.exists():
        raise _taken(target)
    keys = current_app.config["SETTINGS"].keys.resolve()
    if keys in (target.resolve().parent, *target.resolve().parents):
        raise BackupFailed(_("A backup does not belong in the folder of the keys; give another place."))


def _taken(target: Path) -> BackupFailed:
    return BackupFailed(_("There is a file %(file)s already; give another name.", file=target))
