"""Small print."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


@dataclass(frozen=True, slots=True)
class Note(Block):
    """A remark in small print."""

    text: str

    HTML: ClassVar[str] = """<p class="note">{{ note_label }}{{ put(part.block.text) }}</p>
"""

    def markdown(self, out: MarkdownWriter) -> None:
        """Write the remark."""
        out.note(self.text)

    def docx(self, out: DocxWriter) -> None:
        """Write the remark."""
        out.note(self.text)
