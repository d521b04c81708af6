"""Running text."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter
from reports.blocks.trace import Trace


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """One paragraph of running text, its footnotes called at its end.

    `key` names a passage the secretary may word anew ("method.response.3"; "": nobody may), `traces` where its numbers
    can be looked up, and `generated` what the numbers say now where `text` is a person's wording ("": the same).
    """

    text: str
    key: str = ""
    notes: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()
    generated: str = ""

    HTML: ClassVar[str] = """<p>{{ pen.t(part.block.text) }}{{ pen.notes(part) }}</p>
"""

    def markdown(self, out: MarkdownWriter) -> None:
        """Write a paragraph."""
        out.paragraph(self.text, self.notes)

    def docx(self, out: DocxWriter) -> None:
        """Write a paragraph."""
        out.paragraph(self.text, self.notes)
