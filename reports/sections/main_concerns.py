"""What people keep saying: the concerns by breadth, each with its sources and protected quotes."""

from collections.abc import Iterator

from concerns.queries import ConcernLine
from core.i18n import _
from core.terms import SourceKind
from questions.charts import Bar, Bars
from reports.blocks import Block, Chart, Heading, Note, Paragraph, Quote, Quotes
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, listing

TOLD = 8  # concerns told one by one; the chart and the annex list them all
CHARTED = 12


class MainConcerns(Section):
    """Concerns in order of breadth: how many answers and talks raise them."""

    key = "main_concerns"
    chapter = Chapter.CONCERNS
    order = 60
    summary_order = 10

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield an overview, then the broadest concerns with their quotes."""
        concerns = evidence.concerns
        if not concerns:
            return
        yield Paragraph(
            _(
                "Open answers and talks were grouped into %(count)s concerns. Raised most often: %(labels)s.",
                count=len(concerns),
                labels=listing([concern.label for concern in concerns[:5]]),
            )
        )
        yield Chart(
            caption=_("Concerns by the number of answers and talks that raise them"),
            drawing=Bars(
                tuple(
                    Bar(concern.label, concern.voices if concern.voices >= evidence.cell_floor else None)
                    for concern in concerns[:CHARTED]
                ),
                unit="",
            ),
            floor=evidence.cell_floor,
        )
        for concern in concerns[:TOLD]:
            yield from _told(concern, evidence)
        yield Note(
            _(
                "Counted are answers and talks, not sentences. Quotes are word for word with names and numbers masked, "
                "and are given only where enough people say the same."
            )
        )


def _told(concern: ConcernLine, evidence: Evidence) -> Iterator[Block]:
    yield Heading(2, concern.label)
    sources = {count.kind: count.voices for count in concern.sources}
    parts = [_raised(kind, sources[kind]) for kind in SourceKind if sources.get(kind, 0) >= evidence.cell_floor]
    if parts:
        yield Paragraph(_("Raised in %(parts)s.", parts=listing(parts)))
    else:
        yield Paragraph(_("Raised by few; how many is not shown."))
    if concern.summary:
        yield Paragraph(concern.summary)
    if concern.quotes:
        yield Quotes(tuple(Quote(text) for text in concern.quotes))


def _raised(kind: SourceKind, count: int) -> str:
    match kind:
        case SourceKind.SURVEY:
            return _("%(count)s answers of the survey", count=count)
        case SourceKind.TALK:
            return _("%(count)s talks", count=count)
        case SourceKind.MEETING:
            return _("%(count)s contributions to meetings", count=count)
