"""Several lines with the same options to tick."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    Answers,
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
    bars,
    check_options,
    find,
    options,
)
from questions.grids import ROWS, Grid, labels_of
from questions.matrix import begun_rows
from questions.multiple_choice import TICKED, UNTICKED
from questions.timing import PLACING

MANY = 7  # options that no longer stand side by side as a table


class MatrixMulti(Grid):
    """Rows of check boxes; the answer maps each row to the list of what was ticked in it."""

    key = "matrix_multi"
    page_shape = "row_lists"
    label = lazy("Check-box grid")
    hint = lazy("The same options ticked for several matters, as many as fit.")
    icon = "check2-square"
    order = 52
    aliases = ("checkbox_matrix",)
    more_keys = ("rows", "options")
    settings = (ROWS, Setting("options", lazy("Options"), Kind.OPTIONS))

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with rows and options."""
        yield from super().check(definition)
        yield from check_options(definition.get("options"), "options")

    def begin(self) -> dict[str, Any]:
        """Return two lines and two options."""
        listed = [{"v": value, "t": _("Option %(number)s", number=n)} for n, value in enumerate("ab", start=1)]
        return {"type": self.key, "rows": begun_rows(), "options": listed}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return rows and options."""
        listed = options(definition["options"])
        return {
            **super().prepare(definition),
            "options": listed,
            "allowed": frozenset(option.value for option in listed),
            "many": len(listed) > MANY,
        }

    def seconds(self, item: Item) -> float:
        """Count two ticks for every line."""
        return super().seconds(item) + PLACING * len(item.settings["rows"])

    def row_sent(self, sent: Sent, name: str, row: Option, item: Item) -> Any:
        """Return what was ticked in a row."""
        return self._chosen([value for value in sent.getlist(name) if value], item)

    def _chosen(self, ticked: Sequence[str], item: Item) -> list[str] | None:
        if not item.settings["allowed"].issuperset(ticked):
            raise Refused(_("Please choose only among the answers shown."))
        return [option.value for option in item.settings["options"] if option.value in ticked] or None

    def row_cell(self, whole: Mapping[str, Any], value: Mapping[str, Any], row: Option, item: Item) -> Any:
        """Return a row's list, or its columns of 0 and 1."""
        cell = super().row_cell(whole, value, row, item)
        return [*_listed(cell), *self._ticked(value, row, item)]

    def row_kept(self, cell: Any, row: Option, item: Item) -> Any:
        """Return the options a cell lists by value or by words."""
        return self._chosen([find(part, item.settings["options"]) for part in cell], item)

    def _ticked(self, value: Mapping[str, Any], row: Option, item: Item) -> Iterator[str]:
        for option in item.settings["options"]:
            mark = str(value.get(f"{item.name}.{row.value}.{option.value}") or "").strip().casefold()
            if mark in TICKED or mark in (option.value.casefold(), option.label.casefold()):
                yield option.value
            elif mark not in UNTICKED:
                raise Refused(_("“%(mark)s” is neither ticked (1) nor empty (0).", mark=mark[:40]))

    def row_words(self, given: Any, item: Item) -> str:
        """Return the words of what was ticked."""
        known = self.values(item)
        return _(", ").join(known.get(value, value) for value in given)

    def within(self, answer: Answers, item: Item, offered: frozenset[str]) -> Answers:
        """Return an answer without the options that were not offered."""
        kept = {row: [value for value in ticked if value in offered] for row, ticked in answer[item.name].items()}
        kept = {row: ticked for row, ticked in kept.items() if ticked}
        return {item.name: kept} if kept else {}

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return the whole, one column for each row, and one for each option in each row."""
        return (*super().columns(item), *(column.name for column in self.exported(item)))

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the options."""
        return labels_of(item.settings["options"])

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON: everything ticked."""
        each = sum(len(option.value) + 3 for option in item.settings["options"])
        return len(item.name) + 8 + sum(len(row.value) + 6 + each for row in item.settings["rows"])

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form: everything ticked."""
        return sum(
            len(item.name) + len(row.value) + len(option.value) + 3
            for row in item.settings["rows"]
            for option in item.settings["options"]
        )

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column of 0 and 1 for each option in each row."""
        ticks = {0: _("No"), 1: _("Yes")}
        return tuple(
            Column(
                f"{item.name}.{row.value}.{option.value}",
                f"{item.title} – {row.label} – {option.label}",
                Measure.NOMINAL,
                ticks,
            )
            for row in item.settings["rows"]
            for option in item.settings["options"]
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return 1 for each ticked option of an answered row, 0 for its others, None for rows without a tick."""
        given = answer.get(item.name, {})
        return tuple(
            int(option.value in given[row.value]) if row.value in given else None
            for row in item.settings["rows"]
            for option in item.settings["options"]
        )

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count every row on its own, among those who ticked something in it."""
        rows = tuple(Row(row.value, row.label, self._row(counts, row, item)) for row in item.settings["rows"])
        return Tally(Shape.GRID, counts.answered, counts.asked - counts.answered, counts.skipped, rows=rows)

    def _row(self, counts: Counts, row: Option, item: Item) -> Tally:
        listed = item.settings["options"]
        given = {option.value: counts.by[f"{item.name}.{row.value}.{option.value}"] for option in listed}
        answered = sum(given[listed[0].value].values())
        ticked = {value: marks.get(1, 0) for value, marks in given.items()}
        shape = Shape.PARTS if len(listed) == 1 else Shape.MARKS
        return Tally(shape, answered, counts.asked - answered, bars=bars(listed, ticked), most=len(listed))


def _listed(cell: Any) -> list[str]:
    """Return the parts of a list, or of text parted by ; or |."""
    if isinstance(cell, dict):
        raise Refused(_("A list of answers is expected here."))
    if not isinstance(cell, list):
        text = "" if cell is None else str(cell)
        for mark in "；|┋\n":
            text = text.replace(mark, ";")
        cell = text.split(";")
    return [str(part) for part in cell if str(part).strip()]
