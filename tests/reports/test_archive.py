"""PDF for the archive and for readers without eyes: the rules hold, and each finds the fault it is there for.

The rules (ISO 19005-2 and -3 as `A`, ISO 14289-1 as `UA`), one function each in `archive_rules`, `accessible_rules`:

- the file: A 6.1.3 ID, no Encrypt; 6.1.7 no LZW, no outside streams; 6.1.13 limits; 6.5.1, 6.6.1 no JavaScript, Launch
  or other actions; 6.2.8, 6.2.9 nothing drawn from outside, no smoothed images;
- what it says of itself: A 6.6.2.1 XMP; 6.6.3 the same as the document information; 6.6.4 pdfaid; 6.6.2.3 schemas
  of its own described; UA 5 pdfuaid; UA 7.1 title shown; A 6.8 no files inside (2b); 19005-3 6.8 files with F, UF, AF,
  AFRelationship, MIME type, day and size (3b);
- colours and fonts: A 6.2.3 output intent and N; 6.2.4.3 no CMYK; 6.2.10 blend modes; 6.2.11.4, UA 7.21.4.1 embedded;
  UA 7.21.7 ToUnicode; A 6.2.11.5, UA 7.21.5 widths; A 6.2.11.8 no missing shapes;
- structure: UA 7.1 MarkInfo, no suspects, all content tagged or artifact, parent tree complete, known kinds only;
  7.2 Lang, nesting; 7.3 Alt; 7.4 headings in order; 7.5 heads with Scope; 7.17 bookmarks; 7.18.1, 7.18.5 links with
  Contents in Link; 7.18.3 tab order; A 6.3.2 annotations are printed.
"""

import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable

import pikepdf
import pytest
from flask import Flask

from core.terms import FileFormat, PdfVariant
from reports import archive, formats
from reports.blocks import Document, from_json
from tests.reports import archive_rules, hostile, invented
from tests.reports.archive_reading import RULES, fonts, structure

UA, A2, A3 = PdfVariant
DOCUMENTS: dict[str, tuple[Document, str]] = {
    "letter": (invented.GONGWEN, "gongwen"),
    "summary": (invented.SUMMARY, "summary"),
    "blocks": (hostile.document("独特的话"), "gongwen"),
}
Print = Callable[[str, PdfVariant], bytes]


@pytest.fixture(scope="module")
def make(stage: Flask) -> Print:
    """Print one of the documents in a variant, each once."""
    kept: dict[tuple[str, PdfVariant], bytes] = {}

    def make(which: str, variant: PdfVariant) -> bytes:
        document, style = DOCUMENTS[which]
        if (which, variant) not in kept:
            kept[which, variant] = formats.write(document, style=style, format=FileFormat.PDF, variant=variant)
        return kept[which, variant]

    return make


@pytest.mark.parametrize("variant", PdfVariant, ids=[each.name for each in PdfVariant])
@pytest.mark.parametrize("which", DOCUMENTS)
def test_every_variant_keeps_the_rules(make: Print, which: str, variant: PdfVariant) -> None:
    assert archive_rules.faults(make(which, variant), variant) == {}


@pytest.mark.skipif(not shutil.which("verapdf"), reason="verapdf is not installed: only our own rules were checked")
@pytest.mark.parametrize(
    ("variant", "flavour"), [(UA, "ua1"), (A2, "2b"), (A2, "ua1"), (A3, "3b"), (A3, "ua1")], ids=str
)
def test_verapdf_agrees(make: Print, variant: PdfVariant, flavour: str, tmp_path: object) -> None:
    file = tmp_path / "report.pdf"  # type: ignore[operator]
    file.write_bytes(make("letter", variant))
    answer = subprocess.run(
        ["verapdf", "--format", "text", "--flavour", flavour, str(file)], capture_output=True, text=True, check=False
    )
    assert answer.stdout.startswith("PASS"), answer.stdout


def test_the_data_is_inside_and_can_be_read_back(make: Print) -> None:
    document, _style = DOCUMENTS["letter"]
    with pikepdf.open(io.BytesIO(make("letter", A3))) as pdf:
        files = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
        kinds = {name: spec.get_file().mime_type for name, spec in pdf.attachments.items()}
        days = {str(each.EF.F.Params.ModDate)[:10] for each in pdf.Root.AF}
    assert from_json(json.loads(files["data.json"])) == document
    tables = [sheet for block in document.blocks for sheet in block.sheets()]
    assert len(files) == len(tables) + 1 > 5
    first = files["table-01.csv"].decode("utf-8-sig").splitlines()
    assert first[0] == ",".join(tables[0].columns) and len(first) == len(list(tables[0].rows)) + 1
    assert kinds == {name: "application/json" if name.endswith("json") else "text/csv" for name in files}
    assert days == {f"D:{document.date:%Y%m%d}"}


def test_only_the_variant_with_data_has_any(make: Print) -> None:
    assert archive.attached(invented.GONGWEN, UA) == archive.attached(invented.GONGWEN, A2) == ()
    assert b"/EmbeddedFile" not in make("blocks", UA) + make("blocks", A2)


def test_data_survives_what_people_type(stage: Flask) -> None:
    document = hostile.document("=1+1\x00\ud800\r\n\"',;")
    files = {each.name: each.content for each in archive.data_of(document)}
    assert json.loads(files["data.json"])["organisation"].startswith("=1+1")
    assert not any(cell.startswith("=") for cell in files["table-02.csv"].decode("utf-8-sig").split(","))
    assert list(files) == sorted(files)


PRINT = """
import hashlib, sys
from flask import Flask
from core import i18n
from core.settings import ROOT
from core.terms import FileFormat, PdfVariant
from reports import formats
from tests.reports.test_archive import DOCUMENTS
stage = Flask("stage", root_path=str(ROOT))
i18n.init_app(stage)
with stage.app_context():
    for variant in PdfVariant:
        document, style = DOCUMENTS["blocks"]
        made = formats.write(document, style=style, format=FileFormat.PDF, variant=variant)
        print(hashlib.sha256(made).hexdigest())
"""


def test_another_process_prints_the_same_bytes(make: Print) -> None:
    again = subprocess.run([sys.executable, "-c", PRINT], capture_output=True, text=True, check=True).stdout.split()
    assert again == [hashlib.sha256(make("blocks", variant)).hexdigest() for variant in PdfVariant]


# --- each rule finds its fault ----------------------------------------------------------------------------------------

Break = Callable[[pikepdf.Pdf], None]


def _xmp(before: bytes, after: bytes) -> Break:
    def change(pdf: pikepdf.Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert before in packet
        pdf.Root.Metadata = pdf.make_stream(packet.replace(before, after), Type=pikepdf.Name.Metadata)

    return change


def _add(pdf: pikepdf.Pdf, content: bytes) -> None:
    pdf.pages[0].contents_add(pdf.make_stream(content))


def _first(pdf: pikepdf.Pdf, kind: str) -> pikepdf.Object:
    return next(each for each in structure(pdf) if str(each.S) == kind)


def _link(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return next(each for page in pdf.pages for each in page.get("/Annots", []))


def _linked_page(pdf: pikepdf.Pdf) -> pikepdf.Page:
    return next(page for page in pdf.pages if "/Annots" in page)


def _widen(pdf: pikepdf.Pdf) -> None:
    font = next(fonts(pdf)).DescendantFonts[0]
    font.W[1] = pikepdf.Array([int(each) + 7 for each in font.W[1]])


def _embed(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.txt"] = b"x"


def _put(path: Callable[[pikepdf.Pdf], object], key: str, value: object) -> Break:
    return lambda pdf: path(pdf).__setitem__(key, value)


def _drop(path: Callable[[pikepdf.Pdf], object], key: str) -> Break:
    return lambda pdf: path(pdf).__delitem__(key)


def _root(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.Root


SCRIPT = pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name.JavaScript, JS="1")
FAULTS: dict[str, tuple[str, Break]] = {
    "limits: a deep nest": ("within_limits", lambda pdf: _add(pdf, b"q " * 29 + b"Q " * 29)),
    "limits: a long text": ("within_limits", _put(_root, "/X", pikepdf.String("x" * 40000))),
    "a script": ("does_nothing", _put(_root, "/OpenAction", SCRIPT)),
    "a page that acts": ("does_nothing", lambda pdf: pdf.pages[0].obj.__setitem__("/AA", pikepdf.Dictionary())),
    "a launch": (
        "does_nothing",
        lambda pdf: _link(pdf).__setitem__(
            "/A", pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name.Launch))
        ),
    ),
    "a stream outside": ("kept_inside", lambda pdf: pdf.Root.Metadata.__setitem__("/F", pikepdf.String("x"))),
    "a smoothed image": ("drawn_by_itself", lambda pdf: pdf.Root.Metadata.__setitem__("/Interpolate", True)),
    "broken XMP": ("described", _xmp(b"</rdf:RDF>", b"")),
    "another title": ("described_once", lambda pdf: pdf.docinfo.__setitem__("/Title", "x")),
    "part 1": ("called_a3b", _xmp(b'pdfaid:part="3"', b'pdfaid:part="1"')),
    "no pdfuaid": ("called_accessible", _xmp(b'pdfuaid:part="1"', b"")),
    "a schema unexplained": ("explained", _xmp(b"pdfaSchema:namespaceURI", b"pdfaSchema:x")),
    "title not shown": ("titled", _drop(_root, "/ViewerPreferences")),
    "no relationship": ("files_explained", lambda pdf: pdf.Root.AF[0].__delitem__("/AFRelationship")),
    "not in AF": ("files_explained", lambda pdf: pdf.Root.AF.__delitem__(0)),
    "no MIME type": ("files_explained", lambda pdf: pdf.Root.AF[0].EF.F.__delitem__("/Subtype")),
    "a file more": ("files_explained", _embed),
    "no intent": ("colours_meant", _drop(_root, "/OutputIntents")),
    "a wrong N": ("colours_meant", lambda pdf: pdf.Root.OutputIntents[0].DestOutputProfile.__setitem__("/N", 4)),
    "CMYK": ("colours_known", lambda pdf: _add(pdf, b"/Artifact BMC 0 0 0 1 k EMC")),
    "a blend mode": ("blended_plainly", _put(_root, "/X", pikepdf.Dictionary(BM=pikepdf.Name.Odd))),
    "an alpha of 2": ("blended_plainly", _put(_root, "/X", pikepdf.Dictionary(ca=2))),
    "a font outside": (
        "fonts_inside",
        lambda pdf: [
            next(fonts(pdf)).DescendantFonts[0].FontDescriptor.__delitem__(key)
            for key in ("/FontFile2", "/FontFile3")
            if key in next(fonts(pdf)).DescendantFonts[0].FontDescriptor
        ],
    ),
    "no way back to text": ("text_read_back", lambda pdf: next(fonts(pdf)).__delitem__("/ToUnicode")),
    "wrong widths": ("widths_told", _widen),
    "a missing shape": ("nothing_missing", lambda pdf: _add(pdf, b"/Artifact BMC BT <0000> Tj ET EMC")),
    "not marked": ("tagged", _drop(_root, "/MarkInfo")),
    "no language": ("in_a_language", _drop(_root, "/Lang")),
    "untagged": ("everything_tagged", lambda pdf: _add(pdf, b"0 0 9 9 re f")),
    "an artifact inside": (
        "everything_tagged",
        lambda pdf: _add(pdf, b"/P <</MCID 999>> BDC /Artifact BMC EMC EMC"),
    ),
    "no parent": ("found_from_the_page", lambda pdf: _add(pdf, b"/P <</MCID 999>> BDC EMC")),
    "an annotation lost": ("found_from_the_page", lambda pdf: _link(pdf).__setitem__("/StructParent", 9999)),
    "an unknown kind": ("known_kinds", lambda pdf: _first(pdf, "/P").__setitem__("/S", pikepdf.Name.Odd)),
    "a skipped level": ("headings_in_order", lambda pdf: _first(pdf, "/H2").__setitem__("/S", pikepdf.Name.H6)),
    "a figure untold": ("pictures_told", lambda pdf: _first(pdf, "/Figure").__delitem__("/Alt")),
    "no scope": (
        "tables_with_heads",
        lambda pdf: [_first(pdf, "/TH").A.__delitem__("/Scope"), _first(pdf, "/TH").__delitem__("/ID")],
    ),
    "a cell outside": ("well_nested", lambda pdf: _first(pdf, "/P").__setitem__("/S", pikepdf.Name.TD)),
    "a silent link": ("links_told", lambda pdf: _link(pdf).__delitem__("/Contents")),
    "a hidden link": ("links_printed", lambda pdf: _link(pdf).__setitem__("/F", 2)),
    "no tab order": ("reached_in_order", lambda pdf: _linked_page(pdf).obj.__delitem__("/Tabs")),
    "no bookmarks": ("found_by_headings", _drop(_root, "/Outlines")),
}


@pytest.mark.parametrize("planted", FAULTS)
def test_each_rule_finds_its_fault(make: Print, planted: str) -> None:
    name, change = FAULTS[planted]
    assert archive_rules.faults(make("blocks", A3), A3, only=name) == {}
    assert name in faults_after(make("blocks", A3), change, A3, name)


def faults_after(content: bytes, change: Break, variant: PdfVariant, only: str, **save: object) -> dict[str, list[str]]:
    """Break a good PDF and return what a rule says."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(out, fix_metadata_version=False, **save)  # type: ignore[arg-type]
    return archive_rules.faults(out.getvalue(), variant, only)


def test_the_rules_of_files_and_keys_find_theirs(make: Print) -> None:
    locked, good = pikepdf.Encryption(owner="x", user=""), make("blocks", A2)
    assert faults_after(good, lambda pdf: None, A2, "not_encrypted", encryption=locked)
    assert faults_after(good, _embed, A2, "alone")
    assert faults_after(good, _xmp(b'pdfaid:part="2"', b""), A2, "called_a2b")
    assert archive_rules.faults(good.replace(b"/ID [", b"/IX ["), A2, "identified")


def test_no_rule_is_untried() -> None:
    tried = {name for name, _change in FAULTS.values()} | {"not_encrypted", "alone", "called_a2b", "identified"}
    assert tried == set(RULES)
