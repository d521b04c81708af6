"""One option out of several."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import Answers, Item, Refused, Sent, Shape, Tally, bars, find, one
from questions.choices import Choice


class SingleChoice(Choice):
    """Radio buttons; the answer is the option's value."""

    key = "single"
    label = lazy("Single choice")
    order = 10
    aliases = ("single_choice", "radio", "select_one")

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

    def tally(self, answers: Sequence[Mapping[str, Any]], item: Item, *, skipped: int = 0) -> Tally:
        """Count each option."""
        given = [answer[item.name] for answer in answers if item.name in answer]
        return Tally(
            Shape.PARTS,
            len(given),
            len(answers) - len(given),
            skipped,
            bars(item.settings["options"], given),
            texts=self.texts(answers, item),
        )
