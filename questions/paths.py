"""Which questions an answer opens: the server's rule, which the page's script only imitates.

A condition on a question that was not asked or not answered does not hold. So answers off the path can never
keep later questions open, and are dropped before anything is stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from questions.base import Answers, Condition, Item

OPERATORS = ("in", "not_in", "==", "!=", "answered", ">=", "<=")


def holds(condition: Condition, answers: Mapping[str, Any]) -> bool:
    """Say whether a condition holds; several chosen options hold when any of them does."""
    given = answers.get(condition.item)
    if given is None:
        return False
    if condition.op == "answered":
        return True
    if condition.op in (">=", "<="):
        number = float(given)
        return number >= condition.value if condition.op == ">=" else number <= condition.value
    chosen = {str(value) for value in (given if isinstance(given, list) else [given])}
    wanted = condition.value if isinstance(condition.value, (list, tuple)) else [condition.value]
    found = not chosen.isdisjoint(map(str, wanted))
    return found if condition.op in ("in", "==") else not found


def walk(items: Iterable[Item], answers: Mapping[str, Any]) -> tuple[list[Item], Answers]:
    """Return the items asked, in order, and the answers to them alone."""
    asked: list[Item] = []
    kept: Answers = {}
    for item in items:
        if all(holds(condition, kept) for condition in item.conditions):
            asked.append(item)
            kept.update({key: answers[key] for key in item.kind.answer_keys(item) if key in answers})
    return asked, kept


def unanswered(asked: Sequence[Item], answers: Mapping[str, Any]) -> list[Item]:
    """Return the required items among `asked` that `answers` leave open."""
    return [item for item in asked if item.required and not item.kind.complete(part(answers, item), item)]


def part(answers: Mapping[str, Any], item: Item) -> Answers:
    """Return the item's own part of all answers."""
    return {key: answers[key] for key in item.kind.answer_keys(item) if key in answers}
