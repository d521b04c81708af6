"""Several lines with a number each, or with a number in every column."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.i18n import _, lazy
from questions import amounts
from questions.base import (
    ESCAPED,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    Option,
    Refused,
    Row,
    Sent,
    Setting,
    Shape,
    Tally,
    check_options,
    one,
    options,
)
from questions.grids import ROWS, Grid
from questions.matrix import begun_rows
from questions.timing import PLACING


class MatrixNumber(Grid):
    """Rows of numbers; the answer maps each row to its number, or to a mapping of columns to numbers."""

    key = "matrix_number"
    page_shape = "rows"
    label = lazy("Number grid")
    hint = lazy("A number for each of several matters, such as hours or how often.")
    icon = "clipboard-data"
    order = 54
    aliases = ("number_matrix",)
    more_keys = ("rows", "columns", "min", "max", "decimals", "unit")
    settings = (
        ROWS,
        Setting("columns", lazy("Columns"), Kind.ROWS, lazy("Leave empty for one number a line.")),
        *amounts.SETTINGS,
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with rows, columns and limits."""
        yield from super().check(definition)
        if definition.get("columns"):
            yield from check_options(definition["columns"], "columns")
        yield from amounts.check_limits(definition)

    def begin(self) -> dict[str, Any]:
        """Return two lines with numbers from 0 on."""
        return {"type": self.key, "rows": begun_rows(), "min": 0, "decimals": 0}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return rows, columns and limits."""
        limits = amounts.limits(definition)
        return {
            **super().prepare(definition),
            "columns": options(definition.get("columns") or ()),
            "limits": limits,
            "range": amounts.range_words(limits),
        }

    def seconds(self, item: Item) -> float:
        """Count every number, also those of further columns."""
        further = len(list(_fields(item))) - len(item.settings["rows"])
        return super().seconds(item) + PLACING * further

    def row_sent(self, sent: Sent, name: str, row: Option, item: Item) -> Any:
        """Return the number, or the numbers by column, typed in a row."""
        if not item.settings["columns"]:
            return amounts.parse(one(sent, name), item.settings["limits"])
        typed = {column.value: one(sent, f"{name}.{column.value}") for column in item.settings["columns"]}
        return self._by_column(typed, item, amounts.parse)

    def row_cell(self, whole: Mapping[str, Any], value: Mapping[str, Any], row: Option, item: Item) -> Any:
        """Return a row's number, or its numbers by column."""
        cell = super().row_cell(whole, value, row, item)
        if not item.settings["columns"] or (cell is not None and cell != ""):
            return cell
        return {
            column.value: value.get(f"{item.name}.{row.value}.{column.value}") for column in item.settings["columns"]
        }

    def row_kept(self, cell: Any, row: Option, item: Item) -> Any:
        """Return the number in a cell, or the numbers of a mapping of columns."""
        if not item.settings["columns"]:
            return amounts.from_cell(cell, item.settings["limits"])
        if cell is None:
            return None
        if not isinstance(cell, dict):
            raise Refused(_("Numbers by column are expected here."))
        unknown = {str(key) for key in cell} - {column.value for column in item.settings["columns"]}
        if unknown:
            raise Refused(_("There is no column “%(column)s”.", column=min(unknown)[:40]))
        return self._by_column(cell, item, amounts.from_cell)

    def _by_column(self, given: Mapping[str, Any], item: Item, number: Any) -> dict[str, Any] | None:
        kept = {}
        for column in item.settings["columns"]:
            try:
                value = number(given.get(column.value, ""), item.settings["limits"])
            except Refused as refused:
                raise Refused(_("%(row)s: %(words)s", row=column.label, words=str(refused))) from refused
            if value is not None:
                kept[column.value] = value
        return kept or None

    def row_full(self, given: Any, item: Item) -> bool:
        """Say whether a row holds a number in every column."""
        columns = item.settings["columns"]
        return given is not None and (not columns or len(given) == len(columns))

    def row_words(self, given: Any, item: Item) -> str:
        """Return a row's numbers with their unit."""
        unit = item.settings["limits"].unit
        if not isinstance(given, Mapping):
            return amounts.with_unit(amounts.shown(given), unit)
        return _(", ").join(
            f"{column.label} {amounts.with_unit(amounts.shown(given[column.value]), unit)}"
            for column in item.settings["columns"]
            if column.value in given
        )

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return the whole, one column for each row, and one for each number."""
        return tuple(dict.fromkeys((*super().columns(item), *(column.name for column in self.exported(item)))))

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        rows = sum(len(row.value) + 8 for row in item.settings["rows"])
        each = sum(len(column) + 5 + amounts.STORED for _row, column, _label in _fields(item))
        return len(item.name) + 10 + rows + each

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return sum(
            len(item.name) + len(row) + len(column) + 4 + amounts.TYPED * ESCAPED for row, column, _l in _fields(item)
        )

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column for each number."""
        return tuple(
            Column(_name(item, row, column), f"{item.title} – {label}", Measure.NUMBER)
            for row, column, label in _fields(item)
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the numbers, row by row."""
        given = answer.get(item.name, {})
        return tuple(
            given.get(row, {}).get(column) if column else given.get(row) for row, column, _label in _fields(item)
        )

    def settled(self, counts: Counts, item: Item) -> Item:
        """Return the item with the bars its tally will have, from the counts of everybody."""
        return replace(item, settings={**item.settings, "cuts": self._cuts(counts, item)})

    def _cuts(self, counts: Counts, item: Item) -> tuple[int, ...]:
        """Return cuts that fit all numbers of the grid, so that its lines can be compared."""
        several = [counts.by[_name(item, row, column)] for row, column, _label in _fields(item)]
        return amounts.cuts(several, item.settings["limits"])

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count every number on its own, all in the same bands."""
        settled = item.settings.get("cuts")
        at = self._cuts(counts, item) if settled is None else settled
        rows = tuple(
            Row(
                f"{row}.{column}" if column else row,
                label,
                amounts.tally(counts.by[_name(item, row, column)], counts.asked, item.settings["limits"], at),
            )
            for row, column, label in _fields(item)
        )
        return Tally(Shape.GRID, counts.answered, counts.asked - counts.answered, counts.skipped, rows=rows)

    def parts(self, item: Item) -> Mapping[str, str]:
        """Return the rows a rule may name, or every number as row.column."""
        return {f"{row}.{column}" if column else row: label for row, column, label in _fields(item)}


def _fields(item: Item) -> Iterator[tuple[str, str, str]]:
    """Yield row, column ("" where there is one) and words of every number asked."""
    for row in item.settings["rows"]:
        if not item.settings["columns"]:
            yield row.value, "", row.label
        for column in item.settings["columns"]:
            yield row.value, column.value, f"{row.label} – {column.label}"


def _name(item: Item, row: str, column: str) -> str:
    return f"{item.name}.{row}.{column}" if column else f"{item.name}.{row}"
