"""From grouped concerns to the printed report, and every page looked at by axe-core at both sizes."""

from pathlib import Path

import pytest

from core.db import db
from exchange import demo
from tests.conftest import build
from tests.journeys.conftest import DESK, PHONE, overflows, serious, served, sign_in_with

pytestmark = pytest.mark.browser
PAGES = (
    "/app/",
    "/app/investigations/",
    "/app/investigations/1",
    "/app/investigations/1/surveys",
    "/app/surveys/1/results",
    "/app/surveys/2",
    "/app/surveys/2/invitations",
    "/app/surveys/2/import",
    "/app/surveys/2/close",
    "/app/talks",
    "/app/talks/1",
    "/app/talks/1/record",
    "/app/talks/import",
    "/app/promises",
    "/app/coverage",
    "/app/investigations/1/concerns",
    "/app/concerns/1",
    "/app/investigations/1/reports",
    "/app/members",
    "/app/members/1",
    "/app/members/import",
    "/app/organisation",
    "/app/organisation/rules",
    "/app/organisation/accounts",
    "/app/account",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The demo, served; `sign_ins` maps names to passwords."""
    app = build(tmp_path_factory.mktemp("world") / "instance")
    with app.app_context():
        lines = list(demo.load(language="zh", tell=lambda line: None))
        db.session.remove()
    app.config["WTF_CSRF_ENABLED"] = True
    for house in served(app):
        pairs = [line.split(": ", 1)[1].split(" / ") for line in lines if " / " in line]
        house.sign_ins = dict(pairs)
        yield house


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_accessible(browser, world, size, language) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    sign_in_with(page, world.url, "shuji", world.sign_ins["shuji"])
    page.click(f"header button[name=language][value={language}]")
    page.wait_for_load_state()
    for path in PAGES:
        answer = page.goto(world.url + path)
        assert answer is not None and answer.status == 200, path
        assert serious(page) == [], f"{path} ({language}): {serious(page)}"
        assert not overflows(page), f"{path} is wider than the screen"
    assert faults == []
    context.close()


def test_group_curate_and_print(browser, world, tmp_path: Path) -> None:
    context = browser.new_context(viewport=DESK, accept_downloads=True)
    page = context.new_page()
    sign_in_with(page, world.url, "shuji", world.sign_ins["shuji"])
    page.goto(world.url + "/app/investigations/1/concerns")
    page.click(".concern h2 a >> nth=0")
    page.wait_for_url("**/app/concerns/*")
    address = page.url
    page.click("details#rename > summary")
    page.fill("form[action*='/rename'] input[name=label]", "意见没有回音")
    page.click("form[action*='/rename'] button")
    page.wait_for_load_state()
    page.goto(world.url + "/app/investigations/1/concerns")
    page.click("form[action$='/regroup'] button", timeout=120_000)  # the first run loads the text libraries
    page.wait_for_load_state()
    page.goto(address)
    assert "意见没有回音" in page.inner_text("h1"), "the next run keeps what a person decided"

    page.goto(world.url + "/app/investigations/1/reports")
    page.click("details.issue-now > summary")
    page.click("form:has(input[name=style]) button[type=submit]")
    page.wait_for_selector("a[href$='.pdf']", timeout=120_000)
    with page.expect_download() as waiting:
        page.click("a[href$='.pdf']")
    file = tmp_path / "report.pdf"
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename.startswith("关于职工关心的热点问题的调研报告")
    assert file.read_bytes()[:5] == b"%PDF-" and file.stat().st_size > 100_000
    context.close()
