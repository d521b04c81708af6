"""Files that wait a day to be fetched or taken in: sealed, one folder for each organisation.

No backup holds them, and nothing lists them: whoever knows the name, the organisation and the investigation has one.
"""

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from core import clock, seal, storage
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
    box = seal.seal(_key(), content, size=len(content) + OVERHEAD, bound_to=_bound(investigation, name))
    storage.write(_place(name, investigation), box)
    return name


def fetch(name: str, investigation: Investigation) -> bytes:
    """Return a file that was kept for this investigation; raise `NotFound` when it is gone, or is another's."""
    try:
        return seal.unseal(_key(), storage.read(_place(name, investigation)), bound_to=_bound(investigation, name))
    except (storage.Missing, seal.CannotOpen) as error:
        raise NotFound(_("This file is no longer kept. Nothing was lost: make it, or choose it, again.")) from error


def there(name: str, investigation: Investigation) -> bool:
    """Say whether a file still waits."""
    try:
        return storage.exists(_place(name, investigation))
    except NotFound:
        return False


def drop(name: str, investigation: Investigation) -> None:
    """Remove a file; nothing happens when it is gone."""
    storage.remove(_place(name, investigation))


def organisations_with_old_ones() -> set[int]:
    """Return the organisations, by their ids, that have files older than a day."""
    folders = {name.split("/")[1] for name in _old(f"{FOLDER}/")}
    found = {int(folder) for folder in folders if folder.isdecimal()}
    return set(db.session.scalars(select(Organisation.id).where(Organisation.id.in_(found)))) if found else set()


def sweep(organisation_id: int) -> int:
    """Remove an organisation's files that are older than a day; return how many."""
    old = list(_old(f"{FOLDER}/{organisation_id}/"))
    for name in old:
        storage.remove(name)
    return len(old)


def _old(prefix: str) -> Iterator[str]:
    last = (clock.now() - KEPT_FOR).timestamp()
    return (file.name for file in storage.files(prefix) if file.modified <= last)


def _place(name: str, investigation: Investigation) -> str:
    if not NAME.fullmatch(name):
        raise NotFound(_("There is no such file."))
    return f"{FOLDER}/{investigation.organisation_id}/{name}"


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)


def _bound(investigation: Investigation, name: str) -> bytes:
    return f"{investigation.organisation_id}:{investigation.id}:{name}".encode()
