"""Hostile words wherever people type, through the whole chain: composed, printed in every format, nothing but text."""

import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest

from concerns.models import Action, Concern, ConcernThread, Excerpt
from core.db import db
from core.settings import ROOT
from core.terms import FileFormat, PdfVariant, ReportStyle
from reports import drafts, editions, formats, wordings
from reports.blocks import Document, Paragraph, to_json
from surveys.models import Survey, Version
from tests.reports import archive_rules, hostile, invented
from tests.reports.plays import Twice, asked_twice, fill

ATTACKS = (
    "<script>alert(1)</script><img src=http://127.0.0.1:9/a onerror=alert(1)>",
    "</p></td></svg></title><link rel=attachment href=file:///etc/passwd>",
    "<svg onload=alert(1)><image href='file:///etc/passwd'/></svg>",
    "<style>@import url(http://127.0.0.1:9/x.css); p{background:url(file:///etc/passwd)}</style>",
    "<a href='javascript:alert(1)'>x</a><iframe src='data:text/html,x'></iframe>",
    "<object data='data:image/svg+xml,x'></object><base href=http://127.0.0.1:9/>",
    "&xxe;&#60;b&#62;]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "{{ 7*7 }}{% include '/etc/passwd' %}<!--#include file='x'-->",
    '" onload="alert(1)" style="background:url(//127.0.0.1:9/)',
    "[x](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png) <http://127.0.0.1:9>",
)
SVG = "http://www.w3.org/2000/svg"
IN_HTML = {"script", "img", "iframe", "object", "embed", "base", "form", "input", "image", "foreignObject", "audio"}
# WeasyPrint unpacks the fonts a style sheet names into a folder of its own.
UNPACKED = str(Path(tempfile.gettempdir()).resolve() / "weasyprint-")
OURS = (*(str(ROOT / "reports" / folder) for folder in ("fonts", "styles")), UNPACKED)


class Planted:
    """Hands out hostile texts, each with a sign of its own, and remembers the field it was put into."""

    def __init__(self) -> None:
        self._number = count(100)
        self.texts: dict[str, str] = {}
        self.fields: dict[str, str] = {}

    def __call__(self, field: str) -> str:
        number = next(self._number)
        sign = f"话{number}"
        self.texts[sign], self.fields[sign] = f"{sign}{ATTACKS[number % len(ATTACKS)]}", field
        return self.texts[sign]

    def reached(self, words: str) -> set[str]:
        """Return the fields whose sign stands among these words."""
        return {field for sign, field in self.fields.items() if sign in words}


def _definition(given: Any, put: Planted, key: str = "") -> Any:
    """Return a questionnaire with hostile words wherever people read any."""
    if isinstance(given, dict):
        return {name: _definition(value, put, name) for name, value in given.items()}
    if isinstance(given, list):
        return [_definition(each, put, key) for each in given]
    return put(f"survey {key}") if isinstance(given, str) and key in ("title", "t", "unit") else given


def _plant(twice: Twice, put: Planted) -> None:
    this, house = twice.this, twice.cast.branch
    house.name = put("organisation name")
    for name in ("title", "purpose", "guiding_idea", "arrangement", "emphasis", "population", "findings", "causes"):
        setattr(this, name, put(f"investigation {name}"))
    this.proposals = put("investigation proposals")
    for survey in db.session.query(Survey).filter_by(investigation_id=this.id):
        version = db.session.get_one(Version, survey.version_id)
        version.title, version.definition = put("survey name"), _definition(version.definition, put)
    for concern in db.session.query(Concern):
        concern.label, concern.summary = put("concern label"), put("concern summary")
        concern.theme, concern.category = put("concern theme")[:60], put("concern category")[:40]
    for thread in db.session.query(ConcernThread):
        thread.label = put("thread label")
    for excerpt in db.session.query(Excerpt):
        excerpt.text = put("excerpt text")
        excerpt.start, excerpt.end = 0, len(excerpt.text)
    for action in db.session.query(Action):
        for name in ("problem", "measure", "unit", "owner", "outcome", "evidence", "reason", "note", "checker"):
            setattr(action, name, put(f"action {name}"))
    head = {name: put(f"head {name}") for name in ("masthead", "number", "addressee", "copies_to", "printed_by")}
    for style in ReportStyle:
        kept = drafts.Head(**head, contents=True, notes_at="page")
        drafts.keep(this, kept, style=style, language="zh", based_on=0, by=twice.cast.secretary)
    db.session.commit()


def _reword(twice: Twice, put: Planted) -> None:
    document = _composed(twice, ReportStyle.GONGWEN)
    keys = list(dict.fromkeys(block.key for block in document.blocks if isinstance(block, Paragraph) and block.key))
    for key in keys[::3]:
        given = {"language": "zh", "generated": "x", "based_on": 0, "by": twice.cast.secretary}
        wordings.keep(twice.this, key, text=put("wording"), **given)
    db.session.commit()


def _composed(twice: Twice, style: ReportStyle) -> Document:
    db.session.expire_all()
    return editions.composed(twice.this, style=style, language="zh", within=twice.cast.branch)


WATCHED: list[tuple[str, str]] = []
_watching: list[bool] = []


def _watch(event: str, given: tuple[object, ...]) -> None:
    if _watching and event in ("open", "socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen"):
        WATCHED.append((event, str(given[1] if event == "socket.connect" else given[0])))


@pytest.fixture(scope="module")
def watched() -> Callable[[Callable[[], bytes]], tuple[bytes, set[tuple[str, str]]]]:
    """Run something and tell what it opened, files and addresses."""
    sys.addaudithook(_watch)

    def watched(act: Callable[[], bytes]) -> tuple[bytes, set[tuple[str, str]]]:
        WATCHED.clear()
        _watching.append(True)
        try:
            return act(), set(WATCHED)
        finally:
            _watching.clear()

    return watched


@pytest.fixture
def harmless(app: object, cast: object) -> Twice:
    """The play as it is, every row written."""
    twice = asked_twice(cast)  # type: ignore[arg-type]
    fill(twice)
    return twice


def _outside(opened: set[tuple[str, str]]) -> Iterator[str]:
    for event, what in opened:
        if event != "open" or not str(Path(what).resolve()).startswith(OURS):
            yield f"{event} {what}"


REQUIRED = {
    "organisation name", "investigation title", "investigation purpose", "investigation findings",
    "investigation causes", "investigation proposals", "survey name", "survey title", "survey t", "concern label",
    "excerpt text", "action measure", "action unit", "action owner", "head addressee", "head masthead", "head number",
    "head copies_to", "head printed_by", "wording",
}  # fmt: skip


def _write(document: Document, style: ReportStyle, format: FileFormat) -> bytes:
    variant = PdfVariant.ARCHIVE if format is FileFormat.PDF else PdfVariant.ACCESSIBLE
    return formats.write(document, style=style.value, format=format, variant=variant)


@pytest.mark.parametrize("style", ReportStyle, ids=[each.value for each in ReportStyle])
def test_hostile_words_are_only_words(harmless: Twice, watched: Callable[..., Any], style: ReportStyle) -> None:
    plain = invented.GONGWEN if style is ReportStyle.GONGWEN else invented.SUMMARY
    usual = {each: watched(lambda each=each: _write(plain, style, each))[1] for each in FileFormat}
    put = Planted()
    _plant(harmless, put)
    _reword(harmless, put)
    document = _composed(harmless, style)
    reached = put.reached(str(to_json(document)))
    if style is ReportStyle.GONGWEN:
        assert REQUIRED - reached == set()
    for format in FileFormat:
        made, opened = watched(lambda format=format: _write(document, style, format))
        assert list(_outside(opened - usual[format])) == []
        READ[format](made, put, document)


def _stands(text: str, put: Planted, document: Document) -> None:
    """Hold that words of the document stand in a text as they were typed, however lines were broken."""
    squeezed = re.sub(r"\s|\u200b|\u2060|\ufeff", "", text)
    told = str(to_json(document))
    wanted = {sign: given for sign, given in put.texts.items() if given in told}
    found = [sign for sign, given in wanted.items() if re.sub(r"\s", "", given) in squeezed]
    assert len(wanted) > 20 and len(found) > 0.8 * len(wanted), sorted(set(wanted) - set(found))


def _pdf(made: bytes, put: Planted, document: Document) -> None:
    assert archive_rules.faults(made, PdfVariant.ARCHIVE) == {}
    with pikepdf.open(io.BytesIO(made)) as pdf:
        actions = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/URI" in each]
        assert actions == [] and len(pdf.attachments) == 0
        assert pdf.docinfo.Title == document.title.replace("\n", "") and "<" in str(pdf.docinfo.Title)


def _html(made: bytes, put: Planted, document: Document) -> None:
    tree = hostile.tree(made.decode())
    for element in tree.iter():
        tag = str(element.tag).rsplit("}", 1)[-1]
        assert tag not in IN_HTML, tag
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), f"{tag} {name}"
            leads = re.match(r"\s*(javascript|data|file|https?):", value, re.I)
            assert not leads or name == "content" or value == SVG, f"{name} {value}"
            assert name not in ("src", "srcdoc", "data", "action") and (name != "href" or value.startswith("#"))
    styles = [hostile.text_of(each) for each in tree.iter() if str(each.tag).endswith("style")]
    assert not any("127.0.0.1" in each or "passwd" in each for each in styles)
    _stands(hostile.text_of(tree), put, document)


def _docx(made: bytes, put: Planted, document: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        for name in package.namelist():
            assert not re.search(r"\.(bin|exe|html?|js|vbs)$|vbaProject|embeddings|afchunk", name, re.I), name
            content = package.read(name)
            if name.endswith((".xml", ".rels")):
                assert b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
                ElementTree.fromstring(content)
            assert not (name.endswith(".rels") and b"External" in content), name
        body = ElementTree.fromstring(package.read("word/document.xml"))
    assert not any(each.tag.endswith("}altChunk") for each in body.iter())
    fields = [each.text or "" for each in body.iter() if each.tag.endswith("}instrText")]
    assert not any("127.0.0.1" in each or "INCLUDE" in each or "DDE" in each for each in fields)
    _stands("".join(each.text or "" for each in body.iter() if each.tag.endswith("}t")), put, document)


def _markdown(made: bytes, put: Planted, document: Document) -> None:
    text = made.decode()
    assert not re.search(r"(?<!\\)<[A-Za-z/!?]", text)
    assert not re.search(r"(?<!\\)\]\((?!#)", text)
    _stands(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text), put, document)


READ = {FileFormat.PDF: _pdf, FileFormat.HTML: _html, FileFormat.DOCX: _docx, FileFormat.MARKDOWN: _markdown}


@pytest.mark.parametrize("variant", PdfVariant, ids=[each.name for each in PdfVariant])
@pytest.mark.parametrize("style", ReportStyle, ids=[each.value for each in ReportStyle])
def test_a_composed_report_keeps_the_rules(harmless: Twice, style: ReportStyle, variant: PdfVariant) -> None:
    document = _composed(harmless, style)
    made = formats.write(document, style=style.value, format=FileFormat.PDF, variant=variant)
    assert archive_rules.faults(made, variant) == {}
