"""Our own format: the definition itself, as JSON or YAML; docs/instrument.schema.json says what it may hold."""

import json
import re
from collections.abc import Mapping
from typing import Any

from core.errors import BadInput
from core.i18n import _, lazy
from surveys import instruments, proof
from surveys.definitions import in_language, normalised
from surveys.formats.base import ERROR, INFO, Format, Note, Reading, Written, unreadable

KEYS = ("id", "version", "lang", "languages", "title", "intro", "anonymity", "sections", "items", "checks")
INSIDE = (
    *("id", "type", "title", "intro", "help", "required", "shuffle", "show_if"),
    *("v", "t", "text", "fixed", "exclusive", "if", "rule", "to", "message", "at"),
)
LAST = ("options", "rows", "columns", "tree", "blanks", "items", "jumps")
HEAD = re.compile(r"^(title|sections|items):", re.M)
FILE = re.compile(r"[^A-Za-z0-9_.-]+")


class Own(Format):
    """Everything an instrument can say, in the form it is kept in."""

    key = "json"
    label = lazy("Our format (JSON or YAML)")
    order = 10
    extensions = (".json", ".yaml", ".yml")
    mimetype = "application/json"
    writes = True

    def claims(self, content: bytes, name: str) -> float:
        """Say yes to what looks like a mapping with a title and questions, by its name or by itself."""
        text = content[:200_000].decode("utf-8-sig", "replace").lstrip()
        if text.startswith("{"):
            return 0.95 if '"items"' in text or '"sections"' in text else 0.6
        heads = set(HEAD.findall(text))
        if heads & {"sections", "items"}:
            return 0.95 if "title" in heads else 0.8
        return 0.7 if self.named_like(name) else 0.0

    def read(self, content: bytes, name: str, *, language: str = "zh") -> Reading:
        """Return the definition as it stands; every line is in it, but for remarks, which a note names."""
        try:
            definition = instruments.parse(content, name)
        except BadInput as error:
            return unreadable(self.key, str(error), line=getattr(error, "line", None))
        where = instruments.lines(content)
        notes = [
            Note(ERROR, found.message, where.get(found.item)) for found in proof.form(definition) if found.item in where
        ]
        used = set()
        for number, line in enumerate(content.decode("utf-8-sig").splitlines(), start=1):
            if line.lstrip().startswith("#"):
                notes.append(Note(INFO, _("A remark; it is not kept: %(text)s", text=line.strip()[:80]), number))
            elif line.strip():
                used.add(number)
        return Reading(self.key, definition, tuple(notes), frozenset(used))

    def write(self, definition: Mapping[str, Any], *, language: str = "") -> Written:
        """Return the definition as JSON, keys in a settled order; nothing is lost, unless one language is asked for."""
        whole = normalised(definition)
        if language:
            whole = {**in_language(whole, language), "lang": language}
            whole.pop("languages", None)
        text = json.dumps(_ordered(whole, KEYS), ensure_ascii=False, indent=2) + "\n"
        called = FILE.sub("-", str(whole.get("id") or "")).strip("-") or "instrument"
        return Written(text.encode(), f"{called}.json")


def _ordered(value: Any, first: tuple[str, ...] = INSIDE) -> Any:
    """Return a definition with the keys of every mapping in the order people read them."""
    if isinstance(value, list):
        return [_ordered(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    rank = {key: place for place, key in enumerate(first)}
    last = {key: 1000 + place for place, key in enumerate(LAST if first is INSIDE else ())}
    keys = sorted(value, key=lambda key: last.get(key, rank.get(key, 500)))
    return {key: _ordered(value[key]) for key in keys}
