"""Small files that unpack, unfold or unroll to far too much: each reader says no, within bounded memory and work.

That nothing is opened which would unpack to too much is tried beside the readers: tests/core/test_spreadsheet.py,
tests/core/test_documents.py, tests/anonymity/test_board_pages.py.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook

from core import documents, spreadsheet
from core.errors import BadInput
from exchange import concerns as concern_files
from members import roster_file
from surveys import formats, instruments
from surveys.formats import lss_xml
from tests.attacks.bounds import within_bounds
from tests.conftest import words_of_errors

SECRET = "geheimnis-4711"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _xlsx() -> bytes:
    book = Workbook()
    book.active.append(["姓名", "工号"])
    book.active.append(["甲", "1"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _docx() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("谈话")
    document.save(out)
    return out.getvalue()


def _with(package: bytes, **parts: bytes) -> bytes:
    """Return a package with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def _zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _laughing(root: str, inside: str, lines: int = 9) -> bytes:
    """Return XML whose entities unfold to 10**lines words, called where `inside` says &lol;."""
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, lines + 1))
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>{root.replace("@", inside)}'.replace(
        "&lol;", f"&l{lines};"
    ).encode()


def _stealing(root: str, inside: str, path: Path) -> bytes:
    entity = f'<!ENTITY lol SYSTEM "{path.as_uri()}">'
    return f'<?xml version="1.0"?><!DOCTYPE x [{entity}]>{root.replace("@", inside)}'.encode()


ROOTS = {
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>@</t>'
    "</is></c></row></sheetData></worksheet>",
    "xl/workbook.xml": f'<workbook xmlns="{SHEET}"><sheets>@</sheets></workbook>',
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">@</Types>',
    "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>@</w:t></w:r></w:p></w:body></w:document>",
    "word/styles.xml": '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">@</w:styles>',
}
QDC = '<CodeBook><Codes><Code guid="a" name="x"><Description>@</Description></Code></Codes></CodeBook>'
TEXT = '<TextSource name="t"><PlainTextContent>@</PlainTextContent></TextSource>'
QDE = f"<Project>{QDC}<Sources>{TEXT}</Sources></Project>"
ROWS = "<rows><row><sid>@</sid></row></rows>"
LSS = f"<document><LimeSurveyDocType>Survey</LimeSurveyDocType><surveys>{ROWS}</surveys></document>"


def _entities() -> Iterator[tuple[str, Callable[[Callable[[str, str], bytes]], object]]]:
    """Yield, for each door XML comes in by, a name and what reads XML made by the function it is given."""
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"):

        def sheet(made: Callable[[str, str], bytes], part: str = part) -> object:
            content = _with(_xlsx(), **{part: made(ROOTS[part], "&lol;")})
            return [spreadsheet.read(content, "a.xlsx"), spreadsheet.read_book(content, "a.xlsx")]

        yield f"xlsx {part}", sheet
    for part in ("word/document.xml", "word/styles.xml", "[Content_Types].xml"):

        def document(made: Callable[[str, str], bytes], part: str = part) -> object:
            return documents.read(_with(_docx(), **{part: made(ROOTS[part], "&lol;")}), "a.docx")

        yield f"docx {part}", document
    yield "qdc", lambda made: concern_files.read(made(QDC, "&lol;"), "a.qdc")
    yield "qdpx", lambda made: concern_files.read(_zipped(**{"project.qde": made(QDE, "&lol;")}), "a.qdpx")
    yield "lss", lambda made: lss_xml.parse(made(LSS, "&lol;")).tables
    yield "lss as a questionnaire", lambda made: formats.read(made(LSS, "&lol;"), "a.lss").definition


DOORS = dict(_entities())


def _refused(work: Callable[[], object]) -> str:
    """Return what a reader said, refusal or content, as text; inside bounds."""

    def told() -> str:
        with words_of_errors():
            try:
                return repr(work())
            except (BadInput, lss_xml.NotXml) as no:
                return f"refused: {no}"

    return within_bounds(told)


@pytest.mark.parametrize("door", DOORS, ids=lambda name: name.replace("/", "-"))
def test_entities_never_unfold_and_never_read_a_file(door: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    read = DOORS[door]
    assert "lollol" not in _refused(lambda: read(_laughing))
    assert SECRET not in _refused(lambda: read(lambda root, inside: _stealing(root, inside, secret)))


def _many(count: int, piece: bytes) -> bytes:
    return piece * count


def _deep(levels: int) -> bytes:
    return b'{"title":"t","items":' + b"[" * levels + b"]" * levels + b"}"


def _far_row(at: int = 99999999999) -> bytes:
    row = f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>a</t></is></c></row>'
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{row}</sheetData></worksheet>'
    return _with(_xlsx(), **{"xl/worksheets/sheet1.xml": sheet.encode()})


def _wide_row() -> bytes:
    cells = b"".join(b'<c r="A1" t="inlineStr"><is><t>a</t></is></c>' for _ in range(20_000))
    row = b'<worksheet xmlns="%s"><sheetData><row r="1">%s</row></sheetData></worksheet>' % (SHEET.encode(), cells)
    return _with(_xlsx(), **{"xl/worksheets/sheet1.xml": row})


def _strings() -> bytes:
    shared = b'<sst xmlns="%s">%s</sst>' % (SHEET.encode(), b"<si><t>a</t></si>" * 3_000_000)
    return _with(_xlsx(), **{"xl/sharedStrings.xml": shared})


def _twice() -> bytes:
    keys = ",".join(f'"{n:x}":1' for n in range(110_000))
    return f'{{{keys},"z":1,"z":2}}'.encode()


BOMBS: dict[str, tuple[Callable[[bytes], object], Callable[[], bytes]]] = {
    "xlsx of 3 million words": (lambda content: spreadsheet.read(content, "a.xlsx"), _strings),
    "xlsx whose one row is the last there can be": (
        lambda content: spreadsheet.read(content, "a.xlsx"),
        lambda: _far_row(spreadsheet.LAST),
    ),
    "xlsx whose one row is the 99999999999th": (lambda content: roster_file.parse(content, "a.xlsx"), _far_row),
    "xlsx book whose one row is the 99999999999th": (
        lambda content: spreadsheet.read_book(content, "a.xlsx"),
        _far_row,
    ),
    "xlsx of one endless row": (lambda content: spreadsheet.read(content, "a.xlsx"), _wide_row),
    "docx of three thousand tables in one another": (
        lambda content: documents.read(content, "a.docx"),
        lambda: _with(
            _docx(),
            **{
                "word/document.xml": ROOTS["word/document.xml"]
                .replace(
                    "@",
                    "</w:t></w:r></w:p>"
                    + "<w:tbl><w:tr><w:tc>" * 3000
                    + "</w:tc></w:tr></w:tbl>" * 3000
                    + "<w:p><w:r><w:t>",
                )
                .encode()
            },
        ),
    ),
    "qdpx that unpacks to 210 MB": (
        lambda content: concern_files.read(content, "a.qdpx"),
        lambda: _zipped(**{"project.qde": b"<Project>" + b" " * (210 * 1024 * 1024)}),
    ),
    "qdc of a thousand levels": (
        lambda content: concern_files.read(content, "a.qdc"),
        lambda: b"<CodeBook><Codes>" + _many(1000, b"<Code>") + _many(1000, b"</Code>") + b"</Codes></CodeBook>",
    ),
    "qdc of 300,000 elements": (
        lambda content: concern_files.read(content, "a.qdc"),
        lambda: b"<CodeBook><Codes>" + _many(300_000, b"<a/>") + b"</Codes></CodeBook>",
    ),
    "lss of a thousand levels": (lambda content: lss_xml.parse(content), lambda: b"<document>" * 1000),
    "yaml of aliases": (
        lambda content: instruments.read(content, "a.yaml"),
        lambda: b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 120)),
    ),
    "yaml of a hundred thousand levels": (lambda content: instruments.read(content, "a.yaml"), lambda: b"[" * 100_000),
    "json of a hundred thousand levels": (lambda content: instruments.read(content, "a.json"), lambda: _deep(100_000)),
    "json with one name twice among many": (lambda content: instruments.read(content, "a.json"), _twice),
    "json of endless digits": (
        lambda content: instruments.read(content, "a.json"),
        lambda: b'{"title":"t","items":[' + b"9" * 1_000_000 + b"]}",
    ),
    "csv with one field of 20 MB": (
        lambda content: roster_file.parse(content, "a.csv"),
        lambda: b'"' + b"a" * 20_000_000,
    ),
    "csv of four million commas": (lambda content: roster_file.parse(content, "a.csv"), lambda: b"," * 4_000_000),
    "csv of a million lines": (lambda content: spreadsheet.read(content, "a.csv"), lambda: b"a\n" * 1_000_000),
    "questionnaire of 300 kB without a break": (
        lambda content: formats.read(content, "a.txt", "text").definition and "read",
        lambda: ("甲" * 100_000).encode(),
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_or_cheap(bomb: str) -> None:
    read, make = BOMBS[bomb]
    content = make()
    assert len(content) <= 21 * 1024 * 1024, "an upload may be no larger: it would not have come this far"
    _refused(lambda: read(content) and "read")
