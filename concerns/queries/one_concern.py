"""One concern, action or step, found by its number within the organisation."""

from sqlalchemy import select

from concerns.models import Action, Concern, Undo
from core.db import db
from core.errors import NotFound
from core.i18n import _
from investigations.models import Investigation
from members.models import Account, Organisation


def concern(concern_id: int, *, within: Organisation) -> Concern:
    """Return a concern, which may have been merged into another one; raise `NotFound`."""
    found = db.session.scalar(select(Concern).where(Concern.id == concern_id, Concern.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such concern in your organisation."))
    return found


def action(action_id: int, *, within: Organisation) -> Action:
    """Return an action; raise `NotFound`."""
    found = db.session.scalar(select(Action).where(Action.id == action_id, Action.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such action in your organisation."))
    return found


def last_step(investigation: Investigation, *, by: Account) -> Undo | None:
    """Return the newest curating step of the account that has not been taken back."""
    return db.session.scalar(
        select(Undo)
        .where(Undo.investigation_id == investigation.id, Undo.account_id == by.id)
        .order_by(Undo.id.desc())
        .limit(1)
    )
