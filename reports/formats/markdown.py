"""A report as Markdown: CommonMark, pipe tables, `[^n]` footnotes; a chart is the table of its numbers.

Whatever people typed stays text: every sign that could begin a piece of markup is escaped.
"""

import re
from collections.abc import Sequence
from datetime import date

from core.i18n import _, day, speaking
from core.terms import FileFormat, PdfVariant
from reports import cjk
from reports.blocks import Asking, Document, KeyFigure, Question, Style, Trace
from reports.formats.base import Format, Progress
from reports.html import based_on, setting
from reports.html import printed_on as printed
from reports.parts import Part, imprint, opening, sections

DEEPEST = 6
RULED = r"\_" * 24  # a line to write on
BOX = "□"
ALIGNED = {"l": ":---", "r": "---:", "c": ":---:"}
UNSEEN = "&#8203;"
_active = re.compile(r"[\\`*_\[\]{}<>#|~^$&@]")
_address = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_begins = re.compile(r"^(?=[-+=:])|^\d{1,9}(?=[.)](?:\s|$))")
_reference = re.compile(r"\S+(\s+[\"'(].*)?")


class Markdown(Format):
    """Plain text with a little markup: to be mended by hand, compared, or put into another system."""

    key = FileFormat.MARKDOWN
    order = 40
    media_type = "text/markdown"
    extension = "md"

    def write(
        self,
        document: Document,
        *,
        style: Style,
        variant: PdfVariant = PdfVariant.ACCESSIBLE,
        progress: Progress | None = None,
    ) -> bytes:
        """Return the text in UTF-8."""
        with speaking(document.language):
            writer = Writer(document)
            writer.head()
            for section in sections(document, style, run_in=False):
                for part in (section.head, *section.parts):
                    writer.part(part)
            writer.part(imprint(document))
            return writer.content().encode()


def escaped(text: str) -> str:
    """Return text as one line that Markdown reads as that text and nothing else, wherever in a line it stands."""
    line = re.sub(r"[ \t\n]+", " ", cjk.clean(text)).strip()
    return _address.sub(r"\\", _active.sub(r"\\\g<0>", line))


def begun(line: str) -> str:
    """Return an escaped line so that its beginning is no list, rule or underline either."""
    return _begins.sub(r"\g<0>\\", line)


class Writer:
    """Writes blocks as Markdown; a blank line parts what it writes."""

    def __init__(self, document: Document) -> None:
        self.number = ""
        self._document = document
        self._words = setting(document.language, document.title, printed=False)
        self._pieces: list[str] = []
        self._notes: list[str] = []
        self._lists = 0
        self._deeper = 1  # chapters stand below the title, in an annex below its head

    def head(self) -> None:
        """Write what stands above the text."""
        document = self._document
        self._add(f"# {escaped(self._words['plain'](document.title))}")
        for text in (document.subtitle, document.kicker, document.dek):
            self._line(text)
        letter = [document.masthead, document.number]
        by = [document.organisation, document.edition, day(document.date)]
        for line in (letter, by):
            self._add(begun(" · ".join(escaped(text) for text in line if escaped(text))))
        if document.addressee:
            self._line(document.addressee + self._words["colon"](document.addressee))
        self.part(opening(document))

    def part(self, part: Part | None) -> None:
        """Write one part of the document; nothing for None."""
        if part is not None:
            self.number = part.number
            part.block.markdown(self)

    def content(self) -> str:
        """Return the whole text, its footnotes last."""
        return "\n\n".join([*self._pieces, *self._notes]) + "\n"

    def heading(self, level: int, text: str, number: str) -> None:
        """Write a heading under the title."""
        self._add(f"{'#' * min(level + self._deeper, DEEPEST)} {escaped(number + text)}".rstrip())

    def paragraph(self, text: str, notes: Sequence[str] = ()) -> None:
        """Write a paragraph and, for the end of the text, the footnotes it calls."""
        called = "".join(self._call(note) for note in notes)
        line = begun(escaped(text))
        if called and line.endswith("!"):  # it would make a picture of the call
            line = rf"{line[:-1]}\!"
        self._add(line + called)

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
        """Write a pipe table under its caption."""
        self._strong(f"{self.number}{self._words['wide_space']}{caption}")
        if columns:
            rules = [ALIGNED.get(align[place : place + 1], "---") for place in range(len(columns))]
            told = [[escaped(cell) for cell in row] for row in (columns, *rows)]
            lines = [told[0], rules, *told[1:]]
            self._add("\n".join(f"| {' | '.join(line)} |" for line in lines))
        if note:
            self.note(note)

    def quote(self, text: str, source: str) -> None:
        """Write a quotation, its lines kept apart, and who said it."""
        lines = [begun(escaped(line)) for line in text.splitlines() if escaped(line)]
        if source:
            lines.append(self._words["dash"] + escaped(source))
        self._add("\n>\n".join(f"> {line}" for line in lines))

    def items(self, items: Sequence[str], ordered: bool) -> None:
        """Write a list; two that follow each other have different marks, or they would be one."""
        self._lists += 1
        mark = (".", ")")[self._lists % 2] if ordered else ("-", "+")[self._lists % 2]
        marks = [f"{number}{mark}" if ordered else mark for number in range(1, len(items) + 1)]
        lines = [f"{mark} {begun(escaped(item))}".rstrip() for mark, item in zip(marks, items, strict=True)]
        self._add("\n".join(lines))

    def note(self, text: str) -> None:
        """Write a remark."""
        self._line(_("Note: ") + text)

    def figures(self, figures: Sequence[KeyFigure]) -> None:
        """Write key figures as a list."""
        told = []
        for figure in figures:
            value, label, note = (escaped(text) for text in (figure.value, figure.label, figure.note))
            told.append(f"- {f'**{value}** ' if value else ''}{label}{self._words['hinted'](note) if note else ''}")
        self._lists = 0  # the next list takes another mark
        self._add("\n".join(told))

    def annex(self, number: str, title: str) -> None:
        """Begin an annex: a chapter of its own."""
        self._add(f"## {escaped(number + self._words['wide_space'] + title)}")
        self._deeper = 2

    def signature(self, organisation: str, date: date) -> None:
        """Write who answers for the document, and the day below."""
        self._add(f"{begun(escaped(organisation))}\\\n{begun(escaped(day(date)))}")

    def imprint(self, copies_to: str, printed_by: str, printed_on: date) -> None:
        """Write the record of copies and printing below a rule."""
        self._add("---")
        if copies_to:
            self._line(_("Copies to: ") + copies_to)
        if printed_by:
            self._line(f"{printed_by}{self._words['wide_space']}{printed(printed_on)}")

    def question(self, question: Question) -> None:
        """Write a question with boxes to tick or lines to write on."""
        hint = self._words["hinted"](escaped(question.hint)) if question.hint else ""
        self._add(f"**{escaped(f'{question.number}. {question.text}')}**{hint}")
        match question.kind:
            case Asking.MATRIX:
                self.number = ""
                boxes = [(row, *(BOX for _column in question.columns)) for row in question.rows]
                self.table("", ("", *question.columns), boxes, "l" + "c" * len(question.columns))
            case Asking.SHORT | Asking.LONG:
                self._add("\n\n".join([RULED] * (1 if question.kind is Asking.SHORT else 3)))
            case _:
                self.items([f"{BOX} {option}" for option in question.options], False)

    def claim(self, text: str, grounds: Sequence[Trace]) -> None:
        """Write a cause or a proposal with its grounds in brackets."""
        self._line(text + (self._words["hinted"](based_on(grounds)) if grounds else ""))

    def _add(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)

    def _line(self, text: str) -> None:
        self._add(begun(escaped(text)))

    def _strong(self, text: str) -> None:
        if escaped(text):
            self._add(f"**{escaped(text)}**")

    def _call(self, note: str) -> str:
        """Keep a footnote for the end and return its call."""
        number = len(self._notes) + 1
        text = begun(escaped(note))
        # Where footnotes are unknown, one word after "[^1]:" would be read as an address and vanish.
        unseen = f" {UNSEEN}" if _reference.fullmatch(text) or not text else ""
        self._notes.append(f"[^{number}]: {text}{unseen}")
        return f"[^{number}]"
