"""Whether a definition has the form of an instrument, item by item; what refers to what is looked at afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.i18n import LANGUAGES, _
from forms.questionnaire import RESERVED
from questions import named
from questions.base import END, NAME, Item, QuestionType
from surveys.definitions import in_language, sections, spoken, tongues
from surveys.proof import limits
from surveys.proof.findings import error
from surveys.proof.outline import Outline, Part, Place

SECTIONS, ITEMS, TITLE, INTRO = 50, 500, 200, 4000
TOP = {"id", "version", "lang", "title", "intro", "languages", "anonymity", "sections", "items", "checks"}
SECTION = {"id", "title", "intro", "show_if", "shuffle", "items"}
OPTION = {"v", "t", "text", "show_if", "fixed", "exclusive"}
LISTS = ("options", "rows", "columns", "blanks")


def outline(whole: Mapping[str, Any]) -> Outline:
    """Return a definition laid out, with everything wrong in its form among its findings."""
    out = Outline(in_language(dict(whole), spoken(whole)))
    _top(out, whole)
    listed = sections(out.definition)
    if not 1 <= len(listed) <= SECTIONS:
        _add(out, "sections", "", _("There must be 1 to %(most)s sections.", most=SECTIONS))
        return out
    taken: set[str] = set(RESERVED) | {END}
    written = sections(whole)
    for number, section in enumerate(listed, start=1):
        _section(out, section, written[number - 1], number, taken)
    if len(out.places) > ITEMS:
        _add(out, "items", "", _("There must be at most %(most)s items.", most=ITEMS))
    if not any(place.kind.answerable for place in out.places) and not out.found:
        _add(out, "empty", "", _("There is no question in it yet."))
    return out


def _add(out: Outline, code: str, item: str, message: str) -> None:
    out.found.append(error(code, item, message))


def _top(out: Outline, whole: Mapping[str, Any]) -> None:
    definition = out.definition
    title = definition.get("title")
    if not isinstance(title, str) or not 1 <= len(title.strip()) <= TITLE:
        _add(out, "title", "", _("The title is missing or longer than %(most)s characters.", most=TITLE))
    if not isinstance(definition.get("intro", ""), str) or len(definition.get("intro", "")) > INTRO:
        _add(out, "title", "", _("“intro” must be text of at most %(most)s characters.", most=INTRO))
    if str(whole.get("lang", "zh"))[:2] not in LANGUAGES:
        _add(out, "language", "", _("“lang” must be one of: %(known)s.", known=", ".join(LANGUAGES)))
    declared = whole.get("languages", [])
    if not isinstance(declared, list) or any(not isinstance(one, str) or one not in LANGUAGES for one in declared):
        _add(out, "language", "", _("“languages” must list some of: %(known)s.", known=", ".join(LANGUAGES)))
    for key in sorted({str(key) for key in whole} - TOP):
        _add(out, "setting_unknown", "", _("“%(key)s” is not known here.", key=key[:40]))
    if "sections" in whole and "items" in whole:
        _add(out, "sections", "", _("“items” beside “sections” would not be asked; move them into a section."))


def _section(out: Outline, section: Any, written: Any, number: int, taken: set[str]) -> None:
    where = _("Section %(number)s", number=number)
    if not isinstance(section, dict) or not isinstance(section.get("items"), list):
        _add(out, "sections", "", _("%(where)s: a list “items” is missing.", where=where))
        return
    name = section.get("id", "")
    if name != "" and (not isinstance(name, str) or not NAME.fullmatch(name)):
        _add(out, "id", "", _("%(where)s: %(what)s.", where=where, what=_bad_id()))
        name = ""
    elif name in taken and "items" not in out.definition:
        _add(out, "duplicate_id", name, _("%(where)s: the id “%(id)s” is used twice.", where=where, id=name))
        name = ""
    taken.add(name)
    for key, most in (("title", TITLE), ("intro", INTRO)):
        if not isinstance(section.get(key, ""), str) or len(section.get(key, "")) > most:
            said = _("“%(key)s” must be text of at most %(most)s characters", key=key, most=most)
            _add(out, "title", name, _("%(where)s: %(what)s.", where=where, what=said))
    if not isinstance(section.get("shuffle", False), bool):
        said = _("“%(key)s” must be true or false", key="shuffle")
        _add(out, "flag", name, _("%(where)s: %(what)s.", where=where, what=said))
    for key in sorted({str(key) for key in section} - SECTION):
        said = _("the setting “%(key)s” is not known here", key=key[:40])
        _add(out, "setting_unknown", name, _("%(where)s: %(what)s.", where=where, what=said))
    part = Part(name, number, section, len(out.places), len(out.places))
    out.parts.append(part)
    if not section["items"]:
        _add(out, "empty_section", name, _("%(where)s has no items.", where=part.called))
    for inside, item in enumerate(section["items"]):
        if len(out.places) > ITEMS:
            return
        _item(out, item, written["items"][inside], part, inside + 1, taken)
        part.past = len(out.places)


def _bad_id() -> str:
    return _("the “id” must begin with a letter and hold only letters, digits and _ (at most 40)")


def _item(out: Outline, item: Any, written: Any, part: Part, inside: int, taken: set[str]) -> None:
    there = _("%(section)s, item %(place)s", section=part.called, place=inside)
    if not isinstance(item, dict):
        said = _("an item with “id”, “type” and “title” is expected")
        _add(out, "items", "", _("%(where)s: %(what)s.", where=there, what=said))
        return
    name, kind = item.get("id"), named(item)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        _add(out, "id", "", _("%(where)s: %(what)s.", where=there, what=_bad_id()))
        return
    if kind is None:
        said = _("the type “%(type)s” is not known", type=str(item.get("type"))[:40])
        _add(out, "type", name, _("%(where)s: %(what)s.", where=f"{there} ({name})", what=said))
        return
    number = 1 + sum(place.kind.answerable for place in out.places) if kind.answerable else 0
    place = Place(name, len(out.places), number, len(out.parts) - 1, item, kind)
    before = len(out.found)
    _id(out, place, taken)
    for code, said in {**dict.fromkeys(_own(item, kind)), **dict.fromkeys(_settings(written, kind))}:
        _add(out, code, name, _("%(where)s: %(what)s.", where=place.called, what=said))
    out.places.append(place)
    out.ids.setdefault(name, place)
    if len(out.found) == before:
        place.item = _ready(place, part)


def _id(out: Outline, place: Place, taken: set[str]) -> None:
    listed = place.raw.get("options")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    for key in (place.name, *(f"{place.name}_{one.get('v')}" for one in entries if one.get("text") is True)):
        if key in RESERVED or key == END:
            said = _("the id “%(id)s” is kept for the system; choose another", id=key)
            _add(out, "reserved_id", place.name, _("%(where)s: %(what)s.", where=place.called, what=said))
        elif key in taken:
            said = _("the id “%(id)s” is used twice", id=key)
            _add(out, "duplicate_id", place.name, _("%(where)s: %(what)s.", where=place.called, what=said))
        taken.add(key)


def _own(item: Mapping[str, Any], kind: QuestionType) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the keys every item may have."""
    if not isinstance(item.get("title"), str) or not 1 <= len(item["title"].strip()) <= INTRO:
        yield "title", _("the title is missing or too long")
    if not isinstance(item.get("help", ""), str) or len(item.get("help", "")) > INTRO:
        yield "title", _("“%(key)s” must be text of at most %(most)s characters", key="help", most=INTRO)
    for key in ("required", "shuffle"):
        if not isinstance(item.get(key, False), bool):
            yield "flag", _("“%(key)s” must be true or false", key=key)
    listed = {"shuffle"} if {"options", "rows"} & set(kind.more_keys) else set()
    for key in sorted(set(map(str, item)) - {*kind.keys, *kind.more_keys, *listed}):
        yield "setting_unknown", _("the setting “%(key)s” is not known here", key=key[:40])
    for key in LISTS:
        entries = item.get(key) if key in kind.more_keys else None
        for entry in entries if isinstance(entries, list) else ():
            yield from _entry(entry, key) if isinstance(entry, dict) else ()


def _entry(entry: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    called = str(entry.get("v", ""))[:40]
    known = OPTION if key in ("options", "rows") else OPTION | {"kind", "min", "max", "max_length", "decimals"}
    for other in sorted(set(map(str, entry)) - known):
        yield "setting_unknown", _("“%(value)s”: the setting “%(key)s” is not known here", value=called, key=other[:40])
    for flag in ("text", "fixed", "exclusive"):
        if not isinstance(entry.get(flag, False), bool):
            yield "flag", _("“%(value)s”: “%(key)s” must be true or false", value=called, key=flag)


def _settings(written: Mapping[str, Any], kind: QuestionType) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the settings of its kind, in every language it is written in."""
    for language in tongues(written) or ("",):
        told = in_language(dict(written), language)
        against, sane = limits.contradictions(told, kind)
        yield from against
        if sane is not None:
            yield from (("settings", said) for said in kind.check(sane))


def _ready(place: Place, part: Part) -> Item:
    return Item(
        name=place.name,
        kind=place.kind,
        title=place.raw["title"].strip(),
        help=place.raw.get("help", ""),
        required=place.raw.get("required", False),
        settings=place.kind.prepare(place.raw),
        section=part.name,
        number=place.number,
    )
