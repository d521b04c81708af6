"""Tables: real ones, with a head that stands again on every page, their own style, and a name for those who listen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.docx.looks import Set
from reports.docx.ruler import lines_of
from reports.docx.xml import attribute, plain, runs, w

SIDES = {"l": "left", "r": "right", "c": "center"}
SHORT = 14
"""A table of fewer rows stays in one piece."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A line of a table: eighths of a point and colour; 0 for none."""

    width: int = 0
    color: str = "auto"

    def drawn(self, side: str) -> str:
        """Return the element of the line on a side."""
        if not self.width:
            return w(side, val="nil")
        return w(side, val="single", sz=self.width, space=0, color=self.color)


NONE = Edge()
THIN = Edge(4, "777777")


@dataclass(frozen=True, slots=True)
class Grid:
    """How the tables of a style set are ruled, and the room around what stands in a cell, in twips."""

    outer: Edge
    rows: Edge
    columns: Edge
    head: Edge
    total: Edge
    shade: str = ""
    room: tuple[int, int, int, int] = (54, 62, 54, 62)


GRIDS = {
    "gongwen": Grid(Edge(9), THIN, THIN, Edge(6), Edge(6), "F1F4F3"),
    "summary": Grid(NONE, Edge(4, "D9E0DD"), NONE, Edge(6, "17252A"), Edge(5, "17252A"), "", (79, 0, 79, 113)),
}
FIGURES = {
    "gongwen": Grid(Edge(9), NONE, THIN, NONE, NONE, "", (57, 79, 68, 79)),
    "summary": Grid(Edge(16, "0F6E63"), NONE, NONE, NONE, NONE, "", (91, 0, 0, 170)),
}
FORM = Grid(Edge(6), THIN, THIN, THIN, NONE)


def table_styles(chosen: Set, name: str, figures: str) -> str:
    """Return the two table styles of a set, called what the reader sees."""
    return _style("ReportTable", name, GRIDS[chosen.key]) + _style("FigureTable", figures, FIGURES[chosen.key])


def _style(key: str, name: str, grid: Grid) -> str:
    top, left, bottom, right = grid.room
    margins = (("top", top), ("left", left), ("bottom", bottom), ("right", right))
    borders = w("tblBorders", *_borders(grid, key == "FigureTable" and not grid.columns.width))
    head = w("tblStylePr", w("tcPr", w("tcBorders", grid.head.drawn("bottom")), _shade(grid)), type="firstRow")
    total = w("tblStylePr", w("tcPr", w("tcBorders", grid.total.drawn("top"))), type="lastRow")
    return w(
        "style",
        w("name", val=plain(name)),
        w("basedOn", val="TableNormal"),
        w("uiPriority", val=1),
        w("qFormat"),
        w("tblPr", borders, w("tblCellMar", *(w(side, w=width, type="dxa") for side, width in margins))),
        head if grid.head.width else "",
        total if grid.total.width else "",
        type="table",
        customStyle=1,
        styleId=key,
    )


def _borders(grid: Grid, open_below: bool) -> tuple[str, ...]:
    return (
        grid.outer.drawn("top"),
        NONE.drawn("left"),
        (NONE if open_below else grid.outer).drawn("bottom"),
        NONE.drawn("right"),
        grid.rows.drawn("insideH"),
        grid.columns.drawn("insideV"),
    )


def _shade(grid: Grid) -> str:
    return w("shd", val="clear", color="auto", fill=grid.shade) if grid.shade else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: paragraphs of a style, and where they stand."""

    texts: tuple[tuple[str, str], ...]
    align: str = ""


@dataclass
class Table:
    """A table being written; `widths` in percent of the text, `style` the key of a table style."""

    chosen: Set
    widths: Sequence[int]
    style: str = "ReportTable"
    caption: str = ""
    head: bool = False
    total: bool = False
    own: Grid | None = None
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    @property
    def _lengths(self) -> list[int]:
        full, whole = self.chosen.sheet.text, sum(self.widths) or 1
        lengths = [full * width // whole for width in self.widths]
        lengths[-1] += full - sum(lengths)
        return lengths

    def written(self) -> str:
        """Return the table."""
        columns = w("tblGrid", *(w("gridCol", w=length) for length in self._lengths))
        last = len(self.rows) - 1
        kept = len(self.rows) <= SHORT
        rows = (self._row(row, place, with_next=kept and place < last) for place, row in enumerate(self.rows))
        return w("tbl", self._properties(), columns, *rows)

    def _properties(self) -> str:
        look = w("tblLook", val="0" + ("6" if self.total else "4") + "20", firstRow=int(self.head),
                 lastRow=int(self.total), firstColumn=0, lastColumn=0, noHBand=1, noVBand=1)  # fmt: skip
        borders = ""
        if self.own is not None:
            borders = w("tblBorders", *_borders(self.own, False))
        return w(
            "tblPr",
            w("tblStyle", val=self.style),
            w("tblW", w=self.chosen.sheet.text, type="dxa"),
            w("jc", val="left"),
            borders,
            w("tblLayout", type="fixed"),
            look,
            f"<w:tblCaption w:val={attribute(self.caption)}/>" if self.caption else "",
        )

    def _row(self, row: Sequence[Cell], place: int, *, with_next: bool) -> str:
        about = w("trPr", w("cantSplit"), w("tblHeader") if self.head and place == 0 else "")
        return w(
            "tr", about, *(self._cell(cell, length, with_next) for cell, length in zip(row, self._lengths, strict=True))
        )

    def _cell(self, cell: Cell, length: int, with_next: bool) -> str:
        told = (
            w(
                "p",
                w(
                    "pPr",
                    w("pStyle", val=style),
                    w("keepNext") if with_next else "",
                    w("jc", val=cell.align) if cell.align else "",
                ),
                runs(text, self.chosen.language, breaks="keep"),
            )
            for style, text in cell.texts
        )
        return w("tc", w("tcPr", w("tcW", w=length, type="dxa"), w("vAlign", val="center")), *told)

    def height(self) -> float:
        """Return about how high the table stands, in points."""
        return sum(self.row_height(row) for row in self.rows)

    def row_height(self, row: Sequence[Cell]) -> float:
        """Return about how high a row stands, in points."""
        grid = self.own or (GRIDS if self.style == "ReportTable" else FIGURES)[self.chosen.key]
        top, left, bottom, right = grid.room
        heights = [0.0]
        for cell, length in zip(row, self._lengths, strict=True):
            room = (length - left - right) / 20
            heights.append(sum(self._text_height(style, text, room) for style, text in cell.texts))
        return max(heights) + (top + bottom) / 20 + 0.5

    def _text_height(self, style: str, text: str, room: float) -> float:
        look = self.chosen.look(style)
        size = self.chosen.size(look)
        lines = sum(lines_of(line, size, room) for line in text.split("\n"))
        return lines * self.chosen.line(look) + look.before + look.after
