"""Plan, record, amend, withdraw."""

from dataclasses import fields, replace
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, Stale
from core.terms import FollowUpState, TalkState, Visibility
from interviews import drafts, follow_ups, queries, talks
from interviews.models import TalkRevision
from interviews.talks import PlannedTalk, Promise, TalkRecord
from tests.interviews.plays import hold, notes_of, plan, record_of, second_secretary, words_of


def test_visibility_has_no_default() -> None:
    (visibility,) = (field for field in fields(TalkRecord) if field.name == "visibility")
    assert visibility.default is not Visibility.COMMITTEE
    with pytest.raises(TypeError):
        TalkRecord(member_id=1, interviewer_id=2, held_on=date(2026, 1, 1), notes="x")


def test_a_plan_becomes_a_record(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = plan(cast)
    assert (talk.state, talk.visibility, talk.revision) == (TalkState.PLANNED, None, 1)
    promise = Promise("查看采购进度", owner_id=cast.boss.id, due_on=date(2026, 10, 28))
    talks.record(talk, record_of(cast, promises=(promise,)), by=cast.committee_member, based_on=1)
    db.session.commit()
    db.session.expire_all()
    assert (talk.state, talk.visibility, talk.revision) == (TalkState.RECORDED, Visibility.COMMITTEE, 2)
    (row,) = talk.follow_ups
    assert (words_of(row, cast.secretary), row.owner.name, row.due_on) == (
        ("查看采购进度", ""),
        "书记甲",
        date(2026, 10, 28),
    )
    assert talk.created_by == cast.committee_member.id
    actions = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.thing == "talk")))
    assert actions == {"talk.plan", "talk.record"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"visibility": None}, "visibility"),
        ({"held_on": date(2026, 11, 1)}, "held_on"),
        ({"held_on": date(1, 1, 1)}, "held_on"),
        ({"notes": "  \n "}, "notes"),
        ({"notes": "长" * 20_001}, "notes"),
        ({"minutes": 0}, "minutes"),
        ({"member_id": 999_999}, "member"),
        ({"interviewer_id": 999_999}, "interviewer"),
        ({"investigation_id": 999_999}, "investigation"),
        ({"promises": (Promise("x", owner_id=999_999),)}, "promises"),
    ],
)
def test_what_cannot_be_recorded(cast: SimpleNamespace, changes: dict, field: str) -> None:
    talk = plan(cast)
    with pytest.raises(BadInput) as refused:
        talks.record(talk, record_of(cast, **changes), by=cast.secretary, based_on=1)
    assert refused.value.field == field
    assert talk.state is TalkState.PLANNED


def test_nobody_talks_with_himself(cast: SimpleNamespace) -> None:
    with pytest.raises(BadInput):
        plan(cast, interviewer_id=cast.worker.id)
    talk = plan(cast)
    with pytest.raises(BadInput):
        talks.record(talk, record_of(cast, interviewer_id=cast.worker.id), by=cast.secretary, based_on=1)


def test_strangers_are_nobody(cast: SimpleNamespace) -> None:
    with pytest.raises(BadInput):
        plan(cast, member_id=cast.stranger.id)


def test_two_secretaries_cannot_overwrite_each_other(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    other, talk = second_secretary(cast), plan(cast)
    talks.record(talk, record_of(cast, notes="甲的记录"), by=cast.secretary, based_on=1)
    db.session.commit()
    with pytest.raises(Stale):
        talks.record(talk, record_of(cast, notes="乙的记录"), by=other, based_on=1)
    with pytest.raises(Stale):
        talks.amend(talk, record_of(cast, notes="乙的记录"), by=other, based_on=1)
    db.session.rollback()
    assert notes_of(talk, cast.secretary) == "甲的记录"


def test_an_amendment_keeps_the_old_text(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = hold(cast, Visibility.COMMITTEE)
    kept_promise = talk.follow_ups[0].id
    new = record_of(cast, notes="改过的记录", promises=(Promise("再答复一次", id=kept_promise),))
    talks.amend(talk, new, by=cast.secretary, based_on=2)
    db.session.commit()
    old = db.session.get_one(TalkRevision, (talk.id, 2))
    assert old.content == {} and old.written_by == cast.committee_member.id
    assert (notes_of(talk, cast.secretary), talk.revision) == ("改过的记录", 3)
    assert words_of(talk.follow_ups[0], cast.secretary) == ("再答复一次", "")
    (earlier,) = queries.earlier(talk, reader=cast.secretary)
    assert earlier.written_by == "委员乙"
    assert earlier.content["notes"] == "排班表一个月改了三版。"
    assert earlier.content["promises"][0]["promise"] == "月底前答复排班"


def test_an_earlier_text_stays_closed_to_whom_it_was_closed(cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.INTERVIEWER, notes="只说给你听")
    talks.amend(talk, record_of(cast, notes="可以公开的部分"), by=cast.committee_member, based_on=2)
    db.session.commit()
    assert queries.earlier(talk, reader=cast.secretary) == []
    assert [old.content["notes"] for old in queries.earlier(talk, reader=cast.committee_member)] == ["只说给你听"]


def test_touching_only_a_promise_is_a_change_too(cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.COMMITTEE)
    talks.amend(talk, record_of(cast, promises=(Promise("一"), Promise("二"))), by=cast.secretary, based_on=2)
    assert talk.revision == 3


def test_a_settled_promise_is_not_reworded_by_an_amendment(cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.COMMITTEE)
    follow_ups.keep(talk.follow_ups[0], by=cast.secretary, outcome="已答复")
    talks.amend(talk, record_of(cast, promises=()), by=cast.secretary, based_on=2)
    (row,) = talk.follow_ups
    assert (words_of(row, cast.secretary), row.state) == (("月底前答复排班", "已答复"), FollowUpState.KEPT)


def test_only_who_held_or_wrote_it_chooses_its_readers(cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.SECRETARY)
    for level in (Visibility.COMMITTEE, Visibility.INTERVIEWER):
        with pytest.raises(BadInput):
            talks.amend(talk, record_of(cast, visibility=level), by=cast.secretary, based_on=2)
    talks.amend(talk, record_of(cast, visibility=Visibility.INTERVIEWER), by=cast.committee_member, based_on=2)
    assert talk.visibility is Visibility.INTERVIEWER


def test_planning_a_talk_does_not_open_its_notes(cast: SimpleNamespace) -> None:
    talk = plan(cast, by=cast.secretary)
    record = record_of(cast, visibility=Visibility.INTERVIEWER)
    talks.record(talk, record, by=cast.committee_member, based_on=1)
    db.session.commit()
    assert not queries.view(talk.id, within=cast.branch, reader=cast.secretary).readable


def test_a_stranger_to_the_notes_cannot_write_them(cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.INTERVIEWER)
    with pytest.raises(NotAllowed):
        talks.amend(talk, record_of(cast), by=cast.secretary, based_on=2)
    mine = hold(cast, Visibility.COMMITTEE, by=cast.secretary, interviewer_id=cast.boss.id)
    with pytest.raises(NotAllowed):  # a committee member reads it, and only reads it
        talks.amend(mine, record_of(cast), by=cast.committee_member, based_on=2)


def test_only_plans_are_withdrawn(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = plan(cast)
    talk_id = talk.id
    drafts.keep(talk, {"notes": ["写了一半"]}, based_on=1, by=cast.committee_member)
    db.session.commit()
    with pytest.raises(DomainError):  # somebody is writing about it
        talks.withdraw(talk, by=cast.secretary)
    drafts.discard(talk, by=cast.committee_member)
    talks.withdraw(talk, by=cast.secretary)
    db.session.commit()
    assert queries.page(queries.Wish(), within=cast.branch, reader=cast.secretary).total == 0
    with pytest.raises(DomainError):
        talks.withdraw(hold(cast, Visibility.COMMITTEE), by=cast.secretary)
    assert talk_id


def test_a_plan_is_changed_on_its_latest_revision_only(cast: SimpleNamespace) -> None:
    talk = plan(cast)
    later = PlannedTalk(cast.worker.id, cast.aide.id, date(2026, 12, 1))
    talks.replan(talk, later, by=cast.secretary, based_on=1)
    assert (talk.held_on, talk.revision) == (date(2026, 12, 1), 2)
    with pytest.raises(Stale):
        talks.replan(talk, replace(later, place="厂区"), by=cast.committee_member, based_on=1)
    with pytest.raises(DomainError):
        talks.replan(hold(cast, Visibility.COMMITTEE), later, by=cast.committee_member, based_on=2)
