"""A ruler for Word documents: the file's parts and links, and the order, names and values the schema asks for.

The order is that of the transitional schema (ISO/IEC 29500-4) for every element the writer knows; an element or an
attribute that is not listed here is a mistake until somebody has looked it up.
"""

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"

_EDGES = "top left bottom right insideH insideV"
_RUN = "rPr t br tab fldChar instrText drawing footnoteReference endnoteReference footnoteRef endnoteRef separator"
_NOTE = "pos numFmt numStart numRestart footnote endnote"
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment outlineLvl "
    "divId cnfStyle rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
    "lang eastAsianLayout specVanish",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "pPr rPr tblPr trPr tcPr tblStylePr",
    "settings": "zoom mirrorMargins bordersDoNotSurroundHeader bordersDoNotSurroundFooter defaultTabStop "
    "evenAndOddHeaders characterSpacingControl updateFields footnotePr endnotePr compat themeFontLang decimalSymbol "
    "listSeparator",
    "compat": "spaceForUL noColumnBalance balanceSingleByteDoubleByteWidth noExtraLineSpacing doNotLeaveBackslashAlone "
    "ulTrailSpace doNotExpandShiftReturn adjustLineHeightInTable useFELayout compatSetting",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "num": "abstractNumId lvlOverride",
    "lvlOverride": "startOverride lvl",
    "numbering": "numPicBullet abstractNum num",
    "numPr": "ilvl numId",
    "font": "altName panose1 charset family notTrueType pitch sig",
    "tblBorders": _EDGES,
    "tcBorders": _EDGES,
    "tblCellMar": "top left bottom right",
    "pBdr": "top left bottom right between bar",
    "tblStylePr": "pPr rPr tblPr trPr tcPr",
    "tbl": "tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "tc": "tcPr p",
    "trPr": "cantSplit tblHeader",
    "tblGrid": "gridCol",
    "tabs": "tab",
    "docDefaults": "rPrDefault pPrDefault",
    "rPrDefault": "rPr",
    "pPrDefault": "pPr",
    "styles": "docDefaults latentStyles style",
    "sdt": "sdtPr sdtEndPr sdtContent",
    "sdtPr": "rPr alias lock placeholder id docPartObj",
    "docPartObj": "docPartGallery docPartCategory docPartUnique",
    "footnotePr": _NOTE,
    "endnotePr": _NOTE,
    "footnotes": "footnote",
    "endnotes": "endnote",
    "fonts": "font",
    "document": "body",
}
FREE = {  # in any order
    "p": "pPr r hyperlink bookmarkStart bookmarkEnd",
    "hyperlink": "r",
    "r": _RUN + " continuationSeparator",
    "body": "p tbl sdt sectPr",
    "sdtContent": "p",
    "footnote": "p",
    "endnote": "p",
    "hdr": "p",
    "ftr": "p",
}
_BORDER = "val sz space color"
ATTRIBUTES = {
    "spacing": "val before after line lineRule",
    "ind": "left leftChars right rightChars firstLine firstLineChars hanging hangingChars",
    "rFonts": "hint ascii hAnsi eastAsia cs",
    "lang": "val eastAsia bidi",
    "themeFontLang": "val eastAsia bidi",
    "shd": "val color fill",
    "tab": "val leader pos",
    "framePr": "w wrap vAnchor hAnchor xAlign yAlign",
    "tblW": "w type",
    "tcW": "w type",
    "tblInd": "w type",
    "tblLayout": "type",
    "tblLook": "val firstRow lastRow firstColumn lastColumn noHBand noVBand",
    "gridCol": "w",
    "style": "type default customStyle styleId",
    "tblStylePr": "type",
    "compatSetting": "name uri val",
    "zoom": "percent",
    "lvl": "ilvl",
    "lvlOverride": "ilvl",
    "abstractNum": "abstractNumId",
    "num": "numId",
    "font": "name",
    "bookmarkStart": "id name",
    "bookmarkEnd": "id",
    "hyperlink": "anchor history",
    "fldChar": "fldCharType",
    "footnote": "type id",
    "endnote": "type id",
    "footnoteReference": "id",
    "endnoteReference": "id",
    "headerReference": "type id",
    "footerReference": "type id",
    "pgSz": "w h",
    "pgMar": "top right bottom left header footer gutter",
    "pgNumType": "start",
    "cols": "space",
    "docGrid": "type linePitch",
    "t": "space",
    "instrText": "space",
    **dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV", "between"), _BORDER + " w type"),
}
WHOLE = re.compile(r"-?\d+")
NUMBERS = set(
    "sz space before after line left leftChars right rightChars firstLine firstLineChars hanging hangingChars pos w h "
    "top bottom header footer gutter linePitch start ilvl id numId abstractNumId".split()
)
CHOICES = {
    "jc": {"left", "center", "right", "both"},
    "vAlign": {"top", "center", "bottom"},
    "numFmt": {"decimal", "bullet", "decimalEnclosedCircleChinese"},
    "vertAlign": {"superscript"},
    "suff": {"tab", "space", "nothing"},
    "pos": {"pageBottom", "sectEnd"},
    "type": {"nextPage", "oddPage"},
}


class Word:
    """A .docx taken apart."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            self.entries = archive.infolist()
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.roots = {
            name: etree.fromstring(text)
            for name, text in self.files.items()
            if name.endswith((".xml", ".rels"))
        }  # fmt: skip

    @property
    def body(self) -> etree._Element:
        return self.roots["word/document.xml"][0]

    def text(self, name: str = "word/document.xml") -> str:
        """Return the words of a part, a line for each paragraph."""
        return "\n".join(words(paragraph) for paragraph in self.roots[name].iter(f"{W}p"))

    def styled(self, style: str) -> list[str]:
        """Return the words of every paragraph of a style."""
        return [words(each) for each in self.body.iter(f"{W}p") if style_of(each) == style]

    def faults(self) -> list[str]:
        """Return everything that is wrong with the file."""
        found = [*self._package(), *self._links(), *self._fields()]
        for name, root in self.roots.items():
            if name.startswith("word/") and name.endswith(".xml") and "theme" not in name:
                found += [f"{name}: {fault}" for each in root.iter() for fault in _element(each)]
        return found

    def _package(self) -> Iterator[str]:
        types = self.roots["[Content_Types].xml"]
        overrides = [each.get("PartName", "") for each in types.iter(f"{TYPES}Override")]
        defaults = {each.get("Extension") for each in types.iter(f"{TYPES}Default")}
        yield from (f"{name} is typed twice" for name, count in Counter(overrides).items() if count > 1)
        yield from (f"{name} is typed and missing" for name in overrides if name.lstrip("/") not in self.files)
        for name in self.files:
            if name.endswith(".xml") and name != "[Content_Types].xml" and f"/{name}" not in overrides:
                yield f"{name} has no type"
            if name.rsplit(".", 1)[-1] not in defaults:
                yield f"{name} has an unknown extension"
        yield from (f"{name} is there twice" for name, n in Counter(e.filename for e in self.entries).items() if n > 1)

    def _links(self) -> Iterator[str]:
        reached = {"[Content_Types].xml"}
        for name, root in self.roots.items():
            if not name.endswith(".rels"):
                continue
            reached.add(name)
            folder = posixpath.dirname(posixpath.dirname(name))
            ids = [each.get("Id") for each in root]
            yield from (f"{name}: {one} twice" for one, count in Counter(ids).items() if count > 1)
            for each in root:
                target = posixpath.normpath(posixpath.join(folder, each.get("Target", "")))
                reached.add(target)
                if target not in self.files:
                    yield f"{name}: {target} is missing"
            owner = posixpath.join(folder, posixpath.basename(name).removesuffix(".rels"))
            if owner in self.roots:
                used = {value for e in self.roots[owner].iter() for key, value in e.attrib.items() if key.startswith(R)}
                yield from (f"{owner}: {one} leads nowhere" for one in used - set(ids))
        yield from (f"{name} is not reached" for name in self.files if name not in reached)

    def _fields(self) -> Iterator[str]:
        """Check what refers to something else: styles, lists, notes, bookmarks, and fields that begin and end."""
        styles = [each.get(f"{W}styleId") for each in self.roots["word/styles.xml"].iter(f"{W}style")]
        names = [each.get(f"{W}val", "").lower() for each in self.roots["word/styles.xml"].iter(f"{W}name")]
        for kind in (styles, names):
            yield from (f"style {one} twice" for one, count in Counter(kind).items() if count > 1)
        body = self.roots["word/document.xml"]
        for root in self.roots.values():
            for tag in ("pStyle", "rStyle", "tblStyle", "basedOn", "next"):
                for each in root.iter(W + tag):
                    if each.get(f"{W}val") not in styles:
                        yield f"no style {each.get(W + 'val')}"
        marks = [each.get(f"{W}name") for each in body.iter(f"{W}bookmarkStart")]
        starts = [each.get(f"{W}id") for each in body.iter(f"{W}bookmarkStart")]
        ends = [each.get(f"{W}id") for each in body.iter(f"{W}bookmarkEnd")]
        if starts != ends or len(set(starts)) != len(starts) or len(set(marks)) != len(marks):
            yield "bookmarks do not match"
        wanted = {each.get(f"{W}anchor") for each in body.iter(f"{W}hyperlink")}
        wanted |= set(re.findall(r"PAGEREF (\S+)", "".join(each.text or "" for each in body.iter(f"{W}instrText"))))
        yield from (f"no bookmark {one}" for one in wanted - set(marks))
        pictures = [each.get("id") for each in body.iter(f"{WP}docPr")]
        if len(set(pictures)) != len(pictures):
            yield "pictures share a number"
        yield from ("a picture says nothing" for each in body.iter(f"{WP}docPr") if not each.get("descr"))
        lists = {each.get(f"{W}numId") for each in self.roots.get("word/numbering.xml", body).iter(f"{W}num")}
        yield from (f"no list {e.get(W + 'val')}" for e in body.iter(f"{W}numId") if e.get(f"{W}val") not in lists)
        for kind in ("footnote", "endnote"):
            called = [each.get(f"{W}id") for each in body.iter(f"{W}{kind}Reference")]
            notes = self.roots.get(f"word/{kind}s.xml")
            kept = [] if notes is None else [e.get(f"{W}id") for e in notes.iter(W + kind) if not e.get(f"{W}type")]
            if called != kept:
                yield f"{kind}s called and kept differ"
        for name, root in self.roots.items():
            yield from (f"{name}: {fault}" for fault in _balance(root))


def _balance(root: etree._Element) -> Iterator[str]:
    stack: list[str] = []
    for each in root.iter(f"{W}fldChar"):
        kind = each.get(f"{W}fldCharType", "")
        if kind == "begin":
            stack.append(kind)
        elif not stack or (kind == "separate" and stack[-1] != "begin"):
            yield "a field does not begin"
        elif kind == "separate":
            stack[-1] = kind
        else:
            stack.pop()
    if stack:
        yield "a field does not end"


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _element(each: etree._Element) -> Iterator[str]:
    """Check one element of WordprocessingML: its children and their order, its attributes and their values."""
    if not isinstance(each.tag, str) or not each.tag.startswith(W):
        return
    name, children = _local(each), [_local(child) for child in each]
    if name in ORDER:
        order = ORDER[name].split()
        yield from (f"{name} may not hold {child}" for child in children if child not in order)
        places = [order.index(child) for child in children if child in order]
        if places != sorted(places):
            yield f"{name} is out of order: {children}"
        if name in ("pPr", "rPr", "tcPr", "tblPr") and len(set(children)) != len(children):
            yield f"{name} says something twice: {children}"
    elif name in FREE:
        yield from (f"{name} may not hold {child}" for child in children if child not in FREE[name].split())
    elif children and name != "drawing":
        yield f"{name} is not known to hold {children}"
    if name == "tc" and children[-1:] != ["p"]:
        yield "a cell does not end with a paragraph"
    if name == "tr" and children.count("tc") != len(each.getparent().find(f"{W}tblGrid")):
        yield "a row does not fill its grid"
    if name == "p" and "pPr" in children[1:]:
        yield "a paragraph's properties do not come first"
    if name == "body" and (children[-1:] != ["sectPr"] or children.count("sectPr") != 1):
        yield "the body does not end with its section"
    yield from _values(each, name)


def _values(each: etree._Element, name: str) -> Iterator[str]:
    allowed = set(ATTRIBUTES.get(name, "val").split())
    for key, value in each.attrib.items():
        attribute = etree.QName(key).localname
        if attribute not in allowed:
            yield f"{name} has no {attribute}"
        if attribute in NUMBERS and key.startswith(W) and not WHOLE.fullmatch(value):
            yield f"{name} {attribute}={value} is no number"
    value = each.get(f"{W}val", each.get(f"{W}type", ""))
    if name in CHOICES and value not in CHOICES[name]:
        yield f"{name} cannot be {value}"


def words(paragraph: etree._Element) -> str:
    """Return the words of a paragraph; a line break is a line end, a tab a tab."""
    told = {f"{W}br": "\n", f"{W}tab": "\t"}
    runs = (each for run in paragraph.iter(f"{W}r") for each in run)
    return "".join(told.get(each.tag, each.text or "" if each.tag == f"{W}t" else "") for each in runs)


def style_of(paragraph: etree._Element) -> str:
    """Return the key of a paragraph's style."""
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if found is None else found.get(f"{W}val", "")
