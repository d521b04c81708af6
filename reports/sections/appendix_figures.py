"""The counts behind every chart, and every concern."""

from collections.abc import Iterator, Sequence

from concerns.queries import ConcernLine
from core.i18n import _
from core.terms import SourceKind
from questions.base import Item, Row, Shape, Tally
from reports import traces
from reports.blocks import Annex, Block, Table, Trace
from reports.evidence import Evidence
from reports.sections.base import Section, share


class AppendixFigures(Section):
    """One table for each counted question, then the concerns."""

    key = "appendix_figures"
    order = 115
    summary_order = 110

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield an annex of tables; nothing when nothing was counted."""
        tables = [
            table
            for survey in evidence.surveys
            for item, tally in survey.results
            if tally.shape is not Shape.TEXTS and tally.answered is not None
            if not survey.again
            for table in _tables(item, tally, (traces.question(survey.id, survey.title, item),))
        ]
        if evidence.concerns:
            tables.append(_concerns(evidence))
        if tables:
            yield Annex(_("Figures of the survey and the concerns"))
            yield from tables


def _tables(item: Item, tally: Tally, looked_up: tuple[Trace, ...]) -> Iterator[Table]:
    if tally.shape is Shape.FIGURES:
        yield _figures(item, tally, looked_up)
    if tally.shape is not Shape.GRID:
        if tally.bars:
            yield _table(item.title, tally, looked_up)
        return
    rows = [row for row in tally.rows if row.tally.bars and row.tally.answered is not None]
    levels = {tuple(bar.value for bar in row.tally.bars) for row in rows}
    if len(levels) == 1:
        yield _grid(item, tally, rows, looked_up)
    else:  # several blanks, each with bands of its own
        for row in rows:
            yield _table(f"{item.title} – {row.label}", row.tally, looked_up)


def _figures(item: Item, tally: Tally, looked_up: tuple[Trace, ...]) -> Table:
    return Table(
        caption=_("%(title)s (n = %(count)s)", title=item.title, count=tally.answered),
        columns=(_("Answer"), _("Mean")),
        rows=tuple(
            (str(figure.label), "–" if figure.value is None else f"{figure.value:.1f}") for figure in tally.figures
        ),
        align="lr",
        widths=(75, 25),
        traces=looked_up,
    )


def _table(title: str, tally: Tally, looked_up: tuple[Trace, ...]) -> Table:
    rows = tuple(
        (bar.label, _("hidden"), "–")
        if bar.count is None
        else (bar.label, str(bar.count), share(bar.count, tally.answered or 0))
        for bar in tally.bars
    )
    return Table(
        caption=_("%(title)s (n = %(count)s)", title=title, count=tally.answered),
        columns=(_("Answer"), _("People"), _("Share")),
        rows=rows,
        align="lrr",
        widths=(60, 20, 20),
        note=_("Several answers were allowed; shares do not add up to 100%.") if tally.shape is Shape.MARKS else "",
        traces=looked_up,
    )


def _grid(item: Item, tally: Tally, listed: Sequence[Row], looked_up: tuple[Trace, ...]) -> Table:
    levels = [bar.label for bar in listed[0].tally.bars]
    rows = tuple(
        (
            row.label,
            *(_("hidden") if bar.count is None else str(bar.count) for bar in row.tally.bars),
            "–" if row.tally.mean is None else f"{row.tally.mean:.2f}",
        )
        for row in listed
    )
    width = 72 // (len(levels) + 1)
    return Table(
        caption=_("%(title)s (n = %(count)s)", title=item.title, count=tally.answered),
        columns=("", *levels, _("Mean")),
        rows=rows,
        align="l" + "r" * (len(levels) + 1),
        widths=(100 - width * (len(levels) + 1), *([width] * (len(levels) + 1))),
        traces=looked_up,
    )


def _concerns(evidence: Evidence) -> Table:
    return Table(
        caption=_("All concerns"),
        columns=(_("No."), _("Concern"), _("Voices"), *(str(kind.label) for kind in SourceKind)),
        rows=tuple(_concern(place, concern, evidence) for place, concern in enumerate(evidence.concerns, start=1)),
        align="clrrrr",
        widths=(9, 43, 12, 12, 12, 12),
        note=_("Voices are answers, people talked with, and contributions to meetings."),
        traces=(traces.concerns(evidence.investigation.id),),
    )


def _concern(place: int, concern: ConcernLine, evidence: Evidence) -> tuple[str, ...]:
    told = evidence.told(concern)
    if told.voices is not None and not told.sources:
        by_source = [_("hidden") if kind in told.kinds else "–" for kind in SourceKind]
    elif told.voices is None:
        by_source = ["–" if not concern.voices else _("hidden") for _kind in SourceKind]
    else:
        by_source = [str(dict(told.sources).get(kind, "–")) for kind in SourceKind]
    return str(place), concern.label, evidence.number(told.voices), *by_source
