"""The page: its size and margins, what stands at its head and foot, and what the whole document is set to."""

from reports.docx.fields import field
from reports.docx.looks import Set, mm
from reports.docx.notes import Notes
from reports.docx.package import Package
from reports.docx.xml import part, runs, w

DASH = "—"


class Page:
    """The page of a style set, with its heads and feet put into the file once."""

    def __init__(self, chosen: Set, package: Package, title: str) -> None:
        self._set, self._language = chosen, chosen.language
        self._official = chosen.key == "gongwen"
        self._references: tuple[str, ...] = ()
        self._package, self._title = package, title

    def _paragraph(self, style: str, inner: str) -> str:
        return w("p", w("pPr", w("pStyle", val=style)), inner)

    def _feet(self) -> tuple[str, ...]:
        """Put heads and feet into the file and return how sections refer to them."""
        if self._references:
            return self._references
        here = runs("1", self._language)
        if self._official:
            dashed = _set(f"{DASH} ", self._language) + field("PAGE", here) + _set(f" {DASH}", self._language)
            odd = self._package.add("footer", part("ftr", self._paragraph("Footer", dashed)), number="1")
            even = self._package.add("footer", part("ftr", self._paragraph("EvenFooter", dashed)), number="2")
            self._references = (_reference("footer", "default", odd), _reference("footer", "even", even))
        else:
            counted = field("PAGE", here) + _set(" / ", self._language) + field("NUMPAGES", here)
            head = self._paragraph("Header", runs(self._title, self._language))
            header = self._package.add("header", part("hdr", head), number="1")
            first = self._package.add("header", part("hdr", self._paragraph("Header", "")), number="2")
            footer = self._package.add("footer", part("ftr", self._paragraph("Footer", counted)), number="1")
            self._references = (
                _reference("header", "default", header),
                _reference("header", "first", first),
                _reference("footer", "default", footer),
                _reference("footer", "first", footer),
            )
        return self._references

    def front(self) -> str:
        """Return the section of the contents: no page numbers."""
        return w("sectPr", *self._geometry("nextPage"))

    def body(self, notes: Notes, *, first: bool, after_front: bool = False) -> str:
        """Return a section of the text; the `first` counts pages from 1, on a right-hand page after the contents."""
        start = w("pgNumType", start=1) if first else ""
        kind = "oddPage" if after_front and self._official else "nextPage"
        opens = w("titlePg") if first and not self._official else ""
        told = notes.numbering() if notes.texts else ""
        return w("sectPr", *self._feet(), told, *self._geometry(kind, start, opens))

    def _geometry(self, kind: str, start: str = "", opens: str = "") -> tuple[str, ...]:
        sheet = self._set.sheet
        grid = w("docGrid", type="lines", linePitch=sheet.pitch) if sheet.pitch else w("docGrid", linePitch=312)
        return (
            w("type", val=kind),
            w("pgSz", w=sheet.width, h=sheet.height),
            w(
                "pgMar",
                top=sheet.top,
                right=sheet.right,
                bottom=sheet.bottom,
                left=sheet.left,
                header=sheet.header,
                footer=sheet.footer,
                gutter=0,
            ),
            start,
            w("cols", space=mm(7.5)),
            opens,
            grid,
        )


def _set(text: str, language: str) -> str:
    """Return a text as it stands, with the spaces at its ends."""
    return runs(text, language, breaks="keep")


def _reference(kind: str, pages: str, relation: str) -> str:
    return f'<w:{kind}Reference w:type="{pages}" r:id="{relation}"/>'


def settings(chosen: Set, notes: Notes) -> bytes:
    """Return settings.xml: odd and even feet, Chinese line breaking, and Word's own way of today."""
    official = chosen.key == "gongwen"
    flags = (
        "spaceForUL",
        "balanceSingleByteDoubleByteWidth",
        "doNotLeaveBackslashAlone",
        "ulTrailSpace",
        "doNotExpandShiftReturn",
        "adjustLineHeightInTable",
        "useFELayout",
    )
    today = w("compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15)
    kinds = {"footnote": "", "endnote": ""} | {notes.kind: notes.settings()}
    return part(
        "settings",
        w("zoom", percent=100),
        w("bordersDoNotSurroundHeader"),
        w("bordersDoNotSurroundFooter"),
        w("defaultTabStop", val=420),
        w("evenAndOddHeaders") if official else "",
        w("characterSpacingControl", val="compressPunctuation"),
        kinds["footnote"],
        kinds["endnote"],
        w("compat", *(w(flag) for flag in flags), today),
        w("themeFontLang", val="en-US" if chosen.language == "zh" else "en-GB", eastAsia="zh-CN"),
        w("decimalSymbol", val="."),
        w("listSeparator", val=","),
    )


class Lists:
    """Lists counted by Word; every numbered list begins again at 1."""

    BULLET, ORDERED = 0, 1

    def __init__(self, chosen: Set) -> None:
        self._set = chosen
        self._kinds: list[int] = []

    def begin(self, ordered: bool) -> int:
        """Return the number paragraphs of a new list refer to."""
        self._kinds.append(self.ORDERED if ordered else self.BULLET)
        return len(self._kinds)

    def add_to(self, package: Package) -> None:
        """Put the lists into the file, if there are any."""
        if not self._kinds:
            return
        kinds = (self._kind(self.BULLET, "bullet"), self._kind(self.ORDERED, "decimal"))
        used = "".join(
            w(
                "num",
                w("abstractNumId", val=kind),
                w("lvlOverride", w("startOverride", val=1), ilvl=0) if kind == self.ORDERED else "",
                numId=number,
            )
            for number, kind in enumerate(self._kinds, start=1)
        )
        package.add("numbering", part("numbering", *kinds, used))

    def _kind(self, number: int, form: str) -> str:
        official = self._set.key == "gongwen"
        bullet = "—" if official else "•"
        em = self._set.em(self._set.look("List"))
        hang = round(1.4 * em * 20)
        place = w("ind", firstLine=round(2 * em * 20)) if official else w("ind", left=hang, hanging=hang)
        level = w(
            "lvl",
            w("start", val=1),
            w("numFmt", val=form),
            w("suff", val="space" if official else "tab"),
            w("lvlText", val=bullet if form == "bullet" else "%1."),
            w("lvlJc", val="left"),
            w("pPr", place),
            w("rPr", w("rFonts", hint="eastAsia")) if official and self._set.language == "zh" else "",
            ilvl=0,
        )
        return w("abstractNum", w("multiLevelType", val="singleLevel"), level, abstractNumId=number)


def break_line(inner: str) -> str:
    """Return a paragraph that ends a section and takes no room of its own."""
    low = w("spacing", before=0, after=0, line=20, lineRule="exact")
    return w("p", w("pPr", w("pStyle", val="Space"), low, inner))
