"""Instruments: read a definition from a file, say what is wrong with it, freeze it as a version."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from core import audit
from core.db import db
from core.errors import BadInput
from core.i18n import _
from members.models import Organisation
from surveys import proof
from surveys.definitions import Definition, in_language, normalised, sections, spoken
from surveys.models import Version

__all__ = ["Definition", "freeze", "in_language", "normalised", "parse", "problems", "read", "sections", "spoken"]

BYTES, DEPTH = 1024 * 1024, 20
SHOWN = 12  # problems listed at once


class Unreadable(BadInput):
    """A file that is no definition; `line` counts from 1, None when it is the whole file."""

    def __init__(self, message: object, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """YAML without aliases (the way to write a bomb), without repeated keys, and without surprising types."""

    yaml_implicit_resolvers: dict[str, Any] = {}
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            line = mark.line + 1
            raise Unreadable(_("Line %(line)s: references (*name) are not allowed here.", line=line), line)
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
                line = key.start_mark.line + 1
                raise Unreadable(_("Line %(line)s: “%(key)s” stands there twice.", line=line, key=name), line)
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
    loaded = parse(content, name)
    found = list(problems(loaded))
    if found:
        more = [_("… and %(count)s more.", count=len(found) - SHOWN)] if len(found) > SHOWN else []
        said = "\n".join([*found[:SHOWN], *more])
        raise BadInput(_("%(name)s was not taken:\n%(problems)s", name=name, problems=said))
    return loaded


def parse(content: bytes, name: str) -> Definition:
    """Return what a YAML or JSON file says, rules as mappings, not checked yet; raise `BadInput`."""
    if len(content) > BYTES:
        raise BadInput(_("%(name)s is larger than 1 MB; a definition never is.", name=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("%(name)s is not UTF-8 text.", name=name)) from error
    loaded = _json(text, name) if text.lstrip().startswith("{") else _yaml(text, name)
    if not isinstance(loaded, dict):
        raise BadInput(_("%(name)s holds no definition: a title and sections with items are expected.", name=name))
    return normalised(loaded)


def _yaml(text: str, name: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader, made stricter
    except BadInput as error:
        raise Unreadable(f"{name}: {error}", getattr(error, "line", None)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        said = _("%(name)s, line %(line)s: this is not valid YAML.", name=name, line="?" if line is None else line)
        raise Unreadable(said, line) from error


def _json(text: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise BadInput(_("%(name)s: “%(key)s” stands there twice.", name=name, key=key))
            found[key] = value
        return found

    try:
        loaded = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        said = _("%(name)s, line %(line)s: this is not valid JSON.", name=name, line=error.lineno)
        raise Unreadable(said, error.lineno) from error
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


def lines(content: bytes) -> dict[str, int]:
    """Return on which line of a YAML or JSON file each section and item begins, by id."""
    try:
        root = _Loader(content.decode("utf-8-sig").replace("\t", " ")).get_single_node()
    except (yaml.YAMLError, ValueError, RecursionError, BadInput):
        return {}
    found: dict[str, int] = {}
    open_ = [root]
    while open_:
        node = open_.pop()
        if isinstance(node, yaml.SequenceNode):
            open_ += node.value
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == "id" and isinstance(value, yaml.ScalarNode):
                    found.setdefault(value.value, node.start_mark.line + 1)
                elif key.value in ("sections", "items"):
                    open_.append(value)
    return found


def problems(definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything wrong with the form of a definition, each with its place; `proof.prove` looks further."""
    yield from (finding.message for finding in proof.form(definition))


def freeze(definition: Definition, *, within: Organisation, by: Any = None) -> Version:
    """Store a frozen copy of a definition; a change is a new version. Raise `BadInput` when the proof finds errors."""
    definition = normalised(definition)
    wrong = [finding.message for finding in proof.prove(definition).errors]
    if wrong:
        more = [_("… and %(count)s more.", count=len(wrong) - SHOWN)] if len(wrong) > SHOWN else []
        raise BadInput("\n".join([*wrong[:SHOWN], *more]))
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
