"""What can only be told once pages are laid out, and the style sheet that mends it in a second printing.

Notes belong on the page of their call, the record of copies at the foot of the last even page, a table of contents
on one page, the summary of a research report on its first. Lengths in CSS pixels (1/96 inch), as the pages give them.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

MM = 96 / 25.4
HALF_LEADING = 2.439 * MM
"""From the foot of the last line's letters, where the record ends, to the foot of the page's content."""
SLACK = 0.2
CONTENTS_LINES = 20
"""Lines of the official page left for the table of contents under its title."""
PITCH = 10.449 * MM
DENSEST = 5.6 * MM
OPENING_CHAPTERS = 2
FIRST_PAGE = """
@page :first { margin-top: 15mm !important; margin-bottom: 16mm !important }
.title { font-size: 20pt !important } .dek { font-size: 11pt !important; margin-bottom: 3mm !important }
main { font-size: 9.6pt !important; line-height: 1.5 !important } .h1 { margin-top: 4mm !important }
"""


def misplaced_notes(pages: Sequence[Any]) -> int:
    """Count the footnotes that stand on another page than the one that calls them."""
    called: dict[Any, int] = {}
    stands: dict[Any, int] = {}
    for number, page in enumerate(pages):
        for box in _boxes(page):
            tag = box.element_tag or ""
            if tag.endswith("::footnote-call"):
                called.setdefault(box.element, number)
            elif tag.endswith("::footnote-marker"):
                stands.setdefault(box.element, number)
    return sum(stands.get(note) != number for note, number in called.items())


def remedies(pages: Sequence[Any], applied: Collection[str] = ()) -> dict[str, str]:
    """Return the style sheets, by what they mend, that these pages need beside those already applied."""
    found = {"contents": _contents(pages)} | _first_page(pages, applied)
    wanted = {name: css for name, css in found.items() if css and name not in applied}
    if wanted or "foot" in applied:
        return wanted  # the foot is moved last: whatever else changes moves the end of the text
    foot = _foot(pages)
    return {"foot": foot} if foot else {}


def _boxes(page: Any) -> Iterator[Any]:
    yield from page._page_box.descendants(placeholders=True)


def _of_class(page: Any, name: str) -> Any | None:
    """Return the first block of a page whose element has this class, or None."""
    for box in _boxes(page):
        element = getattr(box, "element", None)
        if element is not None and name in (element.get("class") or "").split() and "::" not in (box.element_tag or ""):
            return box
    return None


def _contents(pages: Sequence[Any]) -> str:
    """Set a table of contents that runs over closer, as far as it can be read."""
    found = [box for box in (_of_class(page, "toc") for page in pages[:4]) if box is not None]
    if len(found) < 2:
        return ""
    entries = len(found[0].element.findall("a"))
    pitch = CONTENTS_LINES * PITCH / entries
    if pitch < DENSEST:
        return ""
    size = min(14.0, pitch / MM / 0.3528 / 1.5)
    return (
        f".toc a {{ line-height: {pitch / MM:.3f}mm !important; font-size: {size:.2f}pt !important }}"
        ".toc a .t { line-height: 1 }"
    )


def _first_page(pages: Sequence[Any], applied: Collection[str]) -> dict[str, str]:
    """Set the opening of a research summary closer where it runs over its page, or else let the text run on."""
    if _of_class(pages[0], "by") is None:
        return {}
    seen: list[Any] = []
    for place, page in enumerate(pages):
        for box in _boxes(page):
            tag, element = box.element_tag or "", getattr(box, "element", None)
            if tag != "h2" or element in seen or "h1" not in (element.get("class") or "").split():
                continue
            seen.append(element)
            if len(seen) > OPENING_CHAPTERS:
                return _closer(place, applied)
    return {}


def _closer(evidence_begins: int, applied: Collection[str]) -> dict[str, str]:
    if evidence_begins < 2:
        return {}
    if "first page" in applied:
        return {"text runs on": "main > h2.h1 { break-before: auto !important }"}
    return {"first page": FIRST_PAGE}


def _foot(pages: Sequence[Any]) -> str:
    """Move the record of copies to the foot of the last even page."""
    place = len(pages) - 1
    box = _of_class(pages[place], "foot")
    if box is None or _of_class(pages[place], "imprint") is None:
        return ""
    page, height = pages[place]._page_box, box.border_height()
    head = page.content_box_y()
    foot = head + page.height - HALF_LEADING - height - SLACK
    top = box.position_y + box.margin_top
    alone = box.position_y < head + 1  # pushed to a page of its own
    turned = place % 2 == 0
    if not (alone or turned):
        return f".foot {{ margin-top: {box.margin_top + foot - top:.2f}px !important }}"
    # Where an empty page comes before the record, neither of them has a number.
    unnumbered = "page: record !important;" if alone and turned else ""
    side = "left" if turned else "page"
    return f".foot {{ break-before: {side} !important; {unnumbered} margin-top: {foot - head:.2f}px !important }}"
