"""The page for readers as a browser shows it: from a file, without a network, on a phone and on a desk."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from core.terms import FileFormat
from reports import formats
from tests.journeys.conftest import overflows, serious
from tests.reports import hostile, invented

DOCUMENTS = {
    "letter": (replace(invented.GONGWEN, notes_at="end"), "gongwen"),
    "summary": (invented.SUMMARY, "summary"),
    "blocks": (hostile.document("独特的话"), "gongwen"),
    "hostile": (hostile.document(" ".join(hostile.HTML)), "gongwen"),
    "long": (hostile.document("W" * 200), "summary"),
}

READ = ("letter", "summary", "blocks")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("which", DOCUMENTS)
def test_it_shows_everywhere(stage: Flask, tmp_path: Path, page: Page, which: str, width: int) -> None:
    document, style = DOCUMENTS[which]
    file = tmp_path / "report.html"
    file.write_bytes(formats.write(document, style=style, format=FileFormat.HTML))
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "its own policy lets its style in"
    assert not overflows(page)
    assert asked == [file.as_uri()] and said == []
    if width == 390 and which in READ:
        assert serious(page) == []


@pytest.mark.browser
def test_a_note_is_reached_and_left_again(stage: Flask, tmp_path: Path, page: Page) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(formats.write(hostile.document("独特的话"), style="gongwen", format=FileFormat.HTML))
    page.goto(file.as_uri())
    page.click("#call-2")
    assert page.url.endswith("#note-2")
    page.click("#note-2 .back")
    assert page.url.endswith("#call-2")
    page.keyboard.press("Home")
    assert page.locator(".skip").get_attribute("href") == "#text"
