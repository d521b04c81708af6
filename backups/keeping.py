"""The backups that are kept in a folder: made each night, told on a page, and thinned out as they grow old.

Beside each file stands a small one of the same name and `.json`: how much is in it, and the SHA-256 of the sealed file.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from core import backup, clock
from core.backup import BackupFailed, Summary
from core.backup.making import Watch
from core.db import db
from core.errors import NotAllowed, NotFound
from core.i18n import _
from members.models import Account, Organisation

NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:-(\d{1,4}))?\.age")
EARLIEST = 2  # o'clock, local time: before, somebody may still be at work on the day's last record


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the folder. `rows`, `files`: what is in it, None where its note is missing."""

    name: str
    day: date
    bytes: int
    rows: int | None
    files: int | None
    sha256: str


def folder() -> Path | None:
    """Return where backups are kept; None where none are made."""
    found: Path | None = current_app.config["SETTINGS"].backups
    return found


def readable_here() -> bool:
    """Say whether this machine holds the key of its own backups; not so where XINSHENG_BACKUP_TO names another."""
    return not current_app.config["SETTINGS"].backup_to


def keeper_id() -> int | None:
    """Return the organisation this installation was set up for, the first there was; its secretary sees to backups."""
    return db.session.scalar(select(func.min(Organisation.id)))


def keeps(account: Account) -> bool:
    """Say whether an account's organisation is the one that sees to backups."""
    return account.organisation_id == keeper_id()


def check(account: Account) -> None:
    """Raise `NotAllowed` unless the account's organisation sees to backups."""
    if not keeps(account):
        raise NotAllowed(
            _(
                "A backup holds every organisation of this installation, so only the secretary of the organisation it "
                "was set up for sees to backups."
            )
        )


def kept() -> list[Kept]:
    """Return the backups there are, the newest first."""
    place = folder()
    if place is None or not place.is_dir():
        return []
    found = [(NAME.fullmatch(path.name), path) for path in place.iterdir()]
    numbered = [(match[1], int(match[2] or 1), path) for match, path in found if match and path.is_file()]
    return [_told(path, day) for day, _number, path in sorted(numbered, reverse=True)]


def _told(path: Path, day: str) -> Kept:
    try:
        note = json.loads(_beside(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        note = {}
    return Kept(
        path.name,
        date.fromisoformat(day),
        path.stat().st_size,
        note.get("rows"),
        note.get("files"),
        note.get("sha256", ""),
    )


def find(name: str) -> Path:
    """Return the file of a backup; raise `NotFound`."""
    place = folder()
    if place is None or not NAME.fullmatch(name) or not (place / name).is_file():
        raise NotFound(_("There is no such backup."))
    return place / name


def make(watch: Watch) -> Kept:
    """Make a backup of today, then remove those that are kept no longer; raise `BackupFailed`."""
    place = folder()
    if place is None:
        raise BackupFailed(_("No folder for backups is set on this server."))
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupFailed(
            _("%(file)s could not be written: %(reason)s.", file=place, reason=error.strerror or error)
        ) from error
    target = _free(place, clock.today())
    made = backup.backup(target, current_app.extensions["backup"], watch=watch)
    _write_note(target, made)
    thin_out()
    return _told(target, target.name[:10])


def _free(place: Path, day: date) -> Path:
    names = (place / (f"{day}.age" if number == 1 else f"{day}-{number}.age") for number in count(1))
    return next(path for path in names if not path.exists())


def _write_note(target: Path, made: Summary) -> None:
    told = {name: value for name, value in asdict(made).items() if name != "tables"}
    draft = target.with_name(f".{target.name}.json")
    draft.write_text(json.dumps({**told, "rows": made.rows}), encoding="utf-8")
    draft.chmod(0o600)
    os.replace(draft, _beside(target))


def verify(name: str) -> dict[str, Any]:
    """Look whether a backup is whole; raise `BackupFailed`.

    With the key on this machine all of it is opened and compared; else the sealed file is compared with its sum.
    """
    path = find(name)
    if readable_here():
        found = backup.verify(path)
        return {"name": name, "opened": True, "rows": found.rows, "files": found.files}
    told = _told(path, name[:10])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != told.sha256:
        raise BackupFailed(_("%(file)s is no backup, or is damaged; nothing was changed.", file=name))
    return {"name": name, "opened": False, "rows": told.rows, "files": told.files}


def thin_out() -> list[str]:
    """Remove what is kept no longer; return the names."""
    gone = leaving(kept(), current_app.config["SETTINGS"].backup_keep)
    for one in gone:
        path = find(one)
        path.unlink()
        _beside(path).unlink(missing_ok=True)
    return gone


def leaving(found: Iterable[Kept], keep: tuple[int, int, int]) -> list[str]:
    """Return the names of backups to remove: kept are the newest of each of the last days, weeks and months.

    `found` begins with the newest; `keep` counts days, weeks and months in which there is one. All of the newest day
    stay: somebody may have asked for them for a reason.
    """
    everything = list(found)
    if not everything:
        return []
    stay = {one.name for one in everything if one.day == everything[0].day}
    of_day = {one.day: one.name for one in reversed(everything)}  # the newest of a day stays
    for size, named in zip(keep, (_day, _week, _month), strict=True):
        newest: dict[Any, str] = {}
        for day in sorted(of_day, reverse=True):
            newest.setdefault(named(day), of_day[day])
        stay |= set(list(newest.values())[:size])
    return [one.name for one in everything if one.name not in stay]


def _day(day: date) -> Any:
    return day


def _week(day: date) -> Any:
    return day.isocalendar()[:2]


def _month(day: date) -> Any:
    return (day.year, day.month)


def due() -> list[int]:
    """Return the organisation for which tonight's backup is to be made, if it is.

    Where the machine sleeps at night, it is made as soon as somebody wakes it.
    """
    if folder() is None or clock.now().astimezone().hour < EARLIEST:
        return []
    there = kept()
    if there and there[0].day >= clock.today():
        return []
    keeper = keeper_id()
    return [] if keeper is None else [keeper]


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")
