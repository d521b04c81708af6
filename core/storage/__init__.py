"""The files of the product: in the data folder, or in object storage (S3) by one setting.

A name is a folder and what is in it, as "reports/7.pdf". What is written appears whole or not at all, and is safely
kept when `write` returns. The database, the keys and the queue are not among these files and have no such name.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask, current_app

from core import clock
from core.storage.base import File, Missing, Store, Unavailable
from core.storage.bucket import Bucket
from core.storage.folder import Folder

__all__ = ["File", "Missing", "Unavailable"]
OWN = frozenset({"keys", "scratch", "cache"})  # folders of this machine alone
LEFT = timedelta(days=1)


def write(name: str, content: bytes) -> None:
    """Keep `content` under `name`, in the place of what was there; raise `Unavailable`."""
    _store().write(_checked(name), content)


def put(name: str, path: Path) -> None:
    """Keep the file at `path` under `name` and take it away from `path`; for what is too large for memory."""
    _store().put(_checked(name), path)


def read(name: str) -> bytes:
    """Return what is kept under `name`; raise `Missing`, or `Unavailable`."""
    return _store().read(_checked(name))


def remove(name: str) -> None:
    """Remove a file; nothing happens when it is gone."""
    _store().remove(_checked(name))


def exists(name: str) -> bool:
    """Say whether there is such a file."""
    return _store().find(_checked(name)) is not None


def size(name: str) -> int:
    """Return the bytes of a file; raise `Missing`."""
    found = _store().find(_checked(name))
    if found is None:
        raise Missing(name)
    return found.size


def names(prefix: str) -> Iterator[str]:
    """Yield the names that begin with `prefix`, which holds a folder at least ("reports/"), in their order."""
    return (file.name for file in files(prefix))


def files(prefix: str) -> Iterator[File]:
    """Yield the files whose names begin with `prefix`, which holds a folder at least ("reports/"), in their order."""
    _checked(f"{prefix}x")
    return _store().files(prefix)


def path(name: str) -> Path:
    """Return where a program of this machine can read the file now: itself, or a copy fetched for it.

    Nothing is there when there is no such file. A copy is good for an hour after it was asked for.
    """
    return _store().path(_checked(name))


def check() -> None:
    """Raise `Unavailable` when files can be neither read nor written; for readiness pages and the doctor."""
    _store().check()


def elsewhere() -> bool:
    """Say whether files are kept on another machine than this one."""
    return bool(current_app.config["SETTINGS"].storage)


def scratch() -> Path:
    """Return a folder of this machine for files that are being made; only its owner may look into it."""
    folder: Path = current_app.config["SETTINGS"].data / "scratch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def tidy() -> None:
    """Remove what killed processes left half-made on this machine a day ago or earlier."""
    last = (clock.now() - LEFT).timestamp()
    data: Path = current_app.config["SETTINGS"].data
    # A draft lies beside the file it was to become, under a name that begins with a point.
    drafts = (path for path in data.glob("*/**/.*") if path.relative_to(data).parts[0] not in OWN - {"cache"})
    for path in (*scratch().iterdir(), *drafts):
        with suppress(OSError):
            if path.lstat().st_mtime > last:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def init_app(app: Flask) -> None:
    """Choose the place; nothing is connected to before a file is wanted."""
    settings = app.config["SETTINGS"]
    app.extensions["storage"] = (
        Bucket(settings.storage, settings.storage_endpoint, settings.data)
        if settings.storage
        else Folder(settings.data)
    )


def _store() -> Store:
    found: Store = current_app.extensions["storage"]
    return found


def _checked(name: str) -> str:
    """Return a name that leads into a folder of files and nowhere else; raise ValueError."""
    parts = name.split("/")
    fit = all(part and not part.startswith(".") and part.isprintable() and "\\" not in part for part in parts)
    if len(parts) < 2 or not fit or parts[0] in OWN:
        raise ValueError(f"{name!r} is no name of a file")
    return name
