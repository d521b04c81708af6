"""Results drawn: a tally or a table becomes a chart, for the page in two widths, for print and for download."""

from dataclasses import dataclass

from markupsafe import Markup

from core.i18n import _
from questions import charts
from questions.base import Item, Row, Shape, Tally
from questions.matrix import NOT_CONCERNED
from surveys.crosstabs import Table

GROUPS, ANSWERS = 5, 8  # more groups or answers than these are read in a table, not in columns


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as SVG for wide pages and for phones."""

    wide: Markup
    narrow: Markup


def drawn(item: Item, tally: Tally) -> Drawn | None:
    """Return the chart of a protected tally, or None when there is nothing to draw."""
    chart = drawing(tally)
    return None if chart is None else _both(chart, item.title)


def drawn_table(table: Table) -> Drawn | None:
    """Return the chart of a protected table: its groups side by side; None where they are too many to read."""
    shares = [
        tuple(table.row_share(row, column) for column in range(len(table.column_heads)))
        for row in range(len(table.row_heads))
    ]
    title = _("%(rows)s by %(columns)s", rows=table.columns.label, columns=table.rows.label)
    labels, levels = [head.label for head in table.row_heads], [head.label for head in table.column_heads]
    if len(table.columns.points) > 1:
        # Hidden levels too, or the middle of the scale would move.
        at = {head.value: place for place, head in enumerate(table.column_heads)}
        points = [(at.get(value), label) for value, label in table.columns.points]
        rows = tuple(
            charts.Row(label, tuple(None if place is None else line[place] for place, _label in points))
            for label, line in zip(labels, shares, strict=True)
        )
        return _both(charts.Likert(tuple(label for _place, label in points), rows, net=False), title)
    if len(labels) > GROUPS or len(levels) > ANSWERS:
        return None
    series = tuple(charts.Series(label, _rounded(line)) for label, line in zip(labels, shares, strict=True))
    return _both(charts.Columns(tuple(levels), series), title)


def _rounded(shares: tuple[float | None, ...]) -> tuple[float | None, ...]:
    return tuple(None if share is None else round(share) for share in shares)


def _both(chart: charts.Drawing, title: str) -> Drawn | None:
    if isinstance(chart, charts.Bars) and not chart.bars:
        return None
    words = charts.Words(hidden=_("hidden"), net=_("Net"))
    wide, narrow = (charts.draw(chart, title=title, words=words, width=w) for w in (charts.WIDE, charts.NARROW))
    return Drawn(Markup(wide), Markup(narrow))  # noqa: S704 - charts escapes every word it draws


def drawing(tally: Tally) -> charts.Drawing | None:
    """Return what is drawn of a protected tally, or None when there is nothing to draw.

    Levels around zero for a grid of ratings, shades for other grids, columns for a histogram, bars for the rest.
    """
    if tally.answered is None or tally.shape is Shape.TEXTS:
        return None
    if tally.shape is Shape.GRID:
        return _grid_drawing(tuple(row for row in tally.rows if row.tally.bars))
    if tally.shape is Shape.FIGURES:
        return charts.Bars(
            tuple(charts.Bar(str(f.label), None if f.value is None else round(f.value, 1)) for f in tally.figures),
            unit="",
        )
    return _columns(tally) if _banded(tally) else _bars(tally)


def _grid_drawing(rows: tuple[Row, ...]) -> charts.Drawing | None:
    if not rows:
        return None
    levels = {tuple(bar.value for bar in row.tally.bars) for row in rows}
    if len(levels) > 1:  # several blanks: each has bands of its own and is read in its table
        return _columns(rows[0].tally) if len(rows) == 1 else None
    if all(row.tally.shape is Shape.PARTS and not _banded(row.tally) for row in rows):
        return _likert(rows)
    shares = (charts.Row(row.label, tuple(row.tally.share(bar) for bar in row.tally.bars)) for row in rows)
    return charts.Heat(tuple(bar.label for bar in rows[0].tally.bars), tuple(shares))


def _banded(tally: Tally) -> bool:
    """Say whether the bars are the bands of a histogram."""
    return len(tally.bars) > 1 and all(".." in bar.value for bar in tally.bars)


def _columns(tally: Tally) -> charts.Columns:
    heights = tuple(None if share is None else round(share, 1) for share in map(tally.share, tally.bars))
    return charts.Columns(tuple(bar.label for bar in tally.bars), (charts.Series("", heights),))


def _bars(tally: Tally) -> charts.Bars:
    return charts.Bars(
        tuple(
            charts.Bar(bar.label, None if share is None else round(share, 1), "" if share is None else f"({bar.count})")
            for bar in tally.bars
            for share in [tally.share(bar)]
        )
    )


def _likert(given: tuple[Row, ...]) -> charts.Likert:
    """Draw the rated answers; those whom a row did not concern stand in the table."""
    levels = tuple(bar.label for bar in given[0].tally.bars if bar.value != NOT_CONCERNED)
    rows = []
    for row in given:
        base = row.tally.rated or row.tally.answered or 0
        shares = tuple(
            None if bar.count is None or not base else 100 * bar.count / base
            for bar in row.tally.bars
            if bar.value != NOT_CONCERNED
        )
        rows.append(charts.Row(row.label, shares))
    return charts.Likert(levels, tuple(rows))
