"""Answered concerns open the next talk, whoever raised them."""

from datetime import date

import pytest

from concerns import openers
from core import clock
from core.db import db
from interviews import queries, talks
from interviews.openers import topics
from interviews.talks import PlannedTalk
from tests.concerns.replying import let_out


@pytest.fixture
def answered(stage, foreseeable, fill, cast):
    fill(stage)
    stage.group()
    return let_out(stage.concern("食堂"), cast)


def planned(cast, member):
    talk = talks.plan(PlannedTalk(member.id, cast.boss.id, date(2026, 11, 5)), within=cast.branch, by=cast.secretary)
    db.session.commit()
    return talk, queries.view(talk.id, within=cast.branch, reader=cast.secretary)


def test_the_same_for_who_raised_it_and_who_did_not(stage, answered, cast) -> None:
    raised = planned(cast, cast.worker)[1]  # the worker's talk is one of the concern's sources
    other = planned(cast, stage.colleague(1))[1]
    assert topics(raised, within=cast.branch) == topics(other, within=cast.branch)
    assert [one.said for one in topics(other, within=cast.branch)] == [answered.said]


def test_only_what_is_new_since_the_last_talk(stage, answered, cast, monkeypatch) -> None:
    answered.published_on = date(2026, 9, 1)
    db.session.commit()
    talked_with = planned(cast, cast.worker)[1]  # on 1 October
    assert topics(talked_with, within=cast.branch) == []
    monkeypatch.setattr(clock, "today", lambda: date(2026, 10, 20))
    newer = let_out(stage.concern("停车"), cast, said="停车难。", did="新划二十个车位。")
    assert [one.said for one in topics(talked_with, within=cast.branch)] == [newer.said]
    assert [one.said for one in topics(planned(cast, stage.colleague(1))[1], within=cast.branch)] == [
        newer.said,
        answered.said,
    ]


def test_a_talk_opens_with_a_few(stage, answered, cast, monkeypatch) -> None:
    newer = let_out(stage.concern("停车"), cast, said="停车难。", did="新划二十个车位。")
    assert len(openers.topics(cast.branch, None)) == 2
    monkeypatch.setattr(openers, "MOST", 1)
    assert [one.said for one in openers.topics(cast.branch, None)] == [newer.said]
    assert openers.topics(cast.elsewhere, None) == []


def test_the_record_page_shows_them(client_for, stage, answered, cast) -> None:
    talk, _view = planned(cast, cast.worker)
    for page in (f"/app/talks/{talk.id}", f"/app/talks/{talk.id}/record"):
        assert answered.said in client_for("secretary").get(page).text
