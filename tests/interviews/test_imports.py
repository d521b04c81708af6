"""Talk notes out of files: the sample, odd files, broken files, any file at all."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.db import db
from core.errors import BadInput, NotFound
from core.spreadsheet import write_csv, write_xlsx
from core.terms import TalkMode, Visibility
from interviews import imports, queries
from interviews.imports import Fate
from interviews.models import FollowUp, Talk, TalkImport
from tests.conftest import SAMPLE

HEAD = ["编号", "谈话对象(编号或姓名)", "日期", "类型/情形", "谈话人", "地点", "方式", "时长", "密级/知悉范围", "内容"]
ROW = ["T1", "A3", "2026-10-20", "定期谈心", "委员乙", "值班室", "面谈", "35", "支委会", "排班表一个月改了三版。"]


def row(**changes: str) -> list[str]:
    names = ("number", "member", "day", "occasion", "by", "place", "mode", "long", "level", "notes")
    at = {name: place for place, name in enumerate(names)}
    cells = list(ROW)
    for name, value in changes.items():
        cells[at[name]] = value
    return cells


def load(cast: SimpleNamespace, content: bytes, name: str = "talks.xlsx", **choices: bool) -> imports.Outcome:
    outcome = imports.import_talks(content, name, within=cast.branch, by=cast.secretary, **choices)
    db.session.commit()
    return outcome


def judge(cast: SimpleNamespace, content: bytes, name: str = "talks.xlsx") -> list[imports.JudgedTalk]:
    return imports.judge(imports.read(content, name), within=cast.branch)


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Talk)) or 0


def test_the_sample_twice(sample: SimpleNamespace) -> None:
    notes = (SAMPLE / "talk_notes.jsonl").read_bytes()
    assert load(sample, notes, "talk_notes.jsonl") == imports.Outcome(40, 0, 0, 0)
    assert load(sample, notes, "talk_notes.jsonl") == imports.Outcome(0, 40, 0, 0)
    assert count() == 40
    modes = dict(db.session.execute(select(Talk.mode, func.count()).group_by(Talk.mode)).all())
    assert modes == {TalkMode.IN_PERSON: 33, TalkMode.WALK_ROUND: 5, TalkMode.PHONE: 2}
    levels = dict(db.session.execute(select(Talk.visibility, func.count()).group_by(Talk.visibility)).all())
    assert levels == {Visibility.COMMITTEE: 36, Visibility.SECRETARY: 3, Visibility.INTERVIEWER: 1}
    # The one note for its interviewer alone has not opened to the secretary who imported it.
    page = queries.page(queries.Wish(), within=sample.branch, reader=sample.secretary, size=50)
    assert sum(not line.readable for line in page.rows) == 1


@pytest.mark.parametrize("writer", ["xlsx", "csv", "gb"])
def test_a_spreadsheet_with_chinese_headers(any_cast: SimpleNamespace, writer: str) -> None:
    rows = [row(), row(number="T2", member="党员 丙", day="2026年3月2日", mode="家访", level="仅谈话人与书记", long="")]
    if writer == "xlsx":
        content = write_xlsx("谈话", HEAD, rows)
    else:
        content = write_csv(HEAD, rows)
        content = content if writer == "csv" else content.decode("utf-8-sig").encode("gb18030")
    assert load(any_cast, content).new == 2
    first, second = db.session.scalars(select(Talk).order_by(Talk.number)).all()
    assert (first.member.name, first.interviewer.name, first.minutes) == ("党员丙", "委员乙", 35)
    assert (second.held_on, second.mode, second.visibility, second.minutes) == (
        date(2026, 3, 2),
        TalkMode.HOME_VISIT,
        Visibility.SECRETARY,
        None,
    )


def test_a_title_above_the_header(cast: SimpleNamespace) -> None:
    content = write_xlsx("t", ["某支部谈心谈话记录"], [["2026 年度"], HEAD, row()])
    (judged,) = judge(cast, content)
    assert (judged.fate, judged.line) == (Fate.NEW, 4)


def test_english_lines(cast: SimpleNamespace) -> None:
    line = {
        "id": "E1",
        "member_id": "A3",
        "date": "2026-10-20",
        "occasion": "follow-up",
        "interviewer_id": "A2",
        "mode": "walk-round",
        "minutes": 20,
        "visibility": "interviewer and secretary",
        "notes": "x",
        "promises": [{"text": "ring back", "due": "2026-11-02"}, {"text": "ask the store", "owner": "A1"}],
    }
    assert load(cast, json.dumps(line).encode(), "t.jsonl") == imports.Outcome(1, 0, 0, 2)
    one, two = db.session.scalars(select(FollowUp).order_by(FollowUp.id)).all()
    assert (one.owner.number, one.due_on, two.owner.number) == ("A2", date(2026, 11, 2), "A1")


def test_promise_columns(cast: SimpleNamespace) -> None:
    content = write_xlsx("t", [*HEAD, "承诺", "责任人", "完成时限"], [[*row(), "查采购进度", "A1", "2026.11.12"]])
    assert load(cast, content).promises == 1
    follow_up = db.session.scalars(select(FollowUp)).one()
    assert (follow_up.promise, follow_up.owner.name, follow_up.due_on) == ("查采购进度", "书记甲", date(2026, 11, 12))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"member": "A9"}, "A9"),
        ({"member": ""}, ""),
        ({"member": "A2"}, ""),
        ({"by": "无此人"}, "无此人"),
        ({"day": "昨天"}, "昨天"),
        ({"day": "2026-02-30"}, "2026-02-30"),
        ({"day": "2026-11-01"}, "2026"),
        ({"mode": "心电感应"}, "心电感应"),
        ({"level": ""}, ""),
        ({"level": "所有人"}, "所有人"),
        ({"long": "很久"}, "很久"),
        ({"long": "0"}, "1440"),
        ({"notes": ""}, ""),
        ({"notes": "长" * 20_001}, "20001"),
        ({"occasion": "长" * 81}, "81"),
        ({"number": "9" * 41}, "40"),
    ],
)
def test_a_faulty_row_is_refused_and_says_why(cast: SimpleNamespace, changes: dict, why: str) -> None:
    good, bad = judge(cast, write_csv(HEAD, [row(), row(**{"number": "T2", **changes})]), "t.csv")
    assert (good.fate, bad.fate, bad.line) == (Fate.NEW, Fate.REFUSED, 3)
    assert bad.reason and why in bad.reason
    assert bad.record is None


def test_all_or_nothing_unless_told_otherwise(any_cast: SimpleNamespace) -> None:
    content = write_xlsx("t", HEAD, [row(), row(number="T2", member="A9")])
    with pytest.raises(BadInput) as refused:
        load(any_cast, content)
    assert "3" in str(refused.value)
    db.session.rollback()
    assert count() == 0
    assert load(any_cast, content, leave_out_faulty=True) == imports.Outcome(1, 0, 1, 0)
    assert count() == 1


def test_namesakes_are_not_guessed(cast: SimpleNamespace) -> None:
    cast.aide.name = "党员丙"
    db.session.commit()
    assert judge(cast, write_csv(HEAD, [row(member="党员丙", by="A1")]), "t.csv")[0].fate is Fate.REFUSED
    assert judge(cast, write_csv(HEAD, [row(member="A3 党员丙", by="A1")]), "t.csv")[0].fate is Fate.NEW


def test_a_number_taken_by_another_talk(cast: SimpleNamespace) -> None:
    load(cast, write_csv(HEAD, [row()]), "t.csv")
    same, other = judge(cast, write_csv(HEAD, [row(), row(notes="别的话")]), "t.csv")
    assert (same.fate, other.fate) == (Fate.SAME, Fate.REFUSED)
    assert db.session.scalars(select(Talk)).one().notes == ROW[-1]


def test_without_numbers_the_same_talk_is_recognised(cast: SimpleNamespace) -> None:
    twice = write_csv(HEAD, [row(number=""), row(number=""), row(number="", notes="另一次")])
    assert [one.fate for one in judge(cast, twice, "t.csv")] == [Fate.NEW, Fate.SAME, Fate.NEW]
    assert load(cast, twice, "t.csv").new == 2
    assert load(cast, twice, "t.csv").new == 0


def test_people_of_another_organisation_are_not_found(cast: SimpleNamespace) -> None:
    assert judge(cast, write_csv(HEAD, [row(member="B1")]), "t.csv")[0].fate is Fate.REFUSED


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "t.xlsx"),
        (b"   \n", "t.csv"),
        (b"PK\x03\x04 no archive", "t.xlsx"),
        (b"\xd0\xcf\x11\xe0old", "t.xls"),
        (b"\xff\xfe\xff", "t.csv"),
        ("编号,谈话对象\n1,A3\n".encode(), "t.csv"),
        (write_csv(HEAD, []), "t.csv"),
    ],
)
def test_a_broken_file_says_so(cast: SimpleNamespace, content: bytes, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        imports.read(content, name)
    assert str(refused.value)


def test_broken_lines_of_json_have_a_fate_too(cast: SimpleNamespace) -> None:
    good = json.dumps({"谈话对象": "A3", "日期": "2026-10-20", "谈话人": "A2", "密级": "支委会", "内容": "x"})
    lines = ["{not json", "[1]", good, '"text"', "[" * 100_000, '{"notes": {"a": 1}}']
    judged = judge(cast, "\n".join(lines).encode(), "t.jsonl")
    assert [one.fate is Fate.NEW for one in judged] == [False, False, True, False, False, False]
    assert [one.line for one in judged] == [1, 2, 3, 4, 5, 6]


def test_halves_of_characters_and_zero_bytes_are_dropped(any_cast: SimpleNamespace) -> None:
    line = '{"member":"A3","date":"2026-10-20","interviewer":"A2","visibility":"支委会","notes":"a\\ud800\\u0000b"}'
    assert load(any_cast, line.encode(), "t.jsonl").new == 1
    assert db.session.scalars(select(Talk)).one().notes == "ab"


def test_a_prepared_file_opens_to_its_sender_only(cast: SimpleNamespace) -> None:
    content = write_csv(HEAD, [row()])
    kept = imports.prepare(content, "t.csv", within=cast.branch, by=cast.secretary)
    for reader, within in ((cast.committee_member, cast.branch), (cast.outsider, cast.elsewhere)):
        with pytest.raises(NotFound):
            imports.find(kept.id, within=within, by=reader)
    imports.write(kept, within=cast.branch, by=cast.secretary)
    db.session.commit()
    assert db.session.scalars(select(TalkImport)).all() == []  # no second copy of the notes stays behind
    with pytest.raises(NotFound):
        imports.find(kept.id, within=cast.branch, by=cast.secretary)


cells = st.text(max_size=30) | st.sampled_from([*ROW, "A1", "A2", "A3", "仅谈话人", "2026-01-01", "", "=1+1", "\0"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(cells, min_size=10, max_size=10), min_size=1, max_size=6))
def test_any_table_gets_a_fate_for_every_row(cast: SimpleNamespace, table: list[list[str]]) -> None:
    """Whatever stands in the cells: each row that is not empty has one fate, and what is new can be written once."""
    lines = [json.dumps(dict(zip(HEAD, cells, strict=True))) for cells in table]
    content = "\n".join(lines).encode()
    judged = judge(cast, content, "t.jsonl")
    assert [one.line for one in judged] == list(range(1, len(table) + 1))
    assert all(bool(one.reason) is (one.fate is Fate.REFUSED) for one in judged)
    assert all((one.record is not None) is (one.fate is Fate.NEW) for one in judged)
    first = imports.import_talks(content, "t.jsonl", within=cast.branch, by=cast.secretary, leave_out_faulty=True)
    again = imports.import_talks(content, "t.jsonl", within=cast.branch, by=cast.secretary, leave_out_faulty=True)
    assert again.new == 0 and again.same == first.new + first.same
    db.session.rollback()
