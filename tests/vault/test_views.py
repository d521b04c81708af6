"""The pages of keys, as each of the cast sees them."""

import re

import pytest

from core.db import db
from core.terms import Audience, Visibility
from members import accounts
from tests.conftest import PASSWORD
from tests.vault.plays import OWN, newcomer, written
from vault import circles, envelopes, keys
from vault import session as sessions
from vault.errors import Locked

UNLOCK = "/app/keys/unlock"


def key_open(client) -> bool:
    with client.session_transaction(path="/app") as session:
        return sessions.NAME in session


def shut(client) -> None:
    with client.session_transaction(path="/app") as session:
        session.pop(sessions.NAME)


@pytest.fixture
def asking(app):
    """A page that needs an open key, for reading and for writing."""
    from flask import g

    from core.access import Permission, requires

    def page() -> str:
        if g.account.keyring is None:
            raise Locked()
        return "opened"

    app.add_url_rule("/app/needs-key", "needs_key", requires(Permission.USE_DESK)(page), methods=["GET", "POST"])


@pytest.mark.parametrize("role", ["secretary", "committee_member", "member"])
def test_everybody_locks_and_opens_the_own_key(client_for, role) -> None:
    client = client_for(role)
    assert client.get("/app/keys/own").status_code == 200
    assert client.post("/app/keys/lock").headers["Location"] == "/app/keys/own"
    assert not key_open(client)
    assert client.get("/app/keys/own").status_code == 200
    assert client.get(UNLOCK).status_code == 200
    wrong = client.post(UNLOCK, data={"passphrase": "not this one"})
    assert wrong.status_code == 422 and not key_open(client) and "不是您现在的登录密码" in wrong.text
    answer = client.post(UNLOCK + "?next=/app/account", data={"passphrase": PASSWORD})
    assert answer.headers["Location"] == "/app/account" and key_open(client)
    assert client.get(UNLOCK + "?next=/app/account").headers["Location"] == "/app/account"


def test_strangers_sign_in_first(client_for) -> None:
    client = client_for("")
    for path in ("/app/keys", "/app/keys/own", UNLOCK):
        assert "/app/sign-in" in client.get(path).headers["Location"]
    for path in ("/app/keys/lock", "/app/keys/resume", "/app/keys/own/recovery", "/app/keys/hand-over"):
        assert "/app/sign-in" in client.post(path).headers["Location"]


@pytest.mark.parametrize("role", ["committee_member", "member"])
def test_only_a_secretary_sees_who_holds_what(client_for, role) -> None:
    client = client_for(role)
    assert client.get("/app/keys").status_code == 403
    assert client.post("/app/keys/hand-over").status_code == 403
    assert client.post("/app/keys/circles/secretary/new").status_code == 403


@pytest.mark.parametrize(
    "goal", ["//evil.example", "https://evil.example", "/app/../x", "/elsewhere", "/app/\\evil", "javascript:x"]
)
def test_the_way_back_leads_nowhere_else(client_for, goal) -> None:
    client = client_for("secretary")
    shut(client)
    answer = client.post(UNLOCK, query_string={"next": goal}, data={"passphrase": PASSWORD})
    assert answer.headers["Location"] == "/app/keys/own"
    shut(client)
    sent_on = client.post("/app/keys/resume", data={"goal": goal, "passphrase": PASSWORD})
    assert sent_on.status_code == 302 and sent_on.headers["Location"] == UNLOCK


def test_a_locked_page_sends_to_open_and_back(asking, client_for) -> None:
    client = client_for("secretary")
    shut(client)
    answer = client.get("/app/needs-key")
    assert answer.status_code == 303 and answer.headers["Location"] == UNLOCK + "?next=/app/needs-key"
    opened = client.post(answer.headers["Location"], data={"passphrase": PASSWORD})
    assert client.get(opened.headers["Location"]).text == "opened"


def test_what_was_being_sent_is_kept_over_the_opening(asking, client_for) -> None:
    client = client_for("secretary")
    shut(client)
    sent = {"notes": '他说\n"夜班" <太累>', "talks": ["1", "2"], "csrf_token": "old"}
    page = client.post("/app/needs-key", data=sent)
    assert page.status_code == 423 and "没有任何改动" in page.text
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    names = [name for name, _value in hidden]
    assert names.count("kept-talks") == 2 and "kept-notes" in names and "kept-csrf_token" not in names
    kept = {"kept-notes": sent["notes"], "kept-talks": sent["talks"], "goal": "/app/needs-key"}
    wrong = client.post("/app/keys/resume", data={**kept, "passphrase": "not this one"})
    assert wrong.status_code == 422 and "kept-notes" in wrong.text and not key_open(client)
    again = client.post("/app/keys/resume", data={**kept, "passphrase": PASSWORD})
    assert again.status_code == 200 and key_open(client)
    assert 'action="/app/needs-key"' in again.text and 'name="notes"' in again.text and "夜班" in again.text
    assert PASSWORD not in again.text and 'name="passphrase"' not in again.text
    assert client.post("/app/needs-key", data=sent).text == "opened"


def test_a_script_is_told_and_not_led_in_circles(asking, client_for) -> None:
    client = client_for("secretary")
    shut(client)
    for headers in ({"Accept": "*/*"}, {"X-Requested-With": "XMLHttpRequest"}, {"HX-Request": "true"}):
        for ask in (client.get, client.post):
            answer = ask("/app/needs-key", headers=headers)
            assert answer.status_code == 423 and "<html" not in answer.text, headers
            assert answer.headers["HX-Redirect"].startswith(UNLOCK)


def test_two_windows_lock_together(asking, client_for) -> None:
    """One browser, two windows: one cookie. What one locks is locked in the other, and opens there again."""
    client = client_for("secretary")
    assert client.get("/app/needs-key").text == "opened"
    client.post("/app/keys/lock")  # in the other window
    assert client.get("/app/needs-key").status_code == 303
    client.post(UNLOCK, data={"passphrase": PASSWORD})  # in the other window
    assert client.get("/app/needs-key").text == "opened"


def test_two_browsers_are_apart_until_the_password_changes(asking, client_for) -> None:
    here, there = client_for("secretary"), client_for("secretary")
    there.post("/app/keys/lock")
    assert here.get("/app/needs-key").text == "opened"
    here.post("/app/account/password", data={"old": PASSWORD, "new": OWN})
    assert here.get("/app/needs-key").text == "opened"
    assert "/app/sign-in" in there.get("/app/needs-key").headers["Location"]


def test_a_stolen_cookie_dies_with_the_password(app, asking, client_for) -> None:
    owner, thief = client_for("secretary"), client_for("secretary")
    owner.post("/app/account/password", data={"old": PASSWORD, "new": OWN})
    assert thief.get("/app/needs-key").status_code == 302


def reset(cast, client) -> None:
    """Let the secretary reset the committee member's password, and the member sign in and choose his own."""
    temporary = accounts.reset_password(cast.committee_member, by=cast.secretary)
    client.post("/app/sign-in", data={"username": "committee", "password": temporary})
    client.post("/app/account/password", data={"old": temporary, "new": OWN})


def test_after_a_reset_the_password_before_opens(app, cast) -> None:
    envelope = envelopes.put(b"w", to=[keys.own(cast.committee_member)], organisation_id=cast.branch.id).id
    client = app.test_client()
    reset(cast, client)
    assert not key_open(client)
    page = client.get(UNLOCK)
    assert "重置" in page.text and '<details class="card-x fold" open>' in page.text
    assert client.post(UNLOCK, data={"passphrase": OWN}).status_code == 422
    sent = {"earlier-earlier": PASSWORD, "earlier-present": "wrong"}
    assert client.post(UNLOCK + "/earlier-password", data=sent).status_code == 422
    sent["earlier-present"] = OWN
    assert client.post(UNLOCK + "/earlier-password", data=sent).status_code == 302 and key_open(client)
    reader = cast.committee_member
    reader.keyring = keys.unlock(reader, OWN)
    assert envelopes.take(envelope, reader=reader) == b"w"
    client.post("/app/sign-out")
    client.post("/app/sign-in", data={"username": "committee", "password": OWN})
    assert key_open(client)


def test_after_a_reset_the_sheet_opens(app, cast, client_for) -> None:
    before = client_for("committee_member")
    sheet = before.post("/app/keys/own/recovery").text
    code = "".join(re.findall(r"<span>([0-9A-Z]{4})</span>", sheet))
    assert len(code) == 28
    client = app.test_client()
    reset(cast, client)
    wrong = client.post(UNLOCK + "/recovery", data={"recovery-code": code[:-1] + "0", "recovery-present": OWN})
    assert wrong.status_code == 422 and not key_open(client)
    answer = client.post(UNLOCK + "/recovery", data={"recovery-code": code, "recovery-present": OWN})
    assert answer.status_code == 302 and key_open(client)
    assert keys.unlock(cast.committee_member, OWN)


def test_beginning_anew_is_warned_of_and_ends_other_sessions(app, cast) -> None:
    lost = envelopes.put(b"w", to=[keys.own(cast.committee_member)], organisation_id=cast.branch.id).id
    client, other = app.test_client(), app.test_client()
    reset(cast, client)
    other.post("/app/sign-in", data={"username": "committee", "password": OWN})
    assert "任何人都打不开" in client.get(UNLOCK).text
    unticked = client.post(UNLOCK + "/anew", data={"anew-present": OWN})
    assert unticked.status_code == 422 and not key_open(client)
    wrong = client.post(UNLOCK + "/anew", data={"anew-present": "not this one", "anew-understood": "y"})
    assert wrong.status_code == 422 and not key_open(client)
    assert keys.unlock(cast.committee_member, PASSWORD)  # the key he had is still the one in use
    answer = client.post(UNLOCK + "/anew", data={"anew-present": OWN, "anew-understood": "y"})
    assert answer.headers["Location"] == "/app/keys/own" and key_open(client)
    assert client.get("/app/keys/own").status_code == 200
    assert "/app/sign-in" in other.get("/app/keys/own").headers["Location"]
    reader = cast.committee_member
    reader.keyring = keys.unlock(reader, OWN)
    assert envelopes.take_all([lost], reader=reader) == {}
    page = client.post("/app/keys/own/reunite", data={"secret": "nothing"})
    assert page.status_code == 422
    assert client.post("/app/keys/own/reunite", data={"secret": PASSWORD}).status_code == 302
    reader.keyring = keys.unlock(reader, OWN)
    assert envelopes.take(lost, reader=reader) == b"w"


def test_trying_passwords_at_an_open_browser_puts_the_account_to_rest(cast, client_for) -> None:
    client = client_for("secretary")
    shut(client)
    for _each in range(accounts.TRIES):
        client.post(UNLOCK, data={"passphrase": "not this one"})
    assert client.post(UNLOCK, data={"passphrase": PASSWORD}).status_code == 422
    db.session.refresh(cast.secretary)
    assert cast.secretary.locked_until is not None and not key_open(client)


def test_the_sheet_is_shown_once_and_needs_an_open_key(client_for) -> None:
    client = client_for("secretary")
    sheet = client.post("/app/keys/own/recovery")
    assert sheet.status_code == 200 and sheet.headers["Cache-Control"] == "no-store"
    code = "-".join(re.findall(r"<span>([0-9A-Z]{4})</span>", sheet.text))
    assert code not in client.get("/app/keys/own").text
    with client.session_transaction(path="/app") as session:
        assert code not in str(dict(session))
    shut(client)
    assert client.post("/app/keys/own/recovery").status_code == 423


def test_the_reminder_is_quiet_and_goes(client_for) -> None:
    client = client_for("secretary")
    words = "还没有打印恢复密钥"
    assert words in client.get("/app/account").text
    assert words not in client.get("/app/keys/own").text  # the page itself says it
    away = client.post("/app/keys/own/later", data={"back": "/app/account"})
    assert away.headers["Location"] == "/app/account" and words not in client.get("/app/account").text
    other = client_for("secretary")
    assert words in other.get("/app/account").text
    other.post("/app/keys/own/recovery")
    assert words not in other.get("/app/account").text
    assert words not in client_for("secretary").get("/app/account").text
    assert words not in client_for("member").get("/app/account").text


def test_the_secretary_sees_who_waits_and_hands_over(cast, client_for) -> None:
    envelope = envelopes.put(
        b"w", to=[circles.current(cast.branch, Audience.SECRETARY)], organisation_id=cast.branch.id
    ).id
    opened, cast.secretary.keyring = cast.secretary.keyring, None
    other = newcomer(cast, "接任者")
    cast.secretary.keyring = opened
    client = client_for("secretary")
    page = client.get("/app/keys")
    assert page.status_code == 200 and "接任者" in page.text and "交出密钥" in page.text
    assert client.post("/app/keys/hand-over").status_code == 302
    other.keyring.look_again()
    assert envelopes.take(envelope, reader=other) == b"w"
    assert "交出密钥" not in client.get("/app/keys").text


def test_the_secretary_sees_who_left_and_makes_a_new_key(cast, client_for) -> None:
    other = newcomer(cast, "离任者")
    old = circles.current(cast.branch, Audience.SECRETARY).id
    opened, cast.secretary.keyring = cast.secretary.keyring, None
    accounts.close_account(other, by=cast.secretary)
    cast.secretary.keyring = opened
    client = client_for("secretary")
    assert "已离任但仍持有" in client.get("/app/keys").text
    assert client.post("/app/keys/circles/secretary/new").status_code == 302
    assert "已离任但仍持有" not in client.get("/app/keys").text
    assert circles.find(cast.branch.id, Audience.SECRETARY).id != old
    assert client.post("/app/keys/circles/nobody/new").status_code == 404
    shut(client)
    assert client.get("/app/keys").status_code == 200
    assert client.post("/app/keys/circles/secretary/new").status_code == 423


def test_a_new_secretary_opens_the_secretary_s_notes_and_nothing_else(app, cast) -> None:
    """Hand-over without opening a single "interviewer only" note."""
    private = written(cast, Visibility.INTERVIEWER, by=cast.committee_member)
    shared = written(cast, Visibility.SECRETARY, by=cast.committee_member)
    committee = written(cast, Visibility.COMMITTEE)
    successor = newcomer(cast)
    found = envelopes.take_all([talk.envelope_id for talk in (private, shared, committee)], reader=successor)
    assert set(found) == {shared.envelope_id, committee.envelope_id}


def test_one_sees_nothing_of_another_organisation_s_keys(cast, client_for) -> None:
    circles.current(cast.branch, Audience.SECRETARY)
    page = client_for("outsider").get("/app/keys")
    assert page.status_code == 200 and cast.secretary.name not in page.text
