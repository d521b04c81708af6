"""Lists of talks, as far as the reader may read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from core.terms import FollowUpState, TalkState, Visibility
from interviews.models import FollowUp, Talk, TalkPassage
from interviews.queries.readers import readable_by
from investigations.models import Investigation
from members.models import Account, Group, Member, Organisation

PAGE = 25
WITHHELD = "withheld"  # the kind of a passage somebody took back: only its mark is left
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
    # Counting and paging look at talks alone, which an index answers; names are fetched for the rows shown.
    total = db.session.scalar(select(func.count()).select_from(Talk).where(*wanted)) or 0
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    newest = select(Talk.id).where(*wanted).order_by(Talk.held_on.desc(), Talk.id.desc())
    ids = list(db.session.scalars(newest.limit(size).offset((number - 1) * size)))
    return Page(tuple(_lines(ids, reader)), number, pages, total)


def _lines(talk_ids: Sequence[int], reader: Account) -> Iterator[TalkLine]:
    open_promises = (
        select(func.count())
        .where(FollowUp.talk_id == Talk.id, FollowUp.state == FollowUpState.OPEN)
        .correlate(Talk)
        .scalar_subquery()
    )
    opens = readable_by(reader)
    rows = db.session.execute(
        select(
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
        )
        .join(Member, Member.id == Talk.member_id)
        .join(Interviewer, Interviewer.id == Talk.interviewer_id)
        .outerjoin(Group, Group.id == Member.group_id)
        .where(Talk.id.in_(talk_ids))
        .order_by(Talk.held_on.desc(), Talk.id.desc())
    )
    for id_, held, state, num, name, group, by, opened, occasion, promises in rows:
        yield TalkLine(id_, held, TalkState(state), num, name, group, by, bool(opened), occasion, promises)


def _wanted(wish: Wish, within: Organisation, reader: Account) -> list[ColumnElement[bool]]:
    wanted = [Talk.organisation_id == within.id]
    for column, value in (
        (Talk.interviewer_id, wish.interviewer_id),
        (Talk.investigation_id, wish.investigation_id),
        (Talk.state, wish.state),
    ):
        if value is not None:
            wanted.append(column == value)
    if wish.group_id is not None:
        wanted.append(Talk.member_id.in_(select(Member.id).where(Member.group_id == wish.group_id)))
    if wish.since is not None:
        wanted.append(Talk.held_on >= wish.since)
    if wish.until is not None:
        wanted.append(Talk.held_on <= wish.until)
    if wish.text.strip():
        wanted.append(_named(wish.text.strip()[:80], within, reader))
    return wanted


def _named(word: str, within: Organisation, reader: Account) -> ColumnElement[bool]:
    people = select(Member.id).where(
        Member.organisation_id == within.id,
        or_(Member.name.icontains(word, autoescape=True), Member.number.icontains(word, autoescape=True)),
    )
    return or_(Talk.member_id.in_(people), and_(Talk.occasion.icontains(word, autoescape=True), readable_by(reader)))


def interviewers(*, within: Organisation) -> list[tuple[int, str]]:
    """Return (member id, name) of everyone who holds talks, by number: an alphabet, not a ranking."""
    # Only by the interviewer, who is of this organisation: SQLite, told the organisation twice, looks there and walks
    # all talks for each member.
    holds = select(Talk.id).where(Talk.interviewer_id == Member.id).exists()
    rows = db.session.execute(
        select(Member.id, Member.name).where(Member.organisation_id == within.id, holds).order_by(Member.number)
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


def passages_for_concerns(*, investigation: Investigation, within: Organisation) -> list[tuple[int, tuple[str, ...]]]:
    """Return (talk id, its passages in order) of the talks that may be grouped: never one for its interviewer alone."""
    rows = db.session.execute(
        select(Talk.id, TalkPassage.text)
        .join(TalkPassage, TalkPassage.talk_id == Talk.id)
        .where(
            Talk.organisation_id == within.id,
            Talk.investigation_id == investigation.id,
            Talk.state == TalkState.RECORDED,
            Talk.visibility.in_([Visibility.SECRETARY, Visibility.COMMITTEE]),
            TalkPassage.kind != WITHHELD,
        )
        .order_by(Talk.id, TalkPassage.position, TalkPassage.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for talk_id, text in rows:
        found[talk_id] = (*found.get(talk_id, ()), text)
    return list(found.items())
