"""A passage of one's own words."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.i18n import _, lazy
from questions.base import Answers, Item, Kind, QuestionType, Refused, Setting, check_whole
from questions.short_text import EXAMPLE, LENGTH, LINES, LONGEST, ShortText
from questions.timing import WRITING

SENTENCES = 60  # characters a usual answer has


class LongText(ShortText):
    """Several lines; the answer is the text."""

    key = "long_text"
    label = lazy("Long text")
    hint = lazy("Thoughts and suggestions in one’s own words, with a counter.")
    icon = "chat-square-text"
    order = 62
    aliases = ("textarea",)
    more_keys = ("rows", "max_length", "min_length", "placeholder")
    settings = (
        Setting("rows", lazy("Lines shown"), Kind.WHOLE, low=2, high=LINES),
        LENGTH,
        Setting("min_length", lazy("Fewest characters"), Kind.WHOLE, low=1, high=LONGEST),
        EXAMPLE,
    )
    usual_length, usual_lines = 500, 4

    def claims(self, definition: Mapping[str, Any]) -> bool:
        """Say whether a definition asks for several lines: `type: text` with more than one row."""
        rows = definition.get("rows")
        return QuestionType.claims(self, definition) or (definition.get("type") == "text" and rows not in (None, 1))

    def check(self, definition: Mapping[str, Any]) -> Iterable[str]:
        """Yield what is wrong with the size."""
        yield from super().check(definition)
        yield from check_whole(definition, "min_length", 1, LONGEST)
        least, most = definition.get("min_length"), definition.get("max_length") or self.usual_length
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield _("“min_length” asks for more than “max_length” allows")

    def prepare(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the size, with the fewest characters."""
        return {**super().prepare(definition), "min_length": definition.get("min_length") or 0}

    def seconds(self, item: Item) -> float:
        """Add a sentence or two to the reading."""
        return super().seconds(item) + max(SENTENCES, item.settings["min_length"]) / WRITING

    def _kept(self, text: str, item: Item) -> Answers:
        kept = super()._kept(text, item)
        least, count = item.settings["min_length"], len(kept.get(item.name, ""))
        if kept and count < least:
            raise Refused(
                _("Please write at least %(least)s characters; there are %(count)s now.", least=least, count=count)
            )
        return kept
