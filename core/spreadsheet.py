"""Tables people keep in files: .xlsx and .csv in, .xlsx and .csv out; the only module that knows the formats."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import BadInput
from core.i18n import _

ROWS = 200_000
COLUMNS = 400
LAST = 1_048_576  # the last row a sheet can have: a file that names a later one would have us count up to it
UNPACKED = 400 * 1024 * 1024  # bytes an .xlsx may unpack to: larger is a mistake or an attack
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its 1-based line in the file, and its cells as trimmed text."""

    line: int
    cells: tuple[str, ...]


def read(content: bytes, name: str) -> list[Row]:
    """Return the non-empty rows of an .xlsx or .csv/.tsv file; raise `BadInput` saying what is wrong."""
    if not content:
        raise BadInput(_("The file %(name)s is empty.", name=name))
    if content[:2] == b"PK":
        return list(_xlsx(content, name))
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise BadInput(
            _(
                "%(name)s is an old .xls or a password-protected file. Save it as .xlsx without a password.",
                name=name,
            )
        )
    return list(_csv(decode(content, name), name))


def decode(content: bytes, name: str) -> str:
    """Return text in whichever of UTF-8, UTF-16 and GB18030 the bytes are written; raise `BadInput`."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, encoding, name)
    if b"\0" in content:
        raise BadInput(_("%(name)s is not a text file.", name=name))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "gb18030", name)


def _decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInput(
            _(
                "%(name)s, line %(line)s: these bytes are neither UTF-8 nor GB18030 text.",
                name=name,
                line=line,
            )
        ) from error


def _csv(text: str, name: str) -> Iterator[Row]:
    first = "\n".join(text.split("\n", 20)[:20])  # a title may stand above the header
    delimiter = max("\t,;，", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    count = 0
    try:
        for cells in reader:
            row = tuple(cell.replace("\0", "").strip() for cell in cells[:COLUMNS])
            if any(row):
                count += 1
                _check_rows(count, name)
                yield Row(reader.line_num, row)
    except csv.Error as error:
        raise BadInput(
            _(
                "%(name)s, line %(line)s: this is not a table.",
                name=name,
                line=reader.line_num,
            )
        ) from error


def _xlsx(content: bytes, name: str) -> Iterator[Row]:
    from openpyxl import load_workbook  # here: it brings numpy along, a second and 40 MB no other page needs

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise BadInput(
                    _(
                        "%(name)s unpacks to more than 400 MB and was not opened.",
                        name=name,
                    )
                )
        # Values, not formulas: a formula's last result is what the sender saw.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Some programs write a wrong size into the sheet; reading until the end is right for all.
        sheet.reset_dimensions()
        count = 0
        for line, cells in _written(sheet.iter_rows(max_row=LAST, max_col=COLUMNS, values_only=True)):
            row = tuple(_text(cell) for cell in cells)
            if any(row):
                count += 1
                _check_rows(count, name)
                yield Row(line, row)
    except BadInput:
        raise
    except Exception as error:  # openpyxl lets every parser's own errors through: zlib's, lxml's, its own
        raise BadInput(
            _(
                "%(name)s cannot be opened as a spreadsheet. Open it in Excel or WPS and save it again as .xlsx.",
                name=name,
            )
        ) from error


def read_book(content: bytes, name: str) -> dict[str, list[Row]]:
    """Return the non-empty rows of every sheet of an .xlsx or .xls; raise `BadInput` saying what is wrong.

    Truth values are written TRUE and FALSE, as such files mean them.
    """
    if content[:2] == b"PK":
        return _xlsx_book(content, name)
    return _xls_book(content, name)


def _xlsx_book(content: bytes, name: str) -> dict[str, list[Row]]:
    from openpyxl import load_workbook  # here: it brings numpy along, a second and 40 MB no other page needs

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise BadInput(_("%(name)s unpacks to more than 400 MB and was not opened.", name=name))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=LAST, max_col=COLUMNS, values_only=True)
            found[sheet.title] = list(_book_rows(rows, name))
        return found
    except BadInput:
        raise
    except Exception as error:  # openpyxl lets every parser's own errors through: zlib's, lxml's, its own
        raise BadInput(
            _(
                "%(name)s cannot be opened as a spreadsheet. Open it in Excel or WPS and save it again as .xlsx.",
                name=name,
            )
        ) from error


def _xls_book(content: bytes, name: str) -> dict[str, list[Row]]:
    import xlrd  # here for the same reason as openpyxl above

    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
        found = {}
        for sheet in book.sheets():
            rows = ([_old_cell(cell, book.datemode) for cell in sheet.row(at)] for at in range(sheet.nrows))
            found[sheet.name] = list(_book_rows(rows, name))
        return found
    except BadInput:
        raise
    except Exception as error:  # xlrd stumbles over broken files in many ways
        raise BadInput(
            _(
                "%(name)s cannot be opened: it is damaged, or protected by a password. "
                "Save it as .xlsx without a password.",
                name=name,
            )
        ) from error


def _book_rows(rows: Iterable[Sequence[object]], name: str) -> Iterator[Row]:
    count = 0
    for line, cells in _written(rows):
        row = tuple(
            ("TRUE" if cell else "FALSE") if isinstance(cell, bool) else _text(cell).replace("\u00a0", " ").strip()
            for cell in cells[:COLUMNS]
        )
        if any(row):
            count += 1
            _check_rows(count, name)
            yield Row(line, row)


def _written(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, Sequence[object]]]:
    """Yield the rows that hold something, with their lines: a hostile file leaves out a million between two."""
    empty: Sequence[object] | None = None
    for line, cells in enumerate(rows, start=1):
        if cells is empty:  # openpyxl gives the same one for every row that is left out
            continue
        if all(cell is None for cell in cells):
            empty = cells
        else:
            yield line, cells


def _old_cell(cell: Any, epoch: int) -> object:
    """Return the value of a cell of an .xls, which keeps days and truth values as numbers."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, epoch)
    return None if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR) else cell.value


def _check_rows(count: int, name: str) -> None:
    if count > ROWS:
        raise BadInput(_("%(name)s has more than %(count)s rows; split it.", name=name, count=ROWS))


def _text(cell: object) -> str:
    """Write a cell as a person reads it: whole numbers without .0, dates as ISO days."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(sep=" ", timespec="minutes")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).replace("\0", "").strip()


def harmless(value: object) -> str:
    """Return text that no spreadsheet program will run as a formula (CSV injection, OWASP)."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(DANGEROUS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV that Excel opens right: UTF-8 with BOM, formulas made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook to write; `rows` may be any length, they are written one by one."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_xlsx(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return an .xlsx with one sheet, a frozen bold header, and no formulas."""
    out = io.BytesIO()
    write_book([Sheet(title, columns, rows)], out)
    return out.getvalue()


def write_book(sheets: Iterable[Sheet], out: BinaryIO) -> None:
    """Write an .xlsx with several sheets to an open file; nothing touches the disk."""
    import xlsxwriter  # here for the same reason as openpyxl above

    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        taken: set[str] = set()
        for number, told in enumerate(sheets, start=1):
            sheet = book.add_worksheet(_sheet_name(told.title, number, taken))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(told.columns) - 1, 0), 18)
            for at, column in enumerate(told.columns):
                sheet.write_string(0, at, str(column), bold)
            for line, row in enumerate(told.rows, start=1):
                for at, cell in enumerate(row):
                    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                        sheet.write_number(line, at, cell)
                    elif cell is not None and cell != "":
                        sheet.write_string(line, at, str(cell))


def write_large_book(sheets: Iterable[Sheet], path: Path) -> None:
    """Write a large .xlsx with several sheets to `path`, a row at a time: five times as fast as the writer above."""
    from rustpy_xlsxwriter import FastExcel  # it cannot write to memory, so codes and other secrets never go this way

    book = FastExcel(str(path)).freeze(row=1)
    taken: set[str] = set()
    for number, sheet in enumerate(sheets, start=1):
        book = book.sheet(_sheet_name(sheet.title, number, taken), _records(sheet))
    book.save()


def _records(sheet: Sheet) -> Iterator[dict[str, object]]:
    names = [str(column) for column in sheet.columns]
    if len(set(names)) < len(names):
        names = [f"{name} ({place})" for place, name in enumerate(names, start=1)]
    empty = True
    for row in sheet.rows:
        empty = False
        yield dict(zip(names, (_cell(cell) for cell in row), strict=True))
    if empty:
        yield dict.fromkeys(names, "")


def _cell(cell: object) -> object:
    return cell if cell is None or isinstance(cell, (int, float)) else str(cell)


def _sheet_name(title: str, number: int, taken: set[str]) -> str:
    """Return a name Excel takes: 31 characters, none of []:*?/\\', unlike those `taken`, which it joins."""
    name = "".join(c for c in title if c not in "[]:*?/\\'")[:31].strip() or str(number)
    if name.casefold() in taken:
        name = f"{name[:27]} {number}"
    taken.add(name.casefold())
    return name
