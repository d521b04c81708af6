"""Words of people that would like to be code: markup in pages, formulas in spreadsheets, templates, names of files.

Every name, title and note of the sample is replaced by such words; then everything is opened and downloaded as the
secretary. Reports, charts, Markdown and the survey page are tried beside what draws them (see SECURITY.md).
"""

import csv
import io
import re
import unicodedata
import zipfile

import pytest
import tinyhtml5
from openpyxl import load_workbook
from sqlalchemy import select, update

from core.db import Model, db
from core.settings import ROOT
from core.spreadsheet import DANGEROUS
from members.models import Group
from tests.house.test_every_page import addresses, browser

# Each is a formula, markup, an attribute's end, a template and a header at once; the marks tell which one came to life.
HOSTILE = "=1+1|\"><b id=pwned>{{7*191}}{% x %}${7*191}'x=\r\nX-Pwned: 1"
SHOWN = {
    "action": ["problem", "source", "measure", "unit", "owner", "checker", "outcome", "evidence", "reason", "note"],
    "activity": ["title", "place", "minutes"],
    "board": ["title", "introduction"],
    "concern": ["label", "summary", "theme", "includes", "excludes"],
    "concern_thread": ["label"],
    "excerpt": ["text"],
    "follow_up": ["promise", "outcome"],
    "guide": ["title", "opening"],
    "instrument": ["title"],
    "instrument_version": ["title"],
    "investigation": [
        *(
            "title",
            "purpose",
            "guiding_idea",
            "arrangement",
            "emphasis",
            "population",
            "findings",
            "causes",
            "proposals",
        )
    ],
    "member": ["name", "post", "duty", "shift", "standing_note", "note"],
    "organisation": ["name"],
    "reply": ["said", "did", "returned"],
    "talk": ["occasion", "place"],
    "talk_event": ["reason"],
    "talk_scan": ["file_name"],
    "topic": ["title"],
    "account": ["name"],
}
# Pages of reports and printed papers take long to draw; tests/reports fills every block with hostile words.
DRAWN_ELSEWHERE = {"reports.page_picture", "reports.paper", "reports.poster", "reports.instrument_paper"}


@pytest.fixture(scope="module")
def answers(world):
    """What every address gives the secretary once all words are hostile: (rule, status, headers, content)."""
    with world.app.app_context():
        for table, columns in SHOWN.items():
            rows = Model.metadata.tables[table]
            for name in columns:
                column = rows.c[name]
                words = HOSTILE[: column.type.length or None]
                db.session.execute(update(rows).where(column != "").values({name: words}))
        for group in db.session.scalars(select(Group)):
            group.name = f"{group.id}{HOSTILE}"[:80]  # no two may be called alike
        db.session.commit()
    client, got = browser(world, "shuji"), []
    for rule, url in addresses(world, "GET"):
        if url.endswith(".pdf") or rule.endpoint in DRAWN_ELSEWHERE:
            continue
        answer = client.get(url)
        got.append((rule.endpoint, answer.status_code, answer.headers, answer.data))
    return got


@pytest.fixture(scope="module")
def pages(answers):
    """The pages among them, taken apart: (endpoint, document, text)."""
    return [
        (endpoint, tinyhtml5.parse(content.decode(), namespace_html_elements=False), content.decode())
        for endpoint, _status, headers, content in answers
        if headers.get("Content-Type", "").startswith("text/html")
    ]


def test_every_page_opens_and_no_word_becomes_markup_or_template(answers, pages) -> None:
    crashed = [(endpoint, status) for endpoint, status, _headers, _content in answers if status >= 500]
    assert crashed == []
    met = 0
    for endpoint, document, text in pages:
        assert "1337" not in re.sub(r"<[^>]*>", "", text), f"{endpoint} worked a template out"
        for element in document.iter():
            if isinstance(element.tag, str):
                assert element.get("id") != "pwned", f"{endpoint}: words became an element"
                assert not any(name.startswith(("{{", "x-pwned")) for name in element.attrib), endpoint
        met += "pwned" in text
    assert met > 40, "the hostile words are on few pages: this test would find nothing"


def test_no_page_brings_script_or_style_of_its_own(pages) -> None:
    for endpoint, document, _text in pages:
        for element in document.iter():
            if not isinstance(element.tag, str):
                continue
            if element.tag == "script":
                data = element.get("type") in ("application/json", "text/plain")
                assert element.get("src", "").startswith("/static/") or data, f"{endpoint}: a script inside"
            assert element.tag != "style", f"{endpoint}: a style inside"
            handlers = [name for name in element.attrib if name.startswith("on") or name == "style"]
            assert not handlers, f"{endpoint}: {handlers}"
            for name in ("href", "src", "action", "formaction"):
                assert not (element.get(name) or "").lower().lstrip().startswith(("javascript:", "vbscript:")), endpoint


def test_no_header_is_split_and_no_file_is_named_a_path(answers) -> None:
    named = 0
    for endpoint, _status, headers, _content in answers:
        assert "X-Pwned" not in headers, endpoint
        told = headers.get("Content-Disposition", "")
        assert not re.search(r"[\r\n]", told), endpoint
        name = re.search(r"filename=\"?([^\";]*)", told)
        if name:
            named += 1
            assert not re.search(r"[/\\\0]|^\.\.", name[1]), f"{endpoint}: {name[1]}"
    assert named > 5


def test_no_spreadsheet_runs_what_somebody_wrote(answers) -> None:
    met = 0
    for endpoint, _status, headers, content in answers:
        if content[:2] == b"PK" and "sheet" in headers.get("Content-Type", ""):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
                assert not any(b"<f>" in book.read(name) or b"<f " in book.read(name) for name in sheets), endpoint
                assert not any("externalLink" in name for name in book.namelist()), endpoint
            cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row]
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells), endpoint
            met += any("pwned" in str(cell.value) for cell in cells)
        elif headers.get("Content-Type", "").startswith("text/csv"):
            for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
                assert not any(cell.startswith(DANGEROUS) and not cell.lstrip("+-").isdecimal() for cell in row)
            met += b"pwned" in content
    assert met >= 3


def test_no_document_holds_a_field_or_a_link_somebody_wrote(answers) -> None:
    for endpoint, _status, _headers, content in answers:
        if content[:2] != b"PK" or b"word/document.xml" not in content:
            continue
        with zipfile.ZipFile(io.BytesIO(content)) as document:
            body = document.read("word/document.xml").decode()
            links = document.read("word/_rels/document.xml.rels").decode()
        for field in re.findall(r"<w:instrText[^>]*>([^<]*)<", body):
            assert not re.search(r"pwned|DDE|INCLUDE|HYPERLINK \"http", field), f"{endpoint}: {field}"
        assert 'TargetMode="External"' not in links, endpoint


def test_a_calendar_line_is_no_second_line(answers) -> None:
    for endpoint, _status, headers, content in answers:
        if headers.get("Content-Type", "").startswith("text/calendar"):
            assert not re.search(rb"(?m)^X-Pwned", content.replace(b"\r\n ", b"")), endpoint


def test_templates_are_files_of_ours_and_escape_by_default(world) -> None:
    assert world.app.jinja_env.autoescape is not False
    for path in ROOT.rglob("*.py"):
        if {".venv", "tests", "bench"} & set(path.relative_to(ROOT).parts):
            continue
        text = path.read_text(encoding="utf-8")
        assert "render_template_string" not in text, f"{path.name} makes a template of words"


def test_signs_that_turn_text_around_are_no_reason_to_crash(world) -> None:
    client = browser(world, "shuji")
    for words in ("\u202e", "\u2066", "a\u0000b", "\ud800".encode("utf-8", "surrogatepass"), "\uffff", "ﷺ" * 50):
        answer = client.get("/app/members", query_string={"q": words})
        assert answer.status_code in (200, 400, 422)
    assert unicodedata.category("\u202e") == "Cf"
