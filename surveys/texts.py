"""All words of a definition, each with its place, for translating them side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from core.i18n import _
from forms.entries import LISTS
from forms.words import is_translated, with_words
from questions import named
from questions.base import Kind
from surveys.definitions import spoken

PLAIN = frozenset({"title", "help", "intro", "t", "unit", "placeholder", "yes", "no", "message", "allow_na"})
LONG = frozenset({"intro", "help"})


@dataclass(frozen=True, slots=True)
class Text:
    """Words somewhere in a definition: `path` leads there, `at` is the item or section, `words` by language."""

    path: str
    at: str
    label: str
    words: Mapping[str, str]
    long: bool

    def missing(self, language: str) -> bool:
        """Say whether there are no words in that language."""
        return not self.words.get(language, "").strip()


def listed(draft: Mapping[str, Any]) -> list[Text]:
    """Return all words of a definition in the order they are read."""
    own = spoken(draft)
    found = [*_whole(draft, own)]
    for s, section in enumerate(draft["sections"]):
        name = section["id"]
        for key in ("title", "intro"):
            found += _leaf(section.get(key), f"sections/{s}/{key}", name, _section(key), own, key in LONG)
        for i, item in enumerate(section["items"]):
            found += _inside(item, f"sections/{s}/items/{i}", str(item.get("id", "")), own)
    for c, check in enumerate(draft.get("checks", ())):
        found += _leaf(
            check.get("message"), f"checks/{c}/message", check.get("at", ""), _("Message of a check"), own, False
        )
    return found


def _whole(draft: Mapping[str, Any], own: str) -> Iterator[Text]:
    yield from _leaf(draft.get("title"), "title", "", _("Title of the questionnaire"), own, False)
    yield from _leaf(draft.get("intro"), "intro", "", _("Introduction"), own, True)


def _section(key: str) -> str:
    return _("Title of the section") if key == "title" else _("Introduction of the section")


def _leaf(value: Any, path: str, at: str, label: str, own: str, long: bool) -> list[Text]:
    if isinstance(value, bool) or value in (None, "", {}) or not isinstance(value, (str, int, float, dict)):
        return []
    if isinstance(value, dict) and not is_translated(value):
        return []
    words = dict(value) if isinstance(value, dict) else {own: str(value)}
    return [Text(path, at, label, words, long or any("\n" in said or len(said) > 60 for said in words.values()))]


def _inside(item: Mapping[str, Any], path: str, at: str, own: str) -> list[Text]:
    kind = named(item)
    settings = {setting.key: setting for setting in kind.settings} if kind else {}
    plain = PLAIN | {key for key, setting in settings.items() if setting.kind in (Kind.WORDS, Kind.LINES)}
    named_keys = {"title": _("Question"), "help": _("Explanation"), "t": _("Answer")}

    def look(value: Any, path: str, key: str, inside: bool) -> Iterator[Text]:
        if key in plain or inside:
            label = str(named_keys.get(key) or (settings[key].label if key in settings else _("Words")))
            leaf = _leaf(value, path, at, label, own, key in LONG)
            yield from leaf
            if leaf:
                return
        if isinstance(value, dict) and not is_translated(value):
            for inner, part in value.items():
                if inner not in ("show_if", "jumps", "v", "id", "type"):
                    yield from look(part, f"{path}/{inner}", inner, inside or key in LISTS)
        elif isinstance(value, list):
            for place, part in enumerate(value):
                yield from look(part, f"{path}/{place}", key, inside or key in LISTS)

    return [
        text
        for key, value in item.items()
        for text in look(value, f"{path}/{key}", key, False)
        if key not in ("id", "type")
    ]


def put(draft: dict[str, Any], path: str, language: str, words: str) -> None:
    """Set the words at a path in one language; raise `BadInput` when nothing is there."""
    there, key = _place(draft, path)
    there[key] = with_words(there[key], language, spoken(draft), words)


def replace(draft: dict[str, Any], path: str, words: Any) -> None:
    """Set all words at a path; raise `BadInput` when nothing is there."""
    there, key = _place(draft, path)
    there[key] = words


def mark(draft: dict[str, Any]) -> None:
    """Note at every plain word in which language it is, so that it can stand in a questionnaire of another."""
    own = spoken(draft)
    for text in listed(draft):
        there, key = _place(draft, text.path)
        if not is_translated(there[key]):
            there[key] = {own: str(there[key])}


def _place(draft: dict[str, Any], path: str) -> tuple[Any, Any]:
    *way, last = path.split("/")
    there: Any = draft
    try:
        for step in way:
            there = there[int(step)] if isinstance(there, list) else there[step]
        key: Any = int(last) if isinstance(there, list) else last
        there[key]
    except (LookupError, ValueError, TypeError) as error:
        raise BadInput(_("These words are no longer part of the questionnaire.")) from error
    return there, key
