"""The secretary plans talks: drags a proposal onto a day, moves it, undoes it; the same by keyboard and by touch."""

from datetime import date

import pytest
from playwright.sync_api import Page

from core.db import db
from interviews.models import Talk
from tests.journeys.conftest import DESK, PHONE, overflows, serious, sign_in

pytestmark = pytest.mark.browser
MONTH = "/app/talks/agenda?month=2026-11"


def days_planned(house) -> list[date]:
    with house.app.app_context():
        found = [talk.held_on for talk in db.session.query(Talk).order_by(Talk.id)]
        db.session.remove()
    return found


def drag(page: Page, grip: str, day: str) -> None:
    """Drag as a hand does: press, move in steps, let go."""
    page.locator(grip).first.scroll_into_view_if_needed()
    start = page.locator(grip).first.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    cell = page.locator(f'td[data-day="{day}"]').bounding_box()
    page.mouse.move(cell["x"] + 30, cell["y"] + 40, steps=12)
    assert "over" in (page.get_attribute(f'td[data-day="{day}"]', "class") or "")


def test_a_proposal_is_dragged_onto_a_day_moved_and_taken_back(watched, house) -> None:
    page = watched
    page.set_viewport_size({"width": 1280, "height": 1000})
    sign_in(page, house, "secretary")
    page.goto(house.url + MONTH)
    assert serious(page) == [] and not overflows(page)
    drag(page, ".proposal .grip", "2026-11-12")
    page.mouse.up()
    page.wait_for_url("**did=**")
    assert days_planned(house) == [date(2026, 11, 12)]
    assert page.locator('td[data-day="2026-11-12"] .p-talk').count() == 1
    drag(page, ".p-talk .grip", "2026-11-18")
    page.mouse.up()
    page.wait_for_url("**was=2026-11-12**")
    assert days_planned(house) == [date(2026, 11, 18)]
    page.click(".flash form button")
    page.wait_for_url(lambda url: "was=" not in url)
    assert days_planned(house) == [date(2026, 11, 12)]
    assert serious(page) == []


def test_a_drag_given_up_changes_nothing(watched, house) -> None:
    page = watched
    page.set_viewport_size({"width": 1280, "height": 1000})
    sign_in(page, house, "secretary")
    page.goto(house.url + MONTH)
    drag(page, ".proposal .grip", "2026-11-12")
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.locator(".ghost").count() == 0 and page.locator("td.over").count() == 0
    assert days_planned(house) == []


def test_a_proposal_is_dragged_by_touch_on_a_phone(browser, house) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, house, "secretary")
    page.goto(house.url + MONTH)
    assert not overflows(page) and serious(page) == []
    grip = page.locator(".proposal .grip").first
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": at["x"], "y": at["y"] - 20}]})
    target = 'td[data-day="2026-11-20"]'
    for _step in range(80):  # near the edge the page moves along until the day is there
        box = page.locator(target).bounding_box()
        if box and 70 < box["y"] < PHONE["height"] - 110:
            break
        edge = 20 if box["y"] < 70 else PHONE["height"] - 20
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": 150, "y": edge}]})
        page.wait_for_timeout(60)
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": box["x"] + 60, "y": box["y"] + 8}]}
    )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url("**did=**")
    assert days_planned(house) == [date(2026, 11, 20)]
    context.close()


def test_the_same_by_keyboard(watched, house) -> None:
    page = watched
    page.set_viewport_size(DESK)
    sign_in(page, house, "secretary")
    page.goto(house.url + MONTH)
    page.focus(".proposal .pr-day")
    page.fill(".proposal .pr-day >> nth=0", "2026-11-13")
    page.keyboard.press("Tab")  # past the pieces of the date, to the interviewer, to the button
    for _step in range(6):
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**did=**")
    assert days_planned(house) == [date(2026, 11, 13)]
    page.focus(".p-move summary")
    page.keyboard.press("Enter")
    page.fill(".p-move input[name=day]", "2026-11-16")
    page.press(".p-move input[name=day]", "Enter")
    page.wait_for_url("**was=**")
    assert days_planned(house) == [date(2026, 11, 16)]


def test_the_same_without_scripts(browser, house) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, house, "secretary")
    page.goto(house.url + MONTH)
    assert page.locator(".grip").first.is_hidden() and page.locator("[data-print]").is_hidden()
    page.fill(".proposal .pr-day >> nth=0", "2026-11-13")
    page.click(".proposal .pr-form button >> nth=0")
    page.wait_for_url("**did=**")
    page.click(".flash form button")
    page.wait_for_url(lambda url: "did=" not in url)
    assert days_planned(house) == []
    context.close()


@pytest.mark.parametrize("path", ["/app/talks/events", "/app/talks/rules", "/app/talks/days-off", MONTH])
def test_the_pages_fit_a_phone_and_everybody(watched, house, path) -> None:
    page = watched
    sign_in(page, house, "secretary")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.goto(house.url + path)
        assert not overflows(page) and serious(page) == []


def test_the_plan_prints_on_one_sheet(watched, house) -> None:
    page = watched
    page.set_viewport_size(DESK)
    sign_in(page, house, "secretary")
    page.goto(house.url + MONTH)
    for day in ("2026-11-13", "2026-11-16"):
        page.fill(".proposal .pr-day >> nth=0", day)
        page.click(".proposal .pr-form button >> nth=0")
        page.wait_for_url("**month=2026-11**did=**")
    sheet = page.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") == 1
    page.emulate_media(media="print")
    assert page.locator(".plan-side").is_hidden() and page.locator(".print-list").is_visible()
    assert page.locator(".print-list tbody tr").count() == 2
