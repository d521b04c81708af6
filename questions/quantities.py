"""What number, date and time share: one line typed or picked, and a histogram."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questions.base import (
    ESCAPED,
    Answers,
    Column,
    Counts,
    Item,
    Measure,
    QuestionType,
    Sent,
    Tally,
    one,
)
from questions.timing import PLACING

TYPED = 40  # characters a line may hold


class Quantity(QuestionType):
    """One value with an order; the answer is the value.

    Its bars depend on the values. `settled` fixes them, so that a part of the answers is shown in the bars of the
    whole: bars that move with a filter could be subtracted from one another.
    """

    grouped = False
    measure: Measure
    stored = 14  # bytes of a value in JSON

    def picks(self, text: str) -> bool:
        """Say whether a browser's own field can show a text; another would lose it."""
        return True

    def parse(self, text: str, item: Item) -> Any:
        """Return the value of what was typed, None for nothing; raise `Refused`."""
        raise NotImplementedError

    def from_cell(self, cell: Any, item: Item) -> Any:
        """Return the value in a cell of a file, None for an empty one; raise `Refused`."""
        raise NotImplementedError

    def cuts(self, given: Mapping[Any, int], item: Item) -> tuple[Any, ...]:
        """Return where the bars part, from counted values."""
        raise NotImplementedError

    def histogram(self, counts: Counts, item: Item, at: tuple[Any, ...]) -> Tally:
        """Return the tally with bars parted at `at`."""
        raise NotImplementedError

    def seconds(self, item: Item) -> float:
        """Add the typing of a value to the reading."""
        return super().seconds(item) + PLACING

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the value that was typed or picked."""
        value = self.parse(one(sent, item.name), item)
        return {} if value is None else {item.name: value}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the value in a row's cell."""
        found = self.from_cell(value.get(item.name), item)
        return {} if found is None else {item.name: found}

    def settled(self, counts: Counts, item: Item) -> Item:
        """Return the item with the bars its tally will have, from the counts of everybody."""
        return replace(item, settings={**item.settings, "cuts": self.cuts(counts.by[item.name], item)})

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count in bands, settled ones or those that fit these values."""
        at = item.settings.get("cuts")
        return self.histogram(counts, item, self.cuts(counts.by[item.name], item) if at is None else at)

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column."""
        return (Column(item.name, item.title, self.measure),)

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the value."""
        return (answer.get(item.name),)

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        return len(item.name) + 6 + self.stored

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return len(item.name) + 2 + TYPED * ESCAPED
