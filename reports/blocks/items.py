"""A list."""

from dataclasses import dataclass
from typing import ClassVar

from reports.blocks.base import Block, DocxWriter, MarkdownWriter


@dataclass(frozen=True, slots=True)
class Items(Block):
    """A list of short points."""

    items: tuple[str, ...]
    ordered: bool = False

    HTML: ClassVar[str] = """
{%- set tag = "ol" if part.block.ordered else "ul" -%}
<{{ tag }} class="items">{% for item in part.block.items %}<li>{% if marks %}<span class="t">{{ loop.index ~ ". " if part.block.ordered else "— " }}</span>{% endif %}{{ pen.t(item) }}</li>{% endfor %}</{{ tag }}>
"""  # noqa: E501

    def markdown(self, out: MarkdownWriter) -> None:
        """Write a list."""
        out.items(self.items, self.ordered)

    def docx(self, out: DocxWriter) -> None:
        """Write a list."""
        out.items(self.items, self.ordered)
