"""LimeSurvey files: of old and new layout, with everything accounted for; broken ones never raise."""

import random
from xml.etree import ElementTree

import pytest

from core.i18n import speaking
from surveys.formats import read
from surveys.formats.base import items
from surveys.formats.lss import Lss
from surveys.formats.lss_xml import parse
from surveys.instruments import normalised, problems
from tests.surveys.formats.definitions import definition

KINDS = "single dropdown multi ranking number matrix matrix_multi short_text long_text date scale note yes_no".split()


@pytest.fixture(autouse=True)
def english(app):
    with app.app_context(), speaking("en"):
        yield


def table(name, *rows):
    told = "".join(
        "<row>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>\n" for k, v in row.items()) + "</row>\n" for row in rows
    )
    return f"<{name}><fields></fields><rows>{told}</rows></{name}>\n"


def question(qid, kind, code, **more):
    base = {
        "qid": qid,
        "parent_qid": 0,
        "sid": 1,
        "gid": 1,
        "type": kind,
        "title": code,
        "other": "N",
        "mandatory": "N",
    }
    return base | {"question_order": qid, "scale_id": 0, "relevance": "1"} | more


def survey(*tables, languages=("en",)):
    codes = "".join(f"<language>{code}</language>" for code in languages)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<document>\n<LimeSurveyDocType>Survey</LimeSurveyDocType>\n'
        f"<DBVersion>628</DBVersion>\n<languages>{codes}</languages>\n" + "".join(tables) + "</document>\n"
    ).encode()


SETTINGS = (
    table("surveys", {"sid": 1, "language": "en", "admin": "Ann"}),
    table(
        "surveys_languagesettings",
        {"surveyls_language": "en", "surveyls_title": "Canteen", "surveyls_welcometext": "<p>Hello</p>"},
    ),
    table("groups", {"gid": 1, "sid": 1, "group_order": 1, "grelevance": ""}),
    table("group_l10ns", {"gid": 1, "group_name": "First", "language": "en"}),
)
NEW = survey(
    *SETTINGS,
    table(
        "questions",
        question(1, "L", "G1", mandatory="Y", other="Y"),
        question(2, "M", "G2", relevance='G1.NAOK == "A1"'),
        question(3, "F", "G3", relevance='G2_SQ1.NAOK == "Y" and !is_empty(G1.NAOK)'),
        question(4, "N", "G4", relevance="G3_R1.NAOK > 1"),
        question(5, "|", "G5"),
        question(6, "S", "G6", relevance="count(G2_SQ1.NAOK, G2_SQ2.NAOK) >= 2"),
        question(7, "*", "G7"),
        question(8, "T", "G8", relevance="regexMatch('/x/', G6.NAOK)", mandatory="S"),
    ),
    table(
        "question_l10ns",
        *(
            {
                "qid": q,
                "question": f"Question <b>{q}</b> {{G1.shown}}" if q == 6 else f"Question {q}",
                "help": "",
                "language": "en",
            }
            for q in range(1, 20)
        ),
    ),
    table(
        "subquestions",
        question(11, "T", "SQ1", parent_qid=2),
        question(12, "T", "SQ2", parent_qid=2),
        question(13, "T", "R1", parent_qid=3),
        question(14, "T", "R2", parent_qid=3),
    ),
    table(
        "answers",
        {"aid": 1, "qid": 1, "code": "A1", "sortorder": 1, "scale_id": 0},
        {"aid": 2, "qid": 1, "code": "A2", "sortorder": 2, "scale_id": 0},
        {"aid": 3, "qid": 3, "code": "1", "sortorder": 1, "scale_id": 0},
        {"aid": 4, "qid": 3, "code": "2", "sortorder": 2, "scale_id": 0},
    ),
    table("answer_l10ns", *({"aid": a, "answer": f"Answer {a}", "language": "en"} for a in range(1, 5))),
    table(
        "question_attributes",
        {"qid": 2, "attribute": "max_answers", "value": "1", "language": ""},
        {"qid": 4, "attribute": "max_num_value_n", "value": "99", "language": ""},
        {"qid": 4, "attribute": "num_value_int_only", "value": "1", "language": ""},
        {"qid": 4, "attribute": "cssclass", "value": "big", "language": ""},
    ),
)
OLD = survey(
    *SETTINGS[:2],
    table("groups", {"gid": 1, "group_name": "First", "group_order": 0, "language": "en", "grelevance": ""}),
    table(
        "questions",
        question(1, "L", "A", question="Which?", help="Hint", language="en"),
        question(2, "T", "B", question="Why?", language="en"),
    ),
    table(
        "answers",
        {"qid": 1, "code": "x", "answer": "Ex", "sortorder": 1, "language": "en", "scale_id": 0},
        {"qid": 1, "code": "y", "answer": "Why", "sortorder": 2, "language": "en", "scale_id": 0},
    ),
    table(
        "conditions",
        {"cid": 1, "qid": 2, "cqid": 1, "cfieldname": "1X1X1", "method": "==", "value": "x", "scenario": 1},
    ),
)


def by_id(reading):
    return {item["id"]: item for item in items(reading.definition)}


def lost(content: bytes) -> list[str]:
    """Return the values that are neither on a used line nor on a line with a note."""
    reading = Lss().read(content, "s.lss")
    said = {note.line for note in reading.notes} | set(reading.used)
    if reading.definition is None:
        return []
    rows = [row for rows in parse(content).tables.values() for row in rows]
    return [f.text for row in rows for f in row.fields.values() if f.text.strip() and f.line not in said]


def test_the_new_layout():
    reading = read(NEW, "s.lss")
    assert reading.format == "lss" and reading.usable, reading.notes
    got = by_id(reading)
    assert reading.definition["title"] == "Canteen" and reading.definition["intro"] == "Hello"
    assert got["G1"]["required"] and got["G1"]["options"][-1] == {"v": "other", "t": "Other", "text": True}
    assert got["G2"] | {"title": ""} == {
        "id": "G2",
        "title": "",
        "type": "multi",
        "show_if": {"item": "G1", "op": "==", "value": "A1"},
        "options": [{"v": "SQ1", "t": "Question 11"}, {"v": "SQ2", "t": "Question 12"}],
        "max": 1,
    }
    assert got["G3"]["show_if"] == {
        "all": [{"item": "G2", "op": "contains", "value": "SQ1"}, {"item": "G1", "op": "answered"}]
    }
    assert got["G4"]["show_if"] == {"item": "G3", "row": "R1", "op": ">", "value": 1} and got["G4"]["max"] == 99
    assert got["G6"]["show_if"] == {"item": "G2", "count": True, "op": ">=", "value": 2}
    assert got["G6"]["title"] == "Question 6 {{G1}}"
    assert "G5" not in got and "G7" not in got and "show_if" not in got["G8"]
    assert lost(NEW) == []
    grave = [note for note in reading.notes if note.level == "warning"]
    assert len(grave) == 3 and all(note.line for note in grave)


def test_the_old_layout_with_conditions():
    got = by_id(read(OLD, "s.lss"))
    assert got["A"]["options"] == [{"v": "x", "t": "Ex"}, {"v": "y", "t": "Why"}] and got["A"]["help"] == "Hint"
    assert got["B"]["show_if"] == {"item": "A", "op": "==", "value": "x"}
    assert lost(OLD) == []


def test_values_on_one_line_are_accounted_for_one_by_one():
    flat = NEW.replace(b"\n", b"")
    assert by_id(Lss().read(flat, "s.lss")) == by_id(Lss().read(NEW, "s.lss"))
    said = " ".join(note.message for note in Lss().read(flat, "s.lss").notes)
    assert "cssclass" in said and "Ann" in said


@pytest.mark.parametrize("kind", list("L!OMPFABCEH1NKQSTUDYR5X:;|GI*"))
def test_every_question_type(kind):
    listed = [
        question(1, kind, "Q"),
        question(2, "S", "Last"),
    ]
    rows = [question(11, "T", "a", parent_qid=1), question(12, "T", "b", parent_qid=1)]
    rows += [question(13, "T", "c", parent_qid=1, scale_id=1)] if kind in ":;" else []
    answers = [{"aid": 1, "qid": 1, "code": "x", "scale_id": 0}, {"aid": 2, "qid": 1, "code": "y", "scale_id": 0}]
    answers += [{"aid": 3, "qid": 1, "code": c, "scale_id": 1} for c in "xy"] if kind == "1" else []
    said = [{"qid": q, "question": f"Words {q}", "language": "en"} for q in (1, 2, 11, 12, 13)]
    content = survey(
        *SETTINGS,
        table("questions", *listed),
        table("subquestions", *rows),
        table("answers", *answers),
        table("question_l10ns", *said),
    )
    reading = read(content, "s.lss")
    assert reading.usable, reading.notes
    assert lost(content) == []
    if kind in "|I*":
        assert any(note.level == "warning" and note.line for note in reading.notes)
    else:
        assert len(by_id(reading)) >= 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"<html></html>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><document>&x;</document>",
        b"<document><a><b><c><d><e><f><g><h><i><j><k><l><m/></l></k></j></i></h></g></f></e></d></c></b></a></document>",
        b"<document><LimeSurveyDocType>Label set</LimeSurveyDocType></document>",
        b"<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>",
        b"\xff\xfe<",
        survey(*SETTINGS, table("questions", question(1, "?", "Q"))),
        survey(*SETTINGS, table("questions", question(1, "S", "Q"), question(2, "S", "Q"))),
        survey(*SETTINGS, table("questions", question(1, "S", "Q", gid=7))),
        survey(*SETTINGS, table("questions", question(1, "L", "Q"))),
        survey(*SETTINGS, table("questions", question(1, "S", "Q"), question(2, "S", "R", relevance="((Q.NAOK"))),
        survey(*SETTINGS, table("questions", question(1, "S", "Q"), question(2, "S", "R", relevance="Zz.NAOK == 1"))),
    ],
)
def test_what_is_no_survey_is_said_to_be_none(content):
    reading = Lss().read(content, "s.lss")
    assert not reading.usable and any(note.level == "error" for note in reading.notes)


def test_truncated_and_changed_files_never_raise():
    dice = random.Random(3)
    for source in (NEW, OLD):
        for cut in range(0, len(source), max(len(source) // 60, 1)):
            Lss().read(source[:cut], "s.lss")
        for _turn in range(200):
            changed = bytearray(source)
            for _byte in range(dice.randint(1, 5)):
                changed[dice.randrange(len(changed))] = dice.randrange(32, 127)
            Lss().read(bytes(changed), "s.lss")


@pytest.mark.parametrize("languages", [["zh"], ["en"], ["zh", "en"]], ids="-".join)
def test_what_is_written_is_read_again_the_same(languages):
    for seed in range(40):
        told = definition(random.Random(seed), KINDS, languages)
        if len(languages) > 1:  # LimeSurvey has a title in every language
            told["title"] = {code: f"T {code}" for code in languages}
        assert not list(problems(told))
        written = Lss().write(told)
        reading = Lss().read(written.content, written.name)
        assert normalised(reading.definition) == normalised(told), seed
        assert [note for note in (*reading.notes, *written.notes) if note.level != "info"] == [], seed


def test_the_written_file_has_the_layout_of_version_6():
    told = definition(random.Random(1), KINDS, ["zh", "en"])
    root = ElementTree.fromstring(Lss().write(told).content)
    assert root.findtext("LimeSurveyDocType") == "Survey"
    assert [one.text for one in root.find("languages")] == ["zh-Hans", "en"]
    gids = {row.findtext("gid") for row in root.find("groups/rows")}
    qids = {row.findtext("qid") for row in root.find("questions/rows")}
    assert {row.findtext("gid") for row in root.find("questions/rows")} <= gids
    below = root.find("subquestions/rows")
    assert below is None or {row.findtext("parent_qid") for row in below} <= qids
    every = qids | {row.findtext("qid") for row in below or ()}
    assert {row.findtext("qid") for row in root.find("question_l10ns/rows")} == every
    for part in root:
        if part.find("rows") is not None:
            names = [field.text for field in part.find("fields")]
            assert all([field.tag for field in row] == names for row in part.find("rows"))
    for row in root.find("questions/rows"):
        assert row.findtext("title").isalnum() and row.findtext("title")[0].isalpha()
