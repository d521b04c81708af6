"""The member reads the record of the talk held with him or her, and corrects it, before it is filed."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.i18n import _
from core.terms import CorrectionState, TalkState, Visibility
from interviews import filing, queries, rulebook, sealing
from interviews.models import Talk, TalkCorrection, TalkReader, TalkRevision
from interviews.queries import TalkView
from interviews.queries.readers import may_read, may_write
from interviews.queries.words import opened, packed
from members.models import Account, Organisation
from vault import envelopes, keys

WISH = 2000


@dataclass(frozen=True, slots=True)
class Correction:
    """A member's correction as one reader sees it; `wish` and `answer` are "" for who cannot open it."""

    id: int
    state: CorrectionState
    written_on: date
    wish: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class OwnTalk:
    """A talk whose record was opened to the member it was held with."""

    id: int
    held_on: date
    interviewer: str
    shown_on: date
    agreed_on: date | None
    filed_on: date | None
    waiting: bool  # a correction has not been answered yet


def turned_on(within: Organisation) -> bool:
    """Say whether the organisation lets members read the records of talks with them before they are filed."""
    return rulebook.member_reads(within)


def show(talk: Talk, *, by: Account) -> None:
    """Open a record to the member it was held with; raise `DomainError`, `NotAllowed`, `Locked`.

    Promises made in the talk are opened along with it; no other talk, nothing written before.
    """
    filing.lock(talk)
    within = db.session.get_one(Organisation, talk.organisation_id)
    if not turned_on(within):
        raise DomainError(_("Reading by the member is not turned on; a secretary can do so under “Rules”."))
    if not may_write(talk, by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may show it."))
    if talk.state is not TalkState.RECORDED or talk.filed_on is not None or talk.envelope_id is None:
        raise DomainError(_("Only a record that is written and not yet filed can be shown to the member."))
    member = account_of(talk)
    key = keys.own(member) if member else None
    if member is None or key is None:
        raise DomainError(
            _("This member has no account that has been signed in to. Print the sheet and go through it together.")
        )
    sealed = [talk.envelope_id, *(row.envelope_id for row in talk.follow_ups if row.envelope_id is not None)]
    for envelope_id in sealed:
        envelopes.widen(envelope_id, to=[key], reader=by)
    if db.session.get(TalkReader, (talk.id, member.id)) is None:
        db.session.add(TalkReader(talk_id=talk.id, account_id=member.id))
    _set(talk, shown_on=clock.today(), agreed_on=None)
    audit.note("talk.show", talk, by=by)


def account_of(talk: Talk) -> Account | None:
    """Return the account of the member a talk was held with."""
    return db.session.scalar(
        select(Account)
        .where(Account.member_id == talk.member_id, Account.organisation_id == talk.organisation_id, Account.active)
        .order_by(Account.id)
        .limit(1)
    )


def own(*, reader: Account) -> list[OwnTalk]:
    """Return the talks with `reader` whose records were opened to him or her, the latest first."""
    waiting = (
        select(TalkCorrection.id)
        .where(TalkCorrection.talk_id == Talk.id, TalkCorrection.state == CorrectionState.OPEN)
        .exists()
    )
    rows = db.session.execute(
        select(Talk, waiting)
        .join(TalkReader, TalkReader.talk_id == Talk.id)
        .where(
            TalkReader.account_id == reader.id,
            Talk.organisation_id == reader.organisation_id,
            Talk.member_id == reader.member_id,
            Talk.shown_on.is_not(None),
        )
        .order_by(Talk.held_on.desc(), Talk.id.desc())
    )
    return [
        OwnTalk(row.id, row.held_on, row.interviewer.name, row.shown_on, row.agreed_on, row.filed_on, bool(open_))
        for row, open_ in rows.unique()
    ]


def is_shown(talk: Talk, reader: Account) -> bool:
    """Say whether `reader` is the member the talk was held with, and its record was opened to him or her."""
    return (
        reader.member_id is not None
        and talk.member_id == reader.member_id
        and talk.organisation_id == reader.organisation_id
        and talk.shown_on is not None
        and db.session.get(TalkReader, (talk.id, reader.id)) is not None
    )


def view(talk: Talk, *, within: Organisation, reader: Account) -> TalkView:
    """Return the record as its member may see it: as it stands now, nothing it said before; raise `NotFound`."""
    if not is_shown(talk, reader):
        raise NotFound(_("The record of this talk has not been opened to you."))
    found = queries.view(talk.id, within=within, reader=reader)
    return replace(found, writable=False, may_choose_readers=False, earlier=0, investigation="", investigation_id=None)


def agree(talk: Talk, *, by: Account, based_on: int) -> None:
    """Write down that the member agrees to the record at revision `based_on`; raise `Stale` when it was changed."""
    _check_member(talk, by)
    if _count(talk, CorrectionState.OPEN):
        raise DomainError(_("Your correction has not been answered yet. Agree when it has been."))
    if talk.revision != based_on:
        raise Stale(_("The record was changed while you were reading. Please read it once more; then agree."))
    _set(talk, agreed_on=clock.today())
    audit.note("talk.agree", talk, by=by)


def write(talk: Talk, wish: str, *, by: Account) -> TalkCorrection:
    """Seal what the member would have changed to the talk's readers and to him or her; raise `BadInput`."""
    _check_member(talk, by)
    wish = _checked(wish, "wish", _("Write what should be put right."))
    if _count(talk, CorrectionState.OPEN):
        raise DomainError(_("One correction is waiting for an answer; the next can follow after it."))
    content = packed({"wish": wish, "answer": "", "texts": _texts(talk)})
    # The member's own key is among the readers: the record was opened to him or her by name.
    readers = sealing.readers_of(talk, talk.visibility or Visibility.INTERVIEWER)
    envelope = envelopes.put(content, to=readers, organisation_id=talk.organisation_id)
    row = TalkCorrection(talk_id=talk.id, envelope_id=envelope.id, written_on=clock.today())
    db.session.add(row)
    _set(talk, agreed_on=None)
    audit.note("talk.correction", talk, by=by)
    return row


def take(correction: TalkCorrection, talk: Talk, *, by: Account, note: str = "") -> None:
    """Close a correction as taken into the record; raise `DomainError` when the record was not amended since."""
    words = _to_answer(correction, talk, by)
    if _texts(talk) <= words["texts"]:
        raise DomainError(_("The record has not been amended since this was written. Amend it first, or say why not."))
    note = note.strip() and _checked(note, "answer", "")
    _answer(correction, talk, words | {"answer": note}, CorrectionState.TAKEN, by)


def decline(correction: TalkCorrection, talk: Talk, *, by: Account, reason: str) -> None:
    """Close a correction as not taken, with the reason the member is owed; raise `BadInput` without one."""
    words = _to_answer(correction, talk, by)
    reason = _checked(reason, "answer", _("Say why it is not taken: the member is owed the reason."))
    _answer(correction, talk, words | {"answer": reason}, CorrectionState.DECLINED, by)


def of(talk: Talk, *, reader: Account) -> list[Correction]:
    """Return the corrections to a record, the earliest first, opened as far as `reader` may and can."""
    if not may_read(talk, reader):
        return []
    rows = list(
        db.session.scalars(select(TalkCorrection).where(TalkCorrection.talk_id == talk.id).order_by(TalkCorrection.id))
    )
    words = opened([row.envelope_id for row in rows], reader=reader)
    found = []
    for row in rows:
        said = words.get(row.envelope_id, {})
        found.append(Correction(row.id, row.state, row.written_on, said.get("wish", ""), said.get("answer", "")))
    return found


def find(correction_id: int | None, talk: Talk) -> TalkCorrection:
    """Return a correction to `talk`; raise `NotFound`."""
    found = db.session.get(TalkCorrection, correction_id) if correction_id is not None else None
    if found is None or found.talk_id != talk.id:
        raise NotFound(_("There is no such correction."))
    return found


def _check_member(talk: Talk, by: Account) -> None:
    filing.lock(talk)
    if not is_shown(talk, by):
        raise NotFound(_("The record of this talk has not been opened to you."))
    if talk.filed_on is not None:
        raise DomainError(_("This record is filed and stays as it is. You can still read it."))


def _to_answer(correction: TalkCorrection, talk: Talk, by: Account) -> dict[str, Any]:
    filing.lock(talk)
    if not may_write(talk, by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may answer."))
    if correction.state is not CorrectionState.OPEN:
        raise Stale(_("This correction has been answered already."))
    words: dict[str, Any] = json.loads(envelopes.take(correction.envelope_id, reader=by))
    return words


def _answer(correction: TalkCorrection, talk: Talk, words: dict[str, Any], state: CorrectionState, by: Account) -> None:
    envelopes.replace(correction.envelope_id, packed(words))
    correction.state = state
    audit.note(f"talk.correction.{state.value}", talk, by=by)


def _checked(text: str, field: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise BadInput(missing, field=field)
    if len(text) > WISH:
        raise BadInput(
            _("%(count)s characters are too many; up to %(most)s fit.", count=len(text), most=WISH), field=field
        )
    return text


def _set(talk: Talk, **dates: date | None) -> None:
    """Change days without a new revision: the text is the same, and whoever is amending it need not start anew."""
    db.session.execute(update(Talk).where(Talk.id == talk.id).values(**dates))
    db.session.refresh(talk)


def _texts(talk: Talk) -> int:
    """Count the texts a record has had: one more after each amendment."""
    return db.session.scalar(select(func.count()).where(TalkRevision.talk_id == talk.id)) or 0


def _count(talk: Talk, state: CorrectionState) -> int:
    rows = select(func.count()).where(TalkCorrection.talk_id == talk.id, TalkCorrection.state == state)
    return db.session.scalar(rows) or 0
