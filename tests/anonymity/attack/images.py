"""SQLite files as an attacker reads them: rows, pages, and every state a write-ahead log went through."""

import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Rows = list[tuple[Any, ...]]
Tables = dict[str, tuple[list[str], Rows]]
FRAME = 24  # bytes of a WAL frame before its page
INNER = (2, 5)  # kinds of pages that point at others
_COLUMNS: dict[str, list[str]] = {}  # by the statement that made a table


def connect(image: bytes) -> sqlite3.Connection:
    """Return a connection to a copy of a database file in memory; one in WAL mode is read without its log."""
    copy = bytearray(image)
    if len(copy) >= 20:
        copy[18] = copy[19] = 1
    connection = sqlite3.connect(":memory:")
    connection.deserialize(bytes(copy))
    return connection


def tables(image: bytes) -> Tables:
    """Return every table: its columns, and its rows with the row number (or None) before them."""
    connection = connect(image)
    found: Tables = {}
    query = "SELECT name, sql FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
    for name, sql in connection.execute(query).fetchall():
        if sql not in _COLUMNS:
            _COLUMNS[sql] = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        columns = _COLUMNS[sql]
        number = "NULL" if "without rowid" in (sql or "").lower() else "rowid"
        found[name] = (columns, connection.execute(f'SELECT {number}, * FROM "{name}"').fetchall())
    connection.close()
    return found


def page_size(image: bytes) -> int:
    """Return the bytes of a page."""
    size = struct.unpack(">H", image[16:18])[0] if len(image) >= 18 else 4096
    return 65536 if size == 1 else size or 4096


def owners(image: bytes) -> dict[int, str]:
    """Return which table or index each page belongs to; pages that hang on no tree are left out."""
    size = page_size(image)
    connection = connect(image)
    roots = dict(connection.execute("SELECT rootpage, name FROM sqlite_master WHERE rootpage > 0").fetchall())
    connection.close()
    found: dict[int, str] = {}
    for root, name in roots.items():
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number in found or not 0 < number <= len(image) // size:
                continue
            found[number] = name
            waiting += _children(image[(number - 1) * size : number * size], 100 if number == 1 else 0)
    return found


def _children(page: bytes, at: int) -> list[int]:
    if page[at] not in INNER:
        return []
    cells = struct.unpack(">H", page[at + 3 : at + 5])[0]
    pointers = struct.unpack(f">{cells}H", page[at + 12 : at + 12 + 2 * cells])
    left = [struct.unpack(">I", page[place : place + 4])[0] for place in pointers]
    return [*left, struct.unpack(">I", page[at + 8 : at + 12])[0]]


def free_pages(image: bytes) -> int:
    """Return how many pages the file keeps but does not use."""
    return struct.unpack(">I", image[36:40])[0] if len(image) >= 40 else 0


def commits(base: bytes, wal: bytes) -> Iterator[bytes]:
    """Yield the whole database after each commit of a write-ahead log."""
    if len(wal) < 32:
        return
    size = struct.unpack(">I", wal[8:12])[0] or 65536
    salt = wal[16:24]
    pages = {number: base[number * size : (number + 1) * size] for number in range(len(base) // size)}
    at = 32
    while at + FRAME + size <= len(wal) and wal[at + 8 : at + 16] == salt:
        number, whole = struct.unpack(">II", wal[at : at + 8])
        pages[number - 1] = wal[at + FRAME : at + FRAME + size]
        at += FRAME + size
        if whole:
            blank = b"\0" * size
            yield b"".join(pages.get(place, blank) for place in range(whole))


def occurrences(content: bytes, needles: Mapping[bytes, str]) -> list[tuple[int, str]]:
    """Return where any of the needles (4 bytes or longer) stands, in order, with what it stands for."""
    if len(content) < 4 or not needles:
        return []
    by_start: dict[bytes, list[bytes]] = defaultdict(list)
    for needle in needles:
        by_start[needle[:4]].append(needle)
    starts = np.frombuffer(b"".join(by_start), ">u2").reshape(-1, 2)
    first, second = np.zeros(1 << 16, bool), np.zeros(1 << 16, bool)
    first[starts[:, 0]] = second[starts[:, 1]] = True
    octets = np.frombuffer(content, np.uint8)
    pairs = octets[:-1].astype(np.uint16) << 8 | octets[1:]
    places = np.flatnonzero(first[pairs[:-2]] & second[pairs[2:]])
    found = []
    for at in places.tolist():
        for needle in by_start.get(content[at : at + 4], ()):
            if content.startswith(needle, at):
                found.append((at, needles[needle]))
    return found
