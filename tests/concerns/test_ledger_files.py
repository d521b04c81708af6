"""A ledger out of a file: what its cells may say, every fault with its line, nothing half-written; and out again."""

from datetime import date

import pytest

from concerns import ledger, ledger_columns, ledger_files
from concerns.actions import Plan, add
from concerns.ledger_files import Fate
from concerns.ledger_reading import Target
from concerns.ledger_rows import Words
from concerns.models import Action, Concern
from core import spreadsheet
from core.db import db
from core.errors import BadInput
from core.terms import ActionState
from investigations.models import Investigation
from members.models import Member

TODAY = date(2026, 10, 31)
SAMPLE = """编号,问题,事项码,来源,整改措施,责任单位,责任人,完成时限,状态,销号日期,反馈说明
ZG-2026-001,停车位早上七点半已满,park,T004 T011 T029,划二十个,后勤组,邵决明,2026-03-31,已销号,2026-03-28,已贴宣传栏
ZG-2026-003,意见提出后没有回音,comm,T010；问卷q13,每季度张贴办理情况表,综合办公室,叶秋分,2026-06-30,整改中,,样表已试贴
ZG-2026-006,劳保手套发放不足,ppe,T001,一线试用三种手套,仓储物流班,汪茯苓,2026-08-31,逾期,,样品晚到
ZG-2026-008,宿舍晚间网络卡顿,net,问卷q13,增设接入点两处,后勤保障组,常磁铁,2026-09-30,暂不能办,,产权单位不同意改线路
ZG-2026-010,班组报修工单无查询,equip,问卷q13,试行扫码报修,电气班,丁芒种,2026-12-31（30个工作日）,未启动,,待预算
"""


@pytest.fixture
def read(cast):
    """Return the rows of a table of text."""

    def read(text: str) -> list[ledger_files.RawRow]:
        return ledger_files.read(text.encode(), "台账.csv", within=cast.branch)

    return read


@pytest.fixture
def target(cast) -> Target:
    return Target(cast.investigation, None, date(2027, 1, 31))


def _judged(read, target, cast, *lines: str, header="问题,整改措施,责任人,完成时限,状态,销号日期,佐证,编号"):
    return ledger_files.judge(read("\n".join([header, *lines])), target, within=cast.branch)


def _rows() -> dict[str, Action]:
    return {row.number: row for row in db.session.query(Action).order_by(Action.number)}


def test_a_ledger_as_it_is_kept_is_taken_over(cast, read, target) -> None:
    db.session.add(Member(organisation_id=cast.branch.id, number="M9", name="邵决明"))
    db.session.flush()
    outcome = ledger_files.write(read(SAMPLE), target, within=cast.branch, by=cast.secretary)
    assert (outcome.new, outcome.same, outcome.left_out, outcome.concerns) == (5, 0, 0, 5)
    rows = _rows()
    closed = rows["ZG-2026-001"]
    assert (closed.state, closed.evidence, closed.closed_on) == (ActionState.CLOSED, "已贴宣传栏", date(2026, 3, 28))
    assert closed.owner_id is not None and closed.checker == "", "a file that names no checker has none"
    assert (closed.concern.label, closed.concern.category, closed.problem) == ("停车位早上七点半已满", "park", "")
    late = rows["ZG-2026-006"]
    assert (late.state, late.outcome, late.owner_id) == (ActionState.UNDER_WAY, "样品晚到", None)
    cannot = rows["ZG-2026-008"]
    assert (cannot.state, cannot.reason) == (ActionState.CANNOT, "产权单位不同意改线路")
    assert cannot.review_on == date(2027, 1, 31), "the day the form gave"
    assert all("T0" not in row.note for row in rows.values()), "no number leads to a talk"
    again = ledger_files.write(read(SAMPLE), target, within=cast.branch, by=cast.secretary)
    assert (again.new, again.same, again.concerns) == (0, 5, 0)


def test_what_goes_out_comes_back_as_it_was(cast, read, target) -> None:
    ledger_files.write(read(SAMPLE), target, within=cast.branch, by=cast.secretary)
    before = {line.number: line for line in ledger.lines(ledger.Wish(), within=cast.branch)}
    book = ledger_files.workbook(ledger.Wish(), within=cast.branch)
    judged = ledger_files.judge(ledger_files.read(book, "x.xlsx", within=cast.branch), target, within=cast.branch)
    assert {row.fate for row in judged} == {Fate.SAME}, [row.faults for row in judged]
    db.session.query(Action).delete()
    db.session.query(Concern).delete()
    rows = ledger_files.read(book, "x.xlsx", within=cast.branch)
    ledger_files.write(rows, Target(cast.investigation), within=cast.branch, by=cast.secretary)
    after = {line.number: line for line in ledger.lines(ledger.Wish(), within=cast.branch)}
    left_out = {"id", "concern_id"}
    for number, line in before.items():
        told = {name: getattr(line, name) for name in line.__slots__ if name not in left_out}
        assert told == {name: getattr(after[number], name) for name in told}


@pytest.mark.parametrize(
    ("cell", "kept", "note"),
    [
        ("职工代表大会；问卷q13、T004 T011", "职工代表大会、问卷、谈话", "再看"),
        ("总经理信箱 2026年第3封", "总经理信箱 2026年第3封", "再看"),
        ("Town hall 2026", "Town hall 2026", "再看"),
        ("党员丙来信，谈心谈话", "某某来信、谈话", "再看"),
        ("", "", "再看"),
    ],
    ids=["several", "with a blank", "English", "a name", "none"],
)
def test_a_source_of_its_own_stays_with_its_row(cast, read, target, cell, kept, note) -> None:
    rows = read(f"问题,整改措施,责任人,编号,来源,备注\n灯坏了,换灯,后勤组,A-1,{cell},{note}")
    for _round in range(2):
        ledger_files.write(rows, target, within=cast.branch, by=cast.secretary)
        made = _rows()["A-1"]
        assert (made.source, made.note) == (kept, note)
        (line,) = ledger.lines(ledger.Wish(), within=cast.branch)
        assert Words(cast.branch).told(line, "source") == kept
        book = ledger_files.workbook(ledger.Wish(), within=cast.branch)
        rows = ledger_files.read(book, "x.xlsx", within=cast.branch)
        db.session.query(Action).delete()
        db.session.query(Concern).delete()


def test_a_source_longer_than_its_column_is_a_fault(cast, read, target) -> None:
    header = "问题,整改措施,责任人,来源"
    (row,) = _judged(read, target, cast, f"灯坏了,换灯,后勤组,{'来信' * 101}", header=header)
    assert row.fate is Fate.REFUSED and "200" in row.faults[0]


def test_every_fault_is_named_with_its_line_and_nothing_is_half_written(cast, read, target) -> None:
    lines = (
        ",划线,委员乙,2026-13-01,做了一半,,,G2",
        "车位少,划线,委员乙,2026-12-01,未启动,,,G1",
        "车位少,,委员乙,2026-12-01,未启动,,,G3",
        "车位少,装灯,委员乙、党员丙,2026-12-01,未启动,,,G4",
        "车位少,装灯,委员乙,2026-12-01,已销号,,照片,G5",
        "车位少,装灯,委员乙,2026-12-01,已销号,2026-10-01,,G6",
        "车位少,装灯,委员乙,2026-12-01,整改中,2026-10-01,照片,G7",
        "车位少,挂牌,委员乙,2026-12-01,未启动,,,G1",
    )
    judged = _judged(read, target, cast, *lines)
    refused = [row for row in judged if row.fate is Fate.REFUSED]
    assert [row.line for row in refused] == [2, 4, 5, 6, 7, 8, 9]
    assert len(refused[0].faults) == 3, "problem, day and state, all three at once"
    with pytest.raises(BadInput) as no:
        rows = read("\n".join(["问题,整改措施,责任人,完成时限,状态,销号日期,佐证,编号", *lines]))
        ledger_files.write(rows, target, within=cast.branch, by=cast.secretary)
    assert str(no.value).startswith("第2行")
    assert _rows() == {} and db.session.query(Concern).count() == 0
    outcome = ledger_files.write(rows, target, within=cast.branch, by=cast.secretary, leave_out_faulty=True)
    assert (outcome.new, outcome.left_out, list(_rows())) == (1, 7, ["G1"])


def test_a_row_of_the_same_number_is_never_overwritten(cast, read, target) -> None:
    concern = Concern(organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label="车位少")
    db.session.add(concern)
    db.session.flush()
    add(concern, Plan("划线", "委员乙", number="G1"), by=cast.secretary)
    same, other, fresh = _judged(
        read, target, cast, "车位少,划线,委员乙,,,,,G1", "车位少,挂牌,委员乙,,,,,G1", "车位少,划线,委员乙,,,,,"
    )
    assert (same.fate, other.fate, fresh.fate) == (Fate.SAME, Fate.REFUSED, Fate.SAME)
    assert "G1" in other.faults[0]


def test_rows_go_to_the_concern_of_their_name_or_to_the_one_chosen(cast, read, target) -> None:
    named, other = (
        Concern(organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label=label)
        for label in ("车 位少", "食堂")
    )
    db.session.add_all([named, other])
    db.session.flush()
    lines = ("车位少,划线,委员乙,,,,,", "没有灯,装灯,委员乙,,,,,", "没有灯,换灯,委员乙,,,,,")
    rows = read("\n".join(["问题,整改措施,责任人,完成时限,状态,销号日期,佐证,编号", *lines]))
    assert [row.made for row in ledger_files.judge(rows, target, within=cast.branch)] == [False, True, True]
    outcome = ledger_files.write(rows, target, within=cast.branch, by=cast.secretary)
    assert outcome.concerns == 1, "two rows of one problem share the new concern"
    assert [row.measure for row in named.actions] == ["划线"]
    again = [row.texts for row in rows]
    fresh = [ledger_files.RawRow(at, texts | {"measure": texts["measure"] + "二"}) for at, texts in enumerate(again, 2)]
    ledger_files.write(fresh, Target(cast.investigation, other), within=cast.branch, by=cast.secretary)
    assert [(row.measure, row.problem) for row in other.actions] == [
        ("划线二", "车位少"),
        ("装灯二", "没有灯"),
        ("换灯二", "没有灯"),
    ]
    assert [row.number for row in other.actions] == ["ZG-2026-004", "ZG-2026-005", "ZG-2026-006"]


def test_a_concern_of_another_investigation_of_the_same_name_is_left_alone(cast, read, target) -> None:
    theirs = Investigation(
        organisation_id=cast.branch.id,
        title="去年",
        starts_on=TODAY,
        ends_on=TODAY,
        created_at=cast.investigation.created_at,
    )
    db.session.add(theirs)
    db.session.flush()
    db.session.add(Concern(organisation_id=cast.branch.id, investigation_id=theirs.id, label="车位少"))
    db.session.flush()
    (row,) = _judged(read, target, cast, "车位少,划线,委员乙,,,,,")
    assert row.made


def test_titles_merged_problems_and_signatures_are_understood(cast, read, target) -> None:
    text = (
        "青石支部整改台账,,,\n序号,存在问题,整改措施,责任人\n1,车位少,划线,委员乙\n2,,装灯,委员乙\n填表人：书记甲,,,\n"
    )
    rows = read(text)
    assert [(row.line, row.texts["problem"], row.texts["measure"]) for row in rows] == [
        (3, "车位少", "划线"),
        (4, "车位少", "装灯"),
    ]


@pytest.mark.parametrize(
    "text",
    ["问题,责任人\n车位少,甲\n", "问题,整改措施,责任人\n", "一,二,三\n四,五,六\n"],
    ids=["column", "rows", "none"],
)
def test_a_file_that_is_no_ledger_is_refused(read, text) -> None:
    with pytest.raises(BadInput):
        read(text)


def test_names_in_a_problem_are_left_out_of_the_concern(cast, read, target) -> None:
    (row,) = _judged(read, target, cast, "党员丙反映车位少,划线,委员乙,,,,,")
    assert "党员丙" not in row.label and row.plan is not None and "党员丙" not in row.plan.problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", (date(2026, 3, 2), None)),
        ("2026.3.2", (date(2026, 3, 2), None)),
        ("2026年3月2日前", (date(2026, 3, 2), None)),
        ("20260302", (date(2026, 3, 2), None)),
        ("2026年2月底", (date(2026, 2, 28), None)),
        ("2026-12", (date(2026, 12, 31), None)),
        ("2026-12-15（15个工作日）", (date(2026, 12, 15), 15)),
        ("15个工作日内", (None, 15)),
        ("10 working days", (None, 10)),
        ("长期坚持", (None, None)),
        ("", (None, None)),
        ("元宵前", (date(2027, 2, 19), None)),
        ("2026-02-30", None),
        ("尽快", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_due_cell_says(app, text, expected) -> None:
    if expected is None:
        with pytest.raises(BadInput):
            ledger_columns.due(text, "完成时限", TODAY, {})
    else:
        assert ledger_columns.due(text, "完成时限", TODAY, {})[:2] == expected


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("逾期", ActionState.UNDER_WAY),
        ("整改中（已逾期）", ActionState.UNDER_WAY),
        ("已完成", ActionState.DONE),
        ("销号", ActionState.CLOSED),
        ("Not started", ActionState.NOT_STARTED),
        ("Cannot be done for now", ActionState.CANNOT),
        ("", None),
    ],
)
def test_what_a_state_cell_says(app, word, state) -> None:
    assert ledger_columns.state(word, "进度", {}) is state


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", "[1]", '[{"line": "x", "texts": {}}]', '[{"line": 1, "texts": 3}]', "[" * 100_000]
)
def test_rows_a_page_carries_are_not_trusted(app, kept) -> None:
    with pytest.raises(BadInput):
        ledger_files.unpacked(kept)


def test_rows_carried_along_keep_their_texts_and_nothing_a_database_refuses(read) -> None:
    rows = read("问题,整改措施,责任人\n车位少,划线,委员乙\n")
    assert ledger_files.unpacked(ledger_files.packed(rows)) == rows
    (row,) = ledger_files.unpacked('[{"line": 2, "texts": {"problem": "车\\u0000位\\ud800少"}}]')
    assert row.texts == {"problem": "车位少"}


def test_a_formula_in_a_cell_stays_text(cast) -> None:
    concern = Concern(organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label="=1+1")
    db.session.add(concern)
    db.session.flush()
    add(concern, Plan("=HYPERLINK(1)", "委员乙"), by=cast.secretary)
    book = ledger_files.workbook(ledger.Wish(), within=cast.branch)
    assert "=HYPERLINK(1)" in spreadsheet.read(book, "x.xlsx")[1].cells
