"""Definitions: the sample is taken, every wrong one is refused with its place."""

import copy
import json
from itertools import pairwise

import pytest
import yaml

from core.errors import BadInput
from surveys import fielding, instruments, questionnaires
from tests.surveys.conftest import DEFINITION


def dump(definition: dict) -> bytes:
    return yaml.safe_dump(definition, allow_unicode=True).encode()


@pytest.fixture(autouse=True)
def in_english(app):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


@pytest.mark.parametrize("key", fielding.SAMPLES)
def test_the_shipped_instruments_are_sound(key) -> None:
    ready = questionnaires.prepare(fielding.sample(key))
    assert len(ready.items) == 14 and len(ready.sections) == 5
    assert [item.name for item in ready.items if item.rules] == ["q7", "q8"]
    assert [item.kind.key for item in ready.items][-1] == "long_text"


def test_yaml_and_json_say_the_same() -> None:
    assert instruments.read(dump(DEFINITION), "d.yaml") == instruments.read(json.dumps(DEFINITION).encode(), "d.json")


def test_yaml_words_stay_words() -> None:
    text = "title: t\nitems:\n- {id: a, type: single, title: no, options: [{v: no, t: 12:30}, {v: y2, t: 2026-01-01}]}"
    definition = instruments.read(text.encode(), "d.yaml")
    assert definition["items"][0]["title"] == "no"
    assert [option["t"] for option in definition["items"][0]["options"]] == ["12:30", "2026-01-01"]


def bomb() -> bytes:
    lines = [f"{name}: &{name} [{','.join(['*' + before] * 9)}]" for before, name in pairwise("abcdefghi")]
    return "\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *lines]).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"- 1\n- 2",
        b"just words",
        b"title: [",
        b"\xff\xfe\x00",
        b"x" * 600_000,
        bomb(),
        b"title: a\ntitle: b",
        b'{"title": "a", "title": "b"}',
        b"{" * 3000,
        b"[" * 3000,
        b"a:\n" + b"".join(b" " * n + b"- \n" for n in range(1, 400)),
        b"!!python/object/apply:os.system ['true']",
        b"title: !!python/name:os.system",
        b"? [a, b]\n: c",
        b"title: t\nsections: 7",
        b"title: t\nsections: [7, {items: 3}, {items: [4]}]",
        b"title: {zh: [1]}\nitems: []",
        b'{"title": "t", "items": [{"id": {"a": 1}, "type": ["x"], "title": 3}]}',
        b'{"title": "t", "items": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
    ids=range(20),
)
def test_hostile_files_are_refused_plainly(content) -> None:
    with pytest.raises(BadInput) as refused:
        instruments.read(content, "d.yaml")
    assert str(refused.value)


def edit(change) -> dict:
    definition = copy.deepcopy(DEFINITION)
    change(definition["items"])
    return definition


WRONG = {
    "twice": lambda items: items[1].update(id="a"),
    "letter": lambda items: items[1].update(id="1 2"),
    "reserved": lambda items: items[0].update(id="code"),
    "type": lambda items: items[1].update(type="telepathy"),
    "unknown setting": lambda items: items[0].update(requierd=True),
    "later question": lambda items: items[0].update(show_if={"item": "b", "op": "answered"}),
    "no such answer": lambda items: items[1]["show_if"].update(value="zzz"),
    "operator": lambda items: items[1]["show_if"].update(op="~="),
    "list as item": lambda items: items[1].update(show_if={"item": ["a"], "op": "in", "value": []}),
    "no options": lambda items: items[0].update(options=[]),
    "same value": lambda items: items[0].update(options=[{"v": "x", "t": "1"}, {"v": "x", "t": "2"}]),
    "value with html": lambda items: items[0].update(options=[{"v": '"><script>', "t": "1"}]),
    "no title": lambda items: items[0].pop("title"),
    "own words collide": lambda items: (
        items[0]["options"].append({"v": "z", "t": "?", "text": True}), items[1].update(id="a_z"),
    ),
    "scale": lambda items: items.append({"id": "s", "type": "scale", "title": "s", "scale": {"min": 5, "max": 1}}),
    "scale labels": lambda items: items.append(
        {"id": "s", "type": "scale", "title": "s", "scale": {"min": 1, "max": 5, "labels": ["a", "b", "c"]}}
    ),
    "limits": lambda items: items.append(
        {"id": "m", "type": "multi", "title": "m", "min": 3, "max": 2, "options": [{"v": "x", "t": "1"}]}
    ),
    "length": lambda items: items[1].update(max_length=10**9),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_place(name) -> None:
    with pytest.raises(BadInput) as refused:
        instruments.read(dump(edit(WRONG[name])), "d.yaml")
    assert "Question " in str(refused.value) or "Section 1" in str(refused.value)


def test_many_problems_are_listed_together() -> None:
    wrong = edit(lambda items: (items[0].pop("title"), items[1].update(type="x")))
    with pytest.raises(BadInput) as refused:
        instruments.read(dump(wrong), "d.yaml")
    assert len(str(refused.value).splitlines()) == 3


def test_two_languages_in_one_definition() -> None:
    definition = {
        "title": {"zh": "调查", "en": "Survey"},
        "items": [{"id": "a", "type": "text", "title": {"zh": "甲", "en": "A"}}],
    }
    assert not list(instruments.problems(definition))
    assert questionnaires.prepare(definition, "en").items[0].title == "A"
    assert questionnaires.prepare(definition, "zh").title == "调查"


def test_a_version_is_a_copy(cast) -> None:
    definition = copy.deepcopy(DEFINITION)
    version = instruments.freeze(definition, within=cast.branch)
    definition["items"][0]["title"] = "changed"
    assert version.definition["items"][0]["title"] == "甲"


def test_sizes_do_not_hang_on_the_language() -> None:
    ready = questionnaires.prepare(fielding.sample("opinion-zh"))
    assert ready.sealed_size % questionnaires.SEALED_STEP == 0 and ready.sent_size % questionnaires.SENT_STEP == 0
    assert ready.sealed_size == questionnaires.prepare(fielding.sample("opinion-zh"), "en").sealed_size
