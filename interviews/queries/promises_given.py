"""Promises, as far as the reader may see them."""

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
from interviews.queries.words import Sealed, how, opened
from members.models import Account, Member, Organisation

LARGEST_ID = 2**31 - 1
PAGE = 50
NOBODY = 0  # in place of an owner
Owner = aliased(Member, name="owner")
_PRESSING = (case((FollowUp.due_on.is_(None), 1), else_=0), FollowUp.due_on, FollowUp.id)
_COLUMNS = (
    FollowUp.id,
    FollowUp.talk_id,
    FollowUp.envelope_id,
    FollowUp.promise,
    FollowUp.owner_id,
    FollowUp.due_on,
    FollowUp.state,
    FollowUp.outcome,
    FollowUp.settled_on,
)


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
    settled_on: date | None = None
    sealed: Sealed = Sealed.OPEN  # whether promise and outcome could be opened; both are "" when not

    @property
    def overdue(self) -> bool:
        """Say whether it is open after its day."""
        return self.state is FollowUpState.OPEN and self.due_on is not None and self.due_on < clock.today()


@dataclass(frozen=True, slots=True)
class PromisePage:
    """A stretch of a longer list of promises; pages count from 1."""

    rows: tuple[PromiseLine, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class PromiseOwner:
    """Somebody who has promises to keep: how many stand open, how many of these are late; `id` NOBODY for none."""

    id: int
    name: str
    standing: int
    late: int


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
    return matching(within, reader, and_(Talk.member_id == member.id, FollowUp.state == FollowUpState.OPEN))


def promises(*, within: Organisation, reader: Account, state: FollowUpState | None = None) -> list[PromiseLine]:
    """Return the promises `reader` may see, by owner, the most pressing first."""
    return matching(within, reader, _in_state(state))


def overdue(*, within: Organisation, reader: Account) -> list[PromiseLine]:
    """Return the open promises whose day has passed, by owner."""
    return matching(within, reader, _is_overdue())


def next_promises(*, within: Organisation, reader: Account, most: int) -> list[PromiseLine]:
    """Return the open promises that are due first; no more than these are opened."""
    return matching(within, reader, _in_state(FollowUpState.OPEN), size=most, by_day=True)


def count_open(*, within: Organisation, reader: Account) -> int:
    """Return how many promises stand open; none is opened."""
    return _count(within, reader, _in_state(FollowUpState.OPEN))


def count_overdue(*, within: Organisation, reader: Account) -> int:
    """Return how many promises `overdue` would list; none is opened."""
    return _count(within, reader, _is_overdue())


def promises_page(
    *,
    within: Organisation,
    reader: Account,
    state: FollowUpState | None = None,
    late: bool = False,
    owner_id: int | None = None,
    number: int = 1,
    size: int = PAGE,
) -> PromisePage:
    """Return one page of `promises`, or of those overdue if `late`; only what stands on it is opened.

    `owner_id` narrows them to one owner; NOBODY to those without one.
    """
    condition = _is_overdue() if late else _in_state(state)
    if owner_id is not None:
        condition = and_(
            condition, FollowUp.owner_id.is_(None) if owner_id == NOBODY else FollowUp.owner_id == owner_id
        )
    total = _count(within, reader, condition)
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    rows = matching(within, reader, condition, size=size, skip=(number - 1) * size)
    return PromisePage(tuple(rows), number, pages, total)


def promise_owners(*, within: Organisation, reader: Account) -> list[PromiseOwner]:
    """Return who owns the promises `reader` may see, in the order of the list, with how many are open and late."""
    still = FollowUp.state == FollowUpState.OPEN
    rows = db.session.execute(
        select(
            FollowUp.owner_id,
            func.coalesce(Owner.name, ""),
            func.sum(case((still, 1), else_=0)),
            func.sum(case((_is_overdue(), 1), else_=0)),
        )
        .join(Talk, Talk.id == FollowUp.talk_id)
        .outerjoin(Owner, Owner.id == FollowUp.owner_id)
        .where(Talk.organisation_id == within.id, _promise_readable(reader))
        .group_by(FollowUp.owner_id, Owner.name, Owner.number)
        .order_by(func.coalesce(Owner.number, ""), FollowUp.owner_id)
    )
    return [
        PromiseOwner(NOBODY if owner_id is None else owner_id, name, int(standing), int(late))
        for owner_id, name, standing, late in rows
    ]


def _in_state(state: FollowUpState | None) -> Any:
    return literal(True) if state is None else FollowUp.state == state


def _is_overdue() -> Any:
    return and_(FollowUp.state == FollowUpState.OPEN, FollowUp.due_on < clock.today())


def _count(within: Organisation, reader: Account, condition: Any) -> int:
    rows = (
        select(func.count())
        .select_from(FollowUp)
        .join(Talk, Talk.id == FollowUp.talk_id)
        .where(Talk.organisation_id == within.id, condition, _promise_readable(reader))
    )
    return db.session.scalar(rows) or 0


def _promise_readable(reader: Account) -> Any:
    # Whoever is named as owner must know what to keep; the notes stay closed.
    if reader.member_id is None:
        return readable_by(reader)
    return or_(readable_by(reader), FollowUp.owner_id == reader.member_id)


def matching(
    within: Organisation,
    reader: Account,
    condition: Any,
    *,
    size: int | None = None,
    skip: int = 0,
    by_day: bool = False,
) -> list[PromiseLine]:
    """Return the promises `reader` may see that fit `condition`, by owner unless `by_day`, the most pressing first."""
    rows = db.session.execute(
        select(
            *_COLUMNS,
            Member.name.label("member_name"),
            func.coalesce(Owner.name, "").label("owner_name"),
            Talk.held_on,
            case((readable_by(reader), True), else_=False).label("readable"),
        )
        .join(Talk, Talk.id == FollowUp.talk_id)
        .join(Member, Member.id == Talk.member_id)
        .outerjoin(Owner, Owner.id == FollowUp.owner_id)
        .where(Talk.organisation_id == within.id, condition, _promise_readable(reader))
        .order_by(*([] if by_day else [func.coalesce(Owner.number, "")]), *_PRESSING)
        .limit(size)
        .offset(skip)
    ).all()
    words = opened([row.envelope_id for row in rows], reader=reader)
    return [
        PromiseLine(
            id=row.id,
            talk_id=row.talk_id,
            promise=words.get(row.envelope_id or 0, {}).get("promise", row.promise),
            member_name=row.member_name,
            owner_id=row.owner_id,
            owner_name=row.owner_name,
            due_on=row.due_on,
            state=row.state,
            outcome=words.get(row.envelope_id or 0, {}).get("outcome", row.outcome),
            talk_held_on=row.held_on,
            talk_readable=bool(row.readable),
            settled_on=row.settled_on,
            sealed=how(row.envelope_id, words, reader=reader),
        )
        for row in rows
    ]
