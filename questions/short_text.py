"""A line of one's own words."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import (
    ESCAPED,
    LABEL,
    UTF8,
    Answers,
    Column,
    Counts,
    Item,
    Kind,
    Measure,
    QuestionType,
    Refused,
    Sent,
    Setting,
    Shape,
    Tally,
    check_whole,
    one,
    plain,
)
from questions.timing import WRITING

LONGEST, LINES = 5000, 20
FEW_WORDS = 12  # characters a usual answer has
LENGTH = Setting("max_length", lazy("Most characters"), Kind.WHOLE, low=1, high=LONGEST)
EXAMPLE = Setting("placeholder", lazy("Example"), Kind.WORDS, lazy("Shown grey in the empty field."))


class ShortText(QuestionType):
    """One line; the answer is the text."""

    key = "short_text"
    label = lazy("Short text")
    hint = lazy("A name, a place or a few words on one line.")
    icon = "pencil"
    order = 60
    aliases: tuple[str, ...] = ("string", "input")
    more_keys: tuple[str, ...] = ("rows", "max_length", "placeholder")
    settings: tuple[Setting, ...] = (LENGTH, EXAMPLE)
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
        example = definition.get("placeholder")
        if example is not None and (not isinstance(example, str) or len(example) > LABEL):
            yield _("“placeholder” must be words")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the most characters, the lines shown and the example."""
        return {
            "max_length": definition.get("max_length") or self.usual_length,
            "rows": definition.get("rows") or self.usual_lines,
            "placeholder": (definition.get("placeholder") or "").strip(),
        }

    def seconds(self, item: Item) -> float:
        """Add a few words to the reading."""
        return super().seconds(item) + FEW_WORDS / WRITING

    def read(self, sent: Sent, item: Item) -> Answers:
        """Return the text."""
        return self._kept(one(sent, item.name), item)

    def accept(self, value: Mapping[str, Any], item: Item) -> Answers:
        """Return the text of a row's cell."""
        cell = value.get(item.name)
        if isinstance(cell, (dict, list)):
            raise Refused(_("Text is expected here."))
        return self._kept("" if cell is None else str(cell), item)

    def _kept(self, text: str, item: Item) -> Answers:
        text = plain(text, item.settings["max_length"])
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
        texts = counts.texts[item.name]
        return Tally(Shape.TEXTS, len(texts), counts.asked - len(texts), counts.skipped, texts=texts)
