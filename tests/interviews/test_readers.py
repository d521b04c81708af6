"""Who reads what: the same answer from the rule, the list, the page and the promises."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import NotFound
from core.terms import Role, Visibility
from interviews import queries
from interviews.models import Talk
from interviews.queries import Wish
from interviews.queries.readers import LEVELS, may_read, readable_by
from interviews.talks import Promise
from tests.interviews.plays import hold, plan, second_secretary

ALONE, S, C = Visibility.INTERVIEWER, Visibility.SECRETARY, Visibility.COMMITTEE


@pytest.mark.parametrize(
    ("role", "opens"),
    [("secretary", {S, C, None}), ("committee_member", {C}), ("member", set()), ("outsider", set())],
)
def test_the_matrix(any_cast: SimpleNamespace, role: str, opens: set) -> None:
    """Talks that somebody else held and wrote: by the secretary's second member, so that nobody below owns them."""
    cast = any_cast
    writer = second_secretary(cast)
    for level in (ALONE, S, C):
        talk = hold(cast, level, by=writer, promises=())
        talk.interviewer_id = cast.boss.id if role != "secretary" else cast.aide.id
    planned = plan(cast, by=writer)
    planned.interviewer_id = cast.boss.id if role != "secretary" else cast.aide.id
    db.session.commit()
    reader = getattr(cast, role)
    rows = db.session.scalars(select(Talk)).all()
    if reader.organisation_id == cast.branch.id:
        assert {row.visibility for row in rows if may_read(row, reader)} == opens
        by_query = set(db.session.scalars(select(Talk.id).where(readable_by(reader))))
        assert by_query == {row.id for row in rows if may_read(row, reader)}
        for row in rows:
            view = queries.view(row.id, within=cast.branch, reader=reader)
            assert view.readable is (row.visibility in opens)
            assert bool(view.notes) is (row.visibility in opens and row.visibility is not None)
            assert view.held_on == row.held_on and view.member.name == "党员丙"
        lines = queries.page(Wish(), within=cast.branch, reader=reader).rows
        assert len(lines) == 4
        assert {line.id for line in lines if line.readable} == by_query
        assert all(line.occasion == "" for line in lines if not line.readable)
    else:
        for row in rows:
            with pytest.raises(NotFound):
                queries.view(row.id, within=cast.elsewhere, reader=reader)
        assert queries.page(Wish(), within=cast.elsewhere, reader=reader).total == 0


def test_the_interviewer_and_the_writer_always_read(cast: SimpleNamespace) -> None:
    talk = hold(cast, ALONE, by=cast.secretary)  # the secretary typed what the committee member had on paper
    assert may_read(talk, cast.secretary) and may_read(talk, cast.committee_member)


def test_an_account_without_a_member_is_nobodys_interviewer(cast: SimpleNamespace) -> None:
    talk = hold(cast, ALONE)
    cast.secretary.member_id = None
    db.session.commit()
    assert not may_read(talk, cast.secretary)
    assert db.session.scalars(select(Talk).where(readable_by(cast.secretary))).all() == []


def test_a_search_finds_names_and_occasions_never_notes(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    hold(cast, ALONE, notes="停车位不够", occasion="家庭困难")

    def found(text: str, reader: str) -> int:
        return queries.page(Wish(text=text), within=cast.branch, reader=getattr(cast, reader)).total

    assert found("停车", "committee_member") == 0
    assert found("丙", "secretary") == found("a3", "secretary") == 1
    assert found("困难", "committee_member") == 1
    assert found("困难", "secretary") == 0  # closed to the secretary, and so is its occasion
    assert found("%", "secretary") == 0


def test_promises_open_to_readers_and_to_their_owner(cast: SimpleNamespace) -> None:
    promise_id = hold(cast, ALONE).follow_ups[0].id
    assert queries.promises(within=cast.branch, reader=cast.secretary) == []
    with pytest.raises(NotFound):
        queries.promise(promise_id, within=cast.branch, reader=cast.secretary)
    hold(cast, ALONE, promises=(Promise("我去找工会", owner_id=cast.boss.id),))
    (row,) = queries.promises(within=cast.branch, reader=cast.secretary)
    assert row.promise == "我去找工会" and not row.talk_readable
    with pytest.raises(NotFound):
        queries.promise(row.id, within=cast.elsewhere, reader=cast.outsider)


def test_concerns_get_only_passages_of_talks_that_were_not_for_one_alone(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    about = {"investigation_id": cast.investigation.id}
    open_, shared = hold(cast, C, notes="食堂太咸。", **about), hold(cast, S, notes="停车位不够。", **about)
    hold(cast, ALONE, notes="宿舍太吵。", **about)
    hold(cast, C, notes="班车太少。")
    plan(cast, **about)
    found = queries.passages_for_concerns(investigation=cast.investigation, within=cast.branch)
    assert found == [(open_.id, ("食堂太咸。",)), (shared.id, ("停车位不够。",))]
    assert queries.passages_for_concerns(investigation=cast.investigation, within=cast.elsewhere) == []


def test_every_role_has_its_levels() -> None:
    assert set(LEVELS) == set(Role)
    assert all(ALONE not in levels for levels in LEVELS.values())
