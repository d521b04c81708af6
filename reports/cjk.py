"""Chinese typesetting that the printing engine does not do by itself.

`prepare` makes plain text safe and ready to set: lines may break beside curly quotes, adjacent
full-width marks close up, signs stay with their number. `justify_between_characters` teaches the
engine to fill a line by spacing its characters; it only stretches spaces, which Chinese has not.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff"
CLOSING = "，。、；：！？）》〉】〕」』”’．"
OPENING = "（《〈【〔「『“‘"
BREAK_HERE, STAY_TOGETHER, FULL_SPACE = "\u200b", "\u2060", "\u3000"
WIDEST_STRETCH = 0.35
"""The most a line is spread, in ems between characters; beyond it the line is left short."""

# Control characters, bidirectional overrides, lone surrogates, private characters and invisible fillers:
# nothing a reader can see, and enough to break the page, reverse a sentence or stop the printing.
# Emoji lose their skin tones and joiners: the one-colour emoji font knows only single signs.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufe00-\ufe0f\ufeff"
    "\ufff0-\uffff\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]|(?<=[\u2190-\U0001ffff])\u200d"
)
_line_end = re.compile(r"\s*\n\s*")
_apostrophe = re.compile("(?<=[A-Za-z])(?:’|&#39;)(?=[A-Za-z])")
_before_quote = re.compile(f"(?<=[{HAN}])(?<![{OPENING}])(?=[“‘])")
_after_quote = re.compile(f"(?<=[”’])(?=[{HAN}])(?![{CLOSING}])")
_after_sign = re.compile(r"(?<=[＋－±≥≤＜＞−])(?=\d)")
_adjacent = re.compile(f"([{CLOSING}])(?={BREAK_HERE}?[{CLOSING}{OPENING}])|([{OPENING}])(?=[{OPENING}])")
# Addresses of pages and people may break at their joints, or they would leave a gap of half a line.
_address = re.compile(r"(?:https?://|www\.)[!-~]{12,}|[\w.+-]+@[\w.-]{12,}", re.ASCII)
_joint = re.compile(r"(?<=[/?=_.@])(?![/?=_.@])|(?<=&amp;)|(?=-)")
_flag = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_has_han = re.compile(f"[{HAN}]")


def clean(text: str) -> str:
    """Return `text` without the characters that cannot be printed."""
    return _UNPRINTABLE.sub("", text)


def prepare(text: str, language: str = "zh") -> Markup:
    """Turn plain text into safe markup ready to be set in `language`."""
    safe = _address.sub(lambda found: _joint.sub(BREAK_HERE, found[0]), str(escape(clean(text))))
    if language != "zh":
        return Markup(safe)
    safe = _line_end.sub(FULL_SPACE, safe.strip())
    safe = _before_quote.sub(BREAK_HERE, safe)
    safe = _after_quote.sub(BREAK_HERE, safe)
    safe = _after_sign.sub(STAY_TOGETHER, safe)
    safe = _adjacent.sub(lambda found: f"<i class=q>{found[0]}</i>", safe)
    return Markup(_apostrophe.sub("<span class=la>’</span>", safe))


def spaced(text: str) -> list[tuple[int, int]]:
    """Return the runs of `text` (code points, end excluded) whose characters take space after them."""
    runs: list[tuple[int, int]] = []
    for place, character in enumerate(text):
        if character in (BREAK_HERE, STAY_TOGETHER):
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def slots(text: str) -> int:
    """Count the characters of `text` that can be spaced: what is invisible or combines does not count."""
    return sum(
        character not in (BREAK_HERE, STAY_TOGETHER) and unicodedata.category(character) not in ("Mn", "Me")
        for character in _flag.sub("F", text)
    )


def _texts(box: Any, boxes: Any) -> Iterator[Any]:
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            if child.is_in_normal_flow():
                yield from _texts(child, boxes)


def _only_words(found: list[Any]) -> bool:
    """Tell whether a line is Latin words, spread at their spaces; an address that fills a line has none."""
    return not any(_has_han.search(box.text) for box in found) and any(" " in box.text.strip() for box in found)


def justify_between_characters(inline: Any, boxes: Any, line_break: Any, pango: Any) -> None:
    """Patch WeasyPrint 70's own modules so that lines with Han characters are spread evenly.

    Raises AttributeError when the engine no longer has the parts this needs.
    """
    plain_justify, plain_set_text = inline.justify_line, line_break.Layout.set_text
    if getattr(inline, "spreads_han", False):
        return
    ffi, library, units = pango.ffi, pango.pango, pango.TO_UNITS

    def set_text(layout: Any, text: str, justify: bool = False) -> None:
        plain_set_text(layout, text, justify)
        stretch = getattr(layout, "han_stretch", 0)
        if not (justify and stretch and layout.text):
            return
        own = layout.style["letter_spacing"]
        spacing = int((stretch + (0 if own == "normal" else own)) * units)
        attributes = library.pango_layout_get_attributes(layout.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(library.pango_attr_list_new(), library.pango_attr_list_unref)
        for start, end in spaced(layout.text):
            attribute = library.pango_attr_letter_spacing_new(spacing)
            attribute.start_index = len(layout.text[:start].encode())
            attribute.end_index = len(layout.text[:end].encode())
            library.pango_attr_list_change(attributes, attribute)
        library.pango_layout_set_attributes(layout.layout, attributes)

    def spread(box: Any, stretch: float, moved: float, last: Any) -> float:
        """Move a box and widen its text; every text but the last also owns the gap after it."""
        if isinstance(box, boxes.TextBox):
            box.position_x += moved
            gaps = slots(box.text) - (box is last)
            if gaps > 0:
                box.pango_layout.han_stretch = stretch  # the layout is built again with it when drawn
                moved += stretch * gaps
                box.width += stretch * gaps
        elif isinstance(box, boxes.LineBox | boxes.InlineBox):
            box.position_x += moved
            before = moved
            for child in box.children:
                if child.is_in_normal_flow():
                    moved = spread(child, stretch, moved, last)
            box.width += moved - before
        else:
            box.translate(moved, 0)
        return moved

    def justify_line(context: Any, line: Any, extra_width: float) -> None:
        found = [box for box in _texts(line, boxes) if box.text]
        count = sum(slots(box.text) for box in found)
        if count < 2 or _only_words(found):
            plain_justify(context, line, extra_width)
            return
        stretch = extra_width / (count - 1)
        if stretch <= WIDEST_STRETCH * found[0].style["font_size"]:
            spread(line, stretch, 0, found[-1])

    line_break.Layout.set_text = set_text
    inline.justify_line = justify_line
    inline.spreads_han = True
