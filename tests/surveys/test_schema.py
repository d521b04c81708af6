"""The published JSON Schema: what we ship and what new questions begin with validates, what is malformed does not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core import i18n
from core.settings import ROOT
from questions import types
from surveys import instruments
from surveys.formats import json_schema

CORPUS = Path(__file__).parent / "instruments"
SHIPPED = [
    *sorted((CORPUS / "good").glob("*.yaml")),
    *sorted((ROOT / "surveys" / "library").glob("*.yaml")),
    ROOT / "exchange" / "sample" / "survey.yaml",
    ROOT / "exchange" / "sample" / "en" / "survey.yaml",
]
MALFORMED = (
    *("title-missing", "intro-no-text", "language-unknown", "languages-unknown", "top-setting-unknown"),
    *("sections-missing", "sections-no-list", "sections-and-items", "section-without-items", "section-empty"),
    *("section-bad-id", "section-setting-unknown", "section-shuffle-no-flag", "item-no-mapping", "item-bad-id"),
    *("item-id-too-long", "item-type-unknown", "item-title-missing", "item-help-no-text", "item-required-no-flag"),
    *("item-setting-unknown", "option-setting-unknown", "option-without-words", "options-none", "options-missing"),
    *("rule-no-mapping", "rule-operator", "rule-empty-all", "rule-stray-key", "jump-no-list", "jump-without-rule"),
    *("checks-no-list", "check-without-message", "text-required"),
)
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


@pytest.fixture(scope="module", autouse=True)
def words_only():
    app = Flask(__name__, root_path=str(ROOT))
    i18n.init_app(app)
    with app.app_context():
        yield


def is_type(value: Any, name: str) -> bool:
    if name in ("number", "integer"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def valid(value: Any, schema: dict, root: dict) -> bool:
    """Judge by the words of JSON Schema that ours uses; `test_a_validator_agrees` asks a full validator."""
    known = {"$schema", "$defs", "title", "description", "$ref", "type", "enum", "const", "anyOf", "oneOf", "pattern"}
    known |= {"minLength", "maxLength", "minimum", "minItems", "maxItems", "items", "minProperties"}
    known |= {"properties", "required", "additionalProperties"}
    assert schema.keys() <= known, schema.keys() - known
    if "$ref" in schema and not valid(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root):
        return False
    kinds = schema.get("type", [])
    if kinds and not any(is_type(value, name) for name in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        return False
    if "anyOf" in schema and not any(valid(value, part, root) for part in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(valid(value, part, root) for part in schema["oneOf"]) != 1:
        return False
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9):
        return False
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return False
    if is_type(value, "number") and value < schema.get("minimum", value):
        return False
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9):
            return False
        return all(valid(part, schema.get("items", {}), root) for part in value)
    if isinstance(value, dict):
        named = schema.get("properties", {})
        if not set(schema.get("required", ())) <= value.keys() or len(value) < schema.get("minProperties", 0):
            return False
        if schema.get("additionalProperties", True) is False and not value.keys() <= named.keys():
            return False
        return all(valid(part, named[key], root) for key, part in value.items() if key in named)
    return True


def load(path: Path) -> dict:
    return instruments.parse(path.read_bytes(), path.name)


def test_the_published_schema_is_the_one_of_the_code() -> None:
    published = (ROOT / "docs" / "instrument.schema.json").read_text(encoding="utf-8")
    assert published == json_schema.printed(), (
        "print it anew: python -m surveys.formats.json_schema > docs/instrument.schema.json"
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_we_ship_validates(path) -> None:
    schema = json_schema.schema()
    definition = load(path)
    for number, section in enumerate(definition.get("sections", ())):
        for item in section["items"]:
            fits = [kind.key for kind in types.values() if valid(item, schema["$defs"][f"type_{kind.key}"], schema)]
            assert len(fits) == 1, (number, item, fits)
    assert valid(definition, schema, schema)


@pytest.mark.parametrize("kind", types.values(), ids=lambda kind: kind.key)
def test_what_a_new_question_begins_with_validates(kind) -> None:
    schema = json_schema.schema()
    for language in ("zh", "en"):
        with i18n.speaking(language):
            item = {"id": "q1", "title": "?", **kind.begin()}
            assert valid({"title": "t", "items": [item]}, schema, schema), item
            assert not valid({"title": "t", "items": [{**item, "colour": "red"}]}, schema, schema)


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_does_not_validate(name) -> None:
    schema = json_schema.schema()
    assert not valid(load(CORPUS / "bad" / f"{name}.yaml"), schema, schema)


def test_a_validator_agrees() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(json.loads(json_schema.printed()))
    for path in SHIPPED:
        assert judge.is_valid(load(path)), path
    for name in MALFORMED:
        assert not judge.is_valid(load(CORPUS / "bad" / f"{name}.yaml")), name
