"""A whole number on a scale whose ends, or whose every point, have words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    LABEL,
    Answers,
    Column,
    Counts,
    Figure,
    Item,
    Kind,
    Measure,
    Option,
    QuestionType,
    Refused,
    Sent,
    Setting,
    Shape,
    Tally,
    bars,
    find,
    lines,
    mean,
    median,
    one,
)
from questions.timing import CHOOSING, reading

POINTS = 11


class Scale(QuestionType):
    """Points from `min` to `max`; the answer is the number."""

    key = "scale"
    label = lazy("Scale")
    hint = lazy("How much, how good, how far: points in a row with words at the ends or at each.")
    icon = "sliders"
    order = 20
    aliases: tuple[str, ...] = ("rating", "likert")
    more_keys: tuple[str, ...] = ("scale",)
    settings: tuple[Setting, ...] = (Setting("scale", lazy("Points and their words"), Kind.SCALE),)

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the scale."""
        yield from check_scale(definition.get("scale"))

    def begin(self) -> dict[str, Any]:
        """Return five points of contentment."""
        return {"type": self.key, "scale": {"min": 1, "max": 5, "labels": satisfaction()}}

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the points, and the words of the two ends where only those have words."""
        return points(definition["scale"])

    def values(self, item: Item) -> Mapping[str, str]:
        """Return the points and their words."""
        return {point.value: point.label for point in item.settings["points"]}

    def within(self, answer: Answers, item: Item, offered: frozenset[str]) -> Answers:
        """Return the answer: a scale always offers all its points."""
        return answer

    def seconds(self, item: Item) -> float:
        """Return the time to read the question and the words of the points, not their numbers, and to choose."""
        said = item.settings
        words = [point.label for point in said["points"]] if said["named"] else [said["low"], said["high"]]
        return reading(item.title, item.help, *words) + CHOOSING

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
        """Count each point; take the mean, the median and, of four or more points, the share of the two highest."""
        given = counts.by[item.name]
        return Tally(
            Shape.PARTS,
            counts.answered,
            counts.asked - counts.answered,
            counts.skipped,
            bars(item.settings["points"], {str(value): times for value, times in given.items()}),
            mean=mean(given),
            rated=counts.answered,
            figures=rating_figures(given, item.settings["points"]),
        )


def rating_figures(given: Mapping[Any, int], among: Sequence[Option]) -> tuple[Figure, ...]:
    """Return the median of rated points, and of four or more points the share of the two highest in percent."""
    figures = [Figure("median", lazy("Median"), median(given))]
    if len(among) >= 4:
        n = sum(given.values())
        high = sum(given.get(int(point.value), 0) for point in among[-2:])
        figures.append(Figure("top2", lazy("Top two points, percent"), round(100 * high / n, 1) if n else None))
    return tuple(figures)


def satisfaction() -> list[str]:
    """Return the words of five points of contentment in the current language."""
    return [_("Very dissatisfied"), _("Dissatisfied"), _("Neither"), _("Satisfied"), _("Very satisfied")]


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
    yield from check_labels(scale.get("labels"), high - low + 1)


def check_labels(labels: Any, count: int) -> Iterator[str]:
    """Yield what is wrong with the words of `count` points: none, those of the two ends, or one for each."""
    if labels in (None, "", []):
        return
    said = labels if isinstance(labels, list) else lines(labels)
    if not isinstance(labels, (list, str)) or len(said) not in (2, count):
        yield _("“labels” needs two words, for the ends, or one for each of the %(count)s points", count=count)
    elif any(isinstance(label, (dict, list)) or not 1 <= len(str(label)) <= LABEL for label in said):
        yield _("every label of the scale needs words")


def points(scale: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a checked scale as points, with the words of its ends ("" when every point has its own)."""
    numbers = range(scale["min"], scale["max"] + 1)
    labels = lines(scale.get("labels"))
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
