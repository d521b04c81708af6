"""Which questions an answer opens: the server's rule, which the page's script only imitates.

The path goes through the items in order. An item is asked when all its rules hold for the answers kept so far and no
jump leads over it. So answers off the path can never keep later questions open, and are dropped before anything is
stored. A jump only leads forward: the path always ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.base import END, Answers, Item
from questions.rules import Rule, holds, names


@dataclass(frozen=True, slots=True)
class Check:
    """What several answers must satisfy together; judged once every item it names is answered."""

    rule: Rule
    message: str
    at: str  # the item the message stands at

    def fails(self, answers: Mapping[str, Any]) -> bool:
        """Say whether complete answers break the rule."""
        return names(self.rule) <= answers.keys() and not holds(self.rule, answers)


def walk(items: Iterable[Item], answers: Mapping[str, Any]) -> tuple[list[Item], Answers]:
    """Return the items asked, in order, and the answers to them alone."""
    asked: list[Item] = []
    kept: Answers = {}
    listed = list(items)
    places = _places(listed) if any(item.jumps for item in listed) else {}
    resume = 0
    for place, item in enumerate(listed):
        if place < resume or not all(holds(rule, kept) for rule in item.rules):
            continue
        asked.append(item)
        kept.update(_given(item, answers, kept))
        resume = _after(item, kept, places, place)
    return asked, kept


def offered(item: Item, kept: Mapping[str, Any]) -> frozenset[str]:
    """Return the options of an item that are offered after the answers kept so far."""
    return frozenset(
        value
        for value in item.kind.values(item)
        if value not in item.option_rules or holds(item.option_rules[value], kept)
    )


def _given(item: Item, answers: Mapping[str, Any], kept: Mapping[str, Any]) -> Answers:
    own = part(answers, item)
    return item.kind.within(own, item, offered(item, kept)) if own and item.option_rules else own


def _places(items: Sequence[Item]) -> dict[str, int]:
    """Return where a jump to an item or to a section lands."""
    places = {END: len(items)}
    for place, item in reversed(list(enumerate(items))):
        places[item.section] = place
    places.update({item.name: place for place, item in enumerate(items)})
    return places


def _after(item: Item, kept: Mapping[str, Any], places: Mapping[str, int], place: int) -> int:
    for jump in item.jumps:
        if holds(jump.rule, kept):
            return max(places.get(jump.to, place), place)
    return 0


def unanswered(asked: Sequence[Item], answers: Mapping[str, Any]) -> list[Item]:
    """Return the required items among `asked` that `answers` leave open."""
    return [item for item in asked if item.required and not item.kind.complete(part(answers, item), item)]


def part(answers: Mapping[str, Any], item: Item) -> Answers:
    """Return the item's own part of all answers."""
    return {key: answers[key] for key in item.kind.answer_keys(item) if key in answers}
