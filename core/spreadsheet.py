"""Tables people keep in files: .xlsx and .csv in, .xlsx and .csv out; the only module that knows the formats."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.errors import BadInput
from core.i18n import _

ROWS = 200_000
COLUMNS = 400
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
        for line, cells in enumerate(sheet.iter_rows(max_col=COLUMNS, values_only=True), start=1):
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


def write_xlsx(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return an .xlsx with one sheet, a frozen bold header, and no formulas."""
    import xlsxwriter  # here for the same reason as openpyxl above

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\")[:31] or "1")
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(columns) - 1, 0), 18)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, str(column), bold)
        for line, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                    sheet.write_number(line, at, cell)
                else:
                    sheet.write_string(line, at, "" if cell is None else str(cell))
    return out.getvalue()
