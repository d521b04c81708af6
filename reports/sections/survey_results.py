"""How the surveys were answered: one finding and one chart for each question."""

from collections.abc import Iterator

from core.i18n import _, lazy
from questions.base import Item, Shape, Tally
from reports import traces
from reports.blocks import Block, Chart, Heading, Paragraph
from reports.evidence import Evidence, SurveyEvidence
from reports.sections.base import Chapter, Section, listing, quoted, share, signed
from surveys.drawings import drawing

BEST = 3


class SurveyResults(Section):
    """Every item in order: what stands out, then its chart with the base."""

    key = "survey_results"
    chapter = Chapter.PRACTICE
    title = lazy("What the survey says")
    order = 40
    summary_order = 30

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield the results of each survey; a survey with too few answers says so and no more."""
        surveys = [survey for survey in evidence.surveys if not survey.again]
        for survey in surveys:
            if len(surveys) > 1:
                yield Heading(3, survey.title)
            if not survey.enough:
                yield Paragraph(
                    _("Too few people answered %(title)s for results to be shown.", title=quoted(survey.title)),
                    f"result.{survey.id}",
                    traces=(traces.survey(survey.id, survey.title),),
                )
            for item, tally in survey.results:
                yield from _item(survey, item, tally, evidence.cell_floor)


def _item(survey: SurveyEvidence, item: Item, tally: Tally, floor: int) -> Iterator[Block]:
    looked_up = (traces.question(survey.id, survey.title, item),)
    yield Paragraph(_said(item, tally, floor), f"result.{survey.id}.{item.name.lower()}", traces=looked_up)
    chart = drawing(tally) if tally.shape is not Shape.TEXTS else None
    if chart is not None:
        caption = _("%(title)s (n = %(count)s)", title=item.title, count=tally.answered)
        yield Chart(caption=caption, drawing=chart, floor=floor, traces=looked_up)


def _said(item: Item, tally: Tally, floor: int) -> str:
    if tally.answered is None:
        return _("%(title)s: fewer than %(floor)s people answered.", title=quoted(item.title), floor=floor)
    if tally.shape is Shape.TEXTS:
        return _("%(count)s people wrote something on %(title)s.", count=tally.answered, title=quoted(item.title))
    return _finding(item, tally)


def _finding(item: Item, tally: Tally) -> str:
    asked = _asked(tally)
    if tally.figure("score") is not None:
        return _score(item, tally) + asked
    if tally.shape is Shape.GRID:
        return _grid(item, tally) + asked
    shown = sorted((bar for bar in tally.bars if bar.count), key=lambda bar: -(bar.count or 0))
    if not shown:
        return _("%(count)s people answered %(title)s.", count=tally.answered, title=quoted(item.title)) + asked
    if tally.shape is Shape.MARKS:
        told = listing([f"{quoted(bar.label)} {share(bar.count or 0, tally.answered or 0)}" for bar in shown[:BEST]])
        return _("On %(title)s most people chose %(told)s.", title=quoted(item.title), told=told) + asked
    return (
        _(
            "On %(title)s the most frequent answer of %(count)s is %(label)s with %(share)s.",
            title=quoted(item.title),
            count=tally.answered,
            label=quoted(shown[0].label),
            share=share(shown[0].count or 0, tally.answered or 0),
        )
        + (_(" The mean is %(mean)s.", mean=f"{tally.mean:.2f}") if tally.mean is not None else "")
        + asked
    )


def _asked(tally: Tally) -> str:
    """Say who was not asked at all, so that nobody reads the base as everybody."""
    return _(" %(count)s people were not asked this.", count=tally.skipped) if tally.skipped else ""


def _score(item: Item, tally: Tally) -> str:
    score = tally.figure("score") or 0.0
    bands = {bar.value: bar.count for bar in tally.bars}
    if None in bands.values():
        return _("On %(title)s the net promoter score is %(score)s.", title=quoted(item.title), score=signed(score))
    return _(
        "On %(title)s the net promoter score (NPS) is %(score)s: of %(count)s people %(promoters)s would recommend, "
        "%(passives)s are undecided and %(detractors)s would not.",
        title=quoted(item.title),
        score=signed(score),
        count=tally.answered,
        promoters=bands["promoters"],
        passives=bands["passives"],
        detractors=bands["detractors"],
    )


def _grid(item: Item, tally: Tally) -> str:
    means = [(row.tally.mean, row.label) for row in tally.rows if row.tally.mean is not None]
    if len(means) < 2:
        return _("%(count)s people answered %(title)s.", count=tally.answered, title=quoted(item.title))
    (low, worst), (high, best) = min(means), max(means)
    named = {"best": quoted(best), "high": f"{high:.2f}", "worst": quoted(worst), "low": f"{low:.2f}"}
    if len(means) < len(tally.rows):  # the others may be rated higher or lower
        return _(
            "On %(title)s, of the %(told)s of %(all)s lines whose mean may be told, %(best)s is rated best "
            "(mean %(high)s) and %(worst)s worst (mean %(low)s).",
            title=quoted(item.title),
            told=len(means),
            all=len(tally.rows),
            **named,
        )
    return _(
        "On %(title)s %(best)s is rated best (mean %(high)s) and %(worst)s worst (mean %(low)s).",
        title=quoted(item.title),
        **named,
    )
