"""Slowing down guessers, and not the office they sit in."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import db
from core.errors import BadInput
from members import accounts, throttle
from members.models import FailedEntry
from members.throttle import Visit
from tests.conftest import PASSWORD, TODAY

OFFICE = "203.0.113.7"


def wrong(username: str, visit: Visit) -> str:
    with pytest.raises(BadInput) as refusal:
        accounts.sign_in(username, "wrong wrong wrong", visit=visit)
    return str(refusal.value)


def keys(app) -> list[str]:
    folder = app.config["SETTINGS"].keys / throttle.FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("203.0.113.7", "", 0, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", 0, "203.0.113.7"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("127.0.0.1", "", 1, ""),
        ("127.0.0.1", "", 0, ""),
        ("::1", "", 0, ""),
        (None, "", 0, ""),
        ("", "unix:", 1, ""),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
    ],
    ids=str,
)
def test_whose_address_it_is(remote, forwarded, proxies, address) -> None:
    assert throttle.address_of(remote, forwarded, proxies) == address


def test_an_office_that_mistypes_goes_on_and_a_guesser_is_slowed(any_app, any_cast, monkeypatch) -> None:
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start)
    office = Visit(OFFICE)
    # Two hundred people, one of whom mistypes after the other and then gets it right: nobody waits.
    for _person in range(throttle.NAMES + 5):
        throttle.failed(office, "secretary")
        throttle.succeeded(office, any_cast.secretary)
    wrong("secretary", office)
    accounts.sign_in("secretary", PASSWORD, visit=office)
    assert db.session.scalar(select(func.count()).select_from(FailedEntry)) == 0
    # Names that never come right, one try each: no account would ever rest.
    for number in range(throttle.NAMES - 1):
        throttle.failed(office, f"guess{number}")
    said = wrong("secretary", office)
    assert throttle.waits(office) == timedelta(minutes=1)
    with pytest.raises(BadInput) as refusal:
        accounts.sign_in("member", PASSWORD, visit=office)
    assert str(refusal.value) != said
    # Elsewhere, and in this office in a browser that knows the account, nobody notices.
    assert accounts.sign_in("member", PASSWORD, visit=Visit("198.51.100.9"))
    known = throttle.vouched("", any_cast.member)
    assert accounts.sign_in("member", PASSWORD, visit=Visit(OFFICE, known))
    # After the rest the next try is free again; another failure makes it longer in the end, never for ever.
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=61))
    assert accounts.sign_in("member", PASSWORD, visit=office)
    for number in range(80):
        throttle.failed(office, f"more{number}")
    assert throttle.waits(office) == throttle.LONGEST_REST


def test_others_tries_do_not_hold_up_a_known_browser(any_app, any_cast) -> None:
    known = Visit(OFFICE, throttle.vouched("", any_cast.secretary))
    for _each in range(5):
        wrong("secretary", Visit("198.51.100.9"))
    with pytest.raises(BadInput):
        accounts.sign_in("secretary", PASSWORD, visit=Visit(OFFICE))
    assert accounts.sign_in("secretary", PASSWORD, visit=known).failures == 0
    # A stolen one has five tries of its own; then it counts as any other browser.
    for _each in range(throttle.OWN_TRIES):
        wrong("secretary", known)
    assert any_cast.secretary.failures == 0 and not throttle.trusts(known, any_cast.secretary)
    for _each in range(5):
        wrong("secretary", known)
    with pytest.raises(BadInput):
        accounts.sign_in("secretary", PASSWORD, visit=known)


def test_a_browser_is_known_to_whom_it_was_known_and_cannot_make_it_up(app, cast) -> None:
    known = throttle.vouched("", cast.secretary)
    assert throttle.trusts(Visit("", known), cast.secretary) and not throttle.trusts(Visit("", known), cast.member)
    both = throttle.vouched(known, cast.member)
    assert throttle.trusts(Visit("", both), cast.secretary) and throttle.trusts(Visit("", both), cast.member)
    nonce, tag = known.split(".")
    for forged in (
        "",
        "x",
        nonce,
        f"{nonce}.",
        f"{nonce[:-1]}!.{tag}",
        f"{nonce}.{tag[:-1]}!",
        "甲" * 16 + "." + tag,
        "." * 500,
    ):
        assert not throttle.trusts(Visit("", forged), cast.secretary)
    shared = known
    for _each in range(20):
        shared = throttle.vouched(shared, cast.member)
    assert len(shared.split(".")) == 3
    assert str(cast.secretary.id) not in known.replace(nonce, "").replace(tag, "")


def test_no_address_is_kept_and_its_key_is_destroyed_the_day_after(any_app, any_cast, monkeypatch) -> None:
    assert keys(any_app) == []
    accounts.sign_in("secretary", PASSWORD, visit=Visit(OFFICE))
    assert keys(any_app) == [], "who gets it right leaves nothing"
    wrong("secretary", Visit(OFFICE))
    row = db.session.scalars(select(FailedEntry)).one()
    assert OFFICE.encode() not in row.place and len(row.place) == 16
    before = row.place
    assert keys(any_app) == [TODAY.isoformat()]
    monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=1))
    assert throttle.waits(Visit(OFFICE)) is None
    wrong("secretary", Visit(OFFICE))
    db.session.expire_all()
    assert db.session.scalars(select(FailedEntry)).one().place != before
    assert keys(any_app) == [(TODAY + timedelta(days=1)).isoformat()]


def test_the_sign_in_page_counts_by_address_and_the_respondents_pages_never(app, cast, stranger) -> None:
    stranger.get("/s/nothing", environ_overrides={"REMOTE_ADDR": OFFICE})
    stranger.post("/s/nothing/collect", environ_overrides={"REMOTE_ADDR": OFFICE})
    stranger.post("/b/nothing/cast", environ_overrides={"REMOTE_ADDR": OFFICE})
    assert keys(app) == []
    said = {"username": "nobody", "password": "wrong wrong wrong"}
    stranger.post("/app/sign-in", data=said, environ_overrides={"REMOTE_ADDR": OFFICE})
    assert db.session.scalar(select(func.count()).select_from(FailedEntry)) == 1
    answer = stranger.post("/app/sign-in", data={"username": "secretary", "password": PASSWORD})
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(throttle.COOKIE))
    assert "HttpOnly" in cookie and "Path=/app" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    assert throttle.trusts(Visit("", cookie.split("=", 1)[1].split(";")[0]), cast.secretary)
