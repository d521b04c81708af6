"""Text between questions."""

from collections.abc import Mapping
from typing import Any

from core.i18n import lazy
from questions.base import Answers, Column, Counts, Item, QuestionType, Sent, Shape, Tally
from questions.timing import reading


class Note(QuestionType):
    """The title, and the help as a passage under it; it has no answer and no number."""

    key = "note"
    label = lazy("Section text")
    hint = lazy("Words between questions: an explanation, a thank-you.")
    icon = "chat-square-text"
    order = 900
    aliases = ("statement", "html", "description")
    answerable = False
    comparable = False
    keys = ("id", "type", "title", "help", "show_if")

    def seconds(self, item: Item) -> float:
        """Return the time to read it."""
        return reading(item.title, item.help)

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return nothing, whatever was sent."""
        return {}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return nothing, whatever the row holds."""
        return {}

    def complete(self, answer: Mapping[str, Any], item: Item) -> bool:
        """Say yes: nothing is asked."""
        return True

    def answer_keys(self, item: Item) -> tuple[str, ...]:
        """Return none."""
        return ()

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return none."""
        return ()

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return none."""
        return ()

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Return a tally of nothing."""
        return Tally(Shape.TEXTS, 0, 0, counts.skipped)

    def words(self, answer: Mapping[str, Any], item: Item) -> str:
        """Return nothing to pipe."""
        return ""

    def max_bytes(self, item: Item) -> int:
        """Return 0."""
        return 0

    def max_sent(self, item: Item) -> int:
        """Return 0."""
        return 0
