"""Links that set a first password: once, for a week, not by looking, and keys handed out before go along."""

import re
from datetime import timedelta

import pytest

from core import clock
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.terms import Audience, Role
from members import accounts, invitations
from members.accounts import AccountDetails
from members.models import Account, AccountInvitation
from tests.conftest import PASSWORD, TODAY
from vault import circles, keys

NEW = "four words in a row"


def details(role: Role = Role.MEMBER) -> AccountDetails:
    return AccountDetails("新人", role)


def test_a_link_sets_the_password_once(any_app, any_cast) -> None:
    account, token = invitations.open_account("new", details(), by=any_cast.secretary)
    assert token not in str(db.session.query(AccountInvitation.token_hash).all())
    with pytest.raises(BadInput):
        accounts.sign_in("new", token)
    with pytest.raises(BadInput):
        accounts.sign_in("new", invitations.NO_PASSWORD)
    with pytest.raises(BadInput):
        invitations.accept(token, "short")
    assert invitations.holder(token) is account, "a password that is refused spends nothing"
    assert invitations.accept(token, NEW) is account and not account.must_change
    assert accounts.sign_in("new", NEW) is account
    with pytest.raises(NotFound):
        invitations.accept(token, "another one of them")
    for wrong in ("", "x", token + "x"):
        with pytest.raises(NotFound):
            invitations.holder(wrong)


def test_it_is_over_after_a_week_or_when_another_way_was_taken(any_app, any_cast, monkeypatch) -> None:
    account, first = invitations.open_account("new", details(), by=any_cast.secretary)
    second = invitations.invite(account, by=any_cast.secretary)
    with pytest.raises(NotFound):
        invitations.holder(first)
    monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=invitations.DAYS))
    assert invitations.holder(second) and invitations.waiting(account)
    monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=invitations.DAYS + 1))
    with pytest.raises(NotFound):
        invitations.holder(second)
    assert invitations.waiting(account) is None
    for undo in (accounts.reset_password, accounts.close_account):
        token = invitations.invite(account, by=any_cast.secretary)
        undo(account, by=any_cast.secretary)
        with pytest.raises(NotFound):
            invitations.holder(token)
    with pytest.raises(DomainError):
        invitations.invite(account, by=any_cast.secretary)
    with pytest.raises(DomainError):
        invitations.invite(any_cast.secretary, by=any_cast.secretary)


def test_the_keys_of_a_circle_go_along_and_whoever_made_the_link_opens_nothing_later(app, cast) -> None:
    circle = circles.current(cast.branch, Audience.COMMITTEE)
    account, token = invitations.open_account("heir", details(Role.COMMITTEE), by=cast.secretary)
    circles.admit(by=cast.secretary)
    lent = keys.unlock(account, token)
    assert lent.find(circle.id), "handed over before the link is used"
    invitations.accept(token, NEW)
    own = keys.unlock(account, NEW)
    assert own.find(circle.id) and own.key_id != lent.key_id and not keys.lent(keys.own(account))
    with pytest.raises(BadInput):
        keys.unlock(account, token)


def test_who_had_a_password_keeps_it_until_the_link_is_used_and_the_notes_stay_closed(app, cast) -> None:
    token = invitations.invite(cast.committee_member, by=cast.secretary)
    assert accounts.sign_in("committee", PASSWORD)
    cast.committee_member.keyring = None
    invitations.accept(token, NEW)
    with pytest.raises(BadInput):
        accounts.sign_in("committee", PASSWORD)
    with pytest.raises(BadInput):
        keys.unlock(cast.committee_member, NEW)
    assert keys.unlock(cast.committee_member, PASSWORD), "nobody but the holder opens them, with the password before"


def test_looking_at_a_link_spends_nothing(app, cast, visit, stranger) -> None:
    client = visit("secretary")
    sent = {"username": "xin", "name": "新人", "role": "committee_member", "hand": "link"}
    page = client.post("/app/organisation/accounts/new", data=sent)
    link = re.search(r"(/app/invitation/[\w-]+)", page.text)[1]
    assert 'class="qr"' in page.text and page.headers["Cache-Control"] == "no-store"
    account = db.session.query(Account).filter_by(username="xin").one()
    assert link not in client.get(f"/app/organisation/accounts/{account.id}").text
    for _each in range(3):
        assert stranger.get(link).status_code == 200 and stranger.head(link).status_code == 200
    assert stranger.get(link).headers["Referrer-Policy"] == "no-referrer"
    assert stranger.post(link, data={"new": "short"}).status_code == 422
    done = stranger.post(link, data={"new": NEW})
    assert done.location == "/app/" and stranger.get("/app/members").status_code == 200
    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data={"new": NEW}).status_code == 404
    again = client.post(f"/app/organisation/accounts/{account.id}/invite")
    assert again.status_code == 200 and link not in again.text
    assert visit("outsider").post(f"/app/organisation/accounts/{account.id}/invite").status_code == 404
    assert visit("committee_member").post(f"/app/organisation/accounts/{account.id}/invite").status_code == 403
