"""Why things are as they are, in the secretary's words."""

from collections.abc import Iterator

from reports.blocks import Block, Claim
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section


class Causes(Section):
    """The chapter the secretary writes; left out while it is empty."""

    key = "causes"
    chapter = Chapter.CAUSES
    order = 70
    summary_order = 18

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield each cause with what it rests on."""
        for text, grounds in evidence.claims["causes"]:
            yield Claim(text, grounds)
