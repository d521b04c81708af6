"""Plan a talk, record it, amend it, withdraw a plan."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import InvalidRequestError

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.i18n import _, day
from core.terms import FollowUpState, TalkMode, TalkState, Visibility
from interviews import likeness, passages, sealing
from interviews.models import FollowUp, Talk, TalkDraft, TalkReader, TalkRevision
from interviews.queries.readers import may_choose_readers, may_write
from investigations.models import Investigation
from members.models import Account, Member, Organisation
from vault import envelopes

NOTES = 20_000  # characters; ten times what the paper form holds
OCCASION, PLACE, PROMISE = 80, 120, 500
LONGEST = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class PlannedTalk:
    """A talk somebody means to hold: who with whom, when, why and where."""

    member_id: int
    interviewer_id: int
    held_on: date
    occasion: str = ""
    mode: TalkMode = TalkMode.IN_PERSON
    place: str = ""
    investigation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What the member was promised, by whom, until when; `id` names one that stands already."""

    text: str
    owner_id: int | None = None
    due_on: date | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class TalkRecord:
    """A talk that took place; `visibility` has no default on purpose, and None is refused."""

    member_id: int
    interviewer_id: int
    held_on: date
    visibility: Visibility | None
    notes: str
    occasion: str = ""
    mode: TalkMode = TalkMode.IN_PERSON
    place: str = ""
    minutes: int | None = None
    investigation_id: int | None = None
    promises: tuple[Promise, ...] = ()


def plan(planned: PlannedTalk, *, within: Organisation, by: Account, device_key: str | None = None) -> Talk:
    """Write down a talk that is to come; raise `BadInput`.

    A device that was without a connection names the talk by a `device_key`: sent twice, it is written once.
    """
    there = _of_device(device_key, within, by)
    if there is not None:
        return there
    _check_people(planned, within)
    _check_investigation(planned.investigation_id, within)
    talk = Talk(
        organisation_id=within.id,
        device_key=device_key,
        state=TalkState.PLANNED,
        created_by=by.id,
        changed_by=by.id,
        changed_at=clock.now(),
        **_plan_columns(planned),
    )
    db.session.add(talk)
    audit.note("talk.plan", talk, by=by)
    return talk


def _of_device(device_key: str | None, within: Organisation, by: Account) -> Talk | None:
    if device_key is None:
        return None
    found = db.session.scalar(select(Talk).where(Talk.organisation_id == within.id, Talk.device_key == device_key))
    if found is not None and found.created_by != by.id:
        raise BadInput(_("This device's talk belongs to another account. Nothing was changed."))
    return found


def replan(talk: Talk, planned: PlannedTalk, *, by: Account, based_on: int) -> None:
    """Change a plan that was at revision `based_on`; raise `Stale`, `NotAllowed`, `BadInput`."""
    _take_turn(talk, by=by, based_on=based_on)
    if talk.state is not TalkState.PLANNED:
        raise DomainError(_("This talk is recorded already; amend the record instead."))
    within = db.session.get_one(Organisation, talk.organisation_id)
    _check_people(planned, within)
    _check_investigation(planned.investigation_id, within)
    _change(talk, _plan_columns(planned), by=by)
    audit.note("talk.replan", talk, by=by)


def record(talk: Talk, record: TalkRecord, *, by: Account, based_on: int) -> None:
    """Record a planned talk that was at revision `based_on`; raise `Stale`, `NotAllowed`, `BadInput`."""
    _take_turn(talk, by=by, based_on=based_on)
    if talk.state is not TalkState.PLANNED:
        raise Stale(_("Somebody has recorded this talk meanwhile."))
    _check_record(record, within=db.session.get_one(Organisation, talk.organisation_id))
    # Whoever writes the notes is their author; whoever merely planned the talk is not.
    columns = _record_columns(talk, record, author_id=by.id)
    _change(talk, {**columns, "created_by": by.id, "state": TalkState.RECORDED}, by=by)
    _set_promises(talk, record.promises, by=by)
    passages.renew(talk, record.notes)
    audit.note("talk.record", talk, by=by)


def amend(talk: Talk, record: TalkRecord, *, by: Account, based_on: int) -> None:
    """Replace a record that was at revision `based_on`, keeping the old text as a revision; raise `Stale` and so on."""
    _take_turn(talk, by=by, based_on=based_on)
    if talk.state is not TalkState.RECORDED:
        raise Stale(_("This talk is not recorded yet."))
    if talk.filed_on is not None:
        raise DomainError(_("This record is filed and stays as it is. Write down what came up since as a new talk."))
    _check_record(record, within=db.session.get_one(Organisation, talk.organisation_id))
    if record.visibility is not talk.visibility and not may_choose_readers(talk, by):
        raise BadInput(
            _("Only who held the talk or wrote it down may change who reads it."),
            field="visibility",
        )
    before = [] if talk.envelope_id is None else envelopes.readers_of(talk.envelope_id)
    if record.member_id != talk.member_id:
        _close_to_member(talk)
    columns = _record_columns(talk, record, author_id=talk.created_by)
    _keep_revision(talk)
    _change(talk, {**columns, "agreed_on": None}, by=by)  # the member agreed to what it said before
    _set_promises(talk, record.promises, by=by)
    if sealing.narrows(talk, before):
        sealing.take_from_others(talk)
    passages.renew(talk, record.notes)
    audit.note("talk.amend", talk, by=by)


def withdraw(talk: Talk, *, by: Account) -> None:
    """Delete a planned talk; raise `DomainError` for a recorded one and while somebody else is writing about it."""
    if not may_write(talk, by):
        raise NotAllowed(_("Only who planned or holds this talk, or a secretary, may withdraw it."))
    if talk.state is not TalkState.PLANNED:
        raise DomainError(_("A recorded talk stays: it can be amended, not withdrawn."))
    drafts = select(func.count()).select_from(TalkDraft).where(TalkDraft.talk_id == talk.id)
    if db.session.scalar(drafts.where(TalkDraft.account_id != by.id)):
        raise DomainError(_("Somebody else is writing notes about this talk; it was not withdrawn."))
    audit.note("talk.withdraw", talk, by=by)
    db.session.delete(talk)
    db.session.flush()


def check(record: TalkRecord) -> None:
    """Raise `BadInput` unless `record` is fit to be kept; whether the people exist is asked elsewhere."""
    if record.member_id == record.interviewer_id:
        raise BadInput(_("Nobody can hold a talk with himself or herself."), field="interviewer")
    if record.held_on > clock.today():
        raise BadInput(
            _("A talk on %(day)s has not taken place yet: plan it, and record it afterwards.", day=day(record.held_on)),
            field="held_on",
        )
    if record.held_on.year < 1950:
        raise BadInput(_("The year %(year)s cannot be right.", year=record.held_on.year), field="held_on")
    if record.visibility is None:
        raise BadInput(_("Choose who may read the notes."), field="visibility")
    if not record.notes.strip():
        raise BadInput(_("Write down what was said, if only a line."), field="notes")
    if record.minutes is not None and not 1 <= record.minutes <= LONGEST:
        raise BadInput(_("The length must lie between 1 and %(most)s minutes.", most=LONGEST), field="minutes")
    _check_lengths(record)


def _check_lengths(record: TalkRecord) -> None:
    texts = [("notes", record.notes, NOTES), ("occasion", record.occasion, OCCASION), ("place", record.place, PLACE)]
    texts += [("promises", promise.text, PROMISE) for promise in record.promises]
    for field, text, most in texts:
        if len(text) > most:
            raise BadInput(
                _("%(count)s characters are too many; up to %(most)s fit.", count=len(text), most=most), field=field
            )


def _check_record(record: TalkRecord, *, within: Organisation) -> None:
    check(record)
    _check_people(record, within)
    _check_investigation(record.investigation_id, within)
    owners = {promise.owner_id for promise in record.promises if promise.owner_id is not None}
    if len(_present(owners, within)) < len(owners):
        raise BadInput(_("Whoever is to keep a promise must stand on the roster."), field="promises")


def _check_people(talk: PlannedTalk | TalkRecord, within: Organisation) -> None:
    if talk.member_id == talk.interviewer_id:
        raise BadInput(_("Nobody can hold a talk with himself or herself."), field="interviewer")
    known = _present({talk.member_id, talk.interviewer_id}, within)
    for field, member_id in (("member", talk.member_id), ("interviewer", talk.interviewer_id)):
        if member_id not in known:
            raise BadInput(_("This person is not on the roster."), field=field)


def _present(member_ids: set[int], within: Organisation) -> set[int]:
    rows = select(Member.id).where(Member.organisation_id == within.id, Member.id.in_(member_ids))
    return set(db.session.scalars(rows))


def _check_investigation(investigation_id: int | None, within: Organisation) -> None:
    if investigation_id is None:
        return
    row = db.session.get(Investigation, investigation_id)
    if row is None or row.organisation_id != within.id:
        raise BadInput(_("There is no such investigation in your organisation."), field="investigation")


def _take_turn(talk: Talk, *, by: Account, based_on: int) -> None:
    """Lock the row until the transaction ends and make sure that nobody was faster."""
    try:
        db.session.refresh(talk, with_for_update={"of": Talk})
    except InvalidRequestError as error:
        raise NotFound(_("This talk has been withdrawn meanwhile.")) from error
    if not may_write(talk, by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    if talk.revision != based_on:
        raise Stale(_("Somebody saved this talk while you were writing; your text is kept."))


def _plan_columns(planned: PlannedTalk) -> dict[str, Any]:
    return {
        "member_id": planned.member_id,
        "interviewer_id": planned.interviewer_id,
        "held_on": planned.held_on,
        "occasion": planned.occasion[:OCCASION],
        "mode": planned.mode,
        "place": planned.place[:PLACE],
        "investigation_id": planned.investigation_id,
    }


def _record_columns(talk: Talk, record: TalkRecord, *, author_id: int | None) -> dict[str, Any]:
    """Return what a recorded talk has in its columns: its words stand in an envelope, sealed here and now."""
    visibility = record.visibility or Visibility.INTERVIEWER
    return {
        "member_id": record.member_id,
        "interviewer_id": record.interviewer_id,
        "held_on": record.held_on,
        "occasion": record.occasion,
        "mode": record.mode,
        "place": record.place,
        "minutes": record.minutes,
        "visibility": visibility,
        "envelope_id": sealing.put_notes(
            talk, words(record), visibility, interviewer_id=record.interviewer_id, author_id=author_id
        ),
        "notes": "",
        "sketch": likeness.sketch(record.notes),
        "investigation_id": record.investigation_id,
    }


def words(record: TalkRecord) -> dict[str, Any]:
    """Return what is sealed of a record: its notes, and all it says, so that it can be kept as a revision unopened."""
    return {
        "member_id": record.member_id,
        "interviewer_id": record.interviewer_id,
        "held_on": record.held_on.isoformat(),
        "occasion": record.occasion,
        "mode": record.mode.value,
        "place": record.place,
        "minutes": record.minutes,
        "notes": record.notes,
        "promises": [
            {
                "promise": promise.text,
                "owner_id": promise.owner_id,
                "due_on": promise.due_on.isoformat() if promise.due_on else None,
            }
            for promise in record.promises
        ],
    }


def _change(talk: Talk, columns: dict[str, Any], *, by: Account) -> None:
    for name, value in columns.items():
        setattr(talk, name, value)
    talk.changed_by = by.id
    talk.changed_at = clock.now()  # always a change, so the revision rises even if only a promise was touched
    db.session.flush()


def _keep_revision(talk: Talk) -> None:
    """Leave the envelope the record has to a revision: whoever could open it still can, nobody else."""
    kept = TalkRevision(
        talk_id=talk.id,
        revision=talk.revision,
        visibility=talk.visibility,
        envelope_id=talk.envelope_id,
        content={},
        written_by=talk.changed_by,
        written_at=talk.changed_at,
    )
    if talk.envelope_id is None:
        sealing.put_revision(kept, talk, sealing.plain_words(talk))
    db.session.add(kept)


def _close_to_member(talk: Talk) -> None:
    """Take the record back from the member it was shown to: it turns out to be about somebody else."""
    accounts = select(Account.id).where(Account.member_id == talk.member_id)
    db.session.execute(delete(TalkReader).where(TalkReader.talk_id == talk.id, TalkReader.account_id.in_(accounts)))
    talk.shown_on = None


def _set_promises(talk: Talk, promises: tuple[Promise, ...], *, by: Account) -> None:
    """Make the open promises those of the record; one that was kept or refused stays as it is."""
    standing = {row.id: row for row in talk.follow_ups}
    wanted = {promise.id for promise in promises}
    gone = [row for row in talk.follow_ups if row.state is FollowUpState.OPEN and row.id not in wanted]
    for row in gone:
        talk.follow_ups.remove(row)  # its words stay in the kept revision
    db.session.flush()
    envelopes.destroy([row.envelope_id for row in gone if row.envelope_id is not None])
    for promise in promises:
        row = standing.get(promise.id) if promise.id is not None else None
        if row is None:
            row = FollowUp(owner_id=promise.owner_id, due_on=promise.due_on)
            talk.follow_ups.append(row)
            sealing.put_promise(row, talk, promise=promise.text)
        elif row.state is FollowUpState.OPEN:
            # One that was taken up again has an outcome to keep: `settled_on` tells.
            outcome = sealing.promise_words(row, reader=by)[1] if row.settled_on is not None else ""
            row.owner_id, row.due_on = promise.owner_id, promise.due_on
            sealing.put_promise(row, talk, promise=promise.text, outcome=outcome)
    for row in talk.follow_ups:
        if row.state is not FollowUpState.OPEN:
            sealing.readdress(row, talk, by=by)
    db.session.flush()
