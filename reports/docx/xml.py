"""The XML of a Word document, written as text: elements, and a person's words made into runs.

Parts are written by hand, child after child in the order the schema asks for, so that the same document gives the
same bytes and nothing has to be sorted afterwards.
"""

import re
from collections.abc import Iterable
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from reports.cjk import clean

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
PLACED = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"

Breaks = Literal["join", "keep"]

# Between Latin letters this sign is an apostrophe; everywhere else in Chinese text it is a full-width quotation mark.
_APOSTROPHE = re.compile("(?<=[A-Za-z])(’)(?=[A-Za-z])")
_LINE_END = re.compile(r"\s*\n\s*")


def w(name: str, /, *inner: str, **attributes: object) -> str:
    """Return an element of WordprocessingML; attributes of None are left out."""
    told = "".join(f" w:{key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    inside = "".join(inner)
    return f"<w:{name}{told}>{inside}</w:{name}>" if inside else f"<w:{name}{told}/>"


def part(name: str, /, *inner: str) -> bytes:
    """Return a whole part whose root is the element `name` of WordprocessingML."""
    spaces = f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}" xmlns:wp="{PLACED}" xmlns:a="{DRAWING}" xmlns:pic="{PICTURE}"'
    return f"{DECLARATION}<w:{name} {spaces}>{''.join(inner)}</w:{name}>".encode()


def attribute(text: str) -> str:
    """Return plain text as a quoted attribute value, on one line."""
    return quoteattr(plain(text))


def plain(text: str) -> str:
    """Return text on one line, without what cannot be printed."""
    return " ".join(clean(text).split())


def run_properties(
    *,
    style: str = "",
    east: bool = False,
    bold: bool | None = None,
    italic: bool | None = None,
    color: str = "",
    size: float | None = None,
) -> str:
    """Return the properties of a run; `size` in points, `east` sets doubtful signs such as “ in the Chinese face."""
    inner = (
        w("rStyle", val=style) if style else "",
        w("rFonts", hint="eastAsia") if east else "",
        "" if bold is None else w("b", val=None if bold else 0),
        "" if italic is None else w("i", val=None if italic else 0),
        w("color", val=color) if color else "",
        "" if size is None else w("sz", val=round(size * 2)) + w("szCs", val=round(size * 2)),
    )
    return w("rPr", *inner) if any(inner) else ""


def run(*inner: str, **properties: object) -> str:
    """Return a run around elements that are no text: a field's sign, a picture, a note's call."""
    return w("r", run_properties(**properties), *inner)  # type: ignore[arg-type]


def runs(text: str, language: str, *, breaks: Breaks = "join", **properties: object) -> str:
    """Return a person's words as runs; line breaks become a space of the language, or stay where they are."""
    safe = clean(text).replace("\t", " ").strip("\n")
    if breaks == "join":
        safe = _LINE_END.sub("\u3000" if language == "zh" else " ", safe.strip())
    if language != "zh":
        return _run(safe, **properties)
    return "".join(_run(piece, east=piece != "’", **properties) for piece in _APOSTROPHE.split(safe))


def _run(text: str, **properties: object) -> str:
    if not text:
        return ""
    lines = w("br").join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' if line else "" for line in text.split("\n"))
    return run(lines, **properties)


def lines(pieces: Iterable[str], language: str, **properties: object) -> str:
    """Return several texts as runs, each on its own line of the same paragraph."""
    return run(w("br")).join(runs(piece, language, **properties) for piece in pieces)  # type: ignore[arg-type]
