"""Kinds of question: one file each, found by name; `charts` draws what they count."""

from collections.abc import Mapping
from typing import Any

from core.registry import Registry
from questions.base import QuestionType

types: Registry[QuestionType] = Registry("questions", QuestionType)


def named(definition: Mapping[str, Any]) -> QuestionType | None:
    """Return the kind an item's definition asks for by its `type`, or None."""
    return next((kind for kind in types.values() if kind.claims(definition)), None)
