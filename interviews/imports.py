"""Talk notes out of a file: read, judged row by row, shown, and only then written."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import delete, or_, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _, lazy
from core.terms import FollowUpState, TalkState, Term, Visibility
from interviews import likeness, passages, queries, sealing, talks
from interviews.models import FollowUp, Talk, TalkImport
from interviews.people import People
from interviews.raw_records import BroughtPromise, record_of, said
from interviews.talk_files import RawTalk, read
from interviews.talks import Promise, TalkRecord
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import Names, names
from vault import envelopes, keys
from vault.errors import Locked

# What a talk is compared by, beside its notes.
FACTS = ("member_id", "interviewer_id", "held_on", "occasion", "mode", "place", "minutes", "visibility")

CHUNK = 500  # talks written together


class Fate(Term):
    """What becomes of a row."""

    NEW = "new", lazy("New")
    SAME = "same", lazy("Already there")
    REFUSED = "refused", lazy("Refused")


@dataclass(frozen=True, slots=True)
class JudgedTalk:
    """A row with its fate: `record` is set for a new one, `reason` for a refused one; `told` is what was left out."""

    line: int
    fate: Fate
    number: str
    member: str
    interviewer: str
    held_on: str
    reason: str = ""
    record: TalkRecord | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows were written, were there already, and were left out."""

    new: int
    same: int
    left_out: int
    promises: int


def judge(
    rows: Sequence[RawTalk], *, within: Organisation, by: Account, investigation: Investigation | None = None
) -> list[JudgedTalk]:
    """Return every row with its fate, in the order of the file; nothing is written.

    Talks that are there are compared as far as `by` can open them.
    """
    people = People(within)
    read_rows = [(raw, _read(raw, people, investigation)) for raw in rows]
    known = _Known(within, [(raw, found) for raw, found in read_rows if isinstance(found, TalkRecord)], by)
    doors = sealing.Readers(within)
    judged = []
    for raw, found in read_rows:
        try:
            if isinstance(found, str):
                raise BadInput(found)
            fate = known.fate(raw, found)
            if fate is Fate.NEW:
                _check_doors(found, within, by, people, doors)
                known.add(raw, found)
        except DomainError as error:
            judged.append(_judged(raw, Fate.REFUSED, reason=str(error)))
        else:
            judged.append(_judged(raw, fate, record=found if fate is Fate.NEW else None))
    return judged


def _read(raw: RawTalk, people: People, investigation: Investigation | None) -> TalkRecord | str:
    """Return the talk a row tells of, or what is wrong with it."""
    try:
        if raw.broken:
            raise BadInput(raw.broken)
        return record_of(raw, people, investigation)
    except DomainError as error:
        return str(error)


def prepare(
    content: bytes,
    name: str,
    *,
    within: Organisation,
    by: Account,
    investigation: Investigation | None = None,
    visibility: Visibility | None = None,
) -> TalkImport:
    """Keep the rows of a file, sealed to `by`, until their fates have been looked at; raise `BadInput`, `Locked`.

    `visibility` is for rows that do not say who may read them.
    """
    rows, key = read(content, name), keys.own(by)
    if visibility is not None:
        rows = [replace(row, texts={"visibility": visibility.value, **said(row)}) for row in rows]
    if key is None:
        raise Locked()
    # What somebody looked at and never wrote does not stay lying about.
    db.session.execute(
        delete(TalkImport).where(
            TalkImport.organisation_id == within.id,
            or_(TalkImport.account_id == by.id, TalkImport.created_on < clock.today()),
        )
    )
    import_id = secrets.token_urlsafe(16)
    packed = json.dumps([_packed(row) for row in rows], ensure_ascii=False).encode()
    kept = TalkImport(
        id=import_id,
        organisation_id=within.id,
        account_id=by.id,
        investigation_id=investigation.id if investigation else None,
        file_name=name[-200:],
        rows=[],
        sealed=envelopes.note_to(key, packed, about=_about(import_id)),
        created_on=clock.today(),
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def find(import_id: str, *, within: Organisation, by: Account) -> TalkImport:
    """Return what `by` is about to import; raise `NotFound`."""
    found = db.session.get(TalkImport, import_id[:40])
    if found is None or found.organisation_id != within.id or found.account_id != by.id:
        raise NotFound(_("This import is finished or was started anew. Choose the file again."))
    return found


def preview(kept: TalkImport, *, within: Organisation, by: Account) -> list[JudgedTalk]:
    """Return the rows kept by `prepare` with their fates as of now; raise `Locked`."""
    return judge(_unpacked(kept, by), within=within, by=by, investigation=_investigation(kept))


def write(kept: TalkImport, *, within: Organisation, by: Account, leave_out_faulty: bool = False) -> Outcome:
    """Write the new rows and forget the file; raise `BadInput`, nothing written, while rows are refused."""
    outcome = _write(preview(kept, within=within, by=by), within=within, by=by, leave_out_faulty=leave_out_faulty)
    db.session.delete(kept)
    db.session.flush()
    return outcome


def cancel(kept: TalkImport) -> None:
    """Forget the file; nothing is written."""
    db.session.delete(kept)
    db.session.flush()


def import_talks(
    content: bytes,
    name: str,
    *,
    within: Organisation,
    by: Account,
    investigation: Investigation | None = None,
    leave_out_faulty: bool = False,
) -> Outcome:
    """Read, judge and write a file in one step, for the command line; raise `BadInput`."""
    judged = judge(read(content, name), within=within, by=by, investigation=investigation)
    return _write(judged, within=within, by=by, leave_out_faulty=leave_out_faulty)


def _write(rows: Iterable[JudgedTalk], *, within: Organisation, by: Account, leave_out_faulty: bool) -> Outcome:
    judged = list(rows)
    refused = [row for row in judged if row.fate is Fate.REFUSED]
    if refused and not leave_out_faulty:
        raise BadInput(
            _(
                "Line %(line)s: %(reason)s Nothing was imported. Correct the file, or choose to leave out faulty rows.",
                line=refused[0].line,
                reason=refused[0].reason,
            )
        )
    new = [(row.record, row.number) for row in judged if row.record is not None]
    passages.take_turn(record.investigation_id for record, _number in new)
    people = names(within)
    for at in range(0, len(new), CHUNK):
        _put(new[at : at + CHUNK], within, by, people)
    return Outcome(
        new=len(new),
        same=sum(row.fate is Fate.SAME for row in judged),
        left_out=len(refused),
        promises=sum(len(record.promises) for record, _number in new),
    )


def closes_to(record: TalkRecord, by: Account) -> bool:
    """Say whether `by`, who imports the talk, will not be able to open it: it is for its interviewer alone."""
    return record.visibility is Visibility.INTERVIEWER and record.interviewer_id != by.member_id


def _put(new: Sequence[tuple[TalkRecord, str]], within: Organisation, by: Account, people: Names) -> None:
    """Write talks with their numbers, their words sealed to their readers as of now."""
    readers = sealing.Readers(within)
    rows = [(_row(record, number, within, by), record) for record, number in new]
    sealing.put_all_notes([(talk, talks.words(record)) for talk, record in rows], readers)
    db.session.add_all(talk for talk, _record in rows)
    db.session.flush()
    promises = [_promised(promise, talk) for talk, record in rows for promise in record.promises]
    sealing.put_all_promises(promises, readers)
    db.session.add_all(row for row, *_rest in promises)
    passages.write([(talk, record.notes) for talk, record in rows], known=people)
    for talk, _record in rows:
        audit.note("talk.import", talk, by=by)
    db.session.flush()


def _promised(promise: Promise, talk: Talk) -> tuple[FollowUp, Talk, str, str]:
    """Return the row of a promise, its talk, its words and what became of it."""
    row = FollowUp(talk_id=talk.id, owner_id=promise.owner_id, due_on=promise.due_on)
    if not isinstance(promise, BroughtPromise) or promise.state is FollowUpState.OPEN:
        return row, talk, promise.text, ""
    row.state, row.settled_on = promise.state, clock.today()
    return row, talk, promise.text, promise.outcome


def _row(record: TalkRecord, number: str, within: Organisation, by: Account) -> Talk:
    return Talk(
        organisation_id=within.id,
        investigation_id=record.investigation_id,
        number=number,
        member_id=record.member_id,
        interviewer_id=record.interviewer_id,
        occasion=record.occasion,
        mode=record.mode,
        place=record.place,
        held_on=record.held_on,
        minutes=record.minutes,
        visibility=record.visibility or Visibility.INTERVIEWER,
        notes="",
        sketch=likeness.sketch(record.notes),
        state=TalkState.RECORDED,
        created_by=_author(record, by),
        changed_by=by.id,
        changed_at=clock.now(),
    )


def _author(record: TalkRecord, by: Account) -> int | None:
    # Whoever happens to import a note for its interviewer alone has not written it.
    return None if closes_to(record, by) else by.id


def _check_doors(record: TalkRecord, within: Organisation, by: Account, people: People, doors: sealing.Readers) -> None:
    """Raise `BadInput` when nobody could ever open the notes."""
    talk = Talk(
        organisation_id=within.id,
        interviewer_id=record.interviewer_id,
        created_by=_author(record, by),
        visibility=record.visibility,
    )
    try:
        doors.of(talk)
    except sealing.Unreadable as error:
        interviewer = people.get(record.interviewer_id)
        raise BadInput(
            _(
                "Nobody could open these notes: they are for %(name)s alone, who has no account or has never "
                "signed in. Open an account for this person under “Accounts”, have it signed in to once, and "
                "import again; or give the row another level.",
                name=interviewer.name if interviewer else "",
            )
        ) from error


class _Known:
    """The talks that are there already, and those met earlier in the same file."""

    def __init__(self, within: Organisation, rows: Sequence[tuple[RawTalk, TalkRecord]], by: Account) -> None:
        self._by_number: dict[str, tuple[Any, ...]] = {}
        self._contents: set[tuple[Any, ...]] = set()
        numbers = sorted({raw.texts["number"] for raw, _record in rows if raw.texts.get("number")})
        wanted = {_facts(record) for _raw, record in rows}
        rows_there = db.session.execute(
            select(Talk.id, Talk.number, *(getattr(Talk, name) for name in FACTS)).where(
                Talk.organisation_id == within.id,
                Talk.state == TalkState.RECORDED,
                or_(Talk.number.in_(numbers), Talk.held_on.in_(sorted({record.held_on for _raw, record in rows}))),
            )
        ).all()
        # Only what might be the same is opened at all.
        alike = [row for row in rows_there if tuple(row[2:]) in wanted]
        notes = queries.notes([row.id for row in alike], within=within, reader=by)
        for row in rows_there:
            self._add(row.number, (*row[2:], notes.get(row.id)))

    def _add(self, number: str, content: tuple[Any, ...]) -> None:
        self._contents.add(content)
        if number:
            self._by_number[number] = content

    def add(self, raw: RawTalk, record: TalkRecord) -> None:
        """Take note of a talk of the file that is going to be written."""
        self._add(raw.texts.get("number", ""), (*_facts(record), record.notes))

    def fate(self, raw: RawTalk, record: TalkRecord) -> Fate:
        """Return whether the talk is new; raise `BadInput` when its number belongs to another one.

        Of a talk that stays closed to the reader all is compared but the notes.
        """
        number, facts = raw.texts.get("number", ""), _facts(record)
        same = ((*facts, record.notes), (*facts, None))
        there = self._by_number.get(number) if number else None
        if there is not None and there not in same:
            raise BadInput(
                _(
                    "A different talk already has the number %(number)s. An import never overwrites: amend the talk "
                    "on its page, or give this row another number.",
                    number=number,
                )
            )
        if there is not None or (not number and any(content in self._contents for content in same)):
            return Fate.SAME
        return Fate.NEW


def _facts(record: TalkRecord) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in FACTS)


def _judged(raw: RawTalk, fate: Fate, *, reason: str = "", record: TalkRecord | None = None) -> JudgedTalk:
    shown = {field: raw.texts.get(field, "")[:80] for field in ("number", "member", "interviewer", "held_on")}
    return JudgedTalk(line=raw.line, fate=fate, reason=reason, record=record, told=raw.told, **shown)


def _investigation(kept: TalkImport) -> Investigation | None:
    return None if kept.investigation_id is None else db.session.get(Investigation, kept.investigation_id)


def _packed(raw: RawTalk) -> dict[str, Any]:
    return asdict(raw)


def _unpacked(kept: TalkImport, by: Account) -> list[RawTalk]:
    rows = kept.rows
    if kept.sealed is not None:
        rows = json.loads(envelopes.note_of(kept.sealed, about=_about(kept.id), reader=by))
    return [RawTalk(**{**row, "promises": tuple(row["promises"]), "told": tuple(row.get("told", ()))}) for row in rows]


def _about(import_id: str) -> bytes:
    return f"import {import_id}".encode()
