"""The record at the foot of an official letter."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


@dataclass(frozen=True, slots=True)
class Imprint(Block):
    """Who gets copies, who printed the document, and when: the last thing on its last page."""

    copies_to: str
    printed_by: str
    printed_on: date

    HTML: ClassVar[str] = """
<div class="imprint">
{%- if part.block.copies_to %}<p class="copies">{{ put(copies_label) }}{{ put(part.block.copies_to) }}{{ put(stop(part.block.copies_to)|trim) }}</p>{% endif %}
{%- if part.block.printed_by %}<p class="printed"><span>{{ put(part.block.printed_by) }}</span><span>{{ put(printed_on(part.block.printed_on)) }}</span></p>{% endif %}</div>
"""  # noqa: E501

    def markdown(self, out: MarkdownWriter) -> None:
        """Write the record as the last paragraph."""
        out.imprint(self.copies_to, self.printed_by, self.printed_on)

    def docx(self, out: DocxWriter) -> None:
        """Write the record between rules."""
        out.imprint(self.copies_to, self.printed_by, self.printed_on)
