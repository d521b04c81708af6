"""A numbered table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from core.spreadsheet import Sheet
from questions import canvas
from reports.blocks.base import Block, DocxWriter, MarkdownWriter, Room
from reports.blocks.trace import Trace

ROOM = 156.0 / (10.5 * 0.3528)  # characters side by side in a table as wide as the text
CAPTION, LINE, EM, PAD, CELL_PAD, NOTE_LINE = 7.8, 5.2245, 10.5 * 0.3528, 2.0, 2.5, 6.0


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A numbered table; `align` holds l, c or r per column, `widths` percentages (empty: measured)."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str = ""
    widths: tuple[int, ...] = ()
    note: str = ""
    total: bool = False
    traces: tuple[Trace, ...] = ()

    counted: ClassVar[str] = "table"
    HTML: ClassVar[str] = """
{%- set block = part.block -%}
<div class="tbl lines-{{ part.lines }}{% if block.rows|length < 14 %} keep{% endif %}{% if web and block.columns|length > 5 %} many{% endif %}"
{%- if web %} tabindex="0" role="group" aria-label="{{ plain(part.number ~ " " ~ block.caption) }}"{% endif %}>
<table><caption>{{ pen.numbered(part, block.caption) }}</caption>
<colgroup>{% for width in block.measured() %}<col class="w{{ width }}">{% endfor %}</colgroup>
<thead><tr>{% for column in block.columns %}<th scope="col" class="{{ block.align[loop.index0]|default("l", true) }}">{{ units(column) }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in block.rows %}<tr{% if block.total and loop.last %} class="total"{% endif %}>
{%- for cell in row %}<td class="{{ block.align[loop.index0]|default("l", true) }}">{{ put(cell) }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{%- if block.note %}<p class="small-print">{{ note_label }}{{ put(block.note) }}</p>{% endif %}</div>
"""  # noqa: E501

    def measured(self) -> tuple[int, ...]:
        """Return the columns' widths: those given, or what their words ask for, in whole percent that make 100."""
        return self.widths or measured_widths(self.columns, self.rows)

    def lines(self, room: Room) -> int:
        """Return the lines the caption, the rows and the note take, estimated from the widths."""
        widths = self.measured()
        height = sum(_row_height(row, widths, room) for row in (self.columns, *self.rows))
        return room.lines_for(CAPTION + height + (NOTE_LINE if self.note else 0))

    def markdown(self, out: MarkdownWriter) -> None:
        """Write a pipe table."""
        out.table(self.caption, self.columns, self.rows, self.align, self.measured(), self.note, self.total)

    def docx(self, out: DocxWriter) -> None:
        """Write a table whose head stands again on every page."""
        out.table(self.caption, self.columns, self.rows, self.align, self.measured(), self.note, self.total)

    def sheets(self) -> Iterator[Sheet]:
        """Yield the table as it stands."""
        yield Sheet(self.caption, self.columns, self.rows)


def measured_widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Give columns the width their words ask for, in steps of 1 percent that make 100.

    Where there is not room for all, the widest give way: a date or a unit stays on one line.
    """
    texts = [[heading, *(row[place] for row in rows)] for place, heading in enumerate(columns)]
    longest = [max(canvas.text_width(text, 1) for text in column) for column in texts]
    wishes = [min(max(length, 3.0), 22.0) + 1 for length in longest]
    given = [0.0] * len(wishes)
    for left, place in zip(range(len(wishes), 0, -1), sorted(range(len(wishes)), key=wishes.__getitem__), strict=True):
        given[place] = min(wishes[place], (ROOM - sum(given)) / left)
    shares = [max(ceil(100 * width / sum(given)), 4) for width in given]
    widest = shares.index(max(shares))
    shares[widest] += 100 - sum(shares)
    return tuple(shares)


def _row_height(row: Sequence[str], widths: Sequence[int], room: Room) -> float:
    lines = [
        len(canvas.wrap(text, EM, room.width * width / 100 - CELL_PAD)) for text, width in zip(row, widths, strict=True)
    ]
    return max(lines, default=1) * LINE + PAD
