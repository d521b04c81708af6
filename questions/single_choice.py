"""One option out of several."""

from collections.abc import Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import Answers, Column, Counts, Item, Measure, Refused, Sent, Shape, Tally, bars, find, one
from questions.choices import Choice, own_texts


class SingleChoice(Choice):
    """Radio buttons; the answer is the option's value."""

    key = "single"
    label = lazy("Single choice")
    hint = lazy("One answer out of a list that is seen at once.")
    icon = "check-circle"
    order = 10
    aliases: tuple[str, ...] = ("single_choice", "radio", "select_one")

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the chosen value and the words beside it."""
        value = one(sent, item.name)
        if not value:
            return {}
        if value not in item.settings["allowed"]:
            raise Refused(_("Please choose one of the answers shown."))
        return {item.name: value, **self.own_words(sent, item, (value,))}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the option a row names by value or by words."""
        cell = value.get(item.name)
        if cell is None or str(cell).strip() == "":
            return {}
        if isinstance(cell, (dict, list)):
            raise Refused(_("One answer is expected here, not a list."))
        chosen = find(str(cell), item.settings["options"])
        return {item.name: chosen, **self.words_in_row(value, item, (chosen,))}

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one coded column, and one for each line of words."""
        return (Column(item.name, item.title, Measure.NOMINAL, self.values(item)), *self.text_columns(item))

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the chosen value and the words."""
        return (answer.get(item.name), *self.text_cells(answer, item))

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count each option."""
        return Tally(
            Shape.PARTS,
            counts.answered,
            counts.asked - counts.answered,
            counts.skipped,
            bars(item.settings["options"], counts.by[item.name]),
            texts=own_texts(counts),
        )
