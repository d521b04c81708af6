"""From a concern to its answer: an action, a reply, a second person, and the board on a phone."""

from secrets import token_hex

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from concerns.models import Concern, Excerpt
from core import clock
from core.db import db
from core.terms import SourceKind
from investigations.models import Investigation
from tests.journeys.conftest import overflows, serious, sign_in

pytestmark = pytest.mark.browser
SAYINGS = ("食堂的菜太咸", "食堂排队太久", "食堂夜里没有热饭", "食堂价格太贵", "食堂座位不够", "食堂关得太早")


@pytest.fixture
def concern_id(house) -> int:
    """A concern of six answers."""
    with house.app.app_context():
        investigation = db.session.scalars(select(Investigation)).first()
        concern = Concern(
            organisation_id=investigation.organisation_id,
            investigation_id=investigation.id,
            label="食堂",
            raised_on=clock.today(),
        )
        db.session.add(concern)
        db.session.flush()
        for text in SAYINGS:
            db.session.add(
                Excerpt(
                    organisation_id=concern.organisation_id,
                    investigation_id=concern.investigation_id,
                    source=SourceKind.SURVEY,
                    source_id=1,
                    voice=token_hex(16),
                    start=0,
                    end=len(text),
                    text=text,
                    concern_id=concern.id,
                )
            )
        db.session.commit()
        return concern.id


def test_a_concern_is_answered_by_two_people_and_read_on_a_phone(house, watched, concern_id, browser: Browser, phone):
    desk = watched
    sign_in(desk, house, "secretary")
    desk.goto(f"{house.url}/app/concerns/{concern_id}")
    desk.locator("#actions summary").first.click()
    desk.fill("#actions [name=measure]", "夜间窗口延长到零点")
    desk.fill("#actions [name=owner]", "后勤")
    desk.fill("#actions [name=due_on]", "2026-12-31")
    desk.click("#actions details button.btn-primary")
    expect(desk.locator("#actions")).to_contain_text("夜间窗口延长到零点")
    # A reply that names somebody gets no further than its writer.
    desk.click("#replies a.btn-primary")
    assert serious(desk) == []
    desk.fill("[name=said]", "食堂关得早，夜班吃不上热饭。")
    desk.fill("[name=did]", "党员丙提出后，窗口延长到零点。东班已经在试。")
    desk.check("[name=outcome][value=settled]")
    desk.click("main form .btn-primary")
    expect(desk.locator(".nb-blocks mark")).to_have_text("党员丙")
    expect(desk.locator("form[action$='/hand-in']")).to_have_count(0)
    assert serious(desk) == []
    desk.click(".nb-steps a.btn-primary")
    desk.fill("[name=did]", "窗口延长到零点。东班已经在试。")
    desk.click("main form .btn-primary")
    desk.click("form[action$='/hand-in'] button")
    # Its writer cannot let it out.
    address = desk.url
    expect(desk.locator("form[action$='/approve']")).to_have_count(0)
    second = browser.new_context(locale="zh-CN").new_page()
    sign_in(second, house, "committee")
    second.goto(f"{house.url}/app/board")
    second.click("#to-approve >> xpath=ancestor::section >> css=a")
    assert second.url == address and serious(second) == []
    second.click("form[action$='/approve'] button")
    expect(second.locator(".errbox")).to_be_visible()  # a group of which few were heard has to be ticked
    second.check("[name=ticked]")
    second.click("form[action$='/approve'] button")
    expect(second.locator("form[action$='/approve']")).to_have_count(0)
    # On the board, for everybody with the link, on a phone.
    desk.goto(f"{house.url}/app/board/settings")
    desk.check("[name=access][value=link]")
    desk.click("main form .btn-primary")
    link = desk.locator(".nb-head a[href*='/gs/']").get_attribute("href")
    reader = phone.new_page()
    reader.goto(link)
    expect(reader.locator(".nb-card")).to_have_count(1)
    expect(reader.locator(".nb-said")).to_have_text("食堂关得早，夜班吃不上热饭。")
    assert not overflows(reader) and serious(reader) == [] and phone.cookies() == []
    desk.goto(f"{house.url}/app/board/print")
    assert serious(desk) == []
    second.context.close()
