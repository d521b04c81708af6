"""A report on paper, or to be read like it."""

from dataclasses import replace

from core.terms import FileFormat, PdfVariant
from reports import archive, html, pdf
from reports.blocks import Document, Style
from reports.formats.base import Format, Progress


class Pdf(Format):
    """The printed page."""

    key = FileFormat.PDF
    order = 10
    media_type = "application/pdf"
    extension = "pdf"

    def write(
        self,
        document: Document,
        *,
        style: Style,
        variant: PdfVariant = PdfVariant.ACCESSIBLE,
        progress: Progress | None = None,
    ) -> bytes:
        """Return the document printed; its notes at the end where they cannot stand on the page of their call."""
        page = html.page(document, style=style)
        if progress is not None:
            progress(0.1)
        attached = archive.attached(document, variant)
        if document.notes_at != "page":
            return pdf.print_pdf(page, variant=variant, attached=attached)
        at_the_end = replace(document, notes_at="end")
        return pdf.print_pdf(
            page, otherwise=lambda: html.page(at_the_end, style=style), variant=variant, attached=attached
        )
