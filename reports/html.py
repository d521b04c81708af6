"""The document as HTML for the printer: numbers given, text set, charts drawn, heights rounded to the grid."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from flask import render_template
from markupsafe import Markup

from core.i18n import HTML_LANG, _, day, speaking
from questions import canvas, charts
from reports import cjk
from reports.blocks import (
    Annex,
    Block,
    Chart,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Question,
    Signature,
    Style,
    Table,
    kind_of,
)

TEXT_WIDTH = 156.0
"""Width of the text in mm, the same in both styles."""
PITCH = 10.449
"""One line of the official page in mm."""
LINES = 22
CAPTION, TABLE_LINE, TABLE_EM, TABLE_PAD, CELL_PAD, NOTE_LINE = 7.8, 5.2245, 10.5 * 0.3528, 2.0, 2.5, 6.0
TITLE_CHARACTERS = 20
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Part:
    """One block ready to be drawn: its macro, its number, and how many grid lines it takes at least."""

    kind: str
    block: Block
    number: str = ""
    anchor: str = ""
    lines: int = 0
    widths: tuple[int, ...] = ()
    svg: Markup = Markup("")
    run_in: Paragraph | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The body, or one annex with its title and number."""

    parts: tuple[Part, ...]
    title: str = ""
    number: str = ""
    anchor: str = ""


@dataclass
class _Numbers:
    """Counts headings, tables and figures from the top of the document."""

    language: str
    annex: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    levels: list[int] = field(default_factory=lambda: [0, 0, 0, 0])

    def of(self, thing: str) -> int:
        self.counts[thing] = self.counts.get(thing, 0) + 1
        return self.counts[thing]

    def heading(self, level: int, style: Style) -> str:
        self.levels[level - 1] += 1
        self.levels[level:] = [0] * (4 - level)
        if style == "summary" or self.annex:
            return ""
        if self.language == "zh":
            return chinese_number(self.levels[level - 1], level)
        return ".".join(str(count) for count in self.levels[:level] if count) + " "


def chinese_numeral(number: int) -> str:
    """Write 1 to 99 in Chinese: 一, 十, 二十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else DIGITS[tens]) + ("十" if tens else "") + (DIGITS[ones] if ones else "")


def chinese_number(number: int, level: int) -> str:
    """Number a heading as official documents do: 一、 （一） 1. （1）."""
    numeral = chinese_numeral(number)
    return (f"{numeral}、", f"（{numeral}）", f"{number}. ", f"（{number}）")[level - 1]


def page(document: Document, *, style: Style) -> str:
    """Draw `document` as one HTML page for `reports.pdf.print_pdf`; needs an application context."""
    with speaking(document.language):
        body, *annexes = sections(document, style)
        figures = document.key_figures
        return render_template(
            f"reports/{style}.html",
            document=document,
            body=body,
            annexes=annexes,
            opening=Part("key_figures", KeyFigures(figures)) if figures else None,
            signed=any(isinstance(block, Signature) for block in document.blocks),
            **setting(document.language, document.title),
        )


def paper_survey(
    questions: Sequence[Question], *, title: str, organisation: str, introduction: str, language: str
) -> str:
    """Draw a questionnaire to be filled in by hand, as one HTML page for the printer."""
    with speaking(language):
        return render_template(
            "reports/paper_survey.html",
            title=title,
            organisation=organisation,
            introduction=introduction,
            parts=[Part("question", question) for question in questions],
            caption_first=False,
            marks=True,
            **setting(language, title),
        )


def setting(language: str, title: str) -> dict[str, Any]:
    """Gather what every template needs to set text in `language`."""
    han = language == "zh"

    def put(text: object) -> Markup:
        return cjk.prepare(str(text), language)

    return {
        "html_lang": HTML_LANG.get(language, language),
        "title_lines": balanced(title) if han else title.split("\n"),
        "put": put,
        "plain": lambda text: cjk.clean(text).replace("\n", "" if han else " "),
        "units": lambda text: _keep_unit(put(text)),
        "stop": lambda text: "" if text.endswith(tuple("。？！.?!：:")) else "。" if han else ". ",
        "colon": lambda text: "" if text.endswith(("：", ":")) else "：" if han else ": ",
        "hinted": lambda text: f"（{text}）" if han else f" ({text})",
        "wide_space": "\u3000" if han else "\u2003",
        "note_label": put(_("Note: ")),
        "on_day": day,
    }


def _keep_unit(heading: Markup) -> Markup:
    """Keep the bracketed unit of a column heading on one line."""
    return Markup(re.sub("（[^（）<]*）", lambda found: f"<span class=unit>{found[0]}</span>", heading))


def sections(document: Document, style: Style) -> list[Section]:
    """Cut a document into its body and its annexes, every part numbered."""
    chunks: list[tuple[Annex | None, list[Block]]] = [(None, [])]
    for block in document.blocks:
        if isinstance(block, Annex):
            chunks.append((block, []))
        else:
            chunks[-1][1].extend(_one_by_one(block))
    numbers, found = _Numbers(document.language), []
    several = len(chunks) > 2
    for place, (annex, blocks) in enumerate(chunks):
        numbers.annex = annex is not None
        numbers.levels = [0, 0, 0, 0]
        if place == 1:
            numbers.counts.clear()
        label = "" if annex is None else _("Annex %(number)s", number=place) if several else _("Annex")
        parts = tuple(_parts(blocks, numbers, style))
        found.append(Section(parts, annex.title if annex else "", label, f"annex-{place}"))
    return found


def _one_by_one(block: Block) -> list[Block]:
    """Make a paragraph of every line somebody typed, without the indent they typed before it."""
    if not isinstance(block, Paragraph):
        return [block]
    lines = (line.strip() for line in block.text.splitlines())
    return [Paragraph(line) for line in lines if line]


def _parts(blocks: Sequence[Block], numbers: _Numbers, style: Style) -> Iterator[Part]:
    skip = False
    for place, block in enumerate(blocks):
        if skip:
            skip = False
            continue
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        part = _part(block, following, numbers, style)
        skip = part.run_in is not None
        yield part


def _part(block: Block, following: Block | None, numbers: _Numbers, style: Style) -> Part:
    match block:
        case Heading(level=level):
            run_in = following if style == "gongwen" and level > 2 and isinstance(following, Paragraph) else None
            anchor = f"heading-{numbers.of('heading')}" + ("-annex" if numbers.annex else "")
            return Part("heading", block, numbers.heading(level, style), anchor, run_in=run_in)
        case Table():
            label = _annex_table(numbers) if numbers.annex else _("Table %(number)s", number=numbers.of("table"))
            widths = block.widths or measured_widths(block)
            return Part("table", block, label, lines=_lines(_table_height(block, widths)), widths=widths)
        case Chart():
            label = _annex_figure(numbers) if numbers.annex else _("Figure %(number)s", number=numbers.of("figure"))
            return _chart(block, label)
        case KeyFigures(figures=figures):
            return Part("key_figures", block, lines=_lines(_figures_height(figures)))
        case _:
            return Part(kind_of(block), block)


def _annex_table(numbers: _Numbers) -> str:
    return _("Annex table %(number)s", number=numbers.of("table"))


def _annex_figure(numbers: _Numbers) -> str:
    return _("Annex figure %(number)s", number=numbers.of("figure"))


def _chart(block: Chart, label: str) -> Part:
    words = charts.Words(hidden=_("hidden"), net=_("Net"))
    svg = charts.draw(block.drawing, title=cjk.clean(block.caption), words=words)
    height = charts.height_of(svg) * TEXT_WIDTH / charts.WIDE + CAPTION + (NOTE_LINE if block.note else 0)
    return Part("chart", block, label, lines=_lines(height), svg=Markup(cjk.clean(svg)))


def _lines(height: float) -> int:
    """Round a height in mm up to whole grid lines; what is taller than a page keeps its own height."""
    lines = ceil((height - 0.5) / PITCH)
    return lines if lines <= LINES else 0


def _figures_height(figures: Sequence[KeyFigure]) -> float:
    room = TEXT_WIDTH / max(len(figures), 1) - 5
    small = 12 * 0.3528
    under = max((sum(len(canvas.wrap(t, small, room)) for t in (f.label, f.note) if t) for f in figures), default=1)
    return 15 + 5.4 * under


def measured_widths(table: Table) -> tuple[int, ...]:
    """Give columns the width their words ask for, in steps of 1 percent that make 100."""
    texts = [[heading, *(row[place] for row in table.rows)] for place, heading in enumerate(table.columns)]
    longest = [max(canvas.text_width(text, 1) for text in column) for column in texts]
    wishes = [min(max(length, 3.0), 22.0) + 1 for length in longest]
    shares = [max(int(100 * wish / sum(wishes)), 4) for wish in wishes]
    widest = shares.index(max(shares))
    shares[widest] += 100 - sum(shares)
    return tuple(shares)


def _table_height(table: Table, widths: Sequence[int]) -> float:
    def row_height(row: Sequence[str]) -> float:
        lines = [
            len(canvas.wrap(text, TABLE_EM, TEXT_WIDTH * width / 100 - CELL_PAD))
            for text, width in zip(row, widths, strict=True)
        ]
        return max(lines, default=1) * TABLE_LINE + TABLE_PAD

    return CAPTION + sum(map(row_height, (table.columns, *table.rows))) + (NOTE_LINE if table.note else 0)


def balanced(title: str, room: int = TITLE_CHARACTERS) -> list[str]:
    """Break a Chinese title into lines of about the same length, at a good place to pause."""
    lines: list[str] = []
    for given in title.split("\n"):
        count = ceil(canvas.text_width(given, 1) / room) or 1
        rest = given
        for left in range(count, 1, -1):
            cut = _good_cut(rest, len(rest) / left, room)
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines.append(rest)
    return lines


def _good_cut(text: str, ideal: float, room: int) -> int:
    """Choose where to break: near `ideal`, best after a mark or before 的, never inside a word or number."""

    def cost(place: int) -> float:
        before, after = text[place - 1], text[place]
        if before.isascii() and after.isascii() or after in cjk.CLOSING or before in cjk.OPENING:
            return 1000
        if canvas.text_width(text[:place], 1) > room:
            return 500
        bonus = 4 if before in "、，：；”》）" or text.startswith(("的", "和", "及", "与"), place) else 0
        return abs(place - ideal) - bonus

    return min(range(1, len(text)), key=cost)
