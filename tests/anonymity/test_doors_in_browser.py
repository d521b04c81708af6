"""The scrutineer's page and the shared tablet in Chromium."""

import json
import re
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from anonymity import scrutineer
from anonymity.encoding import b64u
from core.db import db
from core.settings import ROOT
from surveys import queries, scrutineers
from tests.journeys.conftest import overflows, serious
from tests.surveys.conftest import DEFINITION, field

pytestmark = pytest.mark.browser
SCRIPT = ROOT / "static" / "js" / "scrutineer.js"
BASE = "09" + "00" * 31
# RFC 7748, sections 5.2 and 6.1: scalar, u-coordinate, result.
VECTORS = """
a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4
e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c
c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552
4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d
e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493
95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957
77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a
0900000000000000000000000000000000000000000000000000000000000000
8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a
5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb
8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a
4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742
""".split()
ONCE = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"  # section 5.2, after 1 and 1000 iterations
THOUSAND = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"


@pytest.fixture
def served(app) -> Iterator[SimpleNamespace]:
    """The small survey with blank slips, open, on a free port."""
    fielded = field(app, DEFINITION)
    path = f"/k/{fielded.survey.public_id}/zh"
    db.session.rollback()  # a transaction kept open would lock the server out
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    yield SimpleNamespace(url=url, tablet=url + path, fielded=fielded)
    server.shutdown()
    thread.join()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page on which any script error or breach of the content policy fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.set_viewport_size({"width": 390, "height": 844})
    yield page
    assert [fault for fault in faults if "status of 4" not in fault] == []


def x25519(page: Page, scalar: str, point: str) -> str:
    sent = json.dumps([list(bytes.fromhex(one)) for one in (scalar, point)])
    return bytes(page.evaluate(f"xsScrutineer.x25519(...{sent})")).hex()


def test_the_browser_agrees_with_rfc_7748(page: Page, served) -> None:
    page.goto(f"{served.url}/scrutineer")
    for at in range(0, len(VECTORS), 3):
        assert x25519(page, *VECTORS[at : at + 2]) == VECTORS[at + 2]
    assert x25519(page, BASE, BASE) == ONCE
    script = f"(() => {{ let k = {list(bytes.fromhex(BASE))}, u = k; for (let i = 0; i < 1000; i++)"
    script += " { [k, u] = [xsScrutineer.x25519(k, u), k]; } return k; })()"
    assert bytes(page.evaluate(script)).hex() == THOUSAND


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, bytes(range(32))])
def test_the_browser_writes_the_key_file_the_server_reads(page: Page, served, secret: bytes) -> None:
    page.goto(f"{served.url}/scrutineer")
    made = page.evaluate(f"xsScrutineer.key({list(secret)})")
    public = scrutineer.public_key(made["text"])
    assert made["open"] == b64u(public) and made["check"] == scrutineers.check_number(public)


def test_a_scrutineer_makes_a_key_and_nothing_is_sent(page: Page, served) -> None:
    assert len(SCRIPT.read_bytes()) <= 4096
    for lang in ("zh", "en"):
        page.goto(f"{served.url}/scrutineer/{lang}")
        assert page.is_hidden("[data-not]") and not overflows(page) and serious(page) == []
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.click("[data-make]")
        public, number = page.inner_text("[data-public]"), page.inner_text("[data-check]")
        assert not overflows(page) and serious(page) == [] and asked == []
        with page.expect_download() as saved:
            page.click("[data-save]")
        private = saved.value.path().read_text()
        assert saved.value.suggested_filename.endswith(".txt")
        assert b64u(scrutineer.public_key(private)) == public
        assert number == scrutineers.check_number(scrutineer.public_key(private))
        assert [unquote(url) for url in asked if not url.startswith("data:")] == []


def test_without_scripts_the_page_says_what_else_to_do(browser, served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/scrutineer")
    assert page.is_visible("[data-not]") and page.is_hidden("[data-make]") and "ballots key --out" in page.content()
    context.close()


# ---- the shared tablet ----------------------------------------------------------------------------------------------


def begin(page: Page, served, code: str) -> None:
    page.goto(served.tablet)
    page.fill("#code", code)
    page.click(".kiosk-go")
    page.wait_for_selector("form.survey")


def kept(page: Page) -> list:
    """Return what lies in the device's storage, read past the page, which sees none."""
    state = page.context.storage_state()
    return [state["cookies"], [entry for origin in state["origins"] for entry in origin["localStorage"]]]


def test_the_tablet_takes_one_answer_after_another_and_keeps_nothing(page: Page, served) -> None:
    for number in (0, 1):
        begin(page, served, served.fielded.codes[number].lower().replace("-", " "))
        assert page.is_hidden("[data-code]"), "nobody reads the code over a shoulder"
        assert not overflows(page) and serious(page) == []
        page.click('[data-q="a"] label:has(input[value="x"])')
        page.fill('[data-q="b"] textarea', "不留下")
        page.wait_for_timeout(500)
        assert kept(page) == [[], []]
        page.click("[data-submit]")
        page.wait_for_url("**/thanks")
        assert serious(page) == [] and kept(page) == [[], []]
        page.click("[data-next-one]")
        page.wait_for_url(served.tablet)
        assert page.input_value("#code") == ""
        page.go_back()
        assert "不留下" not in page.content() and served.fielded.codes[number] not in page.content()
    db.session.rollback()
    assert queries.received(served.fielded.survey) == 2


def test_the_thanks_go_by_themselves_unless_they_are_stopped(page: Page, served) -> None:
    page.clock.install()
    page.goto(f"{served.tablet}/thanks")
    page.clock.run_for(9_000)
    assert re.search(r"\b6\b", page.inner_text("[data-left]"))
    page.click("[data-stay]")
    page.clock.run_for(60_000)
    assert page.url.endswith("/thanks")
    page.reload()
    page.clock.run_for(16_000)
    page.wait_for_url(served.tablet)


def test_an_abandoned_questionnaire_asks_and_is_cleared(page: Page, served) -> None:
    page.clock.install()
    begin(page, served, served.fielded.codes[0])
    page.click('[data-q="a"] label:has(input[value="y"])')
    page.clock.run_for(170_000)
    assert page.is_hidden(".kiosk-watch")
    page.clock.run_for(15_000)
    assert page.is_visible(".kiosk-watch") and serious(page) == []
    page.click(".kiosk-watch [data-stay]")
    page.clock.run_for(100_000)
    assert page.is_hidden(".kiosk-watch") and page.is_checked('[data-q="a"] input[value="y"]'), "nothing was lost"
    page.clock.run_for(120_000)
    page.wait_for_url(served.tablet)
    assert page.input_value("#code") == ""


def test_the_tablet_works_without_scripts(browser, served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    begin(page, served, served.fielded.codes[0])
    page.check('[data-q="a"] input[value="y"]', force=True)
    page.click("[data-submit]")
    page.wait_for_url("**/thanks")
    page.click("[data-stay]")
    assert page.url.endswith("?stay") and "http-equiv" not in page.content().split("referrer")[0]
    page.click("[data-next-one]")
    page.wait_for_url(served.tablet)
    assert page.context.cookies() == []
    context.close()
