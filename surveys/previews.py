"""A draft made ready to be looked at and tried, however unfinished it still is."""

from collections.abc import Mapping
from typing import Any

from core.i18n import _, speaking
from questions import named
from surveys import drafts, questionnaires
from surveys.definitions import Definition, in_language, spoken
from surveys.questionnaires import Ready

BROKEN = (KeyError, TypeError, ValueError, AttributeError, AssertionError, LookupError, NotImplementedError)


def drawable(definition: Mapping[str, Any], language: str = "") -> Ready | None:
    """Return what of a draft can be asked, None when nothing can; rules that cannot be read are left out."""
    language = language or spoken(definition)
    draft = drafts.copied(definition)
    with speaking(language):
        draft["title"] = draft.get("title") or _("New questionnaire")
        for section in draft["sections"]:
            section["items"] = [item for item in section["items"] if _sound(item, language)]
        draft["sections"] = [section for section in draft["sections"] if section["items"]]
        if not draft["sections"]:
            return None
        for attempt in (draft, _ruleless(draft)):
            try:
                return questionnaires.prepare(attempt, language)
            except BROKEN:
                continue
    return None


def values(ready: Ready | None) -> dict[str, Mapping[str, str]]:
    """Return for every question the values a rule may name, with their words."""
    return {item.name: item.kind.values(item) for item in ready.items} if ready else {}


def _sound(item: Definition, language: str) -> bool:
    """Say whether a question can be drawn; one without a title gets a placeholder."""
    kind = named(item)
    if kind is None or not item.get("id"):
        return False
    if not item.get("title"):
        item["title"] = _("(no wording yet)")
    try:
        told = in_language(item, language)
        if list(kind.check(told)):
            return False
        kind.prepare(told)
    except BROKEN:
        return False
    return True


def _ruleless(draft: Definition) -> Definition:
    bare = drafts.copied(draft)
    bare.pop("checks", None)
    for section in bare["sections"]:
        section.pop("show_if", None)
        for item in section["items"]:
            item.pop("show_if", None)
            item.pop("jumps", None)
            for option in item.get("options") or ():
                if isinstance(option, dict):
                    option.pop("show_if", None)
    return bare
