"""What charts are drawn on: text measured and broken, colours that read, and an SVG sheet."""

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from math import ceil

INK, MUTED, GRID, PRIMARY, SOFT = "#17252a", "#4d5d61", "#d9e0dd", "#0f6e63", "#93c9bf"
NEUTRAL, NEGATIVE, POSITIVE = "#d9dedc", ("#b4552d", "#e3a77c"), ("#0f6e63", "#7fb8ae")
PALEST = "#eef5f2"
HATCH_PAPER, HATCH_LINE = "#f6f7f6", "#9aa6a4"
FONT = (
    "'Source Sans 3','Inter','PingFang SC','HarmonyOS Sans SC','Microsoft YaHei','SimHei',"
    "'Noto Sans CJK SC','FandolHei','AR PL UMing CN','Noto Emoji',sans-serif"
)
LINE = 16

_unbreakable = re.compile(r"[（《〈【“‘]*[\u2e80-\uffef][，。、；：？！）》〉】”’％]*|[^\s\u2e80-\uffef]+\s*|\s+")


def text_width(text: str, size: float) -> float:
    """Estimate how wide `text` is: a full-width character is one em, others about half."""
    return sum(size * _em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return 0.27 if character in " .,:;-'|ilI" else 0.53


def wrap(text: str, size: float, width: float) -> list[str]:
    """Break `text` into lines no wider than `width`: between Han characters, or at spaces."""
    lines, line = [], ""
    for piece in _unbreakable.findall(text):
        if line and text_width((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def even(text: str, size: float, width: float) -> list[str]:
    """Break `text` like `wrap`, but into lines of about the same length."""
    lines = wrap(text, size, width)
    narrower = wrap(text, size, text_width(text, size) / len(lines) + size)
    return narrower if len(narrower) == len(lines) else lines


def ramp(levels: int) -> list[str]:
    """Return a colour for each of `levels` (2 or more) from worst to best, neutral in the middle if odd."""
    side = levels // 2
    middle = [NEUTRAL] if levels % 2 else []
    return [*_shades(NEGATIVE, side), *middle, *reversed(_shades(POSITIVE, side))]


def shade(part: float) -> str:
    """Return a tint from almost white to the house's green for a part from 0 to 1."""
    return _blend(PALEST, PRIMARY, min(max(part, 0.0), 1.0))


def _shades(ends: tuple[str, str], count: int) -> list[str]:
    if count == 1:
        return [ends[0]]
    return [_blend(ends[0], ends[1], place / (count - 1)) for place in range(count)]


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _blend(first: str, second: str, part: float) -> str:
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Return the relative luminance of a #rrggbb colour, 0 to 1, as WCAG defines it."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(colour: str) -> str:
    """Return white or ink, whichever reads better on `colour`."""
    light = luminance(colour) + 0.05
    return "#ffffff" if 1.05 / light > light / (luminance(INK) + 0.05) else INK


class Sheet:
    """An SVG being drawn, in CSS pixels."""

    def __init__(self, width: float) -> None:
        self.width, self.shapes = width, list[str]()

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        if width > 0 and height > 0:
            self.shapes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"/>'
            )

    def line(self, start: tuple[float, float], end: tuple[float, float], stroke: str = GRID, width: float = 1) -> None:
        (x1, y1), (x2, y2) = start, end
        self.shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" stroke-width="{width}"/>'
        )

    def hatched(self, x: float, y: float, width: float, height: float) -> None:
        """A hidden value: diagonal lines, cut by hand because a pattern would need an id."""
        self.rect(x, y, width, height, HATCH_PAPER)
        for step in range(1, ceil((width + height) / 5)):
            reach = step * 5.0
            start = (x + max(0.0, reach - height), y + min(reach, height))
            end = (x + min(reach, width), y + max(0.0, reach - width))
            self.line(start, end, HATCH_LINE, 0.8)
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="none" '
            f'stroke="{HATCH_LINE}" stroke-width="0.8"/>'
        )

    def text(
        self,
        x: float,
        middle: float,
        text: str,
        *,
        anchor: str = "start",
        size: float = 13,
        fill: str = "",
        bold: bool = False,
    ) -> None:
        # Shifted by a third of an em instead of dominant-baseline, which printers draw differently.
        extra = "" if anchor == "start" else f' text-anchor="{anchor}"'
        extra += "" if size == 13 else f' font-size="{size:g}"'
        extra += f' fill="{fill}"' if fill else ""
        extra += ' font-weight="600"' if bold else ""
        self.shapes.append(f'<text x="{x:.1f}" y="{middle + size * 0.35:.1f}"{extra}>{escape(text)}</text>')

    def label(self, x: float, middle: float, lines: Sequence[str], *, anchor: str) -> None:
        for place, line in enumerate(lines):
            self.text(x, middle + (place - (len(lines) - 1) / 2) * LINE, line, anchor=anchor)

    def legend(self, entries: Sequence[tuple[str, str | None]], centre: float) -> float:
        """Draw colour keys (None: hatched) in as many rows as they need; return where the chart may begin."""
        rows: list[list[tuple[str, str | None]]] = [[]]
        for entry in entries:
            if rows[-1] and legend_width([*rows[-1], entry]) > self.width - 8:
                rows.append([])
            rows[-1].append(entry)
        for number, row in enumerate(rows):
            x = max(4.0, min(centre - legend_width(row) / 2, self.width - legend_width(row) - 4))
            y = 4 + 20 * number
            for word, colour in row:
                self.hatched(x, y, 13, 13) if colour is None else self.rect(x, y, 13, 13, colour)
                self.text(x + 18, y + 6.5, word, size=12, fill=MUTED)
                x += 34 + text_width(word, 12)
        return 20.0 * len(rows) + 6

    def svg(self, height: float, title: str, description: str) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {self.width:g} {height:.1f}" '
            f'role="img" font-family="{FONT}" font-size="13" fill="{INK}"><title>{escape(title)}</title>'
            f"<desc>{escape(description)}</desc>{''.join(self.shapes)}</svg>"
        )


def legend_width(entries: Sequence[tuple[str, str | None]]) -> float:
    """Return how wide a row of colour keys is."""
    return sum(34 + text_width(word, 12) for word, _ in entries) - 16
