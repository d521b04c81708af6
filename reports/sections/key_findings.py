"""The findings a reader takes away, each with its numbers: the first page of a research summary."""

from collections.abc import Iterator

from concerns.lineage import Trend
from core.i18n import _
from core.terms import ReportStyle
from reports import traces
from reports.blocks import Block, Paragraph
from reports.evidence import Evidence, SurveyEvidence
from reports.sections.base import Chapter, Section, listing, quoted, sentences, share, signed

NAMED = 3


class KeyFindings(Section):
    """A few sentences; evidence and methods come after."""

    key = "key_findings"
    chapter = Chapter.FINDINGS
    summary_order = 5
    styles = (ReportStyle.SUMMARY,)

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what was raised most, what moved, how things are rated, and who was heard."""
        yield from _raised(evidence)
        yield from _moved(evidence)
        for survey in evidence.surveys:
            if not survey.again:
                yield from _rated(survey)
        yield from _heard(evidence)


def _raised(evidence: Evidence) -> Iterator[Paragraph]:
    told = [
        (concern, voices)
        for concern in evidence.concerns[:NAMED]
        if (voices := evidence.told(concern).voices) is not None
    ]
    if told:
        parts = [_("%(label)s (%(voices)s)", label=concern.label, voices=voices) for concern, voices in told]
        said = _("Raised most often, with the number of voices: %(parts)s.", parts=listing(parts))
        looked_up = tuple(traces.concern(concern.id, concern.label) for concern, _voices in told)
        yield Paragraph(said, "findings.concerns", traces=looked_up)


def _moved(evidence: Evidence) -> Iterator[Paragraph]:
    if evidence.recurring is None:
        return
    moves = evidence.recurring.moves
    rising, gone = ([move.label for move in moves if move.trend is trend] for trend in (Trend.RISING, Trend.GONE))
    parts = []
    if rising:
        parts.append(_("Raised more often than last time: %(labels)s.", labels=listing(rising[:NAMED])))
    if gone:
        parts.append(_("No longer raised: %(labels)s.", labels=listing(gone[:NAMED])))
    if parts:
        yield Paragraph(sentences(evidence, *parts), "findings.trend", traces=(traces.threads(),))


def _rated(survey: SurveyEvidence) -> Iterator[Paragraph]:
    for item, tally in survey.results:
        score = tally.figure("score")
        if score is not None:
            said = _("The net promoter score is %(score)s (n = %(count)s).", score=signed(score), count=tally.answered)
            looked_up = (traces.question(survey.id, survey.title, item),)
            yield Paragraph(said, f"findings.score.{survey.id}.{item.name.lower()}", traces=looked_up)
            break
    rows = [
        (row.tally.mean or 0.0, row.label, item)
        for item, tally in survey.results
        if len(tally.rows) > 1 and all(row.tally.mean is not None for row in tally.rows)
        for row in tally.rows
    ]
    if rows:
        low, worst, item = min(rows, key=lambda row: row[0])
        said = _(
            "On %(title)s %(row)s is rated lowest, with a mean of %(mean)s.",
            title=quoted(item.title),
            row=quoted(worst),
            mean=f"{low:.2f}",
        )
        looked_up = (traces.question(survey.id, survey.title, item),)
        yield Paragraph(said, f"findings.lowest.{survey.id}", traces=looked_up)


def _heard(evidence: Evidence) -> Iterator[Paragraph]:
    parts, looked_up = [], []
    for survey in evidence.surveys:
        if not survey.again:
            looked_up.append(traces.survey(survey.id, survey.title))
            parts.append(_answered(survey))
    full = evidence.full_members.all
    if evidence.coverage.talks and full.total:
        looked_up.append(traces.heard(evidence.coverage.since, evidence.coverage.until, full=True))
        parts.append(
            _(
                "In talks %(heard)s of %(total)s were heard (%(full)s).",
                heard=full.heard,
                total=full.total,
                full=evidence.full_word,
            )
        )
    if parts:
        yield Paragraph(sentences(evidence, *parts), "findings.heard", traces=tuple(looked_up))


def _answered(survey: SurveyEvidence) -> str:
    if survey.asked:
        return _(
            "%(answered)s of %(asked)s people answered the survey (%(rate)s).",
            answered=survey.answered,
            asked=survey.asked,
            rate=share(survey.answered, survey.asked),
        )
    return _("%(answered)s people answered the survey.", answered=survey.answered)
