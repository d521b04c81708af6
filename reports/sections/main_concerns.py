"""What people keep saying: the concerns by breadth, each with its sources and protected quotes."""

from collections.abc import Iterator

from concerns.queries import ConcernLine
from core.i18n import _
from core.terms import SourceKind
from questions.charts import Bar, Bars
from reports import traces
from reports.blocks import Block, Chart, Heading, Note, Paragraph, Quote, Quotes
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, listing, sentences

TOLD = 8  # concerns told one by one; the chart and the annex list more
CHARTED = 12


class MainConcerns(Section):
    """Concerns in order of breadth: how many answers, and people talked with, raise them."""

    key = "main_concerns"
    chapter = Chapter.PROBLEMS
    order = 60
    summary_order = 10

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield an overview, then the broadest concerns with their quotes."""
        concerns = evidence.concerns
        if not concerns:
            return
        everything = (traces.concerns(evidence.investigation.id),)
        said = _(
            "Open answers and talks were grouped into %(count)s concerns. Raised most often: %(labels)s.",
            count=len(concerns),
            labels=listing([concern.label for concern in concerns[:5]]),
        )
        yield Paragraph(said, "concerns.overview", traces=everything)
        yield Chart(
            caption=_("Concerns by the number of answers, and of people talked with, that raise them"),
            drawing=Bars(
                tuple(Bar(concern.label, evidence.told(concern).voices) for concern in concerns[:CHARTED]), unit=""
            ),
            floor=evidence.cell_floor,
            traces=everything,
        )
        for concern in concerns[:TOLD]:
            yield from _told(concern, evidence)
        yield Note(
            _(
                "An answer counts once, and so does a person talked with, whatever they say of it. Quotes are word for "
                "word with names and numbers masked, and are given only where enough people say the same."
            )
        )


def _told(concern: ConcernLine, evidence: Evidence) -> Iterator[Block]:
    looked_up = (traces.concern(concern.id, concern.label),)
    yield Heading(2, concern.label)
    said = sentences(evidence, _breadth(concern, evidence), _groups(concern, evidence))
    yield Paragraph(said, f"concern.{concern.id}.breadth", traces=looked_up)
    if concern.summary:
        yield Paragraph(concern.summary, f"concern.{concern.id}.summary", traces=looked_up)
    if concern.quotes:
        yield Quotes(tuple(Quote(text) for text in concern.quotes), traces=looked_up)


def _breadth(concern: ConcernLine, evidence: Evidence) -> str:
    told = evidence.told(concern)
    if told.voices is None:
        return _("Raised by few; how many is not shown.")
    if len(told.sources) == 1:
        return _("Raised in %(parts)s.", parts=_raised(*told.sources[0]))
    if told.sources:
        parts = listing([_raised(kind, count) for kind, count in told.sources])
        return _("Raised %(voices)s times: in %(parts)s.", voices=told.voices, parts=parts)
    kinds = listing([str(kind.label) for kind in told.kinds])
    return _(
        "Raised %(voices)s times (%(kinds)s); how often in each is not shown, for the numbers are small.",
        voices=told.voices,
        kinds=kinds,
    )


def _groups(concern: ConcernLine, evidence: Evidence) -> str:
    """Name the groups whose members raised it in talks; nothing where the talks of it are too few to be told."""
    if SourceKind.TALK not in dict(evidence.told(concern).sources):
        return ""
    named = evidence.groups.get(concern.id, ())
    parts = [_("%(group)s %(count)s", group=group, count=count) for group, count in named]
    return _("In talks by group: %(parts)s; smaller numbers are not shown.", parts=listing(parts)) if parts else ""


def _raised(kind: SourceKind, count: int) -> str:
    match kind:
        case SourceKind.SURVEY:
            return _("%(count)s answers of the survey", count=count)
        case SourceKind.TALK:
            return _("talks with %(count)s people", count=count)
        case SourceKind.MEETING:
            return _("%(count)s contributions to meetings", count=count)
