"""The secretary records a talk by keyboard; what is typed survives a closed window."""

import pytest

from core.db import db
from core.terms import TalkState
from interviews.models import Talk
from tests.journeys.conftest import DESK, overflows, serious, sign_in

pytestmark = pytest.mark.browser


def begin(page, house) -> None:
    page.goto(house.url + "/app/talks/new")
    page.fill("[name=member]", "A3 党员丙")
    page.fill("[name=interviewer]", "A1 书记甲")
    page.fill("[name=held_on]", "2026-10-20")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record")


def test_a_talk_is_recorded_and_found(watched, house) -> None:
    page = watched
    page.set_viewport_size(DESK)
    sign_in(page, house, "secretary")
    begin(page, house)
    assert serious(page) == [] and not overflows(page)
    page.fill("textarea[name=notes]", "他说夜班食堂没有热饭。")
    page.check("input[name=visibility][value=committee]", force=True)
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: "/record" not in url)
    assert "夜班食堂没有热饭" in page.content()
    with house.app.app_context():
        talk = db.session.query(Talk).one()
        assert talk.state is TalkState.RECORDED and talk.notes == "他说夜班食堂没有热饭。"
        db.session.remove()


def test_a_closed_window_loses_no_word(house, browser) -> None:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    sign_in(page, house, "secretary")
    begin(page, house)
    address = page.url
    page.type("textarea[name=notes]", "还没保存的一段话", delay=10)
    page.wait_for_timeout(4000)
    context.close()
    other = browser.new_context(viewport=DESK)
    again = other.new_page()
    sign_in(again, house, "secretary")
    again.goto(address)
    assert again.input_value("textarea[name=notes]") == "还没保存的一段话"
    other.close()
