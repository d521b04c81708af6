"""A report from its first reading to its withdrawal: reworded, overtaken by new numbers, issued, fetched, withdrawn."""

import re

import pytest
from sqlalchemy import select

from concerns.models import Concern
from core.db import db
from core.terms import Role
from investigations.models import Investigation
from members.models import Account
from reports import wordings
from tests.journeys.conftest import overflows, serious, sign_in

pytestmark = pytest.mark.browser
REPORT = "/app/investigations/1/report"
BOX = '[data-passage="concerns.overview"]'
FIELD = f"{BOX} textarea[name=text]"


def add_concerns(house, *labels: str) -> None:
    """Write concerns, as a new grouping would."""
    with house.app.app_context():
        row = db.session.scalar(select(Investigation))
        for label in labels:
            db.session.add(Concern(organisation_id=row.organisation_id, investigation_id=row.id, label=label))
        db.session.commit()
        db.session.remove()


def kept(house) -> dict[str, str]:
    """Return what the server holds of passages in somebody's words."""
    with house.app.app_context():
        found = wordings.texts(wordings.read(db.session.scalar(select(Investigation)), language="zh"))
        db.session.remove()
        return found


def open_passage(page, house) -> None:
    page.goto(house.url + REPORT)
    page.click(f"{BOX} .passage-edit > summary")


def saved(page) -> None:
    """Wait until the passage says it is saved."""
    page.wait_for_selector(f'{BOX} [data-said="saySaved"]', timeout=15000)


def test_from_reading_to_withdrawing(house, watched) -> None:
    page = watched
    add_concerns(house, "停车", "食堂")
    sign_in(page, house, "secretary")
    open_passage(page, house)
    page.fill(FIELD, "大家最关心的是停车。")
    saved(page)
    assert kept(house) == {"concerns.overview": "大家最关心的是停车。"}
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"{BOX}.own:not(.editing)")
    assert "大家最关心的是停车。" in page.inner_text(f"{BOX} .passage-text")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    add_concerns(house, "宿舍")  # the numbers change
    page.goto(house.url + REPORT)
    assert page.inner_text(f"{BOX} .passage-text").startswith("大家最关心的是停车。")
    assert "2" in page.inner_text(f"{BOX} del") and "3" in page.inner_text(f"{BOX} ins")
    assert page.locator(".checks .warn a[href='#p-concerns.overview']").count() == 1
    assert serious(page) == []
    page.click(f"{BOX} .beside-box button[value=keep]")
    page.wait_for_selector(f"{BOX}.own")

    page.on("dialog", lambda dialog: dialog.accept())
    page.click(".report-side form[data-confirm] button")
    page.wait_for_url(re.compile(r"/app/editions/\d+"))
    assert "大家最关心的是停车。" in page.inner_text(".paper")
    assert page.locator(".paper textarea").count() == 0 and serious(page) == []
    for ending, start in (("pdf", b"%PDF-"), ("docx", b"PK")):
        with page.expect_download() as fetched:
            page.click(f".file-list a[href$='.{ending}']")
        name = fetched.value.suggested_filename
        assert name.startswith("关于") and name.endswith(f".{ending}")
        assert fetched.value.path().read_bytes().startswith(start)
    page.click("form[action$='/verify'] button")
    page.wait_for_selector(".verdict.ok")

    page.click("#h-withdraw")
    page.fill("textarea[name=reason]", "数字有误")
    page.click("form[action$='/withdraw'] button")
    page.wait_for_selector(".withdrawn-box")
    with page.expect_download() as fetched:
        page.click(".file-list a[href$='.pdf']")
    assert not fetched.value.suggested_filename.startswith("关于")  # it says that it is withdrawn
    page.goto(house.url + "/app/investigations/1/reports")
    assert "数字有误" in page.inner_text(".editions .withdrawn")


def test_nothing_typed_is_lost(house, page) -> None:
    add_concerns(house, "停车")
    sign_in(page, house, "secretary")
    open_passage(page, house)
    taken_in = house.app.view_functions["reports.passage"]
    house.app.view_functions["reports.passage"] = lambda investigation_id: ("", 503)
    page.fill(FIELD, "断网时写的话。")
    page.wait_for_selector(f'{BOX} [data-said="sayKept"]', timeout=15000)
    assert kept(house) == {}
    page.goto(house.url + "/app/")  # the page is left, and comes back
    page.goto(house.url + REPORT)
    page.wait_for_selector(f'{BOX} [data-said="sayBack"]')
    assert page.input_value(FIELD) == "断网时写的话。" and kept(house) == {}
    house.app.view_functions["reports.passage"] = taken_in
    saved(page)
    assert kept(house) == {"concerns.overview": "断网时写的话。"}


def test_escape_goes_back_on_the_server_too(house, watched) -> None:
    page = watched
    add_concerns(house, "停车")
    sign_in(page, house, "secretary")
    open_passage(page, house)
    before = page.input_value(FIELD)
    page.fill(FIELD, "写着玩的。")
    saved(page)
    page.keyboard.press("Escape")
    page.wait_for_selector(f"{BOX}.written:not(.editing)")
    assert kept(house) == {} and before in page.inner_text(f"{BOX} .passage-text")


def test_two_at_once_see_both_sides(house, watched) -> None:
    page = watched
    add_concerns(house, "停车")
    sign_in(page, house, "secretary")
    open_passage(page, house)
    generated = page.input_value(FIELD)
    with house.app.app_context():
        other = db.session.scalar(select(Account).where(Account.role == Role.COMMITTEE))
        row = db.session.scalar(select(Investigation))
        given = {"language": "zh", "based_on": 0, "by": other}
        wordings.keep(row, "concerns.overview", text="委员的话。", generated=generated, **given)
        db.session.commit()
        db.session.remove()
    page.fill(FIELD, "书记的话。")
    page.wait_for_selector(f"{BOX}.overtaken", timeout=15000)
    assert "委员的话。" in page.inner_text(f"{BOX} .two-sides")
    assert page.input_value(FIELD) == "书记的话。" and kept(house) == {"concerns.overview": "委员的话。"}
    assert serious(page) == []
    page.fill(FIELD, "书记和委员的话。")
    saved(page)
    assert kept(house) == {"concerns.overview": "书记和委员的话。"}


def test_on_a_phone(house, phone) -> None:
    page = phone.new_page()
    add_concerns(house, "停车", "食堂")
    sign_in(page, house, "secretary")
    open_passage(page, house)
    page.fill(FIELD, "手机上写的。")
    saved(page)
    page.tap(f"{BOX} button[value=keep]")
    page.wait_for_selector(f"{BOX}.own:not(.editing)")
    assert not overflows(page) and serious(page) == []
    page.goto(house.url + REPORT + "/claims?edit=causes-new")
    page.fill("textarea[name=text]", "车位太少")
    page.tap("label.pick:has(input[value='concern:1'])")
    page.tap("button[value=save]")
    page.wait_for_selector("#causes-0 .sources a")
    assert not overflows(page) and serious(page) == []
    page.goto(house.url + REPORT)
    assert "车位太少" in page.inner_text(".paper") and page.locator(".no-ground").count() == 0
