"""The questionnaire in Chromium, as on a phone: every kind of question, logic, draft, a lost connection, no scripts."""

import json
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from core.db import db
from core.terms import Access, Secrecy
from surveys import ballots
from surveys.models import SealedResponse, Survey
from tests.journeys.conftest import overflows, serious
from tests.surveys import everything
from tests.surveys.conftest import field

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
READ = """(() => { const f = document.querySelector('form.survey'), d = JSON.parse(f.dataset.definition);
  return new xsAnswers.Answers([].slice.call(f.elements)).read(xsRules.full(d.items)); })()"""
Serve = Callable[..., SimpleNamespace]


@pytest.fixture
def serve(app) -> Iterator[Serve]:
    """Return a function that fields a definition and serves it on a free port."""
    servers = []

    def start(definition: dict[str, Any] | None = None, **settings: Any) -> SimpleNamespace:
        fielded = field(app, definition, **settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        servers.append((server, thread))
        known = SimpleNamespace(
            url=f"http://127.0.0.1:{server.port}{fielded.url}",
            codes=fielded.codes,
            survey_id=fielded.survey.id,
            size=fielded.ready.sent_size,
        )
        db.session.rollback()  # a test that keeps a transaction open would lock the server out
        return known

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page on which any script error fails the test."""
    faults: list[str] = []
    page = phone.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def answers(served: SimpleNamespace) -> list[dict[str, Any]]:
    """Open the sealed box, which only a test may do while the survey is open."""
    db.session.rollback()
    box = ballots.box(db.session.get_one(Survey, served.survey_id))
    found = [dict(box.open(row.tag, row.box).answers) for row in db.session.scalars(sa.select(SealedResponse))]
    db.session.rollback()
    return found


def posts(page: Page) -> list[str]:
    """Collect the bodies of what is sent from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    return sent


def settled(page: Page) -> None:
    """Wait until the device knows what kind of code it holds: before that, a lost connection is told another way."""
    page.wait_for_selector("[data-ballot]:is([data-state=plain], [data-state=slip])", state="attached")


def send(page: Page) -> None:
    page.click("[data-submit]")
    page.wait_for_url("**/thanks")


# ---- every kind of question --------------------------------------------------------------------------------------


def test_every_kind_on_a_phone(page: Page, serve: Serve) -> None:
    served = serve(everything.definition())
    page.goto(f"{served.url}#c={served.codes[0]}")
    assert page.is_hidden("[data-code]"), "the code of the link stays out of sight"
    found: list[str] = []
    for _step in range(12):
        everything.fill(page)
        found += serious(page)
        assert not overflows(page) and everything.small(page) == []
        if page.is_visible("[data-submit]"):
            break
        page.click("[data-next]")
        assert page.locator(".q-error").all_inner_texts() == []
    assert found == []
    assert page.evaluate(READ) == everything.wanted(), "the page reads answers as the server does"
    assert page.get_attribute(".prog", "aria-valuenow") == "100"
    bodies = posts(page)
    send(page)
    assert answers(served) == [everything.wanted()]
    assert [len(body) for body in bodies] == [served.size], "every body has the same length"


def test_every_kind_without_scripts(browser: Browser, serve: Serve) -> None:
    served = serve(everything.definition())
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(served.url)
    assert page.is_hidden("[data-next]") and page.is_visible("[data-submit]")
    page.fill("[name=code]", served.codes[0].lower())
    page.click("[data-submit]")
    assert page.is_visible("[data-problems]") and page.locator(".q.has-error").count() == len(everything.wanted()) - 2
    everything.fill(page)
    page.click("[data-submit]")
    assert page.is_visible(".note-thanks") and context.cookies() == []
    assert answers(served) == [everything.wanted()]
    context.close()


def test_every_kind_by_keyboard(page: Page, serve: Serve) -> None:
    served = serve(everything.definition())
    page.goto(f"{served.url}#c={served.codes[0]}")
    everything.by_keyboard(page)
    page.wait_for_url("**/thanks")
    assert answers(served) == [everything.wanted()]


# ---- logic -------------------------------------------------------------------------------------------------------

YES_NO = [{"v": "y", "t": "是"}, {"v": "n", "t": "否"}]
LOGIC = {
    "title": "路径",
    "sections": [
        {
            "id": "first",
            "items": [
                {"id": "a", "type": "single", "title": "上夜班吗", "required": True, "options": YES_NO},
                {
                    "id": "b",
                    "type": "text",
                    "title": "夜班说一说",
                    "show_if": {"item": "a", "op": "==", "value": "y"},
                },
                {
                    "id": "c",
                    "type": "multi",
                    "title": "要改什么",
                    "required": True,
                    "options": [
                        {"v": "food", "t": "饭菜"},
                        {"v": "night", "t": "夜宵", "show_if": {"item": "a", "op": "==", "value": "y"}},
                    ],
                    "jumps": [{"if": {"item": "c", "count": True, "op": ">=", "value": 2}, "to": "end"}],
                },
            ],
        },
        {
            "id": "second",
            "title": "只给夜班",
            "show_if": {"item": "a", "op": "==", "value": "y"},
            "items": [{"id": "d", "type": "text", "title": "丁"}],
        },
        {
            "id": "third",
            "title": "数字",
            "items": [
                {"id": "e", "type": "number", "title": "来了几年"},
                {"id": "f", "type": "number", "title": "其中“{{c}}”几年", "help": "您说过 {{b}}"},
            ],
        },
    ],
    "checks": [{"rule": {"item": "f", "op": "<=", "value": {"item": "e"}}, "message": "不能比总年数多。", "at": "f"}],
}


def numbers(page: Page) -> list[str]:
    return [each.inner_text() for each in everything.shown(page).locator(".q-no").all()]


def test_the_path_follows_the_answers(page: Page, serve: Serve) -> None:
    served = serve(LOGIC)
    page.goto(f"{served.url}#c={served.codes[0]}")
    assert numbers(page) == ["1", "2"] and page.inner_text("[data-prog]") == "0/4"
    assert page.is_hidden("[data-q=c] [data-option=night]")
    page.check("[name=a][value=y]", force=True)
    assert numbers(page) == ["1", "2", "3"] and page.is_visible("[data-q=c] [data-option=night]")
    page.fill("[name=b]", "太冷")
    page.check("[name=c][value=food]", force=True)
    page.check("[name=c][value=night]", force=True)
    assert page.is_visible("[data-submit]"), "a jump leads to the end"
    page.check("[name=a][value=n]", force=True)
    assert page.is_hidden("[data-submit]"), "the option is no longer offered, so the jump is off"
    page.click("[data-next]")
    assert "数字" in page.inner_text(".step.on h2"), "a section without a question is skipped"
    assert "第2部分" in page.inner_text(".step.on h2 small").replace(" ", "") or "2" in page.inner_text(
        ".step.on h2 small"
    )
    assert page.inner_text(".step.on [data-q=f] .q-label").strip().startswith("4")
    page.fill("[name=e]", "3")
    page.fill("[name=f]", "5")
    settled(page)  # the code was asked for when the page opened; only what is sent after that is of interest
    bodies = posts(page)
    page.click("[data-submit]")
    assert page.inner_text("[data-q=f] .q-error") == "不能比总年数多。" and bodies == []
    page.fill("[name=f]", "2")
    assert page.locator(".q-error").count() == 0
    send(page)
    names = [name for name, _value in parse_qsl(bodies[0])]
    assert "b" not in names and "d" not in names, "what is off the path is never sent"
    assert answers(served) == [{"a": "n", "c": ["food"], "e": 3, "f": 2}]


def test_the_server_judges_again(browser: Browser, serve: Serve) -> None:
    served = serve(LOGIC)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(served.url)
    hints = page.locator(".rule.nojs-only").all_inner_texts()
    assert any("“是”" in hint for hint in hints) and len(hints) == 4, "rules are told in words"
    assert "1" in page.inner_text("[data-q=f] .q-help") or page.inner_text("[data-q=f] .q-help")
    assert "{{" not in page.content().split("data-definition")[0] + page.inner_text("body")
    page.fill("[name=code]", served.codes[0])
    page.check("[name=a][value=n]", force=True)
    page.fill("[name=b]", "不该存")
    page.check("[name=c][value=food]", force=True)
    page.check("[name=c][value=night]", force=True)
    page.fill("[name=e]", "1")
    page.fill("[name=f]", "2")
    page.click("[data-submit]")
    assert page.inner_text("[data-q=f] .q-error").strip() == "不能比总年数多。"
    assert "饭菜" in page.inner_text("[data-q=f] .q-label"), "the page drawn again shows the earlier answer"
    page.fill("[name=f]", "1")
    page.click("[data-submit]")
    assert page.is_visible(".note-thanks")
    assert answers(served) == [{"a": "n", "c": ["food"], "e": 1, "f": 1}]
    context.close()


HOSTILE = "<img src=x onerror=\"document.title='owned'\">' \" {{q1}} </textarea><script>document.title='owned'</script>"


def test_answers_shown_again_are_only_text(page: Page, browser: Browser, serve: Serve) -> None:
    show = {
        "title": "管道",
        "items": [
            {"id": "q1", "type": "text", "title": "一"},
            {
                "id": "q2",
                "type": "single",
                "title": "为什么说“{{q1}}”",
                "required": True,
                "options": [{"v": "x", "t": "因为{{q1}}"}, {"v": "y", "t": "其他{{q1}}", "text": True}],
            },
        ],
    }
    served = serve(show)
    page.goto(f"{served.url}#c={served.codes[0]}")
    assert "为什么说“…”" in page.inner_text("[data-q=q2] legend")
    page.fill("[name=q1]", HOSTILE)
    told = page.inner_text("[data-q=q2]")
    assert "<img src=x" in told and "{{q1}}" not in told and page.title() == "管道"
    assert page.locator("[data-q=q2] img, [data-q=q2] script").count() == 0
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(served.url)
    assert "1" in bare.inner_text("[data-q=q2] legend") and "{{" not in bare.inner_text("body")
    bare.fill("[name=code]", served.codes[0])
    bare.fill("[name=q1]", HOSTILE)
    bare.click("[data-submit]")
    assert bare.input_value("[name=q1]") == HOSTILE, "what was typed is drawn as it was typed"
    assert "<img src=x" in bare.inner_text("[data-q=q2]") and bare.locator("main img, main script").count() == 0
    assert "<img src=x" in (bare.get_attribute("[name=q2_y]", "aria-label") or "")
    context.close()


# ---- shuffling ---------------------------------------------------------------------------------------------------


def test_the_order_shown_leaves_no_trace(phone: BrowserContext, serve: Serve) -> None:
    letters = [{"v": letter, "t": letter} for letter in "abcdefgh"]
    shuffled = {
        "title": "t",
        "sections": [
            {
                "id": "s",
                "shuffle": True,
                "items": [
                    {"id": "m", "type": "multi", "title": "m", "shuffle": True, "options": [*letters, LAST]},
                    *({"id": f"q{n}", "type": "text", "title": f"q{n}"} for n in range(6)),
                ],
            }
        ],
    }
    served = serve(shuffled)
    orders, bodies, drafts = set(), [], set()
    for number in range(4):
        page = phone.new_page()
        if number == 3:
            page.add_init_script("delete window.fetch; window.fetch = undefined;")
        page.goto(f"{served.url}#c={served.codes[number]}")
        if number == 3:
            page.click("[data-slip]")
        values = page.eval_on_selector_all("[name=m]", "all => all.map(e => e.value)")
        assert values[-1] == "none" and sorted(values[:-1]) == list("abcdefgh"), "what is fixed keeps its place"
        orders.add(",".join(values + page.eval_on_selector_all("[data-q]", "all => all.map(e => e.dataset.q)")))
        for value in values[:-1]:
            page.check(f"[name=m][value={value}]", force=True)
        for n in range(6):
            page.fill(f"[name=q{n}]", "x")
        page.wait_for_timeout(500)
        drafts.add(page.evaluate("JSON.stringify(JSON.parse(localStorage[Object.keys(localStorage)[0]]).v)"))
        sent = posts(page)
        if number == 3:
            page.click("[data-submit]")
            page.wait_for_selector(".note-thanks")
        else:
            send(page)
        bodies += sent
        page.evaluate("localStorage.clear()")
        page.close()
    assert len(orders) > 1, "the order is drawn anew"
    plain = {tuple(pair for pair in parse_qsl(body) if pair[0] not in ("code", "pad")) for body in bodies}
    assert len(bodies) == 4 and len(plain) == 1, "what is sent stands in the definition's order"
    assert len(drafts) == 1 and len({len(body) for body in bodies}) == 1
    assert len(answers(served)) == 4


LAST = {"v": "none", "t": "none", "fixed": True}

# ---- sending -----------------------------------------------------------------------------------------------------


def test_nothing_is_lost_and_nothing_counts_twice(phone: BrowserContext, page: Page, serve: Serve) -> None:
    served = serve(LOGIC)
    address = f"{served.url}#c={served.codes[0]}"
    page.goto(address)
    page.click("[data-next]")
    assert page.locator(".q-error").count() == 2, "required questions are asked for at once"
    page.check("[name=a][value=n]", force=True)
    page.check("[name=c][value=food]", force=True)
    page.wait_for_timeout(500)
    page.reload()
    assert page.is_visible("[data-draft]"), "the draft outlives the page"
    assert served.codes[0] not in page.evaluate("JSON.stringify(localStorage)"), "the code is kept nowhere"
    page.click("[data-next]")
    settled(page)
    phone.set_offline(True)
    page.click("[data-submit]")
    page.wait_for_selector("[data-lost]:not([hidden])")
    assert page.is_checked("[name=a][value=n]") and answers(served) == []
    phone.set_offline(False)
    bodies = posts(page)
    page.dblclick("[data-retry]")
    page.wait_for_url("**/thanks")
    assert len(bodies) == 1 and len(answers(served)) == 1
    kept = page.evaluate("Object.assign({}, localStorage)")
    assert "food" not in str(kept) and served.codes[0] not in str(kept)
    names = sorted(kept)
    assert [name.partition(":")[0] for name in names] == ["xs-receipt", "xs-sent"]
    assert sorted(json.loads(kept[names[0]])) == ["fingerprint", "leaf", "receipt"], "no answer, no code, no time"
    assert kept[names[1]].isdigit(), "only that it was sent, and the day"
    page.reload()
    page.goto(address)
    assert page.is_visible("[data-sent]") and page.is_hidden("form.survey"), "sent stays sent"
    page.reload()
    assert page.is_visible("[data-sent]") and phone.cookies() == []
    page.click("[data-sent] button")
    page.wait_for_selector("form.survey:not([hidden]) #code-in")
    assert page.is_visible("[data-code]"), "another code may be typed on the same device"


def test_going_back_after_sending(page: Page, serve: Serve) -> None:
    served = serve(LOGIC)
    page.goto(served.url + "/en")
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    page.check("[name=a][value=n]", force=True)
    page.check("[name=c][value=food]", force=True)
    page.click("[data-next]")
    page.dblclick("[data-submit]")
    page.wait_for_url("**/thanks")
    page.go_back()
    page.wait_for_load_state()
    assert page.url.endswith("/en"), "the sent page is not in the history"
    page.goto(f"{served.url}/zh#c={served.codes[0]}")
    assert page.is_visible("[data-sent]") and len(answers(served)) == 1


def test_the_enter_key_does_not_send_half_an_answer(page: Page, serve: Serve) -> None:
    served = serve(LOGIC)
    page.goto(f"{served.url}#c={served.codes[0]}")
    page.check("[name=a][value=y]", force=True)
    page.check("[name=c][value=food]", force=True)
    page.fill("[name=b]", "x")
    page.press("[name=b]", "Enter")
    assert "只给夜班" in page.inner_text(".step.on h2") and answers(served) == []


def test_two_people_on_one_device_keep_apart(phone: BrowserContext, page: Page, serve: Serve) -> None:
    served = serve(LOGIC)
    page.goto(f"{served.url}#c={served.codes[0]}")
    page.check("[name=a][value=y]", force=True)
    page.wait_for_timeout(500)
    other = phone.new_page()
    other.goto(f"{served.url}#c={served.codes[1]}")
    assert other.is_hidden("[data-draft]") and other.locator("input:checked").count() == 0
    other.check("[name=a][value=n]", force=True)
    other.check("[name=c][value=food]", force=True)
    other.click("[data-next]")
    send(other)
    page.reload()
    assert page.is_visible("[data-draft]"), "sending one answer leaves the other's draft alone"
    page.click("[data-draft-clear]")
    assert page.is_checked("[name=a][value=y]"), "starting over asks once more"
    page.click("[data-draft-clear]")
    page.wait_for_selector("[data-draft]", state="hidden")
    assert page.locator("input:checked").count() == 0


def test_a_browser_without_fetch_sends_the_form(page: Page, serve: Serve) -> None:
    served = serve(LOGIC)
    page.add_init_script("delete window.fetch; window.fetch = undefined;")
    page.goto(f"{served.url}#c={served.codes[0]}")
    page.click("[data-slip]")
    page.check("[name=a][value=n]", force=True)
    page.check("[name=c][value=food]", force=True)
    page.click("[data-next]")
    bodies = posts(page)
    page.click("[data-submit]")
    page.wait_for_selector(".note-thanks")
    assert [len(body) for body in bodies] == [served.size] and answers(served) == [{"a": "n", "c": ["food"]}]
    page.goto("about:blank")
    page.goto(f"{served.url}#c={served.codes[0]}")
    assert page.is_visible("[data-sent]")


# ---- everybody with the link -------------------------------------------------------------------------------------


def test_everybody_with_the_link(phone: BrowserContext, page: Page, browser: Browser, serve: Serve) -> None:
    served = serve(LOGIC, access=Access.LINK, secrecy=Secrecy.ROWS)
    page.goto(served.url)
    assert page.locator("[data-code]").count() == 0 and page.is_visible(".open-link")
    assert page.is_visible(".promise-rows"), "what is promised is what is true"
    page.check("[name=a][value=n]", force=True)
    page.check("[name=c][value=food]", force=True)
    page.wait_for_timeout(500)
    right = page.input_value("[name=code]")
    page.reload()
    assert page.input_value("[name=code]") == right, "the draft keeps the right to answer"
    page.click("[data-next]")
    lost = [True]

    def drop(route: Any) -> None:
        if route.request.method == "POST" and lost:
            lost.clear()
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/s/**", drop)
    page.click("[data-submit]")
    page.wait_for_selector("[data-lost]:not([hidden])")
    assert len(answers(served)) == 1, "it had arrived, but the phone cannot know"
    page.click("[data-retry]")
    page.wait_for_url("**/thanks")
    assert len(answers(served)) == 1, "sent again, it is the same answer"
    page.goto(served.url)
    assert page.is_visible("[data-sent]")
    page.click("[data-sent] button")
    page.wait_for_selector("[data-q=a]")
    assert page.input_value("[name=code]") != right
    context = browser.new_context(java_script_enabled=False)
    bare = context.new_page()
    bare.goto(served.url)
    bare.check("[name=a][value=n]", force=True)
    bare.click("[data-submit]")
    assert bare.locator("[name=code]").input_value(), "the page drawn again keeps its right"
    bare.check("[name=c][value=food]", force=True)
    bare.click("[data-submit]")
    assert bare.is_visible(".note-thanks") and len(answers(served)) == 2
    context.close()
