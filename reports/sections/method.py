"""How people were asked, and how many answered."""

from collections.abc import Iterator

from core.i18n import _, day, lazy, ngettext
from core.terms import Channel
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence, SurveyEvidence
from reports.sections.base import Chapter, Section, listing, quoted, share


class Method(Section):
    """Dates, people asked, doors, response rate."""

    key = "method"
    chapter = Chapter.FACTS
    title = lazy("Method and response")
    order = 20
    summary_order = 71

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what was done when, and the response of each survey."""
        investigation = evidence.investigation
        yield Paragraph(
            _(
                "The investigation ran from %(first)s to %(last)s.",
                first=day(investigation.starts_on),
                last=day(investigation.ends_on),
            )
            + (" " if evidence.language == "en" else "")
            + _did(evidence)
        )
        if investigation.population:
            yield Paragraph(_("Asked were: %(whom)s", whom=investigation.population))
        for survey in evidence.surveys:
            yield Paragraph(_response(survey))
        if evidence.surveys:
            yield _table(evidence)


def _did(evidence: Evidence) -> str:
    surveys, talks = len(evidence.surveys), evidence.coverage.talks
    parts = []
    if surveys:
        parts.append(ngettext("%(num)d anonymous survey was held", "%(num)d anonymous surveys were held", surveys))
    if talks:
        parts.append(ngettext("%(num)d one-to-one talk was recorded", "%(num)d one-to-one talks were recorded", talks))
    return _("In this time %(parts)s.", parts=listing(parts)) if parts else ""


def _response(survey: SurveyEvidence) -> str:
    if survey.asked:
        return _(
            "The survey %(title)s was sent to %(asked)s people; %(answered)s answered, a response rate of %(rate)s. "
            "%(complete)s of them answered every required question.",
            title=quoted(survey.title),
            asked=survey.asked,
            answered=survey.answered,
            rate=share(survey.answered, survey.asked),
            complete=survey.complete,
        )
    return _(
        "%(answered)s people answered the survey %(title)s; %(complete)s of them answered every required question.",
        title=quoted(survey.title),
        answered=survey.answered,
        complete=survey.complete,
    )


def _channel(channel: Channel, count: int | None) -> str:
    number = _("hidden") if count is None else count
    return f"{channel.label} {number}"


def _table(evidence: Evidence) -> Table:
    rows = []
    for survey in evidence.surveys:
        doors = listing([_channel(channel, count) for channel, count in survey.channels])
        asked = str(survey.asked) if survey.asked else "–"
        rate = share(survey.answered, survey.asked) if survey.asked else "–"
        rows.append((survey.title, asked, str(survey.answered), rate, doors or "–"))
    return Table(
        caption=_("Responses to the surveys"),
        columns=(_("Survey"), _("Asked"), _("Answered"), _("Response rate"), _("Channels")),
        rows=tuple(rows),
        align="lrrrl",
        widths=(34, 12, 12, 14, 28),
    )
