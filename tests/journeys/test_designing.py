"""A questionnaire is designed in a real browser: added to, moved, undone, translated, tried, published, answered."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from core.db import db
from members.models import Account, Organisation
from surveys import designing, drafts, library, trials
from surveys.models import Instrument, SealedResponse
from tests.journeys.conftest import DESK, PHONE, overflows, serious, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def designed(house):
    """The meeting feedback of the library, open in the designer."""
    with house.app.app_context(), house.app.test_request_context("/"):
        branch = db.session.query(Organisation).filter_by(name="青石支部").one()
        by = db.session.query(Account).filter_by(username="secretary").one()
        house.instrument = designing.begin(library.found("meeting").definition, within=branch, by=by).id
        db.session.commit()
        db.session.remove()
    house.page = f"{house.url}/app/instruments/{house.instrument}"
    return house


def order(page: Page) -> list[str]:
    return page.eval_on_selector_all(".d-item", "all => all.map(one => one.dataset.name)")


def saved(page: Page, revision: int) -> None:
    """Wait until the designer shows a revision."""
    expect(page.locator("#designer")).to_have_attribute("data-revision", str(revision))


def stored(house: SimpleNamespace) -> dict:
    with house.app.app_context():
        found = dict(db.session.get(Instrument, house.instrument).definition)
        db.session.remove()
    return found


def test_everything_the_designer_can_do(watched: Page, designed) -> None:
    page, house = watched, designed
    page.set_viewport_size(DESK)
    sign_in(page, house, "secretary")
    page.goto(house.page)
    before = order(page)

    # adding: the new question is chosen, its words are saved while typing, the phone shows them
    page.click("#line-q2")
    expect(page.locator("#e-title")).to_have_value("会议（活动）时长是否合适？")
    page.click("#d-add > summary")
    page.click("#d-add button[value=single]")
    saved(page, 2)
    page.fill("#e-title", "会场远不远？")
    saved(page, 3)
    page.fill("#set-options-0", "很近")
    saved(page, 4)
    new = page.eval_on_selector(".d-item.on", "one => one.dataset.name")
    phone = page.frame_locator("#preview")
    expect(phone.locator(f"#q-{new}")).to_contain_text("会场远不远？")
    expect(phone.locator(f"#q-{new}")).to_contain_text("很近")
    assert order(page) == [*before[:2], new, *before[2:]]

    # moving: with buttons, with the keyboard, by dragging, into another section
    page.click(f"#up-{new}")
    saved(page, 5)
    assert order(page)[:3] == ["q1", new, "q2"]
    page.focus(f"#line-{new}")
    page.keyboard.press("Alt+ArrowDown")
    saved(page, 6)
    assert order(page)[:3] == ["q1", "q2", new]
    assert page.evaluate("document.activeElement.id") == f"line-{new}"
    page.locator("[data-name=q8] .d-grip").scroll_into_view_if_needed()
    drag(page, "[data-name=q8] .d-grip", "[data-name=q6] .d-grip")
    saved(page, 7)
    last = drafts.section(stored(house), "s3")["items"]
    assert last[0]["id"] == "q8"

    # duplicating, deleting, undoing
    page.click(f"#line-{new}")
    expect(page.locator("#e-title")).to_have_value("会场远不远？")
    page.click("button[value=duplicate]")
    saved(page, 8)
    twin = page.eval_on_selector(".d-item.on", "one => one.dataset.name")
    assert twin not in (*before, new)
    page.click("button[value=delete]")
    saved(page, 9)
    assert twin not in order(page)
    page.click("#d-undo")
    saved(page, 10)
    assert twin in order(page)
    page.click("#d-redo")
    saved(page, 11)
    assert twin not in order(page)

    # a rule, by rows; the proof speaks up about a question that is gone
    page.click(f"#line-{new}")
    expect(page.locator("#e-title")).to_have_value("会场远不远？")
    page.click(".d-more summary:has(svg)")
    page.fill("input[name='rule.value'] >> nth=0", "现场")
    page.select_option("select[name='rule.item'] >> nth=0", "q1")
    expect(page.locator(".d-item.on .d-mark")).to_be_visible()
    assert drafts.item(stored(house), new)["show_if"] == {"item": "q1", "op": "==", "value": "room"}
    assert serious(page) == []


def drag(page: Page, what: str, onto: str) -> None:
    """Drag by mouse, slowly enough for a list that follows the pointer."""
    start, end = page.locator(what).bounding_box(), page.locator(onto).bounding_box()
    page.mouse.move(start["x"] + 6, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 6, start["y"] - 10, steps=4)
    page.mouse.move(end["x"] + 6, end["y"] - 6, steps=14)
    page.wait_for_timeout(250)
    page.mouse.up()


def test_translate_try_publish_and_answer(watched: Page, designed, browser) -> None:
    page, house = watched, designed
    page.set_viewport_size(DESK)
    sign_in(page, house, "secretary")
    page.goto(house.page + "/words")
    page.fill("input[name='en.sections/0/title']", "Being there")
    page.click(".d-words-h button")
    page.wait_for_load_state()
    assert stored(house)["sections"][0]["title"] == {"zh": "参加情况", "en": "Being there"}
    assert serious(page) == []

    page.goto(house.page + "/try")
    answer(page)
    page.wait_for_url("**/thanks")
    with house.app.app_context():
        assert trials.count(db.session.get(Instrument, house.instrument)) == 1
        db.session.remove()
    page.goto(house.page + "/trials")
    expect(page.locator("main")).to_contain_text("现场")
    assert serious(page) == []

    page.goto(house.page + "/publish")
    assert serious(page) == []
    page.check("#understood")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/survey?version=*")
    with house.app.app_context():
        assert trials.count(db.session.get(Instrument, house.instrument)) == 0
        db.session.remove()
    page.click("main form button.btn-primary")
    page.wait_for_url("**/surveys/new?source=version.*")
    assert page.is_checked("input[name=source][value^='version.']")
    assert serious(page) == []
    page.check("input[name=access][value=link]")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/app/surveys/*")
    page.click("form[action$='/open'] button")
    page.wait_for_load_state()
    link = page.locator(".survey-link a").first.get_attribute("href")
    respondent = browser.new_context(viewport=PHONE, locale="zh-CN").new_page()
    respondent.goto(link)
    answer(respondent)
    respondent.wait_for_url("**/thanks")
    respondent.context.close()
    with house.app.app_context():
        assert db.session.query(SealedResponse).count() == 1
        db.session.remove()


def answer(page: Page) -> None:
    """Answer what must be answered, part after part, and send."""
    for _part in range(6):
        for question in page.query_selector_all("[data-q][data-required]"):
            if not question.is_visible():
                continue
            seen = set()
            for choice in question.query_selector_all("input[type=radio], input[type=checkbox]"):
                name = choice.get_attribute("name")
                if name not in seen:
                    seen.add(name)
                    choice.evaluate("one => one.click()")
        if page.is_visible("[data-submit]"):
            break
        page.click("[data-next]")
    page.click("[data-submit]")


@pytest.mark.parametrize("path", ["", "?item=q3", "?section=s1", "/words", "/bank", "/publish", "/trials", "/survey"])
def test_pages_fit_a_phone_and_everybody(watched: Page, designed, path) -> None:
    page, house = watched, designed
    page.set_viewport_size(PHONE)
    sign_in(page, house, "secretary")
    page.goto(house.page + path)
    assert not overflows(page)
    assert serious(page) == []


@pytest.mark.parametrize("path", ["/app/instruments", "/app/instruments/new", "/app/instruments/library/stay"])
def test_pages_around_it_fit_too(watched: Page, designed, path) -> None:
    page = watched
    page.set_viewport_size(PHONE)
    sign_in(page, designed, "secretary")
    page.goto(designed.url + path)
    assert not overflows(page)
    assert serious(page) == []


def test_without_scripts(browser, designed) -> None:
    context = browser.new_context(viewport=DESK, locale="zh-CN", java_script_enabled=False)
    page, house = context.new_page(), designed
    sign_in(page, house, "secretary")
    page.goto(house.page + "?item=q2")
    page.click("#d-add > summary")
    page.click("#d-add button[value=single]")
    page.fill("#e-title", "会场远不远？")
    page.click(".nojs-save button")
    new = stored(house)["sections"][0]["items"][2]
    assert new["title"] == "会场远不远？"
    page.click(f"#up-{new['id']}")
    assert stored(house)["sections"][0]["items"][1]["id"] == new["id"]
    page.click(f"#line-{new['id']}")
    page.click(".d-acts button[value=delete]")
    assert new["id"] not in [item["id"] for item in drafts.items(stored(house))]
    page.click("#d-undo")
    page.click(f"#line-{new['id']}")
    page.click("#set-options-add")
    assert len(drafts.item(stored(house), new["id"])["options"]) == len(new["options"]) + 1
    page.click("#d-undo")
    page.goto(house.page + "/words")
    page.fill(f"input[name='en.{place(house, new['id'])}/title']", "Was it far?")
    page.click(".d-words-h button")
    assert drafts.item(stored(house), new["id"])["title"] == {"zh": "会场远不远？", "en": "Was it far?"}
    page.goto(house.page + "/try")
    for name, value in {"q1": "room", "q2": "3", "q5": "5"}.items():
        page.check(f"input[name='{name}'][value='{value}']")
    for row in ("aim", "use", "time", "say", "next"):
        page.check(f"input[name='q3.{row}'][value='4']")
    page.click("[data-submit]")
    page.wait_for_url("**/thanks")
    context.close()


def place(house: SimpleNamespace, name: str) -> str:
    for s, section in enumerate(stored(house)["sections"]):
        for i, item in enumerate(section["items"]):
            if item["id"] == name:
                return f"sections/{s}/items/{i}"
    raise AssertionError(name)
