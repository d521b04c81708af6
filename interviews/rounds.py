"""Talks written without a connection: each becomes one record, however often its device sends it."""

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import TalkState
from interviews import talks
from interviews.models import Talk, TalkRevision
from interviews.talks import PlannedTalk, TalkRecord
from members.models import Account, Organisation

AHEAD = 100  # plans a device keeps at hand
KEY = re.compile(r"[0-9a-zA-Z-]{16,40}")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record a device sent: the talk it is, and whether its text is what the talk now says."""

    talk: Talk
    stands: bool


def new_key() -> str:
    """Return a mark for a note written in a browser that makes none."""
    return secrets.token_hex(16)


def ahead(by: Account, *, within: Organisation) -> list[Talk]:
    """Return the talks `by` is to hold next, so that a device can open their sheets without a connection."""
    mine = Talk.interviewer_id == by.member_id if by.member_id is not None else Talk.created_by == by.id
    rows = select(Talk).where(Talk.organisation_id == within.id, Talk.state == TalkState.PLANNED, mine)
    return list(db.session.scalars(rows.order_by(Talk.held_on, Talk.id).limit(AHEAD)))


def take(record: TalkRecord, device_key: str, *, within: Organisation, by: Account, edited: bool = False) -> Taken:
    """Write a record a device made under `device_key`; the same key again is the same talk.

    `edited` says that the text was changed after it was first sent: then the talk is amended, unless somebody has
    changed it meanwhile (`stands` is False: the caller keeps the text beside it). Raises what `talks.record` raises,
    and `DomainError` for the key of somebody else's talk.
    """
    if not KEY.fullmatch(device_key):
        raise BadInput(_("This note has lost its mark. Copy its words into a new one."))
    talk = _find(device_key, within)
    if talk is None:
        talks.check(record)  # before anything is written: a plan without a record would be left behind
        try:
            with db.session.begin_nested():
                return Taken(_write(record, device_key, within=within, by=by), stands=True)
        except IntegrityError:  # sent twice at once, and the other was first
            talk = _find(device_key, within)
            if talk is None:
                raise
    if talk.created_by != by.id:
        raise DomainError(_("Somebody else has sent a note with this mark. Copy your words into a new one."))
    if edited and not _changed_since(talk):
        talks.amend(talk, record, by=by, based_on=talk.revision)
        return Taken(talk, stands=True)
    return Taken(talk, stands=not edited)


def _write(record: TalkRecord, device_key: str, *, within: Organisation, by: Account) -> Talk:
    plan = PlannedTalk(
        member_id=record.member_id,
        interviewer_id=record.interviewer_id,
        held_on=record.held_on,
        occasion=record.occasion,
        mode=record.mode,
        place=record.place,
        investigation_id=record.investigation_id,
    )
    talk = talks.plan(plan, within=within, by=by, device_key=device_key)
    db.session.flush()
    talks.record(talk, record, by=by, based_on=talk.revision)
    return talk


def _changed_since(talk: Talk) -> bool:
    kept = select(TalkRevision.revision).where(TalkRevision.talk_id == talk.id).limit(1)
    return db.session.scalar(kept) is not None


def _find(device_key: str, within: Organisation) -> Talk | None:
    return db.session.scalar(select(Talk).where(Talk.organisation_id == within.id, Talk.device_key == device_key))
