"""A heading."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading, 1 (chapter) to 4, without its number: drawing numbers it."""

    level: int
    text: str

    HTML: ClassVar[str] = """
{%- set tag = "h" ~ [part.block.level + 1 + deeper, 6]|min -%}
{%- if part.run_in -%}
<div class="para" id="{{ part.anchor }}"><{{ tag }} class="h{{ part.block.level }}"><span class="t">{{ part.number }}{{ put(part.block.text) }}{{ put(stop(part.block.text)) }}</span></{{ tag }}>{{ pen.t(part.run_in.text) }}{{ pen.notes(part) }}</div>
{% else -%}
<{{ tag }} class="h{{ part.block.level }}" id="{{ part.anchor }}"><span class="t">{{ part.number }}{{ put(part.block.text) }}</span></{{ tag }}>
{% endif -%}
"""  # noqa: E501

    def markdown(self, out: MarkdownWriter) -> None:
        """Write a heading one level below the title."""
        out.heading(self.level, self.text, out.number)

    def docx(self, out: DocxWriter) -> None:
        """Write a heading of a real level."""
        out.heading(self.level, self.text, out.number)
