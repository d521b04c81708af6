"""What people say of the replies they got, where enough were asked and answered."""

from collections.abc import Iterator

from core.i18n import _, lazy, ngettext
from reports import traces
from reports.asked_again import AskedAgain
from reports.blocks import Block, Paragraph, Table, Trace
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, share


class Satisfaction(Section):
    """How many concerns have been answered, and what was said of the answers when people were asked again."""

    key = "satisfaction"
    chapter = Chapter.PRACTICE
    title = lazy("Replies, and what people say of them")
    order = 47
    summary_order = 44

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield the replies on the board, and each question about a reply; nothing where there are none."""
        if evidence.replies:
            said = ngettext(
                "%(num)d concern has been answered on the board.",
                "%(num)d concerns have been answered on the board.",
                evidence.replies,
            )
            yield Paragraph(said, "replies.board", traces=(traces.board(),))
        asked = evidence.asked_again
        few = [one for one in asked if one.tally is None or one.tally.answered is None]
        told = [one for one in asked if one not in few]
        for labels in dict.fromkeys(_labels(one) for one in told):
            alike = [one for one in told if _labels(one) == labels]
            yield _table(labels, alike, _looked_up(evidence, alike))
        if few:
            said = ngettext(
                "Too few answered %(num)d question about a reply for it to be shown.",
                "Too few answered %(num)d questions about replies for them to be shown.",
                len(few),
            )
            yield Paragraph(said, "replies.few", traces=_looked_up(evidence, few))


def _labels(one: AskedAgain) -> tuple[str, ...]:
    return tuple(bar.label for bar in one.tally.bars) if one.tally else ()


def _table(labels: tuple[str, ...], asked: list[AskedAgain], looked_up: tuple[Trace, ...]) -> Table:
    width = 60 // (len(labels) + 1)
    return Table(
        caption=_("What people say of the replies"),
        columns=(_("Question"), _("Answered (n)"), *labels),
        rows=tuple((one.title, *_counts(one)) for one in asked),
        align="l" + "r" * (len(labels) + 1),
        widths=(100 - width * (len(labels) + 1), *([width] * (len(labels) + 1))),
        traces=looked_up,
    )


def _counts(one: AskedAgain) -> Iterator[str]:
    if one.tally is not None:
        answered = one.tally.answered or 0
        yield str(answered)
        for bar in one.tally.bars:
            yield _("hidden") if bar.count is None else f"{bar.count} ({share(bar.count, answered)})"


def _looked_up(evidence: Evidence, asked: list[AskedAgain]) -> tuple[Trace, ...]:
    titles = {survey.id: survey.title for survey in evidence.surveys}
    ids = dict.fromkeys(one.survey_id for one in asked)
    return tuple(traces.survey(survey_id, titles.get(survey_id, _("Replies"))) for survey_id in ids)
