"""What the method cannot say."""

from collections.abc import Iterator

from core.i18n import _, lazy
from reports.blocks import Block, Paragraph
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, share


class Limits(Section):
    """The honest end of the first chapter."""

    key = "limits"
    chapter = Chapter.FACTS
    title = lazy("Limits of the method")
    order = 35
    summary_order = 73

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what a reader must not conclude."""
        said = [
            _(
                "Counts under %(floor)s, and whatever would give them away by subtraction, are not shown.",
                floor=evidence.cell_floor,
            )
        ]
        for survey in evidence.surveys:
            if survey.asked and survey.answered < survey.asked:
                silent = survey.asked - survey.answered
                said.append(
                    _(
                        "%(silent)s people (%(rate)s) did not answer; what they think is not known.",
                        silent=silent,
                        rate=share(silent, survey.asked),
                    )
                )
        if evidence.coverage.talks and evidence.coverage.all.unheard:
            said.append(
                _("%(count)s people on the roster have not been heard in a talk.", count=evidence.coverage.all.unheard)
            )
        if evidence.concerns:
            said.append(
                _("Concerns were grouped by a program and checked by people; a sentence may stand in the wrong group.")
            )
        yield Paragraph((" " if evidence.language == "en" else "").join(said))
