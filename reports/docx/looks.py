"""What a Word style is made of, and the two parts it goes into: styles.xml and fontTable.xml."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.docx.xml import part, plain, w

TWIPS = 20
"""Twentieths of a point, the unit of Word's lengths."""


def twips(points: float) -> int:
    """Turn points into Word's unit."""
    return round(points * TWIPS)


def mm(length: float) -> int:
    """Turn millimetres into Word's unit."""
    return round(length * 72 / 25.4 * TWIPS)


NOT_OURS = ("overflowPunct", "autoSpaceDE", "autoSpaceDN")
"""What Word does with Chinese unless told: marks hang over the edge, Latin letters and figures get room around."""


@dataclass(frozen=True, slots=True)
class Face:
    """Which fonts set a text: Latin and Chinese, and how a language without the Chinese cut tells it apart."""

    latin: str
    east: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Font:
    """A font's entry in the table: what stands in where the machine has not got it, and what kind it is."""

    instead: str = ""
    family: str = "roman"
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line above, below or beside a paragraph; `width` in eighths of a point, `space` in points."""

    side: str
    width: int
    color: str = "auto"
    space: int = 1


@dataclass(frozen=True, slots=True)
class Look:
    """A paragraph or character style; lengths in points, indents in ems of its own size.

    `name` is Word's own name where Word has such a style (so that its outline, lists and contents know it) and `label`
    what the reader sees. `line` is the exact height of a line, 0 lets the line grow. `outline` counts from 1.
    """

    key: str
    label: str
    face: str = ""
    size: float = 0
    name: str = ""
    base: str = "Normal"
    then: str = ""
    character: bool = False
    bold: bool | None = None
    italic: bool | None = None
    color: str = ""
    spacing: float | None = None
    raised: bool = False
    capitals: bool = False
    underline: bool = False
    align: str = ""
    first: float = 0
    left: float = 0
    right: float = 0
    before: float = 0
    after: float = 0
    line: float | None = None
    multiple: float = 0
    with_next: bool = False
    whole: bool = False
    new_page: bool = False
    outline: int = 0
    rules: tuple[Rule, ...] = ()
    shade: str = ""
    stops: tuple[tuple[str, float, str], ...] = ()
    off_grid: bool = False
    widow: bool | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of a style set, in twips; `pitch` is one line of its grid, 0 without a grid."""

    top: int
    bottom: int
    left: int
    right: int
    header: int
    footer: int
    pitch: int = 0
    width: int = 11906
    height: int = 16838

    @property
    def text(self) -> int:
        """The width of the text."""
        return self.width - self.left - self.right


def paragraph_properties(look: Look, em: float) -> str:
    """Return what a style says about paragraphs, in the schema's order; `em` is one character's width in points."""
    rules = {rule.side: rule for rule in look.rules}
    edges = "".join(
        w(side, val="single", sz=rules[side].width, space=rules[side].space, color=rules[side].color)
        for side in ("top", "left", "bottom", "right", "between")
        if side in rules
    )
    return w(
        "pPr",
        w("keepNext") if look.with_next else "",
        w("keepLines") if look.whole else "",
        w("pageBreakBefore") if look.new_page else "",
        "" if look.widow is None else w("widowControl", val=int(look.widow)),
        w("pBdr", edges) if edges else "",
        w("shd", val="clear", color="auto", fill=look.shade) if look.shade else "",
        w("tabs", *(w("tab", val=kind, leader=leader or None, pos=twips(at)) for kind, at, leader in look.stops))
        if look.stops
        else "",
        "".join(w(habit, val=0) for habit in NOT_OURS) if look.key == "Normal" else "",
        w("snapToGrid", val=0) if look.off_grid else "",
        _spacing(look),
        _indents(look, em),
        w("jc", val=look.align) if look.align else "",
        w("outlineLvl", val=look.outline - 1) if look.outline else "",
    )


def _spacing(look: Look) -> str:
    if look.line is None and not (look.before or look.after or look.multiple):
        return ""
    line, rule = None, None
    if look.multiple:
        line, rule = round(240 * look.multiple), "auto"
    elif look.line is not None:
        line, rule = (twips(look.line), "exact") if look.line else (240, "auto")
    return w("spacing", before=twips(look.before), after=twips(look.after), line=line, lineRule=rule)


def _indents(look: Look, em: float) -> str:
    """Tell indents twice: in hundredths of a character, as Word counts in Chinese, and in twips for the others."""
    told: dict[str, int] = {}
    for side, ems in (("left", look.left), ("right", look.right)):
        if ems:
            told |= {f"{side}Chars": round(ems * 100), side: twips(ems * em)}
    if look.first:
        side = "firstLine" if look.first > 0 else "hanging"
        told |= {f"{side}Chars": round(abs(look.first) * 100), side: twips(abs(look.first) * em)}
    return w("ind", **told) if told else ""


def _run_properties(look: Look, chosen: "Set") -> str:
    face, chinese = chosen.faces.get(look.face), chosen.language == "zh"
    spacing = chosen.spacing(look)
    bold = look.bold if look.bold is not None or face is None else face.bold or None
    italic = look.italic if look.italic is not None or face is None else face.italic or None
    on = {True: None, False: 0}
    return w(
        "rPr",
        _fonts(face, chinese) if face else "",
        "" if bold is None else w("b", val=on[bold]) + w("bCs", val=on[bold]),
        "" if italic is None else w("i", val=on[italic]) + w("iCs", val=on[italic]),
        w("caps") if look.capitals else "",
        w("color", val=look.color) if look.color else "",
        "" if spacing is None else w("spacing", val=twips(spacing)),
        w("sz", val=round(look.size * 2)) + w("szCs", val=round(look.size * 2)) if look.size else "",
        w("u", val="single") if look.underline else "",
        w("vertAlign", val="superscript") if look.raised else "",
    )


def _fonts(face: Face, chinese: bool) -> str:
    hint = "eastAsia" if chinese else None
    return w("rFonts", hint=hint, ascii=face.latin, hAnsi=face.latin, eastAsia=face.east, cs=face.latin)


@dataclass(frozen=True, slots=True)
class Set:
    """All styles of one kind of report in one language, and its page."""

    key: str
    language: str
    looks: tuple[Look, ...]
    faces: Mapping[str, Face]
    sheet: Sheet
    caption_above_figures: bool = False

    def look(self, key: str) -> Look:
        """Return the style of that key; raise KeyError when there is none."""
        found = next((look for look in self.looks if look.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def line(self, look: Look) -> float:
        """Return how high a line of a style stands, in points, where its own style or one it is based on says so."""
        while look.line is None and look.key != "Normal":
            look = self.look(look.base)
        return look.line or self.size(look) * 1.3

    def size(self, look: Look) -> float:
        """Return the size of a style's letters, in points."""
        while not look.size:
            look = self.look(look.base)
        return look.size

    def spacing(self, look: Look) -> float | None:
        """Return what a style adds between characters: its own, or none where it is not of the size of the text."""
        normal = self.looks[0]
        if look.spacing is not None or look.character or not normal.spacing:
            return look.spacing
        return 0 if self.size(look) != normal.size else None

    def em(self, look: Look) -> float:
        """Return how far one Chinese character of a style advances, in points."""
        normal, own = self.looks[0], self.spacing(look)
        return self.size(look) + ((normal.spacing or 0) if own is None else own)


def styles(chosen: Set, table: str) -> bytes:
    """Return styles.xml for a set; `table` is the table style, written out."""
    normal, chinese = chosen.looks[0], chosen.language == "zh"
    ground = w(
        "rPr",
        _fonts(chosen.faces[normal.face], False),
        w("kern", val=0),
        w("sz", val=round(normal.size * 2)),
        w("szCs", val=round(normal.size * 2)),
        w("lang", val="en-US" if chinese else "en-GB", eastAsia="zh-CN", bidi="ar-SA"),
    )
    default = w("docDefaults", w("rPrDefault", ground), w("pPrDefault"))
    body = "".join(_style(look, chosen) for look in chosen.looks)
    margins = w("tblPr", w("tblInd", w=0, type="dxa"), w("tblCellMar", *_margins(0, 108, 0, 108)))
    plain_table = _given("table", "TableNormal", "Normal Table", 99, margins)
    letter = _given("character", "DefaultParagraphFont", "Default Paragraph Font", 1)
    none = _given("numbering", "NoList", "No List", 99)
    return part("styles", default, body, letter, plain_table, none, table)


def _given(kind: str, key: str, name: str, place: int, *inner: str) -> str:
    """Return a style every document has, which nobody chooses."""
    told = (w("name", val=name), w("uiPriority", val=place), w("semiHidden"), w("unhideWhenUsed"))
    return w("style", *told, *inner, type=kind, default=1, styleId=key)


def _margins(top: int, left: int, bottom: int, right: int) -> Iterable[str]:
    sides = (("top", top), ("left", left), ("bottom", bottom), ("right", right))
    return (w(side, w=width, type="dxa") for side, width in sides)


def _style(look: Look, chosen: Set) -> str:
    label, first = plain(str(look.label)), look.key == "Normal"
    name = look.name or label
    alias = label if look.name and label.lower() != look.name.lower() else ""
    return w(
        "style",
        w("name", val=name),
        w("aliases", val=alias.replace(",", " ")) if alias else "",
        "" if first else w("basedOn", val="DefaultParagraphFont" if look.character else look.base),
        w("next", val=look.then) if look.then else "",
        w("uiPriority", val=1),
        w("qFormat"),
        "" if look.character else paragraph_properties(look, chosen.em(look)),
        _run_properties(look, chosen),
        type="character" if look.character else "paragraph",
        default=1 if first else None,
        customStyle=None if look.name else 1,
        styleId=look.key,
    )


def font_table(chosen: Set, fonts: Mapping[str, Font]) -> bytes:
    """Return fontTable.xml: what to use instead of a font the reader's machine has not got."""
    used = sorted({name for face in chosen.faces.values() for name in (face.latin, face.east)})
    return part("fonts", *(_font(name, fonts.get(name, Font())) for name in used))


def _font(name: str, font: Font) -> str:
    return w(
        "font",
        w("altName", val=font.instead) if font.instead else "",
        w("charset", val="86" if font.chinese else "00"),
        w("family", val=font.family),
        w("pitch", val="variable"),
        name=name,
    )
