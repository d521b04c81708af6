"""The plan: a month with lunar dates and working days, proposals put onto days, undo, and who sees what."""

import re
from datetime import date

import pytest

from core import calendar, clock
from core.calendar import Kind
from core.db import db
from core.errors import BadInput, NotAllowed, Stale
from core.terms import TalkState, Visibility
from interviews import agenda, days_off, events, proposals, talks
from interviews.days_off import Marked
from interviews.models import Talk
from tests.conftest import TODAY
from tests.interviews.plays import hold, plan, record_of

NOVEMBER = date(2026, 11, 1)
KEY = re.compile(r'name="proposal" value="([^"]+)"')


def day_of(cast, day: date, reader=None, **more) -> agenda.Day:
    found = agenda.month(day.replace(day=1), within=cast.branch, reader=reader or cast.secretary, **more)
    return next(one for week in found.weeks for one in week if one.day == day and one.inside)


@pytest.mark.parametrize(
    ("day", "kind", "lunar", "festivals", "holiday"),
    [
        (date(2026, 2, 17), Kind.HOLIDAY, "正月", ("春节",), "春节"),
        (date(2026, 2, 28), Kind.MADE_UP, "十二", (), "春节"),
        (date(2026, 3, 3), Kind.WORKDAY, "十五", ("元宵",), ""),
        (date(2026, 11, 7), Kind.WEEKEND, "廿九", (), ""),
        (date(2027, 2, 6), Kind.WEEKEND, "正月", ("春节",), ""),
    ],
)
def test_a_day_has_its_lunar_date_and_its_mark(any_cast, day, kind, lunar, festivals, holiday) -> None:
    found = day_of(any_cast, day)
    assert (found.kind, found.lunar, found.festivals, found.holiday) == (kind, lunar, festivals, holiday)


def test_own_days_are_marked_with_their_names(any_cast) -> None:
    days_off.add(Marked(date(2026, 11, 2), False, "厂庆"), within=any_cast.branch, by=any_cast.secretary)
    found = day_of(any_cast, date(2026, 11, 2))
    assert found.kind is Kind.OWN_REST and found.rest and found.holiday == "厂庆"


def test_a_year_nobody_has_published_is_said(any_cast) -> None:
    of = {"within": any_cast.branch, "reader": any_cast.secretary}
    assert agenda.month(NOVEMBER, **of).known and not agenda.month(date(2027, 1, 1), **of).known


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "1999-01", "2100-01", "２０２６-11", "x-y", "2026-11-01", None]
)
def test_an_odd_month_is_this_one(any_app, text) -> None:
    assert agenda.first_of(text) == date(2026, 10, 1)


def test_the_ends_of_the_calendar(any_cast) -> None:
    of = {"within": any_cast.branch, "reader": any_cast.secretary}
    assert agenda.month(date(2000, 1, 1), **of).before == ""
    assert agenda.month(date(2099, 12, 1), **of).after == ""
    assert agenda.month(NOVEMBER, **of).before == "2026-10" and agenda.month(NOVEMBER, **of).after == "2026-12"


def test_planned_talks_stand_on_their_days_and_recorded_ones_do_not(any_cast) -> None:
    talk = plan(any_cast, held_on=date(2026, 11, 3), occasion="关怀谈话")
    hold(any_cast, Visibility.COMMITTEE)
    (one,) = day_of(any_cast, date(2026, 11, 3)).talks
    assert (one.id, one.member_name, one.occasion, one.writable) == (talk.id, "党员丙", "关怀谈话", True)
    assert agenda.month(date(2026, 10, 1), within=any_cast.branch, reader=any_cast.secretary).planned == 0
    assert agenda.planned(NOVEMBER, date(2026, 11, 30), within=any_cast.elsewhere, reader=any_cast.outsider) == []


def test_the_occasion_of_a_plan_is_not_for_the_whole_committee(any_cast) -> None:
    plan(any_cast, held_on=date(2026, 11, 3), interviewer_id=any_cast.boss.id, occasion="提醒谈话")
    (one,) = day_of(any_cast, date(2026, 11, 3), any_cast.committee_member).talks
    assert one.member_name == "党员丙" and one.occasion == "" and not one.writable and not one.readable


def test_only_mine(any_cast) -> None:
    plan(any_cast, held_on=date(2026, 11, 3), interviewer_id=any_cast.boss.id)
    own = plan(any_cast, held_on=date(2026, 11, 3), interviewer_id=any_cast.aide.id)
    found = day_of(any_cast, date(2026, 11, 3), any_cast.committee_member, mine=True).talks
    assert [one.id for one in found] == [own.id]


def test_moving_a_talk_keeps_all_but_the_day(any_cast) -> None:
    talk = plan(any_cast, held_on=date(2026, 11, 3), occasion="关怀谈话", place="值班室")
    agenda.move(talk, date(2026, 11, 5), by=any_cast.secretary, based_on=talk.revision)
    db.session.commit()
    assert (talk.held_on, talk.occasion, talk.place) == (date(2026, 11, 5), "关怀谈话", "值班室")
    with pytest.raises(Stale):
        agenda.move(talk, date(2026, 11, 6), by=any_cast.secretary, based_on=talk.revision - 1)
    with pytest.raises(BadInput):
        agenda.move(talk, date(2026, 10, 30), by=any_cast.secretary, based_on=talk.revision)
    agenda.move_back(talk, date(2026, 10, 20), by=any_cast.secretary)  # where it stood, though that has passed
    assert talk.held_on == date(2026, 10, 20)
    other = plan(any_cast, held_on=date(2026, 11, 3), interviewer_id=any_cast.boss.id)
    with pytest.raises(NotAllowed):
        agenda.move(other, date(2026, 11, 5), by=any_cast.committee_member, based_on=other.revision)


def test_plan_and_undo_by_form(client_for, cast) -> None:
    client = client_for("secretary")
    key = KEY.search(client.get("/app/talks/agenda").text)[1]
    done = client.post("/app/talks/agenda/plan", data={"proposal": key, "day": "2026-11-03", "month": "2026-10"})
    assert done.status_code == 302 and "month=2026-11" in done.location
    talk = db.session.query(Talk).one()
    assert talk.held_on == date(2026, 11, 3) and talk.state is TalkState.PLANNED
    page = client.get(done.location).text
    assert f"/app/talks/agenda/{talk.id}/undo" in page and key not in KEY.findall(page)
    assert client.post(f"/app/talks/agenda/{talk.id}/undo", data={"was": ""}).status_code == 302
    assert db.session.query(Talk).count() == 0
    assert key in KEY.findall(client.get("/app/talks/agenda").text)


def test_move_and_undo_by_form(client_for, cast) -> None:
    talk = plan(cast, held_on=date(2026, 11, 3))
    client, revision = client_for("secretary"), talk.revision
    moved = client.post(f"/app/talks/agenda/{talk.id}/move", data={"day": "2026-12-04", "based_on": revision})
    assert "was=2026-11-03" in moved.location and "month=2026-12" in moved.location
    page = client.get(moved.location).text
    assert 'name="was" value="2026-11-03"' in page
    assert client.post(f"/app/talks/agenda/{talk.id}/undo", data={"was": "2026-11-03"}).status_code == 302
    db.session.expire_all()
    assert db.session.get(Talk, talk.id).held_on == date(2026, 11, 3)
    assert (
        client_for("outsider").post(f"/app/talks/agenda/{talk.id}/move", data={"day": "2026-12-04"}).status_code == 404
    )


@pytest.mark.parametrize(
    "sent",
    [
        {"day": "2026-10-30"},
        {"day": "x"},
        {"day": ""},
        {"interviewer": "无此人"},
        {"day": "2199-01-01"},
    ],
    ids=["passed", "no-day", "empty", "nobody", "far"],
)
def test_what_cannot_be_planned_is_said_on_the_page(client_for, cast, sent) -> None:
    client = client_for("secretary")
    key = KEY.search(client.get("/app/talks/agenda").text)[1]
    refused = client.post("/app/talks/agenda/plan", data={"proposal": key, "day": "2026-11-03", **sent})
    assert refused.status_code == 422 and 'role="alert"' in refused.text
    assert db.session.query(Talk).count() == 0


def test_put_off_and_undo_by_form(client_for, cast) -> None:
    client = client_for("secretary")
    key = KEY.search(client.get("/app/talks/agenda").text)[1]
    page = client.get(client.post("/app/talks/agenda/later", data={"proposal": key}).location).text
    assert KEY.findall(page).count(key) == 1 and "/app/talks/agenda/again" in page  # only in the form that undoes it
    client.post("/app/talks/agenda/again", data={"proposal": key})
    assert key in KEY.findall(client.get("/app/talks/agenda").text)


def test_the_page_is_closed_to_members(client_for) -> None:
    assert client_for("member").get("/app/talks/agenda").status_code == 403


def test_a_talk_planned_for_an_event_is_its_answer(client_for, cast) -> None:
    event = events.add("illness", cast.worker.id, date(2026, 10, 30), within=cast.branch, by=cast.secretary)
    db.session.commit()
    client = client_for("secretary")
    client.post("/app/talks/agenda/plan", data={"proposal": f"event:{event.id}", "day": "2026-10-31"})
    talk = db.session.query(Talk).one()
    talks.record(talk, record_of(cast, held_on=TODAY), by=cast.secretary, based_on=talk.revision)
    db.session.commit()
    (line,) = events.lines(within=cast.branch, reader=cast.secretary)
    assert line.state.value == "answered" and line.talk_id == talk.id
    assert all(one.event_id is None for one in proposals.proposals(within=cast.branch, reader=cast.secretary))


def test_the_next_working_day_is_offered(client_for, cast, monkeypatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 9, 30))
    page = client_for("secretary").get("/app/talks/agenda").text
    assert calendar.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert 'name="day" value="2026-10-08"' in page
