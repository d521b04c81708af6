"""Cookies, forged hosts, forged methods, forged tokens, and ways out of the house."""

import re
from http.cookies import SimpleCookie

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app import create_app
from core.db import db
from core.settings import Settings
from tests.conftest import PASSWORD, people
from tests.house.test_every_page import addresses, browser

METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE")
EVIL = (
    "//evil.example",
    "///evil.example",
    "////evil.example/app/",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/app\\@evil.example",
    "/app//evil.example",
    "/app/..//evil.example",
    "/app/../../evil.example",
    "/app@evil.example",
    "/app.evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example/app/",
    "http://localhost@evil.example/app/",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/app/%0d%0aLocation:%20https://evil.example",
    "/app/\r\nLocation: https://evil.example",
    "/app/\t//evil.example",
    " //evil.example",
    "/app/?next=//evil.example",
    "／／evil.example",
)


def _real(folder, **more: object) -> Flask:
    """Return an application as it runs in an office: tokens asked for, no test mode; with the cast."""
    settings = Settings(data=folder, database=f"sqlite:///{folder / 'office.db'}", queue="inline", **more)
    app = create_app(settings)
    with app.app_context():
        from core import schema

        schema.upgrade()
        people(app)
    return app


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Flask:
    return _real(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def secure(tmp_path_factory) -> Flask:
    return _real(tmp_path_factory.mktemp("secure"), https=True, address="https://desk.example.org")


def _token(text: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)[1]


def _signed_in(app: Flask, base: str = "http://localhost", name: str = "secretary"):
    client = app.test_client()
    page = client.get("/app/sign-in", base_url=base)
    data = {"username": name, "password": PASSWORD, "csrf_token": _token(page.text)}
    answer = client.post("/app/sign-in", data=data, base_url=base, headers={"Referer": f"{base}/app/sign-in"})
    assert answer.status_code == 302, answer.text[:2000]
    return client, answer


@pytest.mark.parametrize("over_tls", [True, False])
def test_cookies_are_shut_to_scripts_other_sites_and_plain_http(over_tls, request) -> None:
    app = request.getfixturevalue("secure" if over_tls else "office")
    _client, answer = _signed_in(app, "https://desk.example.org" if over_tls else "http://localhost")
    cookies = [SimpleCookie(told) for told in answer.headers.getlist("Set-Cookie")]
    assert cookies
    for cookie in cookies:
        for name, morsel in cookie.items():
            assert morsel["httponly"] and morsel["path"].startswith("/app"), name
            assert morsel["samesite"] in ("Lax", "Strict") and not morsel["domain"], name
            assert bool(morsel["secure"]) is over_tls, name
    # The prefix: a page served over plain http cannot plant a session (the browser refuses).
    assert any(("__Secure-xinsheng" if over_tls else "xinsheng") in cookie for cookie in cookies)


def test_respondents_get_no_cookie(office) -> None:
    for path in ("/s/nothing", "/b/nothing/", "/k/nothing", "/gs/nothing", "/c/nothing.ics", "/scrutineer", "/nothing"):
        assert "Set-Cookie" not in office.test_client().get(path).headers, path


def test_a_token_of_another_session_opens_nothing(office) -> None:
    mine, _answer = _signed_in(office)
    other = _token(office.test_client().get("/app/sign-in").text)
    for token in ("", "x", other, other[:-1]):
        assert mine.post("/app/language", data={"language": "en", "csrf_token": token}).status_code == 400


def test_over_tls_a_form_of_another_site_is_refused_even_with_the_token(secure) -> None:
    base = "https://desk.example.org"
    client, _answer = _signed_in(secure, base)
    token = _token(client.get("/app/account", base_url=base).text)
    for referer in ("https://evil.example/", "https://desk.example.org.evil.example/", ""):
        told = {"Referer": referer} if referer else {}
        answer = client.post("/app/language", base_url=base, data={"csrf_token": token}, headers=told)
        assert answer.status_code == 400, referer


@pytest.mark.parametrize("where", EVIL)
def test_no_address_leads_out_of_the_house(office, where) -> None:
    client = office.test_client()
    page = client.get("/app/sign-in", query_string={"next": where})
    told = {"username": "member", "password": PASSWORD, "csrf_token": _token(page.text)}
    answers = [
        client.post("/app/sign-in", query_string={"next": where}, data=told),
        client.get("/app/sign-in", query_string={"next": where}),
    ]
    token = _token(client.get("/app/account").text)
    back = {"language": "zh", "back": where, "csrf_token": token}
    answers += [
        client.post("/app/language", data=back),
        client.get("/app/keys/unlock", query_string={"next": where}),
        client.post("/app/keys/resume", data={"goal": where, "passphrase": PASSWORD, "csrf_token": token}),
    ]
    for answer in answers:
        place = answer.headers.get("Location", "/app/")
        assert re.fullmatch(r"/app(/[^\\\r\n]*)?", place) and "//" not in place, place


def test_a_forged_host_names_no_link_once_the_address_is_set(secure) -> None:
    for forged in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}):
        for path in ("/app/talks", "/", "/app/sign-in", "/s/nothing"):
            answer = secure.test_client().get(path, headers=forged)
            assert "evil.example" not in answer.text + answer.headers.get("Location", ""), (path, forged)


def test_without_a_set_address_only_the_host_itself_is_believed(office) -> None:
    for forged in (
        {"X-Forwarded-Host": "evil.example"},
        {"X-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
    ):
        answer = office.test_client().get("/app/talks", headers=forged)
        assert "evil.example" not in answer.text + answer.headers.get("Location", "")


def test_methods_are_what_they_say(world) -> None:
    """A HEAD or GET writes nothing and no header turns one into a POST; unknown methods are refused."""
    client, tried = browser(world, "shuji"), 0
    both = {rule.rule for rule, _url in addresses(world, "GET")}
    for rule, url in addresses(world, "POST"):
        if rule.rule in both:
            continue
        method = METHODS[tried % len(METHODS)]
        told = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
        answer = client.open(url, method=method, headers=told, query_string={"_method": "POST"})
        assert answer.status_code in (404, 405), f"{method} {url}: {answer.status_code}"
        tried += 1
    assert tried > 80
    assert client.open("/app/", method="TRACE").status_code == 405


def test_a_refused_sign_in_takes_the_same_way_whoever_it_was(app, cast, monkeypatch) -> None:
    """By the path of the code, not by a clock: one Argon2 for each refusal, and word for word the same answer."""
    verified: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept)
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    cast.member.active = False
    db.session.commit()
    told = []
    for name, password in (("nobody", "x" * 14), ("secretary", "x" * 14), ("member", PASSWORD), ("member", "x" * 14)):
        verified.clear()
        answer = app.test_client().post("/app/sign-in", data={"username": name, "password": password})
        page = re.sub(r'value="[\w.-]{60,}"', "a token", answer.text.replace(name, "NAME"))
        told.append((answer.status_code, page, len(verified), verified[0].split("$")[1:4]))
    assert told[0][2] == 1 and told[0][0] == 422
    assert all(one == told[0] for one in told)
