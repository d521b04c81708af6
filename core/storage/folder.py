"""Files in a folder of this machine, or in one that several machines mount."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core import clock
from core.storage.base import File, Missing, Unavailable, new_file


class Folder:
    """The data folder of this machine, or one that several machines mount."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, content: bytes) -> None:
        """Write a draft beside the file, bring it to the disk, and rename it."""
        with self._draft(name) as draft, new_file(draft) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def put(self, name: str, path: Path) -> None:
        """As `write`, from a file; within one file system nothing is copied."""
        with self._draft(name) as draft:
            try:
                os.rename(path, draft)
            except OSError:  # another file system
                with path.open("rb") as source, new_file(draft) as file:
                    shutil.copyfileobj(source, file)
                path.unlink()
            draft.chmod(0o600)
            _to_disk(draft)

    @contextmanager
    def _draft(self, name: str) -> Iterator[Path]:
        target = self.root / name
        _make_folders(self.root, target.parent)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        try:
            yield draft
            moment = clock.now().timestamp()
            os.utime(draft, (moment, moment))
            os.replace(draft, target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _to_disk(target.parent)

    def read(self, name: str) -> bytes:
        """Return the content; raise `Missing`."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise Missing(name) from error

    def remove(self, name: str) -> None:
        """Remove the file."""
        (self.root / name).unlink(missing_ok=True)

    def find(self, name: str) -> File | None:
        """Return what is known of a file, None when there is none."""
        return self._known(self.root / name)

    def files(self, prefix: str) -> Iterator[File]:
        """Yield whole files; never a draft, nor where a link leads."""
        folder = self.root / prefix.rpartition("/")[0]
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(self.root).as_posix()):
            name = path.relative_to(self.root).as_posix()
            hidden = any(part.startswith(".") for part in path.relative_to(self.root).parts)
            if name.startswith(prefix) and not hidden and (found := self._known(path)):
                yield found

    def path(self, name: str) -> Path:
        """Return the file itself."""
        return self.root / name

    def check(self) -> None:
        """Raise `Unavailable` unless files can be written here."""
        if not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
            raise Unavailable

    def _known(self, path: Path) -> File | None:
        if path.is_symlink() or not path.is_file():
            return None
        with suppress(OSError):  # somebody removed it meanwhile
            told = path.stat()
            return File(path.relative_to(self.root).as_posix(), told.st_size, told.st_mtime)
        return None


def _make_folders(root: Path, folder: Path) -> None:
    """Make a folder below `root` and those above it, each for its owner alone, and safely on the disk."""
    if folder.is_dir():
        return
    _make_folders(root, folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _to_disk(folder.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
