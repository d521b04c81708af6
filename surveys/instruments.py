"""Instruments: read a definition from a file, say what is wrong with it, freeze it as a version."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from core import audit
from core.db import db
from core.errors import BadInput
from core.i18n import LANGUAGES, _
from forms.questionnaire import RESERVED
from members.models import Organisation
from questions import named
from questions.base import NAME, QuestionType
from questions.rules import OPERATORS
from surveys.models import Version

BYTES, DEPTH, SECTIONS, ITEMS, TITLE, INTRO = 512 * 1024, 12, 50, 200, 200, 4000
SHOWN = 12  # problems listed at once
Definition = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML without aliases (the way to write a bomb), without repeated keys, and without surprising types."""

    yaml_implicit_resolvers: dict[str, Any] = {}
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise BadInput(_("Line %(line)s: references (*name) are not allowed here.", line=mark.line + 1))
        self.depth += 1
        if self.depth > DEPTH:
            raise BadInput(_("The definition is nested more than %(depth)s levels deep.", depth=DEPTH))
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _value in node.value:
            name = str(key.value)
            if name in seen:
                raise BadInput(
                    _("Line %(line)s: “%(key)s” stands there twice.", line=key.start_mark.line + 1, key=name)
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


# Only what JSON has too: "no" stays a word, 12:30 and 2026-01-01 stay text.
for _kind, _pattern, _first in (
    ("bool", r"^(?:true|True|false|False)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,14})$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]{1,15}\.[0-9]{1,15}$", "-+0123456789"),
    ("null", r"^(?:~|null|Null|)$", "~nN"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), [*_first, ""])


def read(content: bytes, name: str) -> Definition:
    """Return the definition in a YAML or JSON file; raise `BadInput` naming the place and the reason."""
    if len(content) > BYTES:
        raise BadInput(_("%(name)s is larger than 512 KB; a definition never is.", name=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("%(name)s is not UTF-8 text.", name=name)) from error
    loaded = _json(text, name) if text.lstrip().startswith("{") else _yaml(text, name)
    if not isinstance(loaded, dict):
        raise BadInput(_("%(name)s holds no definition: a title and sections with items are expected.", name=name))
    found = list(problems(loaded))
    if found:
        more = [_("… and %(count)s more.", count=len(found) - SHOWN)] if len(found) > SHOWN else []
        said = "\n".join([*found[:SHOWN], *more])
        raise BadInput(_("%(name)s was not taken:\n%(problems)s", name=name, problems=said))
    return loaded


def _yaml(text: str, name: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader, made stricter
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = mark.line + 1 if mark is not None else "?"
        raise BadInput(_("%(name)s, line %(line)s: this is not valid YAML.", name=name, line=place)) from error


def _json(text: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for key, _value in pairs if sum(key == other for other, _value in pairs) > 1)
            raise BadInput(_("%(name)s: “%(key)s” stands there twice.", name=name, key=twice))
        return found

    try:
        loaded = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise BadInput(_("%(name)s, line %(line)s: this is not valid JSON.", name=name, line=error.lineno)) from error
    except (RecursionError, ValueError) as error:
        raise BadInput(_("%(name)s: this is not valid JSON.", name=name)) from error
    if _depth(loaded) > DEPTH:
        raise BadInput(_("The definition is nested more than %(depth)s levels deep.", depth=DEPTH))
    return loaded


def _depth(value: Any, level: int = 1) -> int:
    if level > DEPTH or not isinstance(value, (dict, list)):
        return level
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(part, level + 1) for part in inner), default=level)


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


def problems(whole: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything wrong with a definition, each with its place."""
    definition = in_language(dict(whole), spoken(whole))
    title = definition.get("title")
    if not isinstance(title, str) or not 1 <= len(title.strip()) <= TITLE:
        yield _("The title is missing or longer than %(most)s characters.", most=TITLE)
    if not isinstance(definition.get("intro", ""), str) or len(definition.get("intro", "")) > INTRO:
        yield _("“intro” must be text of at most %(most)s characters.", most=INTRO)
    listed = sections(definition)
    if not 1 <= len(listed) <= SECTIONS:
        yield _("There must be 1 to %(most)s sections.", most=SECTIONS)
        return
    earlier: dict[str, tuple[QuestionType, Mapping[str, Any]]] = {}
    taken: set[str] = set(RESERVED)
    for place, section in enumerate(listed, start=1):
        yield from _section_problems(section, place, earlier, taken)
    if not 1 <= len(earlier) <= ITEMS:
        yield _("There must be 1 to %(most)s questions.", most=ITEMS)


def _section_problems(section: Any, place: int, earlier: dict[str, Any], taken: set[str]) -> Iterator[str]:
    where = _("Section %(place)s", place=place)
    if not isinstance(section, dict) or not isinstance(section.get("items"), list):
        yield _("%(where)s: a list “items” is missing.", where=where)
        return
    for key, most in (("title", TITLE), ("intro", INTRO)):
        if not isinstance(section.get(key, ""), str) or len(section.get(key, "")) > most:
            yield _(
                "%(where)s: “%(key)s” must be text of at most %(most)s characters.", where=where, key=key, most=most
            )
    yield from (
        _("%(where)s: %(problem)s.", where=where, problem=said) for said in _condition_problems(section, earlier)
    )
    for number, item in enumerate(section["items"], start=1):
        if len(earlier) > ITEMS:
            return
        name = item.get("id") if isinstance(item, dict) else None
        there = f"{where}, {name}" if isinstance(name, str) else _("%(where)s, item %(n)s", where=where, n=number)
        for said in _item_problems(item, earlier, taken):
            yield _("%(where)s: %(problem)s.", where=there, problem=said)


def _item_problems(item: Any, earlier: dict[str, Any], taken: set[str]) -> Iterator[str]:
    if not isinstance(item, dict):
        yield _("an item with “id”, “type” and “title” is expected")
        return
    name, kind = item.get("id"), named(item)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield _("the “id” must begin with a letter and hold only letters, digits and _")
        return
    if not isinstance(item.get("title"), str) or not 1 <= len(item["title"].strip()) <= INTRO:
        yield _("the title is missing or too long")
    if not isinstance(item.get("help", ""), str) or not isinstance(item.get("required", False), bool):
        yield _("“help” must be text and “required” true or false")
    if kind is None:
        yield _("the type “%(type)s” is not known", type=str(item.get("type"))[:40])
        return
    for key in sorted(set(map(str, item)) - {*kind.keys, *kind.more_keys}):
        yield _("the setting “%(key)s” is not known here", key=key[:40])
    wrong = [*_condition_problems(item, earlier), *kind.check(item)]
    yield from wrong
    if wrong:
        return
    listed = item.get("options")
    own = {f"{name}_{o['v']}" for o in listed if o.get("text")} if isinstance(listed, list) else set()
    if not taken.isdisjoint({name, *own}):
        yield _("the “id” is used twice")
        return
    taken.update({name, *own})
    earlier[name] = (kind, item)


def _condition_problems(thing: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[str]:
    rule = thing.get("show_if")
    if rule is None:
        return
    if not isinstance(rule, dict) or rule.get("op", "==") not in OPERATORS:
        yield _("“show_if” needs “item”, “op” (%(known)s) and “value”", known=", ".join(OPERATORS))
        return
    if not isinstance(rule.get("item"), str) or rule["item"] not in earlier:
        yield _("“show_if” must name an earlier question, not “%(name)s”", name=str(rule.get("item"))[:40])
        return
    kind, definition = earlier[rule["item"]]
    operator, value = rule.get("op", "=="), rule.get("value")
    if operator == "answered":
        return
    if not kind.comparable:
        yield _("“show_if”: “%(name)s” can only be asked with “answered”", name=rule["item"])
    elif operator in (">=", "<="):
        if "scale" not in kind.more_keys or isinstance(value, bool) or not isinstance(value, (int, float)):
            yield _("“show_if”: “%(op)s” needs a scale and a number", op=operator)
    else:
        wanted = value if isinstance(value, list) else [value]
        known = _values(kind, definition)
        unknown = [str(part)[:40] for part in wanted if known and str(part) not in known]
        if not wanted or unknown:
            yield _("“show_if”: “%(name)s” has no answer “%(value)s”", name=rule["item"], value=", ".join(unknown))


def _values(kind: QuestionType, definition: Mapping[str, Any]) -> set[str]:
    prepared = kind.prepare(definition)
    return {option.value for option in (*prepared.get("options", ()), *prepared.get("points", ()))}


def freeze(definition: Definition, *, within: Organisation, by: Any = None) -> Version:
    """Store a frozen copy of a checked definition; a change is a new version."""
    wrong = next(problems(definition), None)
    if wrong is not None:
        raise BadInput(wrong)
    spoken_in = spoken(definition)
    version = Version(
        organisation_id=within.id,
        title=str(in_language(definition["title"], spoken_in)).strip(),
        language=spoken_in,
        definition=json.loads(json.dumps(definition, ensure_ascii=False)),
    )
    db.session.add(version)
    db.session.flush()
    if by is not None:
        audit.note("freeze", version, by=by)
    return version
