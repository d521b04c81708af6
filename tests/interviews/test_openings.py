"""Who opened the notes: told to whoever held the talk or wrote it down, and to nobody else."""

from datetime import timedelta

from flask import render_template

from core import clock
from core.db import db
from core.terms import Visibility
from interviews import handing, openings
from tests.interviews.plays import hold


def opened(talk, account, *, times: int = 1) -> None:
    for _each in range(times):
        openings.note(talk, by=account)


def test_the_others_one_by_one_and_one_s_own_counted(any_cast, monkeypatch) -> None:
    cast, now = any_cast, clock.now()
    talk = hold(cast, Visibility.COMMITTEE)
    another = hold(cast, Visibility.COMMITTEE)
    for minute, account in enumerate([cast.secretary, cast.committee_member, cast.secretary, cast.committee_member]):
        monkeypatch.setattr(clock, "now", lambda minute=minute: now + timedelta(minutes=minute))
        opened(talk, account)
    opened(another, cast.secretary)
    found = openings.of(talk, within=cast.branch, reader=cast.committee_member)
    assert [(line.name, line.passed_on) for line in found.lines] == [("书记甲", False)] * 2
    assert found.lines[0].at - found.lines[1].at == timedelta(minutes=2)
    assert (found.own, found.more) == (2, 0)


def test_it_is_told_in_words(app, cast) -> None:
    talk = hold(cast, Visibility.INTERVIEWER, promises=())
    with app.test_request_context("/app/"):
        found = openings.of(talk, within=cast.branch, reader=cast.committee_member)
        assert "没有其他人打开过" in render_template("interviews/openings.html", openings=found)
        assert render_template("interviews/openings.html", openings=None).strip() == ""
    opened(talk, cast.secretary, times=2)
    handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)
    with app.test_request_context("/app/"):
        found = openings.of(talk, within=cast.branch, reader=cast.committee_member)
        page = render_template("interviews/openings.html", openings=found)
    assert "打开过 2 次" in page and "委员乙移交给接任者" in page and "书记甲、委员乙" in page


def test_nobody_else_is_told(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, Visibility.COMMITTEE)
    opened(talk, cast.secretary)
    for reader in (cast.secretary, cast.member, cast.outsider):
        assert openings.of(talk, within=cast.branch, reader=reader) is None
    assert openings.of(talk, within=cast.elsewhere, reader=cast.committee_member) is None


def test_a_long_list_is_cut_and_counted(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, Visibility.COMMITTEE)
    opened(talk, cast.secretary, times=openings.MOST + 3)
    found = openings.of(talk, within=cast.branch, reader=cast.committee_member)
    assert (len(found.lines), found.more, found.own) == (openings.MOST, 3, 0)


def test_it_names_whose_keys_open_the_notes(any_cast) -> None:
    cast = any_cast
    own, shared = hold(cast, Visibility.INTERVIEWER, promises=()), hold(cast, Visibility.SECRETARY)
    names = [openings.of(one, within=cast.branch, reader=cast.committee_member).holders for one in (own, shared)]
    assert names == [("委员乙",), ("书记甲", "委员乙")]
    handing.pass_on([own.id], to=cast.secretary, by=cast.committee_member)
    db.session.commit()
    found = openings.of(own, within=cast.branch, reader=cast.committee_member)
    assert found.holders == ("书记甲", "委员乙")
    assert [line.passed_on for line in found.lines] == [True]
