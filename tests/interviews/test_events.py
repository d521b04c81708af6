"""Events that call for a talk: entered, answered in time or late, dismissed, and who may know of them."""

from datetime import date

import pytest

from core import clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound
from core.terms import EventState, MemberCategory, Standing, Visibility
from interviews import days_off, events, roster_watch, rulebook, talks
from interviews.days_off import Marked
from interviews.events import InTime
from interviews.models import TalkEvent
from tests.interviews.plays import hold, plan, record_of, second_secretary


def enter(cast, kind: str = "illness", day: date = date(2026, 10, 19), **more) -> TalkEvent:
    event = events.add(
        kind, more.get("member_id", cast.worker.id), day, within=cast.branch, by=more.get("by", cast.secretary)
    )
    db.session.commit()
    return event


def line(cast, event: TalkEvent, reader=None) -> events.EventLine:
    found = events.lines(within=cast.branch, reader=reader or cast.secretary)
    return next(one for one in found if one.id == event.id)


def test_the_last_day_is_by_the_rule_and_the_calendar(any_cast) -> None:
    event = enter(any_cast)  # five working days after a Monday
    assert event.due_on == date(2026, 10, 26)
    days_off.add(Marked(date(2026, 10, 21), False), within=any_cast.branch, by=any_cast.secretary)
    assert enter(any_cast, "hardship").due_on == date(2026, 10, 27)
    assert line(any_cast, event).due_on == date(2026, 10, 26)  # as worked out when it was entered


def test_it_turns_red_after_its_last_day(any_cast, monkeypatch) -> None:
    event = enter(any_cast)
    assert line(any_cast, event).late
    monkeypatch.setattr(clock, "today", lambda: date(2026, 10, 26))
    assert not line(any_cast, event).late


@pytest.mark.parametrize(
    ("kind", "day", "field"),
    [
        ("nothing", date(2026, 10, 19), "kind"),
        ("committee_member", date(2026, 10, 19), "kind"),
        ("illness", date(2026, 11, 1), "happened_on"),
        ("illness", date(2023, 1, 1), "happened_on"),
    ],
)
def test_what_cannot_be_entered(any_cast, kind: str, day: date, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        enter(any_cast, kind, day)
    assert refused.value.field == field


def test_nobody_else_and_nobody_gone(any_cast) -> None:
    with pytest.raises(BadInput):
        enter(any_cast, member_id=any_cast.stranger.id)
    any_cast.worker.standing = Standing.LEFT
    with pytest.raises(BadInput):
        enter(any_cast)


def test_the_same_is_not_entered_twice(any_cast) -> None:
    enter(any_cast)
    with pytest.raises(BadInput):
        enter(any_cast)


def test_a_rule_left_alone_takes_no_events(any_cast) -> None:
    rulebook.switch(any_cast.branch, "illness", on=False, by=any_cast.secretary)
    with pytest.raises(BadInput):
        enter(any_cast)


def test_for_everybody_of_a_category_who_has_none(any_cast) -> None:
    enter(any_cast, "yearly_feedback")
    any_cast.aide.standing = Standing.LEFT
    entered = events.add_for_all(
        "yearly_feedback", MemberCategory.FULL, date(2026, 10, 19), within=any_cast.branch, by=any_cast.secretary
    )
    assert [event.member_id for event in entered] == [any_cast.boss.id]
    with pytest.raises(BadInput):
        events.add_for_all(
            "yearly_feedback", MemberCategory.FULL, date(2026, 10, 19), within=any_cast.branch, by=any_cast.secretary
        )


def test_a_planned_talk_answers_once_it_is_recorded(any_cast) -> None:
    event, talk = enter(any_cast), plan(any_cast, held_on=date(2026, 10, 22))
    events.answer(event, talk, by=any_cast.secretary)
    now = line(any_cast, event)
    assert now.state is EventState.OPEN and now.planned and now.talk_held_on == date(2026, 10, 22)
    record = record_of(any_cast, held_on=date(2026, 10, 22))
    talks.record(talk, record, by=any_cast.committee_member, based_on=talk.revision)
    db.session.commit()
    now = line(any_cast, event)
    assert now.state is EventState.ANSWERED and not now.late and now.closed_on == date(2026, 10, 22)
    assert events.lines(within=any_cast.branch, reader=any_cast.secretary, state=EventState.OPEN) == []
    assert len(events.lines(within=any_cast.branch, reader=any_cast.secretary, state=EventState.ANSWERED)) == 1
    with pytest.raises(DomainError):
        events.dismiss(event, reason="不谈", by=any_cast.secretary)


def test_a_withdrawn_talk_leaves_the_event_waiting(any_cast) -> None:
    event, talk = enter(any_cast), plan(any_cast, held_on=date(2026, 11, 2))
    events.answer(event, talk, by=any_cast.secretary)
    db.session.commit()
    talks.withdraw(talk, by=any_cast.secretary)
    db.session.commit()
    db.session.expire_all()
    assert not line(any_cast, event).planned and line(any_cast, event).state is EventState.OPEN


def test_only_a_later_talk_with_the_same_person_answers(any_cast) -> None:
    event = enter(any_cast)
    other = plan(any_cast, member_id=any_cast.boss.id, held_on=date(2026, 10, 22))
    early = plan(any_cast, held_on=date(2026, 10, 18))
    for talk in (other, early):
        with pytest.raises(BadInput):
            events.answer(event, talk, by=any_cast.secretary)


def test_recorded_talks_since_are_offered_those_of_the_occasion_first(any_cast) -> None:
    event = enter(any_cast)
    hold(any_cast, Visibility.COMMITTEE, held_on=date(2026, 10, 18))  # before it happened
    plain = hold(any_cast, Visibility.COMMITTEE, held_on=date(2026, 10, 20))
    fitting = hold(any_cast, Visibility.COMMITTEE, held_on=date(2026, 10, 21), occasion="关怀谈话")
    closed = hold(any_cast, Visibility.INTERVIEWER, held_on=date(2026, 10, 22), occasion="关怀谈话")
    waiting = events.waiting(within=any_cast.branch, reader=any_cast.secretary)
    offered = events.offers(waiting, within=any_cast.branch, reader=any_cast.secretary)[event.id]
    # The occasion of a talk one may not read tells nothing, so it is only one talk among others.
    assert [(one.talk_id, one.fits) for one in offered] == [(fitting.id, True), (plain.id, False), (closed.id, False)]
    events.answer(event, fitting, by=any_cast.secretary)
    assert line(any_cast, event).state is EventState.ANSWERED and event.closed_on == date(2026, 10, 21)


def test_dismissing_needs_a_reason_and_can_be_undone(any_cast) -> None:
    event = enter(any_cast)
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(BadInput):
            events.dismiss(event, reason=reason, by=any_cast.secretary)
    events.dismiss(event, reason="已转出本支部", by=any_cast.secretary)
    assert line(any_cast, event).state is EventState.DISMISSED and line(any_cast, event).reason == "已转出本支部"
    with pytest.raises(DomainError):
        events.remove(event, by=any_cast.secretary)
    with pytest.raises(DomainError):
        events.answer(event, plan(any_cast, held_on=date(2026, 10, 22)), by=any_cast.secretary)
    events.reopen(event, by=any_cast.secretary)
    assert line(any_cast, event).state is EventState.OPEN and event.reason == ""
    events.remove(event, by=any_cast.secretary)
    assert events.lines(within=any_cast.branch, reader=any_cast.secretary) == []


def test_who_knows_of_an_event(any_cast) -> None:
    event = enter(any_cast, "dispute")
    deputy = second_secretary(any_cast)
    assert line(any_cast, event, deputy)
    # The committee does not learn what happened to somebody until one of it is to hold the talk.
    assert events.lines(within=any_cast.branch, reader=any_cast.committee_member) == []
    with pytest.raises(NotFound):
        events.event(event.id, within=any_cast.branch, reader=any_cast.committee_member)
    with pytest.raises(NotFound):
        events.event(event.id, within=any_cast.elsewhere, reader=any_cast.outsider)
    with pytest.raises(NotAllowed):
        events.dismiss(event, reason="不谈", by=any_cast.committee_member)
    events.answer(event, plan(any_cast, held_on=date(2026, 11, 2)), by=any_cast.secretary)
    db.session.commit()
    assert line(any_cast, event, any_cast.committee_member)
    own = enter(any_cast, "own_request", by=any_cast.committee_member)
    assert line(any_cast, own, any_cast.committee_member)


def test_what_was_answered_in_time(any_cast) -> None:
    cast = any_cast
    for kind, held_on in (("illness", date(2026, 10, 26)), ("hardship", date(2026, 10, 27))):
        event = enter(cast, kind)
        events.answer(event, hold(cast, Visibility.COMMITTEE, held_on=held_on), by=cast.secretary)
    planned = enter(cast, "own_request")
    talk = plan(cast, held_on=date(2026, 10, 20))
    events.answer(planned, talk, by=cast.secretary)
    talks.record(talk, record_of(cast), by=cast.committee_member, based_on=talk.revision)
    enter(cast, "dispute")
    events.dismiss(enter(cast, "commendation"), reason="本人不在", by=cast.secretary)
    db.session.commit()
    october = (date(2026, 10, 1), date(2026, 11, 30))
    assert events.answered_in_time(cast.branch, *october) == InTime(5, 2, 1, 1, 1)
    assert events.answered_in_time(cast.branch, date(2026, 1, 1), date(2026, 9, 30)) == InTime(0, 0, 0, 0, 0)
    assert events.answered_in_time(cast.elsewhere, *october).total == 0


def test_the_roster_is_asked_about_and_nothing_is_entered_by_itself(any_cast) -> None:
    cast = any_cast
    cast.worker.standing = Standing.SICK
    cast.aide.category, cast.aide.joined_on = MemberCategory.PROBATIONARY, "2025-11"
    db.session.commit()
    found = {(one.member_id, one.rule.key) for one in roster_watch.noticed(cast.branch)}
    assert found == {(cast.worker.id, "illness"), (cast.aide.id, "education")}
    assert all(one.day is None for one in roster_watch.noticed(cast.branch))
    assert events.lines(within=cast.branch, reader=cast.secretary) == []
    enter(cast)
    assert {one.rule.key for one in roster_watch.noticed(cast.branch)} == {"education"}


def test_a_year_on_probation_that_ends_another_time_is_no_question(any_cast) -> None:
    any_cast.aide.category, any_cast.aide.joined_on = MemberCategory.PROBATIONARY, "2026-03"
    db.session.commit()
    assert roster_watch.noticed(any_cast.branch) == []


def test_changes_since_the_roster_was_looked_at(any_cast) -> None:
    cast = any_cast
    assert not roster_watch.watching(cast.branch)
    roster_watch.look(cast.branch)
    assert roster_watch.watching(cast.branch) and roster_watch.noticed(cast.branch) == []
    cast.worker.group_id = cast.east.id
    cast.aide.standing = Standing.RETIRED
    cast.boss.phone = "1234"  # nothing anybody would talk about
    db.session.commit()
    found = {one.member_id: one for one in roster_watch.noticed(cast.branch)}
    assert {key: one.rule.key for key, one in found.items()} == {
        cast.worker.id: "job_change",
        cast.aide.id: "job_change",
    }
    roster_watch.wave(cast.branch, found[cast.worker.id].key)
    assert [one.member_id for one in roster_watch.noticed(cast.branch)] == [cast.aide.id]
    cast.worker.group_id = cast.west.id  # a new change is asked about anew
    db.session.commit()
    assert {one.member_id for one in roster_watch.noticed(cast.branch)} == {cast.aide.id, cast.worker.id}
    roster_watch.stop(cast.branch)
    assert roster_watch.noticed(cast.branch) == []


def test_the_page(client_for, cast) -> None:
    client = client_for("secretary")
    sent = {"kind": "illness", "member": "A3 党员丙", "category": "", "happened_on": "2026-10-19"}
    assert client.post("/app/talks/events", data=sent).status_code == 302
    page = client.get("/app/talks/events").text
    assert "党员丙" in page and "生病住院" in page and 'class="late"' in page
    assert client.post("/app/talks/events", data=sent).status_code == 422
    assert client.post("/app/talks/events", data={**sent, "category": "full"}).status_code == 422
    assert client.post("/app/talks/events", data={**sent, "member": ""}).status_code == 422
    event_id = db.session.query(TalkEvent).one().id
    refused = client.post(f"/app/talks/events/{event_id}/dismiss", data={"reason": ""})
    assert refused.status_code == 422 and "field-error" in refused.text
    committee = client_for("committee_member")
    assert "生病住院 ·" not in committee.get("/app/talks/events").text
    assert committee.post(f"/app/talks/events/{event_id}/dismiss", data={"reason": "x"}).status_code == 404
    assert client.post(f"/app/talks/events/{event_id}/dismiss", data={"reason": "已转出"}).status_code == 302
    assert "已转出" in client.get("/app/talks/events?show=closed").text
    assert client.post(f"/app/talks/events/{event_id}/reopen").status_code == 302
    assert client.post(f"/app/talks/events/{event_id}/remove").status_code == 302
    assert client.post("/app/talks/events/watch").status_code == 302
    assert client_for("member").get("/app/talks/events").status_code == 403


def test_what_the_roster_says_is_entered_with_a_day_or_waved_away(client_for, cast) -> None:
    cast.worker.standing = Standing.SICK
    db.session.commit()
    client = client_for("secretary")
    key = roster_watch.noticed(cast.branch)[0].key
    assert key in client.get("/app/talks/events").text
    assert client.post("/app/talks/events/noticed", data={"noticed": key}).status_code == 422  # no day, no invention
    assert (
        client.post("/app/talks/events/noticed", data={"noticed": key, "happened_on": "2026-10-19"}).status_code == 302
    )
    assert db.session.query(TalkEvent).one().kind == "illness"
    assert client.post("/app/talks/events/noticed/wave", data={"noticed": key}).status_code == 404
