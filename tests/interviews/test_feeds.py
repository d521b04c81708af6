"""The calendar feed: a secret address, the days only, and a file that is sound RFC 5545."""

import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import text

from core import clock
from core.db import db
from core.errors import NotFound
from core.terms import Role, Visibility
from interviews import agenda, feeds
from interviews.models import CalendarFeed
from tests.interviews.plays import hold, plan

DESK = "https://xinsheng.example/app/talks/"


def events_of(content: bytes) -> list:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_the_talks_one_is_to_hold_and_nothing_of_whom_or_why(any_cast) -> None:
    talk = plan(any_cast, held_on=date(2026, 11, 3), occasion="提醒谈话", place="值班室")
    plan(any_cast, held_on=date(2026, 11, 4), interviewer_id=any_cast.boss.id)  # another's
    plan(any_cast, held_on=date(2028, 11, 4))  # too far ahead
    hold(any_cast, Visibility.COMMITTEE)  # held already
    content = feeds.icalendar(any_cast.committee_member, desk=DESK)
    (event,) = events_of(content)
    assert str(event["summary"]) == "谈心谈话"
    assert event["dtstart"].dt == date(2026, 11, 3) and event["dtend"].dt == date(2026, 11, 4)
    assert str(event["url"]) == f"{DESK}{talk.id}" and str(event["class"]) == "PRIVATE"
    for word in ("党员丙", "A3", "提醒", "值班室", "书记甲"):
        assert word.encode() not in content


def test_the_language_is_the_accounts(any_cast) -> None:
    plan(any_cast, held_on=date(2026, 11, 3))
    any_cast.committee_member.language = "en"
    (event,) = events_of(feeds.icalendar(any_cast.committee_member, desk=DESK))
    assert str(event["summary"]) == "Heart-to-heart talk"


def test_the_file_is_sound(any_cast) -> None:
    for day in range(1, 28):
        plan(any_cast, held_on=date(2026, 11, day))
    content = feeds.icalendar(any_cast.committee_member, desk=DESK)
    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 for line in lines) and b"\n" not in content.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(content)
    assert str(calendar["version"]) == "2.0" and calendar["prodid"]
    found = events_of(content)
    assert len(found) == 27 and len({str(event["uid"]) for event in found}) == 27
    for event in found:
        assert event["dtstart"].params["VALUE"] == "DATE" and event["dtend"].params["VALUE"] == "DATE"
        assert str(event["dtstamp"].to_ical(), "ascii").endswith("Z")  # RFC 5545 3.8.7.2: in UTC


def test_the_same_talk_keeps_its_name_and_rises_when_moved(any_cast) -> None:
    talk = plan(any_cast, held_on=date(2026, 11, 3))
    (before,) = events_of(feeds.icalendar(any_cast.committee_member, desk=DESK))
    agenda.move(talk, date(2026, 11, 5), by=any_cast.secretary, based_on=talk.revision)
    db.session.commit()
    (after,) = events_of(feeds.icalendar(any_cast.committee_member, desk=DESK))
    assert str(before["uid"]) == str(after["uid"]) and after["sequence"] > before["sequence"]
    assert after["dtstart"].dt == date(2026, 11, 5)


def test_the_same_content_has_the_same_tag(any_cast) -> None:
    plan(any_cast, held_on=date(2026, 11, 3))
    once, again = (feeds.icalendar(any_cast.committee_member, desk=DESK) for _time in range(2))
    assert once == again and feeds.tag(once) == feeds.tag(again)
    plan(any_cast, held_on=date(2026, 11, 4))
    assert feeds.tag(feeds.icalendar(any_cast.committee_member, desk=DESK)) != feeds.tag(once)


def test_only_a_digest_of_the_address_is_kept(any_cast) -> None:
    token = feeds.make(any_cast.secretary)
    db.session.commit()
    assert len(token) >= 43
    for table in ("calendar_feed", "audit_entry"):
        rows = db.session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - names of ours
        assert rows and token not in str(rows)
    assert feeds.holder(token).id == any_cast.secretary.id


def test_an_address_ends_when_renewed_or_stopped(any_cast) -> None:
    first = feeds.make(any_cast.secretary)
    second = feeds.make(any_cast.secretary)
    assert db.session.query(CalendarFeed).count() == 1
    with pytest.raises(NotFound):
        feeds.holder(first)
    feeds.stop(any_cast.secretary)
    feeds.stop(any_cast.secretary)
    with pytest.raises(NotFound):
        feeds.holder(second)


@pytest.mark.parametrize("change", ["closed", "demoted"])
def test_an_address_ends_with_the_account_and_its_right(any_cast, change) -> None:
    token = feeds.make(any_cast.committee_member)
    if change == "closed":
        any_cast.committee_member.active = False
    else:
        any_cast.committee_member.role = Role.MEMBER
    db.session.commit()
    with pytest.raises(NotFound):
        feeds.holder(token)


@pytest.mark.parametrize("token", ["", "x", "\0", "汉字", "\ud800", "a" * 5000], ids=range(6))
def test_a_made_up_address_finds_nothing(any_app, token) -> None:
    with pytest.raises(NotFound):
        feeds.holder(token)


def test_fetching_it_needs_no_session_and_gives_none(client_for, cast, app) -> None:
    plan(cast, held_on=date(2026, 11, 3))
    page = client_for("committee_member").post("/app/talks/agenda/feed").text
    path = re.search(r'value="http://localhost(/c/[\w-]+\.ics)"', page)[1]
    stranger = app.test_client()
    answer = stranger.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    assert "Set-Cookie" not in answer.headers and "private" in answer.headers["Cache-Control"]
    assert len(events_of(answer.data)) == 1
    again = stranger.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    plan(cast, held_on=date(2026, 11, 4))
    assert stranger.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    assert stranger.get("/c/made-up.ics").status_code == 404
    assert path not in client_for("committee_member").get("/app/talks/agenda").text  # shown once
    assert client_for("committee_member").post("/app/talks/agenda/feed/stop").status_code == 302
    assert stranger.get(path).status_code == 404


def test_a_month_as_a_file(client_for, cast) -> None:
    plan(cast, held_on=date(2026, 11, 3))
    plan(cast, held_on=date(2026, 11, 30))
    plan(cast, held_on=date(2026, 12, 1))
    answer = client_for("committee_member").get("/app/talks/agenda/month.ics?month=2026-11")
    days = [event["dtstart"].dt for event in events_of(answer.data)]
    assert days == [date(2026, 11, 3), date(2026, 11, 30)]
    assert "talks-2026-11.ics" in answer.headers["Content-Disposition"]


def test_what_lies_within_reach(any_cast, monkeypatch) -> None:
    today = clock.today()
    for days in (-40, -20, 300, 400):
        plan(any_cast, held_on=today + timedelta(days=days))
    found = events_of(feeds.icalendar(any_cast.committee_member, desk=DESK))
    assert [(event["dtstart"].dt - today).days for event in found] == [-20, 300]
