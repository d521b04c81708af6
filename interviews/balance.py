"""What became of the promises made in an investigation's talks; counts only."""

from dataclasses import dataclass

from sqlalchemy import func, select

from core.db import db
from core.terms import FollowUpState
from interviews.models import FollowUp, Talk
from investigations.models import Investigation
from members.models import Organisation


@dataclass(frozen=True, slots=True)
class Balance:
    """How many promises were made, kept, and refused with a reason."""

    made: int
    kept: int
    refused: int


def balance(investigation: Investigation, *, within: Organisation) -> Balance:
    """Count the promises of the investigation's talks."""
    counts = dict(
        db.session.execute(
            select(FollowUp.state, func.count())
            .join(Talk, Talk.id == FollowUp.talk_id)
            .where(Talk.organisation_id == within.id, Talk.investigation_id == investigation.id)
            .group_by(FollowUp.state)
        ).all()
    )
    return Balance(
        made=sum(counts.values()),
        kept=counts.get(FollowUpState.KEPT, 0),
        refused=counts.get(FollowUpState.REFUSED, 0),
    )
