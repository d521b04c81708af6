"""Actions: the rules of a row of the ledger, who may do what with it, and the clock in working days."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from concerns import actions
from concerns.actions import Plan, Report
from concerns.models import Action, Concern
from core import clock
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, Stale
from core.terms import ActionState
from members.models import Member

TODAY = date(2026, 10, 31)  # the Saturday every test happens on


@pytest.fixture
def concern(cast) -> Concern:
    row = Concern(organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label="停车")
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def row(concern, cast) -> Action:
    """A row the committee member answers for and the secretary checks."""
    return actions.add(concern, Plan("划线", "A2 委员乙", checker="书记甲"), by=cast.secretary)


def test_numbers_run_within_the_year_and_none_is_given_twice(concern, cast, monkeypatch) -> None:
    first, second = (actions.add(concern, Plan(measure, "后勤"), by=cast.secretary) for measure in "一二")
    assert (first.number, second.number) == ("ZG-2026-001", "ZG-2026-002")
    own = actions.add(concern, Plan("三", "后勤", number="ZG-2026-041"), by=cast.secretary)
    assert own.number == "ZG-2026-041"
    assert actions.add(concern, Plan("四", "后勤"), by=cast.secretary).number == "ZG-2026-042"
    with pytest.raises(BadInput) as refused:
        actions.add(concern, Plan("五", "后勤", number="ZG-2026-002"), by=cast.secretary)
    assert refused.value.field == "number"
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 4))
    assert actions.add(concern, Plan("六", "后勤"), by=cast.secretary).number == "ZG-2027-001"


def test_numbers_are_each_organisations_own(concern, cast) -> None:
    actions.add(concern, Plan("一", "后勤"), by=cast.secretary)
    theirs = Concern(organisation_id=cast.elsewhere.id, investigation_id=cast.investigation.id, label="别处")
    db.session.add(theirs)
    db.session.flush()
    assert actions.add(theirs, Plan("一", "后勤"), by=None).number == "ZG-2026-001"


def test_working_days_are_counted_by_the_official_calendar(concern, cast, monkeypatch) -> None:
    # 2026-09-30 is a Wednesday before the National Day week; 10-10 is a Saturday that is worked.
    monkeypatch.setattr(clock, "today", lambda: date(2026, 9, 30))
    made = actions.add(concern, Plan("问价", "后勤", due_working_days=3), by=cast.secretary)
    assert (made.due_on, made.due_working_days) == (date(2026, 10, 10), 3)
    kept = Plan("问价", "后勤", due_on=made.due_on)
    actions.change(made, kept, seen=made.revision, by=cast.secretary)
    assert made.due_working_days == 3, "the same day still came from three working days"
    actions.change(made, Plan("问价", "后勤", due_on=date(2026, 10, 20)), seen=made.revision, by=cast.secretary)
    assert made.due_working_days is None
    again = Plan("问价", "后勤", due_on=date(2026, 10, 20), due_working_days=1)
    actions.change(made, again, seen=made.revision, by=cast.secretary)
    assert (made.due_on, made.due_working_days) == (date(2026, 10, 8), 1)


@pytest.mark.parametrize("days", [0, -3, 1001])
def test_working_days_are_a_sensible_number(concern, cast, days) -> None:
    with pytest.raises(BadInput) as refused:
        actions.add(concern, Plan("问价", "后勤", due_working_days=days), by=cast.secretary)
    assert refused.value.field == "due_working_days"


def test_a_day_and_other_working_days_contradict(concern, cast) -> None:
    plan = Plan("问价", "后勤", due_on=date(2026, 12, 1), due_working_days=2)
    with pytest.raises(BadInput) as refused:
        actions.add(concern, plan, by=cast.secretary)
    assert refused.value.field == "due_working_days"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": " "}, "measure"),
        ({"owner": " "}, "owner"),
        ({"measure": "长" * 501}, "measure"),
        ({"category": "长" * 41}, "category"),
        ({"state": ActionState.DONE, "outcome": " "}, "outcome"),
        ({"state": ActionState.CLOSED, "outcome": "做完了", "evidence": " "}, "evidence"),
        ({"state": ActionState.CLOSED, "evidence": "照片", "closed_on": TODAY + timedelta(days=1)}, "closed_on"),
        ({"state": ActionState.CANNOT, "outcome": "没有经费"}, "reason"),
        ({"state": ActionState.CANNOT, "reason": "没有经费"}, "review_on"),
        ({"checker": "后勤"}, "checker"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_a_row_needs(row, cast, changes, field) -> None:
    plan = {"measure": "划线", "owner": "后勤"} | changes
    before = row.revision
    with pytest.raises(BadInput) as refused:
        actions.change(row, Plan(**plan), seen=before, by=cast.secretary)
    assert refused.value.field == field
    db.session.flush()
    assert (row.measure, row.owner, row.revision) == ("划线", "委员乙", before), "nothing was half-written"


def test_closing_keeps_the_day_and_reopening_forgets_it(row, cast) -> None:
    closed = Plan("划线", "委员乙", state=ActionState.CLOSED, evidence="照片", checker="书记甲")
    actions.change(row, closed, seen=row.revision, by=cast.secretary)
    assert row.closed_on == TODAY
    earlier = Plan(
        "划线", "委员乙", state=ActionState.CLOSED, evidence="照片", checker="书记甲", closed_on=date(2026, 10, 1)
    )
    actions.change(row, earlier, seen=row.revision, by=cast.secretary)
    assert row.closed_on == date(2026, 10, 1)
    actions.change(row, Plan("划线", "委员乙"), seen=row.revision, by=cast.secretary)
    assert row.closed_on is None


def test_owner_and_checker_are_two_people_of_the_roster_or_offices(concern, cast) -> None:
    made = actions.add(concern, Plan("划线", "A2", checker="A1"), by=cast.secretary)
    assert (made.owner, made.owner_id, made.checker) == ("委员乙", cast.aide.id, "书记甲")
    office = actions.add(concern, Plan("划线", "后勤保障组"), by=cast.secretary)
    assert (office.owner, office.owner_id) == ("后勤保障组", None)
    with pytest.raises(BadInput) as refused:
        actions.add(concern, Plan("划线", "A2 委员乙", checker="委员乙"), by=cast.secretary)
    assert refused.value.field == "checker"


def test_namesakes_are_told_apart_by_their_numbers(concern, cast) -> None:
    db.session.add(Member(organisation_id=cast.branch.id, number="A9", name="委员乙"))
    db.session.flush()
    with pytest.raises(BadInput) as refused:
        actions.add(concern, Plan("划线", "委员乙"), by=cast.secretary)
    assert refused.value.field == "owner" and "A9" in str(refused.value)
    made = actions.add(concern, Plan("划线", "书记甲", checker="A2 委员乙"), by=cast.secretary)
    assert made.checker == "A2 委员乙"
    assert actions.checks(made.checker, cast.committee_member)


def test_only_the_secretary_changes_the_plan(row, cast) -> None:
    for by in (cast.committee_member, cast.member):
        with pytest.raises(NotAllowed):
            actions.change(row, Plan("别的", "后勤"), seen=row.revision, by=by)
        with pytest.raises(NotAllowed):
            actions.remove(row, seen=row.revision, by=by)
    assert row.measure == "划线"


def test_its_owner_reports_and_nobody_else_of_the_committee(concern, row, cast) -> None:
    told = Report(ActionState.DONE, "划了二十个", "照片三张")
    actions.report(row, told, seen=row.revision, by=cast.committee_member)
    assert (row.state, row.outcome, row.evidence, row.closed_on) == (
        ActionState.DONE,
        "划了二十个",
        "照片三张",
        None,
    )
    other = actions.add(concern, Plan("问价", "书记甲"), by=cast.secretary)
    with pytest.raises(NotAllowed):
        actions.report(other, told, seen=other.revision, by=cast.committee_member)
    actions.report(other, told, seen=other.revision, by=cast.secretary)
    for state in (ActionState.CLOSED, ActionState.CANNOT):
        with pytest.raises(BadInput):
            actions.report(row, Report(state, "x", "x"), seen=row.revision, by=cast.committee_member)
    with pytest.raises(BadInput) as refused:
        actions.report(row, Report(ActionState.DONE), seen=row.revision, by=cast.committee_member)
    assert refused.value.field == "outcome"


def test_a_plain_member_reports_on_nothing_even_his_own(concern, cast) -> None:
    own = actions.add(concern, Plan("问价", "党员丙"), by=cast.secretary)
    with pytest.raises(NotAllowed):
        actions.report(own, Report(ActionState.UNDER_WAY), seen=own.revision, by=cast.member)


def test_it_is_closed_by_its_checker_with_evidence_and_never_by_its_owner(concern, cast) -> None:
    mine = actions.add(concern, Plan("划线", "书记甲", checker="委员乙"), by=cast.secretary)
    with pytest.raises(NotAllowed):
        actions.close(mine, evidence="照片", seen=mine.revision, by=cast.committee_member)  # not reported as done
    actions.report(mine, Report(ActionState.DONE, "好了"), seen=mine.revision, by=cast.secretary)
    with pytest.raises(NotAllowed):
        actions.close(mine, evidence="照片", seen=mine.revision, by=cast.secretary)  # his own
    with pytest.raises(BadInput) as refused:
        actions.close(mine, evidence=" ", seen=mine.revision, by=cast.committee_member)
    assert refused.value.field == "evidence"
    actions.close(mine, evidence="照片", seen=mine.revision, by=cast.committee_member)
    assert (mine.state, mine.evidence, mine.closed_on) == (ActionState.CLOSED, "照片", TODAY)
    with pytest.raises(NotAllowed):
        actions.report(mine, Report(ActionState.UNDER_WAY), seen=mine.revision, by=cast.secretary)


def test_another_committee_member_does_not_check(concern, cast) -> None:
    theirs = actions.add(concern, Plan("划线", "后勤", state=ActionState.DONE, outcome="好了"), by=cast.secretary)
    with pytest.raises(NotAllowed):
        actions.close(theirs, evidence="照片", seen=theirs.revision, by=cast.committee_member)
    actions.close(theirs, evidence="照片", seen=theirs.revision, by=cast.secretary)
    assert theirs.checker == "书记甲", "who closed it stands as its checker"


def test_a_secretary_closes_no_row_of_his_own_through_the_form_either(concern, cast) -> None:
    own = actions.add(concern, Plan("划线", "书记甲"), by=cast.secretary)
    plan = Plan("划线", "书记甲", state=ActionState.CLOSED, evidence="照片")
    with pytest.raises(BadInput) as refused:
        actions.change(own, plan, seen=own.revision, by=cast.secretary)
    assert refused.value.field == "checker"


def test_sent_back_it_is_in_hand_again_with_the_reason(row, cast) -> None:
    actions.report(row, Report(ActionState.DONE, "好了"), seen=row.revision, by=cast.committee_member)
    with pytest.raises(BadInput):
        actions.send_back(row, why=" ", seen=row.revision, by=cast.secretary)
    actions.send_back(row, why="东门还没有划", seen=row.revision, by=cast.secretary)
    assert row.state is ActionState.UNDER_WAY and "东门还没有划" in row.note and "2026-10-31" in row.note


@pytest.mark.parametrize("step", ["change", "report", "close", "send_back", "remove"])
def test_nobody_overwrites_what_another_wrote(row, cast, step) -> None:
    actions.report(row, Report(ActionState.DONE, "先来的"), seen=row.revision, by=cast.committee_member)
    db.session.commit()
    stale = row.revision - 1
    steps = {
        "change": lambda: actions.change(row, Plan("后来的", "后勤"), seen=stale, by=cast.secretary),
        "report": lambda: actions.report(row, Report(ActionState.UNDER_WAY, "后来的"), seen=stale, by=cast.secretary),
        "close": lambda: actions.close(row, evidence="照片", seen=stale, by=cast.secretary),
        "send_back": lambda: actions.send_back(row, why="后来的", seen=stale, by=cast.secretary),
        "remove": lambda: actions.remove(row, seen=stale, by=cast.secretary),
    }
    with pytest.raises(Stale):
        steps[step]()
    assert (row.outcome, row.state) == ("先来的", ActionState.DONE)


def test_a_row_is_taken_out_only_before_it_is_begun(row, cast) -> None:
    actions.report(row, Report(ActionState.UNDER_WAY, "在问"), seen=row.revision, by=cast.committee_member)
    with pytest.raises(DomainError):
        actions.remove(row, seen=row.revision, by=cast.secretary)
    actions.change(row, Plan("划线", "后勤"), seen=row.revision, by=cast.secretary)
    actions.remove(row, seen=row.revision, by=cast.secretary)
    assert db.session.scalar(select(Action)) is None
    assert db.session.scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc())) == "action.remove"


def test_the_category_is_the_concerns(concern, cast) -> None:
    made = actions.add(concern, Plan("划线", "后勤", category="后勤"), by=cast.secretary)
    assert concern.category == "后勤" and concern.curated
    actions.change(made, Plan("划线", "后勤"), seen=made.revision, by=cast.secretary)
    assert concern.category == "后勤", "a form that does not ask for it leaves it"
    actions.change(made, Plan("划线", "后勤", category=""), seen=made.revision, by=cast.secretary)
    assert concern.category == ""
