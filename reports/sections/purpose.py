"""Why the investigation was made, and the three clarities of its plan."""

from collections.abc import Iterator

from core.i18n import _, lazy
from reports import traces
from reports.blocks import Block, Heading
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, paragraphs


class Purpose(Section):
    """The plan, in the secretary's words."""

    key = "purpose"
    chapter = Chapter.FACTS
    title = lazy("Purpose and plan")
    order = 10
    summary_order = 70

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield the purpose, then each clarity that has text."""
        investigation = evidence.investigation
        plan = (traces.plan(investigation.id),)
        yield from paragraphs(investigation.purpose, plan)
        for title, text in (
            (_("Guiding idea and goals"), investigation.guiding_idea),
            (_("Arrangement, method and steps"), investigation.arrangement),
            (_("Emphasis of the superior organisation"), investigation.emphasis),
        ):
            lines = list(paragraphs(text, plan))
            if lines:
                yield Heading(3, title)
                yield from lines
