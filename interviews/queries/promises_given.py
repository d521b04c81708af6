"""Promises, as far as the reader may see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from core import clock
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import FollowUpState
from interviews.models import FollowUp, Talk
from interviews.queries.readers import readable_by
from members.models import Account, Member, Organisation

LARGEST_ID = 2**31 - 1
Owner = aliased(Member, name="owner")


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise and where it was given."""

    id: int
    talk_id: int
    promise: str
    member_name: str
    owner_id: int | None
    owner_name: str
    due_on: date | None
    state: FollowUpState
    outcome: str
    talk_held_on: date
    talk_readable: bool

    @property
    def overdue(self) -> bool:
        """Say whether it is open after its day."""
        return self.state is FollowUpState.OPEN and self.due_on is not None and self.due_on < clock.today()


def promise(follow_up_id: int, *, within: Organisation, reader: Account) -> FollowUp:
    """Return a promise that `reader` may see; raise `NotFound`."""
    found = None
    if follow_up_id <= LARGEST_ID:
        found = db.session.scalar(
            select(FollowUp)
            .join(Talk, Talk.id == FollowUp.talk_id)
            .where(FollowUp.id == follow_up_id, Talk.organisation_id == within.id, _promise_readable(reader))
        )
    if found is None:
        raise NotFound(_("There is no such promise in your organisation, or it is not open to you."))
    return found


def open_promises_to(member: Member, *, within: Organisation, reader: Account) -> list[PromiseLine]:
    """Return what was promised to `member` and still stands: the next talk opens with it."""
    return list(matching(within, reader, and_(Talk.member_id == member.id, FollowUp.state == FollowUpState.OPEN)))


def promises(*, within: Organisation, reader: Account, state: FollowUpState | None = None) -> list[PromiseLine]:
    """Return the promises `reader` may see, by owner, the most pressing first."""
    condition = literal(True) if state is None else FollowUp.state == state
    return list(matching(within, reader, condition))


def overdue(*, within: Organisation, reader: Account) -> list[PromiseLine]:
    """Return the open promises whose day has passed, by owner."""
    condition = and_(FollowUp.state == FollowUpState.OPEN, FollowUp.due_on < clock.today())
    return list(matching(within, reader, condition))


def _promise_readable(reader: Account) -> Any:
    # Whoever is named as owner must know what to keep; the notes stay closed.
    if reader.member_id is None:
        return readable_by(reader)
    return or_(readable_by(reader), FollowUp.owner_id == reader.member_id)


def matching(within: Organisation, reader: Account, condition: Any) -> Iterator[PromiseLine]:
    """Yield the promises `reader` may see that fit `condition`, by owner, the most pressing first."""
    rows = db.session.execute(
        select(
            FollowUp.id,
            FollowUp.talk_id,
            FollowUp.promise,
            Member.name,
            FollowUp.owner_id,
            func.coalesce(Owner.name, ""),
            FollowUp.due_on,
            FollowUp.state,
            FollowUp.outcome,
            Talk.held_on,
            case((readable_by(reader), True), else_=False),
        )
        .join(Talk, Talk.id == FollowUp.talk_id)
        .join(Member, Member.id == Talk.member_id)
        .outerjoin(Owner, Owner.id == FollowUp.owner_id)
        .where(Talk.organisation_id == within.id, condition, _promise_readable(reader))
        .order_by(
            func.coalesce(Owner.number, ""),
            case((FollowUp.due_on.is_(None), 1), else_=0),
            FollowUp.due_on,
            FollowUp.id,
        )
    )
    for *columns, readable in rows:
        yield PromiseLine(*columns, bool(readable))
