"""The survey beside that of the last investigation, question by question."""

from collections.abc import Iterator, Sequence

from core.i18n import _, day, lazy
from questions.base import Tally
from reports import traces
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence, SurveyEvidence
from reports.last_time import SurveyThen
from reports.sections.base import Chapter, Section, quoted, sentences
from surveys.comparisons import Change, Compared

SHOWN = 3  # answers of a question without a mean that are compared


class SurveyTrend(Section):
    """What changed since the questions were asked before; nothing where they were not."""

    key = "survey_trend"
    chapter = Chapter.PRACTICE
    title = lazy("Compared with the last survey")
    order = 42
    summary_order = 35

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield how much changed more than chance explains, and the numbers then and now."""
        for survey in evidence.surveys:
            if survey.then is None or not any(one.changes for one in survey.then.compared):
                continue
            looked_up = (traces.compared(survey.id, survey.title, survey.then.id),)
            yield Paragraph(_said(evidence, survey, survey.then), f"trend.survey.{survey.id}", traces=looked_up)
            yield _table(survey, survey.then)


def _said(evidence: Evidence, survey: SurveyEvidence, then: SurveyThen) -> str:
    compared = [one for one in then.compared if one.changes]
    asked = _(
        "%(same)s of %(all)s questions were also asked in the survey %(title)s (closed on %(day)s).",
        same=len(compared),
        all=len(then.compared),
        title=quoted(then.title),
        day=day(then.closed_on),
    )
    clear = [one for one in compared if any(change.clear for change in one.changes)]
    if not clear:
        return sentences(evidence, asked, _("No answer changed by more than chance explains."))
    told = _("Changed by more than chance explains:") + (" " if evidence.language == "en" else "")
    return sentences(evidence, asked, told + _("; ").join(_clear(survey, one) for one in clear) + _("."))


def _clear(survey: SurveyEvidence, one: Compared) -> str:
    change = max((each for each in one.changes if each.clear), key=_size)
    return _(
        "%(question)s, %(answer)s from %(before)s to %(now)s",
        question=quoted(one.item.title),
        answer=change.label,
        before=_number(survey, one, change, change.before),
        now=_number(survey, one, change, change.now),
    )


def _table(survey: SurveyEvidence, then: SurveyThen) -> Table:
    rows = [
        (
            one.item.title if place == 0 else "",
            change.label,
            _number(survey, one, change, change.before),
            _number(survey, one, change, change.now),
            _difference(change),
        )
        for one in then.compared
        for place, change in enumerate(_chosen(one.changes))
    ]
    left = sum(not one.changes for one in then.compared)
    note = _("A star marks what chance alone does not explain (95% sure).")
    if left:
        note += _(" Questions left out, for they were not asked alike: %(count)s.", count=left)
    return Table(
        caption=_("Answers then and now"),
        columns=(_("Question"), _("Answer"), _("Then"), _("Now"), _("Change")),
        rows=tuple(rows),
        align="llrrr",
        widths=(38, 26, 12, 12, 12),
        note=note,
        traces=(traces.compared(survey.id, survey.title, then.id),),
    )


def _chosen(changes: Sequence[Change]) -> list[Change]:
    """The mean where there is one, else the answers that changed most."""
    told = [change for change in changes if change.before is not None and change.now is not None]
    means = [change for change in told if change.label == _("Mean") or change.label.endswith(f"– {_('mean')}")]
    return means or sorted(sorted(told, key=_size, reverse=True)[:SHOWN], key=told.index)


def _size(change: Change) -> float:
    return abs((change.now or 0.0) - (change.before or 0.0))


def _number(survey: SurveyEvidence, one: Compared, change: Change, value: float | None) -> str:
    if value is None:
        return _("hidden")
    return f"{value:.1f}%" if change.label in _answers(survey, one) else f"{value:.2f}"


def _answers(survey: SurveyEvidence, one: Compared) -> set[str]:
    """The words of the answers of a question: their numbers are shares."""
    tally = next((tally for item, tally in survey.results if item.name == one.item.name), None)
    return set() if tally is None else {bar.label for bar in _bars(tally)}


def _bars(tally: Tally) -> Iterator:
    yield from tally.bars
    for row in tally.rows:
        yield from row.tally.bars


def _difference(change: Change) -> str:
    gap = (change.now or 0.0) - (change.before or 0.0)
    digits = 2 if abs(gap) < 1 else 1
    return f"{gap:+.{digits}f}".replace("-", "−") + ("*" if change.clear else "")
