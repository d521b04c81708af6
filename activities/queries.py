"""Meetings found, always within one organisation."""

from sqlalchemy import select

from activities.models import Activity
from core import paging
from core.db import db
from core.errors import NotFound
from core.i18n import _
from investigations.models import Investigation
from members.models import Organisation

CARDS = 24  # on a page of the list


def activity(activity_id: int, *, within: Organisation) -> Activity:
    """Return one meeting; raise `NotFound`."""
    found = db.session.scalar(select(Activity).where(Activity.id == activity_id, Activity.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such meeting in your organisation."))
    return found


def activities(investigation: Investigation, *, within: Organisation) -> list[Activity]:
    """Return the meetings of an investigation, the latest first."""
    return list(
        db.session.scalars(
            select(Activity)
            .where(Activity.investigation_id == investigation.id, Activity.organisation_id == within.id)
            .order_by(Activity.held_on.desc(), Activity.id.desc())
        )
    )


def activity_page(investigation: Investigation, number: int, *, within: Organisation) -> paging.Page[Activity]:
    """Return one page of the same."""
    wanted = (Activity.investigation_id == investigation.id, Activity.organisation_id == within.id)
    return paging.page(
        select(Activity).where(*wanted).order_by(Activity.held_on.desc(), Activity.id.desc()), number, 24
    )
