"""The rules of the printed page, checked on the PDF: `check` finds what a strict reader would send back.

The official page is that of GB/T 9704-2012. Millimetres throughout; a baseline is measured from the head of the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from reports.cjk import CLOSING, OPENING
from tests.reports import reading
from tests.reports.reading import (
    BODY_SIZE as BODY_SIZE,
)  # fmt: skip
from tests.reports.reading import (
    MM as MM,
)
from tests.reports.reading import (
    Line as Line,
)
from tests.reports.reading import (
    Structure as Structure,
)
from tests.reports.reading import (
    body_lines as body_lines,
)
from tests.reports.reading import (
    characters_drawn as characters_drawn,
)
from tests.reports.reading import (
    fonts as fonts,
)
from tests.reports.reading import (
    missing_glyphs as missing_glyphs,
)
from tests.reports.reading import (
    open_pages as open_pages,
)
from tests.reports.reading import (
    page_number as page_number,
)
from tests.reports.reading import (
    structure as structure,
)

LEFT, RIGHT, TOP, BOTTOM = 28.0, 184.0, 37.0, 262.0
ZI, PITCH, LINES, CHARACTERS = 5.571, 10.449, 22, 28
FIRST_BASELINE, LAST_BASELINE = TOP + 0.88 * ZI, BOTTOM - 0.12 * ZI
NUMBER_HEIGHT, NUMBER_RIGHT, NUMBER_LEFT = 269.0, 179.06, 32.94
MARK_TOP, RULE_GAP, RECORD_END = 72.0, 4.0, 262.0
TABLE_SIZE = 10.5
UNBROKEN = "—…"
SUMMARY = (27.0, 183.0, 20.0, 275.0)
RUNNING = 8.5  # pt: what stands in the margins of a research summary


@dataclass(frozen=True)
class Finding:
    """Something wrong on a page: which rule it breaks, where (0: everywhere), and how."""

    rule: str
    page: int
    told: str


def check(pdf: bytes, style: str = "gongwen") -> list[Finding]:
    """Return everything that is wrong with a printed report; of a research summary only what holds for every page."""
    pages = reading.open_pages(pdf)
    found = [*_shapes(pdf)]
    if style == "summary":
        return found + [finding for place, page in enumerate(pages, 1) for finding in _inside(place, page, *SUMMARY)]
    found += _numbers(pages)
    front = next((place for place, page in enumerate(pages) if reading.page_number(page)), 0)
    for place, page in enumerate(pages[:front], 1):
        found += _inside(place, page, LEFT, RIGHT, TOP, BOTTOM)
    written = [reading.body_lines(page) if place >= front else [] for place, page in enumerate(pages)]
    for place, (page, lines) in enumerate(zip(pages[front:], written[front:], strict=True), front + 1):
        found += _inside(place, page, LEFT, RIGHT, TOP, BOTTOM)
        found += _grid(place, page, lines)
        found += _edges(place, lines)
        found += _breaks(place, lines)
        found += _red_head(place, page, lines)
    found += _full_pages(pages, written)
    found += _characters(written)
    found += _margin(written)
    found += _heads(pages)
    return found


def _shapes(pdf: bytes) -> Iterator[Finding]:
    missing = reading.missing_glyphs(pdf)
    if missing:
        yield Finding("missing glyph", 0, f"{missing} characters have no shape")
    for name, embedded in reading.fonts(pdf).items():
        if not embedded:
            yield Finding("font not embedded", 0, name)


def _numbers(pages: list) -> Iterator[Finding]:
    """Page numbers: — 1 — from the first numbered page on, outside, 7 mm under the text."""
    expected, blank_before = 0, False
    for place, page in enumerate(pages, 1):
        signs = reading.page_number(page)
        text = "".join(sign["text"] for sign in signs)
        blank = not any(character["text"].strip() for character in page.chars)
        expected += bool(expected or signs)
        if signs:
            yield from _number_stands(place, expected, signs)
            if text != f"—{expected}—":
                yield Finding("page number", place, f"{text} where {expected} was expected")
        elif expected and not (blank or blank_before):
            yield Finding("page number", place, "none")
        blank_before = blank
    if not expected:
        yield Finding("page number", 0, "none on any page")


def _number_stands(place: int, number: int, signs: list) -> Iterator[Finding]:
    height = (signs[0]["top"] + signs[0]["bottom"]) / 2 * MM
    if abs(height - NUMBER_HEIGHT) > 1.2:
        yield Finding("page number height", place, f"{height:.1f} mm")
    start, end = signs[0]["x0"] * MM, signs[-1]["x1"] * MM
    wrong = abs(end - NUMBER_RIGHT) > 0.6 if number % 2 else abs(start - NUMBER_LEFT) > 0.6
    if wrong:
        yield Finding("page number side", place, f"from {start:.1f} to {end:.1f} mm")


def _inside(place: int, page, left: float, right: float, top: float, bottom: float) -> Iterator[Finding]:
    """No character outside the type area; a mark closed up at a line's end may hang its empty half."""
    number = {id(sign) for sign in reading.page_number(page)}
    outside = []
    for character in page.chars:
        if not character["text"].strip() or id(character) in number:
            continue
        hang = character["size"] / 2 * MM if character["text"] in CLOSING else 0
        baseline = (float(page.height) - character["matrix"][5]) * MM
        across = left - 0.6 <= character["x0"] * MM and character["x1"] * MM <= right + 0.6 + hang
        if bottom == SUMMARY[3] and abs(character["size"] - RUNNING) < 0.1 and not top < baseline < bottom:
            continue
        if not (across and top <= baseline <= bottom + 1):
            outside.append(character["text"])
    if outside:
        yield Finding("outside the type area", place, "".join(outside)[:40])


def _only_text(page) -> bool:
    number = {id(sign) for sign in reading.page_number(page)}
    sizes = {round(c["size"], 1) for c in page.chars if c["text"].strip() and id(c) not in number}
    return bool(sizes) and sizes <= {15.7, 15.8, 15.9, 22.0} and not page.images and not page.curves


def _grid(place: int, page, lines: list[Line]) -> Iterator[Finding]:
    """Lines follow one another at the pitch, and on a page of text stand on the page's grid."""
    wrong = [
        after.baseline - before.baseline
        for before, after in pairwise(lines)
        if after.baseline - before.baseline < 1.6 * PITCH and abs(after.baseline - before.baseline - PITCH) > 0.12
    ]
    if wrong:
        yield Finding("line pitch", place, ", ".join(f"{pitch:.2f}" for pitch in wrong[:5]))
    if len(lines) > LINES:
        yield Finding("lines", place, str(len(lines)))
    if lines and _only_text(page):
        off = abs(lines[0].baseline - FIRST_BASELINE) % PITCH
        if min(off, PITCH - off) > 1:
            yield Finding("top margin", place, f"first baseline at {lines[0].baseline:.1f} mm")


def _continues(before: list[Line], lines: list[Line]) -> bool:
    """Tell whether the first line of a page goes on with the last one before it; the word Annex is in another face."""
    if not (before and lines) or abs(lines[0].baseline - FIRST_BASELINE) > 1 or lines[0].left > LEFT + 1:
        return False
    return lines[0].characters[0]["fontname"] in {character["fontname"] for character in before[-1].characters}


def _full_pages(pages: list, written: list[list[Line]]) -> Iterator[Finding]:
    """A page of text whose last sentence goes on overleaf is full down to its 22nd line."""
    for place, (lines, after) in enumerate(pairwise(written), 1):
        full = _continues(lines, after) and _only_text(pages[place - 1])
        if full and abs(lines[-1].baseline - LAST_BASELINE) > 1:
            yield Finding("lines", place, f"a full page ends at {lines[-1].baseline:.1f} mm")


def _inner(lines: list[Line]) -> list[Line]:
    """Lines whose sentence goes on in the next one."""
    return [
        line
        for line, after in pairwise(lines)
        if after.left < LEFT + 1 and after.baseline - line.baseline < 1.2 * PITCH and line.right > LEFT + 120
    ]


def _edges(place: int, lines: list[Line]) -> Iterator[Finding]:
    ragged = [line for line in _inner(lines) if abs(line.ink_right - RIGHT) > 0.4]
    if ragged:
        yield Finding("right edge", place, "; ".join(f"{each.text[-6:]} at {each.right:.1f} mm" for each in ragged[:3]))


def _characters(written: list[list[Line]]) -> Iterator[Finding]:
    """Full lines of nothing but Han hold 28 characters; a mark that may not stand at a line's head takes one away."""
    for place, lines in enumerate(written, 1):
        pure = [line for line in _inner(lines) if line.ems == len(line.characters)]
        widths = [_width(line.text) + round((line.left - LEFT) / ZI) for line in pure]
        odd = [width for width in widths if not CHARACTERS - 1.5 <= width <= CHARACTERS]
        if odd:
            yield Finding("characters per line", place, ", ".join(map(str, odd)))


def _width(text: str) -> float:
    """Return the width of Han text in characters: of two marks side by side the first closes up."""
    closed = sum(
        (a in CLOSING and b in CLOSING + OPENING) or (a in OPENING and b in OPENING) for a, b in pairwise(text)
    )
    return len(text) - closed / 2


def _margin(written: list[list[Line]]) -> Iterator[Finding]:
    lines = [line for each in written for line in each]
    if not lines:
        yield Finding("body size", 0, "no text of size 3")
        return
    left = min(line.left for line in lines)
    if len(lines) > 10 and abs(left - LEFT) > 0.6:
        yield Finding("left margin", 0, f"{left:.1f} mm")


def _breaks(place: int, lines: list[Line]) -> Iterator[Finding]:
    """No mark at a line's head that belongs to the line before, and nothing torn that belongs together."""
    for before, after in pairwise([None, *lines]):
        text = after.text.lstrip("\u200b\u2060")
        if text[0] in CLOSING + "％‰℃" and len(text) > 1:
            yield Finding("mark at line start", place, text[:6])
        if text[-1] in OPENING:
            yield Finding("mark at line end", place, text[-6:])
        if before is None or after.left > LEFT + 1 or after.baseline - before.baseline > 1.2 * PITCH:
            continue
        torn = before.text[-1] + text[0]
        if torn[0] == torn[1] and torn[0] in UNBROKEN:
            yield Finding("dash or dots torn", place, f"{before.text[-4:]} | {text[:4]}")
        if torn.isascii() and torn.isdigit() and before.right > LEFT + 100:
            yield Finding("number torn", place, f"{before.text[-4:]} | {text[:4]}")


def _is_red(colour) -> bool:
    return bool(colour) and len(colour) == 3 and colour[0] > 0.6 and colour[1] < 0.2 and colour[2] < 0.3


def _red_head(place: int, page, lines: list[Line]) -> Iterator[Finding]:
    """The issuer's mark 35 mm under the head of the text, and a red rule 4 mm under the number."""
    mark = [c for c in page.chars if _is_red(c["non_stroking_color"]) and c["size"] > 22 and c["text"].strip()]
    if not mark:
        return
    baseline = (float(page.height) - mark[0]["matrix"][5]) * MM
    em_top = baseline - 0.88 * mark[0]["size"] * MM
    if abs(em_top - MARK_TOP) > 1.6:
        yield Finding("red head", place, f"the mark begins at {em_top:.1f} mm")
    shapes = [*page.rects, *page.lines, *page.curves]
    rules = [
        shape for shape in shapes if _is_red(shape.get("non_stroking_color")) or _is_red(shape.get("stroking_color"))
    ]
    if not rules:
        yield Finding("red head", place, "no red rule")
        return
    height = min(rule["top"] for rule in rules) * MM
    start, end = min(rule["x0"] for rule in rules) * MM, max(rule["x1"] for rule in rules) * MM
    above = [line.baseline + 0.12 * ZI for line in lines if baseline < line.baseline < height]
    if not above or abs(height - max(above) - RULE_GAP) > 0.8:
        yield Finding("red head", place, f"the rule at {height:.1f} mm is not 4 mm under the number {above}")
    if abs(start - LEFT) > 0.6 or abs(end - RIGHT) > 0.6:
        yield Finding("red head", place, f"the rule goes from {start:.1f} to {end:.1f} mm")


def _rows(page) -> list[tuple[float, list]]:
    """Return the visible characters of a page by baseline, the page number left out."""
    number = {id(sign) for sign in reading.page_number(page)}
    rows: dict[float, list] = {}
    for character in page.chars:
        if character["text"].strip() and id(character) not in number:
            rows.setdefault(round((float(page.height) - character["matrix"][5]) * MM), []).append(character)
    return sorted(rows.items())


def _is_table_row(row: list) -> bool:
    return all(abs(character["size"] - TABLE_SIZE) < 0.2 for character in row)


def _heads(pages: list) -> Iterator[Finding]:
    """A table that goes on overleaf shows its head again: the grey band at the head of the page."""
    for place, (page, following) in enumerate(pairwise(pages), 2):
        before, after = _rows(page), _rows(following)
        if not (before and after) or not (_is_table_row(before[-1][1]) and _is_table_row(after[0][1])):
            continue
        if after[0][0] > TOP + 10 or not _ruled(following):
            continue
        bands = [shape for shape in following.rects if _is_grey(shape.get("non_stroking_color"))]
        if not any(abs(band["top"] * MM - TOP) < 4 for band in bands):
            yield Finding("table head", place, "".join(character["text"] for character in after[0][1])[:30])


def _ruled(page) -> bool:
    shapes = [*page.rects, *page.lines]
    return any(shape["top"] * MM < TOP + 4 and (shape["x1"] - shape["x0"]) * MM > 10 for shape in shapes)


def _is_grey(colour) -> bool:
    return bool(colour) and len(colour) == 3 and all(0.93 < part < 0.96 for part in colour)
