"""A report to go on writing in Word, WPS or LibreOffice."""

from core.terms import FileFormat, PdfVariant
from reports import docx
from reports.blocks import Document, Style
from reports.formats.base import Format, Progress


class Docx(Format):
    """The Word document: real styles, footnotes, contents and tables."""

    key = FileFormat.DOCX
    order = 20
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    extension = "docx"

    def write(
        self,
        document: Document,
        *,
        style: Style,
        variant: PdfVariant = PdfVariant.ACCESSIBLE,
        progress: Progress | None = None,
    ) -> bytes:
        """Return the document as a .docx."""
        return docx.write(document, style=style)
