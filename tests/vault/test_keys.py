"""An account's own key: its password opens it, a printed sheet does, nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import seal
from core.db import db
from core.errors import BadInput
from core.terms import Role
from members import accounts
from members.accounts import AccountDetails
from tests.conftest import PASSWORD, people
from tests.vault.plays import OWN, newcomer
from vault import circles, envelopes, keys
from vault.keyring import Keyring
from vault.models import KeyGrant, ReaderKey

ONE_APP = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def put(account, content: bytes = b"words") -> int:
    return envelopes.put(content, to=[keys.own(account)], organisation_id=account.organisation_id).id


def test_the_password_opens_the_key_and_nothing_else_does(cast) -> None:
    assert keys.unlock(cast.secretary, PASSWORD).private == cast.secretary.keyring.private
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), "correct horse"):
        with pytest.raises(BadInput) as refused:
            keys.unlock(cast.secretary, wrong)
        assert refused.value.field == "passphrase"


def test_the_private_half_stands_nowhere_in_the_clear(cast) -> None:
    private = cast.secretary.keyring.private
    keys.print_recovery(cast.secretary, cast.secretary.keyring)
    circles.current(cast.branch, next(iter(circles.MEMBERS)))
    for row in db.session.query(ReaderKey):
        assert private not in (row.locked or b"") + (row.recovery or b"") + row.public + (row.salt or b"")
    assert all(private not in row.box for row in db.session.query(KeyGrant))


def test_a_password_change_keeps_notes_readable_and_shuts_out_the_old_one(cast) -> None:
    envelope = put(cast.secretary)
    accounts.change_password(cast.secretary, PASSWORD, OWN)
    cast.secretary.keyring = keys.unlock(cast.secretary, OWN)
    assert envelopes.take(envelope, reader=cast.secretary) == b"words"
    with pytest.raises(BadInput):
        keys.unlock(cast.secretary, PASSWORD)


def test_a_reset_by_another_opens_nothing(cast) -> None:
    envelope = put(cast.committee_member)
    temporary = accounts.reset_password(cast.committee_member, by=cast.secretary)
    cast.committee_member.keyring = None  # nobody has the key open when the new password is chosen
    with pytest.raises(BadInput):
        keys.unlock(cast.committee_member, temporary)
    accounts.change_password(cast.committee_member, temporary, OWN)
    with pytest.raises(BadInput):
        keys.unlock(cast.committee_member, OWN)
    cast.committee_member.keyring = keys.unlock(cast.committee_member, PASSWORD)
    assert envelopes.take(envelope, reader=cast.committee_member) == b"words"


def test_the_printed_sheet_opens_after_a_reset_and_stays_good(cast) -> None:
    reader = cast.committee_member
    envelope, code = put(reader), keys.print_recovery(reader, reader.keyring)
    assert len(code.replace("-", "")) == 28 and code.count("-") == 6
    accounts.reset_password(reader, by=cast.secretary)
    reader.keyring = keys.unlock_with_recovery(reader, code.lower().replace("-", " "), OWN)
    assert envelopes.take(envelope, reader=reader) == b"words"
    assert keys.unlock(reader, OWN).private == reader.keyring.private
    assert keys.unlock_with_recovery(reader, code, OWN).private == reader.keyring.private


def test_a_newer_sheet_replaces_the_older_and_another_account_s_opens_nothing(cast) -> None:
    first = keys.print_recovery(cast.secretary, cast.secretary.keyring)
    second = keys.print_recovery(cast.secretary, cast.secretary.keyring)
    others = keys.print_recovery(cast.committee_member, cast.committee_member.keyring)
    for wrong in (first, others, "", "0000-0000-0000-0000-0000-0000-0000", second[:-1]):
        with pytest.raises(BadInput) as refused:
            keys.unlock_with_recovery(cast.secretary, wrong, OWN)
        assert refused.value.field == "code"
    assert keys.unlock_with_recovery(cast.secretary, second, OWN)


def test_no_sheet_opens_a_key_that_has_none(cast) -> None:
    code = keys.print_recovery(cast.secretary, cast.secretary.keyring)
    keys.own(cast.secretary).recovery = None
    with pytest.raises(BadInput):
        keys.unlock_with_recovery(cast.secretary, code, OWN)


def test_whoever_lent_the_first_password_holds_nothing_afterwards(cast) -> None:
    """The secretary knows the temporary password and has copied the database: it must not open the later key."""
    account, temporary = accounts.open_account("heir", AccountDetails("继任", Role.COMMITTEE), by=cast.secretary)
    copied = keys.unlock(account, temporary)
    before = put(account, b"before")
    accounts.change_password(account, temporary, OWN)
    after = put(account, b"after")
    account.keyring = copied
    assert envelopes.take_all([before, after], reader=account) == {before: b"before"}
    account.keyring = keys.unlock(account, OWN)
    assert envelopes.take_all([before, after], reader=account) == {before: b"before", after: b"after"}
    assert not keys.lent(keys.own(account))


def test_a_second_temporary_password_replaces_one_that_was_never_used(cast) -> None:
    account, _lost = accounts.open_account("heir", AccountDetails("继任", Role.COMMITTEE), by=cast.secretary)
    second = accounts.reset_password(account, by=cast.secretary)
    assert keys.unlock(account, second)


def test_an_own_password_set_at_the_door_is_not_taken_for_a_lent_one(cast) -> None:
    keyring = keys.make(cast.secretary, PASSWORD, lent=True)
    keys.keep(cast.secretary)
    assert keys.relock(cast.secretary, keyring, OWN) is keyring
    assert keys.unlock(cast.secretary, OWN).key_id == keyring.key_id


@pytest.mark.parametrize("found", ["password", "sheet"])
def test_a_key_given_up_can_be_brought_back(cast, found) -> None:
    reader = cast.committee_member
    envelope, code = put(reader), keys.print_recovery(reader, reader.keyring)
    reader.keyring = keys.make(reader, OWN)
    assert envelopes.take_all([envelope], reader=reader) == {}
    with pytest.raises(BadInput):
        keys.reunite(reader, reader.keyring, "another password")
    assert len(keys.earlier(reader, reader.keyring)) == 1
    assert keys.reunite(reader, reader.keyring, {"password": PASSWORD, "sheet": code}[found]) == 1
    assert envelopes.take(envelope, reader=reader) == b"words"
    assert keys.earlier(reader, reader.keyring) == []


def test_a_newcomer_reads_what_his_circle_may(cast) -> None:
    key = circles.current(cast.branch, next(iter(circles.MEMBERS)))
    assert newcomer(cast).keyring.find(key.id) == cast.secretary.keyring.find(key.id)


def test_locked_halves_differ_every_time(cast) -> None:
    key = keys.own(cast.secretary)
    first = (key.salt, key.locked)
    keys.relock(cast.secretary, cast.secretary.keyring, PASSWORD)
    assert key.salt != first[0] and key.locked != first[1]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two readers on an application of their own, so that examples need not build one each."""
    from tests.conftest import build

    app = build(tmp_path_factory.mktemp("keys") / "instance")
    with app.app_context():
        yield people(app)
        db.session.remove()


@ONE_APP
@given(passphrase=st.text(min_size=1, max_size=200), other=st.text(max_size=200))
def test_any_passphrase_opens_what_it_locked(two, passphrase, other) -> None:
    keyring = Keyring(two.secretary.keyring.key_id, two.secretary.keyring.private)
    keys.relock(two.secretary, keyring, passphrase)
    assert keys.unlock(two.secretary, passphrase).private == keyring.private
    if other != passphrase:
        with pytest.raises(BadInput):
            keys.unlock(two.secretary, other)


@ONE_APP
@given(content=st.binary(max_size=2000), flip=st.integers(0, 10_000))
def test_any_content_comes_back_and_a_changed_box_does_not_open(content, flip) -> None:
    private, public = seal.key_pair()
    box = seal.seal_to(public, content, b"info")
    assert seal.open_with(private, box, b"info") == content
    at = flip % len(box)
    with pytest.raises(seal.CannotOpen):
        seal.open_with(private, box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :], b"info")
    with pytest.raises(seal.CannotOpen):
        seal.open_with(private, box, b"other")
