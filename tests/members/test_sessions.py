"""Sessions on the server: listed, ended, over by themselves, and as coarse as a member's must be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import create_app
from core import clock
from core.db import db
from core.errors import NotFound
from members import devices, sessions
from members.models import AccountSession
from tests.conftest import PASSWORD, build, people

MOMENT = datetime(2026, 10, 31, 9, 52, 33, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def at(monkeypatch):
    """Let it be some time after the moment of these plays."""

    def later(**kwargs) -> None:
        monkeypatch.setattr(clock, "now", lambda: MOMENT + timedelta(**kwargs))

    later()
    return later


def sign_in(client, username: str) -> None:
    answer = client.post(
        "/app/sign-in", data={"username": username, "password": PASSWORD}, headers={"User-Agent": FIREFOX}
    )
    assert answer.status_code == 302


def rows() -> list[AccountSession]:
    db.session.expire_all()
    return list(db.session.scalars(select(AccountSession).order_by(AccountSession.id)))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36 MicroMessenger/8.0.50", "WeChat, Android"),
        ("curl/8", ""),
        ("<script>", ""),
    ],
    ids=["firefox", "chrome", "edge", "safari", "wechat", "curl", "script"],
)
def test_a_browser_in_two_words(agent, words) -> None:
    assert devices.words(agent) == words


def test_a_session_is_a_row_whose_token_only_the_cookie_has(app, cast, at) -> None:
    client = app.test_client()
    sign_in(client, "secretary")
    sign_in(app.test_client(), "member")
    desk, member = rows()
    assert (desk.device, desk.seen_at) == ("Firefox, Windows", MOMENT.replace(minute=45, second=0))
    assert member.seen_at == MOMENT.replace(hour=0, minute=0, second=0), "a member's moment is nobody's business"
    with client.session_transaction(path="/app") as session:
        token = session[sessions.TOKEN]
    assert token.encode() not in desk.token_hash and len(token) >= 43
    assert client.get("/app/members").status_code == 200
    db.session.delete(desk)
    db.session.commit()
    assert client.get("/app/members").status_code == 302, "the cookie alone opens nothing"


def test_a_desk_session_ends_unused_and_is_kept_alive_by_reading(any_app, any_cast, at) -> None:
    client = any_app.test_client()
    sign_in(client, "secretary")
    for hour in range(1, 6):
        at(hours=hour)
        assert client.get("/app/members").status_code == 200
        assert rows()[0].seen_at == MOMENT.replace(hour=9 + hour, minute=45, second=0)
    at(hours=5 + 2, minutes=20)
    assert client.get("/app/members").status_code == 302
    sign_in(client, "secretary")
    assert len(rows()) == 1, "signing in anew ends the session the browser brought along"


def test_a_member_s_session_ends_with_the_day_after(app, cast, at) -> None:
    client = app.test_client()
    sign_in(client, "member")
    at(days=1, hours=14)
    assert client.get("/app/account").status_code == 200
    assert rows()[0].seen_at == datetime(2026, 11, 1, tzinfo=UTC)
    at(days=4)
    assert client.get("/app/account").status_code == 302
    sign_in(app.test_client(), "member")
    assert len(rows()) == 1, "what is long over is forgotten"


def copied(client) -> dict:
    with client.session_transaction(path="/app") as session:
        return dict(session)


def plant(client, stolen: dict) -> None:
    """Put a copied cookie into another browser, token included."""
    for _twice in range(2):  # whoever a play puts into a session gets a token of his own first
        with client.session_transaction(path="/app") as session:
            session.update(stolen)


def test_a_session_planted_by_somebody_else_opens_nothing_after_signing_in(app, cast, at) -> None:
    attacker, victim = app.test_client(), app.test_client()
    sign_in(attacker, "member")
    planted = copied(attacker)
    plant(victim, planted)
    assert copied(victim)[sessions.TOKEN] == planted[sessions.TOKEN]
    victim.post("/app/sign-out")
    sign_in(victim, "secretary")
    assert copied(victim)[sessions.TOKEN] != planted[sessions.TOKEN]
    assert attacker.get("/app/account").status_code == 302


def test_signing_out_ends_it_on_the_server_too(app, cast, at) -> None:
    client, thief = app.test_client(), app.test_client()
    sign_in(client, "secretary")
    stolen = copied(client)
    plant(thief, stolen)
    assert thief.get("/app/members").status_code == 200, "a copy is as good as the cookie, until"
    client.post("/app/sign-out")
    assert thief.get("/app/members").status_code == 302


def test_one_s_sessions_are_listed_and_ended(app, cast, at) -> None:
    here, there, third = (app.test_client() for _each in range(3))
    for client in (here, there, third):
        sign_in(client, "committee")
    own, other, _last = rows()
    page = here.get("/app/account").text
    assert page.count("Firefox, Windows") == 3 and "127.0.0.1" not in page
    assert here.post(f"/app/account/sessions/{other.id}/end").status_code == 302
    assert there.get("/app/members").status_code == 302 and third.get("/app/members").status_code == 200
    outsider = app.test_client()
    sign_in(outsider, "outsider")
    assert outsider.post(f"/app/account/sessions/{own.id}/end").status_code == 404
    assert here.post("/app/account/sessions/end-others").status_code == 302
    assert third.get("/app/members").status_code == 302 and here.get("/app/members").status_code == 200
    with pytest.raises(NotFound):
        sessions.end(10**6, cast.member, by=cast.member)


def test_the_secretary_signs_an_account_out(app, cast, at) -> None:
    client, secretary = app.test_client(), app.test_client()
    sign_in(client, "committee")
    sign_in(secretary, "secretary")
    assert secretary.post(f"/app/organisation/accounts/{cast.committee_member.id}/sign-out").status_code == 302
    assert client.get("/app/members").status_code == 302 and secretary.get("/app/members").status_code == 200


def test_a_database_that_takes_no_writes_is_still_read(app, cast, at, caplog) -> None:
    client = app.test_client()
    sign_in(client, "secretary")
    at(minutes=30)
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON account_session BEGIN SELECT RAISE(ABORT, 'no space'); END"
        )
    assert client.get("/app/members").status_code == 200
    assert "could not be kept alive" in caplog.text


def test_cookies_are_closed_to_scripts_and_to_plain_http(tmp_path) -> None:
    app = build(tmp_path / "instance")
    secure = create_app(replace(app.config["SETTINGS"], https=True), TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        people(app)
        db.session.remove()
    answer = secure.test_client().post(
        "https://localhost/app/sign-in", data={"username": "secretary", "password": PASSWORD}
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/app", "SameSite=Lax"} <= set(cookie.split("; "))
    assert any(cookie.startswith("__Secure-xinsheng=") for cookie in cookies)
