"""The secretary's first day: set up, roster in, an investigation planned."""

import re
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, build
from tests.journeys.conftest import overflows, serious, served

pytestmark = pytest.mark.browser


@pytest.fixture
def empty(tmp_path: Path):
    """The product on a database without any organisation."""
    app = build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    yield from served(app)


def test_from_nothing_to_a_plan(watched, empty) -> None:
    page = watched
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(empty.url)
    page.wait_for_url("**/app/set-up")
    assert serious(page) == []
    page.fill("input[name=name]", "青石支部")
    page.check("input[name=kind][value=party_branch]", force=True)
    page.fill("input[name=secretary]", "林书记")
    page.fill("input[name=username]", "lin")
    page.fill("input[name=password]", "一个足够长的口令2026")
    page.click("main form button[type=submit].btn-primary")
    page.wait_for_url("**/app/members")
    assert "导入花名册" in page.content()

    page.goto(empty.url + "/app/members/import")
    page.set_input_files("input[type=file]", str(SAMPLE / "members.csv"))
    page.click("main form:has(input[type=file]) button[type=submit]")
    page.wait_for_url("**/app/members/import/*")
    assert "60" in page.content() and serious(page) == []
    page.click("main form[action$='/write'] button[type=submit]")
    page.wait_for_load_state()
    page.goto(empty.url + "/app/members")
    assert "林立春" in page.content()

    page.goto(empty.url + "/app/investigations/new")
    page.fill("input[name=title]", "职工意见")
    page.fill("textarea[name=purpose]", "摸清情况")
    page.fill("input[name=starts_on]", "2026-01-01")
    page.fill("input[name=ends_on]", "2026-12-31")
    page.click("main button[type=submit].btn-primary")
    page.wait_for_url(re.compile(r"/investigations/\d+$"))
    assert "尚缺" in page.content()
    page.goto(empty.url + "/app/")
    assert "发起问卷" in page.content() and not overflows(page)
