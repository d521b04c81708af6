"""The files a report is written as: one module each, found by name; all from the same blocks."""

from core.registry import Registry
from core.terms import FileFormat, PdfVariant
from reports.blocks import Document, Style
from reports.formats.base import Format as Format
from reports.formats.base import Progress

formats: Registry[Format] = Registry("reports.formats", Format)


def write(
    document: Document,
    *,
    style: Style,
    format: FileFormat,
    variant: PdfVariant = PdfVariant.ACCESSIBLE,
    progress: Progress | None = None,
) -> bytes:
    """Return a document as a file; needs an application context.

    Raises KeyError for a format nobody has written.
    """
    return formats[format].write(document, style=style, variant=variant, progress=progress)
