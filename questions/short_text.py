"""A line of one's own words."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    ESCAPED,
    UTF8,
    Answers,
    Column,
    Counts,
    Item,
    Measure,
    QuestionType,
    Refused,
    Sent,
    Shape,
    Tally,
    check_whole,
    one,
    plain,
)

LONGEST, LINES = 5000, 20


class ShortText(QuestionType):
    """One line; the answer is the text."""

    key = "short_text"
    label = lazy("Short text")
    order = 60
    aliases: tuple[str, ...] = ("string", "input")
    more_keys = ("rows", "max_length", "placeholder")
    grouped = False
    comparable = False
    usual_length, usual_lines = 200, 1

    def claims(self, definition: Mapping[str, Any]) -> bool:
        """Say whether a definition asks for one line: `type: text` without more rows."""
        rows = definition.get("rows")
        return super().claims(definition) or (definition.get("type") == "text" and rows in (None, 1))

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the size."""
        yield from check_whole(definition, "rows", 1, LINES)
        yield from check_whole(definition, "max_length", 1, LONGEST)

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the most characters and the lines shown."""
        return {
            "max_length": definition.get("max_length") or self.usual_length,
            "rows": definition.get("rows") or self.usual_lines,
        }

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the text."""
        text = plain(one(sent, item.name), item.settings["max_length"])
        return {item.name: text} if text else {}

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the text of a row's cell."""
        cell = value.get(item.name)
        if isinstance(cell, (dict, list)):
            raise Refused(_("Text is expected here."))
        text = plain("" if cell is None else str(cell), item.settings["max_length"])
        return {item.name: text} if text else {}

    def max_bytes(self, item: Item) -> int:
        """Return the most bytes of JSON."""
        return len(item.name) + 8 + item.settings["max_length"] * UTF8

    def max_sent(self, item: Item) -> int:
        """Return the most bytes of a form."""
        return len(item.name) + 2 + item.settings["max_length"] * ESCAPED

    def exported(self, item: Item) -> tuple[Column, ...]:
        """Return one column of text."""
        return (Column(item.name, item.title, Measure.TEXT),)

    def cells(self, answer: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
        """Return the text."""
        return (answer.get(item.name),)

    def counted(self, counts: Counts, item: Item) -> Tally:
        """Gather the texts."""
        texts = tuple(counts.texts[item.name])
        return Tally(Shape.TEXTS, len(texts), counts.asked - len(texts), counts.skipped, texts=texts)
