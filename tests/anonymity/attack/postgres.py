"""The same attack on PostgreSQL, which stamps every row with the transaction that wrote it (`xmin`) and its place
(`ctid`), and whose data directory keeps old files, dead rows and its own log until they are needed again.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from tests.anonymity.attack.evidence import Evidence
from tests.anonymity.attack.images import Tables
from tests.anonymity.attack.linkage import Outcome, conclude

PAGE = 10_000  # more rows than fit on a page
STAMPS = ("xmin", "ctid", "page", "place in page")


@dataclass(slots=True)
class Carried:
    """What was carried off at one moment: every table with its stamps, and every byte of the data directory."""

    tables: Tables
    files: dict[str, bytes]


def carry_off(engine: Engine, names: list[str], *, files: bool = True) -> Carried:
    """Read tables with `xmin` and `ctid`, and the data directory where this account may read it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tables: Tables = {}
        for name in names:
            query = text(f'SELECT xmin::text AS xmin, ctid::text AS ctid, * FROM "{name}"')
            result = connection.execute(query)
            columns = [column for column in tuple(result.keys()) if column not in ("xmin", "ctid")]
            rows = [_row(dict(row), columns) for row in result.mappings()]
            tables[name] = ([*columns, *STAMPS], rows)
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return Carried(tables, _directory(folder, str(number)) if files else {})


def _row(row: Mapping[str, Any], columns: list[str]) -> tuple[Any, ...]:
    page, place = (int(part) for part in row["ctid"].strip("()").split(","))
    return (None, *(_plain(row[column]) for column in columns), int(row["xmin"]), page * PAGE + place, page, place)


def _plain(value: Any) -> Any:
    """Return a cell as SQLite would hold it."""
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime | date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _directory(folder: Path, number: str) -> dict[str, bytes]:
    """Return the bytes of the database's own files, old ones included, and of the write-ahead log."""
    if not folder.is_dir():
        return {}
    parts = {"relations": folder / "base" / number, "log": folder / "pg_wal"}
    return {
        f"pg {name}": b"".join(path.read_bytes() for path in sorted(where.glob("*")) if path.is_file())
        for name, where in parts.items()
    }


def attack(
    before: Carried,
    after: Carried,
    hints: Mapping[str, Any],
    truth: Mapping[str, str],
    folder: Path,
    *,
    perm: int = 0,
) -> Outcome:
    """Attack what was carried off just before a survey closed, and after; `folder` holds the access log."""
    return conclude(_evidence(before, after, hints, folder), truth, perm=perm)


def _evidence(before: Carried, after: Carried, hints: Mapping[str, Any], folder: Path) -> Evidence:
    rows: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    tables: Tables = {}
    for table, (columns, now) in after.tables.items():
        # The stamps of a row before the close stand beside those after it, so that either may give it away.
        old = [f"{stamp} before" for stamp in STAMPS]
        then = {row[1]: row[-len(STAMPS) :] for row in before.tables[table][1]}
        none = (None,) * len(STAMPS)
        gone = [row for row in before.tables[table][1] if row[1] not in {row_[1] for row_ in now}]
        joined = [(*row, *then.get(row[1], none)) for row in now]
        joined += [(*row[: -len(STAMPS)], *none, *row[-len(STAMPS) :]) for row in gone]
        tables[table] = ([*columns, *old], joined)
        rows[table].update(row[1:] for row in joined)
    files = {f"{name} before": content for name, content in before.files.items()}
    files |= {f"{name} after": content for name, content in after.files.items()}
    for log in hints.get("logs", []):
        files[log["path"]] = (folder / log["path"]).read_bytes()
    return Evidence(hints, folder, b"", tables, files, {}, rows)


def stamps(carried: Carried, table: str) -> tuple[int, int]:
    """Return how many rows a table has and how many different transactions wrote them."""
    _columns, rows = carried.tables[table]
    return len(rows), len({row[-len(STAMPS)] for row in rows})
