"""The account of a table that is read: which cells are in the result, and what is said of the others."""

import csv
import io
import re
from dataclasses import dataclass, field

from core.i18n import _
from core.spreadsheet import Row
from surveys.formats.base import ERROR, INFO, WARNING, Note

NAMELESS = "sheet"
MANY = 400  # cells left out one by one; a sheet that has nothing to do with it may have more


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty: its place, like "survey!C7", and its text."""

    place: str
    text: str


@dataclass(slots=True)
class Account:
    """What became of each cell while a file is read."""

    notes: list[Note] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)

    def use(self, *cells: Cell | None) -> None:
        """Write down that these cells are in the result."""
        self.used.update(cell.place for cell in cells if cell is not None)

    def say(self, level: str, message: str, cell: Cell | None = None) -> None:
        """Write a note on a cell, or on the whole file."""
        self.notes.append(Note(level, message, cell=cell.place if cell else None))
        if cell is not None:
            self.noted.add(cell.place)

    def info(self, message: str, cell: Cell | None = None) -> None:
        """Write how a cell was understood."""
        self.say(INFO, message, cell)

    def warn(self, message: str, cell: Cell | None = None) -> None:
        """Write that a cell is not kept, or not surely understood."""
        self.say(WARNING, message, cell)

    def fail(self, message: str, cell: Cell | None = None) -> None:
        """Write that the file cannot be used because of a cell."""
        self.say(ERROR, message, cell)

    def settle(self, cells: list[Cell], message: str) -> None:
        """Give every one of these cells that was neither used nor noted a note with its text."""
        left = [cell for cell in cells if cell.place not in self.used and cell.place not in self.noted]
        for cell in left[:MANY]:
            self.info(f"{message} “{cell.text[:80]}”", cell)
        if len(left) > MANY:
            rest = left[MANY:]
            span = f"{rest[0].place}:{rest[-1].place.partition('!')[2]}"
            self.warn(_("%(count)s more cells here were left out.", count=len(rest)), Cell(span, ""))
            self.noted.update(cell.place for cell in rest)


def letters(column: int) -> str:
    """Return the name of a column counted from 0: A, B, … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cells(sheet: str, row: Row) -> dict[int, Cell]:
    """Return the cells of a row that are not empty, by column."""
    return {
        at: Cell(f"{sheet}!{letters(at)}{row.line}", text.strip()) for at, text in enumerate(row.cells) if text.strip()
    }


def from_csv(text: str) -> dict[str, list[Row]]:
    """Return the sheets of a CSV whose first column names the sheet; rows are counted within their sheet."""
    return _sheets(list(csv.reader(io.StringIO(text, newline=""))))


def from_markdown(text: str) -> tuple[dict[str, list[Row]], list[tuple[int, str]]]:
    """Return the sheets of a Markdown table whose first column names the sheet, and the lines that are no table."""
    rows, left = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped.startswith("|"):
            if stripped:
                left.append((number, stripped))
            continue
        if re.fullmatch(r"[|:\s-]*-[|:\s-]*", stripped):
            continue  # the line under a header
        inner = stripped[1:]
        if inner.endswith("|") and not inner.endswith(r"\|"):
            inner = inner[:-1]
        rows.append([part.strip().replace(r"\|", "|") for part in re.split(r"(?<!\\)\|", inner)])
    return _sheets(rows), left


def _sheets(rows: list[list[str]]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    first = next((row for row in rows if any(cell.strip() for cell in row)), [])
    if {"type", "name"} <= {cell.strip().lower() for cell in first}:
        return {"survey": [Row(at, tuple(row)) for at, row in enumerate(rows, start=1) if any(row)]}
    current, line = NAMELESS, 0
    for row in rows:
        named = row[0].strip() if row else ""
        if named:
            current, line = named, 0
            found.setdefault(current, [])
        rest = tuple(cell.replace("\u00a0", " ").strip() for cell in row[1:])
        if named and not any(rest):
            continue
        line += 1
        if any(rest):
            found.setdefault(current, []).append(Row(line, rest))
    return found
