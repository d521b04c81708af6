"""A recorded talk filed: from then on it stays as it is, and its digest says so."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import InvalidRequestError

from core import audit, clock
from core.audit import AuditEntry
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.i18n import _
from core.terms import CorrectionState, Role, TalkState, Visibility
from interviews import sealing
from interviews.models import Talk, TalkCorrection
from interviews.queries.readers import may_write
from interviews.queries.words import packed
from members.models import Account, Organisation
from vault import circles, envelopes
from vault.errors import Locked, NotHanded
from vault.models import ReaderKey

REASON = 500
FILE, UNFILE = "talk.file", "talk.unfile"


class Verdict(StrEnum):
    """What comparing a filed record with its digest says."""

    INTACT = "intact"
    CHANGED = "changed"
    CLOSED = "closed"  # the reader cannot open it, so he cannot compare


@dataclass(frozen=True, slots=True)
class Step:
    """A filing or un-filing: when, by whom; an un-filing with its reason, "" for who cannot open it."""

    at: datetime
    by: str
    filed: bool
    reason: str = ""


def number_of(talk: Talk) -> str:
    """Return the number of a filed record as it is written: 2026-0013; "" before it is filed."""
    if talk.filed_on is None or talk.filed_number is None:
        return ""
    return f"{talk.filed_on.year}-{talk.filed_number:04d}"


def fingerprint(talk: Talk) -> str:
    """Return the digest of a filed record in groups of four, short enough for paper; "" before it is filed."""
    if talk.filed_digest is None:
        return ""
    text = talk.filed_digest.hex()[:32]
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def file(talk: Talk, *, by: Account, based_on: int) -> None:
    """File a record that was at revision `based_on`; raise `DomainError`, `NotAllowed`, `Stale`, `Locked`."""
    lock(talk)
    if not may_write(talk, by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may file it."))
    if talk.state is not TalkState.RECORDED:
        raise DomainError(_("This talk is not recorded yet; there is nothing to file."))
    if talk.filed_on is not None:
        raise DomainError(_("This record is filed already, as number %(number)s.", number=number_of(talk)))
    if talk.revision != based_on:
        raise Stale(_("Somebody changed this record while you were looking at it. Read it again before you file it."))
    if _open_corrections(talk):
        raise DomainError(_("A correction by the member is waiting. Answer it first; then the record can be filed."))
    words = _words(talk, by)
    today = clock.today()
    talk.filed_on, talk.filed_number = today, _next_number(talk.organisation_id, today.year)
    # Without the salt the digest would tell whoever guesses a short note right.
    words["filed"] = {"salt": secrets.token_hex(16), **_outside(talk)}
    envelopes.replace(_envelope_of(talk), packed(words))
    talk.filed_digest = digest(words)
    audit.note(f"{FILE} {today.year}", talk, by=by)


def unfile(talk: Talk, *, reason: str, by: Account) -> None:
    """Take a record out of the file so that it can be amended; only a secretary, only with a reason."""
    lock(talk)
    if by.role is not Role.SECRETARY:
        raise NotAllowed(_("Only a secretary may take a record out of the file."))
    if talk.filed_on is None:
        raise DomainError(_("This record is not filed."))
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why the record is taken out of the file: the reason is kept."), field="reason")
    if len(reason) > REASON:
        raise BadInput(
            _("%(count)s characters are too many; up to %(most)s fit.", count=len(reason), most=REASON), field="reason"
        )
    within = db.session.get_one(Organisation, talk.organisation_id)
    readers = {key.id: key for key in _readers(talk)}
    secretaries = circles.current(within, sealing.AUDIENCES[Visibility.SECRETARY][0])
    kept = envelopes.put(
        packed({"reason": reason, "number": number_of(talk), "digest": (talk.filed_digest or b"").hex()}),
        to=[*readers.values(), *([] if secretaries.id in readers else [secretaries])],
        organisation_id=within.id,
    )
    talk.filed_on = talk.filed_number = talk.filed_digest = None
    audit.note(f"{UNFILE} {kept.id}", talk, by=by)


def verify(talk: Talk, *, reader: Account) -> Verdict:
    """Compare a filed record, as it stands, with the digest taken when it was filed."""
    if talk.envelope_id is None or talk.filed_on is None:
        return Verdict.CHANGED
    try:
        words = json.loads(envelopes.take(talk.envelope_id, reader=reader))
    except (Locked, NotHanded):
        return Verdict.CLOSED
    filed = words.get("filed", {})
    same = digest(words) == talk.filed_digest and {**filed, **_outside(talk)} == filed
    agrees = all(words.get(name) == value for name, value in _columns(talk).items())
    return Verdict.INTACT if same and agrees else Verdict.CHANGED


def digest(words: dict[str, Any]) -> bytes:
    """Return the SHA-256 of a record in its canonical form: JSON in UTF-8, keys sorted, no spaces."""
    return hashlib.sha256(
        json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).digest()


def steps(talk: Talk, *, reader: Account) -> list[Step]:
    """Return when a record was filed and taken out again, the earliest first."""
    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.at, Account.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .where(
            AuditEntry.organisation_id == talk.organisation_id,
            AuditEntry.thing == "talk",
            AuditEntry.thing_id == str(talk.id),
            or_(AuditEntry.action.startswith(f"{FILE} "), AuditEntry.action.startswith(f"{UNFILE} ")),
        )
        .order_by(AuditEntry.id)
    )
    return [Step(at, name or "", action.startswith(f"{FILE} "), _reason(action, reader)) for action, at, name in rows]


def reasons_kept(talk: Talk) -> list[int]:
    """Return the envelopes that hold the reasons a record was taken out of the file for."""
    actions = db.session.scalars(
        select(AuditEntry.action).where(
            AuditEntry.organisation_id == talk.organisation_id,
            AuditEntry.thing == "talk",
            AuditEntry.thing_id == str(talk.id),
            AuditEntry.action.startswith(f"{UNFILE} "),
        )
    )
    return [int(action.rpartition(" ")[2]) for action in actions]


def lock(talk: Talk) -> None:
    """Read the row anew and keep others from it until the transaction ends; raise `NotFound` when it is gone."""
    try:
        db.session.refresh(talk, with_for_update={"of": Talk})
    except InvalidRequestError as error:
        raise NotFound(_("There is no such talk in your organisation.")) from error


def _words(talk: Talk, by: Account) -> dict[str, Any]:
    if talk.envelope_id is None:
        return sealing.plain_words(talk)
    words: dict[str, Any] = json.loads(envelopes.take(talk.envelope_id, reader=by))
    return words


def _envelope_of(talk: Talk) -> int:
    if talk.envelope_id is None:  # written before there were keys
        talk.envelope_id = sealing.put_notes(talk, sealing.plain_words(talk), _level(talk))
        talk.notes = ""
    return talk.envelope_id


def _columns(talk: Talk) -> dict[str, Any]:
    return {
        "member_id": talk.member_id,
        "interviewer_id": talk.interviewer_id,
        "held_on": talk.held_on.isoformat(),
        "occasion": talk.occasion,
        "mode": talk.mode.value,
        "place": talk.place,
        "minutes": talk.minutes,
    }


def _outside(talk: Talk) -> dict[str, Any]:
    """Return what the filing itself adds to the record."""
    filed_on: date | None = talk.filed_on
    return {
        "on": filed_on.isoformat() if filed_on else None,
        "number": talk.filed_number,
        "visibility": _level(talk).value,
        "organisation": talk.organisation_id,
        "talk": talk.id,
    }


def _level(talk: Talk) -> Visibility:
    return talk.visibility or Visibility.INTERVIEWER


def _readers(talk: Talk) -> list[ReaderKey]:
    return sealing.readers_of(talk, _level(talk))


def _next_number(organisation_id: int, year: int) -> int:
    """Return the next number of a year; none is given twice, even if the record was taken out or destroyed since."""
    # One at a time, or two records would get the same number.
    own = select(Organisation.id).where(Organisation.id == organisation_id)
    db.session.execute(own.with_for_update(key_share=True))
    given = select(func.count()).where(
        AuditEntry.organisation_id == organisation_id, AuditEntry.action == f"{FILE} {year}"
    )
    return (db.session.scalar(given) or 0) + 1


def _open_corrections(talk: Talk) -> bool:
    waiting = select(func.count()).where(
        TalkCorrection.talk_id == talk.id, TalkCorrection.state == CorrectionState.OPEN
    )
    return bool(db.session.scalar(waiting))


def _reason(action: str, reader: Account) -> str:
    if not action.startswith(f"{UNFILE} ") or reader.keyring is None:
        return ""
    try:
        return str(json.loads(envelopes.take(int(action.rpartition(" ")[2]), reader=reader))["reason"])
    except NotHanded:
        return ""
