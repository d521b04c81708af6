"""One talk, as far as the reader may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from core.db import db
from core.errors import NotAllowed, NotFound
from core.i18n import _
from core.terms import TalkMode, TalkState, Visibility
from interviews.models import FollowUp, Talk, TalkReader, TalkRevision
from interviews.queries.promises_given import LARGEST_ID, PromiseLine, matching
from interviews.queries.readers import LEVELS, may_choose_readers, may_read, may_write, readable_by
from interviews.queries.words import Sealed, how, opened
from investigations.models import Investigation
from members.models import Account, Member, Organisation
from vault.errors import Locked, NotHanded

CHUNK = 500


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
    sealed: Sealed = Sealed.OPEN  # of what he may read: whether the notes could be opened
    guide_id: int | None = None
    shown_on: date | None = None
    agreed_on: date | None = None
    filed_on: date | None = None

    def check_open(self) -> None:
        """Raise `Locked` or `NotHanded` unless every word of it lies open, and `NotAllowed` if it is closed."""
        if not self.readable:
            raise NotAllowed(_("The notes are not open to you."))
        held = {self.sealed, *(row.sealed for row in self.promises)}
        if Sealed.LOCKED in held:
            raise Locked()
        if Sealed.NOT_HANDED in held:
            raise NotHanded()


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
        found = opened([row.envelope_id], reader=reader)
        words = found.get(row.envelope_id or 0, {})
        open_part = {
            "number": row.number,
            "occasion": row.occasion,
            "mode": row.mode,
            "place": row.place,
            "minutes": row.minutes,
            "visibility": row.visibility,
            "notes": words.get("notes", row.notes),
            "sealed": how(row.envelope_id, found, reader=reader),
            "investigation_id": row.investigation_id,
            "investigation": about.title if about else "",
            "promises": tuple(matching(within, reader, FollowUp.talk_id == row.id)),
            "earlier": _count_earlier(row, reader),
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
        guide_id=row.guide_id,
        shown_on=row.shown_on,
        agreed_on=row.agreed_on,
        filed_on=row.filed_on,
        **open_part,
    )


def notes(talk_ids: Sequence[int], *, within: Organisation, reader: Account) -> dict[int, str]:
    """Return the notes of those recorded talks `reader` may read and can open, by talk."""
    found: dict[int, str] = {}
    for at in range(0, len(talk_ids), CHUNK):
        rows = db.session.execute(
            select(Talk.id, Talk.envelope_id, Talk.notes).where(
                Talk.id.in_(talk_ids[at : at + CHUNK]),
                Talk.organisation_id == within.id,
                Talk.state == TalkState.RECORDED,
                readable_by(reader),
            )
        ).all()
        words = opened([envelope_id for _id, envelope_id, _plain in rows], reader=reader)
        for talk_id, envelope_id, plain in rows:
            if envelope_id is None:
                found[talk_id] = plain
            elif envelope_id in words:
                found[talk_id] = words[envelope_id]["notes"]
    return found


def earlier(row: Talk, *, reader: Account) -> list[EarlierText]:
    """Return the texts a record had before, newest first: none that was closed to `reader` when it was written."""
    if not may_read(row, reader):
        return []
    kept = db.session.execute(
        _earlier(row, reader)
        .with_only_columns(TalkRevision, Account.name)
        .outerjoin(Account, Account.id == TalkRevision.written_by)
        .order_by(TalkRevision.revision.desc())
    ).all()
    words = opened([old.envelope_id for old, _name in kept], reader=reader)
    return [
        EarlierText(old.revision, old.written_at, name or "", words.get(old.envelope_id or 0, old.content))
        for old, name in kept
        if how(old.envelope_id, words, reader=reader) is Sealed.OPEN
    ]


def _count_earlier(row: Talk, reader: Account) -> int:
    return db.session.scalar(_earlier(row, reader).with_only_columns(func.count())) or 0


def _earlier(row: Talk, reader: Account) -> Select[Any]:
    return (
        select(TalkRevision.talk_id)
        .select_from(TalkRevision)
        .join(Talk, Talk.id == TalkRevision.talk_id)
        .where(TalkRevision.talk_id == row.id, _readable_then(reader))
    )


def _readable_then(reader: Account) -> Any:
    own = [
        Talk.created_by == reader.id,
        Talk.id.in_(select(TalkReader.talk_id).where(TalkReader.account_id == reader.id)),
    ]
    if reader.member_id is not None:
        own.append(Talk.interviewer_id == reader.member_id)
    return or_(*own, TalkRevision.visibility.in_(sorted(LEVELS[reader.role])))
