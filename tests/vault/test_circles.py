"""Circles: who belongs gets the key, who has left opens nothing sealed afterwards."""

import threading

import pytest
from sqlalchemy import select

from core.access import GRANTS
from core.audit import AuditEntry
from core.db import db
from core.errors import NotAllowed
from core.terms import Audience, Role
from members import accounts
from members.accounts import AccountDetails
from members.models import Account, Organisation
from tests.conftest import people
from tests.vault.plays import OWN, newcomer
from vault import circles, envelopes, keys
from vault.errors import Locked
from vault.keyring import Keyring
from vault.models import KeyGrant, ReaderKey


@pytest.fixture
def any_cast(any_app):
    """The cast on each database engine."""
    return people(any_app)


def put(cast, audience: Audience, content: bytes = b"words") -> int:
    to = [circles.current(cast.branch, audience)]
    return envelopes.put(content, to=to, organisation_id=cast.branch.id).id


def opens(reader: Account, envelope: int) -> bool:
    reader.keyring.look_again()
    return envelope in envelopes.take_all([envelope], reader=reader)


def test_the_circle_is_who_the_role_says(any_cast) -> None:
    cast = any_cast
    secretaries, committee = put(cast, Audience.SECRETARY), put(cast, Audience.COMMITTEE)
    assert [opens(one, secretaries) for one in (cast.secretary, cast.committee_member, cast.member)] == [1, 0, 0]
    assert [opens(one, committee) for one in (cast.secretary, cast.committee_member, cast.member)] == [1, 1, 0]
    assert not opens(cast.outsider, committee)
    assert circles.waiting(cast.branch) == [] and circles.left(cast.branch) == []
    assert set().union(*circles.MEMBERS.values()) <= set(GRANTS)


def test_a_key_is_made_once(any_cast) -> None:
    cast = any_cast
    assert {circles.current(cast.branch, Audience.SECRETARY).id for _each in range(3)} == {
        circles.find(cast.branch.id, Audience.SECRETARY).id
    }


def test_two_at_once_make_one_key(any_app) -> None:
    """Many records are saved in the same moment by the first users of a circle."""
    organisation_id = people(any_app).branch.id
    db.session.remove()
    start, made, failed = threading.Barrier(4), [], []

    def first_use() -> None:
        with any_app.app_context():
            try:
                start.wait(10)
                made.append(circles.current(db.session.get_one(Organisation, organisation_id), Audience.COMMITTEE).id)
                db.session.commit()
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=first_use) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == [] and len(made) == 4 and len(set(made)) == 1
    assert db.session.query(ReaderKey).filter_by(audience=Audience.COMMITTEE).count() == 1


def test_two_new_keys_at_once_leave_one_in_use(any_app) -> None:
    cast = people(any_app)
    circles.current(cast.branch, Audience.SECRETARY)
    db.session.commit()
    ids, private = (cast.branch.id, cast.secretary.id, cast.secretary.keyring.key_id), cast.secretary.keyring.private
    db.session.remove()
    start, failed = threading.Barrier(2), []

    def renew() -> None:
        with any_app.app_context():
            try:
                start.wait(10)
                by = db.session.get_one(Account, ids[1])
                by.keyring = Keyring(ids[2], private)
                circles.rotate(db.session.get_one(Organisation, ids[0]), Audience.SECRETARY, by=by)
                db.session.commit()
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=renew) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    in_use = select(ReaderKey.id).where(ReaderKey.audience == Audience.SECRETARY, ReaderKey.retired_on.is_(None))
    assert len(db.session.scalars(in_use).all()) == 1


def test_who_left_opens_nothing_sealed_afterwards(any_cast) -> None:
    """He has his own private key, every key he was ever granted, and the whole database: before and after."""
    cast = any_cast
    gone = newcomer(cast)
    before, amended = put(cast, Audience.SECRETARY), put(cast, Audience.SECRETARY, b"first version")
    assert opens(gone, before) and opens(gone, amended)
    stolen = dict(gone.keyring.all())
    accounts.close_account(gone, by=cast.secretary)
    after = put(cast, Audience.SECRETARY, b"after")
    envelopes.replace(amended, b"second version")

    class Thief(Keyring):
        def all(self) -> dict[int, bytes]:
            return stolen | super().all()

    gone.keyring = Thief(gone.keyring.key_id, stolen[gone.keyring.key_id])
    assert envelopes.take_all([before, amended, after], reader=gone) == {before: b"words"}
    assert envelopes.take_all([before, amended, after], reader=cast.secretary) == {
        before: b"words",
        amended: b"second version",
        after: b"after",
    }
    assert circles.left(cast.branch) == []


def test_somebody_else_opens_old_and_new_after_many_rotations(any_cast) -> None:
    cast = any_cast
    ids = []
    for n in range(4):
        ids.append(put(cast, Audience.COMMITTEE, str(n).encode()))
        circles.rotate(cast.branch, Audience.COMMITTEE, by=cast.secretary)
    for reader in (cast.secretary, cast.committee_member, newcomer(cast)):
        assert envelopes.take_all(ids, reader=reader) == {one: str(n).encode() for n, one in enumerate(ids)}
    in_use = db.session.query(ReaderKey).filter_by(audience=Audience.COMMITTEE, retired_on=None).one()
    # Old keys open with the next one only: no box of theirs is left with anybody, in the circle or out of it.
    retired = (
        db.session.query(KeyGrant.key_id)
        .filter(KeyGrant.key_id < in_use.id)
        .join(ReaderKey, ReaderKey.id == KeyGrant.key_id)
    )
    assert retired.filter(ReaderKey.audience == Audience.COMMITTEE).count() == 4


def test_a_role_that_goes_takes_the_circle_s_key_along(any_cast) -> None:
    cast = any_cast
    other = newcomer(cast)
    put(cast, Audience.SECRETARY)
    old = circles.find(cast.branch.id, Audience.SECRETARY)
    accounts.change_account(other, AccountDetails(other.name, Role.COMMITTEE), by=cast.secretary)
    assert circles.find(cast.branch.id, Audience.SECRETARY).id != old.id
    assert not opens(other, put(cast, Audience.SECRETARY)) and opens(other, put(cast, Audience.COMMITTEE))


def test_with_a_locked_key_the_new_one_waits(any_cast) -> None:
    cast = any_cast
    other = newcomer(cast)
    put(cast, Audience.SECRETARY)
    opened, cast.secretary.keyring = cast.secretary.keyring, None
    accounts.close_account(other, by=cast.secretary)
    assert circles.left(cast.branch) == [(other, Audience.SECRETARY)]
    with pytest.raises(Locked):
        circles.rotate(cast.branch, Audience.SECRETARY, by=cast.secretary)
    with pytest.raises(Locked):
        circles.admit(by=cast.secretary)
    cast.secretary.keyring = opened
    circles.rotate(cast.branch, Audience.SECRETARY, by=cast.secretary)
    assert circles.left(cast.branch) == []


def test_a_newcomer_waits_until_a_holder_hands_over(any_cast) -> None:
    cast = any_cast
    envelope = put(cast, Audience.SECRETARY)
    opened, cast.secretary.keyring = cast.secretary.keyring, None
    other = newcomer(cast)
    assert circles.waiting(cast.branch) == [(other, Audience.SECRETARY)] and not opens(other, envelope)
    cast.secretary.keyring = opened
    assert circles.admit(by=cast.secretary) == 1 and opens(other, envelope)
    assert circles.admit(by=cast.secretary) == 0
    lines = [row.action for row in db.session.query(AuditEntry).filter(AuditEntry.action.startswith("circle."))]
    assert lines == ["circle.admit secretary"]


def test_only_a_holder_makes_the_new_key(any_cast) -> None:
    cast = any_cast
    put(cast, Audience.SECRETARY)
    with pytest.raises(NotAllowed):
        circles.rotate(cast.branch, Audience.SECRETARY, by=cast.committee_member)
    with pytest.raises(NotAllowed):
        circles.rotate(cast.branch, Audience.COMMITTEE, by=cast.secretary)  # has none yet
    assert circles.admit(by=cast.committee_member) == 0


def test_a_key_nobody_holds_any_more_is_replaced(any_cast) -> None:
    """The only secretary has begun anew: what is sealed from then on must not go to a key that is lost."""
    cast = any_cast
    before, lost = put(cast, Audience.SECRETARY), circles.find(cast.branch.id, Audience.SECRETARY)
    cast.secretary.keyring = keys.make(cast.secretary, OWN)
    after = put(cast, Audience.SECRETARY)
    assert circles.find(cast.branch.id, Audience.SECRETARY).id != lost.id and lost.retired_on is not None
    assert envelopes.take_all([before, after], reader=cast.secretary) == {after: b"words"}


def test_a_key_made_before_anybody_could_hold_it_is_replaced(any_cast) -> None:
    cast = any_cast
    db.session.query(ReaderKey).filter_by(account_id=cast.secretary.id).delete()
    orphan = circles.current(cast.branch, Audience.SECRETARY)
    assert circles.current(cast.branch, Audience.SECRETARY).id == orphan.id  # no use in piling them up
    assert circles.waiting(cast.branch) == [(cast.secretary, Audience.SECRETARY)]
    cast.secretary.keyring = keys.make(cast.secretary, OWN)
    assert opens(cast.secretary, put(cast, Audience.SECRETARY))


def test_a_damaged_grant_closes_only_what_it_stood_for(cast) -> None:
    own = envelopes.put(b"own", to=[keys.own(cast.secretary)], organisation_id=cast.branch.id).id
    shared = put(cast, Audience.SECRETARY)
    grant = db.session.query(KeyGrant).filter_by(holder_id=keys.own(cast.secretary).id).one()
    grant.box = grant.box[:-1] + bytes([grant.box[-1] ^ 1])
    db.session.flush()
    cast.secretary.keyring.look_again()
    assert envelopes.take_all([own, shared], reader=cast.secretary) == {own: b"own"}
