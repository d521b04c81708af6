"""Writing XLSForms: what is written is read again the same, and other tools take it."""

import random

import pytest

from core.i18n import speaking
from surveys.formats.base import WARNING
from surveys.formats.xlsform import XLSForm
from surveys.instruments import normalised, problems
from tests.surveys.formats.definitions import definition

KINDS = "single dropdown multi ranking number matrix matrix_multi short_text long_text date scale note".split()


@pytest.fixture(autouse=True)
def english(app):
    with app.app_context(), speaking("en"):
        yield


def again(told):
    written = XLSForm().write(told)
    return written, XLSForm().read(written.content, written.name)


@pytest.mark.parametrize("languages", [["zh"], ["en"], ["zh", "en"], ["en", "zh"]], ids="-".join)
def test_what_is_written_is_read_again_the_same(languages):
    count = 0
    for seed in range(40):
        told = definition(random.Random(seed), KINDS, languages) | {"id": "t", "version": "1"}
        assert not list(problems(told)), (seed, list(problems(told)))
        written, reading = again(told)
        assert [note for note in written.notes if note.level == WARNING] == [], seed
        assert normalised(reading.definition) == normalised(told), seed
        # The second opinion of the reader is pyxform's: it says when other tools would refuse the form.
        assert [note for note in reading.notes if note.level != "info"] == [], seed
        count += 1
    print(count, "round trips")


def one(item, **more):
    return {"lang": "zh", "title": "标题", "sections": [{"id": "s1", "items": [item]}], **more}


@pytest.mark.parametrize(
    "item",
    [
        {
            "id": "q",
            "type": "single",
            "title": "选",
            "options": [{"v": "a", "t": "甲"}, {"v": "o", "t": "其他", "text": True}],
        },
        {
            "id": "q",
            "type": "multi",
            "title": "选",
            "options": [{"v": "a", "t": "甲"}, {"v": "n", "t": "都不", "exclusive": True}],
        },
        {
            "id": "q",
            "type": "multi",
            "title": "选",
            "shuffle": True,
            "options": [{"v": "a", "t": "甲"}, {"v": "b", "t": "乙"}],
        },
        {"id": "q", "type": "scale", "title": "分", "scale": {"min": 0, "max": 10, "labels": ["低", "高"]}},
        {"id": "q", "type": "stars", "title": "星", "stars": 7},
        {
            "id": "q",
            "type": "matrix",
            "title": "表",
            "rows": [{"v": "1.a", "t": "行"}],
            "scale": {"min": 1, "max": 3, "labels": ["差", "中", "好"]},
            "allow_na": "不了解",
        },
        {"id": "q", "type": "number", "title": "数", "min": 0.5, "max": 2, "decimals": 6},
        {
            "id": "q",
            "type": "cascade",
            "title": "在哪个部门",
            "levels": ["公司", "部门"],
            "tree": [
                {"v": "c1", "t": "一", "options": [{"v": "d1", "t": "部1"}]},
                {"v": "c2", "t": "二", "options": [{"v": "d2", "t": "部2"}]},
            ],
        },
    ],
    ids=lambda item: item["type"],
)
def test_settings_of_types_survive(item):
    written, reading = again(one(item))
    assert written.notes == ()
    assert reading.usable, reading.notes
    assert normalised(reading.definition)["sections"] == normalised(one(item))["sections"]


def test_intros_checks_and_conditions_of_options_survive():
    told = {
        "id": "t",
        "lang": "zh",
        "title": "标题",
        "intro": "您好",
        "sections": [
            {
                "id": "s1",
                "items": [
                    {"id": "a", "type": "number", "title": "几个", "min": 1},
                    {"id": "b", "type": "number", "title": "其中"},
                    {
                        "id": "c",
                        "type": "single",
                        "title": "选",
                        "options": [
                            {"v": "x", "t": "甲", "show_if": {"item": "a", "op": ">", "value": 3}},
                            {"v": "y", "t": "乙"},
                        ],
                    },
                ],
            }
        ],
        "checks": [{"rule": {"item": "b", "op": "<=", "value": {"item": "a"}}, "message": "不能更多", "at": "b"}],
    }
    written, reading = again(told)
    assert written.notes == ()
    assert normalised(reading.definition) == normalised(told)


@pytest.mark.parametrize(
    "item",
    [
        {
            "id": "q",
            "type": "constant_sum",
            "title": "分",
            "options": [{"v": "a", "t": "甲"}, {"v": "b", "t": "乙"}],
            "total": 100,
        },
        {
            "id": "q",
            "type": "blanks",
            "title": "填",
            "text": "在{a}班",
            "blanks": [{"v": "a", "t": "班", "kind": "text"}],
        },
        {"id": "q", "type": "matrix_text", "title": "说", "rows": [{"v": "r", "t": "行"}]},
        {"id": "q", "type": "matrix_number", "title": "数", "rows": [{"v": "r", "t": "行"}], "min": 0},
        {"id": "q", "type": "number", "title": "数", "unit": "年"},
        {"id": "q", "type": "time", "title": "时", "min": "08:00"},
        {"id": "q", "type": "yes_no", "title": "是否"},
        {"id": "q", "type": "nps", "title": "推荐"},
    ],
    ids=lambda item: item["type"],
)
def test_what_cannot_be_held_is_named_and_the_form_is_still_good(item):
    written, reading = again(one(item))
    assert any("q:" in note.message for note in written.notes)
    assert reading.usable, reading.notes
    assert not [note for note in reading.notes if note.level == WARNING]


def test_jumps_become_conditions():
    items = [
        {
            "id": "a",
            "type": "yes_no",
            "title": "是否",
            "jumps": [{"if": {"item": "a", "op": "==", "value": "no"}, "to": "c"}],
        },
        {"id": "b", "type": "short_text", "title": "说"},
        {"id": "c", "type": "short_text", "title": "完"},
    ]
    _written, reading = again({"lang": "zh", "title": "标题", "sections": [{"id": "s1", "items": items}]})
    got = {item["id"]: item for item in reading.definition["sections"][0]["items"]}
    assert got["b"]["show_if"] == {"not": {"item": "a", "op": "==", "value": "no"}}
    assert "show_if" not in got["c"]
