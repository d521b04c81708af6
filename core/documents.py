"""Documents people write in: .docx in, .docx out; with the reports, the only module that knows python-docx."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.document_text import Block, Cell, Document, LeftOut, Line, Reading, Table, as_text
from core.errors import BadInput
from core.i18n import _

__all__ = ["Block", "Box", "Cell", "Document", "LeftOut", "Line", "Table", "Writer", "as_text", "is_document", "read"]

UNPACKED = 300 * 1024 * 1024  # bytes a .docx may unpack to: larger is a mistake or an attack
PART = 60 * 1024 * 1024  # bytes one part in XML may have
ENTRIES = 5_000
OLD = (b"\xd0\xcf\x11\xe0", b"{\\rtf", b"<html", b"<!DOC", b"<?xml")
PARTS = ("header", "footer", "footnotes", "endnotes", "comments")


def read(content: bytes, name: str) -> Document:
    """Return what stands in a .docx as it would be read on paper; raise `BadInput` saying what is wrong.

    Tracked insertions are text and tracked deletions are not; text boxes follow the paragraph they hang on; footnotes
    stand in brackets where they are called.
    """
    if not content:
        raise BadInput(_("The file %(name)s is empty.", name=name))
    if content.lstrip()[:5].startswith(OLD):
        raise BadInput(
            _(
                "%(name)s is an old .doc, a .wps or a password-protected file. "
                "Open it in Word or WPS and save it as .docx without a password.",
                name=name,
            )
        )
    _check_package(content, name)
    import docx  # here: it takes a third of a second no other page needs to wait for

    try:
        opened = docx.Document(io.BytesIO(content))
        return Reading(opened.element.body, opened.styles.element, _parts(opened)).document()
    except BadInput:
        raise
    except Exception as error:  # python-docx lets every parser's own errors through: zlib's, lxml's, its own
        raise BadInput(
            _("%(name)s cannot be opened as a document. Open it in Word or WPS and save it again as .docx.", name=name)
        ) from error


def is_document(content: bytes, name: str) -> bool:
    """Say whether a file is, or was meant as, a text document rather than a table."""
    if name.lower().endswith((".docx", ".docm", ".doc", ".wps", ".rtf", ".dotx")):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def _check_package(content: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            large = sum(entry.file_size for entry in entries) > UNPACKED or len(entries) > ENTRIES
            texts = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
            if large or any(entry.file_size > PART for entry in texts):
                raise BadInput(_("%(name)s unpacks to more than a document can hold and was not opened.", name=name))
            # A document has no use for a DTD; one that brings entities along is an attack.
            if any(b"<!DOCTYPE" in archive.open(entry).read(4096) for entry in texts):
                raise BadInput(_("%(name)s is not a document as Word or WPS write it, and was not opened.", name=name))
    except BadInput:
        raise
    except Exception as error:  # what is no zip file fails in many ways
        raise BadInput(
            _("%(name)s is not a .docx document. Open it in Word or WPS and save it as .docx.", name=name)
        ) from error


def _parts(opened: Any) -> dict[str, list[Any]]:
    """Return the roots of the parts beside the body, by the last word of their relation to it."""
    from docx.oxml import parse_xml

    found: dict[str, list[Any]] = {}
    for relation in opened.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in PARTS and not relation.is_external:
            found.setdefault(kind, []).append(parse_xml(relation.target_part.blob))
    return found


# The faces a Chinese desk has, and Word, WPS and LibreOffice replace by their like where they are missing.
BODY, HEAD, LATIN = "宋体", "黑体", "Times New Roman"
PAGE_MM = (210, 297)
MARGINS_MM = {"top": 25, "bottom": 22, "left": 25, "right": 22}
WIDTH_MM = 163
NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: object) -> str:
    """Return text without what an XML file cannot hold: control characters and halves of characters."""
    return NOT_IN_XML.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a form: its text, the columns it reaches over, and whether it names what stands beside it."""

    text: str
    span: int = 1
    label: bool = False


class Writer:
    """A document being written: A4, real heading styles, faces for Chinese and Latin; nothing touches the disk."""

    def __init__(self, title: str, *, language: str) -> None:
        import docx
        from docx.shared import Mm

        self._document = docx.Document()
        self._fresh, self._last = True, None  # nothing on this page yet; the paragraph written last
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = printable(title)[:250], "", ""
        properties.language = "zh-CN" if language == "zh" else "en"
        section = self._document.sections[0]
        section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
        for edge, width in MARGINS_MM.items():
            setattr(section, f"{edge}_margin", Mm(width))
        self._set_up_styles()

    def _set_up_styles(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        styles = self._document.styles
        for name, face, size in (
            ("Normal", BODY, 12),
            ("Title", HEAD, 18),
            ("Heading 1", HEAD, 16),
            ("Heading 2", HEAD, 14),
        ):
            style = styles[name]
            style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), RGBColor(0, 0, 0)
            fonts = style.element.rPr.rFonts
            for attribute in [key for key in fonts.attrib if key.endswith("Theme")]:
                del fonts.attrib[attribute]  # a theme's face would win over ours
            for script in ("ascii", "hAnsi", "cs"):
                fonts.set(qn(f"w:{script}"), LATIN)
            fonts.set(qn("w:eastAsia"), face)
        styles["Heading 1"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        styles["Normal"].paragraph_format.space_after = Pt(4)
        for tag in ("w:lang",):
            for language in styles.element.iter(qn(tag)):
                language.set(qn("w:eastAsia"), "zh-CN")
        settings = self._document.settings.element
        compatible = settings.find(qn("w:compat"))
        if compatible is not None:  # without it Word opens the document "in compatibility mode"
            made = compatible.makeelement(
                qn("w:compatSetting"),
                {
                    qn("w:name"): "compatibilityMode",
                    qn("w:uri"): "http://schemas.microsoft.com/office/word",
                    qn("w:val"): "15",
                },
            )
            compatible.append(made)

    def heading(self, text: str, level: int = 1) -> None:
        """Write a heading of a real level, so that Word's outline shows it."""
        self._last = self._document.add_paragraph(printable(text))
        self._last._p.style = f"Heading{level}"  # by its id: python-docx would go through all styles for the name
        self._fresh = False

    def line(self, text: str) -> None:
        """Write a paragraph; line breaks stay within it."""
        self._last = self._document.add_paragraph(printable(text))
        self._fresh = False

    def page(self) -> None:
        """Begin a new page, unless nothing stands on this one yet."""
        from docx.enum.text import WD_BREAK

        if not self._fresh:
            self._last.add_run().add_break(WD_BREAK.PAGE)
            self._fresh = True

    def form(self, rows: Sequence[Sequence[Box]], widths: Sequence[int]) -> None:
        """Write a form with a frame: every row fills the grid, whose columns are as wide as `widths` tell in parts."""
        self._grid(rows, widths)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int]) -> None:
        """Write a table whose header stands again on every page it runs over."""
        from docx.oxml.ns import qn

        told = [[Box(str(cell)) for cell in row] for row in rows]
        table = self._grid([[Box(column, label=True) for column in columns], *told], widths)
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(properties.makeelement(qn("w:tblHeader"), {}))

    def _grid(self, rows: Sequence[Sequence[Box]], widths: Sequence[int]) -> Any:
        from docx.shared import Mm
        from docx.table import _Cell

        table = self._document.add_table(len(rows), len(widths))
        table._tbl.tblStyle_val = "TableGrid"
        table.autofit = False
        lengths = [Mm(WIDTH_MM * part / sum(widths)) for part in widths]
        for column, length in zip(table._tbl.tblGrid.gridCol_lst, lengths, strict=True):
            column.w = length
        # Row by row: asking the table for its cells would count all of them each time.
        for row, boxes in zip(table._tbl.tr_lst, rows, strict=True):
            cells, column = list(row.tc_lst), 0
            for box in boxes:
                cell, *joined = cells[column : column + box.span]
                cell.width = Mm(sum(length.mm for length in lengths[column : column + box.span]))
                if joined:
                    cell.grid_span = box.span
                    for other in joined:
                        row.remove(other)
                self._fill(_Cell(cell, table), box)
                column += box.span
        self._last = (
            self._document.add_paragraph()
        )  # two tables that touch are one to Word, and a page break needs its paragraph
        self._fresh = False
        return table

    def _fill(self, cell: Any, box: Box) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        for at, text in enumerate(printable(box.text).split("\n")):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            run = paragraph.add_run(text)
            if box.label:
                run.bold = True
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def content(self) -> bytes:
        """Return the finished file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()
