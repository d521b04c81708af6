"""The respondent's page: what it weighs, how old a browser may be, and what it tells its script."""

import gzip
import json
import re
from html import unescape

import pytest

from core.settings import ROOT
from core.terms import Access, Secrecy
from surveys import browser, queries, sheets
from tests.surveys.conftest import DEFINITION, Fielded, field

SCRIPTS = ("early", "rules", "answers", "survey", "widgets")


def test_the_page_weighs_little(app) -> None:
    fielded: Fielded = field(app)
    client = app.test_client()
    page = client.get(fielded.url, headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', gzip.decompress(page.data).decode())
    weights = {file: len(gzip.compress(client.get(file).data)) for file in files}
    total = len(page.data) + sum(weights.values())
    print(f"\npage {len(page.data)}, {weights}: {total} bytes")
    assert len(weights) >= 7 and total < 100_000


MODERN = {
    "optional chaining": r"\?\.(?!\d)",
    "nullish coalescing": r"\?\?",
    "powers": r"\*\*",
    "asynchronous functions": r"\basync\b|\bawait\b",
    "spread of objects": r"\{\s*\.\.\.|,\s*\.\.\.\w+\s*[,}]",
    "late methods": r"\.(?:replaceAll|flat|flatMap|matchAll|padStart|padEnd|trimStart|trimEnd|finally|at)\(",
    "late helpers": r"Object\.(?:fromEntries|entries|values)\b|\.includes\(|globalThis|BigInt",
    "named groups and looking back": r"\(\?<",
    "catch without a name": r"catch\s*\{",
    "trailing commas of calls": r",\s*\)",
    "private fields and classes with fields": r"(?<![\w'\"&;#])#[a-z]\w*\s*[=;(]",
    "numeric separators": r"\b\d+_\d",
    "modules": r"^\s*(?:import|export)\b",
}


def modern(source: str) -> list[str]:
    """Return what old WebViews do not read, in script without its comments, strings and patterns."""
    code = re.sub(r"/\*.*?\*/", " ", source, flags=re.S)
    code = re.sub(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", "''", code)
    code = re.sub(r"(?<=[=(,:!&|?\[])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[gimuy]*", " 0", code)
    return [what for what, pattern in MODERN.items() if re.search(pattern, code, re.M)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_old_browsers_read_the_scripts(name: str) -> None:
    source = (ROOT / "static" / "js" / f"{name}.js").read_text(encoding="utf-8")
    assert modern(source) == []


@pytest.mark.parametrize(
    "line",
    [
        "a?.b",
        "a ?? b",
        "2 ** 3",
        "async function f() {}",
        "x = { ...y }",
        "s.replaceAll('a', 'b')",
        "[[1]].flat()",
        "try { f() } catch { g() }",
        "f(a, b, )",
        "class A { #x = 1; }",
        "n = 1_000",
        "list.includes(1)",
        "Object.entries(x)",
    ],
)
def test_the_check_for_old_browsers_can_fail(line: str) -> None:
    assert modern(line) and not modern(f"'{line.replace(chr(39), '')}'") and not modern(f"/* {line} */")


def test_the_definition_on_the_page_is_what_the_server_judges(fielded: Fielded, app) -> None:
    page = app.test_client().get(fielded.url).text
    found = re.search(r'data-definition="([^"]*)"', page)
    assert found and json.loads(unescape(found[1])) == json.loads(json.dumps(browser.known(fielded.ready)))


def test_the_page_is_drawn_once(fielded: Fielded, app, monkeypatch) -> None:
    client = app.test_client()
    first = client.get(fielded.url)
    monkeypatch.setattr(sheets, "_questionnaire", None)
    assert client.get(fielded.url).data == first.data, "the second page is the same bytes, not drawn again"


def test_every_page_of_a_link_survey_has_its_own_right(app) -> None:
    fielded = field(app, DEFINITION)
    fielded.survey.access = Access.LINK
    client = app.test_client()
    rights = set()
    for encoding in ("gzip", "identity") * 3:
        page = client.get(fielded.url, headers={"Accept-Encoding": encoding})
        text = gzip.decompress(page.data).decode() if encoding == "gzip" else page.text
        found = re.findall(r'name="code" value="([A-Z2-7]+)"', text)
        assert len(found) == 1 and len(found[0]) >= 26 and text.rstrip().endswith("</html>")
        rights.add(found[0])
    assert len(rights) == 6 and "data-code" not in text.split("data-definition")[0]


@pytest.mark.parametrize("secrecy", list(Secrecy))
def test_the_page_promises_what_is_kept(app, secrecy: Secrecy) -> None:
    fielded = field(app, DEFINITION, secrecy=secrecy)
    page = app.test_client().get(fielded.url).text
    assert ("promise-rows" in page) is (secrecy is Secrecy.ROWS)
    public = queries.public_survey(fielded.survey.public_id)
    assert public is not None and public.secrecy is secrecy and public.access is Access.CODES
