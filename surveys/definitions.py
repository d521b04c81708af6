"""The parts of an instrument's definition: its language, its sections, its items, its words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.i18n import LANGUAGES
from questions import rule_text, rules

Definition = dict[str, Any]
WORDS = (
    *("title", "intro", "help", "message", "t", "labels", "unit", "placeholder", "yes", "no"),
    *("levels", "text", "allow_na"),
)  # the keys under which people's words stand
PIPE = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]*)[^{}]*\}\}")


def in_language(value: Any, wanted: str) -> Any:
    """Return a definition with every {zh: ..., en: ...} replaced by its words in one language."""
    if isinstance(value, list):
        return [in_language(part, wanted) for part in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= LANGUAGES.keys():
        return value.get(wanted, next(iter(value.values())))
    return {key: in_language(part, wanted) for key, part in value.items()}


def spoken(definition: Mapping[str, Any]) -> str:
    """Return the language a definition is written in."""
    said = str(definition.get("lang", "zh"))[:2]
    return said if said in LANGUAGES else "zh"


def sections(definition: Mapping[str, Any]) -> list[Any]:
    """Return the sections; a definition with only items is one section."""
    if "sections" in definition:
        found = definition["sections"]
        return found if isinstance(found, list) else []
    return [{"id": "all", "title": "", "items": definition.get("items")}]


def words(value: Any, key: str = "") -> Iterator[Any]:
    """Yield everything people read in a definition or a part of it: text, or a mapping of languages to text."""
    if isinstance(value, dict):
        if key in WORDS and value and value.keys() <= LANGUAGES.keys():
            yield value
            return
        for inner, part in value.items():
            yield from words(part, inner)
    elif isinstance(value, list):
        for part in value:
            yield from words(part, key)
    elif isinstance(value, str) and key in WORDS:
        yield value


def tongues(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages a definition offers: those it declares and those it writes anywhere."""
    declared = definition.get("languages")
    found = {str(one) for one in declared} if isinstance(declared, list) else set()
    for said in words(definition):
        if isinstance(said, dict):
            found |= said.keys()
    return tuple(name for name in LANGUAGES if name in found)


def piped(value: Any) -> list[str]:
    """Return the items whose answers a piece of words repeats."""
    texts = value.values() if isinstance(value, dict) else [value]
    return [name for text in texts if isinstance(text, str) for name in PIPE.findall(text)]


def normalised(definition: Mapping[str, Any]) -> Definition:
    """Return a definition with every rule written as text put as the mapping instruments store.

    Text that is no rule stays as it is, for `problems` to name.
    """
    return {
        key: [_rules_of(one, ("rule",)) for one in value]
        if key == "checks" and isinstance(value, list)
        else _normal(value, key)
        for key, value in definition.items()
    }


def _normal(value: Any, key: Any) -> Any:
    if isinstance(value, list):
        return [_rules_of(one, ("show_if", "if")) for one in value]
    if key == "show_if" and isinstance(value, str):
        return _mapping(value)
    return value


def _rules_of(thing: Any, keys: tuple[str, ...]) -> Any:
    """Return a section, item, option, jump or check with its rules as mappings."""
    if not isinstance(thing, dict):
        return thing
    return {
        key: _mapping(value) if key in keys and isinstance(value, str) else _normal(value, "")
        for key, value in thing.items()
    }


def _mapping(text: str) -> Any:
    try:
        return rules.mapping(rule_text.parse(text))
    except rule_text.RuleSyntax:
        return text
