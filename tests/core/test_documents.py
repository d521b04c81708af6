"""Documents: read as they would be on paper, refused plainly when they are none, written so that others open them."""

import io
import tempfile
import zipfile

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from core import document_text, documents
from core.documents import Box, Line, Table, Writer
from core.errors import BadInput
from tests.conftest import words_of_errors


def saved(made) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(made) -> documents.Document:
    with words_of_errors():
        return documents.read(saved(made), "x.docx")


def texts(document: documents.Document) -> list[str]:
    return [line for line in documents.as_text(document.blocks) if line]


def put(paragraph, xml: str) -> None:
    paragraph._p.append(parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


def with_parts(content: bytes, **changes: bytes) -> bytes:
    """Return a document with parts replaced or added, by file name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry not in changes:
                new.writestr(entry, old.read(entry))
        for name, part in changes.items():
            new.writestr(name, part)
    return out.getvalue()


def refused(content: bytes, name: str = "谈话.docx") -> str:
    with words_of_errors(), pytest.raises(BadInput) as error:
        documents.read(content, name)
    return str(error.value)


def test_paragraphs_headings_and_breaks() -> None:
    made = docx.Document()
    made.add_heading("标题", 0)
    made.add_heading("一级", 1)
    made.add_paragraph("第一行\n第二行\t缩进")
    made.add_page_break()
    made.add_paragraph("新页")
    made.add_section(WD_SECTION.NEW_PAGE)
    made.add_paragraph("新节")
    blocks = [block for block in read(made).blocks if block.text]
    assert blocks == [
        Line("标题", 1),
        Line("一级", 1),
        Line("第一行\n第二行\t缩进"),
        Line("新页", 0, True),
        Line("新节", 0, True),
    ]


def test_merged_cells_stand_once() -> None:
    made = docx.Document()
    table = made.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "横"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "竖"
    table.cell(1, 0).text = "角"
    (found,) = [block for block in read(made).blocks if isinstance(block, Table)]
    cells = {cell.text: (cell.column, cell.span, cell.rows) for row in found.rows for cell in row if cell.text}
    assert cells == {"横": (0, 2, 1), "竖": (2, 1, 2), "角": (0, 1, 1)}


def test_a_table_within_a_cell() -> None:
    made = docx.Document()
    cell = made.add_table(1, 1).cell(0, 0)
    cell.text = "外"
    inner = cell.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内一", "内二"
    (found,) = [block for block in read(made).blocks if isinstance(block, Table)]
    assert any(isinstance(block, Table) for block in found.rows[0][0].blocks)
    assert found.rows[0][0].text == "外\n内一\t内二"


def test_tracked_changes_are_read_as_accepted_and_what_was_deleted_is_told() -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("留")
    put(paragraph, '<w:ins w:id="1" w:author="a"><w:r><w:t>添</w:t></w:r></w:ins>')
    put(paragraph, '<w:del w:id="2" w:author="a"><w:r><w:delText>删</w:delText></w:r></w:del>')
    put(paragraph, '<w:moveFrom w:id="3" w:author="a"><w:r><w:t>移</w:t></w:r></w:moveFrom>')
    put(paragraph, '<w:moveTo w:id="4" w:author="a"><w:r><w:t>移</w:t></w:r></w:moveTo>')
    found = read(made)
    assert texts(found) == ["留添移"]
    assert [(one.kind, one.text) for one in found.left_out] == [("deleted", "删")]


def test_text_boxes_fields_controls_and_signs() -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("前")
    put(paragraph, "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>")
    put(paragraph, '<w:fldSimple w:instr="DATE"><w:r><w:t>域</w:t></w:r></w:fldSimple>')
    put(paragraph, "<w:r><w:instrText>PAGE</w:instrText></w:r>")
    put(paragraph, "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>")
    put(
        paragraph,
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>点此</w:t></w:r></w:sdtContent></w:sdt>",
    )
    put(paragraph, '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>')
    put(
        paragraph,
        '<w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val="0"/></w:checkBox></w:ffData></w:fldChar></w:r>',
    )
    put(paragraph, "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>")
    put(paragraph, "<w:r><w:noBreakHyphen/><w:t>后</w:t></w:r>")
    found = read(made)
    assert texts(found) == ["前域控件☑□-后", "框"]
    assert [(one.kind, one.text) for one in found.left_out] == [("hidden", "藏")]


def test_headers_footers_and_comments_are_told() -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "内部资料"
    made.sections[0].footer.paragraphs[0].text = "第1页"
    run = made.add_paragraph("正文").runs[0]
    made.add_comment(run, text="请核实", author="a")
    found = read(made)
    assert texts(found) == ["正文"]
    assert {(one.kind, one.text) for one in found.left_out} == {
        ("edge", "内部资料"),
        ("edge", "第1页"),
        ("comment", "请核实"),
    }
    with words_of_errors():
        assert all(str(one.label) for one in found.left_out)


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"{\\rtf1 x}",
        b"<html><body>x</body></html>",
    ],
    ids=["doc", "rtf", "html"],
)
def test_what_is_no_docx_is_told_how_to_become_one(content: bytes) -> None:
    assert ".docx" in refused(content, "谈话.doc")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"hello"], ids=["empty", "half", "text"])
def test_rubbish_is_refused(content: bytes) -> None:
    assert "谈话.docx" in refused(content)


def test_a_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(docx.Document())
    with monkeypatch.context() as patch:
        patch.setattr(documents, "PART", 200_000)
        assert refused(with_parts(content, **{"word/document.xml": b"<x>" + b" " * 300_000 + b"</x>"}))
    with monkeypatch.context() as patch:
        patch.setattr(documents, "ENTRIES", 5)
        assert refused(content)
    laughing = (
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        b"<w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
    )
    assert refused(with_parts(content, **{"word/document.xml": laughing}))


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = docx.Document()
    made.add_paragraph("长" * 100)
    made.add_table(4, 4)
    monkeypatch.setattr(document_text, "CHARACTERS", 50)
    assert "50" in refused(saved(made))
    monkeypatch.setattr(document_text, "CHARACTERS", 500)
    monkeypatch.setattr(document_text, "CELLS", 10)
    assert refused(saved(made))


def test_a_span_out_of_all_bounds_does_no_harm() -> None:
    made = docx.Document()
    cell = made.add_table(1, 1).cell(0, 0)
    cell.text = "格"
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:gridSpan {nsdecls("w")} w:val="99999"/>'))
    (found,) = [block for block in read(made).blocks if isinstance(block, Table)]
    assert found.rows[0][0].span == document_text.COLUMNS


@pytest.mark.parametrize(
    ("content", "name", "wanted"),
    [
        (saved(docx.Document()), "x.bin", True),
        (b"", "谈话.doc", True),
        (b"a,b", "x.csv", False),
        (b"PK\x03\x04", "x.xlsx", False),
    ],
    ids=["docx", "doc", "csv", "xlsx"],
)
def test_documents_are_known(content: bytes, name: str, wanted: bool) -> None:
    assert documents.is_document(content, name) is wanted


def written() -> bytes:
    paper = Writer("谈话", language="zh")
    paper.heading("谈心谈话记录表")
    paper.form([[Box("谈话对象", label=True), Box("党员丙")], [Box("甲\n乙", span=2)]], (1, 3))
    paper.table(["承诺", "责任人"], [["查", "甲"], ["=1+1", "乙"]], (3, 1))
    paper.page()
    paper.page()
    paper.heading("二", 2)
    paper.line("正文")
    return paper.content()


def test_what_is_written_reads_back() -> None:
    with words_of_errors():
        found = documents.read(written(), "x.docx")
    assert texts(found) == [
        "谈心谈话记录表",
        "谈话对象\t党员丙",
        "甲\n乙",
        "承诺\t责任人",
        "查\t甲",
        "=1+1\t乙",
        "二",
        "正文",
    ]
    headings = [(block.text, block.heading, block.opens_page) for block in found.blocks if isinstance(block, Line)]
    assert ("谈心谈话记录表", 1, False) in headings and ("二", 2, True) in headings


def test_styles_faces_and_repeated_headers_are_real() -> None:
    opened = docx.Document(io.BytesIO(written()))
    assert [p.style.name for p in opened.paragraphs if p.text] == ["Heading 1", "Heading 2", "Normal"]
    for name in ("Normal", "Heading 1", "Heading 2"):
        fonts = opened.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体") and not [k for k in fonts.attrib if k.endswith("Theme")]
    header = opened.tables[1].rows[0]._tr.trPr
    assert header is not None and header.find(qn("w:tblHeader")) is not None
    assert opened.sections[0].page_width.mm == pytest.approx(210, abs=0.5)
    assert "compatibilityMode" in opened.settings.element.xml


def test_nothing_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("mkstemp", "NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    assert written()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_written(text: str) -> None:
    paper = Writer(text, language="zh")
    paper.line(text)
    paper.form([[Box(text, label=True), Box(text)]], (1, 1))
    opened = docx.Document(io.BytesIO(paper.content()))
    assert opened.tables[0].cell(0, 1).text == documents.printable(text).replace("\r", "\n")
