"""A survey in the field, in a real browser: set up, handed out, on paper keyed by two, reminded, put off, closed."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from core.db import db
from members.models import Group, Member, Organisation
from surveys import queries
from surveys.models import Survey
from tests.conftest import TODAY
from tests.core.smtp import listening
from tests.journeys.conftest import DESK, PHONE, overflows, serious, sign_in

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("XINSHENG_SHOTS", "")


@pytest.fixture
def village(house):
    """Twelve more people on the roster, two of them with a mail address."""
    with house.app.app_context():
        branch = db.session.query(Organisation).filter_by(name="青石支部").one()
        group = db.session.query(Group).filter_by(name="西班").one()
        for number in range(12):
            address = f"m{number}@branch.example" if number < 2 else ""
            one = Member(
                organisation_id=branch.id,
                number=f"C{number:02d}",
                name=f"职工{number:02d}",
                group_id=group.id,
                email=address,
            )
            db.session.add(one)
        db.session.commit()
        db.session.remove()
    return house


def sound(page: Page, name: str = "") -> None:
    """Look at a page as a phone and as a desk: nothing too wide, nothing in anybody's way."""
    for size, screen in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(screen)
        assert not overflows(page), f"{page.url} at {size}"
        if SHOTS and name:
            page.screenshot(path=f"{SHOTS}/{name}-{size}.png", full_page=True)
    assert serious(page) == []


def set_up(page: Page, house) -> str:
    """Set up the canteen survey of the library and return its page's address."""
    page.goto(f"{house.url}/app/investigations/1/surveys/new")
    page.check("input[name=source][value='library.canteen']")
    page.fill("input[name=closes_on]", (TODAY + timedelta(days=10)).isoformat())
    page.click("main form button.btn-primary[type=submit]")
    page.wait_for_url("**/app/surveys/*")
    return page.url


def key(page: Page, kept: bool) -> None:
    """Key a sheet by the keyboard alone; one question differs unless `kept`."""
    page.wait_for_selector("body.by-keys")
    page.keyboard.press("2" if kept else "3")  # the first question, then the focus stands on the second
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")


def test_a_survey_in_the_field(watched: Page, village, browser: Browser) -> None:
    page = watched
    sign_in(page, village, "secretary")
    survey = set_up(page, village)
    sound(page, "draft")
    page.click(f"a[href$='{survey.split('/')[-1]}/invitations']")
    page.fill("textarea[name=only]", "\n".join(f"C{number:02d}" for number in range(9)))
    page.fill("input[name=spares]", "2")
    page.fill("input[name=address]", "http://192.168.1.20:5000")
    sound(page, "invite")
    page.click("main form button.btn-primary[type=submit]")
    page.wait_for_selector(".slips .slip")
    assert page.locator(".slips .slip").count() == 11
    sound(page, "slips")
    with page.expect_download() as sheet:
        page.click("form[action$='/slips.pdf'] button")
    assert sheet.value.suggested_filename.endswith(".pdf")

    page.goto(survey)
    page.click("form[action$='/open'] button")
    expect(page.locator(".kpi").first).to_be_visible()
    sound(page, "open")
    with page.expect_download() as form:
        page.click("form[action$='/paper.pdf'] button")
    assert form.value.suggested_filename.endswith(".pdf")
    with page.expect_download():
        page.click("a[href$='/poster.pdf']")

    page.goto(f"{survey}/keying")
    sound(page, "keying-empty")
    page.click("a.btn-primary[href*='keying/sheet']")
    sound(page, "sheet")
    key(page, kept=True)
    page.wait_for_url("**number=2")
    key(page, kept=True)
    page.wait_for_url("**number=3")

    other = browser.new_context(locale="zh-CN", viewport=DESK)
    second = other.new_page()
    sign_in(second, village, "committee")
    second.goto(f"{survey}/keying")
    second.click("a.btn-primary[href*='keying/sheet']")
    assert "number=1" in second.url
    key(second, kept=True)
    second.wait_for_url("**number=2")
    key(second, kept=False)
    second.wait_for_url("**number=3")
    second.goto(f"{survey}/keying")
    sound(second, "keying")
    second.click(".sheet-no.differs")
    sound(second, "differences")
    for choice in second.locator(".versus").all():
        choice.locator("input").first.check()
    second.click(".differences button[type=submit]")
    second.wait_for_url("**/keying")
    assert second.locator(".kpi.ok b").inner_text() == "2"
    other.close()

    with listening() as sink:
        village.app.config["SETTINGS"] = replace(
            village.app.config["SETTINGS"], mail=sink.address, mail_from="desk@branch.example"
        )
        page.goto(f"{survey}/reminders")
        sound(page, "reminders")
        page.click("form:has(input[name=address]) button[type=submit]")
        page.wait_for_selector(".reminded")
        page.click("form[action$='/printed'] button")
        page.wait_for_selector(".reminded li:nth-child(2)")
        sound(page, "reminded")
    assert sorted(to for to, _letter in sink.letters) == ["m0@branch.example", "m1@branch.example"]

    page.goto(f"{survey}/extend")
    sound(page, "extend")
    page.fill("input[name=closes_on]", (TODAY + timedelta(days=20)).isoformat())
    page.click("main form button.btn-primary[type=submit]")
    page.wait_for_url(survey)
    page.goto(f"{survey}/keying/sheet?number=9")
    key(page, kept=True)
    page.wait_for_url("**number=10")
    page.goto(f"{survey}/close")
    sound(page, "close")
    page.check("input[name=understood]")
    page.click("main form button.btn-danger[type=submit]")
    page.wait_for_url("**/results")
    page.goto(survey)
    sound(page, "closed")
    with village.app.app_context():
        row = db.session.query(Survey).one()
        assert {door for door, count in row.tally["channels"].items() if count} == {"paper"}
        assert queries.received(row) == 3, "two settled, and the one keyed once as it was keyed"
        db.session.remove()
