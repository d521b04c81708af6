"""Results drawn: a tally becomes a chart, for the page in two widths."""

from dataclasses import dataclass

from markupsafe import Markup

from core.i18n import _
from questions import charts
from questions.base import Item, Shape, Tally
from questions.matrix import NOT_CONCERNED


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as SVG for wide pages and for phones."""

    wide: Markup
    narrow: Markup


def drawn(item: Item, tally: Tally) -> Drawn | None:
    """Return the chart of a protected tally, or None when there is nothing to draw."""
    if tally.answered is None or tally.shape is Shape.TEXTS:
        return None
    chart = drawing(tally)
    words = charts.Words(hidden=_("hidden"), net=_("Net"))
    wide, narrow = (charts.draw(chart, title=item.title, words=words, width=w) for w in (charts.WIDE, charts.NARROW))
    return Drawn(Markup(wide), Markup(narrow))  # noqa: S704 - charts escapes every word it draws


def drawing(tally: Tally) -> charts.Drawing:
    """Return what is drawn of a protected tally: levels around zero for a grid, bars for the rest."""
    return _grid(tally) if tally.shape is Shape.GRID else _bars(tally)


def _bars(tally: Tally) -> charts.Bars:
    return charts.Bars(
        tuple(
            charts.Bar(bar.label, None if share is None else round(share, 1), "" if share is None else f"({bar.count})")
            for bar in tally.bars
            for share in [tally.share(bar)]
        )
    )


def _grid(tally: Tally) -> charts.Likert:
    """Draw the rated answers; those whom a row did not concern stand in the table."""
    levels = tuple(bar.label for bar in tally.rows[0].tally.bars if bar.value != NOT_CONCERNED)
    rows = []
    for row in tally.rows:
        base = row.tally.rated or row.tally.answered or 0
        shares = tuple(
            None if bar.count is None or not base else 100 * bar.count / base
            for bar in row.tally.bars
            if bar.value != NOT_CONCERNED
        )
        rows.append(charts.Row(row.label, shares))
    return charts.Likert(levels, tuple(rows))
