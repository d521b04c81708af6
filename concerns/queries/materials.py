"""What an investigation has to group."""

from dataclasses import dataclass

from sqlalchemy import func, select

from activities import queries as activities
from concerns.queries.readers import usable_talk
from core.db import db
from core.terms import SurveyState
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Organisation
from surveys.models import Survey


@dataclass(frozen=True, slots=True)
class Material:
    """What an investigation has to group: closed surveys, surveys not yet closed, talks that may be used, meetings."""

    closed_surveys: int
    other_surveys: int
    talks: int
    meetings: int = 0

    @property
    def any(self) -> bool:
        """Say whether there is anything to group."""
        return bool(self.closed_surveys or self.talks or self.meetings)


def material(investigation: Investigation, *, within: Organisation) -> Material:
    """Count what could be grouped."""
    states = dict(
        db.session.execute(
            select(Survey.state, func.count())
            .where(Survey.investigation_id == investigation.id, Survey.organisation_id == within.id)
            .group_by(Survey.state)
        ).all()
    )
    talks = db.session.scalar(
        select(func.count()).select_from(Talk).where(usable_talk(), Talk.investigation_id == investigation.id)
    )
    meetings = len(activities.activities(investigation, within=within))
    closed = states.pop(SurveyState.CLOSED, 0)
    return Material(closed_surveys=closed, other_surveys=sum(states.values()), talks=talks or 0, meetings=meetings)
