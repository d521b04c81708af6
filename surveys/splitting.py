"""What is taken apart when the box of a survey is opened, so that nobody can be recognised by a combination.

The path is walked while the answer is still whole: that an item was not asked, or was asked and left open, is written
into its part. So every item counts as before, while nothing in the database tells which parts came from one person.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.errors import DomainError
from core.i18n import _
from core.terms import Channel, Secrecy, Split
from members import rules
from members.models import Organisation
from questions.base import Answers, Item, Measure
from questions.paths import part, walk
from surveys import queries
from surveys.conditions import hangs_on
from surveys.models import Survey
from surveys.questionnaires import Ready

WHOLE = ""  # the part of a row that holds everything not taken apart


class StoredApart(DomainError):
    """Two answers of one person were wanted that nobody can put together any more."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Answers to this question were stored apart from the others when the box was opened, so that nobody "
                "can be recognised by the combination; they cannot be crossed."
            )
        )


class Content(Protocol):
    """One opened answer."""

    @property
    def channel(self) -> Channel:
        """Return the door it came through."""

    @property
    def complete(self) -> bool:
        """Say whether every required question was answered."""

    @property
    def answers(self) -> Mapping[str, Any]:
        """Return what was answered."""


def decided(survey: Survey, asked: Ready, *, within: Organisation) -> Split:
    """Return what is taken apart: what was chosen, or else what the number of those invited and the questions ask for.

    Answers that may be read as a whole, because respondents are told so, stay whole.
    """
    if survey.split is not None:
        return survey.split
    if survey.secrecy is Secrecy.ROWS:
        return Split.NONE
    if 0 < queries.invited(survey) < rules.value(within, "surveys.split_all_below"):
        return Split.ALL
    return Split.TEXTS if any(in_words(item) for item in asked.items) else Split.NONE


def in_words(item: Item) -> bool:
    """Say whether something can be written into an item."""
    return item.kind.answerable and any(column.measure is Measure.TEXT for column in item.kind.exported(item))


def apart(items: Sequence[Item], split: Split | None) -> frozenset[str]:
    """Return the items whose answers are stored by themselves.

    With what is written, everything goes that hangs on it: were it asked, the rest would tell that something, or what,
    was written.
    """
    if split is None or split is Split.NONE:
        return frozenset()
    answerable = [item for item in items if item.kind.answerable]
    if split is Split.ALL:
        return frozenset(item.name for item in answerable)
    found: set[str] = set()
    decided_by = hangs_on(items)
    for item in answerable:  # an item hangs only on earlier ones
        if in_words(item) or decided_by[item.name] & found:
            found.add(item.name)
    return frozenset(found)


def rows(content: Content, asked: Ready, split: Split | None) -> list[dict[str, Any]]:
    """Return the rows of `Response` one answer becomes, without ids: {part, channel, complete, answers} each.

    The ids must be drawn for each row by itself, and all rows of a survey be stored in the order of their ids. No row
    says through which door it came: a log that names devices would tell whose the only answer by computer is.
    """
    alone = apart(asked.items, split)
    if not alone:
        return [_row(WHOLE, content.complete, dict(content.answers))]
    on_path, kept = walk(asked.items, content.answers)
    led_to = {item.name for item in on_path}
    parts = [item for item in asked.items if item.name in alone]
    split_up = [_row(item.name, True, _alone(item, kept) if item.name in led_to else {}) for item in parts]
    if split is Split.ALL:
        return split_up
    gone = {key for item in parts for key in item.kind.answer_keys(item)}
    rest = {key: value for key, value in kept.items() if key not in gone}
    return [_row(WHOLE, content.complete, rest), *split_up]


def _row(name: str, complete: bool, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {"part": name, "channel": None, "complete": complete, "answers": answers}


def _alone(item: Item, kept: Mapping[str, Any]) -> dict[str, Any]:
    return part(kept, item) or {item.name: None}


def answer(answers: Mapping[str, Any]) -> Answers | None:
    """Return the answer a row of its own holds: {} where the item was left open, None where it was not asked."""
    if not answers:
        return None
    return {key: value for key, value in answers.items() if value is not None}
