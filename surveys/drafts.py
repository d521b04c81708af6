"""A definition being changed: pure functions that find, place, rename and remove what is in it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.errors import NotFound
from core.i18n import _
from questions.base import END, NAME, SILENT
from surveys.definitions import Definition, sections, spoken, tongues

Parts = dict[str, Any]  # an item or a section


def copied(definition: Mapping[str, Any]) -> Definition:
    """Return a deep copy, as JSON stores it, its items in sections that all have an id."""
    draft: Definition = json.loads(json.dumps(definition, ensure_ascii=False))
    draft["sections"] = [section for section in sections(draft) if isinstance(section, dict)]
    draft.pop("items", None)
    taken = ids(draft)
    for section in draft["sections"]:
        section["items"] = [item for item in section.get("items") or () if isinstance(item, dict)]
        if not section.get("id"):
            section["id"] = fresh(taken, "s")
            taken.add(section["id"])
    return draft


def items(draft: Mapping[str, Any]) -> Iterator[Parts]:
    """Yield every item in order."""
    for section in draft["sections"]:
        yield from section["items"]


def ids(draft: Mapping[str, Any]) -> set[str]:
    """Return the ids of all sections and items."""
    named = [*draft["sections"], *(item for section in draft["sections"] for item in section.get("items") or ())]
    return {str(part["id"]) for part in named if isinstance(part, dict) and part.get("id")}


def fresh(taken: Iterable[str], letter: str = "q") -> str:
    """Return the next id of that letter, above every one ever taken."""
    pattern = re.compile(rf"{letter}([0-9]{{1,9}})")
    numbers = [int(found[1]) for name in taken if (found := pattern.fullmatch(name))]
    return f"{letter}{max(numbers, default=0) + 1}"


def item(draft: Mapping[str, Any], name: str) -> Parts:
    """Return the item of that id; raise `NotFound`."""
    section, place = spot(draft, name)
    return section["items"][place]


def spot(draft: Mapping[str, Any], name: str) -> tuple[Parts, int]:
    """Return the section an item stands in and its place there; raise `NotFound`."""
    for section in draft["sections"]:
        for place, found in enumerate(section["items"]):
            if found.get("id") == name:
                return section, place
    raise NotFound(_("There is no question “%(name)s” any more.", name=name[:40]))


def section(draft: Mapping[str, Any], name: str) -> Parts:
    """Return the section of that id; raise `NotFound`."""
    for found in draft["sections"]:
        if found["id"] == name:
            return found
    raise NotFound(_("There is no section “%(name)s” any more.", name=name[:40]))


def put(draft: Definition, thing: Parts, where: str, place: int | None) -> None:
    """Put an item into a section, at a place or at its end."""
    listed = section(draft, where)["items"]
    listed.insert(len(listed) if place is None else max(0, min(place, len(listed))), thing)


def take(draft: Definition, name: str) -> Parts:
    """Take an item out and return it."""
    home, place = spot(draft, name)
    return home["items"].pop(place)


def renamed(draft: Definition, old: str, new: str) -> None:
    """Give an item or section another id, in rules, jumps, checks and piped words too."""
    piped = re.compile(r"\{\{\s*" + re.escape(old) + r"(?![A-Za-z0-9_])")
    word = re.compile(r"(?<![A-Za-z0-9_\"'])" + re.escape(old) + r"(?![A-Za-z0-9_\"'])")

    def change(value: Any, key: str = "") -> Any:
        if isinstance(value, list):
            return [change(part, key) for part in value]
        if isinstance(value, dict):
            return {inner: change(part, inner) for inner, part in value.items()}
        if not isinstance(value, str):
            return value
        if key in ("id", "item", "to", "at"):
            return new if value == old else value
        if key in ("show_if", "if", "rule"):
            return word.sub(new, value)
        return piped.sub("{{" + new, value)

    draft["sections"] = change(draft["sections"])
    if "checks" in draft:
        draft["checks"] = change(draft["checks"])


def acceptable(name: str) -> bool:
    """Say whether a name may be an id."""
    return bool(NAME.fullmatch(name)) and name != END


def languages(draft: Mapping[str, Any]) -> list[str]:
    """Return the languages of a definition, its own first: those it lists and those any of its words have."""
    own = spoken(draft)
    return [own, *(language for language in tongues(draft) if language != own)]


def cleaned(value: Any) -> Any:
    """Return a part of a definition without control characters, which no database takes."""
    if isinstance(value, dict):
        return {SILENT.sub("", str(key)): cleaned(part) for key, part in value.items()}
    if isinstance(value, list):
        return [cleaned(part) for part in value]
    return SILENT.sub("", value) if isinstance(value, str) else value
