"""How people were asked, and how many answered."""

from collections.abc import Iterator

from core.i18n import _, day, lazy, ngettext
from core.terms import Channel
from reports import traces
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence, SurveyEvidence
from reports.sections.base import Chapter, Section, listing, quoted, sentences, share


class Method(Section):
    """Dates, people asked, doors, response rate, and how exact it is."""

    key = "method"
    chapter = Chapter.FACTS
    title = lazy("Method and response")
    order = 20
    summary_order = 71

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what was done when, and the response of each survey."""
        investigation = evidence.investigation
        plan = traces.plan(investigation.id)
        ran = _(
            "The investigation ran from %(first)s to %(last)s.",
            first=day(investigation.starts_on),
            last=day(investigation.ends_on),
        )
        looked_up = [plan, *(traces.survey(one.id, one.title) for one in evidence.surveys)]
        if evidence.coverage.talks:
            looked_up.append(traces.heard(evidence.coverage.since, evidence.coverage.until))
        if evidence.meetings:
            looked_up.append(traces.meetings(investigation.id))
        yield Paragraph(sentences(evidence, ran, _did(evidence)), "method.dates", traces=tuple(looked_up))
        if investigation.population:
            whom = _("Asked were: %(whom)s", whom=investigation.population)
            yield Paragraph(whom, "method.population", traces=(plan,))
        for survey in evidence.surveys:
            trace = traces.survey(survey.id, survey.title)
            counted = (trace, plan) if investigation.population_size else (trace,)
            opened = _opened(survey)
            said = sentences(evidence, opened, _response(survey, named=bool(opened)))
            yield Paragraph(said, f"method.survey.{survey.id}", traces=counted)
            if said := _exactness(survey):
                yield Paragraph(said, f"method.margin.{survey.id}", traces=counted)
        if evidence.surveys:
            yield _table(evidence)


def _did(evidence: Evidence) -> str:
    surveys, talks, meetings = len(evidence.surveys), evidence.coverage.talks, evidence.meetings
    parts = []
    if surveys:
        parts.append(ngettext("%(num)d anonymous survey was held", "%(num)d anonymous surveys were held", surveys))
    if talks:
        parts.append(ngettext("%(num)d one-to-one talk was recorded", "%(num)d one-to-one talks were recorded", talks))
    if meetings:
        held = ngettext("%(num)d meeting was held", "%(num)d meetings were held", len(meetings))
        days = listing([day(held_on) for held_on in dict.fromkeys(one.held_on for one in meetings)])
        parts.append(_("%(held)s (%(days)s)", held=held, days=days) if len(meetings) < 4 else held)
    return _("In this time %(parts)s.", parts=listing(parts)) if parts else ""


def _opened(survey: SurveyEvidence) -> str:
    if survey.opened_on is None or survey.closed_on is None:
        return ""
    if survey.opened_on == survey.closed_on:
        return _("The survey %(title)s was held on %(day)s.", title=quoted(survey.title), day=day(survey.opened_on))
    return _(
        "The survey %(title)s was open from %(first)s to %(last)s.",
        title=quoted(survey.title),
        first=day(survey.opened_on),
        last=day(survey.closed_on),
    )


def _response(survey: SurveyEvidence, *, named: bool) -> str:
    """Say how many answered; `named`: the sentence before has told which survey it is."""
    told: dict[str, object] = {"answered": survey.answered, "complete": survey.complete, "title": quoted(survey.title)}
    if not survey.asked:
        if named:
            return _("%(answered)s people answered it; %(complete)s of them answered every required question.", **told)
        return _(
            "%(answered)s people answered the survey %(title)s; %(complete)s of them answered every required question.",
            **told,
        )
    told |= {"asked": survey.asked, "rate": share(survey.answered, survey.asked)}
    if named:
        return _(
            "It was sent to %(asked)s people; %(answered)s answered, a response rate of %(rate)s. %(complete)s of them "
            "answered every required question.",
            **told,
        )
    return _(
        "The survey %(title)s was sent to %(asked)s people; %(answered)s answered, a response rate of %(rate)s. "
        "%(complete)s of them answered every required question.",
        **told,
    )


def _exactness(survey: SurveyEvidence) -> str:
    if survey.enough and survey.few:
        return _(
            "Fewer than six in ten of those asked answered. The others may well think otherwise, so no margin of error "
            "is given."
        )
    if survey.margin is None:
        return ""
    points = f"{survey.margin:.1f}"
    if survey.exact:
        return _(
            "Where shares of all answers are given, chance alone makes them differ from those of all who were invited "
            "by up to ± %(points)s percentage points (95%% sure).",
            points=points,
        )
    return _(
        "Where shares of all answers are given, chance alone makes them differ from those of everybody by up to "
        "± %(points)s percentage points (95%% sure, reckoned at its largest).",
        points=points,
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
        rows.append((survey.title, asked, str(survey.answered), rate, str(survey.complete), doors or "–"))
    return Table(
        caption=_("Responses to the surveys"),
        columns=(_("Survey"), _("Asked"), _("Answered"), _("Response rate"), _("All required"), _("Channels")),
        rows=tuple(rows),
        align="lrrrrl",
        widths=(28, 11, 11, 13, 11, 26),
        traces=tuple(traces.survey(one.id, one.title) for one in evidence.surveys),
    )
