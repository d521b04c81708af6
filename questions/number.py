"""A number, with limits, decimals and a unit."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import lazy
from questions import amounts
from questions.base import Counts, Item, Measure, Tally
from questions.quantities import Quantity


class Number(Quantity):
    """A number typed in digits of any width; the answer is the number."""

    key = "number"
    label = lazy("Number or amount")
    hint = lazy("How many, how long, how far: one number with a unit.")
    icon = "speedometer2"
    order = 66
    aliases = ("integer", "decimal", "numeric")
    more_keys = ("min", "max", "decimals", "unit")
    settings = amounts.SETTINGS
    measure = Measure.NUMBER
    stored = amounts.STORED

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the limits."""
        return amounts.check_limits(definition)

    def begin(self) -> dict[str, Any]:
        """Return a number from 0 on."""
        return {"type": self.key, "min": 0, "decimals": 0}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the limits, and what to say of them."""
        limits = amounts.limits(definition)
        return {"limits": limits, "range": amounts.range_words(limits)}

    def parse(self, text: str, item: Item) -> Any:
        """Return the number typed."""
        return amounts.parse(text, item.settings["limits"])

    def from_cell(self, cell: Any, item: Item) -> Any:
        """Return the number in a cell."""
        return amounts.from_cell(cell, item.settings["limits"])

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return the number with its unit."""
        given = answer.get(item.name)
        return "" if given is None else amounts.with_unit(amounts.shown(given), item.settings["limits"].unit)

    def cuts(self, given: Mapping[Any, int], item: Item) -> tuple[Any, ...]:
        """Return where the bars part."""
        return amounts.cuts([given], item.settings["limits"])

    def histogram(self, counts: Counts, item: Item, at: tuple[Any, ...]) -> Tally:
        """Count in bands, with mean and median."""
        given = counts.by[item.name]
        return amounts.tally(given, counts.asked, item.settings["limits"], at, skipped=counts.skipped)
