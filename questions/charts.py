"""Charts as plain SVG text: one string for the web page and for the printed report.

A chart is data (`Likert`, `Bars`, `Columns`, `Heat`) and one function that draws it. Only SVG presentation
attributes are used (no style element, no ids), so the page's strict content policy holds and many
charts may share a page. A share of None was hidden because too few people chose it: it is drawn
hatched in a size that says nothing about the number behind it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from questions.canvas import (
    GRID,
    HATCH_PAPER,
    INK,
    LINE,
    MUTED,
    PRIMARY,
    SOFT,
    Sheet,
    even,
    ink_on,
    ramp,
    shade,
    text_width,
)
from questions.drawables import Bar as Bar
from questions.drawables import Bars as Bars
from questions.drawables import Columns as Columns
from questions.drawables import Drawing as Drawing
from questions.drawables import Heat as Heat
from questions.drawables import Likert as Likert
from questions.drawables import Row as Row
from questions.drawables import Series as Series
from questions.drawables import Words as Words

SERIES = ("#0f6e63", "#d98a4f", "#5f7f9e", "#8a6d9e", "#6b7a7d")
WIDE, NARROW = 590, 344
STACKED_BELOW = 460
HIDDEN_WIDTH = 22


def draw(drawing: Drawing, *, title: str, words: Words, width: int = WIDE) -> str:
    """Draw any chart as SVG `width` units wide; below 460 units labels stand above their bars."""
    match drawing:
        case Likert():
            return likert(drawing, title=title, words=words, width=width)
        case Bars():
            return bars(drawing, title=title, words=words, width=width)
        case Columns():
            return columns(drawing, title=title, words=words, width=width)
        case Heat():
            return heat(drawing, title=title, words=words, width=width)


def height_of(svg: str) -> float:
    """Return the height of a drawn chart in its own units (its width is the one asked for)."""
    found = re.match(r'<svg [^>]*viewBox="0 0 [\d.]+ ([\d.]+)"', svg)
    if found is None:
        raise ValueError("not a chart of ours")
    return float(found[1])


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _signed(value: float) -> str:
    rounded = round(value)
    return f"+{rounded}" if rounded > 0 else _number(rounded)


@dataclass(frozen=True, slots=True)
class _Band:
    """Where one row of a horizontal chart stands."""

    top: float
    height: float
    lines: list[str]
    stacked: bool
    bar: float

    @property
    def middle(self) -> float:
        return self.top + (self.height - self.bar / 2 - 6 if self.stacked else (self.height - 10) / 2)


def _bands(labels: Sequence[str], *, top: float, room: float, bar: float, stacked: bool) -> list[_Band]:
    bands = []
    for label in labels:
        lines = even(label, 13, room)
        height = LINE * len(lines) + bar + 16 if stacked else max(bar, LINE * len(lines)) + 10
        bands.append(_Band(top, height, lines, stacked, bar))
        top += height
    return bands


def _name(sheet: Sheet, band: _Band, right: float) -> None:
    if band.stacked:
        sheet.label(0, band.top + 8 + LINE * (len(band.lines) - 1) / 2, band.lines, anchor="start")
    else:
        sheet.label(right, band.middle, band.lines, anchor="end")


def _label_room(labels: Sequence[str], width: float) -> float:
    """Give labels the width they need, between a fifth and a third of the chart."""
    widest = max((text_width(label, 13) for label in labels), default=0)
    return max(width * 0.18, min(widest + 2, width * 0.34))


def likert(chart: Likert, *, title: str, words: Words, width: int = WIDE) -> str:
    """Draw diverging stacked bars: the unhappy to the left of zero, the content to the right."""
    sheet, colours = Sheet(width), ramp(len(chart.levels))
    stacked = width < STACKED_BELOW
    room = width - 66.0 if stacked else _label_room([row.label for row in chart.rows], width)
    left, right = (0.0 if stacked else room + 8), width - (58.0 if chart.net else 8.0)
    lows = [_left_share(row.shares) for row in chart.rows]
    highs = [_right_share(row.shares) for row in chart.rows]
    low, high = (ceil(max(values, default=0) / 10) * 10 for values in (lows, highs))
    hides = any(share is None for row in chart.rows for share in row.shares)
    margin = HIDDEN_WIDTH * max((len(chart.levels) + 1) // 2, 1) if hides else 0
    scale = (right - left - 2 * margin) / max(low + high, 1)
    zero = left + margin + low * scale
    keys = [*zip(chart.levels, colours, strict=True), *([(words.hidden, None)] if hides else [])]
    top = sheet.legend(keys, zero) + (12 if chart.net else 4)
    bands = _bands([row.label for row in chart.rows], top=top, room=room, bar=22, stacked=stacked)
    bottom = bands[-1].top + bands[-1].height if bands else top
    if stacked:  # only behind the bars, or the lines would run through the labels above them
        for band in bands:
            _grid(sheet, zero, scale, (low, high), (band.middle - 15, band.middle + 15))
    else:
        _grid(sheet, zero, scale, (low, high), (top - 4, bottom))
    _percents(sheet, zero, scale, (low, high), bottom + 10)
    if chart.net:
        sheet.text(width - 2, top - 9, words.net, anchor="end", size=11, fill=MUTED)
    for row, band in zip(chart.rows, bands, strict=True):
        _name(sheet, band, room)
        _diverging_bar(sheet, row.shares, colours, (zero, band.middle, scale))
        if chart.net:
            score = net_score(row.shares)
            sheet.text(width - 2, band.middle, "—" if score is None else _signed(score), anchor="end", bold=True)
    return sheet.svg(bottom + 24, title, _tell(chart.levels, chart.rows, words))


def net_score(shares: Sequence[float | None]) -> float | None:
    """Return the positive shares less the negative ones, or None when one of them is hidden."""
    side = len(shares) // 2
    bad, good = shares[:side], shares[len(shares) - side :]
    if None in bad or None in good:
        return None
    return sum(share or 0 for share in good) - sum(share or 0 for share in bad)


def _left_share(shares: Sequence[float | None]) -> float:
    side = len(shares) // 2
    middle = (shares[side] or 0) / 2 if len(shares) % 2 else 0
    return sum(share or 0 for share in shares[:side]) + middle


def _right_share(shares: Sequence[float | None]) -> float:
    return sum(share or 0 for share in shares) - _left_share(shares)


def _marks(ends: tuple[int, int]) -> range:
    step = 25 if sum(ends) > 90 else 20
    return range(-(ends[0] // step) * step, ends[1] + 1, step)


def _grid(sheet: Sheet, zero: float, scale: float, ends: tuple[int, int], span: tuple[float, float]) -> None:
    for value in _marks(ends):
        x = zero + value * scale
        sheet.line((x, span[0]), (x, span[1]), INK if value == 0 else GRID)


def _percents(sheet: Sheet, zero: float, scale: float, ends: tuple[int, int], middle: float) -> None:
    for value in _marks(ends):
        sheet.text(zero + value * scale, middle, f"{abs(value)}%", anchor="middle", size=11, fill=MUTED)


def _diverging_bar(
    sheet: Sheet, shares: Sequence[float | None], colours: Sequence[str], place: tuple[float, float, float]
) -> None:
    zero, middle, scale = place
    widths = [HIDDEN_WIDTH if share is None else share * scale for share in shares]
    side = len(shares) // 2
    x = zero - sum(widths[:side]) - (widths[side] / 2 if len(shares) % 2 else 0)
    for share, width, colour in zip(shares, widths, colours, strict=True):
        if share is None:
            sheet.hatched(x, middle - 11, width, 22)
        else:
            sheet.rect(x, middle - 11, width, 22, colour)
            if width > text_width(f"{share:.0f}", 11) + 5:
                sheet.text(x + width / 2, middle, f"{share:.0f}", anchor="middle", size=11, fill=ink_on(colour))
        x += width


def bars(chart: Bars, *, title: str, words: Words, width: int = WIDE) -> str:
    """Draw horizontal bars from zero, longest as wide as there is room."""
    sheet, stacked = Sheet(width), width < STACKED_BELOW
    room = width - 20.0 if stacked else _label_room([bar.label for bar in chart.bars], width)
    start = 0.0 if stacked else room + 8
    endings = [f"{_number(bar.value)}{chart.unit}" if bar.value is not None else words.hidden for bar in chart.bars]
    tails = [ending + (f"  {bar.note}" if bar.note else "") for ending, bar in zip(endings, chart.bars, strict=True)]
    space = width - start - max((text_width(tail, 12) for tail in tails), default=0) - 12
    scale = space / (max((bar.value or 0 for bar in chart.bars), default=0) or 1)
    bands = _bands([bar.label for bar in chart.bars], top=4, room=room, bar=18, stacked=stacked)
    some_strong = any(bar.strong for bar in chart.bars)
    for bar, ending, band in zip(chart.bars, endings, bands, strict=True):
        _name(sheet, band, room)
        if bar.value is None:
            length = float(HIDDEN_WIDTH)
            sheet.hatched(start, band.middle - 9, length, 18)
        else:
            length = bar.value * scale
            sheet.rect(start, band.middle - 9, length, 18, PRIMARY if bar.strong or not some_strong else SOFT)
        sheet.text(start + length + 6, band.middle, ending, size=12, fill=MUTED if bar.value is None else "")
        if bar.note:
            x = start + length + 6 + text_width(f"{ending}  ", 12)
            sheet.text(x, band.middle, bar.note, size=12, fill=MUTED)
    bottom = bands[-1].top + bands[-1].height if bands else 8.0
    if not stacked:
        sheet.line((start, 2), (start, bottom - 4), INK)
    said = [Row(bar.label, (bar.value,)) for bar in chart.bars]
    return sheet.svg(bottom, title, _tell(("",), said, words, chart.unit))


def columns(chart: Columns, *, title: str, words: Words, width: int = WIDE, height: int = 250) -> str:
    """Draw upright columns side by side within each category."""
    sheet = Sheet(width)
    values = [value for series in chart.series for value in series.values]
    colours = [SERIES[place % len(SERIES)] for place in range(len(chart.series))]
    keys: list[tuple[str, str | None]] = []
    if len(chart.series) > 1:
        keys = [(series.name, colour) for series, colour in zip(chart.series, colours, strict=True)]
    if None in values:
        keys.append((words.hidden, None))
    top = (sheet.legend(keys, width / 2) if keys else 0) + 18
    left, group = 38.0, (width - 38.0) / max(len(chart.categories), 1)
    labels = [even(category, 12, group - 6) for category in chart.categories]
    base = height - 8.0 - LINE * max((len(lines) for lines in labels), default=1)
    step, peak = _scale_steps(max((value or 0 for value in values), default=0))
    scale = (base - top) / peak
    for mark in range(round(peak / step) + 1):
        y = base - mark * step * scale
        sheet.line((left, y), (width, y), GRID if mark else INK)
        sheet.text(left - 6, y, _number(mark * step), anchor="end", size=11, fill=MUTED)
    if chart.unit:
        sheet.text(left - 6, top - 14, chart.unit, anchor="end", size=11, fill=MUTED)
    thick = min(34.0, group * 0.74 / max(len(chart.series), 1))
    for place, lines in enumerate(labels):
        centre = left + group * (place + 0.5)
        for row, line in enumerate(lines):
            sheet.text(centre, base + 12 + LINE * row, line, anchor="middle", size=12)
        for number, series in enumerate(chart.series):
            x = centre + (number - len(chart.series) / 2) * thick
            _column(sheet, series.values[place], colours[number], (x, base, thick, scale))
    said = [Row(series.name, series.values) for series in chart.series]
    return sheet.svg(height, title, _tell(chart.categories, said, words, chart.unit))


def _column(sheet: Sheet, value: float | None, colour: str, place: tuple[float, float, float, float]) -> None:
    x, base, thick, scale = place
    if value is None:
        sheet.hatched(x + 1, base - 14, thick - 2, 14)
        return
    sheet.rect(x + 1, base - value * scale, thick - 2, value * scale, colour)
    shown = _number(value if thick > 26 else round(value))
    sheet.text(x + thick / 2, base - value * scale - 8, shown, anchor="middle", size=11)


def heat(chart: Heat, *, title: str, words: Words, width: int = WIDE) -> str:
    """Draw a shaded table; where its columns have no room for their words, a shaded list for each row."""
    sheet = Sheet(width)
    room = _label_room([row.label for row in chart.rows], width)
    cell = (width - room - 10) / max(len(chart.columns), 1)
    heads = [even(column, 12, cell - 8) for column in chart.columns]
    peak = max((share for row in chart.rows for share in row.shares if share is not None), default=0) or 1
    if width < STACKED_BELOW or any(text_width(line, 12) > cell - 4 for lines in heads for line in lines):
        bottom = _shaded_lists(sheet, chart, peak, words)
    else:
        top = 6 + LINE * max((len(lines) for lines in heads), default=0)
        for place, lines in enumerate(heads):
            for number, line in enumerate(lines):
                middle = top - LINE * (len(lines) - number - 0.5)
                sheet.text(room + 10 + cell * (place + 0.5), middle, line, anchor="middle", size=12, fill=MUTED)
        bands = _bands([row.label for row in chart.rows], top=top + 4, room=room, bar=28, stacked=False)
        for row, band in zip(chart.rows, bands, strict=True):
            sheet.label(room, band.top + (band.height - 2) / 2, band.lines, anchor="end")
            for place, share in enumerate(row.shares):
                box = (room + 11 + cell * place, band.top, cell - 2, band.height - 2)
                _shaded(sheet, share, peak, box, words)
        bottom = bands[-1].top + bands[-1].height if bands else top
    return sheet.svg(bottom + 4, title, _tell(chart.columns, chart.rows, words))


def _shaded_lists(sheet: Sheet, chart: Heat, peak: float, words: Words) -> float:
    top = 0.0
    for row in chart.rows:
        for line in even(row.label, 13, sheet.width - 4):
            sheet.text(0, top + 12, line, bold=True)
            top += LINE
        top += 6
        for column, share in zip(chart.columns, row.shares, strict=True):
            lines = even(column, 13, sheet.width - 100)
            height = max(26.0, LINE * len(lines) + 6)
            sheet.label(0, top + height / 2, lines, anchor="start")
            _shaded(sheet, share, peak, (sheet.width - 84, top + 1, 84, height - 2), words)
            top += height
        top += 12
    return top


def _shaded(
    sheet: Sheet, share: float | None, peak: float, box: tuple[float, float, float, float], words: Words
) -> None:
    x, y, width, height = box
    centre, middle = x + width / 2, y + height / 2
    if share is None:
        sheet.hatched(x, y, width, height)
        if text_width(words.hidden, 11) < width - 8:
            wide = text_width(words.hidden, 11) + 8
            sheet.rect(centre - wide / 2, middle - 8, wide, 16, HATCH_PAPER)
            sheet.text(centre, middle, words.hidden, anchor="middle", size=11, fill=MUTED)
        return
    colour = shade(share / peak)
    sheet.rect(x, y, width, height, colour)
    sheet.text(centre, middle, f"{share:.0f}%", anchor="middle", size=12, fill=ink_on(colour))


def _scale_steps(peak: float) -> tuple[float, float]:
    """Return a round step and the round top of an axis that holds `peak` in at most five steps."""
    step = 1.0
    while peak / step > 5:
        step *= 2.5 if str(step).startswith("2") else 2
    return step, max(ceil(peak / step), 1) * step


def _tell(levels: Sequence[str], rows: Sequence[Row], words: Words, unit: str = "%") -> str:
    """Say the chart in words, for those who hear it."""
    han = any("\u2e80" <= character <= "\uffef" for row in rows for character in row.label + words.hidden)
    colon, comma, stop = ("：", "，", "；") if han else (": ", ", ", "; ")
    gap = "" if han else " "
    sentences = []
    for row in rows:
        shares = ((words.hidden if share is None else f"{_number(round(share, 1))}{unit}") for share in row.shares)
        said = (f"{level}{gap}{share}".strip() for level, share in zip(levels, shares, strict=True))
        sentences.append(f"{row.label}{colon}{comma.join(said)}" if row.label else comma.join(said))
    return stop.join(sentences)
