"""Responses from files: the sample's figures, and every kind of broken file."""

import json

import pytest

from core.db import db
from core.errors import BadInput, DomainError
from core.spreadsheet import write_csv, write_xlsx
from core.terms import Channel
from surveys import closing, imports, queries, tallies
from tests.conftest import GOLD, SAMPLE
from tests.surveys.conftest import DEFINITION, field, sample_responses

EXPECTED = json.loads((GOLD / "expected_stats.json").read_text(encoding="utf-8"))["survey"]


def take(fielded, content: bytes, name: str = "r.jsonl", **more) -> imports.Imported:
    return imports.import_responses(
        content, name, fielded.survey, within=fielded.cast.branch, by=fielded.cast.secretary, **more
    )


def test_the_sample_gives_the_expected_figures(any_app) -> None:
    fielded = field(any_app)
    taken = take(fielded, sample_responses())
    db.session.commit()
    assert (taken.new, taken.incomplete, taken.known, taken.faulty) == (EXPECTED["responses"], 5, 0, 0)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    results = tallies.results(fielded.survey, within=fielded.cast.branch)
    assert (results.answered, results.complete) == (EXPECTED["responses"], EXPECTED["complete"])
    assert results.tally("q7").skipped == EXPECTED["skipped_s3"]
    nps = results.tally("q12")
    bands = {bar.value: bar.count for bar in nps.bars}
    assert (nps.answered, bands["promoters"], bands["detractors"], nps.figure("score")) == (
        EXPECTED["nps"]["n"],
        EXPECTED["nps"]["promoters"],
        EXPECTED["nps"]["detractors"],
        EXPECTED["nps"]["score"],
    )
    assert (results.tally("q13").answered, results.tally("q14").answered) == (EXPECTED["q13"], EXPECTED["q14"])
    assert dict(results.channels) == {Channel.PHONE: 151, Channel.COMPUTER: 22, Channel.PAPER: 27}


def test_the_english_sample(app) -> None:
    from surveys import fielding

    fielded = field(app, fielding.sample("opinion-en"))
    assert take(fielded, (SAMPLE / "en" / "responses.jsonl").read_bytes()).new == 60


def test_the_same_file_twice_adds_nothing(any_app) -> None:
    fielded = field(any_app)
    take(fielded, sample_responses())
    again = take(fielded, sample_responses())
    assert (again.new, again.known) == (0, 200)
    assert queries.received(fielded.survey) == 200


def test_rows_without_an_id_are_told_by_what_they_say(small) -> None:
    rows = [["x", "同样"], ["x", "同样"], ["y", ""]]
    content = write_csv(["a", "b"], rows)
    assert take(small, content, "p.csv").new == 3, "two people may say the same"
    assert (take(small, content, "p.csv").new, queries.received(small.survey)) == (0, 3)
    more = write_csv(["a", "b"], [*rows, ["x", "同样"]])
    assert take(small, more, "p.csv").new == 1


def test_a_changed_row_under_a_known_id_is_a_problem_not_a_loss(small) -> None:
    take(small, write_csv(["id", "a"], [["r1", "x"]]), "p.csv")
    with pytest.raises(imports.FaultyRows):
        take(small, write_csv(["id", "a"], [["r1", "y"], ["r2", "y"]]), "p.csv")
    taken = take(small, write_csv(["id", "a"], [["r1", "y"], ["r2", "y"]]), "p.csv", leave_out=True)
    assert (taken.new, taken.known, taken.faulty) == (1, 1, 1)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_by_title_by_value_and_by_words(fielded, kind) -> None:
    columns = ["渠道", "1. 您的岗位类别", "您的班制", "q4_canteen", "q4.ppe", "q5", "q5_other", "q12", "陌生的列"]
    rows = [["纸质", "检修", "常白班", "比较满意", "na", "食堂就餐；其他（请填写）", "=1+1", "10", "?"]]
    content = write_csv(columns, rows) if kind == "csv" else write_xlsx("s", columns, rows)
    taken = take(fielded, content, f"paper.{kind}")
    assert (taken.new, taken.incomplete, taken.unused) == (1, 1, ("陌生的列",))
    db.session.commit()
    closing.close(fielded.survey, by=fielded.cast.secretary)
    (response,) = queries.responses(fielded.survey)
    assert response.channel is None and response.complete is False
    assert fielded.survey.tally["channels"]["paper"] == 1
    other = response.answers.pop("q5_other")
    assert other.lstrip("'") == "=1+1", "a formula stays text"
    assert response.answers == {
        "q1": "mech", "q3": "day", "q4": {"canteen": 4, "ppe": "na"}, "q5": ["canteen", "other"], "q12": 10
    }  # fmt: skip


def test_answers_off_the_path_are_not_stored(small) -> None:
    take(small, b'{"id":"1","answers":{"a":"y","b":"ghost"}}')
    db.session.commit()
    closing.close(small.survey, by=small.cast.secretary)
    assert queries.responses(small.survey)[0].answers == {"a": "y"}


def test_faulty_rows_are_listed_by_line_and_nothing_is_written(small) -> None:
    lines = [
        '{"answers":{"a":"x"}}',
        '{"answers":{"a":"maybe"}}',
        "not json",
        '{"answers":{"zzz":1}}',
        '{"answers":{}}',
    ]
    with pytest.raises(imports.FaultyRows) as refused:
        take(small, "\n".join(lines).encode())
    assert [problem.line for problem in refused.value.problems] == [2, 3, 4, 5]
    assert queries.received(small.survey) == 0
    taken = take(small, "\n".join(lines).encode(), leave_out=True)
    assert (taken.new, taken.faulty) == (1, 4)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "r.csv"),
        (b"PK\x03\x04broken", "r.xlsx"),
        (b"\xd0\xcf\x11\xe0old", "r.xls"),
        (b"name,age\n1,2\n", "r.csv"),
        (b"\xff\xff\xfe\x81", "r.csv"),
        (b"\0\0\0", "r.csv"),
        (b"[]", "r.jsonl"),
        (b"{" * 100_000, "r.jsonl"),
        (b'{"answers": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}", "r.jsonl"),
    ],
)
def test_broken_files_are_told_plainly(small, content, name) -> None:
    with pytest.raises(BadInput) as refused:
        take(small, content, name)
    assert str(refused.value)
    assert queries.received(small.survey) == 0


def test_only_an_open_survey_takes_responses(app, cast) -> None:
    from surveys import fielding

    draft = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    with pytest.raises(DomainError):
        imports.import_responses(b"{}", "r.jsonl", draft, within=cast.branch, by=cast.secretary)
