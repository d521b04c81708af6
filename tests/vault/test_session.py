"""The key in the cookie: for this session of this account on this machine, and for half a day."""

from datetime import timedelta

import pytest
from flask import session

from core import clock, seal
from core.db import db
from members import accounts
from tests.conftest import PASSWORD, TODAY, build, people
from tests.vault.plays import OWN
from vault import keys
from vault import session as sessions


def test_what_is_packed_comes_back(app, cast) -> None:
    carried = sessions.packed(cast.secretary, cast.secretary.keyring)
    found = sessions.opened(carried, cast.secretary)
    assert (found.key_id, found.private) == (cast.secretary.keyring.key_id, cast.secretary.keyring.private)
    assert cast.secretary.keyring.private.hex() not in carried


def test_another_account_s_cookie_is_refused(cast) -> None:
    carried = sessions.packed(cast.secretary, cast.secretary.keyring)
    for other in (cast.committee_member, cast.member, cast.outsider):
        assert sessions.opened(carried, other) is None


def test_a_session_that_was_ended_is_refused(cast) -> None:
    carried = sessions.packed(cast.secretary, cast.secretary.keyring)
    accounts.end_sessions(cast.secretary)
    assert sessions.opened(carried, cast.secretary) is None


def test_another_machine_is_refused(cast, tmp_path) -> None:
    """The cookie's signature is no help either: the key that seals it is of its own, and in no backup."""
    carried = sessions.packed(cast.secretary, cast.secretary.keyring)
    elsewhere = build(tmp_path / "elsewhere")
    with elsewhere.app_context():
        assert sessions.opened(carried, cast.secretary) is None
        db.session.remove()


def test_half_a_day_is_enough(cast, monkeypatch) -> None:
    carried, now = sessions.packed(cast.secretary, cast.secretary.keyring), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=11, minutes=59))
    assert sessions.opened(carried, cast.secretary) is not None
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=12, minutes=1))
    assert sessions.opened(carried, cast.secretary) is None


@pytest.mark.parametrize("carried", ["", "x", "====", "A" * 400, 7, ["a"], None, "秘密"], ids=repr)
def test_rubbish_is_refused(cast, carried) -> None:
    assert sessions.opened(carried, cast.secretary) is None


def test_a_changed_cookie_is_refused(cast) -> None:
    carried = sessions.packed(cast.secretary, cast.secretary.keyring)
    for at in range(0, len(carried), 7):
        changed = carried[:at] + ("A" if carried[at] != "A" else "B") + carried[at + 1 :]
        assert sessions.opened(changed, cast.secretary) is None


def test_signing_in_opens_the_key_and_tells_who_waited(app, cast, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(sessions, "_TOLD", [])
    sessions.tell_of_opening(told.append)
    with app.test_request_context("/app/sign-in", method="POST"):
        cast.secretary.keyring = None
        sessions.open_at_the_door(cast.secretary, PASSWORD)
        assert cast.secretary.keyring is not None and sessions.NAME in session
        assert sessions.EARLIER not in session
    assert told == [cast.secretary]


def test_a_password_the_key_does_not_know_leaves_it_locked_and_says_so(app, cast) -> None:
    temporary = accounts.reset_password(cast.committee_member, by=cast.secretary)
    with app.test_request_context("/app/sign-in", method="POST"):
        sessions.open_at_the_door(cast.committee_member, temporary)
        assert cast.committee_member.keyring is None and sessions.NAME not in session
        assert session[sessions.EARLIER] is True


def test_an_account_from_before_there_were_keys_gets_one_at_the_door(app, cast) -> None:
    key = keys.own(cast.member)
    db.session.delete(key)
    db.session.flush()
    with app.test_request_context("/app/sign-in", method="POST"):
        sessions.open_at_the_door(cast.member, PASSWORD)
    assert keys.unlock(cast.member, PASSWORD).private == cast.member.keyring.private


def test_the_machine_s_key_is_its_own_and_closed_to_others(app, cast) -> None:
    sessions.packed(cast.secretary, cast.secretary.keyring)
    folder = app.config["SETTINGS"].keys
    file = folder / sessions.KEY_FILE
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_bytes() != seal.key_file(folder, "secret_key")


def test_both_engines_know_the_same_day(any_app) -> None:
    cast = people(any_app)
    assert keys.own(cast.secretary).made_on == TODAY
    keys.make(cast.secretary, OWN)
    assert {key.retired_on for key in keys.earlier(cast.secretary, keys.unlock(cast.secretary, OWN))} == {TODAY}
