"""The operations record as a file that can be checked without us: CSV and JSON, each line with its seal."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from core import chain, clock
from core.audit import START, AuditEntry, columns
from core.db import db
from core.spreadsheet import DANGEROUS
from desk import trail
from members.models import Organisation

# What is sealed, in its order (`core.audit.columns`), then the seal, then words for readers, which nothing seals.
SEALED = ("seq", "previous", "id", "organisation", "account", "action", "thing", "thing_id", "at")
HEADER = (*SEALED, "digest", "who", "what")
CHUNK = 1000
FORMAT = "xinsheng operations record 1"


def note(within: Organisation, *, by: Any) -> None:
    """Write down, in a transaction of its own, that `by` takes the record out: the file then says so itself."""
    entry = AuditEntry(
        organisation_id=within.id,
        account_id=by.id,
        action="trail.export",
        thing="organisation",
        thing_id=str(within.id),
        at=clock.now(),
    )
    db.session.rollback()  # a page that is read has nothing to keep; what was read may be stale by now
    db.session.add(entry)
    db.session.commit()


def write_csv(file: IO[bytes], *, within: Organisation) -> tuple[int, str]:
    """Write the trail as CSV with a header, UTF-8 with its mark; return how many lines and the last seal."""
    last: tuple[int, str] = (0, START)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for row in rows(within):
        writer.writerow([*row[:10], *(_harmless(cell) for cell in row[10:])])
        last = (int(row[0]), row[9])
    text.detach()
    return last


def write_json(file: IO[bytes], *, within: Organisation) -> tuple[int, str]:
    """Write the trail as one JSON object, its head first; return how many lines and the last seal.

    {"format", "organisation", "written_on", "columns": […], "lines": [[…], …], "count", "head"}, every cell a text.
    """
    last: tuple[int, str] = (0, START)
    begun = {
        "format": FORMAT,
        "organisation": within.name,
        "written_on": clock.today().isoformat(),
        "columns": list(HEADER),
    }
    file.write(json.dumps(begun, ensure_ascii=False)[:-1].encode() + b', "lines": [')
    for number, row in enumerate(rows(within)):
        file.write((b",\n" if number else b"\n") + json.dumps(row, ensure_ascii=False).encode())
        last = (int(row[0]), row[9])
    file.write(b"\n], " + json.dumps({"count": last[0], "head": last[1]})[1:].encode() + b"\n")
    return last


def rows(within: Organisation) -> Iterator[list[str]]:
    """Yield the lines in their order, each as the texts of `HEADER`."""
    organisation_id = within.id
    found = chain.walk(organisation_id)
    while stretch := list(islice(found, CHUNK)):
        for entry, (who, what) in zip(stretch, trail.said(stretch, within=within), strict=True):
            yield [*columns(entry), entry.digest, who, what]


def _harmless(cell: str) -> str:
    """Keep a name from being taken for a formula by a spreadsheet."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


WRITERS = {"csv": write_csv, "json": write_json}
