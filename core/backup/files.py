"""The files kept beside the database: read one by one for a backup, and put back."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

from core import storage
from core.backup.base import Care

FILES, KEYS = "files/", "keys/"


def kept(care: Care) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a backup: "files/reports/7.pdf" and its content; a key only where `care` names it."""
    for folder in care.folders:
        for name in storage.names(f"{folder}/"):
            if _ours(name):
                try:
                    content = storage.read(name)
                except storage.Missing:
                    continue  # removed meanwhile
                yield FILES + name, content
    for name in care.keys:
        path = _keys() / name
        if path.is_file():
            yield KEYS + name, path.read_bytes()


def _ours(name: str) -> bool:
    """Say whether a file is one: never a key, nor where a link leads."""
    if storage.elsewhere():
        return True
    path = storage.path(name)
    real = path.resolve()
    inside = real.is_relative_to(current_app.config["SETTINGS"].data.resolve())
    return inside and not real.is_relative_to(_keys()) and not path.is_symlink() and path.stat().st_nlink == 1


def wanted(name: str, care: Care) -> bool:
    """Say whether a part of a backup belongs into one of the folders or is one of the keys `care` names."""
    if name.startswith(KEYS):
        return name.removeprefix(KEYS) in care.keys
    parts = name.split("/")
    return len(parts) > 2 and parts[1] in care.folders and not any(part in ("", ".", "..") for part in parts)


def put_missing(drafts: dict[str, Path]) -> None:
    """Put in their places the files that are not there: the database in use has no word for them."""
    for name in [name for name in drafts if name.startswith(FILES) and not storage.exists(name.removeprefix(FILES))]:
        storage.put(name.removeprefix(FILES), drafts.pop(name))


def put(drafts: dict[str, Path]) -> None:
    """Put the others in their places; a key of another content that stood there is laid aside."""
    for name, draft in drafts.items():
        if name.startswith(KEYS):
            _put_key(name.removeprefix(KEYS), draft)
        else:
            storage.put(name.removeprefix(FILES), draft)


def _put_key(name: str, draft: Path) -> None:
    path = _keys() / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() != draft.read_bytes():
        os.replace(path, path.with_name(f"{name}.before-restore-{secrets.token_hex(3)}"))
    beside = path.with_name(f".{name}.{secrets.token_hex(6)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(draft.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def _keys() -> Path:
    folder: Path = current_app.config["SETTINGS"].keys.resolve()
    return folder
