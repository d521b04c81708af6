"""Half an answer outlives its browser, closed in the middle of a word, and a form that has changed meanwhile."""

import copy
from contextlib import suppress
from types import SimpleNamespace

import pytest
from playwright.sync_api import Error, Page

from core.db import db
from surveys.models import Survey
from tests.faults.test_writing_killed import Machine, machine
from tests.surveys.test_browser import serve  # noqa: F401  a fixture

pytestmark = pytest.mark.browser
KEPT = "夜班食堂没有热饭"
FORM = {
    "title": "半份答卷",
    "items": [
        {"id": "a", "type": "single", "title": "甲", "options": [{"v": "x", "t": "是"}, {"v": "y", "t": "否"}]},
        {"id": "gone", "type": "text", "title": "要去掉的题"},
        {"id": "b", "type": "text", "title": "乙", "rows": 3},
    ],
}
KEY = "Object.keys(localStorage).find(name => name.startsWith('xs:'))"


def changed(app, served: SimpleNamespace) -> None:
    """Put another form in the place of the first: a question more, one less. Pages never allow it; years might."""
    version = db.session.get_one(Survey, served.survey_id).version
    definition = copy.deepcopy(dict(version.definition))
    items = definition["sections"][0]["items"] if "sections" in definition else definition["items"]
    items[:] = [{"id": "new", "type": "text", "title": "新题"}, *(item for item in items if item["id"] != "gone")]
    version.definition = definition
    db.session.commit()
    for made in ("questionnaires", "sheets"):
        app.extensions.pop(made, None)


def kept(page: Page, words: str) -> None:
    """Wait until the device holds these words."""
    for _attempt in range(100):
        if words in (page.evaluate(f"localStorage[{KEY}]") or ""):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{words} is not kept")


def close(both: Machine) -> None:
    """Close the browser as its cross does, whatever stands on the page."""
    with suppress(Error):
        both.driven.new_browser_cdp_session().send("Browser.close")
    both.browser.wait(20)
    both.kill_browser()


def test_half_an_answer_outlives_its_browser_and_its_form(app, serve, playwright, tmp_path) -> None:  # noqa: F811
    served = serve(FORM)
    address = f"{served.url}#c={served.codes[0]}"
    with machine(playwright, tmp_path, {"PORT": "0"}) as both:
        page = both.start_browser()
        page.goto(address)
        page.check("[name=a][value=y]", force=True)
        page.fill("[name=gone]", "不再有人问")
        page.fill("[name=b]", KEPT)
        kept(page, KEPT)
        close(both)

        page = both.start_browser()
        page.goto(address)
        page.wait_for_selector("[data-draft]:not([hidden])")
        assert page.is_checked("[name=a][value=y]")
        assert page.input_value("[name=b]") == KEPT
        close(both)

        changed(app, served)
        page = both.start_browser()
        page.goto(address)
        page.wait_for_selector("[data-draft]:not([hidden])")
        assert page.locator("[name=gone]").count() == 0 and page.input_value("[name=new]") == ""
        assert page.is_checked("[name=a][value=y]") and page.input_value("[name=b]") == KEPT
        page.fill("[name=new]", "另一句")
        kept(page, "另一句")
        kept(page, KEPT)
