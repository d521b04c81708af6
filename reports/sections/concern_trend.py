"""The concerns beside those of the last investigation: what came back, what is new, what is gone."""

from collections.abc import Iterator

from concerns.lineage import Trend
from core.i18n import _, lazy
from reports import traces
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence
from reports.last_time import Move, Recurring
from reports.sections.base import Chapter, Section, listing, quoted, sentences

NEW = 10  # concerns not raised before that are listed


class ConcernTrend(Section):
    """How each concern moved; nothing where nothing was grouped before."""

    key = "concern_trend"
    chapter = Chapter.PROBLEMS
    title = lazy("Compared with the last investigation")
    order = 65
    summary_order = 15

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what came back, rises, falls, is new or gone, and the table of it."""
        recurring = evidence.recurring
        if recurring is None:
            return
        looked_up = (traces.threads(), traces.concerns(evidence.investigation.id))
        yield Paragraph(_said(recurring, evidence), "trend.concerns", traces=looked_up)
        if recurring.moves:
            yield _table(recurring, evidence)


def _said(recurring: Recurring, evidence: Evidence) -> str:
    moves = recurring.moves
    back = [move for move in moves if move.now != 0]
    parts = [
        _(
            "Beside the investigation %(title)s, %(back)s concerns were raised again and %(new)s were not raised then.",
            title=quoted(recurring.title),
            back=len(back),
            new=len(recurring.new),
        )
    ]
    for words, trend in (
        (lambda labels: _("Raised more often: %(labels)s.", labels=labels), Trend.RISING),
        (lambda labels: _("Raised less often: %(labels)s.", labels=labels), Trend.FALLING),
        (lambda labels: _("No longer raised: %(labels)s.", labels=labels), Trend.GONE),
    ):
        found = [move.label for move in moves if move.trend is trend]
        if found:
            parts.append(words(listing(found)))
    if recurring.new:
        parts.append(_("New: %(labels)s.", labels=listing([label for _number, label in recurring.new[:NEW]])))
    return sentences(evidence, *parts)


def _table(recurring: Recurring, evidence: Evidence) -> Table:
    def number(count: int | None) -> str:
        return _("hidden") if count is None else evidence.number(count)

    def moved(move: Move) -> str:
        return str(move.trend.label) if move.trend else _("not told")

    moves = sorted(recurring.moves, key=lambda move: (move.now == 0, -(move.now or 0), move.label))
    return Table(
        caption=_("Concerns that were raised before"),
        columns=(_("Concern"), _("First raised in"), _("Voices then"), _("Voices now"), _("Change")),
        rows=tuple((move.label, move.since, number(move.before), number(move.now), moved(move)) for move in moves),
        align="llrrl",
        widths=(30, 28, 13, 13, 16),
        note=_(
            "A change is told only where it is larger than chance would make it; under %(floor)s voices nothing is.",
            floor=evidence.cell_floor,
        ),
        traces=(traces.threads(), *(traces.concern(move.concern_id, move.label) for move in moves)),
    )
