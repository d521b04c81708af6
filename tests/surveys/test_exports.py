"""Files of results: the same numbers as the page, stable columns, no row for a person who was promised none."""

import csv
import io
import json
from xml.etree import ElementTree as ET

import openpyxl
import pyreadstat
import pytest

from core.db import db
from core.errors import NotFound
from core.terms import Access, Channel, Secrecy, Split, SurveyState
from questions.paths import walk
from surveys import exports, fielding, questionnaires
from surveys.exports import ddi
from surveys.exports.base import variables
from surveys.exports.sav import spss_names
from surveys.models import Response
from tests.surveys.test_results import browser
from tests.surveys.test_splitting import WORDS, Content, stored

OPTIONS = [{"v": "x", "t": "好"}, {"v": "y", "t": "=HYPERLINK(1)"}, {"v": "other", "t": "其他", "text": True}]
DEFINITION = {
    "title": "导出/试",
    "lang": "zh",
    "intro": "说明",
    "items": [
        {"id": "a", "type": "single", "title": "甲", "options": OPTIONS},
        {"id": "b", "type": "multi", "title": "乙", "options": OPTIONS[:2]},
        {
            "id": "c", "type": "matrix", "title": "丙", "rows": [{"v": "r", "t": "行"}],
            "scale": {"min": 1, "max": 5, "labels": ["差", "好"]}, "allow_na": "不涉及",
        },
        {"id": "d", "type": "text", "title": "丁", "show_if": {"item": "a", "op": "==", "value": "x"}},
        {"id": "e", "type": "nps", "title": "戊"},
    ],
}  # fmt: skip


@pytest.fixture
def closed(app, cast):
    """A closed survey of thirty responses, `secrecy` to be chosen."""

    def make(secrecy: Secrecy):
        survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary, secrecy=secrecy)
        asked = questionnaires.ready(survey.version)
        for number in range(30):
            answers = {
                "a": ("x", "y", "other")[number % 3], "b": ["x", "y"][: 1 + number % 2],
                "c": {"r": "na" if number % 3 == 0 else 1 + number % 5}, "d": f"@words {number}", "e": number % 11,
            }  # fmt: skip
            if number % 3 == 2:
                answers["a_other"] = "自己写"
            kept = walk(asked.items, answers)[1]
            db.session.add(
                Response(
                    id=f"{number:032}", survey_id=survey.id, channel=Channel.PHONE, complete=number != 5, answers=kept
                )
            )
        survey.state = SurveyState.CLOSED
        db.session.commit()
        return survey, exports.dataset(survey, within=cast.branch, language="zh")

    return make


def written(key: str, data) -> bytes:
    with exports.written(exports.named(key), data) as file:
        return file.read()


def test_an_anonymous_survey_gives_no_rows_in_any_format(closed) -> None:
    _survey, data = closed(Secrecy.ANONYMOUS)
    assert data.anonymous and data.rows is None
    assert all(written(key, data) for key in exports.exports)
    lines = written("csv", data).decode("utf-8-sig").splitlines()
    assert not any("phone" in line or "手机" in line for line in lines), "a line tells of an answer, not of a person"
    told = json.loads(written("json", data))
    assert "rows" not in told and told["anonymous"] is True
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", data)))
    assert len(book.worksheets) == 2


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(NotFound):
        exports.named("exe")


def test_csv_rows_open_in_excel_and_run_nothing(closed) -> None:
    _survey, data = closed(Secrecy.ROWS)
    content = written("csv", data)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][1:] == [variable.name for variable in data.variables] and len(rows) == 31
    assert rows[1][1] == "好" and rows[2][1] == "'=HYPERLINK(1)"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_columns_do_not_depend_on_the_answers(closed) -> None:
    survey, data = closed(Secrecy.ROWS)
    names = [variable.name for variable in data.variables]
    assert names == ["a", "a_other", "b.x", "b.y", "c.r", "d", "e"]
    db.session.query(Response).filter(Response.survey_id == survey.id).delete()
    db.session.commit()
    assert [v.name for v in variables(questionnaires.ready(survey.version).items)] == names


def test_spss_reads_values_with_their_words(closed, tmp_path) -> None:
    _survey, data = closed(Secrecy.ROWS)
    path = tmp_path / "out.sav"
    path.write_bytes(written("sav", data))
    frame, meta = pyreadstat.read_sav(str(path))
    assert len(frame) == 30
    assert meta.variable_value_labels["a"] == {1.0: "好", 2.0: "=HYPERLINK(1)", 3.0: "其他"}
    assert meta.variable_value_labels["c.r"][99.0] == "不涉及" and meta.column_names_to_labels["d"] == "丁"
    assert list(frame["a"][:3]) == [1.0, 2.0, 3.0] and frame["d"][0] == "@words 0" and frame["d"][1] == ""
    assert list(frame["c.r"][:2]) == [99.0, 2.0]


def test_spss_counts_of_an_anonymous_survey_can_be_weighted(closed, tmp_path) -> None:
    _survey, data = closed(Secrecy.ANONYMOUS)
    path = tmp_path / "out.sav"
    path.write_bytes(written("sav", data))
    frame, _meta = pyreadstat.read_sav(str(path))
    assert frame[frame["question"] == "a"]["count"].tolist() == [10.0, 10.0, 10.0]


def test_names_spss_refuses_are_mended_and_stay_apart() -> None:
    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

    names = spss_names(tuple(map(Named, ["q1", "Q1", "channel", "q-2.", "1x", "长" * 40])))  # type: ignore[arg-type]
    assert len({name.casefold() for name in names}) == 6
    assert all(name[0].isalpha() and len(name.encode()) <= 64 and not name.endswith(".") for name in names)


def test_xlsx_has_words_and_a_codebook(closed) -> None:
    _survey, data = closed(Secrecy.ROWS)
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", data)))
    answers, _results, codebook = book.worksheets
    assert [cell.value for cell in answers[1]][1:3] == ["a", "a_other"]
    assert answers.max_row == 31 and answers.cell(3, 2).value == "=HYPERLINK(1)" and answers.cell(3, 2).data_type == "s"
    lines = [[cell.value for cell in row] for row in codebook.iter_rows(min_row=2)]
    assert ["a", "a", "甲"] in [line[:3] for line in lines]
    assert any(line[0] == "c.r" and line[5:] == [99, "na", "不涉及"] for line in lines)


def test_json_rows_are_values_and_hidden_numbers_are_null(closed) -> None:
    _survey, data = closed(Secrecy.ROWS)
    told = json.loads(written("json", data))
    assert len(told["rows"]) == 30 and told["rows"][0][:2] == [True, "x"]
    assert [column["name"] for column in told["columns"]] == [variable.name for variable in data.variables]
    nps = next(result for result in told["results"] if result["question"] == "e")
    assert len(nps["counts"]) == 3


def test_ddi_describes_every_variable_with_its_published_counts(closed) -> None:
    _survey, data = closed(Secrecy.ANONYMOUS)
    root = ET.fromstring(written("ddi", data))
    found = root.findall(f".//{{{ddi.NAMESPACE}}}var")
    assert [var.get("name") for var in found] == [variable.name for variable in data.variables]
    stats = [stat.text for stat in found[0].iter(f"{{{ddi.NAMESPACE}}}catStat")]
    assert stats == ["10", "10", "10"]
    assert root.find(f".//{{{ddi.NAMESPACE}}}titl").text == "导出/试"


def test_ddi_leaves_out_what_xml_cannot_hold() -> None:
    assert ddi.clean("a\x00b\ud800c\x0bd\n") == "abcd\n"


def test_every_format_says_what_it_is_for() -> None:
    for export in exports.exports.values():
        assert str(export.label) and str(export.hint) and "/" in export.mimetype and export.file_ending()


def test_nothing_half_written_is_left_behind(closed) -> None:
    _survey, data = closed(Secrecy.ROWS)
    for key in exports.exports:
        written(key, data)
    assert list(data.folder.iterdir()) == []


@pytest.mark.parametrize("secrecy", list(Secrecy))
def test_ddi_never_takes_a_place_of_a_cascade_for_a_tick(app, cast, secrecy) -> None:
    tree = [{"v": "0", "t": "甲厂", "options": [{"v": "a", "t": "一班"}]},
            {"v": "1", "t": "乙厂", "options": [{"v": "b", "t": "二班"}]},
            {"v": "2", "t": "丙厂", "options": [{"v": "c", "t": "三班"}]}]  # fmt: skip
    item = {"id": "q", "type": "cascade", "title": "单位", "levels": ["厂", "班"], "tree": tree}
    definition = {"title": "层级", "lang": "zh", "items": [item]}
    survey = fielding.create(cast.investigation, definition, within=cast.branch, by=cast.secretary, secrecy=secrecy)
    for number in range(30):
        path = ["0", "a"] if number < 12 else ["1", "b"] if number < 22 else ["2", "c"]
        db.session.add(
            Response(id=f"{number:032}", survey_id=survey.id, channel=Channel.PHONE, complete=True, answers={"q": path})
        )
    survey.state = SurveyState.CLOSED
    db.session.commit()
    data = exports.dataset(survey, within=cast.branch, language="zh")
    told = {variable.name: ddi.frequencies(variable, data.results.tally("q")) for variable in data.variables}
    assert all(counts in ({}, {"0": 12, "1": 10, "2": 8}) for counts in told.values()), told


def test_files_tell_the_numbers_of_the_page_and_no_others(closed) -> None:
    _survey, data = closed(Secrecy.ANONYMOUS)
    told = json.loads(written("json", data))
    by_item = {result["question"]: result for result in told["results"]}
    lines = list(csv.reader(io.StringIO(written("csv", data).decode("utf-8-sig"))))
    for item, tally in data.results.items:
        shown = [bar.count for bar in tally.bars]
        assert [bar["count"] for bar in by_item[item.name].get("counts", [])] == shown
        in_file = [line[4] for line in lines if line[0] == item.name and line[2] == ""][: len(shown)]
        assert in_file == ["隐去" if count is None else str(count) for count in shown]
    root = ET.fromstring(written("ddi", data))
    for var in root.iter(f"{{{ddi.NAMESPACE}}}var"):
        tally = data.results.tally(var.get("name").partition(".")[0].partition("_")[0])
        numbers = {str(bar.count) for bar in tally.bars} | {
            str((tally.answered or 0) - (bar.count or 0)) for bar in tally.bars if bar.count is not None
        }
        numbers |= {str(bar.count) for row in tally.rows for bar in row.tally.bars}
        assert {stat.text for stat in var.iter(f"{{{ddi.NAMESPACE}}}catStat")} <= numbers


def test_no_file_holds_a_line_for_a_person_whose_answers_were_taken_apart(app, cast) -> None:
    """Not even where respondents were told that answers may be read one by one."""
    made = {"access": Access.LINK, "secrecy": Secrecy.ROWS}
    contents = [
        Content(Channel.PHONE, True, {"a": "xy"[n % 2], **({"b": f"words {n}"} if n % 3 else {})}) for n in range(40)
    ]
    cast.secretary.language = "en"
    told = {}
    for split in Split:
        survey = fielding.create(cast.investigation, WORDS, within=cast.branch, by=cast.secretary, **made)
        stored(survey, contents, split)
        data = exports.dataset(survey, within=cast.branch, language="en")
        assert data.anonymous is (split is not Split.NONE)
        told[split] = data.results
        for key in exports.exports:
            with exports.written(exports.exports[key], data) as file:
                assert file.read(1), key
        page = browser(app, cast.secretary).get(f"/app/surveys/{survey.id}/exports").get_data(as_text=True)
        assert ("a line for each response" in page) is (split is Split.NONE)
        assert ("stored apart" in page) is (split is not Split.NONE)
    assert told[Split.NONE].items == told[Split.TEXTS].items == told[Split.ALL].items
    assert (told[Split.NONE].answered, told[Split.NONE].complete, told[Split.NONE].channels) == (
        told[Split.ALL].answered, told[Split.ALL].complete, told[Split.ALL].channels,
    )  # fmt: skip
