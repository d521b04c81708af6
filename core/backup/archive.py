"""What is inside the lock: a compressed tar that is written and read from its beginning to its end.

`backup.json` (format, engine, schema, day, the columns of every table), `tables/NAME/000001.jsonl` (rows, a megabyte at
a time), `files/FOLDER/…`, `keys/NAME` where one is kept, and at the end `manifest.json`: rows and SHA-256 of every
table, bytes and SHA-256 of every file. Nothing is held in memory but the piece that is on its way.
"""

import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from core.backup.base import FORMAT, BackupFailed, Sum
from core.i18n import _

NOTE, MANIFEST = "backup.json", "manifest.json"
PIECE = 1 << 20
NOTE_LIMIT = 64 << 20  # bytes of a note or a manifest; a million files fit
PIECE_LIMIT = 256 << 20  # bytes of one piece of a table: a row is never cut


class Damaged(BackupFailed):
    """The archive is not what `write` writes."""

    def __init__(self) -> None:
        super().__init__(_("This is no backup, or it is damaged; nothing was changed."))


class Source:
    """What is read while it is being made: the bytes of a tar, compressed, as its members come."""

    def __init__(self, members: Iterator[tuple[str, bytes]]) -> None:
        self._members = members
        self._waiting = bytearray()
        self._packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        self._ended = False
        self.failure: Exception | None = None  # what ended it too early; whoever seals hides it behind words of its own

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, all of them when it is negative; nothing at the end."""
        try:
            while not self._ended and (size < 0 or len(self._waiting) < size):
                self._more()
        except Exception as error:
            self.failure = error
            raise
        taken = bytes(self._waiting if size < 0 else self._waiting[:size])
        del self._waiting[: len(taken)]
        return taken

    def _more(self) -> None:
        member = next(self._members, None)
        if member is None:
            self._waiting += self._packer.compress(bytes(2 * tarfile.BLOCKSIZE)) + self._packer.flush()
            self._ended = True
            return
        name, content = member
        told = tarfile.TarInfo(name)
        told.size, told.mode = len(content), 0o600
        padding = bytes(-len(content) % tarfile.BLOCKSIZE)
        for part in (told.tobuf(tarfile.PAX_FORMAT), content, padding):
            self._waiting += self._packer.compress(part)


def members(
    note: dict[str, Any],
    tables: Iterable[tuple[str, Iterable[bytes]]],
    files: Iterable[tuple[str, bytes]],
) -> Iterator[tuple[str, bytes]]:
    """Yield the members of a backup: name and content; `files` are named as "reports/7.pdf"."""
    yield NOTE, _json({"format": FORMAT, **note})
    sums: dict[str, dict[str, list[Any]]] = {"tables": {}, "files": {}}
    for name, lines in tables:
        found = Sum()
        for number, piece in enumerate(_pieces(lines, found), start=1):
            yield f"tables/{name}/{number:06}.jsonl", piece
        sums["tables"][name] = found.told()
    for name, content in files:
        found = Sum()
        found.add(content, len(content))
        yield name, content
        sums["files"][name] = found.told()
    yield MANIFEST, _json(sums)


def _pieces(lines: Iterable[bytes], found: Sum) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        found.add(line, 1)
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a backup: `kind` "table" (its lines) or "file" (its content, in one piece)."""

    kind: str
    name: str
    lines: Iterator[bytes]


class Reading:
    """A backup that is read from its beginning: `note` first, then `parts`, each to its end before the next.

    Every count and every hash is compared on the way; `parts` raises `Damaged` when one differs or is missing.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._tar: Any = tarfile.open(fileobj=stream, mode="r|gz", bufsize=1 << 16)  # noqa: SIM115 - its stream is closed
        self._ahead: tarfile.TarInfo | None = None
        member = self._next()
        if member is None or member.name != NOTE:
            raise Damaged
        self.note: dict[str, Any] = self._parsed(member)
        self.sums: dict[str, dict[str, list[Any]]] = {"tables": {}, "files": {}}

    def parts(self) -> Iterator[Part]:
        """Yield every part; the last thing done is to compare with the manifest."""
        for name in self.note["tables"]:
            yield from self._counted("table", name, self._lines(name))
        while (member := self._next()) is not None and member.name != MANIFEST:
            if not member.name.startswith(("files/", "keys/")):
                raise Damaged
            yield from self._counted("file", member.name, iter([self._content(member, None)]))
        if member is None or self._parsed(member) != self.sums:
            raise Damaged

    def _counted(self, kind: str, name: str, lines: Iterator[bytes]) -> Iterator[Part]:
        found = Sum()

        def counted() -> Iterator[bytes]:
            for line in lines:
                found.add(line, 1 if kind == "table" else len(line))
                yield line

        part = Part(kind, name, counted())
        yield part
        for _line in part.lines:
            pass  # what the reader left
        self.sums[f"{kind}s"][name] = found.told()

    def _lines(self, name: str) -> Iterator[bytes]:
        number = 1
        while (member := self._next()) is not None:
            if member.name != f"tables/{name}/{number:06}.jsonl":
                self._ahead = member
                return
            yield from io.BytesIO(self._content(member, PIECE_LIMIT))
            number += 1

    def _next(self) -> tarfile.TarInfo | None:
        member: tarfile.TarInfo | None = self._ahead or self._tar.next()
        self._ahead = None
        self._tar.members = []  # it would remember every one
        if member is not None and not member.isreg():
            raise Damaged
        return member

    def _content(self, member: tarfile.TarInfo, limit: int | None) -> bytes:
        if limit is not None and member.size > limit:
            raise Damaged
        file = self._tar.extractfile(member)
        content = file.read() if file else b""
        if len(content) != member.size:
            raise Damaged
        return content

    def _parsed(self, member: tarfile.TarInfo) -> dict[str, Any]:
        found = json.loads(self._content(member, NOTE_LIMIT))
        if not isinstance(found, dict):
            raise Damaged
        return found


@contextmanager
def reading(stream: IO[bytes]) -> Iterator[Reading]:
    """Read a backup; raise `Damaged` for whatever is not one."""
    try:
        yield Reading(stream)
    except (tarfile.TarError, zlib.error, json.JSONDecodeError, UnicodeDecodeError, KeyError, OSError, EOFError) as bad:
        raise Damaged from bad


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
