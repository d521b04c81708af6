"""Why things are as they are, in the secretary's words."""

from collections.abc import Iterator

from reports.blocks import Block
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, paragraphs


class Causes(Section):
    """The chapter the secretary writes; left out while it is empty."""

    key = "causes"
    chapter = Chapter.CAUSES
    order = 70
    summary_order = 40

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield the wording as paragraphs."""
        yield from paragraphs(evidence.investigation.causes)
