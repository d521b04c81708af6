"""The questionnaire in Chromium, as on a phone: steps, draft, a lost connection, and without scripts."""

import re
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from core.db import db
from surveys.models import SealedResponse
from tests.surveys.conftest import Fielded

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def address(app, fielded) -> Iterator[str]:
    """Serve the application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}{fielded.url}"
    db.session.rollback()  # a test that keeps a transaction open would lock the server out
    yield url
    server.shutdown()
    thread.join()


def fill_step(page: Page) -> None:
    for question in page.query_selector_all(".step.on [data-q]:not([hidden])"):
        for row in question.query_selector_all(".mx-row"):
            row.query_selector_all("input")[2].check(force=True)
        if question.query_selector("textarea"):
            question.query_selector("textarea").fill("食堂排队")
        elif not question.query_selector(".mx-row"):
            question.query_selector_all("input")[1].check(force=True)


def fill(page: Page) -> int:
    """Fill every step; return how many there were."""
    steps = 1
    fill_step(page)
    while page.is_visible("[data-next]"):
        page.click("[data-next]")
        fill_step(page)
        steps += 1
    return steps


def sealed() -> int:
    db.session.rollback()
    count = db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse))
    db.session.rollback()
    return count


def test_on_a_phone(browser: Browser, address: str, fielded: Fielded) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{address}#c={fielded.codes[0]}")
    assert page.is_hidden("[data-code]"), "the code of the link stays out of sight"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("[data-next]")
    assert page.locator(".q-error").count() == 2, "required questions are asked for at once"
    assert fill(page) == 5, "the second option of question 3 opens the part for shifts"

    page.wait_for_timeout(500)
    page.reload()
    assert page.is_visible("[data-draft]"), "the draft outlives the page"
    assert fielded.codes[0] not in page.evaluate("JSON.stringify(localStorage)"), "the code is kept nowhere"

    context.set_offline(True)
    page.click("[data-submit]")
    page.wait_for_selector("[data-lost]:not([hidden])")
    assert page.input_value("[name=q13]") == "食堂排队" and sealed() == 0
    context.set_offline(False)
    lengths = []
    page.on("request", lambda sent: sent.method == "POST" and lengths.append(len(sent.post_data or "")))
    page.click("[data-retry]")
    page.wait_for_url("**/thanks")
    assert lengths == [fielded.ready.sent_size], "every body has the same length"
    assert sealed() == 1
    assert page.evaluate("localStorage.length") == 0 and context.cookies() == []
    assert failures == []
    context.close()


def test_two_people_on_one_device_keep_apart(browser: Browser, address: str, fielded: Fielded) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{address}#c={fielded.codes[0]}")
    fill_step(page)
    page.wait_for_timeout(500)
    other = context.new_page()
    other.goto(f"{address}#c={fielded.codes[1]}")
    assert other.is_hidden("[data-draft]") and other.locator("input:checked").count() == 0
    context.close()


def test_without_scripts(browser: Browser, address: str, fielded: Fielded) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.is_hidden("[data-next]") and page.is_visible("[data-submit]")
    page.fill("[name=code]", fielded.codes[0].lower())
    for name in ("q1", "q10", "q11"):
        page.locator(f"[name={name}]").first.check(force=True)
    page.locator("[name=q3][value=day]").check(force=True)
    page.locator("[name=q5]").first.check(force=True)
    page.locator("[name=q12][value='9']").check(force=True)
    page.fill("[name=q13]", "留着")
    page.click("[data-submit]")
    assert page.is_visible(".errbox") and page.input_value("[name=q13]") == "留着"
    assert re.findall(r"#q-(q\d+)", page.content()) == ["q4", "q9"]
    for row in page.query_selector_all(".mx-row"):
        row.query_selector("input").check(force=True)
    page.click("[data-submit]")
    assert page.url.endswith("/thanks") and sealed() == 1
    context.close()
