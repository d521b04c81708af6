"""How long filed records are kept, what falls due, its destruction, and the index of the archive."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed
from core.i18n import _, short_day
from core.spreadsheet import Sheet, write_book
from core.terms import Role, Visibility
from interviews import filing, passages, sealing
from interviews.models import (
    FollowUp,
    SearchPlace,
    Talk,
    TalkCorrection,
    TalkDraft,
    TalkPassage,
    TalkReader,
    TalkRevision,
    TalkScan,
)
from members import rules
from members.models import Account, Organisation
from vault import envelopes

RULE = "talks.retention_years"


@dataclass(frozen=True, slots=True)
class FiledRecord:
    """A filed record as the archive lists it: nothing of what it says."""

    id: int
    number: str
    held_on: date
    filed_on: date
    member: str
    interviewer: str
    visibility: Visibility
    scans: int
    digest: str
    kept_until: date

    @property
    def due(self) -> bool:
        """Say whether its time is over."""
        return self.kept_until < clock.today()


def kept_until(filed_on: date, years: int) -> date:
    """Return the last day a record is kept: years count from the end of the year it was filed in."""
    return date(filed_on.year + years, 12, 31)


def records(within: Organisation) -> list[FiledRecord]:
    """Return every filed record of the organisation, by number."""
    years = rules.value(within, RULE)
    scans = select(func.count(TalkScan.id)).where(TalkScan.talk_id == Talk.id).correlate(Talk).scalar_subquery()
    rows = db.session.execute(
        select(Talk, scans)
        .where(Talk.organisation_id == within.id, Talk.filed_on.is_not(None))
        .order_by(Talk.filed_on, Talk.filed_number)
    )
    return [
        FiledRecord(
            id=row.id,
            number=filing.number_of(row),
            held_on=row.held_on,
            filed_on=row.filed_on,
            member=row.member.name,
            interviewer=row.interviewer.name,
            visibility=row.visibility,
            scans=count,
            digest=(row.filed_digest or b"").hex(),
            kept_until=kept_until(row.filed_on, years),
        )
        for row, count in rows.unique()
    ]


def due(within: Organisation) -> list[FiledRecord]:
    """Return the filed records whose time is over, by number."""
    return [record for record in records(within) if record.due]


def destroy(talk_ids: Iterable[int], *, within: Organisation, by: Account, confirmed: str) -> int:
    """Destroy filed records whose time is over, and return how many; `confirmed` repeats how many are meant.

    A line that each was destroyed stays; backups made before keep what they hold until they are destroyed too.
    """
    if by.role is not Role.SECRETARY:
        raise NotAllowed(_("Only a secretary may destroy records."))
    wanted = sorted(set(talk_ids))
    if not wanted:
        raise BadInput(_("Tick the records to be destroyed. Nothing was destroyed."), field="records")
    over = {record.id: record for record in due(within)}
    if not all(talk_id in over for talk_id in wanted):
        raise DomainError(_("Only filed records whose time is over can be destroyed. Nothing was destroyed."))
    if confirmed.strip() != str(len(wanted)):
        raise BadInput(
            _("Write how many records are to be destroyed: %(count)s. Nothing was destroyed.", count=len(wanted)),
            field="confirmed",
        )
    for talk_id in wanted:
        talk = db.session.get_one(Talk, talk_id)
        filing.lock(talk)
        audit.note(f"talk.destroy {over[talk_id].number}", talk, by=by)
        _destroy(talk)
    return len(wanted)


def index(within: Organisation) -> bytes:
    """Return the index of the archive as an .xlsx, one record a row."""
    out = io.BytesIO()
    columns = (
        _("Number"),
        _("Title"),
        _("Talk held on"),
        _("Interviewer"),
        _("Filed on"),
        _("Kept for (years)"),
        _("Kept until"),
        _("Who may read the notes"),
        _("Signed scans"),
        _("SHA-256 of the record"),
    )
    years = rules.value(within, RULE)
    write_book([Sheet(_("Index of the archive"), columns, [_line(one, years) for one in records(within)])], out)
    return out.getvalue()


def _line(record: FiledRecord, years: int) -> tuple[object, ...]:
    return (
        record.number,
        _("Heart-to-heart talk with %(name)s", name=record.member),
        short_day(record.held_on),
        record.interviewer,
        short_day(record.filed_on),
        years,
        short_day(record.kept_until),
        str(record.visibility.label),
        record.scans,
        record.digest,
    )


def _destroy(talk: Talk) -> None:
    """Remove a record and everything that says something of it: envelopes, scans, passages, drafts, shelves."""
    sealing.forget_shelves(talk.id)
    passages.renew(talk, "")  # whoever uses passages of it is told that there are none any more
    sealed: Sequence[int | None] = [
        talk.envelope_id,
        *_envelopes(FollowUp, talk),
        *_envelopes(TalkRevision, talk),
        *_envelopes(TalkScan, talk),
        *_envelopes(TalkCorrection, talk),
        *filing.reasons_kept(talk),
    ]
    for kind in (TalkDraft, TalkRevision, TalkScan, TalkCorrection, TalkPassage, TalkReader, SearchPlace):
        db.session.execute(delete(kind).where(kind.talk_id == talk.id))
    db.session.delete(talk)  # and its promises with it
    db.session.flush()
    envelopes.destroy(one for one in sealed if one is not None)


def _envelopes(kind: type[FollowUp | TalkRevision | TalkScan | TalkCorrection], talk: Talk) -> list[int | None]:
    return list(db.session.scalars(select(kind.envelope_id).where(kind.talk_id == talk.id)))
