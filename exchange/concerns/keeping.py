"""Files that wait a day to be fetched or taken in: sealed, in the data folder, one folder for each organisation.

No backup holds them, and nothing lists them: whoever knows the name, the organisation and the investigation has one.
"""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from core import clock, seal
from core.db import db
from core.errors import NotFound
from core.i18n import _
from investigations.models import Investigation
from members.models import Organisation

FOLDER = "waiting"
KEY_FILE = "waiting_key"
KEPT_FOR = timedelta(days=1)
OVERHEAD = 4  # bytes a sealed box needs for its length
NAME = re.compile(r"[0-9a-f]{32}")


def keep(content: bytes, investigation: Investigation) -> str:
    """Write a file that belongs to an investigation; return the random name it is fetched by."""
    name = secrets.token_hex(16)
    folder = _root() / str(investigation.organisation_id)
    for made in (folder.parent, folder):
        made.mkdir(mode=0o700, exist_ok=True)
    box = seal.seal(_key(), content, size=len(content) + OVERHEAD, bound_to=_bound(investigation, name))
    path = folder / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(box)
    moment = clock.now().timestamp()
    os.utime(path, (moment, moment))
    return name


def fetch(name: str, investigation: Investigation) -> bytes:
    """Return a file that was kept for this investigation; raise `NotFound` when it is gone, or is another's."""
    try:
        return seal.unseal(_key(), _path(name, investigation).read_bytes(), bound_to=_bound(investigation, name))
    except (OSError, seal.CannotOpen) as error:
        raise NotFound(_("This file is no longer kept. Nothing was lost: make it, or choose it, again.")) from error


def there(name: str, investigation: Investigation) -> bool:
    """Say whether a file still waits."""
    try:
        return _path(name, investigation).is_file()
    except NotFound:
        return False


def drop(name: str, investigation: Investigation) -> None:
    """Remove a file; nothing happens when it is gone."""
    _path(name, investigation).unlink(missing_ok=True)


def organisations_with_old_ones() -> set[int]:
    """Return the organisations, by their ids, that have files older than a day."""
    found = {int(path.parent.name) for path in _old("*") if path.parent.name.isdecimal()}
    return set(db.session.scalars(select(Organisation.id).where(Organisation.id.in_(found)))) if found else set()


def sweep(organisation_id: int) -> int:
    """Remove an organisation's files that are older than a day; return how many."""
    old = list(_old(str(organisation_id)))
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _old(organisation: str) -> Iterator[Path]:
    last = (clock.now() - KEPT_FOR).timestamp()
    for path in _root().glob(f"{organisation}/*"):
        try:
            if path.stat().st_mtime <= last:
                yield path
        except OSError:  # somebody was quicker
            continue


def _path(name: str, investigation: Investigation) -> Path:
    if not NAME.fullmatch(name):
        raise NotFound(_("There is no such file."))
    return _root() / str(investigation.organisation_id) / name


def _root() -> Path:
    return current_app.config["SETTINGS"].data / FOLDER


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)


def _bound(investigation: Investigation, name: str) -> bytes:
    return f"{investigation.organisation_id}:{investigation.id}:{name}".encode()
