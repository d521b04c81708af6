"""A browser and a server killed at random while somebody types: no character is lost that had a moment to be kept."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright
from sqlalchemy import select

from core.db import db
from core.settings import ROOT
from interviews import queries, talks
from interviews.talks import PlannedTalk
from members.models import Account
from tests.conftest import PASSWORD, TODAY, build, people
from tests.faults.test_killed import kill, start, wait_for
from vault import keys

pytestmark = pytest.mark.browser

SEEDS = range(24 if os.environ.get("XINSHENG_LONG_TESTS") else 2)
KILLS = 2
MOMENT = 0.3  # seconds within which what is typed is on the disk of the device; the server follows every few seconds
WORDS = "夜班食堂没有热饭，泵房照明坏了两盏；家里老人住院要人照看，希望把排班提前一周公布。"


class Machine:
    """A real server and a real browser with a profile of its own; each can be killed and started again."""

    def __init__(self, playwright: Playwright, folder: Path, environment: dict[str, str]) -> None:
        self.playwright, self.profile, self.environment = playwright, folder / "profile", environment
        self.url = f"http://127.0.0.1:{environment['PORT']}"
        self.server: subprocess.Popen | None = None
        self.browser: subprocess.Popen | None = None
        self.driven: Browser | None = None

    def start_server(self) -> None:
        if self.server is None:
            self.server = start(self.environment, "gunicorn", "--config", "deploy/gunicorn.conf.py")
            wait_for(self.url + "/app/sign-in")

    def kill_server(self) -> None:
        if self.server is not None:
            kill(self.server)
            self.server = None

    def start_browser(self) -> Page:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        program = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
        own = [f"--remote-debugging-port={port}", f"--user-data-dir={self.profile}", "about:blank"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.browser = subprocess.Popen([program, *flags, *own], cwd=ROOT, start_new_session=True, **quiet)
        for _attempt in range(150):
            with suppress(Error):
                self.driven = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                break
            time.sleep(0.1)
        assert self.driven is not None, "the browser did not start"
        page = self.driven.contexts[0].new_page()
        page.set_default_timeout(20_000)
        return page

    def kill_browser(self) -> None:
        if self.browser is not None:
            with suppress(ProcessLookupError):  # it has closed by itself
                os.killpg(self.browser.pid, signal.SIGKILL)
            self.browser.wait(10)
            self.browser = None
            with suppress(Error):
                self.driven.close()


@contextmanager
def machine(playwright: Playwright, folder: Path, environment: dict[str, str]) -> Iterator[Machine]:
    made = Machine(playwright, folder, environment)
    try:
        yield made
    finally:
        made.kill_browser()
        made.kill_server()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A folder with a talk the secretary has planned, and what real processes on it need to know."""
    folder = tmp_path / "instance"
    app = build(folder)
    with app.app_context():
        cast = people(app)
        planned = PlannedTalk(cast.worker.id, cast.boss.id, TODAY)
        talk_id = talks.plan(planned, within=cast.branch, by=cast.secretary).id
        db.session.commit()
        db.session.remove()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    known = {"XINSHENG_DATA": str(folder), "DATABASE_URL": app.config["SETTINGS"].database, "XINSHENG_QUEUE": ""}
    environment = {**os.environ, **known, "HOST": "127.0.0.1", "PORT": port, "XINSHENG_WEB_WORKERS": "1"}
    yield SimpleNamespace(app=app, folder=tmp_path, environment=environment, talk_id=talk_id)
    with app.app_context():
        db.engine.dispose()


def open_sheet(page: Page, machine: Machine, talk_id: int) -> str:
    """Open the sheet, signing in when that is asked; return its notes once the device has put back what it kept."""
    address = f"{machine.url}/app/talks/{talk_id}/record"
    page.goto(address)
    if page.query_selector("input[name=password]"):
        page.fill("input[name=username]", "secretary")
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button.btn-primary[type=submit]")
        page.wait_for_url(address)
    page.evaluate("window.xsSheet.opened")
    return page.input_value("textarea[name=notes]")


def at_hand(page: Page) -> bool:
    """Say whether the device holds the pages it opens without a connection."""
    return bool(
        page.evaluate(
            "caches.keys().then(all => all.some(name => name.startsWith('xinsheng-pages-')) && "
            "caches.open('xinsheng-files').then(files => files.keys()).then(kept => kept.length > 8))"
        )
    )


def type_until(page: Page, chance: random.Random, end: float) -> list[tuple[str, float]]:
    """Type at a random pace until `end`; return each character with the moment the browser had taken it."""
    page.focus("textarea[name=notes]")
    page.evaluate("n => n.setSelectionRange(n.value.length, n.value.length)", page.query_selector("[name=notes]"))
    typed = []
    while time.monotonic() < end:
        sign = chance.choice(WORDS)
        page.keyboard.insert_text(sign)
        typed.append((sign, time.monotonic()))
        time.sleep(chance.choice((0, 0, 0.01, 0.04, 0.15)))
    return typed


def lost(before: str, typed: list[tuple[str, float]], found: str, killed_at: float) -> tuple[int, float]:
    """Return how many of the last characters are gone and the age of the oldest; nothing else may have changed."""
    whole = before + "".join(sign for sign, _moment in typed)
    assert whole.startswith(found), f"what was found is no beginning of what was typed: {found[-40:]!r}"
    assert found.startswith(before), "what was there before is gone"
    gone = len(whole) - len(found)
    return gone, killed_at - typed[-gone][1] if gone else 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_no_character_is_lost(house, playwright, seed, capsys) -> None:
    chance, figures, text, count = random.Random(seed), [], "", 0
    with machine(playwright, house.folder, house.environment) as both:
        both.start_server()
        page = both.start_browser()
        assert open_sheet(page, both, house.talk_id) == ""
        for _attempt in range(100):
            if at_hand(page):
                break
            time.sleep(0.1)
        assert at_hand(page)
        for _kill in range(KILLS):
            what = chance.choice(("browser", "server first", "both"))
            if what == "server first":  # the text of the next seconds never reaches it
                both.kill_server()
            typed = type_until(page, chance, time.monotonic() + chance.uniform(1, 4))
            killed_at = time.monotonic()
            if what == "both":
                both.kill_server()
            both.kill_browser()
            if what == "browser" or chance.random() < 0.5:
                both.start_server()
            page = both.start_browser()
            found = open_sheet(page, both, house.talk_id)
            gone, age = lost(text, typed, found, killed_at)
            figures.append((what, len(typed), gone, age))
            count, text = count + len(typed), found
        both.start_server()
        text = finish(page, both, house, text)
    assert notes_of(house) == text
    with capsys.disabled():
        told = ", ".join(f"{what}: {gone} of {many} ({age:.2f} s)" for what, many, gone, age in figures)
        print(f"\n  seed {seed}: {count} characters typed; lost at each kill: {told}")
    assert all(age < MOMENT for _what, _many, _gone, age in figures), figures
    assert count > 20, "too little was typed to prove anything"


def finish(page: Page, both: Machine, house: SimpleNamespace, text: str) -> str:
    """Reload with the server there, write a last word and save the record as a person would."""
    found = open_sheet(page, both, house.talk_id)
    assert found == text, "the text changed although nobody typed"
    page.focus("textarea[name=notes]")
    page.evaluate("n => n.setSelectionRange(n.value.length, n.value.length)", page.query_selector("[name=notes]"))
    page.keyboard.insert_text("完")
    page.check("input[name=visibility][value=interviewer]", force=True)
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: "/record" not in url)
    return found + "完"


def notes_of(house: SimpleNamespace) -> str:
    """Return what the server holds as the record."""
    with house.app.app_context():
        reader = db.session.scalar(select(Account).where(Account.username == "secretary"))
        reader.keyring = keys.unlock(reader, PASSWORD)
        (found,) = queries.notes([house.talk_id], within=reader.organisation, reader=reader).values()
        db.session.remove()
    return found
