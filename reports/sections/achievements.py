"""What has been done and achieved, in the secretary's words."""

from collections.abc import Iterator

from reports.blocks import Block
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, paragraphs


class Achievements(Section):
    """The chapter the secretary writes; left out while it is empty."""

    key = "achievements"
    chapter = Chapter.PRACTICE
    order = 40
    summary_order = 60

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield the wording as paragraphs."""
        yield from paragraphs(evidence.investigation.findings)
