"""The text of a document: its paragraphs and tables, out of the XML that Word and WPS keep them in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from core.i18n import _, lazy

CHARACTERS = 4_000_000
CELLS = 200_000
COLUMNS = 64  # of the grid of a table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
PICTURES = (
    "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic",
    "{urn:schemas-microsoft-com:vml}imagedata",
)
# Boxes that were drawn from a font of signs: what they show, as characters.
SIGNS = {"52": "☑", "FE": "☑", "FD": "☑", "FC": "✓", "53": "☒", "A8": "□", "6F": "□", "71": "□", "A3": "□"}
PLAIN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Neither text nor anything that holds text.
SILENT = {f"{W}{name}" for name in ("pPr", "rPr", "sdtPr", "sdtEndPr", "rt", "instrText", "delInstrText", "moveFrom")}
DELETED = f"{W}del"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: `heading` is its level, 0 for text; `opens_page` says that it begins a new page."""

    text: str
    heading: int = 0
    opens_page: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its place on the grid, and how many columns and rows of it it was merged over."""

    blocks: "tuple[Block, ...]"
    column: int
    span: int = 1
    rows: int = 1

    @property
    def text(self) -> str:
        """Return what stands in the cell, a line for each paragraph."""
        return "\n".join(as_text(self.blocks)).strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: merged cells stand once, in the row where they begin."""

    rows: tuple[tuple[Cell, ...], ...]


Block = Line | Table


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a document holds beside its text: of which kind, and in which words ("" for a picture)."""

    kind: str
    text: str

    @property
    def label(self) -> Any:
        """Return what it is, in the reader's language."""
        return LEFT_OUT[self.kind]


LEFT_OUT = {
    "edge": lazy("Header or footer"),
    "deleted": lazy("Deleted with tracked changes"),
    "hidden": lazy("Hidden text"),
    "comment": lazy("Comment"),
    "picture": lazy("Picture"),
    "object": lazy("Embedded file"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What stands in a document, in reading order, and what was left out of it."""

    blocks: tuple[Block, ...]
    left_out: tuple[LeftOut, ...] = ()


def as_text(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield blocks as lines: the cells of a table's row side by side, a tab between them."""
    for block in blocks:
        if isinstance(block, Line):
            yield block.text
        else:
            for row in block.rows:
                yield "\t".join(cell.text for cell in row)


def _flag(properties: Any, name: str) -> bool:
    """Say whether a property is set: an element without a value sets it."""
    found = None if properties is None else properties.find(f"{W}{name}")
    return found is not None and found.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def _number(element: Any, default: int) -> int:
    text = "" if element is None else element.get(f"{W}val", "")
    return int(text) if text.isdecimal() and len(text) < 6 else default


class Reading:
    """One document being read: the roots of its body, its styles, and its other parts by kind."""

    def __init__(self, body: Any, styles: Any, parts: Mapping[str, Sequence[Any]]) -> None:
        self._body, self._parts = body, parts
        self._left_out: list[LeftOut] = []
        self._boxes: list[Block] = []
        self._opens_page = False
        self._characters = self._cells = 0
        self._headings = {style.get(f"{W}styleId", ""): _level(style) for style in styles.findall(f"{W}style")}
        self._notes: dict[str, str] = {}

    def document(self) -> Document:
        """Return the whole of it; raise `BadInput` when it is too large."""
        parts = self._parts
        for kind in ("footnote", "endnote"):
            for part in parts.get(f"{kind}s", ()):
                for note in part.findall(f"{W}{kind}"):
                    self._notes[f"{kind}{note.get(f'{W}id')}"] = " ".join(as_text(self._blocks(note))).strip()
        blocks = tuple(self._blocks(self._body))
        edges: dict[str, None] = {}
        for kind in ("header", "footer"):
            for part in parts.get(kind, ()):
                edges.update(dict.fromkeys(line.strip() for line in as_text(self._blocks(part)) if line.strip()))
        comments = [" ".join(as_text(self._blocks(one))) for part in parts.get("comments", ()) for one in part]
        told = [LeftOut("edge", line) for line in edges] + [LeftOut("comment", text) for text in comments]
        return Document(blocks, (*self._left_out, *told))

    def _blocks(self, holder: Any) -> Iterator[Block]:
        for element in _children(holder):
            if element.tag == f"{W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{W}tbl":
                yield self._table(element)
            elif element.tag == f"{W}altChunk":
                self._left_out.append(LeftOut("object", ""))
            elif element.tag not in SILENT and element.tag != f"{W}tcPr":
                yield from self._blocks(element)

    def _paragraph(self, element: Any) -> Iterator[Block]:
        properties = element.find(f"{W}pPr")
        opens, self._opens_page = self._opens_page or _flag(properties, "pageBreakBefore"), False
        text = "".join(self._inline(element)).strip()
        self._characters += len(text)
        if self._characters > CHARACTERS:
            raise BadInput(_("This document is longer than %(count)s characters; split it.", count=CHARACTERS))
        if properties is not None and (section := properties.find(f"{W}sectPr")) is not None:
            kind = section.find(f"{W}type")
            self._opens_page |= kind is None or kind.get(f"{W}val") != "continuous"
        yield Line(text, self._heading(properties), opens)
        boxes, self._boxes = self._boxes, []
        yield from boxes

    def _heading(self, properties: Any) -> int:
        if properties is None:
            return 0
        if (level := properties.find(f"{W}outlineLvl")) is not None:
            number = _number(level, 9)
            return number + 1 if number < 9 else 0
        style = properties.find(f"{W}pStyle")
        return 0 if style is None else self._headings.get(style.get(f"{W}val", ""), 0)

    def _inline(self, holder: Any) -> Iterator[str]:
        for element in _children(holder):
            tag = element.tag
            if tag in (f"{W}t", MATHS):
                yield element.text or ""
            elif tag in PLAIN:
                yield PLAIN[tag]
            elif tag == f"{W}br":
                if element.get(f"{W}type") == "page":
                    self._opens_page = True
                yield "\n"
            elif tag == DELETED:
                self._tell("deleted", "".join(text.text or "" for text in element.iter(f"{W}delText", f"{W}t")))
            elif tag == f"{W}r" and _flag(element.find(f"{W}rPr"), "vanish"):
                self._tell("hidden", "".join(text.text or "" for text in element.iter(f"{W}t")))
            elif tag == f"{W}sym":
                yield SIGNS.get(element.get(f"{W}char", "")[-2:].upper(), "")
            elif tag == f"{W}checkBox":
                state = element.find(f"{W}checked")
                ticked = _flag(element, "checked") if state is not None else _flag(element, "default")
                yield "☑" if ticked else "□"
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                note = self._notes.get(f"{tag[len(W) : -len('Reference')]}{element.get(f'{W}id')}", "")
                yield f"（{note}）" if note else ""
            elif tag == f"{W}txbxContent":
                hung, self._boxes = self._boxes, []
                self._boxes = [*hung, *self._blocks(element)]
            elif tag in PICTURES:
                self._left_out.append(LeftOut("picture", ""))
            elif tag == f"{W}object":
                self._left_out.append(LeftOut("object", ""))
            elif tag == f"{W}sdt" and _flag(element.find(f"{W}sdtPr"), "showingPlcHdr"):
                continue  # "click here to type": nobody wrote it
            elif tag not in SILENT:
                yield from self._inline(element)

    def _tell(self, kind: str, text: str) -> None:
        if text.strip():
            self._left_out.append(LeftOut(kind, text.strip()))

    def _table(self, element: Any) -> Table:
        rows: list[list[dict[str, Any]]] = []
        standing: dict[int, dict[str, Any]] = {}  # by column: the cell that reaches down to here
        for row in _of(element, f"{W}tr"):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(DELETED) is not None:
                self._tell("deleted", "".join(text.text or "" for text in row.iter(f"{W}delText", f"{W}t")))
                continue
            column = _number(None if properties is None else properties.find(f"{W}gridBefore"), 0)
            cells: list[dict[str, Any]] = []
            for cell in _of(row, f"{W}tc"):
                self._cells += 1
                if self._cells > CELLS:
                    raise BadInput(_("The tables of this document are too large; split it."))
                settings = cell.find(f"{W}tcPr")
                span = 1 if settings is None else min(max(_number(settings.find(f"{W}gridSpan"), 1), 1), COLUMNS)
                merge = None if settings is None else settings.find(f"{W}vMerge")
                blocks = tuple(self._blocks(cell))
                if merge is not None and merge.get(f"{W}val") != "restart" and column in standing:
                    standing[column]["rows"] += 1
                    if "".join(as_text(blocks)).strip():  # Word hides it; it was written all the same
                        standing[column]["blocks"] += blocks
                else:
                    made = {"blocks": blocks, "column": column, "span": span, "rows": 1}
                    standing[column] = made
                    cells.append(made)
                column += span
            rows.append(cells)
        return Table(tuple(tuple(Cell(**cell) for cell in row) for row in rows))


def _level(style: Any) -> int:
    """Return the level of a heading's style: by its outline, or by its name."""
    outline = style.find(f"{W}pPr/{W}outlineLvl")
    if outline is not None:
        return _number(outline, 9) + 1 if _number(outline, 9) < 9 else 0
    name = style.find(f"{W}name")
    words = (name.get(f"{W}val", "") if name is not None else "").casefold().split()
    if words == ["title"]:
        return 1
    return int(words[1]) if len(words) == 2 and words[0] == "heading" and words[1].isdecimal() else 0


def _children(holder: Any) -> Iterator[Any]:
    """Yield the elements inside, each drawing once: in the version programs of today show."""
    for element in holder:
        if element.tag == f"{MC}AlternateContent":
            choice = element.find(f"{MC}Choice")
            chosen = element.find(f"{MC}Fallback") if choice is None else choice
            if chosen is not None:
                yield from _children(chosen)
        elif isinstance(element.tag, str):
            yield element


def _of(holder: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for element in _children(holder):
        if element.tag == tag:
            yield element
        elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from _of(element, tag)
