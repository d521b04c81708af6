"""A numbered figure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import ClassVar

from markupsafe import Markup

from core.i18n import _
from core.spreadsheet import Sheet
from questions import charts
from questions.charts import Bars, Columns, Drawing, Heat, Likert
from reports import cjk
from reports.blocks.base import Block, DocxWriter, MarkdownWriter, Room
from reports.blocks.table import CAPTION, NOTE_LINE
from reports.blocks.trace import Trace

_description = re.compile(r"<desc>(.*?)</desc>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chart(Block):
    """A numbered figure; shares of None in `drawing` were hidden because fewer than `floor` people chose them."""

    caption: str
    drawing: Drawing
    note: str = ""
    floor: int = 5
    traces: tuple[Trace, ...] = ()

    counted: ClassVar[str] = "figure"
    HTML: ClassVar[str] = """
{%- set caption %}<figcaption>{{ pen.numbered(part, part.block.caption) }}</figcaption>{% endset -%}
<figure class="lines-{{ part.lines }}">{% if caption_first %}{{ caption }}{% endif -%}
{%- if web %}<div class="chart-wide">{{ part.block.svg() }}</div>
{#- #}<div class="chart-narrow">{{ part.block.svg(narrow) }}</div>
{%- else %}{{ part.block.svg() }}{% endif -%}
{%- if not caption_first %}{{ caption }}{% endif %}
{%- if part.block.note %}<p class="small-print">{{ note_label }}{{ put(part.block.note) }}</p>{% endif %}</figure>
"""

    def svg(self, width: int = charts.WIDE) -> Markup:
        """Return the chart drawn, `width` units wide, with its caption as title and its numbers as description."""
        return _drawn(self.drawing, cjk.clean(self.caption), charts.Words(hidden=_("hidden"), net=_("Net")), width)

    def alternative(self) -> str:
        """Return what the chart shows in words, for those who cannot see it."""
        found = _description.search(self.svg())
        return unescape(found[1]) if found else self.caption

    def lines(self, room: Room) -> int:
        """Return the lines the drawing, its caption and its note take."""
        height = charts.height_of(self.svg()) * room.width / charts.WIDE
        return room.lines_for(height + CAPTION + (NOTE_LINE if self.note else 0))

    def numbers(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return what is drawn as columns and rows of text: the first column names the row, hidden shares say so."""
        drawing = self.drawing
        match drawing:
            case Bars(bars=bars, unit=unit):
                noted = any(bar.note for bar in bars)
                rows = [(bar.label, _told(bar.value, unit), *((bar.note,) if noted else ())) for bar in bars]
                return ("", _("Value"), *((_("Note"),) if noted else ())), tuple(rows)
            case Columns(categories=categories, series=series, unit=unit):
                kinds = [
                    (kind, *(_told(one.values[place], unit) for one in series)) for place, kind in enumerate(categories)
                ]
                return ("", *(one.name for one in series)), tuple(kinds)
            case Likert(levels=columns) | Heat(columns=columns):
                lines = [(row.label, *(_told(share, "%") for share in row.shares)) for row in drawing.rows]
                return ("", *columns), tuple(lines)

    def markdown(self, out: MarkdownWriter) -> None:
        """Write the table of its numbers."""
        columns, rows = self.numbers()
        out.table(self.caption, columns, rows, "l" + "r" * (len(columns) - 1), (), self.note, False)

    def docx(self, out: DocxWriter) -> None:
        """Write the drawing as a picture."""
        out.picture(self.svg(), self.caption, self.alternative(), self.note)

    def sheets(self) -> Iterator[Sheet]:
        """Yield the numbers drawn."""
        columns, rows = self.numbers()
        yield Sheet(self.caption, columns, rows)


def _told(value: float | None, unit: str) -> str:
    return _("hidden") if value is None else f"{value:.2f}".rstrip("0").rstrip(".") + unit


@lru_cache(maxsize=64)
def _drawn(drawing: Drawing, title: str, words: charts.Words, width: int) -> Markup:
    """Draw a chart; kept a moment, for its height is asked for before it is set."""
    return Markup(cjk.clean(charts.draw(drawing, title=title, words=words, width=width)))
