"""Talks proposed: from rules, events, anniversaries and promises, each with its reason; accepted or put off."""

import csv
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import insert

from core import clock
from core.db import db
from core.errors import BadInput, NotFound
from core.terms import MemberCategory, Standing, TalkMode, TalkState, Visibility
from interviews import days_calling, events, proposals, rulebook
from interviews.models import Guide, Talk, TalkEvent
from interviews.rule_terms import RuleKind, Side
from interviews.talks import Promise
from members.models import Member
from tests.conftest import SAMPLE, TODAY
from tests.interviews.plays import hold, plan, second_secretary


def proposed(cast, reader=None, **more) -> list[proposals.Proposal]:
    return proposals.proposals(within=cast.branch, reader=reader or cast.secretary, **more)


def of_rule(cast, rule: str, reader=None) -> list[proposals.Proposal]:
    return [one for one in proposed(cast, reader) if one.rule_key == rule]


def only(cast, *keys: str) -> None:
    for rule in rulebook.rules(cast.branch):
        if rule.kind is not RuleKind.EVENT and rule.used and rule.key not in keys:
            rulebook.switch(cast.branch, rule.key, on=False, by=cast.secretary)
    db.session.commit()


def test_whoever_the_committee_has_not_heard_this_year_is_proposed(any_cast) -> None:
    only(any_cast, "committee_member")
    (one,) = proposed(any_cast)
    assert one.member_id == any_cast.worker.id and one.due_on == date(2026, 12, 31) and one.last_heard is None
    assert "第十九条" in one.source and one.occasion == "定期谈心"
    assert one.interviewer_id in (any_cast.boss.id, any_cast.aide.id)
    hold(any_cast, Visibility.INTERVIEWER, held_on=date(2026, 3, 1))
    assert proposed(any_cast) == []


def test_a_talk_of_last_year_does_not_count_but_is_told(any_cast) -> None:
    only(any_cast, "committee_member")
    hold(any_cast, Visibility.COMMITTEE, held_on=date(2025, 12, 30), promises=())
    (one,) = proposed(any_cast)
    assert one.last_heard == date(2025, 12, 30) and "2025" in one.why


def test_a_planned_talk_ends_the_proposal_until_its_day_has_passed(any_cast, monkeypatch) -> None:
    only(any_cast, "committee_member")
    plan(any_cast, held_on=date(2026, 11, 2))
    assert proposed(any_cast) == []
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 3))
    assert len(proposed(any_cast)) == 1


def test_one_talk_serves_both_of_a_mutual_rule(any_cast) -> None:
    only(any_cast, "committee_committee")
    (one,) = proposed(any_cast)
    assert {one.member_id, one.interviewer_id} == {any_cast.boss.id, any_cast.aide.id}
    hold(any_cast, Visibility.COMMITTEE, member_id=any_cast.boss.id, interviewer_id=any_cast.aide.id, promises=())
    assert proposed(any_cast) == []


def test_those_who_left_or_leave_the_count_are_not_proposed(any_cast) -> None:
    only(any_cast, "committee_member")
    any_cast.worker.standing = Standing.RETIRED
    db.session.commit()
    assert len(proposed(any_cast)) == 1
    rulebook.decide(
        any_cast.branch,
        rulebook.Settings(frozenset({Standing.RETIRED}), False, 30, 7, 14),
        by=any_cast.secretary,
    )
    assert proposed(any_cast) == []
    any_cast.worker.standing = Standing.LEFT
    assert proposed(any_cast) == []


def test_an_event_is_proposed_until_a_talk_is_planned_for_it(any_cast) -> None:
    only(any_cast)
    event = events.add("illness", any_cast.worker.id, date(2026, 10, 19), within=any_cast.branch, by=any_cast.secretary)
    (one,) = proposed(any_cast)
    assert one.key == f"event:{event.id}" and one.late and one.occasion == "关怀谈话" and one.due_on == event.due_on
    assert proposed(any_cast, any_cast.committee_member) == []  # what happened is not for the whole committee
    talk = proposals.accept(one.key, date(2026, 11, 2), within=any_cast.branch, by=any_cast.secretary)
    db.session.commit()
    assert (talk.held_on, talk.occasion, talk.state) == (date(2026, 11, 2), "关怀谈话", TalkState.PLANNED)
    assert event.talk_id == talk.id and proposed(any_cast) == []


@pytest.mark.parametrize(
    ("joined", "today", "shown"),
    [
        ("2016-11-20", date(2026, 10, 31), True),  # within the thirty days looked ahead
        ("2016-12-20", date(2026, 10, 31), False),
        ("2016-10-28", date(2026, 10, 31), True),  # within the week after
        ("2016-10-20", date(2026, 10, 31), False),
        ("2016-10", date(2026, 10, 31), True),  # the roster knows only the month
        ("2026-11-01", date(2026, 10, 31), False),  # joins next month: no anniversary
        ("2024-02-29", date(2026, 2, 27), True),
        ("", date(2026, 10, 31), False),
        ("2016-13", date(2026, 10, 31), False),
    ],
)
def test_anniversaries_of_joining(any_cast, monkeypatch, joined: str, today: date, shown: bool) -> None:
    only(any_cast, "joining_anniversary")
    any_cast.worker.joined_on = joined
    db.session.commit()
    monkeypatch.setattr(clock, "today", lambda: today)
    assert bool(proposed(any_cast)) is shown


def test_a_talk_around_the_anniversary_answers_it(any_cast) -> None:
    only(any_cast, "joining_anniversary")
    any_cast.worker.joined_on = "2016-10-30"
    plan(any_cast, held_on=date(2026, 11, 2))
    assert proposed(any_cast) == []


def test_a_talk_planned_somewhat_late_ends_the_proposal_too(any_cast) -> None:
    only(any_cast, "joining_anniversary")
    any_cast.worker.joined_on = "2016-10-30"
    db.session.commit()
    (one,) = proposed(any_cast)
    talk = proposals.accept(one.key, date(2026, 11, 12), within=any_cast.branch, by=any_cast.secretary)
    db.session.commit()
    assert talk.held_on > one.due_on and proposed(any_cast) == []


def test_an_anniversary_of_a_month_lasts_the_month() -> None:
    assert days_calling.anniversary("2016-12", 10) == (date(2026, 12, 1), date(2026, 12, 31))
    assert days_calling.anniversary("2016-02-29", 1) == (date(2017, 2, 28), date(2017, 2, 28))
    assert days_calling.anniversary("不详", 1) is None


def test_visits_before_the_holidays(any_cast, monkeypatch) -> None:
    only(any_cast, "holiday_visit")
    any_cast.worker.standing = Standing.RETIRED
    db.session.commit()
    assert proposed(any_cast) == []
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 20))
    (one,) = proposed(any_cast)
    assert one.mode is TalkMode.HOME_VISIT and one.due_on == date(2026, 12, 31) and "元旦" in one.why
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 20))
    (one,) = proposed(any_cast)
    assert one.due_on == date(2027, 2, 5) and "春节" in one.why


def test_a_promise_due_calls_for_a_talk_with_its_owner(any_cast) -> None:
    only(any_cast)
    promises = (Promise("修好门禁", owner_id=any_cast.boss.id, due_on=TODAY + timedelta(days=7)),)
    hold(any_cast, Visibility.INTERVIEWER, promises=promises)
    (one,) = proposed(any_cast)  # the secretary owns it, though the notes are closed to him
    assert one.interviewer_id == any_cast.boss.id and one.due_on == TODAY + timedelta(days=7)
    assert "修好门禁" not in f"{one.why}{one.occasion}{one.title}"
    assert proposed(any_cast, second_secretary(any_cast)) == []
    plan(any_cast, held_on=date(2026, 11, 2))
    assert proposed(any_cast) == []


def test_a_promise_further_off_calls_for_nothing(any_cast) -> None:
    only(any_cast)
    hold(any_cast, Visibility.COMMITTEE, promises=(Promise("修好门禁", due_on=TODAY + timedelta(days=8)),))
    assert proposed(any_cast) == []


def test_accepting_takes_the_day_and_the_holder(any_cast) -> None:
    only(any_cast, "committee_member")
    key = proposed(any_cast)[0].key
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=800)):
        with pytest.raises(BadInput):
            proposals.accept(key, day, within=any_cast.branch, by=any_cast.secretary)
    with pytest.raises(NotFound):
        proposals.accept("event:999", TODAY, within=any_cast.branch, by=any_cast.secretary)
    talk = proposals.accept(key, TODAY, within=any_cast.branch, by=any_cast.secretary, interviewer_id=any_cast.aide.id)
    db.session.commit()
    assert talk.interviewer_id == any_cast.aide.id and talk.member_id == any_cast.worker.id
    with pytest.raises(NotFound):  # it is not proposed any more
        proposals.accept(key, TODAY, within=any_cast.branch, by=any_cast.secretary)


def test_a_rule_may_name_a_guide_of_another_occasion(any_cast) -> None:
    only(any_cast, "committee_member")
    guide = Guide(organisation_id=any_cast.branch.id, title="夜班提纲", occasion="夜班谈心")
    db.session.add(guide)
    words = rulebook.RuleWords("谈心", "支委会决定", TODAY, "定期谈心", guide="夜班谈心")
    rulebook.change(any_cast.branch, "committee_member", words, by=any_cast.secretary)
    db.session.commit()
    key = proposed(any_cast)[0].key
    talk = proposals.accept(key, TODAY, within=any_cast.branch, by=any_cast.secretary)
    db.session.commit()
    assert talk.occasion == "定期谈心" and talk.guide_id == guide.id


def test_putting_off_is_for_oneself_and_for_some_days(any_cast, monkeypatch) -> None:
    only(any_cast, "committee_member")
    key = proposed(any_cast)[0].key
    proposals.put_off(key, within=any_cast.branch, by=any_cast.secretary)
    db.session.commit()
    assert proposed(any_cast) == [] and len(proposed(any_cast, any_cast.committee_member)) == 1
    assert proposals.put_off_count(any_cast.branch, any_cast.secretary) == 1
    proposals.take_up(any_cast.branch, by=any_cast.secretary, key=key)
    assert len(proposed(any_cast)) == 1
    proposals.put_off(key, within=any_cast.branch, by=any_cast.secretary)
    monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=14))
    assert len(proposed(any_cast)) == 1


def test_the_order_is_the_day_and_never_a_ranking_of_talkers(any_cast) -> None:
    event = events.add("illness", any_cast.worker.id, TODAY, within=any_cast.branch, by=any_cast.secretary)
    found = proposed(any_cast)
    assert found[0].event_id == event.id
    assert [one.due_on for one in found] == sorted(one.due_on for one in found)


@pytest.fixture
def loaded(sample):
    """The sample's people with offices and joining dates as its roster has them, and its forty talks."""
    people = {member.number: member for member in db.session.query(Member)}
    for row in csv.DictReader((SAMPLE / "members.csv").read_text("utf-8-sig").splitlines()):
        people[row["编号"]].duty, people[row["编号"]].joined_on = row["党内职务"], row["入党时间"]
    levels = {"仅谈话人": Visibility.INTERVIEWER, "谈话人与书记": Visibility.SECRETARY}
    for entry in map(json.loads, (SAMPLE / "talk_notes.jsonl").read_text("utf-8").splitlines()):
        db.session.add(
            Talk(
                organisation_id=sample.branch.id,
                member_id=people[entry["member_id"]].id,
                interviewer_id=people[entry["interviewer_id"]].id,
                held_on=date.fromisoformat(entry["date"]),
                state=TalkState.RECORDED,
                visibility=levels.get(entry["visibility"], Visibility.COMMITTEE),
                changed_at=clock.now(),
            )
        )
    db.session.commit()
    sample.people = people
    return sample


def test_the_sample_at_the_end_of_october(loaded) -> None:
    found = proposed(loaded)
    by_rule: dict[str, set[str]] = {}
    for one in found:
        by_rule.setdefault(one.rule_key, set()).add(one.member_number)
    # Those no committee member has talked with in 2026, counted by hand from the sample's files.
    sides = rulebook.sides(loaded.branch)
    committee = {number for number, one in loaded.people.items() if sides[one.id] in (Side.SECRETARY, Side.COMMITTEE)}
    assert {"M001", "M002", "M003", "M004", "M005"} <= committee <= {*(f"M00{at}" for at in range(1, 6)), "M011"}
    rows = list(map(json.loads, (SAMPLE / "talk_notes.jsonl").read_text("utf-8").splitlines()))
    heard = {row["member_id"] for row in rows if row["date"] >= "2026" and row["interviewer_id"] in committee}
    members = {
        number
        for number, one in loaded.people.items()
        if one.category in (MemberCategory.FULL, MemberCategory.PROBATIONARY) and number not in committee
    }
    assert by_rule["committee_member"] == members - heard
    assert by_rule["committee_other"] == set(loaded.people) - members - committee - heard
    # Joined in an October (a week more), a November, or by the seventh of December at the latest.
    joined = {number for number in members | committee if loaded.people[number].joined_on[5:7] in ("10", "11", "12")}
    recent = {row["member_id"] for row in rows if row["date"] >= "2026-09-24"}
    assert joined - recent <= by_rule["joining_anniversary"] <= joined
    assert loaded.people["M017"].joined_on == "2005-10" and "M017" not in by_rule["joining_anniversary"]  # heard since
    assert found[0].rule_key == "joining_anniversary" and found[0].due_on == date(2026, 11, 7)
    assert all(one.interviewer_id and one.interviewer_id != one.member_id for one in found)
    assert all(one.why and one.source for one in found)


def test_the_sample_has_no_more_queries_with_more_people(loaded) -> None:
    def queries() -> int:
        seen = []
        sql_event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        proposed(loaded)
        return len(seen)

    few = queries()
    db.session.execute(
        insert(Member),
        [
            {
                "organisation_id": loaded.branch.id,
                "number": f"X{at}",
                "name": f"新{at}",
                "category": MemberCategory.FULL,
            }
            for at in range(300)
        ],
    )
    db.session.add_all(
        TalkEvent(
            organisation_id=loaded.branch.id,
            member_id=loaded.people[f"M0{at}"].id,
            kind="illness",
            happened_on=TODAY,
            due_on=TODAY,
        )
        for at in range(20, 50)
    )
    db.session.commit()
    before = len(proposed(loaded))
    assert before > 300 and queries() - few <= few + 2  # listeners stay: the second count sees each query twice
