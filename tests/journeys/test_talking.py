"""The secretary records a talk by keyboard; what is typed survives a closed window."""

import time
from datetime import datetime

import pytest
from sqlalchemy import select

from core.db import db
from core.terms import TalkState, Visibility
from interviews import queries
from interviews.models import Talk
from members.models import Account
from tests.conftest import PASSWORD, TODAY
from tests.journeys.conftest import DESK, overflows, serious, sign_in
from vault import keys

pytestmark = pytest.mark.browser

NOTES = (
    "他说夜班食堂没有热饭，反映过两次没有回音。孩子今年高考，想少排几个连班。"
    "对泵房照明有意见，愿意参加下月的安全检查。家里老人身体还好。"
)


def begin(page, house) -> None:
    page.goto(house.url + "/app/talks/new")
    page.fill("[name=member]", "A3 党员丙")
    page.fill("[name=interviewer]", "A1 书记甲")
    page.fill("[name=held_on]", "2026-10-20")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record")


def only_talk(house) -> tuple[Talk, str]:
    """Return the one talk there is, and its notes as the secretary opens them."""
    with house.app.app_context():
        reader = db.session.scalar(select(Account).where(Account.username == "secretary"))
        reader.keyring = keys.unlock(reader, PASSWORD)
        talk = db.session.query(Talk).one()
        words = queries.notes([talk.id], within=reader.organisation, reader=reader).get(talk.id, "")
        db.session.remove()
    return talk, words


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
    talk, words = only_talk(house)
    assert talk.state is TalkState.RECORDED and words == "他说夜班食堂没有热饭。"


class Fingers:
    """Hands that touch nothing but the keyboard, and count."""

    def __init__(self, page) -> None:
        self.page, self.presses, self.signs = page, 0, 0

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.presses += 1

    def write(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.signs += len(words)

    def tab_to(self, name: str) -> None:
        """Go on with the tabulator until the control called `name` has the focus."""
        for _attempt in range(30):
            if self.page.evaluate("document.activeElement.name") == name:
                return
            self.press("Tab")
        raise AssertionError(f"{name} is out of reach of the keyboard")


def test_from_new_to_saved_by_keyboard(watched, house, capsys) -> None:
    page = watched
    page.set_viewport_size(DESK)
    page.clock.set_system_time(datetime(TODAY.year, TODAY.month, TODAY.day, 9))
    sign_in(page, house, "secretary")
    page.goto(house.url + "/app/talks")
    hands, began = Fingers(page), time.monotonic()
    page.focus("a[href$='/app/talks/new']")
    hands.press("Enter")
    page.wait_for_selector("[name=member]")
    assert page.evaluate("document.activeElement.name") == "member"
    hands.write("A3")
    written = {"occasion": "定期谈心", "place": "值班室"}
    for name in ("interviewer", "held_on", "occasion", "mode", "place"):
        hands.tab_to(name)
        hands.write(written.get(name, ""))
    hands.press("Enter")
    page.wait_for_url("**/record")
    assert page.evaluate("document.activeElement.name") == "notes", "the notes wait for the first word"
    hands.write(NOTES)
    hands.tab_to("visibility")
    hands.press("Space", "ArrowDown", "Control+s")
    page.wait_for_url(lambda url: "/record" not in url)
    seconds = time.monotonic() - began
    talk, words = only_talk(house)
    assert (talk.member.number, talk.occasion, talk.place) == ("A3", "定期谈心", "值班室")
    assert (words, talk.visibility) == (NOTES, Visibility.SECRETARY)
    with capsys.disabled():
        print(f"\n  new to saved: {seconds:.1f} s of machine time, {hands.presses} keys and {hands.signs} characters")


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
