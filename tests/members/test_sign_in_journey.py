"""A real browser: a link, a first password, an authenticator app, a passkey, and coming in with each of them."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from core import clock, seal
from core.db import db
from members import factors, invitations
from members.accounts import AccountDetails
from members.models import Account, AuthenticatorApp
from tests.conftest import PASSWORD
from tests.journeys.conftest import DESK, PHONE, house, overflows, serious

__all__ = ["house"]
NEW = "four words in a row"


@pytest.fixture
def page(browser: Browser, house) -> Page:
    """A page with an authenticator of its own, on the name browsers take for secure."""
    house.url = house.url.replace("127.0.0.1", "localhost")
    house.app.config["SETTINGS"] = replace(house.app.config["SETTINGS"], second_factor="everyone")
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    found = context.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
    session = context.new_cdp_session(found)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield found
    assert faults == []
    context.close()


def sound(page: Page) -> None:
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert not overflows(page), page.url
    assert serious(page) == [], page.url
    page.set_viewport_size(PHONE)


def code(house, username: str) -> str:
    """Return a code of the account's app that has not been used yet."""
    with house.app.app_context():
        account = db.session.query(Account).filter_by(username=username).one()
        app = db.session.get(AuthenticatorApp, account.id)
        secret = factors._secret(app, account)
        db.session.remove()
        moment = clock.now().timestamp()
        used = [step for step in seal.steps_around(moment) if factors._mark(secret, step) == app.spent]
        return seal.code_at(secret, max(moment, *((step + 1) * seal.STEP for step in used)) if used else moment)


def test_from_a_link_to_a_passkey(page, house) -> None:
    with house.app.app_context():
        secretary = db.session.query(Account).filter_by(username="secretary").one()
        details = AccountDetails("新委员", secretary.role)
        _account, token = invitations.open_account("xin", details, by=secretary)
        db.session.commit()
        db.session.remove()
    page.goto(f"{house.url}/app/invitation/{token}")
    sound(page)
    page.fill("input[name=new]", NEW)
    page.click("main button.btn-primary")
    # A second factor is asked of everyone here: nothing else opens before.
    page.wait_for_url("**/app/account*")
    page.goto(house.url + "/app/members")
    assert "/app/account" in page.url
    sound(page)
    page.click("form[action='/app/account/app/new'] button")
    page.wait_for_url("**/app/account/app")
    sound(page)
    page.fill("input[name=code]", code(house, "xin"))
    page.click("main button.btn-primary")
    expect(page.locator("ol.codes li")).to_have_count(10)
    sound(page)
    recovery = page.locator("ol.codes li span").first.inner_text()
    # A passkey besides, made by the browser's own authenticator.
    page.goto(house.url + "/app/account")
    page.fill("#passkey-name", "我的电脑")
    page.click("form[data-passkey=create] button")
    expect(page.get_by_text("我的电脑")).to_be_visible()
    sound(page)
    # In again: password, then the passkey; and once more with a recovery code, which then is spent.
    for way in ("passkey", "code", "spent", "app"):
        page.context.clear_cookies()
        page.goto(house.url + "/app/sign-in")
        page.fill("input[name=username]", "xin")
        page.fill("input[name=password]", NEW)
        page.click("main form button.btn-primary[type=submit]")
        page.wait_for_url("**/app/sign-in/second-step")
        if way == "passkey":
            sound(page)
            page.click("form[data-passkey=get] button")
        else:
            given = {"code": recovery, "spent": recovery, "app": code(house, "xin")}[way]
            page.fill("#code", given)
            page.press("#code", "Enter")
        if way == "spent":
            expect(page.locator(".errbox")).to_be_visible()
            continue
        page.wait_for_url("**/app/")
    page.goto(house.url + "/app/account")
    assert re.search(r"Chrome", page.locator("#devices").inner_text())
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#devices form button").last.click()
    expect(page.locator("#devices li")).to_have_count(1)


def test_a_page_that_is_not_secure_says_so_and_offers_the_app(browser, house) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(house.url + "/app/sign-in")
    page.fill("input[name=username]", "member")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.btn-primary[type=submit]")
    page.wait_for_url("**/app/")
    page.goto(house.url + "/app/account")
    assert page.locator("form[data-passkey]").count() == 0
    assert "localhost" in page.locator("#second-factor").inner_text()
    assert page.locator("form[action='/app/account/app/new'] button").is_visible()
    context.close()
