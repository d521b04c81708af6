"""Promises: kept, refused with a reason, reopened, overdue."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed
from core.terms import FollowUpState, Visibility
from interviews import follow_ups, queries
from interviews.talks import Promise
from tests.conftest import TODAY
from tests.interviews.plays import hold, words_of


def test_kept_once_is_kept(any_cast: SimpleNamespace) -> None:
    (row,) = hold(any_cast, Visibility.COMMITTEE).follow_ups
    for words in ("已公布新排班", "又点了一次"):
        follow_ups.keep(row, by=any_cast.secretary, outcome=words)
    db.session.commit()
    assert (row.state, row.settled_on) == (FollowUpState.KEPT, TODAY)
    assert words_of(row, any_cast.secretary) == ("月底前答复排班", "已公布新排班")
    with pytest.raises(DomainError):
        follow_ups.refuse(row, by=any_cast.secretary, reason="不行")
    follow_ups.reopen(row, by=any_cast.secretary)
    assert row.state is FollowUpState.OPEN
    assert words_of(row, any_cast.secretary) == ("月底前答复排班", "已公布新排班")
    db.session.commit()
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.thing == "followup")).all()
    assert sorted(actions) == ["follow_up.kept", "follow_up.reopen"]


def test_a_refusal_owes_a_reason(cast: SimpleNamespace) -> None:
    (row,) = hold(cast, Visibility.COMMITTEE).follow_ups
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(BadInput):
            follow_ups.refuse(row, by=cast.secretary, reason=reason)
    follow_ups.refuse(row, by=cast.secretary, reason="超出职权，已转工会")
    assert row.state is FollowUpState.REFUSED
    assert words_of(row, cast.secretary) == ("月底前答复排班", "超出职权，已转工会")
    with pytest.raises(DomainError):
        follow_ups.keep(row, by=cast.secretary)


def test_who_may_close_it(cast: SimpleNamespace) -> None:
    (row,) = hold(cast, Visibility.INTERVIEWER).follow_ups
    with pytest.raises(NotAllowed):
        follow_ups.keep(row, by=cast.secretary)
    promises = (Promise("我去找工会", owner_id=cast.boss.id),)
    (row,) = hold(cast, Visibility.INTERVIEWER, promises=promises).follow_ups
    follow_ups.keep(row, by=cast.secretary, outcome="找过了")
    assert words_of(row, cast.committee_member) == words_of(row, cast.secretary) == ("我去找工会", "找过了")


def test_overdue_by_owner(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    promises = (
        Promise("晚了", cast.aide.id, date(2026, 10, 30)),
        Promise("今天", cast.aide.id, date(2026, 10, 31)),
        Promise("没写日子", cast.aide.id),
        Promise("书记的", cast.boss.id, date(2026, 10, 1)),
    )
    hold(cast, Visibility.COMMITTEE, promises=promises)
    found = queries.overdue(within=cast.branch, reader=cast.secretary)
    assert [(row.owner_name, row.promise, row.overdue) for row in found] == [
        ("书记甲", "书记的", True),
        ("委员乙", "晚了", True),
    ]
    everything = queries.promises(within=cast.branch, reader=cast.secretary)
    assert [row.promise for row in everything] == ["书记的", "晚了", "今天", "没写日子"]


def test_the_next_talk_opens_with_what_is_open(cast: SimpleNamespace) -> None:
    hold(cast, Visibility.COMMITTEE)
    (row,) = queries.open_promises_to(cast.worker, within=cast.branch, reader=cast.secretary)
    assert row.promise == "月底前答复排班"
    assert queries.open_promises_to(cast.aide, within=cast.branch, reader=cast.secretary) == []
