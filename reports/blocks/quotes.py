"""What people said, word for word."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter
from reports.blocks.trace import Trace


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words and who said them, told only as far as they agreed."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Quotes(Block):
    """Quotations, one after the other."""

    items: tuple[Quote, ...]
    traces: tuple[Trace, ...] = ()

    HTML: ClassVar[str] = """
{%- for quote in part.block.items %}<blockquote class="quote"><p>{{ pen.t(quote.text) }}</p>
{%- if quote.source %}<p class="src"><span class="t">{{ dash }}{{ put(quote.source) }}</span></p>{% endif -%}
</blockquote>
{% endfor -%}
"""

    def markdown(self, out: MarkdownWriter) -> None:
        """Write each as a quotation of its own."""
        for quote in self.items:
            out.quote(quote.text, quote.source)

    def docx(self, out: DocxWriter) -> None:
        """Write each as a quotation of its own."""
        for quote in self.items:
            out.quote(quote.text, quote.source)
