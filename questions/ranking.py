"""Options put into an order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.i18n import _, lazy, ngettext
from questions.base import (
    Answers,
    Column,
    Counts,
    Figure,
    Item,
    Kind,
    Measure,
    Refused,
    Sent,
    Setting,
    Shape,
    Tally,
    bars,
    check_whole,
    find,
    mean,
    one,
)
from questions.choices import SHUFFLE, Listed, parted
from questions.timing import PLACING

MOST = 30  # nobody can put more things into an order


class Ranking(Listed):
    """Places from 1; the answer is the list of the options' values, first place first, `top` of them at most."""

    key = "ranking"
    label = lazy("Ranking")
    hint = lazy("Puts options into an order, all of them or only the first few.")
    icon = "list-ol"
    order = 30
    aliases = ("rank", "sort")
    page_shape = "order"
    fewest, most = 2, MOST
    more_keys = ("options", "shuffle", "top")
    settings = (
        Setting("options", lazy("Options"), Kind.OPTIONS),
        SHUFFLE,
        Setting(
            "top", lazy("Only the first"), Kind.WHOLE, lazy("How many are ranked; all when empty."), low=1, high=MOST
        ),
    )

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the options and with `top`."""
        wrong = [*super().check(definition), *check_whole(definition, "top", 1, MOST)]
        yield from wrong
        if not wrong and (definition.get("top") or 0) > len(definition["options"]):
            yield _("“top” asks for more places than there are options")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the options; `places`: how many places are given; `top`: whether that leaves some options out."""
        prepared = super().prepare(definition)
        count = len(prepared["options"])
        places = definition.get("top") or count
        return {**prepared, "places": places, "top": places < count}

    def seconds(self, item: Item) -> float:
        """Return the time to read all options and to place each."""
        return super().seconds(item) + PLACING * (item.settings["places"] - 1)

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the options in the order of the numbers given to them."""
        return self._ordered({value: one(sent, f"{item.name}.{value}") for value in item.settings["allowed"]}, item)

    def _ordered(self, numbers: Mapping[str, str], item: Item) -> Answers:
        places: dict[int, str] = {}
        most = item.settings["places"]
        for value, text in numbers.items():
            if not text:
                continue
            place = int(text) if text.isdecimal() and len(text) < 4 else 0
            if not 1 <= place <= most:
                raise Refused(_("Places are whole numbers from 1 to %(most)s.", most=most))
            if place in places:
                raise Refused(_("Place %(place)s is given twice.", place=place))
            places[place] = value
        missing = next((place for place in range(1, len(places) + 1) if place not in places), 0)
        if missing:
            raise Refused(_("Place %(place)s is not given to any option.", place=missing))
        return {item.name: [places[place] for place in sorted(places)]} if places else {}

    def columns(self, item: Item) -> tuple[str, ...]:
        """Return one column for the list, or one with the place of each option."""
        return (item.name, *(f"{item.name}.{option.value}" for option in item.settings["options"]))

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the order a row lists (a list, or text parted by ; | or >) or numbers column by column."""
        cell = value.get(item.name)
        if isinstance(cell, dict):
            raise Refused(_("A list of answers is expected here."))
        listed = [find(part, item.settings["options"]) for part in parted(cell, "；|┋\n>→")]
        if listed:
            return self._checked(listed, item)
        numbers = {option: value.get(f"{item.name}.{option}") for option in item.settings["allowed"]}
        return self._ordered(
            {key: "" if cell is None else str(cell).strip().removesuffix(".0") for key, cell in numbers.items()}, item
        )

    def _checked(self, listed: Sequence[str], item: Item) -> Answers:
        if len(set(listed)) < len(listed):
            raise Refused(_("An option stands in the order twice."))
        if len(listed) > item.settings["places"]:
            raise Refused(_("Places are whole numbers from 1 to %(most)s.", most=item.settings["places"]))
        return {item.name: list(listed)}

    def complete(self, answer: Mapping[str, Any], item: Item) -> bool:
        """Say whether all places are given that can be: options with a rule may not have been offered."""
        return len(answer.get(item.name, ())) >= self._needed(item)

    def _needed(self, item: Item) -> int:
        always = len(item.settings["options"]) - len(item.option_rules)
        return max(1, min(item.settings["places"], always))

    def demand(self, item: Item) -> str:
        """Say how many places to give."""
        if item.settings["top"]:
            return ngettext("Please give the first place.", "Please give the first %(num)s places.", self._needed(item))
        return _("Please give every option a place.")

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column for each option: its place."""
        labels = {place: str(place) for place in range(1, item.settings["places"] + 1)}
        return tuple(
            Column(f"{item.name}.{option.value}", f"{item.title} – {option.label}", Measure.ORDINAL, labels)
            for option in item.settings["options"]
        )

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return each option's place, None where it has none."""
        places = {value: place for place, value in enumerate(answer.get(item.name, ()), start=1)}
        return tuple(places.get(option.value) for option in item.settings["options"])

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Count first places; each option's mean place is taken over those who gave it one."""
        places = dict(self._places(counts, item))
        return Tally(
            Shape.PARTS,
            counts.answered,
            counts.asked - counts.answered,
            counts.skipped,
            bars(item.settings["options"], {value: given.get(1, 0) for value, given in places.items()}),
            figures=tuple(
                Figure(option.value, option.label, mean(places[option.value])) for option in item.settings["options"]
            ),
        )

    def _places(self, counts: Counts, item: Item) -> Iterator[tuple[str, Mapping[Any, int]]]:
        for option in item.settings["options"]:
            yield option.value, counts.by[f"{item.name}.{option.value}"]

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON: every option ranked."""
        return len(item.name) + 8 + sum(len(option.value) + 4 for option in item.settings["options"])

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return sum(len(item.name) + len(option.value) + 6 for option in item.settings["options"])
