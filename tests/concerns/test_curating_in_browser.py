"""Curating in Chromium: passages moved by mouse and by keyboard, words marked and taken out, and all of it by phone."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from core.db import db
from tests.concerns.conftest import Stage
from tests.conftest import people
from tests.journeys.conftest import DESK, PHONE, overflows, serious, served, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("foreseeable")]
SAID = "停车场太暗"


@pytest.fixture
def house(app, fill) -> Iterator[SimpleNamespace]:
    """The product with grouped concerns, served; it knows the numbers of its concerns."""
    stage = Stage(people(app))
    fill(stage)
    stage.group()
    known = {label: line.id for label, line in stage.lines().items()}
    investigation = stage.cast.investigation.id
    db.session.remove()
    yield from served(app, concerns=known, investigation=investigation)


@pytest.fixture
def desk(browser: Browser, house) -> Iterator[Page]:
    """A signed-in secretary's wide screen on which any script error fails the test."""
    yield from _signed_in(browser, house, viewport=DESK)


@pytest.fixture
def phone(browser: Browser, house) -> Iterator[Page]:
    """A signed-in secretary's phone."""
    yield from _signed_in(browser, house, viewport=PHONE, has_touch=True)


@pytest.fixture
def scriptless(browser: Browser, house) -> Iterator[Page]:
    """A signed-in secretary's browser without scripts."""
    yield from _signed_in(browser, house, viewport=DESK, java_script_enabled=False)


def _signed_in(browser: Browser, house: SimpleNamespace, **settings: object) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", **settings)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    sign_in(page, house, "secretary")
    yield page
    context.close()
    assert [fault for fault in faults if "status of 4" not in fault] == []


def _open(page: Page, house: SimpleNamespace, label: str) -> None:
    page.goto(f"{house.url}/app/concerns/{house.concerns[label]}")


def _passage(page: Page, text: str):
    return page.locator("[data-passages] li", has_text=text)


def _target(page: Page, label: str):
    return page.locator("[data-targets] li", has_text=label)


def test_a_passage_is_dragged_onto_another_concern_and_taken_back(desk, house) -> None:
    _open(desk, house, "停车")
    _passage(desk, SAID).drag_to(_target(desk, "食堂"))
    expect(desk.locator(".undo-bar")).to_be_visible()
    expect(_passage(desk, SAID)).to_have_count(0)
    expect(desk.locator(".breadth")).to_contain_text("2")
    _open(desk, house, "食堂")
    expect(_passage(desk, SAID)).to_have_count(1)
    expect(desk.locator(".breadth")).to_contain_text("7")
    desk.locator(".undo-bar button").click()
    expect(desk.locator(".undo-bar")).to_have_count(0)
    _open(desk, house, "停车")
    expect(_passage(desk, SAID)).to_have_count(1)


def test_ticked_passages_are_dragged_together(desk, house) -> None:
    _open(desk, house, "停车")
    for text in (SAID, "停车太难"):
        _passage(desk, text).locator("input").check()
    expect(desk.locator("[data-ticked]")).to_have_text("2")
    _passage(desk, SAID).drag_to(_target(desk, "宿舍"))
    expect(desk.locator(".undo-bar")).to_be_visible()
    _open(desk, house, "宿舍")
    expect(_passage(desk, SAID)).to_have_count(1)
    expect(_passage(desk, "停车太难")).to_have_count(1)


def test_an_unticked_passage_is_dragged_alone(desk, house) -> None:
    _open(desk, house, "停车")
    _passage(desk, "停车太难").locator("input").check()
    _passage(desk, SAID).drag_to(_target(desk, "宿舍"))
    expect(_passage(desk, SAID)).to_have_count(0)
    expect(_passage(desk, "停车太难")).to_have_count(1)


def test_the_keyboard_alone_moves_passages(desk, house) -> None:
    _open(desk, house, "停车")
    desk.locator("[data-passages] input").first.focus()
    desk.keyboard.press("Space")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-ticked]")).to_have_text("2")
    desk.keyboard.press("m")
    expect(desk.locator("[data-targets] input:focus")).to_have_count(1)
    chosen = desk.evaluate("document.activeElement.closest('li').textContent.trim()")
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.locator(".undo-bar")).to_be_visible()
    expect(desk.locator("[data-passages] li")).to_have_count(1)
    assert chosen in ("食堂", "宿舍")


def test_of_many_concerns_the_wanted_one_is_found_by_typing(desk, house) -> None:
    with house.app.app_context():
        from concerns.models import Concern

        first = db.session.get(Concern, house.concerns["食堂"])
        db.session.add_all(
            Concern(organisation_id=first.organisation_id, investigation_id=first.investigation_id, label=f"第{n}件事")
            for n in range(60)
        )
        db.session.commit()
    _open(desk, house, "停车")
    _passage(desk, SAID).locator("input").focus()
    desk.keyboard.press("m")
    desk.keyboard.type("第37")
    expect(desk.locator("[data-targets] li:visible")).to_have_count(1)
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.locator(".undo-bar")).to_be_visible()
    expect(_passage(desk, SAID)).to_have_count(0)


def test_words_are_marked_read_once_more_and_gone(desk, house) -> None:
    _open(desk, house, "停车")
    _passage(desk, SAID).locator("a").click()
    desk.locator(".word", has_text="太").first.click()
    expect(desk.locator(".word input:checked")).to_have_count(1)
    desk.locator("form[action*=redact] button").first.click()
    expect(desk.locator(".going del")).to_have_count(1)
    expect(desk.locator(".after")).to_contain_text("〔隐去〕")
    desk.locator("button[value=yes]").click()
    expect(desk.locator("[data-passages]")).to_contain_text("〔隐去〕")
    expect(_passage(desk, SAID)).to_have_count(0)


def test_it_all_works_without_scripts(scriptless, house) -> None:
    _open(scriptless, house, "停车")
    _passage(scriptless, SAID).locator("input").check()
    _target(scriptless, "食堂").locator("input").check()
    scriptless.locator("button[value=move]").click()
    expect(_passage(scriptless, SAID)).to_have_count(0)
    _passage(scriptless, "停车太难").locator("a").click()
    scriptless.locator(".word").first.click()
    scriptless.locator("form[action*=redact] button").first.click()
    scriptless.locator("button[value=yes]").click()
    expect(scriptless.locator("[data-passages]")).to_contain_text("〔隐去〕")


def _pages(house: SimpleNamespace) -> list[str]:
    concern, row = f"/app/concerns/{house.concerns['食堂']}", f"/app/investigations/{house.investigation}"
    return [
        f"{row}/concerns",
        f"{row}/concerns/ungrouped",
        f"{row}/codebook",
        concern,
        f"{concern}/merge",
        f"{concern}/code",
        "/app/passages/1/redact",
    ]


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_every_curating_page_fits_and_is_accessible(request, house, screen) -> None:
    page = request.getfixturevalue(screen)
    for url in _pages(house):
        page.goto(house.url + url)
        assert not overflows(page), url
        assert serious(page) == [], url


def test_on_a_phone_the_ticked_passages_lead_to_where_they_go(phone, house) -> None:
    _open(phone, house, "停车")
    expect(phone.locator("[data-jump]")).to_be_hidden()
    _passage(phone, SAID).locator("input").check()
    phone.locator("[data-jump]").click()
    expect(phone.locator("button[value=move]")).to_be_in_viewport()
