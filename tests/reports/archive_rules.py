"""Rules of PDF/A-2 and -3 (ISO 19005-2, -3) and PDF/UA-1 (ISO 14289-1), read back from the file itself.

Not all of them: those a report could break. veraPDF knows the rest; it runs beside these where it is installed.
`A` stands for ISO 19005-2:2011 (19005-3:2012 has the same clauses), `UA` for ISO 14289-1:2014.
"""

import io
import re
from collections import Counter
from xml.etree import ElementTree

import pikepdf

from core.terms import PdfVariant
from tests.reports import accessible_rules as accessible_rules
from tests.reports.archive_reading import (
    A2,
    A3,
    BOTH,
    EVERY,
    NAMES,
    RULES,
    SHOWING,
    UA,
    Found,
    attribute,
    codes,
    content,
    dictionaries,
    few,
    fonts,
    rule,
    said,
    streams,
    strings,
    told_widths,
    true_widths,
    xmp,
)

BLENDING = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge"}
GO = {"/GoTo", "/URI", "/Named"}


def faults(printed: bytes, variant: PdfVariant, only: str = "") -> dict[str, list[str]]:
    """Return what is wrong with a PDF of that variant: name of the rule -> what was found, a few of each."""
    rules = [each for each in RULES.values() if variant in each.variants and only in ("", each.name)]
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        found = {each.name: few(each.check(pdf)) for each in rules}
    return {name: wrong for name, wrong in found.items() if wrong}


def listed() -> str:
    """Return the rules as a Markdown table for the documentation."""
    rows = [f"| {each.clause} | {each.says} | {' '.join(v.value for v in each.variants)} |" for each in RULES.values()]
    return "\n".join(["| Clause | Rule | Variants |", "|---|---|---|", *rows])


# --- the file ---------------------------------------------------------------------------------------------------------


@rule("A 6.1.3", BOTH)
def identified(pdf: pikepdf.Pdf) -> Found:
    """The trailer has an ID of two strings."""
    if len(pdf.trailer.get("/ID", [])) != 2:
        yield "no ID"


@rule("A 6.1.3", EVERY)
def not_encrypted(pdf: pikepdf.Pdf) -> Found:
    """The trailer has no Encrypt."""
    if "/Encrypt" in pdf.trailer:
        yield "encrypted"


@rule("A 6.1.7", EVERY)
def kept_inside(pdf: pikepdf.Pdf) -> Found:
    """No stream is packed with LZW or kept in another file."""
    for each in streams(pdf):
        if "LZW" in str(each.get("/Filter", "")):
            yield "LZW"
        yield from (str(key) for key in ("/F", "/FFilter", "/FDecodeParms") if key in each)


@rule("A 6.1.13", BOTH)
def within_limits(pdf: pikepdf.Pdf) -> Found:
    """Strings are at most 32767 bytes, q nests at most 28 deep, pages measure 3 to 14400 units."""
    for each in pdf.objects:
        yield from (f"string of {len(text)}" for text in strings(each) if len(text) > 32767)
    for page in pdf.pages:
        deepest = depth = 0
        for _operands, operator in pikepdf.parse_content_stream(page):
            depth += {"q": 1, "Q": -1}.get(str(operator), 0)
            deepest = max(deepest, depth)
        if deepest > 28 or not all(3 <= float(side) <= 14400 for side in list(page.MediaBox)[2:]):
            yield f"nested {deepest}"


@rule("A 6.5.1, 6.6.1", EVERY)
def does_nothing(pdf: pikepdf.Pdf) -> Found:
    """Nothing runs, opens or sends anything: no JavaScript, Launch or other actions, none when it is opened, no XFA."""
    for each in (pdf.Root, *pdf.pages, *pdf.objects):
        if isinstance(each, (pikepdf.Dictionary, pikepdf.Page)):
            yield from (key for key in ("/AA", "/JS", "/XFA", "/OpenAction") if key in each)
            action = each.get("/S")
            if each.get("/Type") == pikepdf.Name.Action and str(action) not in GO:
                yield f"action {action}"
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "/JavaScript"


@rule("A 6.2.9, 6.2.8", BOTH)
def drawn_by_itself(pdf: pikepdf.Pdf) -> Found:
    """No reference to pages of other files, no PostScript, no alternate or smoothed images."""
    for each in streams(pdf):
        yield from (key for key in ("/Ref", "/OPI", "/PS", "/Alternates") if key in each)
        if each.get("/Interpolate", False) or str(each.get("/Subtype")) == "/PS":
            yield "interpolated or PostScript"


# --- what it says of itself -------------------------------------------------------------------------------------------


@rule("A 6.6.2.1", EVERY)
def described(pdf: pikepdf.Pdf) -> Found:
    """The catalog has XMP metadata, well-formed XML in UTF-8 with one RDF."""
    try:
        if len(xmp(pdf).findall("rdf:RDF", NAMES)) != 1:
            yield "not one RDF"
    except (AttributeError, ElementTree.ParseError) as error:
        yield str(error)


@rule("A 6.6.3, 6.1.5", EVERY)
def described_once(pdf: pikepdf.Pdf) -> Found:
    """Title, author and producer are the same in XMP and in the document information."""
    read = {
        "/Title": said(pdf, "dc:title/rdf:Alt/rdf:li"),
        "/Author": said(pdf, "dc:creator/rdf:Seq/rdf:li"),
        "/Producer": attribute(pdf, "pdf", "Producer"),
    }
    for key, value in read.items():
        if str(pdf.docinfo.get(key, "")) != value:
            yield f"{key} {pdf.docinfo.get(key)} {value}"
    yield from (key for key in ("/CreationDate", "/ModDate", "/Keywords", "/Subject") if key in pdf.docinfo)


@rule("A 6.6.4", (A2,))
def called_a2b(pdf: pikepdf.Pdf) -> Found:
    """XMP says pdfaid part 2, conformance B."""
    if (attribute(pdf, "a", "part"), attribute(pdf, "a", "conformance")) != ("2", "B"):
        yield "not 2B"


@rule("A 6.6.4", (A3,))
def called_a3b(pdf: pikepdf.Pdf) -> Found:
    """XMP says pdfaid part 3, conformance B."""
    if (attribute(pdf, "a", "part"), attribute(pdf, "a", "conformance")) != ("3", "B"):
        yield "not 3B"


@rule("UA 5", EVERY)
def called_accessible(pdf: pikepdf.Pdf) -> Found:
    """XMP says pdfuaid part 1."""
    if attribute(pdf, "ua", "part") != "1":
        yield "not UA-1"


@rule("A 6.6.2.3", BOTH)
def explained(pdf: pikepdf.Pdf) -> Found:
    """A property no predefined schema knows, pdfuaid, has its schema described."""
    if NAMES["ua"] not in {each.text for each in xmp(pdf).iter(f"{{{NAMES['schema']}}}namespaceURI")}:
        yield "pdfuaid"


@rule("UA 7.1", EVERY)
def titled(pdf: pikepdf.Pdf) -> Found:
    """XMP has a dc:title, and viewers are told to show it."""
    if not said(pdf, "dc:title/rdf:Alt/rdf:li"):
        yield "no title"
    if not pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "not shown"


@rule("A 6.8", (UA, A2))
def alone(pdf: pikepdf.Pdf) -> Found:
    """No file is inside a PDF/A-2 that is not PDF/A itself; here none is."""
    if "/EmbeddedFiles" in pdf.Root.get("/Names", {}) or "/AF" in pdf.Root:
        yield "a file inside"
    yield from ("/EF" for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/EF" in each)


@rule("ISO 19005-3 6.8", (A3,))
def files_explained(pdf: pikepdf.Pdf) -> Found:
    """Files inside have F, UF, AFRelationship, a MIME type, a day and a size, are named in order and once in AF."""
    names = list(pdf.Root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", []))
    keys, files = [bytes(key) for key in names[0::2]], names[1::2]
    if not files or keys != sorted(keys):
        yield "none, or out of order"
    if Counter(file.objgen for file in files) != Counter(file.objgen for file in pdf.Root.get("/AF", [])):
        yield "AF"
    for file in files:
        yield from (key for key in ("/F", "/UF", "/AFRelationship", "/Desc") if not str(file.get(key, "")))
        if str(file.get("/AFRelationship")) != "/Data":
            yield "/AFRelationship"
        inner = file.EF.F
        if "/" not in str(inner.get("/Subtype", "")).removeprefix("/"):
            yield "MIME type"
        if "/ModDate" not in inner.get("/Params", {}) or inner.Params.Size != len(inner.read_bytes()):
            yield "/Params"


# --- colours and fonts ------------------------------------------------------------------------------------------------


@rule("A 6.2.3", BOTH)
def colours_meant(pdf: pikepdf.Pdf) -> Found:
    """One GTS_PDFA1 output intent with an ICC profile whose colours are as many as N says."""
    intents = [each for each in pdf.Root.get("/OutputIntents", []) if str(each.S) == "/GTS_PDFA1"]
    if len(intents) != 1 or "/DestOutputProfile" not in intents[0]:
        yield "no output intent"
        return
    profile = intents[0].DestOutputProfile
    kind = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}.get(profile.read_bytes()[16:20])
    if profile.get("/N") != kind or profile.read_bytes()[36:40] != b"acsp":
        yield f"N {profile.get('/N')} of {kind}"


@rule("A 6.2.4.3", BOTH)
def colours_known(pdf: pikepdf.Pdf) -> Found:
    """No colours of a device the output intent does not describe: no CMYK."""
    for page in content(pdf):
        for operands, operator in page:
            if str(operator) in ("k", "K") or any(str(each) == "/DeviceCMYK" for each in operands):
                yield "CMYK"


@rule("A 6.2.10", BOTH)
def blended_plainly(pdf: pikepdf.Pdf) -> Found:
    """Only blend modes of ISO 32000-1; CA and ca from 0 to 1."""
    for each in dictionaries(pdf):
        if "/BM" in each and str(each.BM) not in BLENDING:
            yield str(each.BM)
        yield from (key for key in ("/CA", "/ca") if key in each and not 0 <= each[key] <= 1)


@rule("A 6.2.11.4, UA 7.21.4.1", EVERY)
def fonts_inside(pdf: pikepdf.Pdf) -> Found:
    """Every font is embedded, whole or as a named subset."""
    for font in fonts(pdf):
        descriptor = font.DescendantFonts[0].FontDescriptor
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield str(font.BaseFont)
        if not re.match(r"/[A-Z]{6}\+", str(font.BaseFont)) or font.BaseFont != descriptor.FontName:
            yield f"named {font.BaseFont}"


@rule("UA 7.21.7", EVERY)
def text_read_back(pdf: pikepdf.Pdf) -> Found:
    """Every font maps its codes to Unicode, and none to 0, U+FEFF or U+FFFE."""
    for font in fonts(pdf):
        if "/ToUnicode" not in font:
            yield str(font.BaseFont)
        elif re.search(rb"<[0-9A-Fa-f]+>\s*<(0000|[Ff]{3}[Ee]|[Ff][Ee][Ff]{2})>", font.ToUnicode.read_bytes()):
            yield f"{font.BaseFont} maps to nothing"


@rule("A 6.2.11.5, UA 7.21.5", EVERY)
def widths_told(pdf: pikepdf.Pdf) -> Found:
    """The widths a font dictionary tells are those in the font, to a thousandth of the size."""
    for font in fonts(pdf):
        inner = font.DescendantFonts[0]
        told = told_widths(inner)
        true = true_widths(inner.FontDescriptor)
        wrong = {code: width for code, width in told.items() if abs(width - true.get(code, width)) > 1}
        if wrong:
            yield f"{font.BaseFont} {dict(list(wrong.items())[:3])}"


@rule("A 6.2.11.8", EVERY)
def nothing_missing(pdf: pikepdf.Pdf) -> Found:
    """No text is drawn with the shape that stands for a missing one."""
    for page in pdf.pages:
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) in SHOWING:
                yield from ("code 0" for text in strings(list(operands)) if 0 in codes(text))
