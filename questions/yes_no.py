"""Yes or no."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import LABEL, Answers, Item, Kind, Option, Refused, Setting
from questions.choices import TICKED, UNTICKED
from questions.single_choice import SingleChoice

ANSWERS = ("yes", "no")


class YesNo(SingleChoice):
    """Two buttons side by side; the answer is "yes" or "no"."""

    key = "yes_no"
    label = lazy("Yes or no")
    hint = lazy("A question of fact with two answers.")
    icon = "toggles"
    order = 13
    aliases = ("boolean", "yesno")
    more_keys = ANSWERS
    settings = (
        Setting("yes", lazy("Words for yes"), Kind.WORDS, lazy("When empty: yes.")),
        Setting("no", lazy("Words for no"), Kind.WORDS, lazy("When empty: no.")),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the words of the two answers."""
        for answer in ANSWERS:
            words = definition.get(answer)
            if words is not None and (not isinstance(words, str) or len(words) > LABEL):
                yield _("“%(name)s” must be words", name=answer)

    def begin(self) -> dict[str, Any]:
        """Return nothing but the type: the usual words are filled in."""
        return {"type": self.key}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the two options."""
        usual = {"yes": _("Yes"), "no": _("No")}
        listed = tuple(Option(answer, definition.get(answer) or usual[answer]) for answer in ANSWERS)
        return {"options": listed, "allowed": frozenset(ANSWERS), "written": ()}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the answer a row gives by value, by its words, or by a mark such as 1 or 0."""
        cell = value.get(item.name)
        try:
            return super().accept(value, item)
        except Refused:
            mark = str(cell).strip().casefold().removesuffix(".0")
            if mark not in TICKED | UNTICKED:
                raise
            return {item.name: "yes" if mark in TICKED else "no"}
