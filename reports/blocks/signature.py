"""Who answers for a document."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


@dataclass(frozen=True, slots=True)
class Signature(Block):
    """Who answers for the document, and the day."""

    organisation: str
    date: date

    HTML: ClassVar[str] = """
<div class="signature"><p>{{ pen.t(part.block.organisation) }}</p>
{#- #}<p class="day">{{ pen.t(on_day(part.block.date)) }}</p></div>
"""

    def markdown(self, out: MarkdownWriter) -> None:
        """Write both lines."""
        out.signature(self.organisation, self.date)

    def docx(self, out: DocxWriter) -> None:
        """Write both lines to the right."""
        out.signature(self.organisation, self.date)
