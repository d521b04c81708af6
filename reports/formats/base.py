"""What a file format of a report is."""

from collections.abc import Callable

from core.terms import FileFormat, PdfVariant
from reports.blocks import Document, Style

Progress = Callable[[float], None]


class Format:
    """A kind of file a document is written as; one file in this package each, found by itself."""

    key: FileFormat
    order = 100
    media_type: str
    extension: str

    def write(
        self,
        document: Document,
        *,
        style: Style,
        variant: PdfVariant = PdfVariant.ACCESSIBLE,
        progress: Progress | None = None,
    ) -> bytes:
        """Return the file; `progress` is told how far it is, from 0 to 1. Only a PDF has variants."""
        raise NotImplementedError
