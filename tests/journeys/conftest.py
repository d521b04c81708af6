"""A real browser on a real server: Chromium against the product on a free port of this machine."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from core.db import db
from tests.conftest import PASSWORD, build, people

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"


def served(app: Flask, **known: object) -> Iterator[SimpleNamespace]:
    """Serve an application on a free port; yield its address, the application and what else is `known`."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", app=app, **known)
    server.shutdown()
    thread.join(5)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The product with its cast, served on a free port; `house.url` is its address."""
    app = build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        people(app)
        db.session.remove()
    yield from served(app)


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page on which any script error or breach of the content policy fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    real = [fault for fault in faults if "status of 4" not in fault]
    assert real == [], real


def sign_in(page: Page, house: SimpleNamespace, username: str) -> None:
    """Sign in as one of the cast."""
    sign_in_with(page, house.url, username, PASSWORD)


def sign_in_with(page: Page, url: str, username: str, password: str) -> None:
    """Sign in with a name and a password."""
    page.goto(url + "/app/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.click("main form button.btn-primary[type=submit]")
    page.wait_for_url("**/app/")


def serious(page: Page) -> list[str]:
    """Return the serious and critical findings of axe-core on the page, WCAG 2.2 A and AA."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        ".then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(' | ')))"
    )
    return list(found)


def overflows(page: Page) -> bool:
    """Say whether the page is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone: 390 x 844, touch."""
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="zh-CN")
    yield context
    context.close()
