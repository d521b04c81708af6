"""The respondent's page in Chromium: a ballot collected on opening, shown before sending, never lost, never doubled."""

import json
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from flask import request
from playwright.sync_api import Browser, BrowserContext, Page, Route
from werkzeug.serving import WSGIRequestHandler, make_server

from anonymity import device
from anonymity.encoding import b64u
from core.db import db
from surveys import ballots, closing, queries
from surveys.models import Invitation, SealedResponse, Survey
from tests.anonymity.conftest import vote
from tests.journeys.conftest import DESK, PHONE, overflows, serious

pytestmark = pytest.mark.browser
ANDROID = "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
FORGE = 'name => { localStorage[name] = localStorage[name].replace(/leaf":"../, \'leaf":"00\'); }'
READY = "[data-ballot] [data-when=ready]:not([hidden])"
SEED = "JSON.parse(localStorage[Object.keys(localStorage).find(k => k.startsWith('xs-ballot:'))])"


class KeepAlive(WSGIRequestHandler):
    """Connections stay open, as behind a proxy, so that the browser may use one for several requests."""

    protocol_version = "HTTP/1.1"


@pytest.fixture
def served(app) -> Iterator[SimpleNamespace]:
    """The small survey with ten members' codes and three slips, served; `wire` is what arrived."""
    voting = vote(app)
    wire: list[SimpleNamespace] = []

    @app.before_request
    def note() -> None:
        wire.append(
            SimpleNamespace(
                path=request.path.split("/")[-1],
                port=request.environ.get("REMOTE_PORT"),
                length=request.content_length,
                body=request.get_data() if request.method == "POST" else b"",
                cookie=request.headers.get("Cookie"),
                referrer=request.headers.get("Referer"),
            )
        )

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=KeepAlive)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    known = SimpleNamespace(
        url=f"http://127.0.0.1:{server.port}/s/{voting.sid}",
        board=f"http://127.0.0.1:{server.port}/b/{voting.sid}/board.json",
        sid=voting.sid,
        codes=[phone.code for phone in voting.phones],
        slips=voting.slips,
        id=voting.survey.id,
        manifest=voting.survey.manifest,
        wire=wire,
        voting=voting,
    )
    db.session.rollback()
    yield known
    server.shutdown()
    thread.join()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, user_agent=ANDROID, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page on which any script error or breach of the content policy fails the test."""
    faults: list[str] = []
    page = phone.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def opened(page: Page, served: SimpleNamespace, code: str = "", language: str = "zh") -> Page:
    """Open the survey by a link with a code and wait for the ballot."""
    page.goto(f"{served.url}/{language}#c={code or served.codes[0]}")
    page.wait_for_selector(READY)
    return page


def answered(page: Page) -> Page:
    page.check("[name=a][value=x]", force=True)
    page.fill("[name=b]", "食堂&排队\n太久")
    return page


def reviewed(page: Page) -> Page:
    answered(page).click("[data-submit]")
    page.wait_for_selector("[data-review]:not([hidden])")
    return page


def sent(page: Page) -> dict[str, str]:
    """Press "Send" and return the receipt the device kept."""
    page.click("[data-send]")
    page.wait_for_url("**/thanks")
    page.wait_for_selector("[data-receipt]:not([hidden])")
    return stored(page)[f"xs-receipt:{page.get_attribute('[data-receipt]', 'data-receipt')}"]


def stored(page: Page) -> dict[str, Any]:
    return {name: json.loads(value) for name, value in page.evaluate("({...localStorage})").items()}


def box(served: SimpleNamespace) -> list[ballots.Sealed]:
    """Open the sealed box, which only a test may do while the survey is open."""
    db.session.rollback()
    key = ballots.box(db.session.get_one(Survey, served.id))
    found = [key.open(row.tag, row.box) for row in db.session.scalars(sa.select(SealedResponse))]
    db.session.rollback()
    return found


def collected() -> int:
    db.session.rollback()
    count = db.session.scalar(sa.select(sa.func.count()).where(Invitation.collected.is_not(None)))
    db.session.rollback()
    return count


def once(page: Page, what: str, act: Callable[[Route], None]) -> None:
    """Let `act` have the next POST to `what`, and later ones through."""
    left = [True]

    def handle(route: Route) -> None:
        if route.request.method == "POST" and left:
            left.clear()
            act(route)
        else:
            route.continue_()

    page.route(f"**/{what}", handle)


def lost_reply(route: Route) -> None:
    """The server gets the request, the device never its reply."""
    route.fetch()
    route.abort()


# ---- the whole way -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", PHONE), ("zh", DESK), ("en", DESK)])
def test_from_the_link_to_the_receipt(
    browser: Browser, served: SimpleNamespace, language: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, user_agent=ANDROID if size is PHONE else None)
    page = opened(context.new_page(), served, language=language)
    assert page.is_hidden("[data-code]") and collected() == 1 and box(served) == []
    if language == "en":
        assert "cannot tell which answer is yours better than by guessing" in (page.text_content(".promise") or "")
    assert page.locator(".promise li").count() >= 6, "what the promise does not cover"
    known = [word.path for word in served.wire if word.path in ("manifest", "collect")]
    assert known == ["manifest", "collect"], "the manifest is pinned before the code is shown"
    record = page.evaluate(SEED)
    seed = device.seed_of(page.inner_text("[data-recovery]"))
    mine = device.Device.begin(served.manifest, seed)
    assert b64u(seed) == record["seed"]
    assert page.inner_text("[data-ballot] [data-fingerprint]") == record["f"]
    assert serious(page) == [] and not overflows(page)
    reviewed(page)
    shown = page.inner_text("[data-review]")
    assert served.codes[0] not in shown and mine.prefix.hex() in shown and "食堂&排队" in shown
    assert "door=" + ("phone" if size is PHONE else "computer") in page.text_content("[data-answers]")
    assert serious(page) == [] and not overflows(page)
    kept = sent(page)
    (ballot,) = box(served)
    assert ballot.answers == {"a": "x", "b": "食堂&排队\n太久"} and ballot.ballot.leaf.hex() == kept["leaf"]
    assert ballot.channel.value == ("phone" if size is PHONE else "computer")
    assert serious(page) == [] and not overflows(page)
    assert set(stored(page)) - {f"xs-receipt:{served.sid}"} == {next(n for n in stored(page) if "xs-sent:" in n)}
    left = page.evaluate("JSON.stringify(localStorage)")
    for secret in (record["seed"], record["sig"], "食堂", served.codes[0], mine.prefix.hex()):
        assert secret not in left
    context.close()


def test_what_travels(page: Page, phone: BrowserContext, served: SimpleNamespace) -> None:
    host = served.url.split("/s/")[0]
    phone.add_cookies([{"name": "other", "value": "member-42", "url": host}])
    sizes = json.loads(served.manifest)["sizes"]
    opened(page, served)
    reviewed(page)
    sent(page)
    (collect,) = [word for word in served.wire if word.path == "collect"]
    (cast,) = [word for word in served.wire if word.path == "cast"]
    assert collect.port != cast.port, "two connections"
    assert collect.length == len(collect.body) == sizes["collect"] and cast.length == len(cast.body) == sizes["cast"]
    assert collect.cookie == "other=member-42" and cast.cookie is None and cast.referrer is None
    told = json.loads(cast.body)
    assert set(told) == {"prefix", "signature", "salt", "answers", "pad"}
    assert parse_qsl(told["answers"]) == [("a", "x"), ("b", "食堂&排队\r\n太久"), ("door", "phone")]
    code = served.codes[0].replace("-", "").encode()
    assert code not in cast.body.replace(b"-", b"") and not told["pad"].strip()
    assert b"answers" not in collect.body and all(word.body == b"" for word in served.wire if word.path == "manifest")
    assert {word.path for word in served.wire if word.body} == {"collect", "cast"}


# ---- nothing lost, nothing doubled -------------------------------------------------------------------------------


def test_lost_replies_are_asked_for_again(page: Page, served: SimpleNamespace) -> None:
    once(page, "collect", lost_reply)
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    page.wait_for_selector("[data-when=offline]:not([hidden])")
    assert collected() == 1 and page.is_visible(".q"), "one can fill in all the same"
    page.click("[data-again]")
    page.wait_for_selector(READY)
    once(page, "cast", lost_reply)
    reviewed(page).dblclick("[data-send]")
    page.wait_for_selector("[data-review] [data-when=offline]:not([hidden])")
    assert len(box(served)) == 1, "it had arrived, but the phone cannot know"
    assert page.is_hidden("[data-change]"), "what may have arrived can no longer be changed"
    page.dblclick("[data-when=offline] [data-resend]")
    page.wait_for_url("**/thanks")
    (ballot,) = box(served)
    assert ballot.ballot.leaf.hex() == stored(page)[f"xs-receipt:{served.sid}"]["leaf"]
    first, second = [word.body for word in served.wire if word.path == "cast"]
    assert first == second, "the very same bytes"


def test_a_page_closed_while_sending_sends_the_same_again(page: Page, served: SimpleNamespace) -> None:
    opened(page, served)
    once(page, "cast", lost_reply)
    reviewed(page).click("[data-send]")
    page.wait_for_selector("[data-review] [data-when=offline]:not([hidden])")
    page.reload()
    page.wait_for_url("**/thanks")
    assert len(box(served)) == 1 and len({word.body for word in served.wire if word.path == "cast"}) == 1


def test_back_refresh_and_double_clicks_are_harmless(page: Page, served: SimpleNamespace) -> None:
    opened(page, served)
    reviewed(page)
    page.click("[data-change]")
    assert page.is_visible("form.survey") and page.is_hidden("[data-review]")
    page.fill("[name=b]", "改过的话")
    page.wait_for_timeout(450)
    page.reload()
    page.wait_for_selector(READY)
    assert page.is_visible("[data-draft]") and page.input_value("[name=b]") == "改过的话"
    assert [word.path for word in served.wire].count("collect") == 1, "the ballot is on the device already"
    page.dblclick("[data-submit]")
    page.wait_for_selector("[data-review]:not([hidden])")
    page.dblclick("[data-send]")
    page.wait_for_url("**/thanks")
    page.go_back()
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    page.wait_for_selector("[data-sent]:not([hidden])")
    assert page.is_hidden("form.survey") and page.is_hidden("[data-ballot]")
    assert [ballot.answers["b"] for ballot in box(served)] == ["改过的话"]
    page.click(".receipt-link a")
    page.wait_for_selector("[data-receipt]:not([hidden])")


def test_two_windows_of_one_browser_share_the_ballot(phone: BrowserContext, served: SimpleNamespace) -> None:
    first, second = phone.new_page(), phone.new_page()
    for page in (first, second):
        page.goto(f"{served.url}/zh#c={served.codes[0]}", wait_until="commit")
    for page in (first, second):
        page.wait_for_selector(READY)
    assert first.inner_text("[data-recovery]") == second.inner_text("[data-recovery]") and collected() == 1


def test_a_lost_phone_recovers(browser: Browser, page: Page, served: SimpleNamespace) -> None:
    code = opened(page, served).inner_text("[data-recovery]")
    other = browser.new_context(viewport=PHONE)
    new = other.new_page()
    new.goto(f"{served.url}/zh#c={served.codes[0]}")
    new.wait_for_selector("[data-when=collected]:not([hidden])")
    assert serious(new) == [] and not overflows(new)
    new.fill("[data-recovery-in]", code[:-1] + ("A" if code[-1] != "A" else "B"))
    new.click("[data-recover] button")
    new.wait_for_selector("[data-word-recovery]:not([hidden])")
    new.fill("[data-recovery-in]", device.recovery_code(bytes(16)))
    new.click("[data-recover] button")
    new.wait_for_selector("[data-when=collected]:not([hidden])")
    new.fill("[data-recovery-in]", code.lower().replace("-", " "))
    new.click("[data-recover] button")
    new.wait_for_selector(READY)
    assert collected() == 1
    reviewed(new)
    sent(new)
    other.close()
    reviewed(page).click("[data-send]")
    page.wait_for_selector("[data-review] [data-when=spent]:not([hidden])")
    assert len(box(served)) == 1 and "食堂" not in page.evaluate("JSON.stringify(localStorage)")


# ---- codes that are typed, slips, and what cannot be --------------------------------------------------------------


def test_a_typed_code_collects_and_is_kept_nowhere(page: Page, served: SimpleNamespace) -> None:
    page.goto(f"{served.url}/zh")
    page.fill("[name=code]", "0000-0000-0000-0000-0000")
    page.press("[name=code]", "Tab")
    page.wait_for_selector("[data-code] .q-error")
    page.fill("[name=code]", served.codes[1].lower().replace("-", " "))
    page.wait_for_selector(READY)
    answered(page)
    assert page.is_hidden("[data-code]") and page.input_value("[name=code]") == ""
    page.wait_for_timeout(450)
    assert (
        served.codes[1].replace("-", "") not in page.evaluate("JSON.stringify(localStorage)").replace("-", "").upper()
    )
    page.reload()
    page.wait_for_selector(READY)
    assert page.is_checked("[name=a][value=x]"), "the ballot on the device needs no code"
    reviewed(page)
    sent(page)
    assert len(box(served)) == 1


def test_a_slip_is_sent_as_before(page: Page, served: SimpleNamespace) -> None:
    page.goto(f"{served.url}/zh#c={served.slips[0]}")
    page.wait_for_selector("[data-ballot][data-state=slip]", state="attached")
    assert page.is_hidden("[data-ballot]")
    answered(page).click("[data-submit]")
    page.wait_for_url("**/thanks")
    (ballot,) = box(served)
    assert ballot.answers["a"] == "x" and collected() == 0
    assert page.is_visible("[data-receipt]") and ballot.ballot.leaf.hex() in page.input_value("[data-text]")


def test_two_people_on_one_device_keep_their_receipts(phone: BrowserContext, served: SimpleNamespace) -> None:
    for code in served.codes[:2]:
        page = phone.new_page()
        reviewed(opened(page, served, code))
        sent(page)
    assert len([name for name in stored(page) if name.startswith("xs-receipt:")]) == 2
    assert page.input_value("[data-text]").count(served.sid) == 2


@pytest.mark.parametrize("gone", ["BigInt", "TextEncoder", "fetch"])
def test_an_old_browser_is_shown_a_way_out(page: Page, served: SimpleNamespace, gone: str) -> None:
    page.add_init_script(f"delete window.{gone}; window.{gone} = undefined;")
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    page.wait_for_selector("[data-when=unable]:not([hidden])")
    assert page.input_value("[data-address]").endswith(f"#c={served.codes[0]}")
    assert page.is_visible("[data-code]") and page.input_value("[name=code]") == ""
    assert serious(page) == [] and not overflows(page) and page.evaluate("window.xsBallot") is None
    page.fill("[name=code]", served.slips[0])
    answered(page).click("[data-submit]")
    page.wait_for_selector(".note-thanks")
    page.goto("about:blank")
    page.goto(f"{served.url}/zh#c={served.slips[1]}")
    page.click("[data-slip]")
    answered(page).click("[data-submit]")
    page.wait_for_selector(".note-thanks")
    assert len(box(served)) == 2


def test_without_scripts_a_slip_is_asked_for(browser: Browser, served: SimpleNamespace) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{served.url}/zh")
    assert (
        page.is_visible("[data-code] .slips-only")
        and page.is_hidden("[data-ballot]")
        and page.is_hidden("[data-review]")
    )
    for code, count in ((served.codes[0], 0), (served.slips[0], 1)):
        page.fill("[name=code]", code)
        answered(page).click("[data-submit]")
        assert len(box(served)) == count
    context.close()


def test_a_client_that_was_changed_does_not_run(phone: BrowserContext, served: SimpleNamespace) -> None:
    page, other = phone.new_page(), "window.xsBallot = {};"
    page.route("**/ballot.js*", lambda route: route.fulfill(body=other, content_type="text/javascript"))
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    page.wait_for_selector("[data-when=offline]:not([hidden])")
    assert page.evaluate("window.xsBallot") is None and collected() == 0


def test_another_manifest_stops_the_device(page: Page, served: SimpleNamespace) -> None:
    opened(page, served)
    other = json.loads(served.manifest) | {"title": "another"}
    text = json.dumps(other, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    page.route("**/manifest", lambda route: route.fulfill(body=text, content_type="application/json"))
    page.reload()
    page.wait_for_selector("[data-when=altered]:not([hidden])")
    answered(page).click("[data-submit]")
    assert page.is_visible("[data-when=altered]") and page.is_hidden("[data-review]") and box(served) == []


@pytest.mark.parametrize("what", ["leaf", "receipt"])
def test_a_receipt_that_does_not_hold_is_not_taken(page: Page, served: SimpleNamespace, what: str) -> None:
    def forge(route: Route) -> None:
        reply = route.fetch()
        told = reply.json()
        told[what] = ("0" if told[what][0] != "0" else "1") + told[what][1:]
        route.fulfill(response=reply, json=told)

    opened(page, served)
    once(page, "cast", forge)
    reviewed(page).click("[data-send]")
    page.wait_for_selector("[data-review] [data-when~=receipt]:not([hidden])")
    assert "xs-receipt" not in page.evaluate("JSON.stringify(localStorage)") and page.evaluate(SEED)["sent"]
    page.click("[data-when~=receipt] [data-resend]")
    page.wait_for_url("**/thanks")
    assert len(box(served)) == 1


# ---- after the close ---------------------------------------------------------------------------------------------


def test_my_answer_is_in(phone: BrowserContext, served: SimpleNamespace) -> None:
    pages = [phone.new_page() for _code in served.codes[:1]]
    page = pages[0]
    reviewed(opened(page, served))
    sent(page)
    page.click("[data-check]")
    page.wait_for_selector("[data-when=early]:not([hidden])")
    for member in served.voting.phones[1:]:
        member.collect()
        assert member.cast({"a": "x"}).status_code == 200
    survey = db.session.get_one(Survey, served.id)
    closing.close(survey, by=served.voting.cast.secretary)
    db.session.commit()
    assert queries.public_survey(served.sid).state.value == "closed"
    db.session.rollback()
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    page.wait_for_selector("[data-receipt]:not([hidden])")
    page.click("[data-check]")
    page.wait_for_selector("[data-when=in]:not([hidden])")
    assert page.locator("[data-is]:not(.wrong)").count() == 6 and serious(page) == [] and not overflows(page)
    with page.expect_download() as download:
        page.click("[data-save]")
    text = download.value.path().read_text(encoding="utf-8")
    assert stored(page)[f"xs-receipt:{served.sid}"]["leaf"] in text and text == page.input_value("[data-text]")
    page.evaluate(FORGE, f"xs-receipt:{served.sid}")
    page.reload()
    page.click("[data-check]")
    page.wait_for_selector("[data-when=out]:not([hidden])")
    assert page.locator("[data-is=included].wrong").count() == 1
    page.click("[data-remove]")
    page.click("[data-remove]")
    assert "xs-receipt" not in page.evaluate("JSON.stringify(localStorage)") and page.is_hidden("[data-receipt]")
