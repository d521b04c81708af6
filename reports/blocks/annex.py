"""Where an annex begins."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


@dataclass(frozen=True, slots=True)
class Annex(Block):
    """The beginning of an annex: it has its own page, and what follows belongs to it."""

    title: str

    HTML: ClassVar[str] = """<p class="which">{{ pen.t(part.number) }}</p>
{#- #}<h2 class="annex-title" id="{{ part.anchor }}">{{ pen.t(part.block.title) }}</h2>
"""

    def markdown(self, out: MarkdownWriter) -> None:
        """Write its title as a chapter."""
        out.annex(out.number, self.title)

    def docx(self, out: DocxWriter) -> None:
        """Begin a page."""
        out.annex(out.number, self.title)
