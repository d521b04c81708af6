"""The JSON Schema of our format, made from the kinds of question; docs/instrument.schema.json is its printed form.

It says what a definition may hold and of which type; that what refers to something fits, and that people can get
through, is for `surveys.proof`. Print it anew: python -m surveys.formats.json_schema > docs/instrument.schema.json
"""

import json
from typing import Any

from questions import types
from questions.base import END, NAME, VALUE, QuestionType
from questions.rules import OPERATORS
from surveys.proof.structure import INTRO, ITEMS, SECTIONS, TITLE

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
LIMIT: Schema = {"type": ["number", "string", "null"]}
SHAPES: dict[str, Schema] = {
    "options": {"$ref": "#/$defs/options"},
    "rows": {"$ref": "#/$defs/entries"},
    "columns": {"$ref": "#/$defs/entries"},
    "scale": {"$ref": "#/$defs/scale"},
    "tree": {"$ref": "#/$defs/tree"},
    "levels": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/words"}},
    "labels": {"type": ["array", "null"], "items": {"$ref": "#/$defs/words"}},
    "blanks": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/blank"}},
    "exclusive": {"type": ["array", "null"], "items": {"type": ["string", "number"]}},
    "allow_na": {"anyOf": [FLAG, {"type": "null"}, {"$ref": "#/$defs/words"}]},
    "shuffle": FLAG,
    **dict.fromkeys(("min", "max"), LIMIT),
    **{key: {"type": ["integer", "null"]} for key in ("top", "stars", "decimals", "max_length", "min_length", "total")},
}
NEEDED = {
    "single": ["options"],
    "multi": ["options"],
    "dropdown": ["options"],
    "ranking": ["options"],
    "constant_sum": ["options"],
    "scale": ["scale"],
    "matrix": ["rows", "scale"],
    "matrix_multi": ["rows", "options"],
    "matrix_number": ["rows"],
    "matrix_text": ["rows"],
    "blanks": ["text", "blanks"],
    "cascade": ["tree"],
}


def schema() -> Schema:
    """Return the whole schema."""
    top = _object(
        {
            "id": {"type": ["string", "number"]},
            "version": {"type": ["string", "number"]},
            "lang": {"enum": ["zh", "en"]},
            "languages": {"type": "array", "items": {"enum": ["zh", "en"]}},
            "title": _words(TITLE),
            "intro": _words(INTRO, 0),
            "anonymity": {"type": "object"},
            "sections": {"type": "array", "minItems": 1, "maxItems": SECTIONS, "items": {"$ref": "#/$defs/section"}},
            "items": {"$ref": "#/$defs/items"},
            "checks": {"type": "array", "items": {"$ref": "#/$defs/check"}},
        },
        ["title"],
    )
    return {
        "$schema": DIALECT,
        "title": "Xinsheng instrument",
        "description": "A questionnaire. Words people read may be text, or text by language: {zh: ..., en: ...}.",
        **top,
        "oneOf": [{"required": ["sections"]}, {"required": ["items"]}],
        "$defs": {**_parts(), **{f"type_{kind.key}": _kind(kind) for kind in types.values()}},
    }


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _words(most: int | None = None, least: int = 1) -> Schema:
    text: Schema = {"type": "string", "minLength": least, **({"maxLength": most} if most else {})}
    by_language = {"type": "object", "properties": {"zh": text, "en": text}, "additionalProperties": False}
    return {"anyOf": [text, {**by_language, "minProperties": 1}]}


def _parts() -> dict[str, Schema]:
    value: Schema = {"type": ["string", "number"], "pattern": f"^{VALUE.pattern}$"}
    words: Schema = {"$ref": "#/$defs/words"}
    rule: Schema = {"$ref": "#/$defs/rule"}
    name: Schema = {"type": "string", "pattern": f"^{NAME.pattern}$"}
    entry = {"v": value, "t": words}
    blank = {"kind": {"enum": ["text", "number"]}, "min": LIMIT, "max": LIMIT, "max_length": WHOLE, "decimals": WHOLE}
    option = {**entry, "text": FLAG, "fixed": FLAG, "exclusive": FLAG, "show_if": rule}
    scale = {"min": WHOLE, "max": WHOLE, "labels": SHAPES["labels"]}
    section = {
        "id": {"anyOf": [name, {"const": ""}]},
        "title": _words(TITLE, 0),
        "intro": _words(INTRO, 0),
        "show_if": rule,
        "shuffle": FLAG,
        "items": {"$ref": "#/$defs/items"},
    }
    return {
        "words": {**_words(), "anyOf": [*_words()["anyOf"], {"type": "number"}]},
        "rule": {"anyOf": [{"type": "string", "minLength": 1}, {"$ref": "#/$defs/condition"}, {"type": "null"}]},
        "condition": _condition(name),
        "options": {"type": "array", "minItems": 1, "maxItems": 100, "items": _object(option, ["v", "t"])},
        "entries": {"type": ["array", "null"], "items": _object({**entry, "fixed": FLAG}, ["v", "t"])},
        "blank": _object({**entry, **blank}, ["v"]),
        "tree": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/branch"}},
        "branch": _object({**entry, "options": {"type": "array", "items": {"$ref": "#/$defs/branch"}}}, ["v", "t"]),
        "scale": _object(scale, ["min", "max"]),
        "jump": _object({"if": rule, "to": {"anyOf": [name, {"const": END}]}}, ["if", "to"]),
        "check": _object({"rule": rule, "message": words, "at": name}, ["rule", "message", "at"]),
        "section": _object(section, ["items"]),
        "items": {"type": "array", "minItems": 1, "maxItems": ITEMS, "items": {"$ref": "#/$defs/item"}},
        "item": {"oneOf": [{"$ref": f"#/$defs/type_{kind.key}"} for kind in types.values()]},
    }


def _condition(name: Schema) -> Schema:
    one: Schema = {"type": ["string", "number", "boolean"]}
    other = _object({"item": name, "row": {"type": "string"}}, ["item"])
    comparison = _object(
        {
            "item": name,
            "row": {"type": "string"},
            "count": FLAG,
            "op": {"enum": list(OPERATORS)},
            "value": {"anyOf": [one, {"type": "array", "items": one}, other, {"type": "null"}]},
        },
        ["item"],
    )
    inner: Schema = {"$ref": "#/$defs/condition"}
    several: Schema = {"type": "array", "minItems": 1, "items": inner}
    return {
        "anyOf": [
            _object({"all": several}, ["all"]),
            _object({"any": several}, ["any"]),
            _object({"not": inner}, ["not"]),
            comparison,
        ]
    }


def _kind(kind: QuestionType) -> Schema:
    common: dict[str, Schema] = {
        "id": {"type": "string", "pattern": f"^{NAME.pattern}$"},
        "title": _words(INTRO),
        "help": _words(INTRO, 0),
        "required": FLAG,
        "show_if": {"$ref": "#/$defs/rule"},
        "jumps": {"type": "array", "items": {"$ref": "#/$defs/jump"}},
    }
    properties = {key: common[key] for key in kind.keys if key in common}
    if {"options", "rows"} & set(kind.more_keys):
        properties["shuffle"] = FLAG
    for key in kind.more_keys:
        properties[key] = SHAPES.get(key, {"anyOf": [{"$ref": "#/$defs/words"}, {"const": ""}, {"type": "null"}]})
    if kind.key in ("short_text", "long_text"):
        properties["rows"] = {"type": ["integer", "null"]}
    properties["type"] = {"enum": [kind.key, *kind.aliases]}
    made = _object(properties, ["id", "type", "title", *NEEDED.get(kind.key, ())])
    if kind.key not in ("short_text", "long_text"):
        return made
    lines = {"rows": {"const": 1}} if kind.key == "short_text" else {"rows": {"type": "integer", "minimum": 2}}
    plain = {
        "properties": {"type": {"const": "text"}, **lines},
        "required": ["rows"] if kind.key == "long_text" else [],
    }
    properties["type"] = {"enum": [kind.key, *kind.aliases, "text"]}
    own = {"properties": {"type": {"enum": [kind.key, *kind.aliases]}}}
    return {**made, "anyOf": [own, plain]}


def printed() -> str:
    """Return the schema as it is published."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(printed(), end="")
