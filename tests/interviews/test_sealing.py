"""Who can open what: the rule of roles says who may read, the keys say who can."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from core.db import db
from core.errors import DomainError
from core.terms import Audience, FollowUpState, Role, Visibility
from interviews import follow_ups, queries, sealing, talks
from interviews.models import SearchPlace, SearchShelf, Talk
from interviews.queries import Sealed
from interviews.sealing import Unreadable
from interviews.talks import Promise
from members.models import Account, Member
from tests.conftest import PASSWORD
from tests.interviews.plays import hold, notes_of, plan, record_of, second_secretary, words_of
from vault import circles, envelopes, keys
from vault.errors import Locked, NotHanded, Unaddressed

ALONE, S, C = Visibility.INTERVIEWER, Visibility.SECRETARY, Visibility.COMMITTEE
NOTES = "排班表一个月改了三版。"


def colleague(cast: SimpleNamespace, role: Role, name: str, *, keyed: bool = True) -> Account:
    """Write another account of the branch; one with a key is handed those of its circles."""
    member = Member(organisation_id=cast.branch.id, number=name, name=f"同事{name}")
    db.session.add(member)
    db.session.flush()
    account = Account(
        organisation_id=cast.branch.id,
        member_id=member.id,
        username=name,
        name=member.name,
        password="-",
        role=role,
        language="zh",
    )
    db.session.add(account)
    db.session.flush()
    if keyed:
        account.keyring = keys.make(account, PASSWORD)
        circles.admit(by=cast.secretary)
    db.session.commit()
    return account


def can_open(talk: Talk, reader: Account) -> bool:
    """Say whether the keys open it, whatever the rule of roles says."""
    try:
        return NOTES.encode() in envelopes.take(talk.envelope_id or 0, reader=reader)
    except (Locked, NotHanded):
        return False


@pytest.mark.parametrize("level", list(Visibility))
@pytest.mark.parametrize("who", ["holder", "author", "secretary", "committee", "member", "outsider", "fresh", "locked"])
def test_what_opens_to_whom(any_cast: SimpleNamespace, level: Visibility, who: str) -> None:
    cast = any_cast
    holder, author = colleague(cast, Role.COMMITTEE, "H"), colleague(cast, Role.COMMITTEE, "W")
    assert circles.current(cast.branch, Audience.SECRETARY) and circles.current(cast.branch, Audience.COMMITTEE)
    db.session.commit()
    talk = hold(cast, level, by=author, interviewer_id=holder.member_id)
    reader = {
        "holder": holder,
        "author": author,
        "secretary": cast.secretary,
        "committee": cast.committee_member,
        "member": cast.member,
        "outsider": cast.outsider,
        "fresh": None,
        "locked": cast.secretary,
    }[who]
    if who == "fresh":  # a new secretary nobody has handed anything
        reader = colleague(cast, Role.SECRETARY, "F", keyed=False)
        reader.keyring = keys.make(reader, PASSWORD)
    if who == "locked":
        reader.keyring = None
    opens = {
        ALONE: {"holder", "author"},
        S: {"holder", "author", "secretary"},
        C: {"holder", "author", "secretary", "committee"},
    }[level]
    assert can_open(talk, reader) is (who in opens)
    if who == "outsider":
        return
    view = queries.view(talk.id, within=cast.branch, reader=reader)
    by_role = who in opens or (level is not ALONE and who in {"fresh", "locked"})
    assert view.readable is by_role
    assert view.notes == (NOTES if who in opens else "")
    expected = {"fresh": Sealed.NOT_HANDED, "locked": Sealed.LOCKED}.get(who, Sealed.OPEN) if by_role else Sealed.OPEN
    assert view.sealed is expected
    assert [row.promise for row in view.promises] == (["月底前答复排班"] if who in opens else [""] if by_role else [])
    assert queries.notes([talk.id], within=cast.branch, reader=reader) == ({talk.id: NOTES} if who in opens else {})


def test_the_rows_hold_no_words(cast: SimpleNamespace) -> None:
    talk = hold(cast, S)
    talks.amend(talk, record_of(cast, visibility=S, notes="改过"), by=cast.committee_member, based_on=2)
    follow_ups.keep(hold(cast, S).follow_ups[0], by=cast.secretary, outcome="办了")
    db.session.commit()
    for table in ("talk", "follow_up", "talk_revision"):
        for row in db.session.execute(text(f"SELECT * FROM {table}")):
            assert not any(word in str(row) for word in (NOTES, "改过", "月底前", "办了"))


def test_narrowing_takes_notes_and_promises_from_the_wider_circle(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    given = (Promise("去问", owner_id=cast.aide.id), Promise("办结的", owner_id=cast.aide.id))
    talk = hold(cast, C, promises=given)
    open_, settled = talk.follow_ups
    follow_ups.keep(settled, by=cast.secretary, outcome="办了")
    key = keys.own(cast.secretary)
    shelf = SearchShelf(key_id=key.id, content=b"")
    db.session.add(shelf)
    db.session.flush()
    db.session.add(SearchPlace(key_id=key.id, talk_id=talk.id, revision=2, shelf_id=shelf.id))
    db.session.commit()
    boxes = [talk.envelope_id, open_.envelope_id, settled.envelope_id]
    assert len(envelopes.take_all(boxes, reader=cast.secretary)) == 3
    record = record_of(cast, visibility=ALONE, promises=(Promise("去问", cast.aide.id, id=open_.id),))
    talks.amend(talk, record, by=cast.committee_member, based_on=2)
    db.session.commit()
    now = [talk.envelope_id, open_.envelope_id, settled.envelope_id]
    assert envelopes.take_all(now, reader=cast.secretary) == {}
    assert len(envelopes.take_all(now, reader=cast.committee_member)) == 3
    assert words_of(settled, cast.committee_member) == ("办结的", "办了")
    # The earlier text keeps the readers of its time, and pages show it to readers of the present one only.
    assert queries.earlier(talk, reader=cast.secretary) == []
    assert [old.content["notes"] for old in queries.earlier(talk, reader=cast.committee_member)] == [NOTES]
    assert db.session.scalars(select(SearchShelf)).all() == db.session.scalars(select(SearchPlace)).all() == []


def test_narrowing_by_somebody_whose_key_is_locked_takes_the_settled_promise_too(cast: SimpleNamespace) -> None:
    talk = hold(cast, C)
    (row,) = talk.follow_ups
    follow_ups.keep(row, by=cast.secretary, outcome="办了")
    held, cast.committee_member.keyring = cast.committee_member.keyring, None
    talks.amend(talk, record_of(cast, visibility=ALONE), by=cast.committee_member, based_on=2)
    db.session.commit()
    assert envelopes.take_all([row.envelope_id], reader=cast.secretary) == {}
    cast.committee_member.keyring = held
    assert words_of(row, cast.committee_member) == ("月底前答复排班", "办了")


def test_widening_never_opens_an_earlier_text(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = hold(cast, ALONE, notes="只说给你听")
    first = talk.envelope_id
    talks.amend(talk, record_of(cast, visibility=C, notes="可以公开"), by=cast.committee_member, based_on=2)
    db.session.commit()
    assert notes_of(talk, cast.secretary) == "可以公开"
    assert queries.earlier(talk, reader=cast.secretary) == []
    assert envelopes.take_all([first], reader=cast.secretary) == {}


def test_another_interviewer_reads_and_the_one_before_does_not(cast: SimpleNamespace) -> None:
    other = colleague(cast, Role.COMMITTEE, "H")
    talk = hold(cast, ALONE, by=cast.secretary)  # held by the committee member, typed by the secretary
    record = record_of(cast, visibility=ALONE, interviewer_id=other.member_id)
    talks.amend(talk, record, by=cast.secretary, based_on=2)
    db.session.commit()
    assert notes_of(talk, other) == notes_of(talk, cast.secretary) == NOTES
    assert not can_open(talk, cast.committee_member)


def test_notes_nobody_could_open_are_refused(cast: SimpleNamespace) -> None:
    for account in (cast.secretary, cast.committee_member):
        keys.own(account).retired_on = date(2026, 10, 1)
    db.session.flush()
    talk = plan(cast)
    with pytest.raises(Unreadable) as refused:
        talks.record(talk, record_of(cast, visibility=ALONE), by=cast.secretary, based_on=talk.revision)
    assert refused.value.field == "visibility"


def test_the_owner_reads_and_settles_his_promise_without_the_talk(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    talk = hold(cast, ALONE, promises=(Promise("我去找工会", owner_id=cast.boss.id),))
    (row,) = queries.promises(within=cast.branch, reader=cast.secretary)
    assert (row.promise, row.talk_readable) == ("我去找工会", False)
    assert not can_open(talk, cast.secretary)
    follow_ups.keep(talk.follow_ups[0], by=cast.secretary, outcome="找过了")
    db.session.commit()
    assert words_of(talk.follow_ups[0], cast.committee_member) == ("我去找工会", "找过了")


def test_settling_without_words_needs_no_key_and_with_words_it_does(cast: SimpleNamespace) -> None:
    talk = hold(cast, C)
    cast.secretary.keyring = None
    with pytest.raises(Locked):
        follow_ups.keep(talk.follow_ups[0], by=cast.secretary, outcome="办了")
    assert talk.follow_ups[0].state is FollowUpState.OPEN
    follow_ups.keep(talk.follow_ups[0], by=cast.secretary)
    assert talk.follow_ups[0].state is FollowUpState.KEPT


def test_an_outcome_survives_an_amendment(cast: SimpleNamespace) -> None:
    talk = hold(cast, C)
    (row,) = talk.follow_ups
    follow_ups.keep(row, by=cast.secretary, outcome="办了一半")
    follow_ups.reopen(row, by=cast.secretary)
    db.session.commit()
    again = record_of(cast, visibility=C, promises=(Promise("再答复", cast.aide.id, id=row.id),))
    held, cast.secretary.keyring = cast.secretary.keyring, None
    with pytest.raises(Locked):
        talks.amend(talk, again, by=cast.secretary, based_on=2)
    db.session.rollback()
    cast.secretary.keyring = held
    talks.amend(talk, again, by=cast.secretary, based_on=talk.revision)
    assert words_of(row, cast.secretary) == ("再答复", "办了一半")


def test_a_filed_record_is_not_amended(cast: SimpleNamespace) -> None:
    talk = hold(cast, C)
    talk.filed_on = date(2026, 10, 25)
    db.session.commit()
    with pytest.raises(DomainError):
        talks.amend(talk, record_of(cast), by=cast.committee_member, based_on=talk.revision)
    follow_ups.keep(talk.follow_ups[0], by=cast.secretary, outcome="办了")
    assert talk.follow_ups[0].state is FollowUpState.KEPT


def test_a_talk_of_a_device_is_written_once(cast: SimpleNamespace) -> None:
    planned = talks.PlannedTalk(cast.worker.id, cast.aide.id, date(2026, 10, 20))
    first = talks.plan(planned, within=cast.branch, by=cast.committee_member, device_key="abc")
    again = talks.plan(planned, within=cast.branch, by=cast.committee_member, device_key="abc")
    assert first.id == again.id
    with pytest.raises(DomainError):
        talks.plan(planned, within=cast.branch, by=cast.secretary, device_key="abc")


def test_a_change_of_keys_leaves_everything_readable(cast: SimpleNamespace) -> None:
    talk = hold(cast, C)
    second_secretary(cast)
    circles.rotate(cast.branch, Audience.SECRETARY, by=cast.secretary)
    db.session.commit()
    assert notes_of(talk, cast.secretary) == NOTES
    talks.amend(talk, record_of(cast, visibility=S), by=cast.committee_member, based_on=2)
    db.session.commit()
    assert notes_of(talk, cast.secretary) == NOTES
    assert sealing.could_open(sealing.readers_of(talk, S))


def test_new_talks_together_have_the_readers_of_one_alone(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    readers = sealing.Readers(cast.branch)
    for level in Visibility:
        for author in (None, cast.secretary.id):
            talk = Talk(
                organisation_id=cast.branch.id, interviewer_id=cast.aide.id, created_by=author, visibility=level
            )  # fmt: skip
            assert readers.of(talk) == sealing.readers_of(talk, level)
    keys.own(cast.committee_member).retired_on = date(2026, 10, 1)
    db.session.flush()
    alone = Talk(organisation_id=cast.branch.id, interviewer_id=cast.aide.id, visibility=ALONE)
    with pytest.raises(Unreadable):
        sealing.Readers(cast.branch).of(alone)


def test_one_letter_to_nobody_stops_them_all(any_cast: SimpleNamespace) -> None:
    letters = [(b"one", [keys.own(any_cast.secretary)]), (b"two", [])]
    with pytest.raises(Unaddressed):
        envelopes.put_all(letters, organisation_id=any_cast.branch.id)
    assert envelopes.put_all([], organisation_id=any_cast.branch.id) == []
    db.session.rollback()
