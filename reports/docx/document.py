"""A whole report as a Word document: what stands above the text, the blocks, the annexes, and the file around them."""

from dataclasses import replace

from core.i18n import _, day, speaking
from reports import html
from reports.blocks import Document, Signature, Style
from reports.docx import gongwen, properties, summary
from reports.docx.fields import Entry, contents
from reports.docx.looks import Set, font_table, styles
from reports.docx.notes import Notes
from reports.docx.package import Package
from reports.docx.page import Page, break_line, settings
from reports.docx.tables import table_styles
from reports.docx.theme import theme
from reports.docx.writer import Writer
from reports.docx.xml import clean, part, plain, w
from reports.parts import Part, Section, imprint, opening, sections

LONGEST_TITLE = 200
"""A longer one is no title: Word may break it where it likes."""
SETS = {"gongwen": (gongwen.gongwen, gongwen.FONTS), "summary": (summary.summary, summary.FONTS)}


def write(document: Document, *, style: Style) -> bytes:
    """Return `document` as a .docx; needs an application context. Equal documents give equal bytes."""
    with speaking(document.language):
        make, fonts = SETS[style]
        chosen = make(document.language)
        package, notes = Package(), Notes(document.language, document.notes_at)
        package.add("styles", styles(chosen, table_styles(chosen, _("Table of the report"), _("Key figures"))))
        package.add("fontTable", font_table(chosen, fonts))
        package.add_theme(theme(chosen))
        text = _text(document, style, chosen, package, notes)
        notes.add_to(package)
        package.add("settings", settings(chosen, notes))
        return package.content(text, properties.core(document), properties.app(document))


def _text(document: Document, style: Style, chosen: Set, package: Package, notes: Notes) -> bytes:
    """Write the text; the contents come last, when it is known on which pages things are expected."""
    body, *annexes = sections(document, style)
    out, page = Writer(chosen, package, notes), Page(chosen, package, plain(document.title))
    (_letter_head if style == "gongwen" else _summary_head)(out, document)
    _body(out, body, annexes, official=style == "gongwen")
    fronted = _has_contents(document, chosen)
    several = notes.where == "end" and bool(notes.texts)
    first = True
    for annex in annexes:
        if several:
            out.text.append(break_line(page.body(notes, first=first, after_front=first and fronted)))
            first = False
        _annex(out, annex)
    _foot(out, document, official=style == "gongwen")
    out.lists.add_to(package)
    front = _contents(out, document, chosen, page)
    last = page.body(notes, first=first, after_front=first and fronted)
    return part("document", w("body", front, *out.text, last))


def _contents(out: Writer, document: Document, chosen: Set, page: Page) -> str:
    if not _has_contents(document, chosen):
        return ""
    out.ruler.turn()
    entries: list[Entry] = [replace(entry, page=out.ruler.marks.get(entry.bookmark, 1)) for entry in out.entries]
    return contents(entries, chosen) + break_line(page.front())


def _has_contents(document: Document, chosen: Set) -> bool:
    """Say whether contents stand before the text; a summary is short and has none, in print as here."""
    return document.contents and chosen.key == "gongwen"


def _letter_head(out: Writer, document: Document) -> None:
    """Write the red head, the title and whom the letter goes to."""
    if document.masthead:
        long = len(document.masthead) > gongwen.LONG_MARK
        out.put("LongMasthead" if long else "Masthead", document.masthead, lines=1)
        out.put("Number", document.number, lines=1)
    under = w("spacing", before=0, after=0) if document.subtitle else ""
    out.title("Title", document.title, _title(document), under)
    if document.subtitle:
        out.put("Subtitle", f"——{document.subtitle}")
    if document.addressee:
        words = html.setting(document.language, "", printed=False)
        out.put("Addressee", document.addressee + words["colon"](document.addressee))


def _summary_head(out: Writer, document: Document) -> None:
    """Write what is above the title, the title, the lead, who wrote it when, and the figures it opens with."""
    if document.kicker:
        out.put("Kicker", document.kicker)
    out.title("Title", document.title, _title(document))
    if document.subtitle:
        out.put("Subtitle", document.subtitle)
    if document.dek:
        out.put("Dek", document.dek)
    edition = [f"{document.organisation} · {document.edition}"] if document.edition else [document.organisation]
    out.spread("Byline", [*edition, day(document.date)])
    figures = opening(document)
    if figures is not None:
        figures.block.docx(out)


def _title(document: Document) -> list[str]:
    """Return the lines of the title, broken as in print."""
    text = clean(document.title)
    if document.language != "zh" or len(text) > LONGEST_TITLE:
        return text.split("\n")
    return html.balanced(text)


def _body(out: Writer, body: Section, annexes: list[Section], *, official: bool) -> None:
    """Write the text; in a letter the list of annexes stands above the first signature, or below the text."""
    listed = not official
    for each in body.parts:
        if isinstance(each.block, Signature) and not listed:
            out.attached([annex.title for annex in annexes])
            listed = True
        _part(out, each)
    if not listed:
        out.attached([annex.title for annex in annexes])


def _annex(out: Writer, annex: Section) -> None:
    out.deeper = True
    if annex.head is not None:
        _part(out, annex.head)
    for each in annex.parts:
        _part(out, each)


def _part(out: Writer, each: Part) -> None:
    """Let a block write itself, and the paragraph a heading runs into."""
    out.number, out.runs_in = each.number, each.run_in is not None
    each.block.docx(out)
    out.runs_in = False
    if each.run_in is not None:
        each.run_in.docx(out)


def _foot(out: Writer, document: Document, *, official: bool) -> None:
    """Write what stands on the last page: what the edition is called by, and the record of copies."""
    if official and document.edition:
        out.put("SmallPrint", document.edition)
    record = imprint(document)
    if record is not None:
        _part(out, record)
