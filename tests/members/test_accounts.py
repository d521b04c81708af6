"""Signing in, and what keeps others out."""

from datetime import timedelta

import pytest

from core import clock
from core.db import db
from core.errors import BadInput, DomainError
from core.terms import Role
from members import accounts
from members.accounts import AccountDetails
from tests.conftest import PASSWORD


def tries(username: str, password: str = "wrong wrong wrong") -> str:
    with pytest.raises(BadInput) as refusal:
        accounts.sign_in(username, password)
    return str(refusal.value)


def test_the_right_password_opens(any_app, any_cast) -> None:
    assert accounts.sign_in(" secretary ", PASSWORD).id == any_cast.secretary.id


def test_the_product_hashes_with_the_stronger_parameters(app) -> None:
    app.testing = False
    assert "$m=65536,t=3,p=4$" in accounts.hashed(PASSWORD)


def test_an_old_hash_is_made_anew_at_sign_in(any_app, any_cast) -> None:
    any_app.testing = False
    account = accounts.sign_in("secretary", PASSWORD)
    assert "$m=65536," in account.password


def test_one_message_for_unknown_wrong_closed_and_resting(any_app, any_cast) -> None:
    accounts.close_account(any_cast.member, by=any_cast.secretary)
    messages = {tries("nobody"), tries("secretary"), tries("member", PASSWORD)}
    for _each in range(5):
        messages.add(tries("committee"))
    messages.add(tries("committee", PASSWORD))
    assert len(messages) == 1


def test_an_unknown_name_costs_a_hash_too(app, cast, monkeypatch) -> None:
    asked = []
    real = accounts._matches
    monkeypatch.setattr(accounts, "_matches", lambda stored, password: asked.append(stored) or real(stored, password))
    tries("nobody")
    assert asked and asked[0].startswith("$argon2id$")


def test_five_failures_rest_the_account_longer_each_time(any_app, any_cast, monkeypatch) -> None:
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start)
    for _each in range(4):
        tries("secretary")
    assert accounts.sign_in("secretary", PASSWORD)
    for _each in range(5):
        tries("secretary")
    tries("secretary", PASSWORD)
    rests = []
    for _each in range(9):
        rests.append(any_cast.secretary.locked_until - clock.now())
        monkeypatch.setattr(clock, "now", lambda until=any_cast.secretary.locked_until: until + timedelta(seconds=1))
        tries("secretary")
    assert rests[0] == timedelta(minutes=1)
    assert rests == sorted(rests) and rests[-1] == timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda until=any_cast.secretary.locked_until: until + timedelta(seconds=1))
    assert accounts.sign_in("secretary", PASSWORD).failures == 0


def test_a_failure_is_kept_although_the_request_is_undone(any_app, any_cast) -> None:
    tries("secretary")
    db.session.rollback()
    assert any_cast.secretary.failures == 1


@pytest.mark.parametrize("password", ["short", "x" * 201, "committee1", "COMMITTEE1", "aaaaaaaaaaaa"])
def test_weak_passwords_are_refused(app, password) -> None:
    with pytest.raises(BadInput):
        accounts.check_password(password, "committee1")


def test_changing_the_password_ends_every_session(any_app, any_cast) -> None:
    before = any_cast.member.get_id()
    with pytest.raises(BadInput):
        accounts.change_password(any_cast.member, "not the old one", "another password")
    accounts.change_password(any_cast.member, PASSWORD, "another password")
    assert any_cast.member.get_id() != before
    assert accounts.sign_in("member", "another password")
    tries("member", PASSWORD)


def test_a_new_account_must_change_its_password(any_app, any_cast) -> None:
    account, password = accounts.open_account("new", AccountDetails("新人", Role.MEMBER), by=any_cast.secretary)
    assert account.must_change and account.organisation_id == any_cast.branch.id
    assert accounts.sign_in("new", password) is account
    accounts.change_password(account, password, "my own password")
    assert not account.must_change
    with pytest.raises(BadInput):
        accounts.open_account("outsider", AccountDetails("x", Role.MEMBER), by=any_cast.secretary)


def test_the_last_secretary_stays(any_app, any_cast) -> None:
    with pytest.raises(DomainError):
        accounts.close_account(any_cast.secretary, by=any_cast.secretary)
    with pytest.raises(DomainError):
        accounts.change_account(
            any_cast.secretary, AccountDetails("书记甲", Role.COMMITTEE), by=any_cast.committee_member
        )
    with pytest.raises(DomainError):
        accounts.close_account(any_cast.secretary, by=any_cast.committee_member)


def test_temporary_passwords_differ_and_pass_the_rule(app) -> None:
    made = {accounts.temporary_password() for _each in range(50)}
    assert len(made) == 50
    for password in made:
        accounts.check_password(password, "somebody")
