"""What has been done and achieved, in the secretary's words."""

from collections.abc import Iterator

from core.i18n import lazy
from reports.blocks import Block, Claim
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section


class Achievements(Section):
    """The part the secretary writes; left out while it is empty."""

    key = "achievements"
    chapter = Chapter.PRACTICE
    title = lazy("What has been done and achieved")
    order = 45
    summary_order = 40

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield each line with what it rests on."""
        for text, grounds in evidence.claims["achievements"]:
            yield Claim(text, grounds)
