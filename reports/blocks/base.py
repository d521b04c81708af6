"""What a block is, what writes it in each format, and the page whose grid it keeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Protocol

from core.spreadsheet import Sheet
from reports.blocks.trace import Trace

if TYPE_CHECKING:
    from reports.blocks.key_figures import KeyFigure
    from reports.blocks.question import Question


@dataclass(frozen=True, slots=True)
class Room:
    """A page as blocks see it: the width of its text and the height of a line in mm, and how many lines it has."""

    width: float = 156.0
    pitch: float = 10.449
    lines: int = 22

    def lines_for(self, height: float) -> int:
        """Round a height in mm up to whole grid lines; 0 for what is taller than a page and keeps its own height."""
        lines = ceil((height - 0.5) / self.pitch)
        return lines if lines <= self.lines else 0


class Writer(Protocol):
    """What every format that is written block by block can be told; the same words for Markdown and for Word.

    `number` is what the drawing gave the block being written: "一、" a heading, "Table 3" a table, "Annex 2" an annex.
    Tables and pictures set it before their caption themselves.
    """

    number: str

    def heading(self, level: int, text: str, number: str) -> None:
        """Write a heading, 1 (chapter) to 4."""

    def paragraph(self, text: str, notes: Sequence[str] = ()) -> None:
        """Write running text; its footnotes are called at its end."""

    def table(
        self,
        caption: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        align: str = "",
        widths: Sequence[int] = (),
        note: str = "",
        total: bool = False,
    ) -> None:
        """Write a table with its number; `align` and `widths` (percent) per column, `total`: the last row is a sum."""

    def quote(self, text: str, source: str) -> None:
        """Write somebody's words, and who said them ("" where nobody is named)."""

    def items(self, items: Sequence[str], ordered: bool) -> None:
        """Write a list of short points."""

    def note(self, text: str) -> None:
        """Write a remark in small print."""

    def figures(self, figures: Sequence["KeyFigure"]) -> None:
        """Write key figures beside one another."""

    def annex(self, number: str, title: str) -> None:
        """Begin an annex on a page of its own."""

    def signature(self, organisation: str, date: date) -> None:
        """Write who answers for the document, and the day."""

    def imprint(self, copies_to: str, printed_by: str, printed_on: date) -> None:
        """Write the record of copies and printing that ends an official letter."""

    def question(self, question: "Question") -> None:
        """Write a question of a paper questionnaire."""

    def claim(self, text: str, grounds: Sequence[Trace]) -> None:
        """Write a cause or a proposal, and what it rests on."""


class MarkdownWriter(Writer, Protocol):
    """Writes a document as Markdown, where a chart is the table of its numbers."""


class DocxWriter(Writer, Protocol):
    """Writes a document for Word, WPS and LibreOffice."""

    def picture(self, svg: str, caption: str, alt: str, note: str) -> None:
        """Write a drawn chart with its number; `alt` says in words what it shows."""


class Block:
    """A piece of a document: a frozen dataclass of plain texts, and how every format shows it.

    `HTML` is a Jinja source that draws one `part` of the document (`part.block` is the block); it may call
    `put(text)`, which makes a text safe, and the macros of `templates/reports/blocks.html` as `pen`. `counted` names
    what the block is numbered among: "table", "figure", or nothing.
    """

    __slots__ = ()

    HTML: ClassVar[str] = ""
    counted: ClassVar[str] = ""

    def lines(self, room: Room) -> int:
        """Return how many grid lines the block takes at least; 0 where its text keeps the grid by itself."""
        return 0

    def markdown(self, out: MarkdownWriter) -> None:
        """Write the block as Markdown."""
        raise NotImplementedError

    def docx(self, out: DocxWriter) -> None:
        """Write the block into a Word document."""
        raise NotImplementedError

    def sheets(self) -> Iterator[Sheet]:
        """Yield the data the block carries, for those who want to work with it."""
        return iter(())
