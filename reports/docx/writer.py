"""Writes a document block by block for Word, WPS and LibreOffice: what `reports.blocks.DocxWriter` asks for."""

from collections.abc import Sequence
from datetime import date

from core.i18n import _, day
from questions import canvas
from reports import html
from reports.blocks import KeyFigure, Question, Trace
from reports.docx import pictures
from reports.docx.asking import asked
from reports.docx.fields import Bookmarks, Entry, numbered
from reports.docx.looks import Set
from reports.docx.notes import Notes
from reports.docx.package import Package
from reports.docx.page import Lists
from reports.docx.ruler import Ruler, lines_of
from reports.docx.tables import SIDES, Cell, Table
from reports.docx.xml import lines, plain, run, runs, w

CAPTION = 1600
"""Twips kept free beside a picture as high as a page, for its caption and its note."""


class Writer:
    """A text being written: paragraphs and tables in order, and what they call for elsewhere in the file.

    `number` is what the drawing gave the block being written, `runs_in` whether the paragraph that follows a heading
    stands on its line, `deeper` whether it is an annex that is written.
    """

    def __init__(self, chosen: Set, package: Package, notes: Notes) -> None:
        self.number, self.runs_in, self.deeper = "", False, False
        self.text: list[str] = []
        self.entries: list[Entry] = []
        self.lists, self.bookmarks = Lists(chosen), Bookmarks()
        self._set, self._package, self._notes, self._language = chosen, package, notes, chosen.language
        self._words = html.setting(chosen.language, "", printed=False)
        self._official = chosen.key == "gongwen"
        self._pictures = 0
        sheet = chosen.sheet
        self.ruler = Ruler((sheet.height - sheet.top - sheet.bottom) / 20)

    def put(
        self,
        style: str,
        text: str,
        *,
        shown: str | None = None,
        after: str = "",
        properties: str = "",
        mark: str = "",
        lines: int = 0,
    ) -> None:
        """Write a paragraph: its style, its words, what stands behind them, and properties of its own.

        `shown` are runs to write instead of the words, which then only serve to measure, `mark` is the bookmark whose
        page is wanted, and `lines` how many lines it takes where the words do not say so.
        """
        told = runs(text, self._language) if shown is None else shown
        self.text.append(w("p", w("pPr", w("pStyle", val=style), properties), told, after))
        self._measure(style, text, mark, lines)

    def _measure(self, style: str, text: str, mark: str, lines: int) -> None:
        look = self._set.look(style)
        em, line = self._set.em(look), self._set.line(look)
        room = self._set.sheet.text / 20 - (look.left + look.right) * em
        indent = "\u3000" * max(round(look.first), 0)
        count = lines or lines_of(indent + plain(text), em, room)
        around = look.before + look.after
        if look.new_page:
            self.ruler.turn()
        if look.with_next:
            self.ruler.hold(count * line + around, mark)
        elif look.whole:
            self.ruler.block(count * line + around)
        else:
            self.ruler.flow(count, line, around)

    def heading(self, level: int, text: str, number: str) -> None:
        """Write a heading of a real level; one that runs in hides its end, and the paragraph follows on its line."""
        words = number + text + (self._words["stop"](text) if self.runs_in else "")
        mark = f"_Toc{len(self.entries) + 1:08d}"
        self.entries.append(Entry(level + (1 if self.deeper else 0), plain(number + text), mark, 0))
        joined = w("rPr", w("vanish"), w("specVanish")) if self.runs_in else ""
        shown = self.bookmarks.around(mark, runs(words, self._language))
        self.text.append(w("p", w("pPr", w("pStyle", val=f"Heading{level}"), joined), shown))
        if self.runs_in:
            self.ruler.hold(0, mark)
        else:
            self._measure(f"Heading{level}", words, mark, 0)

    def paragraph(self, text: str, notes: Sequence[str] = ()) -> None:
        """Write running text; its footnotes are called at its end."""
        self.put("Text", text, after="".join(self._call(note) for note in notes))

    def _call(self, note: str) -> str:
        if self._notes.where == "page":
            look = self._set.look("FootnoteText")
            self.ruler.filled += lines_of(note, look.size, self._set.sheet.text / 20) * self._set.line(look)
        return self._notes.call(note)

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
        """Write a table under its caption; its head stands again on every page."""
        self._caption("TableCaption", caption)
        shares = tuple(widths) or tuple([100 // max(len(columns), 1)] * len(columns))
        table = Table(self._set, shares, caption=caption, head=True, total=total)
        sides = [SIDES.get(side, "left") for side in align.ljust(len(columns), "l")]
        table.rows.append(tuple(self._head(text, side) for text, side in zip(columns, sides, strict=False)))
        for place, row in enumerate(rows):
            style = "TotalCell" if total and place == len(rows) - 1 else "Cell"
            table.rows.append(tuple(Cell(((style, text),), side) for text, side in zip(row, sides, strict=False)))
        self._place(table, note)

    def _head(self, text: str, side: str) -> Cell:
        return Cell((("HeadCell", text),), "center" if self._official else side)

    def _place(self, table: Table, note: str = "") -> None:
        """Write a table and the paragraph after it: two tables that touch would be one to Word."""
        self.text.append(table.written())
        if len(table.rows) < 14:
            self.ruler.block(table.height())
        else:
            for row in table.rows:
                self.ruler.block(table.row_height(row))
        if note:
            self.small_print(note)
        else:
            self.put("Space", "", lines=1)

    def small_print(self, note: str) -> None:
        """Write the note under a table or a figure."""
        self.put("SmallPrint", _("Note: ") + note)

    def _caption(self, style: str, caption: str) -> None:
        space = self._words["wide_space"]
        shown = numbered(self.number, self._language) + runs(f"{space}{caption.strip()}", self._language, breaks="keep")
        self.put(style, f"{self.number}{space}{caption}", shown=shown)

    def picture(self, svg: str, caption: str, alt: str, note: str) -> None:
        """Write a drawn chart with its number; `alt` says in words what it shows."""
        width = self._set.sheet.text
        self._pictures += 1
        relation = self._package.add_picture(pictures.png(svg, pictures.pixels(width)))
        high = pictures.height(svg, width)
        sheet = self._set.sheet
        most = sheet.height - sheet.top - sheet.bottom - CAPTION
        if high > most:  # Word cuts off what is higher than a page
            width, high = width * most // high, most
        shown = pictures.inline(relation, self._pictures, f"{self.number} {caption}", alt, (width, high))
        above = self._set.caption_above_figures
        if above:
            self._caption("FigureCaption", caption)
        look = self._set.look("Picture")
        self.text.append(w("p", w("pPr", w("pStyle", val="Picture")), shown))
        if look.with_next:
            self.ruler.hold(high / 20 + look.before + look.after)
        else:
            self.ruler.block(high / 20 + look.before + look.after)
        if not above:
            self._caption("FigureCaption", caption)
        if note:
            self.small_print(note)

    def quote(self, text: str, source: str) -> None:
        """Write somebody's words, and who said them."""
        self.put("Quote", text, properties=w("keepNext") if source else "")
        if source:
            self.put("QuoteSource", f"——{source}")

    def items(self, items: Sequence[str], ordered: bool) -> None:
        """Write a list counted by Word."""
        number = self.lists.begin(ordered)
        listed = w("numPr", w("ilvl", val=0), w("numId", val=number))
        for item in items:
            self.put("List", item, properties=listed)

    def note(self, text: str) -> None:
        """Write a remark in small print."""
        self.put("Note", _("Note: ") + text)

    def figures(self, figures: Sequence[KeyFigure]) -> None:
        """Write key figures beside one another."""
        if not figures:
            return
        if self._official:
            self.put("Space", "", lines=1)
        table = Table(self._set, [100 // len(figures)] * len(figures), "FigureTable")
        table.rows.append(tuple(_figure(figure) for figure in figures))
        self._place(table)

    def annex(self, number: str, title: str) -> None:
        """Begin an annex on a page of its own."""
        space = self._words["wide_space"]
        mark = f"_Toc{len(self.entries) + 1:08d}"
        self.entries.append(Entry(1, plain(f"{number}{space}{title}"), mark, 0))
        self.put("AnnexMark", number)
        self.put("AnnexTitle", title, shown=self.bookmarks.around(mark, runs(title, self._language)), mark=mark)

    def attached(self, titles: Sequence[str]) -> None:
        """Write the list of annexes above the signature."""
        self._stay()
        em = self._set.em(self._set.look("Attached"))
        head = _("Annex") + self._words["colon"]("")
        wide = canvas.text_width(head, 1)
        for place, title in enumerate(titles, start=1):
            counted = f"{place}. " if len(titles) > 1 else ""
            number = 1 if counted else 0
            back = (wide if place == 1 else 0) + number
            above = w("spacing", before=self._set.sheet.pitch) if place == 1 and self._official else ""
            own = above + _hanging(2 + wide + number, back, em)
            self.put("Attached", (head if place == 1 else "") + counted + title, properties=own)

    def _stay(self) -> None:
        """Keep the end of the text on the page of what follows, so that no page bears a signature alone."""
        start = '<w:p><w:pPr><w:pStyle w:val="Text"/>'
        if self.text and self.text[-1].startswith(start):
            self.text[-1] = start + w("keepNext") + self.text[-1].removeprefix(start)

    def signature(self, organisation: str, date: date) -> None:
        """Write who answers for the document, and the day."""
        self._stay()
        self.put("Signature", organisation)
        self.put("Date", day(date))

    def imprint(self, copies_to: str, printed_by: str, printed_on: date) -> None:
        """Write the record of copies and printing: at the foot of the last page of an official letter."""
        copies = _("Copies to: ") + copies_to + self._words["stop"](copies_to).strip() if copies_to else ""
        printed = html.printed_on(printed_on)
        if not self._official:
            for line in (copies, f"{printed_by} {printed}" if printed_by else ""):
                if line:
                    self.put("Imprint", line)
            return
        sheet = self._set.sheet
        foot = w(
            "framePr",
            w=sheet.text,
            wrap="notBeside",
            vAnchor="margin",
            hAnchor="margin",
            xAlign="left",
            yAlign="bottom",
        )
        if copies:
            self.put("Imprint", copies, properties=foot)
        if printed_by:
            shown = runs(printed_by, self._language) + run(w("tab")) + runs(printed, self._language)
            self.put("Imprint", f"{printed_by} {printed}", shown=shown, properties=foot)
        self.put("Space", "", lines=1)

    def question(self, question: Question) -> None:
        """Write a question of a paper questionnaire with room to answer."""
        asked(self, question, self._set, self._words["hinted"])

    def claim(self, text: str, grounds: Sequence[Trace]) -> None:
        """Write a cause or a proposal, and what it rests on in brackets."""
        rests = self._words["hinted"](html.based_on(grounds)) if grounds else ""
        self.put("Text", text + rests)

    def title(self, style: str, text: str, pieces: Sequence[str], properties: str = "") -> None:
        """Write a title whose lines are broken already."""
        self.put(style, text, shown=lines(pieces, self._language), properties=properties, lines=len(pieces))

    def form(self, table: Table) -> None:
        """Write a table that is filled in by hand."""
        self._place(table)

    def spread(self, style: str, pieces: Sequence[str]) -> None:
        """Write texts on one line, the last at its right end."""
        shown = run(w("tab")).join(runs(piece, self._language) for piece in pieces)
        self.put(style, " ".join(pieces), shown=shown)


def _figure(figure: KeyFigure) -> Cell:
    told = [("Value", figure.value), ("ValueLabel", figure.label), ("ValueNote", figure.note)]
    return Cell(tuple((style, plain(text)) for style, text in told if text or style != "ValueNote"))


def _hanging(left: float, back: float, em: float) -> str:
    """Return an indent of `left` ems from which the first line stands `back` ems to the left."""
    told = {"leftChars": round(left * 100), "left": round(left * em * 20)}
    return w("ind", **told, hangingChars=round(back * 100), hanging=round(back * em * 20))
