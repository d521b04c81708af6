"""A document cut into its parts for drawing: the body and the annexes, every heading, table, figure and note numbered.

Every format goes through these parts, so that a table has the same number in print, in Word and on the web.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from core.i18n import _
from reports.blocks import Annex, Block, Document, Heading, Imprint, KeyFigures, Paragraph, Room, Signature, Style
from reports.blocks.storage import kind_of

DIGITS = "零一二三四五六七八九"
ROOM = Room()
CIRCLED = ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1))


@dataclass(frozen=True, slots=True)
class Called:
    """A footnote: its number from the top of the document, how that is written, and its text."""

    number: int
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One block ready to be drawn: its number, its anchor, its footnotes, and the paragraph a heading runs into."""

    block: Block
    number: str = ""
    anchor: str = ""
    run_in: Paragraph | None = None
    notes: tuple[Called, ...] = ()

    @property
    def kind(self) -> str:
        """Return the name of the block's kind: "key_figures"."""
        return kind_of(self.block)

    @property
    def lines(self) -> int:
        """Return how many grid lines the block takes at least on the official page."""
        return self.block.lines(ROOM)


@dataclass(frozen=True, slots=True)
class Section:
    """The body, or one annex under its head."""

    parts: tuple[Part, ...]
    head: Part | None = None

    @property
    def title(self) -> str:
        """Return the annex's title, "" for the body."""
        return self.head.block.title if self.head and isinstance(self.head.block, Annex) else ""

    @property
    def number(self) -> str:
        """Return "Annex 2", or "Annex" where there is one, "" for the body."""
        return self.head.number if self.head else ""

    @property
    def anchor(self) -> str:
        """Return the id of the annex's title, "" for the body."""
        return self.head.anchor if self.head else ""

    @property
    def notes(self) -> tuple[Called, ...]:
        """Return the footnotes called in it, in order."""
        return tuple(note for part in self.parts for note in part.notes)


@dataclass
class _Numbers:
    """Counts headings, tables, figures and notes from the top of the document."""

    language: str
    style: Style
    annex: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    levels: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    called: int = 0

    def of(self, thing: str) -> int:
        self.counts[thing] = self.counts.get(thing, 0) + 1
        return self.counts[thing]

    def heading(self, level: int) -> str:
        self.levels[level - 1] += 1
        self.levels[level:] = [0] * (4 - level)
        if self.style == "summary" or self.annex:
            return ""
        if self.language == "zh":
            return chinese_number(self.levels[level - 1], level)
        return ".".join(str(count) for count in self.levels[:level] if count) + " "

    def label(self, counted: str) -> str:
        if not counted:
            return ""
        number = self.of(counted)
        if counted == "table":
            return _("Annex table %(number)s", number=number) if self.annex else _("Table %(number)s", number=number)
        return _("Annex figure %(number)s", number=number) if self.annex else _("Figure %(number)s", number=number)

    def notes(self, texts: Sequence[str]) -> tuple[Called, ...]:
        first = self.called + 1
        self.called += len(texts)
        return tuple(
            Called(number, note_mark(number, self.language), text) for number, text in enumerate(texts, start=first)
        )


def chinese_numeral(number: int) -> str:
    """Write 1 to 9999 in Chinese: 一, 十, 二十一, 一百零五; above, in digits."""
    if number > 9999:
        return str(number)
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if gap and written else "") + DIGITS[digit] + name
        gap = not digit
    return written.removeprefix("一") if 10 <= number < 20 else written


def chinese_number(number: int, level: int) -> str:
    """Number a heading as official documents do: 一、 （一） 1. （1）."""
    numeral = chinese_numeral(number)
    return (f"{numeral}、", f"（{numeral}）", f"{number}. ", f"（{number}）")[level - 1]


def note_mark(number: int, language: str) -> str:
    """Write the number of a footnote: ① to ㊿ in Chinese, then [51]; 1, 2, 3 elsewhere."""
    if language != "zh":
        return str(number)
    for first, last, code in CIRCLED:
        if first <= number <= last:
            return chr(code + number - first)
    return f"[{number}]"


def sections(document: Document, style: Style, *, run_in: bool = True) -> list[Section]:
    """Cut a document into its body and its annexes, every part numbered in the language in force.

    `run_in`: in the official layout a heading of the third or fourth level takes the paragraph that follows onto its
    line. The record of copies is no part: `imprint` returns it.
    """
    chunks: list[tuple[Annex | None, list[Block]]] = [(None, [])]
    for block in document.blocks:
        if isinstance(block, Annex):
            chunks.append((block, []))
        elif not isinstance(block, Imprint):
            chunks[-1][1].extend(_one_by_one(block))
    numbers, found = _Numbers(document.language, style), []
    several = len(chunks) > 2
    for place, (annex, blocks) in enumerate(chunks):
        numbers.annex = annex is not None
        numbers.levels = [0, 0, 0, 0]
        if place == 1:
            numbers.counts.clear()
        label = "" if annex is None else _("Annex %(number)s", number=place) if several else _("Annex")
        head = None if annex is None else Part(annex, label, f"annex-{place}")
        found.append(Section(tuple(_parts(blocks, numbers, run_in and style == "gongwen")), head))
    return found


def opening(document: Document) -> Part | None:
    """Return the key figures that open a summary, or None."""
    return Part(KeyFigures(document.key_figures)) if document.key_figures else None


def imprint(document: Document) -> Part | None:
    """Return the record of copies and printing that ends the document, or None."""
    for block in document.blocks:
        if isinstance(block, Imprint):
            return Part(block)
    if document.copies_to or document.printed_by:
        return Part(Imprint(document.copies_to, document.printed_by, document.date))
    return None


def signed(document: Document) -> bool:
    """Say whether somebody's name stands under the text."""
    return any(isinstance(block, Signature) for block in document.blocks)


def _one_by_one(block: Block) -> list[Block]:
    """Make a paragraph of every line somebody typed, without the indent they typed before it.

    What belongs to the whole passage stays with its last line.
    """
    if not isinstance(block, Paragraph):
        return [block]
    lines = [line for line in (line.strip() for line in block.text.splitlines()) if line]
    if not lines:
        return []
    return [*(Paragraph(line, block.key) for line in lines[:-1]), replace(block, text=lines[-1])]


def _parts(blocks: Sequence[Block], numbers: _Numbers, run_in: bool) -> Iterator[Part]:
    skip = False
    for place, block in enumerate(blocks):
        if skip:
            skip = False
            continue
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        part = _part(block, following if run_in else None, numbers)
        skip = part.run_in is not None
        yield part


def _part(block: Block, following: Block | None, numbers: _Numbers) -> Part:
    match block:
        case Heading(level=level):
            runs_in = following if level > 2 and isinstance(following, Paragraph) else None
            anchor = f"heading-{numbers.of('heading')}" + ("-annex" if numbers.annex else "")
            notes = numbers.notes(runs_in.notes) if runs_in else ()
            return Part(block, numbers.heading(level), anchor, runs_in, notes)
        case Paragraph(notes=notes):
            return Part(block, notes=numbers.notes(notes))
        case _:
            return Part(block, numbers.label(block.counted))
