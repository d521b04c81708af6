"""A passage of one's own words."""

from collections.abc import Mapping
from typing import Any

from core.i18n import lazy
from questions.base import QuestionType
from questions.short_text import ShortText


class LongText(ShortText):
    """Several lines; the answer is the text."""

    key = "long_text"
    label = lazy("Long text")
    order = 70
    aliases = ("textarea",)
    usual_length, usual_lines = 500, 4

    def claims(self, definition: Mapping[str, Any]) -> bool:
        """Say whether a definition asks for several lines: `type: text` with more than one row."""
        rows = definition.get("rows")
        return QuestionType.claims(self, definition) or (definition.get("type") == "text" and rows not in (None, 1))
