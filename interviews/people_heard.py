"""When people were last heard, what is planned with them, what they were promised: one query for each question."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from core.terms import FollowUpState, Standing, TalkState
from interviews.models import FollowUp, Talk
from interviews.pairs import MEMBERS
from interviews.queries.readers import readable_by
from interviews.rule_terms import Side
from members.models import Account, Member, Organisation

GONE = frozenset({Standing.LEFT})
FORTH = timedelta(days=2 * 366)
LATER = timedelta(days=31)  # a talk planned so long after its last day still ends the proposal
Holder = aliased(Member, name="holder")


@dataclass(frozen=True, slots=True)
class PromiseDue:
    """The most pressing open promise to one member that a reader may know of."""

    member_id: int
    due_on: date
    owner_id: int | None
    interviewer_id: int


@dataclass(frozen=True, slots=True)
class Heard:
    """When people were heard, by member id."""

    today: date
    latest: dict[int, date]  # of recorded talks
    near: dict[int, list[tuple[date, bool]]]  # day and whether recorded, of talks around today

    def last(self, member_id: int) -> date | None:
        """Return the day of the latest recorded talk with somebody."""
        return self.latest.get(member_id)

    def planned_for(self, member_id: int) -> date | None:
        """Return the day of a talk planned with somebody from today on."""
        days = [day for day, recorded in self.near.get(member_id, ()) if not recorded and day >= self.today]
        return min(days, default=None)

    def answers(self, member_id: int, since: date, until: date) -> bool:
        """Say whether a talk with somebody was held from `since` to `until`, or is planned by a month later."""
        latest = until + LATER
        return any(
            since <= day <= until if recorded else max(since, self.today) <= day <= latest
            for day, recorded in self.near.get(member_id, ())
        )


def heard(within: Organisation, today: date, *, back: timedelta) -> Heard:
    """Return when people were heard, day by day from `back` ago on; two queries."""
    latest = db.session.execute(
        select(Talk.member_id, func.max(Talk.held_on))
        .where(Talk.organisation_id == within.id, Talk.state == TalkState.RECORDED)
        .group_by(Talk.member_id)
    )
    around = db.session.execute(
        select(Talk.member_id, Talk.held_on, Talk.state).where(
            Talk.organisation_id == within.id, Talk.held_on.between(today - back, today + FORTH)
        )
    )
    near: dict[int, list[tuple[date, bool]]] = {}
    for member_id, day, state in around:
        near.setdefault(member_id, []).append((day, state is TalkState.RECORDED))
    return Heard(today, {row[0]: row[1] for row in latest}, near)


def talks_counted(
    within: Organisation,
    since: date,
    until: date,
    *,
    holders: Side,
    leading: set[int],
    today: date,
    both_ends: bool = False,
) -> dict[int, int]:
    """Return how many talks each member had from `since` to `until` with somebody of one side, by member id.

    A planned talk counts from `today` on. With `both_ends` a talk counts for who held it as well. `leading` are the
    members of the committee.
    """
    counted = and_(
        Talk.organisation_id == within.id,
        Talk.held_on.between(since, until),
        or_(Talk.state == TalkState.RECORDED, Talk.held_on >= today),
    )
    query = (
        select(Talk.member_id, Talk.interviewer_id, func.count()).where(counted)
        if both_ends
        else select(Talk.member_id, Talk.member_id, func.count()).where(counted)
    )
    if holders is Side.MEMBER:
        query = query.join(Holder, Holder.id == Talk.interviewer_id).where(
            Holder.category.in_(MEMBERS), Talk.interviewer_id.not_in(leading)
        )
    else:
        query = query.where(Talk.interviewer_id.in_(leading))
    query = query.group_by(Talk.member_id, *([Talk.interviewer_id] if both_ends else []))
    counts: dict[int, int] = {}
    for member_id, other_id, number in db.session.execute(query):
        for one in {member_id, other_id}:
            counts[one] = counts.get(one, 0) + number
    return counts


def promises_due(within: Organisation, reader: Account, until: date) -> list[PromiseDue]:
    """Return, by member, the open promise due first and not after `until`, of those the reader may know of."""
    known = readable_by(reader)
    if reader.member_id is not None:
        known = or_(known, FollowUp.owner_id == reader.member_id)
    rows = db.session.execute(
        select(Talk.member_id, FollowUp.due_on, FollowUp.owner_id, Talk.interviewer_id)
        .join(Talk, Talk.id == FollowUp.talk_id)
        .where(
            Talk.organisation_id == within.id,
            FollowUp.state == FollowUpState.OPEN,
            FollowUp.due_on <= until,
            known,
        )
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    found: dict[int, PromiseDue] = {}
    for row in rows:
        found.setdefault(row[0], PromiseDue(*row))
    return list(found.values())
