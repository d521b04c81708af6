"""What the attacker carries away: files, the states they went through, rows ever seen, and log lines."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.anonymity.attack import images
from tests.anonymity.attack.images import Tables

MOMENTS = (
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
)
MOMENT, FIGURE = re.compile(r"\d+[-/]"), re.compile(r"[-+.\d]")
TOKEN = re.compile(r"[\w.-]{5,}")
HEX = re.compile(r"(?:[0-9a-f]{2}){8,}")
SHORTEST = 8  # characters an id must have to be worth looking for among bytes


@dataclass(frozen=True, slots=True)
class LogLine:
    """A request of somebody known: when, which line, how long (it and its answer), with what device, for what."""

    member: str
    kind: str  # issue | submit | other
    place: int
    moment: float | None
    length: float | None
    sent: float | None
    agent: str


@dataclass(slots=True)
class Evidence:
    """Everything at rest. `walks`: name -> the states of the database in the order they came."""

    hints: Mapping[str, Any]
    folder: Path
    final: bytes = b""
    tables: Tables = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    walks: dict[str, list[Tables]] = field(default_factory=dict)
    rows: dict[str, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table, without the row number; none for a table that is not there."""
        return self.tables.get(table, ([], []))[0]

    def log_lines(self) -> Iterator[LogLine]:
        """Yield the log lines whose sender is known."""
        who = self.hints.get("who", {})
        for log in self.hints.get("logs", []):
            pattern = re.compile(log["re"])
            text = (self.folder / log["path"]).read_text(encoding="utf-8", errors="replace")
            for place, line in enumerate(text.splitlines(), start=1):
                found = pattern.search(line)
                if found is None:
                    continue
                told = {key: value or "" for key, value in found.groupdict().items()}
                member = _sender(told, who)
                if member is not None:
                    kind = self._kind(told.get("path", ""))
                    figures = [number(told.get(name, "")) for name in ("ts", "bytes", "sent")]
                    yield LogLine(member, kind, place, *figures, told.get("agent", ""))

    def _kind(self, path: str) -> str:
        for kind in ("issue", "submit"):
            if re.search(self.hints.get(f"{kind}_re", "$^"), path):
                return kind
        return "other"


def _sender(told: Mapping[str, str], who: Mapping[str, str]) -> str | None:
    for value in (told.get("ip", ""), told.get("who", ""), *TOKEN.findall(told.get("path", ""))):
        if value in who:
            return who[value]
    return None


def load(hints: Mapping[str, Any], folder: Path) -> Evidence:
    """Read every file the hints name and replay every log."""
    found = Evidence(hints, folder)
    found.final = (folder / hints["db"]).read_bytes()
    found.tables = images.tables(found.final)
    found.files["db"] = found.final
    _remember(found, found.tables)
    logs = [{"wal": hints["wal"], "base": hints["wal_base"]}] if hints.get("wal") else []
    logs += hints.get("wals", [])
    read = [(folder / log["wal"]).read_bytes() for log in logs]
    for at, (log, wal) in enumerate(zip(logs, read, strict=True)):
        if any(other.startswith(wal) for other in read[at + 1 :]):
            continue  # a later copy of the same log holds all of this one
        base = (folder / log["base"]).read_bytes()
        found.files[log["wal"]] = wal
        _walk(found, f"wal {at + 1}" if "wal" in found.walks else "wal", [base, *images.commits(base, wal)])
    backups = {name: (folder / name).read_bytes() for name in hints.get("snapshots", [])}
    found.files |= backups
    _walk(found, "snap", list(backups.values()))
    found.files |= {name: (folder / name).read_bytes() for name in hints.get("files", [])}
    found.files |= {log["path"]: (folder / log["path"]).read_bytes() for log in hints.get("logs", [])}
    return found


def _walk(found: Evidence, name: str, states: list[bytes]) -> None:
    seen: list[Tables] = []
    for image in states:
        try:
            state = images.tables(image)
        except sqlite3.DatabaseError:
            continue  # a state cut short; the next one is whole again
        before = seen[-1] if seen else {}
        # A table that did not change is the very same object, so that nobody need look at it again.
        seen.append({table: before[table] if before.get(table) == now else now for table, now in state.items()})
        _remember(found, {table: now for table, now in seen[-1].items() if before.get(table) is not now})
    if seen:
        found.walks[name] = seen


def _remember(found: Evidence, state: Tables) -> None:
    for table, (_columns, rows) in state.items():
        found.rows[table].update(row[1:] for row in rows)


def named(value: Any) -> str:
    """Return an id as truth.json writes it."""
    return value.hex() if isinstance(value, bytes) else str(value)


def number(value: Any) -> float | None:
    """Return what can be put in order as a number: numbers, and moments in any usual writing; None for the rest."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str) or not FIGURE.match(value):
        return None
    for form in MOMENTS if MOMENT.match(value) else ():
        try:
            return datetime.strptime(value, form).timestamp()
        except ValueError:
            pass
    try:
        return float(value)
    except ValueError:
        return None


def spellings(name: str) -> list[bytes]:
    """Return the bytes an id may stand as in a file; none for one too short to be looked for."""
    written = [name.encode()] if len(name) >= SHORTEST else []
    return [bytes.fromhex(name), *written] if HEX.fullmatch(name) else written
