"""Our own format: what is written is what was read, and every line is in it or named."""

import json
from pathlib import Path

import pytest
from flask import Flask

from core import i18n
from core.settings import ROOT
from surveys import formats, instruments
from surveys.definitions import normalised
from surveys.formats.own import Own

GOOD = sorted((Path(__file__).parents[1] / "instruments" / "good").glob("*.yaml"))
OWN = Own()


@pytest.fixture(scope="module", autouse=True)
def words_only():
    app = Flask(__name__, root_path=str(ROOT))
    i18n.init_app(app)
    with app.app_context(), i18n.speaking("en"):
        yield


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_is_written_is_what_was_read(path) -> None:
    content = path.read_bytes()
    reading = formats.read(content, path.name)
    assert reading.format == "json" and reading.usable, reading.notes
    lines = {number for number, line in enumerate(content.decode().splitlines(), start=1) if line.strip()}
    assert lines == reading.used | {note.line for note in reading.notes}
    written = OWN.write(reading.definition)
    again = formats.read(written.content, written.name)
    assert again.usable and again.definition == reading.definition == normalised(reading.definition)
    assert OWN.write(again.definition).content == written.content and not written.notes


def test_one_language_can_be_asked_for() -> None:
    path = next(path for path in GOOD if path.stem == "two-languages")
    written = json.loads(OWN.write(instruments.parse(path.read_bytes(), path.name), language="en").content)
    assert written["title"] == "Survey" and written["lang"] == "en" and "languages" not in written


def test_rules_written_as_text_are_taken() -> None:
    text = "title: t\nitems:\n- {id: a, type: yes_no, title: a}\n- {id: b, type: yes_no, title: b, show_if: a == 'yes'}"
    reading = formats.read(text.encode(), "x.yaml")
    assert reading.definition["items"][1]["show_if"] == {"item": "a", "op": "==", "value": "yes"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"title: t\nitems:\n- {id: a\n- b", 4),
        (b"title: t\ntitle: u\nitems: []", 2),
        (b'{"title": "t",\n "items": [}', 2),
        (b"title: &a t\nintro: *a", 2),
        (b"\xff\xfe", None),
        (b"- 1\n- 2", None),
    ],
)
def test_what_cannot_be_read_says_where(content, line) -> None:
    reading = OWN.read(content, "x.yaml")
    assert reading.definition is None and reading.notes[0].level == "error" and reading.notes[0].line == line


def test_what_is_wrong_is_said_with_its_line() -> None:
    text = "title: t\nitems:\n- id: a\n  type: yes_no\n  title: a\n- id: b\n  type: telepathy\n  title: b\n"
    notes = OWN.read(text.encode(), "x.yaml").notes
    assert [(note.level, note.line) for note in notes] == [("error", 6)]


def test_other_files_are_not_claimed() -> None:
    assert OWN.claims("1. 您的岗位 [单选题]\n○ 检修\n○ 运行".encode(), "x.txt") == 0.0
    assert OWN.claims(b"PK\x03\x04", "x.xlsx") == 0.0
    assert OWN.claims(b'{"title": "t", "items": []}', "pasted") > 0.9
