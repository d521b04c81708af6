"""Numbers worth a glance."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.i18n import _
from core.spreadsheet import Sheet
from questions import canvas
from reports.blocks.base import Block, DocxWriter, MarkdownWriter, Room
from reports.blocks.trace import Trace

SMALL = 12 * 0.3528  # mm: the height of the words under a figure


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number worth a glance: value with its unit, what it counts, a quiet note, where it can be looked up."""

    value: str
    label: str
    note: str = ""
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFigures(Block):
    """Up to four key figures side by side."""

    figures: tuple[KeyFigure, ...]

    HTML: ClassVar[str] = """
<div class="figures of-{{ part.block.figures|length }} lines-{{ part.lines }}"><div class="row">
{%- for figure in part.block.figures %}<div><p class="value">{{ put(figure.value) }}</p><p>{{ put(figure.label) }}</p>
{%- if figure.note %}<p class="small">{{ put(figure.note) }}</p>{% endif %}</div>{% endfor -%}
</div></div>
"""

    def lines(self, room: Room) -> int:
        """Return the lines the figure with the longest words takes."""
        width = room.width / max(len(self.figures), 1) - 5
        under = max(
            (sum(len(canvas.wrap(text, SMALL, width)) for text in (f.label, f.note) if text) for f in self.figures),
            default=1,
        )
        return room.lines_for(15 + 5.4 * under)

    def markdown(self, out: MarkdownWriter) -> None:
        """Write each figure as a point of a list."""
        out.figures(self.figures)

    def docx(self, out: DocxWriter) -> None:
        """Write the figures beside one another."""
        out.figures(self.figures)

    def sheets(self) -> Iterator[Sheet]:
        """Yield the figures as a table."""
        yield Sheet(
            _("Key figures"),
            (_("Value"), _("What it counts"), _("Note")),
            [(each.value, each.label, each.note) for each in self.figures],
        )
