"""A talk is written without a connection, on two devices, on a walk: nothing is lost, nothing is overwritten."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from core.db import db
from core.terms import TalkMode, TalkState, Visibility
from interviews import queries, talks
from interviews.models import Talk, TalkDraft
from interviews.talks import PlannedTalk
from members.models import Account, Member
from tests.conftest import PASSWORD, TODAY, build, people
from tests.journeys.conftest import DESK, PHONE, overflows, serious, sign_in
from vault import keys

pytestmark = pytest.mark.browser


class Line:
    """A server whose plug can be pulled: the port stays the same."""

    def __init__(self, app: Flask) -> None:
        self.app, self.port, self.server = app, 0, None
        self.plug()

    def plug(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def pull(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The product on a line that can be cut, and a talk the secretary has planned."""
    app = build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        cast = people(app)
        planned = PlannedTalk(cast.worker.id, cast.boss.id, TODAY, occasion="定期谈心")
        talk_id = talks.plan(planned, within=cast.branch, by=cast.secretary).id
        db.session.commit()
        db.session.remove()
    wire = Line(app)
    yield SimpleNamespace(url=f"http://127.0.0.1:{wire.port}", app=app, wire=wire, talk_id=talk_id)
    wire.pull()
    with app.app_context():
        db.engine.dispose()


def recorded(house: SimpleNamespace) -> list[SimpleNamespace]:
    """Return the recorded talks with their notes opened."""
    with house.app.app_context():
        reader = db.session.scalar(select(Account).where(Account.username == "secretary"))
        reader.keyring = keys.unlock(reader, PASSWORD)
        rows = db.session.scalars(select(Talk).where(Talk.state == TalkState.RECORDED).order_by(Talk.id)).unique().all()
        words = queries.notes([row.id for row in rows], within=reader.organisation, reader=reader)
        found = [
            SimpleNamespace(
                id=row.id, notes=words[row.id], member=row.member.number, mode=row.mode, seen=row.visibility
            )
            for row in rows
        ]
        db.session.remove()
    return found


def opened(browser, **size: object):
    """Return a device that gives up after ten seconds."""
    context = browser.new_context(**size)
    context.set_default_timeout(10_000)
    context.clock.set_system_time(datetime(TODAY.year, TODAY.month, TODAY.day, 9))  # as for the server
    return context


def until(page, script: str, arg: object = None) -> None:
    """Wait until a script says yes; the content policy keeps the browser from waiting by itself."""
    for _attempt in range(100):
        if page.evaluate(script, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {script} {arg or ''}")


def ready(page) -> None:
    """Wait until the pages a device needs without a connection are on it."""
    until(
        page,
        "caches.keys().then(names => names.some(name => name.startsWith('xinsheng-pages-')) && "
        "caches.open('xinsheng-files')).then(files => files && files.keys()).then(kept => kept && kept.length > 8)",
    )


def said(page, word: str) -> None:
    until(page, "word => document.getElementById('draft-state').dataset.said === word", word)


def test_a_sheet_opens_and_takes_text_without_a_connection(line, browser) -> None:
    context = opened(browser, viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    address = f"{line.url}/app/talks/{line.talk_id}/record"
    page.goto(address)
    ready(page)
    page.type("textarea[name=notes]", "连着线写的第一句。")
    said(page, "saySaved")
    line.wire.pull()
    page.type("textarea[name=notes]", "断线后的第二句。")
    said(page, "sayOffline")
    page.goto(address)
    until(page, "document.querySelector('[name=notes]').value.includes('断线后的第二句。')")
    assert page.input_value("[name=notes]") == "连着线写的第一句。断线后的第二句。"
    assert page.input_value("[name=member]") == "A3 党员丙"
    page.type("textarea[name=notes]", "重新打开后的第三句。")
    page.check("input[name=visibility][value=secretary]", force=True)
    page.keyboard.press("Control+s")
    page.wait_for_url("**/talks/walk")
    page.wait_for_selector("[data-queue] li")
    assert recorded(line) == []
    line.wire.plug()
    page.click("[data-send]")
    page.wait_for_selector("[data-done] a")
    (talk,) = recorded(line)
    assert talk.notes == "连着线写的第一句。断线后的第二句。重新打开后的第三句。"
    assert (talk.id, talk.seen) == (line.talk_id, Visibility.SECRETARY)
    assert page.is_hidden("[data-queue-card]")
    context.close()


def test_a_new_talk_is_written_without_a_connection(line, browser) -> None:
    context = opened(browser, viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/walk")
    ready(page)
    line.wire.pull()
    page.goto(f"{line.url}/app/talks/new")
    page.wait_for_selector("[data-no-connection]:not([hidden])")
    page.fill("[name=member]", "A2 委员乙")
    page.fill("[name=notes]", "没有网也能写。")
    page.check("input[name=visibility][value=committee]", force=True)
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-queue] li")
    line.wire.plug()
    page.click("[data-send]")
    page.wait_for_selector("[data-done] a")
    (talk,) = recorded(line)
    assert (talk.notes, talk.member, talk.mode) == ("没有网也能写。", "A2", TalkMode.IN_PERSON)
    context.close()


def test_a_walk_round_on_a_phone(line, browser) -> None:
    context = opened(browser, viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/walk")
    ready(page)
    assert serious(page) == [] and not overflows(page)
    line.wire.pull()
    page.goto(f"{line.url}/app/talks/walk")
    for wanted, number, words in (("西班", "A3", "夜班食堂没有热饭。"), ("委员", "A2", "泵房照明坏了。")):
        page.fill("#member", wanted)
        page.tap("[data-matches] button")
        page.tap(".chip >> nth=0")
        page.fill("[name=notes]", words)
        page.tap("button[type=submit].btn-primary")  # no level is chosen yet: the browser asks for it
        assert page.input_value("[name=notes]") == words
        page.check("input[name=visibility][value=committee]", force=True)
        page.tap("button[type=submit].btn-primary")
        until(page, "document.querySelector('[name=notes]').value === ''")
        assert page.input_value("#member") == "" and page.query_selector("[name=visibility]:checked") is None
        assert number
    until(page, "document.querySelectorAll('[data-queue] li').length === 2")
    assert not overflows(page)
    line.wire.plug()
    page.reload()
    until(page, "document.querySelectorAll('[data-done] a').length === 2")
    assert [(talk.member, talk.notes, talk.mode) for talk in recorded(line)] == [
        ("A3", "夜班食堂没有热饭。", TalkMode.WALK_ROUND),
        ("A2", "泵房照明坏了。", TalkMode.WALK_ROUND),
    ]
    context.close()


def test_a_refused_note_stays_until_it_is_put_right(line, browser) -> None:
    context = opened(browser, viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/walk")
    ready(page)
    line.wire.pull()
    page.fill("#member", "谁也不是")
    page.fill("[name=notes]", "留下的话。")
    page.check("input[name=visibility][value=committee]", force=True)
    page.tap("button[type=submit].btn-primary")
    page.wait_for_selector("[data-queue] li")
    line.wire.plug()
    page.tap("[data-send]")
    page.wait_for_selector("[data-queue] .why")
    assert "谁也不是" in page.inner_text("[data-queue]") and recorded(line) == []
    page.reload()
    page.tap("[data-queue] .do button >> nth=0")
    assert page.input_value("[name=notes]") == "留下的话。"
    page.fill("#member", "A3 党员丙")
    page.tap("button[type=submit].btn-primary")
    page.wait_for_selector("[data-done] a")
    assert [talk.notes for talk in recorded(line)] == ["留下的话。"]
    context.close()


def test_two_devices_of_one_writer_lie_side_by_side(line, browser) -> None:
    desk, phone = (browser.new_context(viewport=size, locale="zh-CN") for size in (DESK, PHONE))
    first, second = desk.new_page(), phone.new_page()
    address = f"{line.url}/app/talks/{line.talk_id}/record"
    for page in (first, second):
        sign_in(page, line, "secretary")
        page.goto(address)
    first.type("textarea[name=notes]", "桌上写的。")
    said(first, "saySaved")
    second.type("textarea[name=notes]", "手机写的。")
    said(second, "saySaved")
    assert second.is_visible("#elsewhere-note")
    with line.app.app_context():
        assert len(db.session.scalars(select(TalkDraft)).all()) == 2
        db.session.remove()
    second.goto(address)
    assert second.url.endswith("/conflict")
    assert "桌上写的。" in second.content() and "手机写的。" in second.content() and not overflows(second)
    second.click("form:has(input[name=take][value=mine]) button")
    second.wait_for_url("**/record")
    assert second.input_value("[name=notes]") == "手机写的。" and "桌上写的。" in second.input_value("[name=aside]")
    second.fill("[name=notes]", "手机写的。桌上写的。")
    second.check("input[name=visibility][value=committee]", force=True)
    second.keyboard.press("Control+s")
    second.wait_for_url(lambda url: "/record" not in url)
    # The desk goes on typing about a talk that is saved: both lie side by side there, too.
    first.type("textarea[name=notes]", "又一句。")
    first.wait_for_selector("#elsewhere-note:not([hidden])")
    first.goto(address)
    assert first.url.endswith("/conflict") and "又一句。" in first.content()
    assert [talk.notes for talk in recorded(line)] == ["手机写的。桌上写的。"]
    desk.close()
    phone.close()


def test_signing_out_empties_the_device_of_what_is_saved(line, browser) -> None:
    context = opened(browser, viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/{line.talk_id}/record")
    ready(page)
    page.type("textarea[name=notes]", "已经到了服务器的话")
    said(page, "saySaved")
    page.click("form[action$='/sign-out'] button")
    page.wait_for_url("**/sign-in")
    left = page.evaluate(
        "caches.keys().then(names => new Promise(done => { const open = indexedDB.open('xinsheng', 1);"
        "open.onsuccess = () => { const all = open.result.transaction('drafts').objectStore('drafts').getAll();"
        "all.onsuccess = () => done({pages: names.filter(n => n.startsWith('xinsheng-pages-')),"
        " drafts: all.result}); }; }))"
    )
    assert left == {"pages": [], "drafts": []}
    context.close()


def test_no_page_with_a_talk_is_kept_by_the_worker(line, browser) -> None:
    context = opened(browser, viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/{line.talk_id}/record")
    ready(page)
    page.type("textarea[name=notes]", "只在草稿里的话")
    said(page, "saySaved")
    page.goto(f"{line.url}/app/talks/{line.talk_id}")
    page.goto(f"{line.url}/app/talks/{line.talk_id}/record")
    page.wait_for_timeout(500)
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys().then(ks => "
        "Promise.all(ks.map(k => c.match(k).then(a => a.text()).then(t => [new URL(k.url).pathname, t]))))))))"
        ".then(all => all.flat())"
    )
    pages = {path: text for path, text in kept if not path.startswith("/static/")}
    assert set(pages) == {"/app/talks/walk", "/app/talks/offline"}
    assert all("只在草稿里的话" not in text for _path, text in kept)
    context.close()


def test_another_account_sends_nothing_of_the_first(line, browser) -> None:
    context = opened(browser, viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/walk")
    ready(page)
    line.wire.pull()
    page.fill("#member", "A3 党员丙")
    page.fill("[name=notes]", "书记的话")
    page.check("input[name=visibility][value=interviewer]", force=True)
    page.click("button[type=submit].btn-primary")
    page.wait_for_selector("[data-queue] li")
    line.wire.plug()
    context.clear_cookies()
    sign_in(page, line, "committee")
    page.goto(f"{line.url}/app/talks/walk")
    page.wait_for_timeout(1500)
    assert "书记的话" not in page.content() and page.is_hidden("[data-queue-card]")
    with line.app.app_context():
        assert db.session.scalars(select(Talk).where(Talk.state == TalkState.RECORDED)).unique().all() == []
        db.session.remove()
    context.clear_cookies()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/walk")
    page.wait_for_selector("[data-done] a")
    assert [(talk.notes, talk.seen) for talk in recorded(line)] == [("书记的话", Visibility.INTERVIEWER)]
    context.close()


def test_members_are_looked_for_by_number_name_and_group(line, browser) -> None:
    context = opened(browser, viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    sign_in(page, line, "secretary")
    page.goto(f"{line.url}/app/talks/walk")
    with line.app.app_context():
        everybody = len(db.session.scalars(select(Member).where(Member.organisation_id == 1)).all())
        db.session.remove()
    assert everybody == 3
    for wanted, found in (("东班", 2), ("a3", 1), ("甲", 1), ("西班 党员", 1), ("没有这个人", 0)):
        page.fill("#member", wanted)
        assert page.locator("[data-matches] li").count() == found, wanted
    context.close()


def test_two_windows_of_one_browser_do_not_overwrite_each_other(line, browser) -> None:
    context = opened(browser, viewport=DESK, locale="zh-CN")
    first, second = context.new_page(), context.new_page()
    address = f"{line.url}/app/talks/{line.talk_id}/record"
    sign_in(first, line, "secretary")
    first.goto(address)
    first.type("textarea[name=notes]", "第一个窗口。")
    said(first, "saySaved")
    second.goto(address)
    second.evaluate("window.xsSheet.opened")
    assert second.input_value("[name=notes]") == "第一个窗口。"
    second.type("textarea[name=notes]", "第二个窗口。")
    first.type("textarea[name=notes]", "又一句。")
    said(first, "saySaved")
    said(second, "saySaved")
    second.close()
    first.goto(address)
    assert first.url.endswith("/conflict")
    assert "又一句。" in first.content() and "第二个窗口。" in first.content()
    context.close()
