"""Lists of talks, as far as the reader may read them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from core.terms import FollowUpState, TalkState, Visibility
from interviews.models import FollowUp, Talk
from interviews.queries.readers import readable_by
from investigations.models import Investigation
from members.models import Account, Group, Member, Organisation

PAGE = 25
Interviewer = aliased(Member, name="interviewer")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which talks a reader asks for; text searches names, numbers and occasions, never notes."""

    text: str = ""
    group_id: int | None = None
    interviewer_id: int | None = None
    investigation_id: int | None = None
    state: TalkState | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One talk in a list: that it took place; `occasion` and `promises` only for whoever may read the notes."""

    id: int
    held_on: date
    state: TalkState
    member_number: str
    member_name: str
    group_name: str
    interviewer_name: str
    readable: bool
    occasion: str
    promises: int  # still open


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a longer list; pages count from 1."""

    rows: tuple[TalkLine, ...]
    number: int
    pages: int
    total: int


def page(wish: Wish, *, within: Organisation, reader: Account, number: int = 1, size: int = PAGE) -> Page:
    """Return one page of the talks wished for, the latest first."""
    wanted = _wanted(wish, within, reader)
    total = db.session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    open_promises = (
        select(func.count())
        .where(FollowUp.talk_id == Talk.id, FollowUp.state == FollowUpState.OPEN)
        .correlate(Talk)
        .scalar_subquery()
    )
    opens = readable_by(reader)
    columns = wanted.with_only_columns(
        Talk.id,
        Talk.held_on,
        Talk.state,
        Member.number,
        Member.name,
        func.coalesce(Group.name, ""),
        Interviewer.name,
        case((opens, True), else_=False),
        # What may not be read does not even leave the database.
        case((opens, Talk.occasion), else_=""),
        case((opens, open_promises), else_=0),
        maintain_column_froms=True,
    )
    newest = columns.order_by(Talk.held_on.desc(), Talk.id.desc()).limit(size).offset((number - 1) * size)
    rows = tuple(
        TalkLine(id_, held, TalkState(state), num, name, group, by, bool(opened), occasion, promises)
        for id_, held, state, num, name, group, by, opened, occasion, promises in db.session.execute(newest)
    )
    return Page(rows, number, pages, total)


def _wanted(wish: Wish, within: Organisation, reader: Account) -> Select[Any]:
    query = (
        select(Talk.id)
        .select_from(Talk)
        .join(Member, Member.id == Talk.member_id)
        .join(Interviewer, Interviewer.id == Talk.interviewer_id)
        .outerjoin(Group, Group.id == Member.group_id)
        .where(Talk.organisation_id == within.id)
    )
    for column, value in (
        (Member.group_id, wish.group_id),
        (Talk.interviewer_id, wish.interviewer_id),
        (Talk.investigation_id, wish.investigation_id),
        (Talk.state, wish.state),
    ):
        if value is not None:
            query = query.where(column == value)
    if wish.since is not None:
        query = query.where(Talk.held_on >= wish.since)
    if wish.until is not None:
        query = query.where(Talk.held_on <= wish.until)
    if wish.text.strip():
        word = wish.text.strip()[:80]
        query = query.where(
            or_(
                Member.name.icontains(word, autoescape=True),
                Member.number.icontains(word, autoescape=True),
                and_(readable_by(reader), Talk.occasion.icontains(word, autoescape=True)),
            )
        )
    return query


def interviewers(*, within: Organisation) -> list[tuple[int, str]]:
    """Return (member id, name) of everyone who holds talks, by number: an alphabet, not a ranking."""
    rows = db.session.execute(
        select(Member.id, Member.name)
        .where(Member.id.in_(select(Talk.interviewer_id).where(Talk.organisation_id == within.id)))
        .order_by(Member.number)
    )
    return [(member_id, name) for member_id, name in rows]


def occasions(*, within: Organisation, reader: Account, most: int = 40) -> list[str]:
    """Return the occasions used so far that `reader` may see, the commonest first."""
    rows = db.session.scalars(
        select(Talk.occasion)
        .where(Talk.organisation_id == within.id, Talk.occasion != "", readable_by(reader))
        .group_by(Talk.occasion)
        .order_by(func.count().desc(), Talk.occasion)
        .limit(most)
    )
    return list(rows)


def notes_for_concerns(*, investigation: Investigation, within: Organisation) -> list[tuple[int, str]]:
    """Return (talk id, notes) of the recorded talks that may be grouped: never one for its interviewer alone."""
    rows = db.session.execute(
        select(Talk.id, Talk.notes)
        .where(
            Talk.organisation_id == within.id,
            Talk.investigation_id == investigation.id,
            Talk.state == TalkState.RECORDED,
            Talk.visibility.in_([Visibility.SECRETARY, Visibility.COMMITTEE]),
        )
        .order_by(Talk.id)
    )
    return [(talk_id, notes) for talk_id, notes in rows]
