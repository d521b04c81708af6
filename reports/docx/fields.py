"""What Word counts by itself: page numbers, the numbers of tables and figures, the table of contents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import _
from reports.docx.looks import Set
from reports.docx.xml import attribute, run, runs, w

DEEPEST = 2
"""The contents name chapters and their parts, and the annexes."""
_COUNTED = re.compile(r"^(?P<word>.*?)(?P<space>\s*)(?P<number>\d+)$")


def field(code: str, shown: str) -> str:
    """Return a field: what Word is to work out, and what stands there until it does (runs)."""
    sign = (run(w("fldChar", fldCharType=kind)) for kind in ("begin", "separate", "end"))
    told = f'<w:instrText xml:space="preserve"> {code} </w:instrText>'
    return f"{next(sign)}{run(told)}{next(sign)}{shown}{next(sign)}"


def numbered(label: str, language: str) -> str:
    """Return "Table 3" with its number counted by Word among its like, so that an inserted table renumbers the rest."""
    found = _COUNTED.match(label)
    if found is None:
        return runs(label, language)
    counter = re.sub(r"\W+", "_", found["word"].strip())
    before = runs(found["word"], language) + (
        run(f'<w:t xml:space="preserve">{found["space"]}</w:t>') if found["space"] else ""
    )
    return before + field(f"SEQ {counter} \\* ARABIC", runs(found["number"], language))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: its level, its text, the bookmark it leads to, and the page that is expected on."""

    level: int
    text: str
    bookmark: str
    page: int


class Bookmarks:
    """Names places of the text; every mark has a number of its own."""

    def __init__(self) -> None:
        self._count = 0

    def around(self, name: str, inner: str) -> str:
        """Return runs with a bookmark around them."""
        self._count += 1
        number = self._count
        return f"{w('bookmarkStart', id=number, name=name)}{inner}{w('bookmarkEnd', id=number)}"


def contents(entries: Sequence[Entry], chosen: Set) -> str:
    """Return the table of contents: a field Word can renew, filled in so that it need not be.

    Page numbers are references of their own, which Word works out before it prints.
    """
    head = w("p", w("pPr", w("pStyle", val="TOCHeading")), runs(_("Contents"), chosen.language))
    shown = [entry for entry in entries if entry.level <= DEEPEST]
    if not shown:
        return head
    code = f'TOC \\o "1-{DEEPEST}" \\h \\z \\u'
    opening = (
        run(w("fldChar", fldCharType="begin"))
        + run(f'<w:instrText xml:space="preserve"> {code} </w:instrText>')
        + run(w("fldChar", fldCharType="separate"))
    )
    closing = run(w("fldChar", fldCharType="end"))
    lines = []
    for place, entry in enumerate(shown):
        line = w("pPr", w("pStyle", val=f"TOC{entry.level}")) + (opening if place == 0 else "")
        line += _line(entry, chosen.language) + (closing if place == len(shown) - 1 else "")
        lines.append(w("p", line))
    about = w("docPartObj", w("docPartGallery", val="Table of Contents"), w("docPartUnique"))
    return w("sdt", w("sdtPr", w("id", val=1), about), w("sdtContent", head, *lines))


def _line(entry: Entry, language: str) -> str:
    page = field(f"PAGEREF {entry.bookmark} \\h", runs(str(entry.page), language))
    inner = runs(entry.text, language) + run(w("tab")) + page
    return f'<w:hyperlink w:anchor={attribute(entry.bookmark)} w:history="1">{inner}</w:hyperlink>'
