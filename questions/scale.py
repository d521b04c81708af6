"""A whole number on a scale whose ends, or whose every point, have words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    LABEL,
    Answers,
    Column,
    Counts,
    Item,
    Measure,
    Option,
    QuestionType,
    Refused,
    Sent,
    Shape,
    Tally,
    bars,
    find,
    mean,
    one,
)

POINTS = 11


class Scale(QuestionType):
    """Points from `min` to `max`; the answer is the number."""

    key = "scale"
    label = lazy("Scale")
    order = 30
    aliases: tuple[str, ...] = ("rating", "likert")
    more_keys: tuple[str, ...] = ("scale",)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the scale."""
        yield from check_scale(definition.get("scale"))

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the points, and the words of the two ends where only those have words."""
        return points(definition["scale"])

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the points and their words."""
        return {point.value: point.label for point in item.settings["points"]}

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the chosen point."""
        return self._number(one(sent, item.name), item)

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the point a row names by number or by words."""
        cell = value.get(item.name)
        if isinstance(cell, (dict, list, bool)):
            raise Refused(_("One number is expected here."))
        text = "" if cell is None else str(cell).strip().removesuffix(".0")
        return {item.name: int(find(text, item.settings["points"]))} if text else {}

    def _number(self, text: str, item: Item) -> Answers:
        if not text:
            return {}
        if text not in item.settings["allowed"]:
            raise Refused(_("Please choose one of the answers shown."))
        return {item.name: int(text)}

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        return len(item.name) + 12

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return len(item.name) + 6

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column of numbers with the words of the points."""
        labels = {int(point.value): point.label for point in item.settings["points"]}
        return (Column(item.name, item.title, Measure.ORDINAL, labels),)

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the number."""
        return (answer.get(item.name),)

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count each point and take the mean."""
        given = counts.by[item.name]
        return Tally(
            Shape.PARTS,
            counts.answered,
            counts.asked - counts.answered,
            counts.skipped,
            bars(item.settings["points"], {str(value): times for value, times in given.items()}),
            mean=mean(given),
            rated=counts.answered,
        )


def check_scale(scale: Any) -> Iterator[str]:
    """Yield what is wrong with {min, max, labels}."""
    if not isinstance(scale, dict):
        yield _("“scale” with “min” and “max” is missing")
        return
    low, high = scale.get("min"), scale.get("max")
    if not isinstance(low, int) or not isinstance(high, int) or isinstance(low, bool) or isinstance(high, bool):
        yield _("“min” and “max” of the scale must be whole numbers")
        return
    if not 2 <= high - low + 1 <= POINTS or abs(low) > 100:
        yield _("a scale has 2 to %(most)s points", most=POINTS)
        return
    labels = scale.get("labels")
    if labels is None:
        return
    if not isinstance(labels, list) or len(labels) not in (2, high - low + 1):
        yield _("“labels” needs two words, for the ends, or one for each of the %(count)s points", count=high - low + 1)
    elif not all(isinstance(label, (str, int, float)) and 1 <= len(str(label)) <= LABEL for label in labels):
        yield _("every label of the scale needs words")


def points(scale: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a checked scale as points, with the words of its ends ("" when every point has its own)."""
    numbers = range(scale["min"], scale["max"] + 1)
    labels = [str(label) for label in scale.get("labels") or ()]
    named = len(labels) == len(numbers)
    listed = tuple(Option(str(number), labels[place] if named else str(number)) for place, number in enumerate(numbers))
    low, high = (labels[0], labels[-1]) if labels and not named else ("", "")
    return {
        "points": listed,
        "allowed": frozenset(point.value for point in listed),
        "named": named,
        "low": low,
        "high": high,
    }
