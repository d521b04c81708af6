"""Words in several languages, as definitions hold them: plain in their own language, or {"zh": ..., "en": ...}."""

from typing import Any

from core.i18n import LANGUAGES


def is_translated(value: Any) -> bool:
    """Say whether a value is words in several languages."""
    return isinstance(value, dict) and bool(value) and value.keys() <= LANGUAGES.keys()


def words(value: Any, language: str, own: str) -> str:
    """Return words in a language, "" when they are missing; plain words are in the definition's `own` language."""
    if is_translated(value):
        return str(value.get(language) or "")
    return (
        str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) and language == own else ""
    )


def with_words(value: Any, language: str, own: str, said: str) -> Any:
    """Return a value with its words in one language changed and the others kept; "" takes them away."""
    told = dict(value) if is_translated(value) else {own: words(value, own, own)}
    told[language] = said
    told = {code: text for code, text in told.items() if text}
    if not told:
        return ""
    return told[own] if told.keys() == {own} else told
