"""Tables are read however people saved them, and never crash the reader."""

import contextlib
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from core import spreadsheet
from core.errors import BadInput

TABLE = "编号,姓名\nM1,张三\n"


def book(*rows) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.usefixtures("app")
def test_text_in_any_usual_encoding(encoding) -> None:
    rows = spreadsheet.read(TABLE.encode(encoding), "花名册.csv")
    assert [row.cells for row in rows] == [("编号", "姓名"), ("M1", "张三")]
    assert [row.line for row in rows] == [1, 2]


@pytest.mark.usefixtures("app")
def test_semicolons_tabs_and_quoted_line_breaks() -> None:
    assert spreadsheet.read(b"a;b\n1;2\n", "x.csv")[1].cells == ("1", "2")
    assert spreadsheet.read(b"a\tb\n1\t2\n", "x.tsv")[1].cells == ("1", "2")
    assert spreadsheet.read(b'a,b\n"1\n2",3\n', "x.csv")[1].cells == ("1\n2", "3")


@pytest.mark.usefixtures("app")
def test_cells_read_as_people_see_them() -> None:
    content = book(
        ["编号", "日期", "数", "是"], [7.0, datetime(2026, 10, 31), 1.5, True], [None, date(2026, 1, 2), "", ""]
    )
    rows = spreadsheet.read(content, "x.xlsx")
    assert rows[1].cells[:4] == ("7", "2026-10-31", "1.5", "1")
    assert rows[2].cells[1] == "2026-01-02"


@pytest.mark.usefixtures("app")
def test_a_formula_is_never_run() -> None:
    rows = spreadsheet.read(book(["姓名"], ["=1+1"], ["张三"]), "x.xlsx")
    assert [row.cells[0] for row in rows] == ["姓名", "张三"]  # no cached value: an empty cell, an empty row


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "空.csv"),
        (b"PK\x03\x04 not a zip", "坏.xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "旧.xls"),
        (b"a\0b,c\n", "x.csv"),
        (b"\xff\xff\xff\x80,\x81", "x.csv"),
    ],
)
@pytest.mark.usefixtures("app")
def test_what_cannot_be_read_is_said_by_name(content, name) -> None:
    with pytest.raises(BadInput, match=name):
        spreadsheet.read(content, name)


@pytest.mark.usefixtures("app")
def test_a_zip_bomb_is_not_opened(monkeypatch) -> None:
    monkeypatch.setattr(spreadsheet, "UNPACKED", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x" * 10_000)
    with pytest.raises(BadInput, match="400"):
        spreadsheet.read(out.getvalue(), "bomb.xlsx")


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_crash_it(content: bytes) -> None:
    from tests.conftest import words_of_errors

    with words_of_errors():
        for start in (b"", b"PK", b"PK\x03\x04"):
            with contextlib.suppress(BadInput):
                spreadsheet.read(start + content, "x")


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"])
@pytest.mark.usefixtures("app")
def test_nothing_written_is_a_formula(cell) -> None:
    text = spreadsheet.write_csv(["a"], [[cell]]).decode("utf-8-sig")
    assert text.splitlines()[1].lstrip('"').startswith("'")
    sheet = load_workbook(io.BytesIO(spreadsheet.write_xlsx("表", ["a"], [[cell]]))).active
    assert sheet["A2"].data_type == "s"


def test_negative_numbers_stay_numbers() -> None:
    assert spreadsheet.harmless("-29.7") == "-29.7"
    assert spreadsheet.harmless(None) == ""
