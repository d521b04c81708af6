"""The research summary as Word styles: the finding first, small quiet type, room around it."""

from dataclasses import replace

from core.i18n import lazy as _
from reports.docx.looks import Face, Font, Look, Rule, Set, Sheet, mm

INK, QUIET, ACCENT, SOFT, LINE = "17252A", "4D5D61", "0F6E63", "EEF4F2", "D9E0DD"
SHEET = Sheet(mm(24), mm(22), mm(27), mm(27), mm(11), mm(11))
EDGE = SHEET.text / 20

FONTS = {
    "Source Serif 4": Font("Georgia"),
    "Source Sans 3": Font("Calibri", "swiss"),
    "宋体": Font("SimSun", "auto", True),
    "微软雅黑": Font("黑体", "swiss", True),
    "楷体": Font("楷体_GB2312", "modern", True),
}
BOX = Face("宋体", "宋体")
SERIF, SANS = "Source Serif 4", "Source Sans 3"
CHINESE = {"serif": Face(SERIF, "宋体"), "sans": Face(SANS, "微软雅黑"), "told": Face(SERIF, "楷体"), "box": BOX}
ENGLISH = {
    "serif": Face(SERIF, "宋体"),
    "sans": Face(SANS, "微软雅黑"),
    "told": Face(SERIF, "楷体", italic=True),
    "box": BOX,
}

_TEXT = (
    Look("Normal", _("Ground"), "serif", 10.5, "Normal", color=INK, align="left", after=6.8, line=15.8, widow=True),
    Look("Text", _("Text of the summary")),
    Look("Kicker", _("Line above the title"), "sans", 8.5, color=ACCENT, bold=True, spacing=1, capitals=True, after=8),
    Look("Title", _("Title of the summary"), "serif", 25, "Title", bold=True, align="left", line=30, after=8.5,
         then="Text"),
    Look("Subtitle", _("Subtitle of the summary"), "sans", 13, "Subtitle", bold=True, color=QUIET, after=8.5, line=17),
    Look("Dek", _("Lead under the title"), "told", 12.5, color=QUIET, line=18, after=14),
    Look("Byline", _("Who and when"), "sans", 9, color=QUIET, line=13, after=17,
         rules=(Rule("top", 5, INK, 6),), stops=(("right", EDGE, ""),)),
    Look("Heading1", _("Heading of level 1"), "sans", 13, "heading 1", bold=True, before=20, after=5.7, line=17,
         with_next=True, outline=1, then="Text"),
    Look("Heading2", _("Heading of level 2"), "sans", 11, "heading 2", bold=True, color=ACCENT, before=11, after=3,
         line=15, with_next=True, outline=2, then="Text"),
    Look("Heading3", _("Heading of level 3"), "sans", 10, "heading 3", bold=True, before=8.5, after=3, line=14,
         with_next=True, outline=3, then="Text"),
    Look("Heading4", _("Heading of level 4"), "sans", 10, "heading 4", bold=True, color=QUIET, before=8.5, after=3,
         line=14, with_next=True, outline=4, then="Text"),
    Look("Quote", _("Quotation"), "told", 0, "Quote", left=1.4, before=6, after=3, whole=True,
         rules=(Rule("left", 6, ACCENT, 11),)),
    Look("QuoteSource", _("Source of a quotation"), "sans", 9, base="Quote", italic=False, color=QUIET, line=13,
         left=1.6, before=0, after=11),
    Look("List", _("List"), "", 0, "List", after=4, shade=SOFT, rules=(Rule("left", 27, ACCENT, 8),)),
    Look("Note", _("Remark"), "sans", 8.5, color=QUIET, line=12.2),
    Look("Claim", _("What a claim rests on"), "sans", 8.5, color=QUIET, left=1.4, line=12.2),
    Look("Attached", _("List of annexes"), "sans", 9, color=QUIET, line=13),
    Look("Signature", _("Who signs"), "sans", 9, "Signature", color=QUIET, before=20, after=0, line=13,
         with_next=True),
    Look("Date", _("Date of the document"), "sans", 9, "Date", color=QUIET, line=13),
    Look("AnnexMark", _("Number of an annex"), "sans", 8.5, bold=True, color=ACCENT, spacing=1, capitals=True,
         after=5.7, new_page=True, with_next=True),
    Look("AnnexTitle", _("Title of an annex"), "serif", 18, bold=True, line=22, after=14, with_next=True, outline=1,
         then="Text"),
)  # fmt: skip
_FIGURES = (
    Look("Caption", _("Caption"), "sans", 9.5, "caption", bold=True, line=13.3, before=11, after=5.7, with_next=True),
    Look("TableCaption", _("Caption of a table"), base="Caption"),
    Look("FigureCaption", _("Caption of a figure"), base="Caption"),
    Look("Picture", _("Figure"), line=0, after=5),
    Look("Cell", _("Text of a table"), "sans", 9, after=0, line=12.6),
    Look("BoxCell", _("Box to tick in a table"), "box", 9, base="Cell", align="center"),
    Look("HeadCell", _("Head of a table"), "sans", 9, base="Cell", bold=True, with_next=True),
    Look("TotalCell", _("Sum of a table"), "sans", 9, base="Cell", bold=True),
    Look("SmallPrint", _("Note under a table"), "sans", 8.5, color=QUIET, line=12.2, before=3.4, after=14),
    Look("Space", _("Space after a table"), "", 6, line=8, after=6),
    Look("Value", _("Key figure"), "sans", 21, bold=True, line=25, after=0, with_next=True),
    Look("ValueLabel", _("What a key figure counts"), "sans", 9, color=QUIET, line=12, after=0),
    Look("ValueNote", _("Note to a key figure"), "sans", 8, base="ValueLabel", color=QUIET, line=11),
    Look("Question", _("Question on paper"), "sans", 10, bold=True, before=9, after=3, left=1.4, first=-1.4, line=15,
         with_next=True),
    Look("Hint", _("Hint to a question"), character=True, bold=False, color=QUIET),
    Look("Box", _("Box to tick"), "box", 10, character=True),
    Look("Options", _("Answers to choose from"), "sans", 10, left=1.4, after=3, line=15),
    Look("Ruled", _("Line to write on"), "sans", 10, left=1.4, after=0, line=23,
         rules=(Rule("bottom", 4), Rule("between", 4))),
)  # fmt: skip
_PAGE = (
    Look("TOCHeading", _("Contents heading"), "sans", 13, "TOC Heading", bold=True, after=8),
    Look("TOC1", _("Contents, level 1"), "sans", 10, "toc 1", after=2, stops=(("right", EDGE, "dot"),)),
    Look("TOC2", _("Contents, level 2"), "sans", 10, "toc 2", left=1.4, after=2, stops=(("right", EDGE, "dot"),)),
    Look("FootnoteText", _("Footnote"), "serif", 8.5, "footnote text", line=12, after=2),
    Look("EndnoteText", _("Endnote"), "serif", 9, "endnote text", line=13, after=2),
    Look("FootnoteReference", _("Call of a footnote"), name="footnote reference", character=True, raised=True),
    Look("EndnoteReference", _("Call of an endnote"), name="endnote reference", character=True, raised=True),
    Look("Hyperlink", _("Link"), name="Hyperlink", character=True),
    Look("Header", _("Title at the head of the page"), "sans", 8.5, "header", color=QUIET, after=0, line=12),
    Look("Footer", _("Page number"), "sans", 8.5, "footer", color=QUIET, align="right", after=0, line=12),
    Look("Imprint", _("Imprint"), "sans", 8.5, color=QUIET, after=0, line=13),
)  # fmt: skip


def summary(language: str) -> Set:
    """Return the research summary's style set for a document in `language`."""
    looks: tuple[Look, ...] = _TEXT + _FIGURES + _PAGE
    if language == "zh":
        looks = tuple(_in_chinese(look) for look in looks)
    faces = CHINESE if language == "zh" else ENGLISH
    return Set("summary", language, looks, faces, SHEET, caption_above_figures=True)


def _in_chinese(look: Look) -> Look:
    """Give Chinese text its wider lines, the two empty characters a paragraph begins with, and straight edges."""
    if look.key == "Normal":
        return replace(look, align="both", line=18.4)
    if look.key == "Text":
        return replace(look, first=2)
    if look.key == "Title":
        return replace(look, face="sans", size=23)
    return replace(look, align=look.align or "left") if look.size > 10.5 or look.face == "sans" else look
