"""What people say of the replies they were asked about, counted as every survey is: few answers are not shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from concerns.models import Concern, Reply, ReplyQuestion
from core.db import db
from core.terms import SurveyState
from investigations.models import Investigation
from members.models import Organisation
from questions.base import Tally
from surveys import questionnaires, tallies
from surveys.models import Survey, Version
from surveys.tallies import Results


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """One question about a reply in a closed survey; `tally` is None where so few answered that nothing shows."""

    survey_id: int
    item: str
    title: str
    tally: Tally | None


def asked(
    investigation: Investigation, *, within: Organisation, language: str, known: Mapping[int, Results]
) -> tuple[AskedAgain, ...]:
    """Return what closed surveys asked about replies to an investigation's concerns; `known`: counted already."""
    rows = db.session.execute(
        select(ReplyQuestion.item, Survey)
        .join(Reply, Reply.id == ReplyQuestion.reply_id)
        .join(Concern, Concern.id == Reply.concern_id)
        .join(Version, Version.instrument_id == ReplyQuestion.instrument_id)
        .join(Survey, Survey.version_id == Version.id)
        .where(
            Concern.investigation_id == investigation.id,
            Survey.organisation_id == within.id,
            Survey.state == SurveyState.CLOSED,
        )
        .order_by(Survey.id, ReplyQuestion.id)
    ).all()
    counted = dict(known)
    found = []
    for name, survey in rows:
        if survey.id not in counted:
            counted[survey.id] = tallies.results(survey, within=within, language=language)
        titles = {item.name: item.title for item in questionnaires.ready(survey.version, language).items}
        if name in titles:  # else it was taken out of the questionnaire before this version
            found.append(AskedAgain(survey.id, name, titles[name], counted[survey.id].tally(name)))
    return tuple(found)


def only_asked_again(survey_id: int, names: Collection[str], again: Collection[AskedAgain]) -> bool:
    """Say whether a survey asks about nothing but replies; `names`: of its questions."""
    about = {one.item for one in again if one.survey_id == survey_id}
    return bool(about) and about >= set(names)
