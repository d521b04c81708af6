"""What all grids share: rows under one question, each answered on its own."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    Answers,
    Item,
    Kind,
    Option,
    QuestionType,
    Refused,
    Sent,
    Setting,
    check_options,
    options,
)
from questions.timing import PLACING

ROWS = Setting("rows", lazy("Lines"), Kind.ROWS)


class Grid(QuestionType):
    """Rows with the same question for each; the answer maps each answered row to its own answer."""

    more_keys: tuple[str, ...] = ("rows",)
    comparable = False  # as a whole; its rows may be compared

    def row_sent(self, sent: Sent, name: str, row: Option, item: Item) -> Any:
        """Return the posted answer to one row, None where there is none; raise `Refused`."""
        raise NotImplementedError

    def row_kept(self, cell: Any, row: Option, item: Item) -> Any:
        """Return the answer to one row from a cell of a file, None where there is none; raise `Refused`."""
        raise NotImplementedError

    def row_full(self, given: Any, item: Item) -> bool:
        """Say whether the answer to a row is whole."""
        return given is not None

    def row_words(self, given: Any, item: Item) -> str:
        """Return the answer to a row in words."""
        return str(given)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the rows."""
        return check_options(definition.get("rows"), "rows")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rows."""
        return {"rows": options(definition["rows"])}

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the answered rows."""
        given = {}
        for row in item.settings["rows"]:
            try:
                answer = self.row_sent(sent, f"{item.name}.{row.value}", row, item)
            except Refused as refused:
                raise Refused(at_row(row, refused)) from refused
            if answer is not None:
                given[row.value] = answer
        return {item.name: given} if given else {}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the rows a mapping, or columns named item.row, answer."""
        whole = value.get(item.name)
        if whole in (None, ""):
            whole = {}
        if not isinstance(whole, dict):
            raise Refused(_("Answers by row are expected here."))
        unknown = {str(key) for key in whole} - {row.value for row in item.settings["rows"]}
        if unknown:
            raise Refused(_("There is no row “%(row)s”.", row=min(unknown)[:40]))
        given = {}
        for row in item.settings["rows"]:
            try:
                answer = self.row_kept(self.row_cell(whole, value, row, item), row, item)
            except Refused as refused:
                raise Refused(at_row(row, refused)) from refused
            if answer is not None:
                given[row.value] = answer
        return {item.name: given} if given else {}

    def row_cell(self, whole: Mapping[str, Any], value: Mapping[str, Any], row: Option, item: Item) -> Any:
        """Return what a row of a file holds for one row of the grid."""
        return whole.get(row.value, value.get(f"{item.name}.{row.value}"))

    def complete(self, answer: Mapping[str, Any], item: Item) -> bool:
        """Say whether every row was answered."""
        given = answer.get(item.name, {})
        return all(self.row_full(given.get(row.value), item) for row in item.settings["rows"])

    def seconds(self, item: Item) -> float:
        """Add the choosing in every further line to the reading."""
        return super().seconds(item) + PLACING * (len(item.settings["rows"]) - 1)

    def demand(self, item: Item) -> str:
        """Say that rows are missing."""
        return _("Please answer every line.")

    def within(self, answer: Answers, item: Item, offered: frozenset[str]) -> Answers:
        """Return the answer as it is: rows have no options that could be left out."""
        return answer

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return one column for the whole, and one for each row."""
        return (item.name, *(f"{item.name}.{row.value}" for row in item.settings["rows"]))

    def parts(self, item: Item) -> Mapping[str, str]:
        """Return the rows."""
        return {row.value: row.label for row in item.settings["rows"]}

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the answered rows, each with its answer."""
        given = answer.get(item.name, {})
        told = (
            _("%(row)s: %(words)s", row=row.label, words=self.row_words(given[row.value], item))
            for row in item.settings["rows"]
            if row.value in given
        )
        return _("; ").join(told)


def at_row(row: Option, refused: Refused) -> str:
    """Say in which row something is wrong."""
    return _("“%(row)s”: %(problem)s", row=row.label, problem=str(refused))


def labels_of(listed: Iterable[Option]) -> dict[str, str]:
    """Return options as values with their words."""
    return {option.value: option.label for option in listed}
