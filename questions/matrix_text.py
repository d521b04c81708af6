"""Several lines with a few words each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    ESCAPED,
    UTF8,
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
    check_whole,
    one,
    plain,
)
from questions.grids import ROWS, Grid
from questions.matrix import begun_rows
from questions.short_text import FEW_WORDS
from questions.timing import WRITING

LONGEST, USUAL = 1000, 100


class MatrixText(Grid):
    """Rows of lines to write on; the answer maps each filled row to its text."""

    key = "matrix_text"
    page_shape = "rows"
    label = lazy("Text grid")
    hint = lazy("A few words on each of several matters.")
    icon = "journal-text"
    order = 56
    aliases = ("text_matrix",)
    more_keys = ("rows", "max_length")
    settings = (ROWS, Setting("max_length", lazy("Most characters"), Kind.WHOLE, low=1, high=LONGEST))

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with rows and length."""
        yield from super().check(definition)
        yield from check_whole(definition, "max_length", 1, LONGEST)

    def begin(self) -> dict[str, Any]:
        """Return two lines."""
        return {"type": self.key, "rows": begun_rows()}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rows and the most characters."""
        return {**super().prepare(definition), "max_length": definition.get("max_length") or USUAL}

    def seconds(self, item: Item) -> float:
        """Count a few words for every line."""
        return super().seconds(item) + FEW_WORDS / WRITING * len(item.settings["rows"])

    def row_sent(self, sent: Sent, name: str, row: Option, item: Item) -> Any:
        """Return the words of a row."""
        return plain(one(sent, name), item.settings["max_length"]) or None

    def row_kept(self, cell: Any, row: Option, item: Item) -> Any:
        """Return the words of a cell."""
        if isinstance(cell, (dict, list)):
            raise Refused(_("Text is expected here."))
        return plain("" if cell is None else str(cell), item.settings["max_length"]) or None

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        each = item.settings["max_length"] * UTF8
        return len(item.name) + 10 + sum(len(row.value) + 8 + each for row in item.settings["rows"])

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        each = item.settings["max_length"] * ESCAPED
        return sum(len(item.name) + len(row.value) + 3 + each for row in item.settings["rows"])

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column of text for each row."""
        return tuple(
            Column(f"{item.name}.{row.value}", f"{item.title} – {row.label}", Measure.TEXT)
            for row in item.settings["rows"]
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return each row's words."""
        given = answer.get(item.name, {})
        return tuple(given.get(row.value) for row in item.settings["rows"])

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Gather the texts row by row: told together, the few lines of a rare row could be counted."""
        rows = tuple(
            Row(row.value, row.label, self._row(counts.texts[f"{item.name}.{row.value}"], counts.asked))
            for row in item.settings["rows"]
        )
        return Tally(Shape.GRID, counts.answered, counts.asked - counts.answered, counts.skipped, rows=rows)

    def _row(self, texts: Sequence[str], asked: int) -> Tally:
        return Tally(Shape.TEXTS, len(texts), asked - len(texts), texts=texts)
