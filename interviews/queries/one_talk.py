"""One talk, as far as the reader may read it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import TalkMode, TalkState, Visibility
from interviews.models import FollowUp, Talk, TalkRevision
from interviews.queries.promises_given import LARGEST_ID, PromiseLine, matching
from interviews.queries.readers import LEVELS, may_choose_readers, may_read, may_write
from investigations.models import Investigation
from members.models import Account, Member, Organisation


@dataclass(frozen=True, slots=True)
class TalkView:
    """A talk as one reader may see it; whatever stands below `readable` is empty when that is false."""

    id: int
    state: TalkState
    revision: int
    held_on: date
    member: Member
    interviewer: Member
    changed_at: datetime
    changed_by: str
    writable: bool
    may_choose_readers: bool
    readable: bool
    number: str = ""
    occasion: str = ""
    mode: TalkMode | None = None
    place: str = ""
    minutes: int | None = None
    visibility: Visibility | None = None
    notes: str = ""
    investigation_id: int | None = None
    investigation: str = ""
    promises: tuple[PromiseLine, ...] = ()
    earlier: int = 0  # revisions kept that this reader may read


@dataclass(frozen=True, slots=True)
class EarlierText:
    """What a record said before a change."""

    revision: int
    written_at: datetime
    written_by: str
    content: dict[str, Any]


def talk(talk_id: int, *, within: Organisation) -> Talk:
    """Return the row for a verb to work on; raise `NotFound`. Pages show `view` instead."""
    found = None
    if talk_id <= LARGEST_ID:
        found = db.session.scalar(select(Talk).where(Talk.id == talk_id, Talk.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such talk in your organisation."))
    return found


def view(talk_id: int, *, within: Organisation, reader: Account) -> TalkView:
    """Return a talk as `reader` may see it; raise `NotFound`."""
    row = talk(talk_id, within=within)
    author = db.session.get(Account, row.changed_by) if row.changed_by else None
    open_part: dict[str, Any] = {}
    readable = may_read(row, reader)
    if readable:
        about = db.session.get(Investigation, row.investigation_id) if row.investigation_id else None
        open_part = {
            "number": row.number,
            "occasion": row.occasion,
            "mode": row.mode,
            "place": row.place,
            "minutes": row.minutes,
            "visibility": row.visibility,
            "notes": row.notes,
            "investigation_id": row.investigation_id,
            "investigation": about.title if about else "",
            "promises": tuple(matching(within, reader, FollowUp.talk_id == row.id)),
            "earlier": len(earlier(row, reader=reader)),
        }
    return TalkView(
        id=row.id,
        state=row.state,
        revision=row.revision,
        held_on=row.held_on,
        member=row.member,
        interviewer=row.interviewer,
        changed_at=row.changed_at,
        changed_by=author.name if author else "",
        writable=may_write(row, reader),
        may_choose_readers=may_choose_readers(row, reader),
        readable=readable,
        **open_part,
    )


def earlier(row: Talk, *, reader: Account) -> list[EarlierText]:
    """Return the texts a record had before, newest first: none that was closed to `reader` when it was written."""
    if not may_read(row, reader):
        return []
    kept = db.session.execute(
        select(TalkRevision, Account.name)
        .outerjoin(Account, Account.id == TalkRevision.written_by)
        .join(Talk, Talk.id == TalkRevision.talk_id)
        .where(TalkRevision.talk_id == row.id, _readable_then(reader))
        .order_by(TalkRevision.revision.desc())
    )
    return [EarlierText(old.revision, old.written_at, name or "", old.content) for old, name in kept]


def _readable_then(reader: Account) -> Any:
    own = [Talk.created_by == reader.id]
    if reader.member_id is not None:
        own.append(Talk.interviewer_id == reader.member_id)
    return or_(*own, TalkRevision.visibility.in_(sorted(LEVELS[reader.role])))
