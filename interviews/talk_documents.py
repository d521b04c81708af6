"""Record forms and notes in documents: paragraphs and tables become a stream of what was filled in where."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.documents import Block, Cell, Line, Table, as_text
from interviews import columns, labels
from interviews.labels import Label

LISTED = 3  # columns a list of talks has at least


class Kind(StrEnum):
    """What a piece of a document is."""

    FIELD = "field"  # `name` is the record's field
    KEPT = "kept"  # under a label that is no field: `name` is the label
    SIGNATURE = "signature"
    LOOSE = "loose"  # under no label
    TITLE = "title"
    NEXT = "next"  # a new page, or a table that begins a record of its own
    RECORD = "record"  # a row of a list: certainly a talk of its own


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing a document says, in reading order: `words` is its label as it stands there.

    `row`: of a promise its other columns.
    """

    kind: Kind
    text: str = ""
    name: str = ""
    row: tuple[tuple[str, str], ...] = ()
    words: str = ""


def pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Yield what the blocks of a document say, in reading order."""
    for block in blocks:
        if isinstance(block, Table):
            inner = _only_cell(block)
            if inner is not None:
                yield from pieces(inner.blocks)
            else:
                yield from _Form(block).pieces()
        else:
            if block.opens_page:
                yield Piece(Kind.NEXT)
            yield from _lines(block)


def _only_cell(table: Table) -> Cell | None:
    """Return the cell of a table that is but a frame around what stands in it."""
    cells = [cell for row in table.rows for cell in row]
    return cells[0] if len(cells) == 1 else None


def _lines(block: Line) -> Iterator[Piece]:
    for text in block.text.split("\n"):
        if not (line := text.strip()):
            continue
        before, found = labels.pairs(line)
        if found:
            yield from (_labelled(name, value) for name, value in found)
        elif (name := labels.label(line)) is not None and not _is_title(line, block.heading, name):
            yield _labelled(name, "")
        elif _is_title(line, block.heading, None):
            yield Piece(Kind.TITLE, line)
        else:
            yield Piece(Kind.LOOSE, before)


def _is_title(line: str, heading: int, name: Label | None) -> bool:
    """Say whether a line heads a record; words that also name a field do when they are set as a title."""
    if name is not None:
        return heading == 1 and labels.is_title(line)
    return bool(heading) or labels.is_title(line) or (len(line) <= 40 and bool(labels.named_in_title(line)))


def _labelled(name: Label, text: str) -> Piece:
    if name.signature:
        return Piece(Kind.SIGNATURE, text, name.words)
    if name.field:
        return Piece(Kind.FIELD, text, name.field, words=name.words)
    return Piece(Kind.KEPT, text, name.words)


class _Form:
    """A table: a form with labels beside or above what was filled in, a list of promises, or a list of talks."""

    def __init__(self, table: Table) -> None:
        self._rows = [row for row in table.rows if row]
        self._cover: tuple[Label, int, int] | None = None  # a label that reaches down: column and last row

    def pieces(self) -> Iterator[Piece]:
        """Yield what the table says."""
        found = list(self._walk())
        if any(piece.kind is Kind.FIELD and piece.name == "member" for piece in found):
            yield Piece(Kind.NEXT)
        yield from found

    def _walk(self) -> Iterator[Piece]:
        at = 0
        while at < len(self._rows):
            row = self._rows[at]
            headed = self._headed(at)
            names = [name.field for _cell, name in headed]
            below = self._like(at, headed)
            if len(headed) >= LISTED and {"member", "held_on"} <= set(names) and below:
                for line in below:
                    yield from self._talk(headed, line)
                at += 1 + len(below)
            elif self._is_promises(headed, at) and below:
                yield from self._promises(headed, below)
                at += 1 + len(below)
            elif headed and below:
                yield from self._pair(headed, below[0])
                at += 2
            else:
                yield from self._row(row, at)
                at += 1

    def _headed(self, at: int) -> list[tuple[Cell, Label]]:
        """Return the cells of a row that is made of labels only, none when it is not one."""
        row = self._rows[at]
        found = [(cell, name) for cell in row if cell.text and (name := self._label(cell)) is not None]
        others = [cell for cell in row if cell.text and self._label(cell) is None]
        if others and len(others) == 1 and len(found) > LISTED and len(others[0].text) <= 12:
            return [*found, (others[0], Label("", others[0].text))]  # a column we know nothing of
        return found if found and not others else []

    def _like(self, at: int, headed: Sequence[tuple[Cell, Label]]) -> list[tuple[Cell, ...]]:
        """Return the rows right below that have their cells where the labels are, and are no labels themselves."""
        places = {cell.column for cell, _name in headed if cell.rows == 1}
        whole = len(headed) == 1 and len(self._rows[at]) > 1
        found = []
        for below in range(at + 1, len(self._rows)):
            row = self._rows[below]
            here = {cell.column for cell in row}
            written = [cell for cell in row if cell.text]
            named = sum(self._names(cell) for cell in written)
            labelled = 2 * named >= len(written) > 0 if len(places) >= LISTED else bool(named)
            if not headed or whole or not places or not places <= here or labelled:
                break
            if len(places) == 1 and len(written) > 1:
                break
            found.append(row)
            if len(places) == 1:
                break
        return found

    def _label(self, cell: Cell) -> Label | None:
        return labels.label(cell.text) if len(cell.text) <= 40 else None

    def _names(self, cell: Cell) -> bool:
        """Say whether a cell is a label or begins with one."""
        return self._label(cell) is not None or bool(labels.pairs(cell.text.split("\n")[0].strip())[1])

    def _is_promises(self, headed: Sequence[tuple[Cell, Label]], at: int) -> bool:
        names = {name.field for cell, name in headed}
        return bool(names & {"owner", "due_on"}) and bool(names & {"promise", "notes"}) and not names & {"member"}

    def _talk(self, headed: Sequence[tuple[Cell, Label]], row: Sequence[Cell]) -> Iterator[Piece]:
        if not any(cell.text for cell in row):
            return
        yield Piece(Kind.RECORD)
        yield from self._pair(headed, row)

    def _pair(self, headed: Sequence[tuple[Cell, Label]], row: Sequence[Cell]) -> Iterator[Piece]:
        """Yield each label with the cell below it; cells below no label stand loose."""
        by_column = {cell.column: name for cell, name in headed}
        for cell in row:
            name = by_column.get(cell.column)
            if name is not None:
                yield from self._filled(name, cell)
            elif cell.text:
                yield from pieces(cell.blocks)
        for cell, name in headed:
            if cell.column not in {below.column for below in row}:
                yield _labelled(name, "")

    def _promises(self, headed: Sequence[tuple[Cell, Label]], rows: Iterable[Sequence[Cell]]) -> Iterator[Piece]:
        by_column = {cell.column: name.field for cell, name in headed if cell.rows == 1}
        if "promise" not in by_column.values():
            by_column = {column: "promise" if name == "notes" else name for column, name in by_column.items()}
        for row in rows:
            told = [(by_column.get(cell.column, ""), cell.text) for cell in row if cell.text]
            text = "\n".join(words for name, words in told if name == "promise")
            rest = tuple((name, words) for name, words in told if name != "promise")
            if told:
                yield Piece(Kind.FIELD, text, "promise", rest or (("", ""),))

    def _row(self, row: Sequence[Cell], at: int) -> Iterator[Piece]:
        """Yield a row read from left to right: each label with the cells up to the next one."""
        current: Label | None = None
        filled: list[Cell] = []
        begun = False
        for cell in row:
            name = self._label(cell) if cell.text else None
            if name is not None and current is not None and not filled and name.words.replace(" ", "") == "姓名":
                continue  # "谈话对象 | 姓名 | …": the name of whom was named before
            chosen = (
                name is not None and current is not None and not filled and _is_value(current, name, cell is row[-1])
            )
            if name is not None and not chosen:
                if current is not None:
                    yield from self._values(current, filled)
                current, filled, begun = name, [], True
                if cell.rows > 1:
                    self._cover = (name, cell.column, at + cell.rows - 1)
            elif current is not None and not self._says_itself(current, cell):
                filled.append(cell)
            elif cell.text:
                if current is not None:
                    yield from self._values(current, filled)
                current, filled = None, []
                yield from self._unlabelled(cell, at, begun)
        if current is not None:
            yield from self._values(current, filled)

    def _says_itself(self, current: Label, cell: Cell) -> bool:
        """Say whether a cell holds a field's label and what was filled in ("时间：3月2日")."""
        if current.field in ("notes", "promise") or not cell.text:
            return False
        found = labels.pairs(cell.text.split("\n")[0].strip())[1]
        return bool(found) and bool(found[0][0].field)

    def _values(self, name: Label, cells: Sequence[Cell]) -> Iterator[Piece]:
        told = [cell for cell in cells if cell.text]
        if len(told) <= 1:
            yield from self._filled(name, told[0] if told else None)
        else:
            parts = [cell.text for cell in told]
            between = "：" if len(parts) == 2 and len(parts[0]) <= 12 < len(parts[1]) else " "
            yield _labelled(name, between.join(parts))

    def _unlabelled(self, cell: Cell, at: int, begun: bool) -> Iterator[Piece]:
        if self._cover is not None and not begun and at <= self._cover[2] and cell.column > self._cover[1]:
            yield Piece(Kind.LOOSE, cell.text)
        else:
            yield from pieces(cell.blocks)

    def _filled(self, name: Label, cell: Cell | None) -> Iterator[Piece]:
        """Yield a label with what stands in its cell; a table within the cell is read as one."""
        if cell is None or not cell.text:
            yield _labelled(name, "")
            return
        tables = [block for block in cell.blocks if isinstance(block, Table)]
        if not tables:
            yield _labelled(name, cell.text)
            return
        lines = [block for block in cell.blocks if isinstance(block, Line)]
        yield _labelled(name, "\n".join(as_text(lines)).strip())
        yield from pieces(tables)


def _is_value(current: Label, name: Label, last: bool) -> bool:
    """Say whether a word that could be a label is what was filled in under the label before it: 方式 | 电话."""
    if current.field == "mode":
        return columns.squeezed(name.words) in columns.MODES
    return current.field == "occasion" and not name.field and last
