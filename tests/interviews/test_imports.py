"""Talk notes out of files: the sample, odd files, broken files, any file at all."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from core.db import db
from core.errors import BadInput, NotFound
from core.spreadsheet import write_csv, write_xlsx
from core.terms import TalkMode, Visibility
from interviews import imports, passages, queries, sealing
from interviews.imports import Fate
from interviews.models import FollowUp, Talk, TalkImport, TalkPassage
from members.models import Member
from tests.conftest import SAMPLE
from tests.interviews.plays import notes_of, words_of
from vault import envelopes
from vault.errors import Locked, NotHanded

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
    return imports.judge(imports.read(content, name), within=cast.branch, by=cast.secretary)


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
    assert words_of(follow_up, cast.secretary) == ("查采购进度", "")
    assert (follow_up.owner.name, follow_up.due_on) == ("书记甲", date(2026, 11, 12))


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
    assert notes_of(db.session.scalars(select(Talk)).one(), cast.secretary) == ROW[-1]


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
    assert notes_of(db.session.scalars(select(Talk)).one(), any_cast.secretary) == "ab"


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


def test_a_note_nobody_could_open_is_refused_and_says_what_to_do(cast: SimpleNamespace) -> None:
    newcomer = Member(organisation_id=cast.branch.id, number="A9", name="新来的")
    db.session.add(newcomer)
    db.session.commit()
    rows = [row(by="A9", level="仅谈话人"), row(number="T2", by="A9", level="仅谈话人与书记")]
    alone, shared = judge(cast, write_csv(HEAD, rows), "t.csv")
    assert (alone.fate, shared.fate) == (Fate.REFUSED, Fate.NEW)
    assert "新来的" in alone.reason


def test_rows_waiting_to_be_written_are_sealed_to_their_sender(cast: SimpleNamespace) -> None:
    kept = imports.prepare(write_csv(HEAD, [row()]), "t.csv", within=cast.branch, by=cast.secretary)
    assert kept.rows == [] and kept.sealed is not None and ROW[-1].encode() not in kept.sealed
    held, cast.secretary.keyring = cast.secretary.keyring, None
    with pytest.raises(Locked):
        imports.preview(kept, within=cast.branch, by=cast.secretary)
    cast.secretary.keyring = held
    with pytest.raises(NotHanded):
        imports.preview(kept, within=cast.branch, by=cast.committee_member)
    assert [one.fate for one in imports.preview(kept, within=cast.branch, by=cast.secretary)] == [Fate.NEW]


def test_of_a_closed_talk_all_is_compared_but_the_notes(any_cast: SimpleNamespace) -> None:
    content = write_csv(HEAD, [row(level="仅谈话人", notes="只说给你听")])
    assert load(any_cast, content, "t.csv").new == 1
    talk = db.session.scalars(select(Talk)).one()
    assert notes_of(talk, any_cast.secretary) == "" and notes_of(talk, any_cast.committee_member) == "只说给你听"
    assert load(any_cast, content, "t.csv") == imports.Outcome(0, 1, 0, 0)
    other = write_csv(HEAD, [row(level="仅谈话人", notes="只说给你听", place="厂区")])
    assert judge(any_cast, other, "t.csv")[0].fate is Fate.REFUSED


def many(count: int, mark: str = "T") -> bytes:
    levels = ("仅谈话人", "仅谈话人与书记", "支委会")
    rows = [
        [*row(number=f"{mark}{at}", by=("A1", "A2")[at % 2], level=levels[at % 3], notes=f"第{at}次，食堂太咸。"),
         f"承诺{at}", ("A1", "A2", "")[at % 3]] for at in range(count)
    ]  # fmt: skip
    return write_csv([*HEAD, "承诺", "责任人"], rows)


def test_many_at_once_are_sealed_each_to_its_own_readers(any_cast: SimpleNamespace, monkeypatch) -> None:
    cast = any_cast
    monkeypatch.setattr(imports, "CHUNK", 5)  # so that the talks take several turns
    monkeypatch.setattr(envelopes, "CHUNK", 2)
    assert load(cast, many(12)) == imports.Outcome(12, 0, 0, 12)
    found = db.session.scalars(select(Talk)).all()
    boxes, keys = [], set()
    for talk in found:
        (promise,) = talk.follow_ups
        at = int(talk.number[1:])
        reader = (cast.secretary, cast.committee_member)[at % 2]
        assert notes_of(talk, reader) == f"第{at}次，食堂太咸。"
        assert words_of(promise, reader) == (f"承诺{at}", "") and promise.promise == talk.notes == ""
        for envelope_id, wanted in (
            (talk.envelope_id, sealing.readers_of(talk, talk.visibility)),
            (promise.envelope_id, sealing.promise_readers(promise, talk)),
        ):
            assert {one.id for one in envelopes.readers_of(envelope_id)} == {one.id for one in wanted}
            keys.add(envelopes._key(envelope_id, reader))
            boxes.append(envelope_id)
    assert len(set(boxes)) == len(keys) == 24  # a key of its own for every envelope
    other = next(one for one in found if one.number == "T3")  # its interviewer's alone, held by the committee member
    assert envelopes.take_all([other.envelope_id], reader=cast.secretary) == {}


def test_more_talks_take_hardly_more_statements(cast: SimpleNamespace) -> None:
    load(cast, many(6, "S"))  # the circles have their keys from here on
    counts = []
    for size in (6, 48):
        said: list[str] = []
        listen = lambda *args, said=said: said.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        load(cast, many(size, f"N{size}-"))
        event.remove(db.engine, "before_cursor_execute", listen)
        counts.append(len(said))
    # The talk, its promise, and its line in the record of operations; all else is written together.
    assert counts[1] - counts[0] <= 3 * (48 - 6)


def test_what_goes_on_of_many_talks_is_told_in_one_go(any_cast: SimpleNamespace, monkeypatch) -> None:
    cast, told = any_cast, []
    monkeypatch.setattr(passages, "_TOLD", [*passages._TOLD, told.append])
    imports.import_talks(
        many(6), "t.csv", within=cast.branch, by=cast.secretary, investigation=cast.investigation
    )  # fmt: skip
    db.session.commit()
    (released,) = told
    by_talk: dict[int, list[str]] = {talk.id: list(said) for talk, said in released.items()}
    assert len(by_talk) == 6
    assert [bool(said) for _id, said in sorted(by_talk.items())] == [
        talk.visibility is not Visibility.INTERVIEWER for talk in db.session.scalars(select(Talk).order_by(Talk.id))
    ]
    for talk_id, said in by_talk.items():
        rows = select(TalkPassage.text).where(TalkPassage.talk_id == talk_id).order_by(TalkPassage.position)
        assert db.session.scalars(rows).all() == said
