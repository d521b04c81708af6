"""Passing "interviewer only" notes on: by whoever held the talk, one tick each, and by nobody else."""

import pytest

from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, NotAllowed
from core.terms import Visibility
from interviews import handing, queries, talks
from interviews.models import TalkReader
from interviews.talks import Promise
from tests.interviews.plays import hold, notes_of, record_of, second_secretary, words_of
from vault import envelopes
from vault.errors import Locked

OWN = Visibility.INTERVIEWER


def test_only_the_ticked_ones_pass_on(any_cast) -> None:
    cast = any_cast
    ticked, other = hold(cast, OWN), hold(cast, OWN)
    assert notes_of(ticked, cast.secretary) == ""
    assert handing.pass_on([ticked.id], to=cast.secretary, by=cast.committee_member) == 1
    assert notes_of(ticked, cast.secretary) == "排班表一个月改了三版。"
    assert notes_of(other, cast.secretary) == ""
    assert notes_of(ticked, cast.committee_member) == "排班表一个月改了三版。"
    assert handing.pass_on([ticked.id], to=cast.secretary, by=cast.committee_member) == 0


def test_promises_and_earlier_texts_go_along(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, OWN, promises=(Promise("给他换班"),))
    kept = (Promise("给他换班", id=talk.follow_ups[0].id),)
    changed = record_of(cast, visibility=OWN, notes="改过的话。", promises=kept)
    talks.amend(talk, changed, by=cast.committee_member, based_on=talk.revision)
    handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)
    assert notes_of(talk, cast.secretary) == "改过的话。"
    assert words_of(talk.follow_ups[0], cast.secretary) == ("给他换班", "")
    earlier = queries.earlier(talk, reader=cast.secretary)
    assert [one.content["notes"] for one in earlier] == ["排班表一个月改了三版。"]
    for envelope_id in handing._attached(talk):
        assert envelopes.take(envelope_id, reader=cast.secretary)


def test_what_is_written_afterwards_reaches_the_successor_too(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, OWN, promises=())
    handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)
    changed = record_of(cast, visibility=OWN, notes="后来补的话。")
    talks.amend(talk, changed, by=cast.committee_member, based_on=talk.revision)
    assert notes_of(talk, cast.secretary) == "后来补的话。"


def test_the_secretary_cannot_do_it_for_him(any_cast) -> None:
    cast = any_cast
    talk, deputy = hold(cast, OWN), second_secretary(cast)
    with pytest.raises(NotAllowed):
        handing.pass_on([talk.id], to=deputy, by=cast.secretary)
    assert handing.offered(cast.secretary) == []
    # Nor can somebody it was passed on to: the tick is the interviewer's.
    handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)
    with pytest.raises(NotAllowed):
        handing.pass_on([talk.id], to=deputy, by=cast.secretary)
    assert notes_of(talk, deputy) == ""


def test_a_locked_key_passes_nothing_on(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, OWN)
    cast.committee_member.keyring = None
    with pytest.raises(Locked):
        handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)
    assert db.session.query(TalkReader).count() == 0


def test_who_may_take_them(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, OWN)
    assert [one.id for one in handing.successors(cast.committee_member)] == [cast.secretary.id]
    for wrong in (cast.member, cast.outsider, cast.committee_member):
        with pytest.raises(BadInput):
            handing.pass_on([talk.id], to=wrong, by=cast.committee_member)
    cast.secretary.active = False
    with pytest.raises(BadInput):
        handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)


def test_never_to_the_one_it_was_held_with(any_cast) -> None:
    cast = any_cast
    talk = hold(cast, OWN, member_id=cast.boss.id)
    with pytest.raises(BadInput) as refused:
        handing.pass_on([talk.id], to=cast.secretary, by=cast.committee_member)
    assert "书记甲" in str(refused.value)


def test_other_levels_need_nothing_and_strange_talks_are_refused(any_cast) -> None:
    cast = any_cast
    shared = hold(cast, Visibility.SECRETARY)
    deputy = second_secretary(cast)
    for ids in ([shared.id], [shared.id + 1000]):
        with pytest.raises(BadInput):
            handing.pass_on(ids, to=deputy, by=cast.committee_member)
    assert handing.offered(cast.committee_member) == []


def test_all_or_none(any_cast) -> None:
    cast = any_cast
    mine, theirs = hold(cast, OWN), hold(cast, OWN, by=cast.secretary, interviewer_id=cast.boss.id)
    with pytest.raises(NotAllowed):
        handing.pass_on([mine.id, theirs.id], to=cast.secretary, by=cast.committee_member)
    assert notes_of(mine, cast.secretary) == ""


def test_each_is_written_down(any_cast) -> None:
    cast = any_cast
    ids = [hold(cast, OWN).id for _each in range(2)]
    handing.pass_on(ids, to=cast.secretary, by=cast.committee_member)
    lines = db.session.query(AuditEntry).filter(AuditEntry.action.startswith("talk.pass_on")).all()
    assert [(line.action, line.account_id, line.thing_id) for line in lines] == [
        (f"talk.pass_on to {cast.secretary.id}", cast.committee_member.id, str(one)) for one in ids
    ]


def test_the_page(cast, client_for) -> None:
    talk = hold(cast, OWN)
    client = client_for("committee_member")
    page = client.get("/app/talks/handing")
    assert page.status_code == 200 and "党员丙" in page.text and "书记甲" in page.text
    assert client.post("/app/talks/handing", data={"to": cast.secretary.id}).status_code == 422
    assert client.post("/app/talks/handing", data={"talks": talk.id}).status_code == 422
    junk = client.post("/app/talks/handing", data={"talks": ["x", "99999999"], "to": "-1"})
    assert junk.status_code == 422
    sent = {"talks": [talk.id], "to": cast.secretary.id}
    assert client.post("/app/talks/handing", data=sent).status_code == 302
    assert "书记甲" in client.get("/app/talks/handing").text
    assert notes_of(talk, cast.secretary) == "排班表一个月改了三版。"


def test_the_page_as_others(cast, client_for) -> None:
    hold(cast, OWN)
    assert "党员丙" not in client_for("secretary").get("/app/talks/handing").text
    assert client_for("member").get("/app/talks/handing").status_code == 403
    assert client_for("outsider").get("/app/talks/handing").status_code == 200
