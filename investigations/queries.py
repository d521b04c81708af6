"""Investigations found, always within one organisation."""

from sqlalchemy import select

from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import InvestigationState
from investigations.models import Investigation
from members.models import Organisation


def investigation(investigation_id: int, *, within: Organisation) -> Investigation:
    """Return one investigation; raise `NotFound`."""
    found = db.session.scalar(
        select(Investigation).where(Investigation.id == investigation_id, Investigation.organisation_id == within.id)
    )
    if found is None:
        raise NotFound(_("There is no such investigation in your organisation."))
    return found


def investigations(*, within: Organisation) -> list[Investigation]:
    """Return all of them, those under way first, then the newest."""
    rows = db.session.scalars(
        select(Investigation)
        .where(Investigation.organisation_id == within.id)
        .order_by(Investigation.starts_on.desc(), Investigation.id.desc())
    )
    return sorted(rows, key=lambda row: row.state is not InvestigationState.OPEN)


def current(*, within: Organisation) -> Investigation | None:
    """Return the investigation the desk opens with: the newest under way."""
    return next((row for row in investigations(within=within) if row.state is InvestigationState.OPEN), None)
