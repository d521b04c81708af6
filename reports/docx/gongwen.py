"""The official letter (GB/T 9704-2012) as Word styles: 22 lines of 28 characters on a page.

A character is 16 pt less 0.2 pt of spacing, so that 28 fill 156 mm; a line is 29.6 pt high, exactly, so that no font
can stretch it. In such a line the foot of the text stands at four fifths: hence the margins, which put the first
line's head 37 mm under the paper's edge and the last line's foot 35 mm above it.
"""

from core.i18n import lazy as _
from reports.docx.looks import Face, Font, Look, Rule, Set, Sheet, mm

PITCH = 29.6
RED = "C8102E"
LONG_MARK = 9
SHEET = Sheet(mm(33.65), mm(33.4), mm(28), mm(25.65), mm(15), mm(24.6), pitch=592)
EDGE = SHEET.text / 20

FONTS = {
    "仿宋_GB2312": Font("仿宋", "modern", True),
    "楷体_GB2312": Font("楷体", "modern", True),
    "黑体": Font("SimHei", "modern", True),
    "宋体": Font("SimSun", "auto", True),
    "方正小标宋简体": Font("华文中宋", "auto", True),
    "Times New Roman": Font("Liberation Serif"),
}
LATIN = "Times New Roman"
CHINESE = {
    "fang": Face(LATIN, "仿宋_GB2312"),
    "kai": Face(LATIN, "楷体_GB2312"),
    "hei": Face(LATIN, "黑体"),
    "song": Face("宋体", "宋体"),
    "biao": Face(LATIN, "方正小标宋简体"),
    "box": Face("宋体", "宋体"),
}
# Latin letters have no such cuts: weight and slope tell headings apart.
ENGLISH = {
    "fang": Face(LATIN, "仿宋_GB2312"),
    "kai": Face(LATIN, "楷体_GB2312", italic=True),
    "hei": Face(LATIN, "黑体", bold=True),
    "song": Face(LATIN, "宋体"),
    "biao": Face(LATIN, "方正小标宋简体", bold=True),
    "box": Face("宋体", "宋体"),
}

_TEXT = (
    Look("Normal", _("Ground"), "fang", 16, "Normal", spacing=-0.2, align="both", line=PITCH, widow=False),
    Look("Text", _("Official text"), first=2),
    Look("Title", _("Official title"), "biao", 22, "Title", align="center", after=PITCH, whole=True, then="Text"),
    Look("Subtitle", _("Official subtitle"), "kai", 16, "Subtitle", align="center", after=PITCH, then="Text"),
    Look("Addressee", _("Addressee"), align="left", then="Text"),
    Look("Heading1", _("Heading of level 1"), "hei", 0, "heading 1", first=2, with_next=True, outline=1, then="Text"),
    Look("Heading2", _("Heading of level 2"), "kai", 0, "heading 2", first=2, with_next=True, outline=2, then="Text"),
    Look("Heading3", _("Heading of level 3"), "", 0, "heading 3", first=2, with_next=True, outline=3, then="Text"),
    Look("Heading4", _("Heading of level 4"), "", 0, "heading 4", first=2, with_next=True, outline=4, then="Text"),
    Look("Quote", _("Quotation"), "kai", 0, "Quote", left=3, whole=True, rules=(Rule("left", 24, "B9C2C0", 12),)),
    Look("QuoteSource", _("Source of a quotation"), "fang", 12, base="Quote", align="right", left=4),
    Look("List", _("List"), "", 0, "List", first=2),
    Look("Note", _("Remark"), "", 12, first=2),
    Look("Claim", _("What a claim rests on"), "kai", 12, left=2, align="left"),
    Look("Masthead", _("Organisation’s red head"), "biao", 42, color=RED, spacing=5, align="center", before=97,
         line=60),
    Look("LongMasthead", _("Organisation’s red head, long"), "biao", 32, base="Masthead", spacing=0.6, color=RED),
    Look(
        "Number", _("Number of the document"), align="center", before=57, after=44,
        rules=(Rule("bottom", 13, RED, 6),),
    ),
    Look("Attached", _("List of annexes"), align="left", left=5, first=-3, whole=True, with_next=True),
    Look("Signature", _("Who signs"), "", 0, "Signature", align="right", right=2, before=PITCH, with_next=True),
    Look("Date", _("Date of the document"), "", 0, "Date", align="right", right=4),
    Look("AnnexMark", _("Number of an annex"), "hei", align="left", new_page=True, with_next=True),
    Look(
        "AnnexTitle", _("Title of an annex"), "biao", 22, base="Normal", align="center", before=PITCH, after=PITCH,
        with_next=True, outline=1, then="Text",
    ),
)  # fmt: skip
_FIGURES = (
    Look("Caption", _("Caption"), "hei", 12, "caption", align="center", line=22, off_grid=True),
    Look("TableCaption", _("Caption of a table"), base="Caption", before=4, with_next=True),
    Look("FigureCaption", _("Caption of a figure"), base="Caption", after=7),
    Look("Picture", _("Figure"), align="center", before=4, line=0, with_next=True, off_grid=True),
    Look("Cell", _("Text of a table"), "fang", 10.5, align="left", line=15, off_grid=True),
    Look("BoxCell", _("Box to tick in a table"), "box", 10.5, base="Cell", align="center"),
    Look("HeadCell", _("Head of a table"), "hei", 10.5, base="Cell", align="center", with_next=True),
    Look("TotalCell", _("Sum of a table"), "hei", 10.5, base="Cell"),
    Look("SmallPrint", _("Note under a table"), "fang", 10.5, align="left", line=17, after=7, off_grid=True),
    Look("Space", _("Space after a table"), "", 6, line=8, off_grid=True),
    Look("Value", _("Key figure"), "biao", 22, align="center", line=27, with_next=True, off_grid=True),
    Look("ValueLabel", _("What a key figure counts"), "fang", 12, align="center", line=15.5, off_grid=True),
    Look("ValueNote", _("Note to a key figure"), "fang", 10.5, base="ValueLabel", color="444444"),
    Look("Question", _("Question on paper"), "hei", 12, align="left", left=1.6, first=-1.6, before=6, line=19.3,
         with_next=True, off_grid=True),
    Look("Hint", _("Hint to a question"), "fang", 12, character=True, bold=False),
    Look("Box", _("Box to tick"), "box", 12, character=True),
    Look("Options", _("Answers to choose from"), "fang", 12, align="left", left=1.6, line=19.3, off_grid=True),
    Look("Ruled", _("Line to write on"), "fang", 12, left=1.6, line=24, off_grid=True,
         rules=(Rule("bottom", 4), Rule("between", 4))),
)  # fmt: skip
_PAGE = (
    Look("TOCHeading", _("Contents heading"), "biao", 22, "TOC Heading", align="center", after=PITCH),
    Look("TOC1", _("Contents, level 1"), "hei", 0, "toc 1", align="left", line=23, off_grid=True,
         stops=(("right", EDGE, "dot"),)),
    Look("TOC2", _("Contents, level 2"), "", 0, "toc 2", align="left", left=2, line=23, off_grid=True,
         stops=(("right", EDGE, "dot"),)),
    Look("FootnoteText", _("Footnote"), "fang", 10.5, "footnote text", align="both", line=15, off_grid=True),
    Look("EndnoteText", _("Endnote"), "fang", 12, "endnote text", align="both", line=20, off_grid=True),
    Look("FootnoteReference", _("Call of a footnote"), name="footnote reference", character=True, raised=True),
    Look("EndnoteReference", _("Call of an endnote"), name="endnote reference", character=True, raised=True),
    Look("Hyperlink", _("Link"), name="Hyperlink", character=True),
    Look("Footer", _("Page number"), "song", 14, "footer", align="right", right=1, line=14, off_grid=True),
    Look("EvenFooter", _("Page number, even page"), "", 0, base="Footer", align="left", left=1),
    Look("Imprint", _("Imprint"), "fang", 14, align="left", left=1, right=1, line=26, off_grid=True,
         rules=(Rule("top", 8), Rule("bottom", 8), Rule("between", 6)), stops=(("right", EDGE - 14, ""),)),
)  # fmt: skip


def gongwen(language: str) -> Set:
    """Return the official style set for a document in `language`."""
    faces = CHINESE if language == "zh" else ENGLISH
    return Set("gongwen", language, _TEXT + _FIGURES + _PAGE, faces, SHEET)
