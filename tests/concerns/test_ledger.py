"""The ledger: one table, three lists; what is late is worked out; who may open and do what on its pages."""

import io
import re
from datetime import date

import pytest
from sqlalchemy import event

from concerns import actions, ledger, ledger_files
from concerns.actions import Plan
from concerns.ledger import Wish
from concerns.ledger_reading import Target
from concerns.ledger_rows import ALL_COLUMNS, Standing, View, Words
from concerns.models import Action, Concern, Excerpt
from core import clock, spreadsheet
from core.db import db
from core.i18n import speaking
from core.terms import ActionState, OrganisationKind, SourceKind, Visibility
from members.models import Member
from tests.conftest import people

D = date


@pytest.fixture
def table(cast) -> dict[str, Action]:
    """Six rows of two concerns, one of each standing, as they are on 2026-10-31."""
    return _table(cast)


def _table(cast) -> dict[str, Action]:
    made = {}
    for label, category in (("停车", "后勤"), ("食堂", "生活")):
        concern = Concern(
            organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label=label, category=category
        )
        db.session.add(concern)
        db.session.flush()
        made[label] = concern
    plans = {
        "late": ("停车", Plan("划线", "委员乙", D(2026, 10, 30), unit="保卫科")),
        "soon": ("停车", Plan("装灯", "后勤组", D(2026, 11, 7), ActionState.UNDER_WAY, unit="保卫科")),
        "later": ("食堂", Plan("换菜单", "委员乙", D(2026, 11, 8), problem="党员丙说菜太咸", checker="书记甲")),
        "done": ("食堂", Plan("加窗口", "书记甲", D(2026, 9, 1), ActionState.DONE, "加了", checker="委员乙")),
        "closed": (
            "食堂",
            Plan("贴菜价", "后勤组", state=ActionState.CLOSED, evidence="照片", closed_on=D(2026, 10, 9)),
        ),
        "cannot": (
            "停车",
            Plan("建车库", "书记甲", state=ActionState.CANNOT, reason="没有地", review_on=D(2026, 11, 2)),
        ),
    }
    rows = {name: actions.add(made[label], plan, by=cast.secretary) for name, (label, plan) in plans.items()}
    db.session.commit()
    return rows


def _names(lines, table) -> list[str]:
    by_id = {row.id: name for name, row in table.items()}
    return [by_id[line.id] for line in lines]


def test_the_lists_are_views_of_the_same_rows(cast, table) -> None:
    orders = {view: _names(ledger.lines(Wish(), view, within=cast.branch), table) for view in View}
    assert orders[View.ALL] == ["late", "soon", "later", "done", "closed", "cannot"]
    assert orders[View.TASKS] == ["done", "late", "soon", "later", "closed", "cannot"]
    assert orders[View.PROBLEMS] == ["late", "soon", "cannot", "later", "done", "closed"]
    rows = ledger.lines(Wish(), within=cast.branch)
    assert all(_names(ledger.in_order(rows, view), table) == orders[view] for view in View)
    owners = [line.owner for line in ledger.lines(Wish(), View.OWNERS, within=cast.branch)]
    assert owners == sorted(owners) and all(sorted(order) == sorted(table) for order in orders.values())


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing.OPEN, {"late", "soon", "later"}),
        (Standing.LATE, {"late"}),
        (Standing.SOON, {"soon"}),
        (Standing.CHECK, {"done"}),
        (Standing.REVIEW, {"cannot"}),
        (Standing.CLOSED, {"closed"}),
        (Standing.CANNOT, {"cannot"}),
    ],
    ids=lambda value: value.value if isinstance(value, Standing) else "",
)
def test_rows_are_found_and_counted_by_their_standing(cast, table, standing, expected) -> None:
    assert set(_names(ledger.lines(Wish(standing=standing), within=cast.branch), table)) == expected
    assert ledger.tally(Wish(standing=standing), within=cast.branch).standings[standing] == len(expected)


def test_late_is_worked_out_for_the_day_it_is_asked(cast, table, monkeypatch) -> None:
    assert [line.late for line in ledger.lines(Wish(), within=cast.branch)].count(True) == 1
    monkeypatch.setattr(clock, "today", lambda: D(2026, 10, 30))
    assert not any(line.late for line in ledger.lines(Wish(), within=cast.branch)), "on its day it is still in time"
    monkeypatch.setattr(clock, "today", lambda: D(2026, 11, 30))
    late = {line.id for line in ledger.lines(Wish(), within=cast.branch) if line.late}
    assert late == {table[name].id for name in ("late", "soon", "later")}, "what is done or cannot be done is not late"


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(owner="委员乙"), {"late", "later"}),
        (Wish(category="生活"), {"later", "done", "closed"}),
        (Wish(words="停车"), {"late", "soon", "cannot"}),
        (Wish(words="zg-2026-002"), {"soon"}),
        (Wish(words="保卫"), {"late", "soon"}),
        (Wish(words="%"), set()),
        (Wish(investigation_id=999), set()),
    ],
    ids=["owner", "category", "label", "number", "unit", "percent", "investigation"],
)
def test_rows_are_narrowed(cast, table, wish, expected) -> None:
    assert set(_names(ledger.lines(wish, within=cast.branch), table)) == expected


def test_another_organisation_sees_none_of_it(cast, table) -> None:
    assert ledger.lines(Wish(), within=cast.elsewhere) == []
    assert ledger.tally(Wish(), within=cast.elsewhere).total == 0
    assert ledger.owners(cast.elsewhere) == []


def test_a_problem_is_shown_without_names_and_a_source_as_its_kind(stage) -> None:
    cast = stage.cast
    table = _table(cast)
    survey = stage.survey({"q13": "车位不够"})
    talk = stage.talk("车位不够。")
    for source, source_id in ((SourceKind.SURVEY, survey.id), (SourceKind.TALK, talk.id)):
        db.session.add(
            Excerpt(
                organisation_id=cast.branch.id,
                investigation_id=cast.investigation.id,
                source=source,
                source_id=source_id,
                voice=source.value,
                start=0,
                end=4,
                text="车位不够",
                concern_id=table["late"].concern_id,
            )
        )
    db.session.commit()
    lines = {line.id: line for line in ledger.lines(Wish(), within=cast.branch)}
    assert "党员丙" not in lines[table["later"].id].problem and "菜太咸" in lines[table["later"].id].problem
    assert lines[table["late"].id].sources == (SourceKind.SURVEY, SourceKind.TALK)
    assert lines[table["later"].id].sources == ()
    stage.amend(talk, "车位不够。", Visibility.INTERVIEWER)
    lines = {line.id: line for line in ledger.lines(Wish(), within=cast.branch)}
    assert lines[table["late"].id].sources == (SourceKind.SURVEY,), "a talk taken back is no source"


def test_reminders_say_what_is_pressing_and_whose_it_is(cast, table) -> None:
    found = ledger.reminders(within=cast.branch, reader=cast.committee_member)
    told = [(_names([one.line], table)[0], one.standing, one.mine) for one in found]
    assert told == [
        ("done", Standing.CHECK, True),
        ("late", Standing.LATE, True),
        ("cannot", Standing.REVIEW, False),
        ("soon", Standing.SOON, False),
    ]
    mine = {one.standing: one.mine for one in ledger.reminders(within=cast.branch, reader=cast.secretary)}
    assert mine[Standing.REVIEW] and not mine[Standing.CHECK], "nobody checks his own"
    assert ledger.reminders(within=cast.elsewhere, reader=cast.outsider) == []


def test_a_party_branch_puts_right_and_a_union_deals_with(cast) -> None:
    with speaking("en"):
        assert Words(cast.branch).ledger == "Rectification ledger"
        assert Words(cast.elsewhere).ledger == "Action ledger"
        assert cast.elsewhere.kind is OrganisationKind.UNION
        assert Words(cast.elsewhere).title("measure") == "Measure"
        assert Words(cast.elsewhere).state(ActionState.UNDER_WAY) == "In hand"


def test_both_databases_tell_the_same(any_app) -> None:
    cast = people(any_app)
    table = _table(cast)
    tally = ledger.tally(Wish(words="停车", owner="委员乙"), within=cast.branch)
    assert (tally.total, tally.standings[Standing.LATE], tally.standings[Standing.CLOSED]) == (1, 1, 0)
    assert ledger.tally(Wish(words="没有"), within=cast.branch).standings[Standing.OPEN] == 0
    ahead = ledger.reminders(within=cast.branch, reader=cast.secretary, ahead=True, most=9)
    assert _names([one.line for one in ahead], table) == ["done", "late", "cannot", "soon", "later"]
    assert _names(ledger.lines(Wish(), View.TASKS, within=cast.branch), table)[-2:] == ["closed", "cannot"]
    rows = ledger_files.read(ledger_files.workbook(Wish(), within=cast.branch), "x.xlsx", within=cast.branch)
    judged = ledger_files.judge(rows, Target(cast.investigation), within=cast.branch)
    assert {row.fate for row in judged} == {ledger_files.Fate.SAME}


@pytest.mark.parametrize("view", View)
def test_a_page_asks_as_many_questions_for_many_rows_as_for_few(any_app, view) -> None:
    cast = people(any_app)
    _table(cast)
    few = _questions(lambda: ledger.page(Wish(), view, within=cast.branch))
    concern = db.session.query(Concern).first()
    registers = actions.Registers(cast.branch)
    for number in range(150):
        actions.put(concern, Plan(f"第{number}件", "后勤组"), registers, by=None)
    db.session.commit()
    assert _questions(lambda: ledger.page(Wish(), view, within=cast.branch)) == few
    page = ledger.page(Wish(), view, within=cast.branch, number=2)
    assert (page.total, page.count, len(page.lines)) == (156, 2, 56)
    assert ledger.page(Wish(), view, within=cast.branch, number=99).number == 2


def _questions(act) -> int:
    act()
    db.session.expire_all()
    seen = []

    def count(*args) -> None:
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


# --- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [("secretary", 200), ("committee_member", 200), ("member", 403)])
def test_who_opens_the_ledger(client_for, table, role, status) -> None:
    client = client_for(role)
    for path in ("", "?view=owners", "?view=tasks&standing=late", "?view=x&standing=y&page=x&owner=%00", "/print"):
        assert client.get(f"/app/ledger{path}").status_code == status, path


def test_the_pages_show_the_rows_and_a_stranger_none(client_for, table) -> None:
    page = client_for("secretary").get("/app/ledger").text
    assert "ZG-2026-001" in page and page.count("<h1") == 1
    assert "党员丙" not in page
    assert "ZG-2026" not in client_for("outsider").get("/app/ledger").text
    assert client_for("outsider").get(f"/app/actions/{table['late'].id}").status_code == 404


def test_an_empty_ledger_says_what_to_do(client_for, cast) -> None:
    page = client_for("secretary").get("/app/ledger").text
    assert "/ledger/import" in page and "/concerns" in page
    assert "/ledger/import" not in client_for("committee_member").get("/app/ledger").text


def test_the_workbook_holds_the_columns_and_the_three_lists(client_for, cast, table) -> None:
    answer = client_for("committee_member").get("/app/ledger/download")
    book = spreadsheet.read_book(answer.data, "x.xlsx")
    assert [len(rows) for rows in book.values()] == [7, 7, 7, 7]
    whole = next(iter(book.values()))
    assert len([cell for cell in whole[0].cells if cell]) == len(ALL_COLUMNS) and whole[0].cells[0] == "编号"
    owners = [row.cells[0] for row in list(book.values())[2][1:]]
    assert owners == sorted(owners)
    assert client_for("member").get("/app/ledger/download").status_code == 403
    theirs = spreadsheet.read(client_for("outsider").get("/app/ledger/download").data, "x.xlsx")
    assert len(theirs) == 1


def _hidden(page: str, name: str = "revision") -> str:
    return re.search(rf'name="{name}"[^>]*value="(\d+)"', page)[1]


def test_from_concern_to_closed_row_by_three_hands(client_for, cast, table) -> None:
    secretary, aide = client_for("secretary"), client_for("committee_member")
    concern_id = table["late"].concern_id
    plan = {"measure": "立牌子", "owner": "A2 委员乙", "checker": "A1 书记甲"}
    refused = secretary.post(f"/app/concerns/{concern_id}/actions", data=plan)
    assert refused.status_code == 422 and "立牌子" in refused.text, "nothing is decided without a day"
    made = secretary.post(f"/app/concerns/{concern_id}/actions", data=plan | {"due_working_days": "5"})
    assert made.status_code == 302
    row = db.session.query(Action).filter_by(measure="立牌子").one()
    assert (row.due_on, row.number, row.state) == (D(2026, 11, 6), "ZG-2026-007", ActionState.NOT_STARTED)
    url = f"/app/actions/{row.id}"
    page = aide.get(url).text
    assert f"{url}/report" in page and f'action="{url}"' not in page
    told = {"state": "done", "outcome": "立好了", "revision": _hidden(page)}
    assert aide.post(f"{url}/report", data=told).status_code == 302
    assert aide.post(f"{url}/report", data=told | {"outcome": "后来的"}).status_code == 409
    assert aide.post(f"{url}/close", data={"check-evidence": "照片", "check-revision": "2"}).status_code == 403
    page = secretary.get(url).text
    closing = {"check-revision": _hidden(page, "check-revision")}
    assert secretary.post(f"{url}/close", data=closing).status_code == 422
    assert secretary.post(f"{url}/close", data=closing | {"check-evidence": "照片一张"}).status_code == 302
    db.session.expire_all()
    assert (row.state, row.evidence, row.closed_on) == (ActionState.CLOSED, "照片一张", D(2026, 10, 31))


def test_a_checker_of_the_committee_closes_or_sends_back(client_for, cast, table) -> None:
    aide, url = client_for("committee_member"), f"/app/actions/{table['done'].id}"
    page = aide.get(url).text
    assert f"{url}/close" in page and f"{url}/report" not in page
    seen = {"check-revision": _hidden(page, "check-revision")}
    assert aide.post(f"{url}/send-back", data=seen).status_code == 422
    assert aide.post(f"{url}/send-back", data=seen | {"check-why": "只加了一个"}).status_code == 302
    db.session.expire_all()
    assert table["done"].state is ActionState.UNDER_WAY and "只加了一个" in table["done"].note


def test_a_committee_member_reads_what_is_not_his(client_for, table) -> None:
    aide, url = client_for("committee_member"), f"/app/actions/{table['soon'].id}"
    page = aide.get(url)
    assert page.status_code == 200 and f"{url}/" not in page.text
    for path, data in (("", {}), ("/report", {"state": "done", "outcome": "x"}), ("/remove", {"revision": "1"})):
        assert aide.post(url + path, data=data).status_code == 403
    assert client_for("member").get(url).status_code == 403


def test_a_refused_change_keeps_what_was_typed_and_the_form_keeps_what_was_there(client_for, table) -> None:
    secretary, url = client_for("secretary"), f"/app/actions/{table['later'].id}"
    page = secretary.get(url).text
    typed = dict(re.findall(r'<input[^>]*name="(number|owner|checker|due_on|category)"[^>]*value="([^"]*)"', page))
    assert typed == {
        "number": "ZG-2026-003",
        "owner": "委员乙",
        "checker": "书记甲",
        "due_on": "2026-11-08",
        "category": "生活",
    }
    plan = typed | {"measure": "换厨师", "problem": "菜太咸", "state": "cannot", "revision": _hidden(page)}
    refused = secretary.post(url, data=plan)
    assert refused.status_code == 422 and "换厨师" in refused.text
    saved = secretary.post(url, data=plan | {"reason": "合同没有到期", "review_on": "2027-01-04"})
    assert saved.status_code == 302
    db.session.expire_all()
    assert table["later"].measure == "换厨师" and table["later"].due_on == D(2026, 11, 8)
    assert secretary.post(url, data=plan).status_code in (409, 422)


def test_a_row_not_begun_is_taken_out(client_for, table) -> None:
    secretary, url = client_for("secretary"), f"/app/actions/{table['late'].id}"
    assert secretary.post(f"{url}/remove", data={"revision": "x"}).status_code == 409
    assert secretary.post(f"{url}/remove", data={"revision": _hidden(secretary.get(url).text)}).status_code == 302
    assert secretary.get(url).status_code == 404


def test_the_sheet_to_print_tells_every_row_of_its_list(client_for, table) -> None:
    page = client_for("committee_member").get("/app/ledger/print?standing=late&view=tasks").text
    assert "划线" in page and "装灯" not in page


def test_an_import_on_the_page_is_looked_at_and_written(client_for, cast) -> None:
    secretary = client_for("secretary")
    url = f"/app/investigations/{cast.investigation.id}/ledger/import"
    assert client_for("committee_member").get(url).status_code == 403
    assert client_for("outsider").get(url).status_code == 404
    assert secretary.post(url, data={}).status_code == 422
    content = "编号,问题,整改措施,责任人,状态\nB-1,车位太少,划线,委员乙,未启动\nB-2,没有灯,装灯,后勤组,销了\n".encode()
    seen = secretary.post(url, data={"file": (io.BytesIO(content), "台账.csv")})
    assert seen.status_code == 200 and "销了" in seen.text
    assert db.session.query(Action).count() == 0, "nothing is written before it was looked at"
    kept = re.search(r'name="kept"[^>]*value="([^"]*)"', seen.text)[1].replace("&#34;", '"')
    refused = secretary.post(f"{url}/write", data={"kept": kept})
    assert refused.status_code == 422 and db.session.query(Action).count() == 0
    assert secretary.post(f"{url}/write", data={"kept": kept, "leave_out": "y"}).status_code == 302
    assert [row.number for row in db.session.query(Action)] == ["B-1"]
    assert secretary.post(f"{url}/write", data={"kept": "[{]"}).status_code == 422


def test_a_member_on_the_roster_named_by_half_is_not_the_checker(cast, table) -> None:
    db.session.add(Member(organisation_id=cast.branch.id, number="A8", name="委员"))
    db.session.flush()
    assert not actions.checks("委员", cast.committee_member)
