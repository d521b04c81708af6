"""Suspects by name: values a member's row and a response share, and bytes of both that lie close together."""

import base64
import binascii
import bisect
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.anonymity.attack import images
from tests.anonymity.attack.evidence import Evidence, named, spellings

HASHES = ("md5", "sha1", "sha256", "sha384", "sha512", "blake2b")
SHORTEST, LONGEST = 6, 4096  # bytes of a value worth comparing, and of one worth hashing
COMMON = 6  # rows: a value in more of them ties nobody
STEPS = 3  # through third tables
FEW = 3  # responses a member may be tied to and still count as found
NEAR = 300  # bytes
WORD = re.compile(rb"[0-9A-Za-z_-]{16,}")

Row = tuple[str, tuple[Any, ...]]


def shared(evidence: Evidence, truth: Mapping[str, str]) -> dict[str, set[str]]:
    """Return for each member the responses reached from its rows through shared values, raw, hashed or in part."""
    holders: dict[bytes, set[Row]] = defaultdict(set)
    for table, rows in evidence.rows.items():
        for row in rows:
            for form in _forms(row):
                holders[form].add((table, row))
    answers = evidence.hints["responses"]
    place = _place(evidence, answers["table"], answers["id"])
    wanted = set(truth.values())
    found: dict[str, set[str]] = {}
    for entry in evidence.hints["members"]:
        key = _place(evidence, entry["table"], entry["id"])
        for row in evidence.rows.get(entry["table"], ()) if key is not None else ():
            member = named(row[key])
            if member not in truth or place is None:
                continue
            reached = _reach((entry["table"], row), holders)
            hits = {named(other[place]) for table, other in reached if table == answers["table"]} & wanted
            if 0 < len(hits) <= FEW:
                found.setdefault(member, set()).update(hits)
    return found


def _reach(start: Row, holders: Mapping[bytes, set[Row]]) -> set[Row]:
    seen, edge = {start}, {start}
    for _step in range(STEPS):
        further: set[Row] = set()
        for _table, row in edge:
            for form in _forms(row):
                if len(holders[form]) <= COMMON:
                    further |= holders[form]
        edge = further - seen
        seen |= edge
    return seen


def _place(evidence: Evidence, table: str, key: str) -> int | None:
    columns = evidence.columns(table)
    return columns.index(key) if key in columns else None


_known: dict[bytes, frozenset[bytes]] = {}


def _forms(row: tuple[Any, ...]) -> Iterator[bytes]:
    for value in row:
        if isinstance(value, str | bytes) and len(value) >= SHORTEST:
            content = value if isinstance(value, bytes) else value.encode()
            if content not in _known:
                if len(_known) > 200_000:
                    _known.clear()
                _known[content] = frozenset(_spelt(content))
            yield from _known[content]


def _spelt(content: bytes) -> Iterator[bytes]:
    """Yield a value, its hashes, the tokens in it, and what those are when read as hex or base64."""
    yield content
    if len(content) > LONGEST:
        return
    parts = {content, *WORD.findall(content)}
    for part in list(parts):
        if WORD.fullmatch(part):
            parts |= set(_decoded(part))
    for part in parts:
        yield part
        for name in HASHES:
            digest = hashlib.new(name, part).digest()
            yield from (digest, digest.hex().encode(), digest[:16], digest.hex()[:16].encode())


def _decoded(word: bytes) -> Iterator[bytes]:
    for read in (bytes.fromhex, _base64):
        try:
            content = read(word.decode())
        except (ValueError, binascii.Error):
            continue
        if len(content) >= SHORTEST:
            yield content


def _base64(word: str) -> bytes:
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


def near(evidence: Evidence, truth: Mapping[str, str]) -> dict[str, set[str]]:
    """Return for each member the response whose id most often lies within `NEAR` bytes of something of its own."""
    names = _names(evidence, truth)
    ids = {one: name for name in truth.values() for one in spellings(name)}
    pairs: Counter[tuple[str, str]] = Counter()
    backups = list(evidence.hints.get("snapshots", []))
    for file, content in evidence.files.items():
        if file in backups[1:-1]:
            continue
        where = images.occurrences(content, ids)
        places = [place for place, _name in where]
        for start, member in images.occurrences(content, names) if where else ():
            at = bisect.bisect(places, start)
            for neighbour in (at - 1, at):
                if 0 <= neighbour < len(places) and abs(places[neighbour] - start) <= NEAR:
                    pairs[member, where[neighbour][1]] += 1
    found: dict[str, set[str]] = {}
    for (member, response), _count in pairs.most_common():
        found.setdefault(member, {response})
    return found


def _names(evidence: Evidence, truth: Mapping[str, str]) -> dict[bytes, str]:
    """Return what stands for a member in a file: the cells of its rows that only it has, and its network address."""
    owners: dict[bytes, set[str]] = defaultdict(set)
    for entry in evidence.hints["members"]:
        key = _place(evidence, entry["table"], entry["id"])
        for row in evidence.rows.get(entry["table"], ()) if key is not None else ():
            for value in row:
                if isinstance(value, str | bytes) and len(value) >= SHORTEST:
                    owners[value if isinstance(value, bytes) else value.encode()].add(named(row[key]))
    for token, member in evidence.hints.get("who", {}).items():
        if len(token) >= SHORTEST:
            owners[token.encode()].add(member)
    return {name: member for name, (member, *rest) in owners.items() if not rest and member in truth}
