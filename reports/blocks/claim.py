"""What somebody concludes, and what it rests on."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter
from reports.blocks.trace import Trace


@dataclass(frozen=True, slots=True)
class Claim(Block):
    """A cause or a proposal in a person's words, with the lists it rests on."""

    text: str
    grounds: tuple[Trace, ...] = ()

    HTML: ClassVar[str] = """<p>{{ pen.t(part.block.text) }}
{%- if part.block.grounds %}<span class="grounds t">{{ put(hinted(based_on(part.block.grounds))) }}</span>{% endif -%}
</p>
"""

    def markdown(self, out: MarkdownWriter) -> None:
        """Write a paragraph that ends with its grounds in brackets."""
        out.claim(self.text, self.grounds)

    def docx(self, out: DocxWriter) -> None:
        """Write a paragraph that ends with its grounds in brackets."""
        out.claim(self.text, self.grounds)
