"""What the method cannot say."""

from collections.abc import Iterator

from core.i18n import _, lazy
from reports import traces
from reports.blocks import Block, Paragraph, Trace
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, quoted, sentences, share


class Limits(Section):
    """The honest end of the first chapter."""

    key = "limits"
    chapter = Chapter.FACTS
    title = lazy("Limits of the method")
    order = 35
    summary_order = 73

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what a reader must not conclude."""
        yield Paragraph(sentences(evidence, *_asking(evidence)), "limits.asking", traces=_looked_up(evidence))
        if evidence.concerns:
            said = [
                _("Concerns were grouped by a program and checked by people; a sentence may stand in the wrong group."),
                _("How often something is raised says how widely it is felt, not how much it weighs."),
            ]
            if evidence.recurring:
                said.append(_("A concern is compared with an earlier one by its words, unless somebody confirmed it."))
            yield Paragraph(
                sentences(evidence, *said), "limits.concerns", traces=(traces.concerns(evidence.investigation.id),)
            )


def _asking(evidence: Evidence) -> Iterator[str]:
    yield _(
        "Counts under %(floor)s, and whatever would give them away by subtraction, are not shown.",
        floor=evidence.cell_floor,
    )
    surveys = [survey for survey in evidence.surveys if not survey.again]
    several = len(surveys) > 1
    for survey in surveys:
        silent = (survey.asked or 0) - survey.answered
        if survey.asked and silent >= evidence.cell_floor:
            if several:
                yield _(
                    "%(silent)s people (%(rate)s) did not answer the survey %(title)s; what they think is not known.",
                    silent=silent,
                    rate=share(silent, survey.asked),
                    title=quoted(survey.title),
                )
            else:
                yield _(
                    "%(silent)s people (%(rate)s) did not answer; what they think is not known.",
                    silent=silent,
                    rate=share(silent, survey.asked),
                )
    if any(survey.then for survey in evidence.surveys):
        yield _("Nobody knows who answered both times, so two surveys are compared as if others had answered.")
    if evidence.coverage.talks and evidence.coverage.all.unheard:
        yield _("%(count)s people on the roster have not been heard in a talk.", count=evidence.coverage.all.unheard)


def _looked_up(evidence: Evidence) -> tuple[Trace, ...]:
    found = [traces.survey(survey.id, survey.title) for survey in evidence.surveys]
    if evidence.coverage.talks:
        found.append(traces.heard(evidence.coverage.since, evidence.coverage.until))
    return (traces.plan(evidence.investigation.id), *found)
