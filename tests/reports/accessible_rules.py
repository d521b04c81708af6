"""Rules of PDF/UA-1 about the structure of a document: what those who cannot see the page are read."""

from collections.abc import Iterator

import pikepdf

from tests.reports.archive_reading import BOTH, EVERY, PAINTING, Found, elements, rule, structure

PLACED = {"/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption", "/NonStruct"}, "/L": {"/LI", "/L", "/Caption"}}
PARENTS = {"/TR": {"/Table", "/THead", "/TBody", "/TFoot", "/NonStruct"}, "/TH": {"/TR"}, "/TD": {"/TR"}, "/LI": {"/L"}}
KNOWN = {
    "/Document", "/Part", "/Art", "/Sect", "/Div", "/BlockQuote", "/Caption", "/TOC", "/TOCI", "/Index", "/NonStruct",
    "/P", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6", "/L", "/LI", "/Lbl", "/LBody", "/Table", "/TR", "/TH", "/TD",
    "/THead", "/TBody", "/TFoot", "/Span", "/Quote", "/Note", "/Reference", "/Link", "/Figure", "/Formula", "/Form",
}  # fmt: skip


@rule("UA 7.1, ISO 32000-1 14.7", EVERY)
def tagged(pdf: pikepdf.Pdf) -> Found:
    """The document says that it is tagged, has a structure, and no suspects."""
    if not pdf.Root.get("/MarkInfo", {}).get("/Marked", False) or "/StructTreeRoot" not in pdf.Root:
        yield "not tagged"
    if pdf.Root.get("/MarkInfo", {}).get("/Suspects", False):
        yield "suspects"


@rule("UA 7.2", EVERY)
def in_a_language(pdf: pikepdf.Pdf) -> Found:
    """The catalog has a Lang that names a language."""
    if str(pdf.Root.get("/Lang", "")) not in ("zh-CN", "en"):
        yield f"Lang {pdf.Root.get('/Lang')}"


@rule("UA 7.1", EVERY)
def everything_tagged(pdf: pikepdf.Pdf) -> Found:
    """All that is painted on a page is in the structure or an artifact; neither is inside the other."""
    for number, page in enumerate(pdf.pages, start=1):
        open_marks: list[str] = []
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                kind = "artifact" if str(operands[0]) == "/Artifact" else "content"
                if "artifact" in open_marks or (kind == "artifact" and "content" in open_marks):
                    yield f"page {number}: {kind} inside {open_marks}"
                open_marks.append(kind)
            elif name == "EMC":
                open_marks.pop()
            elif name in PAINTING and not open_marks:
                yield f"page {number}: {name}"


@rule("UA 7.1, ISO 32000-1 14.7.4.4", EVERY)
def found_from_the_page(pdf: pikepdf.Pdf) -> Found:
    """The parent tree leads from every marked piece of a page, and from every annotation, to its element."""
    numbers = list(pdf.Root.get("/StructTreeRoot", {}).get("/ParentTree", {}).get("/Nums", []))
    tree = dict(zip((int(each) for each in numbers[0::2]), numbers[1::2], strict=True))
    for number, page in enumerate(pdf.pages, start=1):
        marked = [
            int(operands[1].MCID)
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and "/MCID" in operands[1]
        ]
        parents = tree.get(int(page.get("/StructParents", -1)), [])
        if len(set(marked)) < len(marked) or sorted(marked) != list(range(len(parents))):
            yield f"page {number}: {len(marked)} pieces, {len(parents)} parents"
        for annotation in page.get("/Annots", []):
            if int(annotation.get("/StructParent", -1)) not in tree:
                yield f"page {number}: an annotation"


@rule("UA 7.1", EVERY)
def known_kinds(pdf: pikepdf.Pdf) -> Found:
    """Every element is of a kind ISO 32000-1 knows, so that no role map is needed."""
    yield from (str(each.S) for each in structure(pdf) if str(each.S) not in KNOWN)


@rule("UA 7.4", EVERY)
def headings_in_order(pdf: pikepdf.Pdf) -> Found:
    """The first heading is of level 1, and none skips a level."""
    before = 0
    for each in structure(pdf):
        kind = str(each.S)
        if len(kind) == 3 and kind.startswith("/H") and kind[2].isdigit():
            level = int(kind[2])
            if level > before + 1:
                yield f"{level} after {before}"
            before = level


@rule("UA 7.3", EVERY)
def pictures_told(pdf: pikepdf.Pdf) -> Found:
    """Every figure has an alternative text."""
    yield from ("a figure" for each in structure(pdf) if str(each.S) == "/Figure" and not str(each.get("/Alt", "")))


@rule("UA 7.5", EVERY)
def tables_with_heads(pdf: pikepdf.Pdf) -> Found:
    """Every table has heads: with a Scope, or named by the cells they belong to."""
    for table in (each for each in structure(pdf) if str(each.S) == "/Table"):
        cells = list(elements(table))
        heads = [each for each in cells if str(each.S) == "/TH"]
        named = {bytes(name) for each in cells for name in each.get("/A", {}).get("/Headers", [])}
        if not heads:
            yield "no TH"
        for head in heads:
            if "/Scope" not in head.get("/A", {}) and bytes(head.get("/ID", b"")) not in named:
                yield "a TH without Scope"


@rule("UA 7.2, 7.5, 7.6", EVERY)
def well_nested(pdf: pikepdf.Pdf) -> Found:
    """Rows stand in tables, cells in rows, items in lists, and nothing else does."""
    for each in structure(pdf):
        kind, parent = str(each.S), str(each.P.get("/S", ""))
        if kind in PARENTS and parent not in PARENTS[kind]:
            yield f"{kind} in {parent}"
        if parent in PLACED and kind not in PLACED[parent]:
            yield f"{kind} in {parent}"


@rule("UA 7.18.1, 7.18.5, A 6.3.2", EVERY)
def links_told(pdf: pikepdf.Pdf) -> Found:
    """Every link says where it leads, and stands in an element for links."""
    referred = {kid.Obj.objgen: str(each.S) for each in structure(pdf) for kid in _references(each)}
    for annotation in _annotations(pdf):
        if str(annotation.Subtype) != "/Link":
            yield str(annotation.Subtype)
        elif not str(annotation.get("/Contents", "")):
            yield "a link without Contents"
        if referred.get(annotation.objgen) != "/Link":
            yield f"a link in {referred.get(annotation.objgen)}"


@rule("A 6.3.2", BOTH)
def links_printed(pdf: pikepdf.Pdf) -> Found:
    """Annotations have F: to be printed, neither hidden nor invisible nor out of view."""
    for annotation in _annotations(pdf):
        flags = int(annotation.get("/F", 0))
        if not flags & 4 or flags & (1 | 2 | 32 | 256):
            yield f"F {flags}"


@rule("UA 7.18.3", EVERY)
def reached_in_order(pdf: pikepdf.Pdf) -> Found:
    """On every page with annotations the tab key follows the structure."""
    for number, page in enumerate(pdf.pages, start=1):
        if "/Annots" in page and str(page.get("/Tabs", "")) != "/S":
            yield f"page {number}"


@rule("UA 7.17", EVERY)
def found_by_headings(pdf: pikepdf.Pdf) -> Found:
    """A document with chapters has bookmarks."""
    chapters = [each for each in structure(pdf) if str(each.S) == "/H2"]
    if chapters and "/Outlines" not in pdf.Root:
        yield "no bookmarks"


def _annotations(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        yield from page.get("/Annots", [])


def _references(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and str(kid.get("/Type")) == "/OBJR":
            yield kid
