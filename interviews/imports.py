"""Talk notes out of a file: read, judged row by row, shown, and only then written."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, or_, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _, lazy
from core.terms import TalkState, Term, Visibility
from interviews import columns, talks
from interviews.models import FollowUp, Talk, TalkImport
from interviews.people import People
from interviews.talk_files import RawTalk, read
from interviews.talks import Promise, TalkRecord
from investigations.models import Investigation
from members.models import Account, Organisation

NUMBER = 40  # characters


class Fate(Term):
    """What becomes of a row."""

    NEW = "new", lazy("New")
    SAME = "same", lazy("Already there")
    REFUSED = "refused", lazy("Refused")


@dataclass(frozen=True, slots=True)
class JudgedTalk:
    """A row with its fate; `record` is set for a new one, `reason` for a refused one."""

    line: int
    fate: Fate
    number: str
    member: str
    interviewer: str
    held_on: str
    reason: str = ""
    record: TalkRecord | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows were written, were there already, and were left out."""

    new: int
    same: int
    left_out: int
    promises: int


def judge(
    rows: Sequence[RawTalk], *, within: Organisation, investigation: Investigation | None = None
) -> list[JudgedTalk]:
    """Return every row with its fate, in the order of the file; nothing is written."""
    people, judged = People(within), []
    known = _Known(within, rows)
    for raw in rows:
        try:
            if raw.broken:
                raise BadInput(raw.broken)
            record = _record(raw, people, investigation)
            fate = known.fate(raw, record)
        except DomainError as error:
            judged.append(_judged(raw, Fate.REFUSED, reason=str(error)))
        else:
            judged.append(_judged(raw, fate, record=record if fate is Fate.NEW else None))
    return judged


def prepare(
    content: bytes, name: str, *, within: Organisation, by: Account, investigation: Investigation | None = None
) -> TalkImport:
    """Keep the rows of a file until their fates have been looked at; raise `BadInput`."""
    rows = read(content, name)
    # What somebody looked at and never wrote does not stay lying about.
    db.session.execute(
        delete(TalkImport).where(
            TalkImport.organisation_id == within.id,
            or_(TalkImport.account_id == by.id, TalkImport.created_on < clock.today()),
        )
    )
    kept = TalkImport(
        id=secrets.token_urlsafe(16),
        organisation_id=within.id,
        account_id=by.id,
        investigation_id=investigation.id if investigation else None,
        file_name=name[-200:],
        rows=[_packed(row) for row in rows],
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


def preview(kept: TalkImport, *, within: Organisation) -> list[JudgedTalk]:
    """Return the rows kept by `prepare` with their fates as of now."""
    return judge(_unpacked(kept), within=within, investigation=_investigation(kept))


def write(kept: TalkImport, *, within: Organisation, by: Account, leave_out_faulty: bool = False) -> Outcome:
    """Write the new rows and forget the file; raise `BadInput`, nothing written, while rows are refused."""
    outcome = _write(preview(kept, within=within), within=within, by=by, leave_out_faulty=leave_out_faulty)
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
    judged = judge(read(content, name), within=within, investigation=investigation)
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
    written = [_talk(row.record, row.number, within, by) for row in judged if row.record is not None]
    db.session.add_all(written)
    for talk in written:
        audit.note("talk.import", talk, by=by)
    db.session.flush()
    return Outcome(
        new=len(written),
        same=sum(row.fate is Fate.SAME for row in judged),
        left_out=len(refused),
        promises=sum(len(row.record.promises) for row in judged if row.record is not None),
    )


def closes_to(record: TalkRecord, by: Account) -> bool:
    """Say whether `by`, who imports the talk, will not be able to open it: it is for its interviewer alone."""
    return record.visibility is Visibility.INTERVIEWER and record.interviewer_id != by.member_id


def _talk(record: TalkRecord, number: str, within: Organisation, by: Account) -> Talk:
    # Whoever happens to import a note for its interviewer alone has not written it.
    author = None if closes_to(record, by) else by.id
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
        visibility=record.visibility,
        notes=record.notes,
        state=TalkState.RECORDED,
        created_by=author,
        changed_by=by.id,
        changed_at=clock.now(),
        follow_ups=[
            FollowUp(promise=promise.text, owner_id=promise.owner_id, due_on=promise.due_on)
            for promise in record.promises
        ],
    )


def _record(raw: RawTalk, people: People, investigation: Investigation | None) -> TalkRecord:
    """Return the talk a row tells of; raise `BadInput` naming the first thing that is wrong."""
    texts = raw.texts
    for field in ("member", "held_on", "interviewer"):
        if not texts.get(field):
            raise BadInput(_("%(column)s is empty.", column=columns.title(field)))
    if len(texts.get("number", "")) > NUMBER:
        raise BadInput(_("The number is longer than %(most)s characters.", most=NUMBER))
    interviewer = people.find(texts["interviewer"])
    record = TalkRecord(
        member_id=people.find(texts["member"]).id,
        interviewer_id=interviewer.id,
        held_on=columns.day(texts["held_on"], "held_on"),
        visibility=columns.visibility(texts.get("visibility", "")),
        notes=texts.get("notes", ""),
        occasion=texts.get("occasion", ""),
        mode=columns.mode(texts.get("mode", "")),
        place=texts.get("place", ""),
        minutes=columns.minutes(texts.get("minutes", "")),
        investigation_id=investigation.id if investigation else None,
        promises=tuple(_promise(one, people, interviewer.id) for one in raw.promises),
    )
    talks.check(record)
    return record


def _promise(texts: dict[str, str], people: People, interviewer_id: int) -> Promise:
    owner = people.find(texts["owner"]).id if texts.get("owner") else interviewer_id
    due_on = columns.day(texts["due_on"], "due_on") if texts.get("due_on") else None
    if not texts.get("promise"):
        raise BadInput(_("There is an owner or a date, but no promise."))
    return Promise(texts["promise"], owner, due_on)


class _Known:
    """The talks that are there already, and those met earlier in the same file."""

    def __init__(self, within: Organisation, rows: Sequence[RawTalk]) -> None:
        self.by_number: dict[str, tuple[Any, ...]] = {}
        self.contents: set[tuple[Any, ...]] = set()
        numbers = sorted({row.texts["number"] for row in rows if row.texts.get("number")})
        days = sorted(filter(None, (_day_or_none(row) for row in rows)))
        conditions = [Talk.number.in_(numbers)]
        if days:
            conditions.append(Talk.held_on.between(days[0], days[-1]))
        found = db.session.execute(
            select(
                Talk.number,
                Talk.member_id,
                Talk.interviewer_id,
                Talk.held_on,
                Talk.occasion,
                Talk.mode,
                Talk.place,
                Talk.minutes,
                Talk.visibility,
                Talk.notes,
            ).where(Talk.organisation_id == within.id, Talk.state == TalkState.RECORDED, or_(*conditions))
        )
        for number, *content in found:
            self._add(number, tuple(content))

    def _add(self, number: str, content: tuple[Any, ...]) -> None:
        self.contents.add(content)
        if number:
            self.by_number[number] = content

    def fate(self, raw: RawTalk, record: TalkRecord) -> Fate:
        """Return whether the talk is new; raise `BadInput` when its number belongs to another one."""
        number, content = raw.texts.get("number", ""), _content(record)
        there = self.by_number.get(number) if number else None
        if there is not None and there != content:
            raise BadInput(
                _(
                    "A different talk already has the number %(number)s. An import never overwrites: amend the talk "
                    "on its page, or give this row another number.",
                    number=number,
                )
            )
        if there is not None or (not number and content in self.contents):
            return Fate.SAME
        self._add(number, content)
        return Fate.NEW


def _content(record: TalkRecord) -> tuple[Any, ...]:
    return (
        record.member_id,
        record.interviewer_id,
        record.held_on,
        record.occasion,
        record.mode,
        record.place,
        record.minutes,
        record.visibility,
        record.notes,
    )


def _day_or_none(raw: RawTalk) -> date | None:
    try:
        return columns.day(raw.texts.get("held_on", ""), "held_on")
    except BadInput:
        return None


def _judged(raw: RawTalk, fate: Fate, *, reason: str = "", record: TalkRecord | None = None) -> JudgedTalk:
    shown = {field: raw.texts.get(field, "")[:80] for field in ("number", "member", "interviewer", "held_on")}
    return JudgedTalk(line=raw.line, fate=fate, reason=reason, record=record, **shown)


def _investigation(kept: TalkImport) -> Investigation | None:
    return None if kept.investigation_id is None else db.session.get(Investigation, kept.investigation_id)


def _packed(raw: RawTalk) -> dict[str, Any]:
    return {"line": raw.line, "texts": raw.texts, "promises": list(raw.promises), "broken": raw.broken}


def _unpacked(kept: TalkImport) -> list[RawTalk]:
    return [RawTalk(row["line"], row["texts"], tuple(row["promises"]), row["broken"]) for row in kept.rows]
