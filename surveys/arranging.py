"""Arranging an instrument: its head, sections, checks and the words of each language; undone like every change."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import BadInput, NotFound
from core.i18n import LANGUAGES, _
from forms.words import with_words
from questions import types
from surveys import designing, drafts, texts
from surveys.definitions import Definition, spoken
from surveys.models import Instrument
from surveys.proof.structure import SECTIONS


def set_head(
    instrument: Instrument, revision: int, *, title: str, intro: str, languages: Sequence[str] | None = None
) -> None:
    """Change title and introduction in the instrument's own language, and which languages it is offered in."""

    def make(draft: Definition) -> str:
        own = spoken(draft)
        draft["title"] = with_words(draft.get("title"), own, own, title)
        said = with_words(draft.get("intro"), own, own, intro)
        if said or "intro" in draft:
            draft["intro"] = said
        if languages is not None:
            draft["languages"] = [own, *(code for code in LANGUAGES if code in languages and code != own)]
        return _("Changed the title page")

    designing.change(instrument, revision, make)


def set_texts(instrument: Instrument, revision: int, said: Mapping[str, Mapping[str, str]]) -> None:
    """Set words: language -> path (as in `texts.listed`) -> words; "" takes them away."""

    def make(draft: Definition) -> str:
        for language, told in said.items():
            for path, words in told.items():
                texts.put(draft, path, language, words)
        listed = drafts.languages(draft)
        if len(listed) > 1:
            draft["languages"] = listed
        return _("Changed the words in %(languages)s", languages=_(", ").join(LANGUAGES[code] for code in said))

    designing.change(instrument, revision, make)


def set_checks(instrument: Instrument, revision: int, checks: Sequence[Mapping[str, Any]]) -> None:
    """Set the checks across items."""

    def make(draft: Definition) -> str:
        if checks:
            draft["checks"] = [dict(check) for check in checks]
        else:
            draft.pop("checks", None)
        return _("Changed the checks")

    designing.change(instrument, revision, make)


def add_section(instrument: Instrument, revision: int, *, title: str = "", after: str = "") -> str:
    """Add a section behind another (or at the end) and return its id."""
    name = drafts.fresh(instrument.used_ids, "s")

    def make(draft: Definition) -> str:
        if len(draft["sections"]) >= SECTIONS:
            raise BadInput(_("A questionnaire holds at most %(most)s sections.", most=SECTIONS))
        ids = [section["id"] for section in draft["sections"]]
        place = ids.index(after) + 1 if after in ids else len(ids)
        draft["sections"].insert(place, {"id": name, "title": title, "items": []})
        return _("Added a section")

    designing.change(instrument, revision, make)
    return name


def set_section(instrument: Instrument, revision: int, name: str, values: Mapping[str, Any]) -> None:
    """Change a section's title, introduction, rule and order; None takes a setting away."""

    def make(draft: Definition) -> str:
        section = drafts.section(draft, name)
        for key in ("title", "intro", "show_if", "shuffle"):
            if key in values and values[key] is None:
                section.pop(key, None)
            elif key in values:
                section[key] = values[key]
        return _("Changed a section")

    designing.change(instrument, revision, make)


def move_section(instrument: Instrument, revision: int, name: str, place: int) -> None:
    """Move a section to a place; 0 is the first."""

    def make(draft: Definition) -> str:
        section = drafts.section(draft, name)
        draft["sections"].remove(section)
        draft["sections"].insert(max(0, min(place, len(draft["sections"]))), section)
        return _("Moved a section")

    designing.change(instrument, revision, make)


def delete_section(instrument: Instrument, revision: int, name: str) -> None:
    """Delete a section with its items; the last one is only emptied."""

    def make(draft: Definition) -> str:
        section = drafts.section(draft, name)
        if len(draft["sections"]) > 1:
            draft["sections"].remove(section)
        else:
            section["items"] = []
        return _("Deleted a section")

    designing.change(instrument, revision, make)


def set_kind(instrument: Instrument, revision: int, name: str, key: str) -> None:
    """Make a question one of another kind; what both kinds have is kept. Raise `NotFound` for no such kind."""
    kind = types.get(key)
    if kind is None:
        raise NotFound(_("There is no such kind of question."))

    def make(draft: Definition) -> str:
        item = drafts.item(draft, name)
        kept = {inner: value for inner, value in item.items() if inner in (*kind.keys, *kind.more_keys)}
        item.clear()
        item.update({**kind.begin(), **kept, "type": kind.key})
        return _("Changed the kind to %(kind)s", kind=kind.label)

    designing.change(instrument, revision, make)
