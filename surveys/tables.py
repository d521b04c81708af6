"""Hiding cells of a two-way table whose margins are published, so that no subtraction gives a small one away.

The rule is the theorem on flows and cuts turned into a test. Take hidden cells as unknown whole numbers and everything
else (shown cells, margins) as known. What can be worked out exactly, beyond sums of rows and columns, are the sums over

    the hidden cells in some rows R and outside some columns C, where no hidden cell lies in C outside R;

and the largest value a hidden cell can have is the smallest such sum that holds it (a transport polytope has whole
corners, so whole numbers and real ones agree). So when every such sum reaches the floor, every hidden cell may reach
the floor, and none is known to be small; nor is any sum of them.
"""

from collections.abc import Iterable, Iterator, Sequence

Counts = Sequence[Sequence[int]]
Cell = tuple[int, int]
WIDEST = 10  # rows or columns, whichever are fewer, that are judged; their subsets are walked


def hide(
    counts: Counts, floor: int, *, told: frozenset[Cell] = frozenset(), hidden: Iterable[Cell] = ()
) -> frozenset[Cell] | None:
    """Return the cells to hide, all margins being published; None when the table must not be shown at all.

    `told`: cells that the questionnaire's rules or another table may tell, so that they must not protect others.
    Cells of equal count are hidden together, so that the choice tells nothing and the table may be turned.
    """
    cells = [(row, column) for row, line in enumerate(counts) for column in range(len(line))]
    kept = {cell for cell in cells if counts[cell[0]][cell[1]] < floor} | set(hidden)
    while True:
        broken = list(_broken(counts, kept, floor, told))
        if not broken:
            return frozenset(kept)
        candidates = {
            cell for rows, columns in broken for cell in cells if cell not in kept and _mends(cell, rows, columns)
        }
        if not candidates:
            return None
        least = min(counts[row][column] for row, column in candidates)
        kept |= {(row, column) for row, column in candidates if counts[row][column] == least}


def _mends(cell: Cell, rows: int, columns: int) -> bool:
    """Say whether hiding a cell makes a sum larger, or opens what closes it off."""
    inside, covered = bool(rows >> cell[0] & 1), bool(columns >> cell[1] & 1)
    return inside != covered


def _broken(counts: Counts, hidden: set[Cell], floor: int, told: frozenset[Cell]) -> Iterator[tuple[int, int]]:
    """Yield the rows and columns (as bits) of every sum that can be worked out and is too small."""
    by_row = [sum(line) for line in counts]
    by_column = [sum(line[place] for line in counts) for place in range(len(counts[0]))]
    # A margin under the floor (people who left a question open) is published, so its cells must protect themselves
    # as far as it goes, and must not be all that protects another.
    large = {(row, column) for row, column in hidden if by_row[row] >= floor and by_column[column] >= floor}
    yield from _small_sums(counts, hidden, {(x, y): min(floor, by_row[x], by_column[y]) for x, y in hidden})
    yield from _small_sums(counts, large, dict.fromkeys(large, floor))
    if told:
        left = large - told
        yield from _small_sums(counts, left, dict.fromkeys(left, floor))


def _small_sums(counts: Counts, unknown: set[Cell], need: dict[Cell, int]) -> Iterator[tuple[int, int]]:
    """Walk the subsets of the shorter side; of both when they are equal, so that turning the table changes nothing."""
    height, width = len(counts), len(counts[0])
    if height <= width:
        yield from _sums(counts, unknown, need)
    if width <= height:
        turned = [[counts[row][column] for row in range(height)] for column in range(width)]
        flipped = {(column, row) for row, column in unknown}
        for rows, columns in _sums(turned, flipped, {(c, r): least for (r, c), least in need.items()}):
            # The same cells told by columns: those outside C are the rows' side, those in R are left out.
            yield ~columns & ((1 << height) - 1), ~rows & ((1 << width) - 1)


def _sums(counts: Counts, unknown: set[Cell], need: dict[Cell, int]) -> Iterator[tuple[int, int]]:
    height, width = len(counts), len(counts[0])
    all_rows, all_columns = (1 << height) - 1, (1 << width) - 1
    held = [0] * width  # the rows, as bits, in which a column has unknown cells
    for row, column in unknown:
        held[column] |= 1 << row
    in_row = [[column for column in range(width) if (row, column) in unknown] for row in range(height)]
    for rows in range(1, all_rows + 1):
        columns = sum(1 << column for column in range(width) if not held[column] & ~rows)
        inside = [(row, c) for row in range(height) if rows >> row & 1 for c in in_row[row] if not columns >> c & 1]
        if inside and sum(counts[row][c] for row, c in inside) < max(need[cell] for cell in inside):
            yield rows, columns
    for column in range(width):
        inside = [(row, column) for row in range(height) if (row, column) in unknown]
        if inside and sum(counts[row][column] for row, _column in inside) < max(need[cell] for cell in inside):
            yield all_rows, all_columns & ~(1 << column)
