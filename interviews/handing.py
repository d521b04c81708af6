"""Pass "interviewer only" notes on to a successor: by whoever held the talk or wrote it down, one tick each."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from core import audit
from core.access import GRANTS, Permission
from core.db import db
from core.errors import BadInput, NotAllowed
from core.i18n import _
from core.terms import TalkState, Visibility
from interviews.models import FollowUp, Talk, TalkCorrection, TalkReader, TalkRevision, TalkScan
from interviews.queries.readers import is_own
from members.models import Account
from vault import envelopes, keys
from vault.errors import Locked, NotHanded
from vault.models import ReaderKey

TAKERS = tuple(role for role, rights in GRANTS.items() if Permission.RECORD_TALKS in rights)
# What hangs on a talk and is sealed apart from its notes.
ATTACHED = (TalkRevision, FollowUp, TalkScan, TalkCorrection)


@dataclass(frozen=True, slots=True)
class HandingLine:
    """One talk its interviewer may pass on, and the names of those it was passed on to already."""

    id: int
    held_on: date
    member: str
    occasion: str
    readers: tuple[str, ...]


def offered(giver: Account) -> list[HandingLine]:
    """Return the recorded "interviewer only" talks that `giver` held or wrote down, newest first."""
    own = [Talk.created_by == giver.id]
    if giver.member_id is not None:
        own.append(Talk.interviewer_id == giver.member_id)
    rows = db.session.scalars(
        select(Talk)
        .where(
            Talk.organisation_id == giver.organisation_id,
            Talk.state == TalkState.RECORDED,
            Talk.visibility == Visibility.INTERVIEWER,
            or_(*own),
        )
        .order_by(Talk.held_on.desc(), Talk.id.desc())
    ).all()
    named = _named([talk.id for talk in rows])
    return [
        HandingLine(talk.id, talk.held_on, talk.member.name, talk.occasion, tuple(named.get(talk.id, ())))
        for talk in rows
    ]


def successors(giver: Account) -> list[Account]:
    """Return the accounts notes can be passed on to: open, allowed to keep talks, and with a key of their own."""
    rows = (
        select(Account)
        .join(ReaderKey, (ReaderKey.account_id == Account.id) & ReaderKey.retired_on.is_(None))
        .where(
            Account.organisation_id == giver.organisation_id,
            Account.active,
            Account.role.in_(TAKERS),
            Account.id != giver.id,
        )
    )
    return list(db.session.scalars(rows.order_by(Account.name, Account.id)))


def pass_on(talk_ids: Sequence[int], *, to: Account, by: Account) -> int:
    """Let `to` read the notes of these talks, with their earlier texts and promises; return how many are new to him.

    Only whoever held a talk or wrote it down can: `by` opens each with his own key. All or none is passed on.
    Raises `Locked`, `NotAllowed`, `BadInput`.
    """
    if by.keyring is None:
        raise Locked()
    if to.id not in {one.id for one in successors(by)}:
        raise BadInput(_("Notes cannot be passed on to this account."), field="to")
    talks = db.session.scalars(
        select(Talk).where(Talk.id.in_(talk_ids), Talk.organisation_id == by.organisation_id).order_by(Talk.id)
    ).all()
    if len(talks) < len(set(talk_ids)):
        raise BadInput(_("There is no such talk in your organisation."), field="talks")
    for talk in talks:
        _check(talk, to=to, by=by)
    return sum(_pass_on(talk, to=to, by=by) for talk in talks)


def _check(talk: Talk, *, to: Account, by: Account) -> None:
    if not is_own(talk, by):
        raise NotAllowed(_("Only who held a talk or wrote it down can pass its notes on."))
    if talk.visibility is not Visibility.INTERVIEWER:
        raise BadInput(_("These notes are open to more than the interviewer already."), field="talks")
    if to.member_id is not None and to.member_id == talk.member_id:
        raise BadInput(
            _("The talk with %(name)s cannot be passed on to %(name)s.", name=talk.member.name), field="talks"
        )


def _pass_on(talk: Talk, *, to: Account, by: Account) -> bool:
    if db.session.get(TalkReader, (talk.id, to.id)) is not None:
        return False
    key = keys.own(to)
    if talk.envelope_id is not None and key is not None:
        envelopes.widen(talk.envelope_id, to=[key], reader=by)
        for envelope_id in _attached(talk):
            with suppress(NotHanded):  # a text of before `by` could read it stays as it was
                envelopes.widen(envelope_id, to=[key], reader=by)
    db.session.add(TalkReader(talk_id=talk.id, account_id=to.id))
    audit.note(f"talk.pass_on to {to.id}", talk, by=by)
    return True


def _attached(talk: Talk) -> list[int]:
    found: list[int] = []
    for kind in ATTACHED:
        rows = select(kind.envelope_id).where(kind.talk_id == talk.id, kind.envelope_id.is_not(None))
        found += db.session.scalars(rows)
    return found


def _named(talk_ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for at in range(0, len(talk_ids), 500):
        rows = db.session.execute(
            select(TalkReader.talk_id, Account.name)
            .join(Account, Account.id == TalkReader.account_id)
            .join(Talk, Talk.id == TalkReader.talk_id)
            # Whoever the talk was held with may have been let in to correct it: that is no passing on.
            .where(
                TalkReader.talk_id.in_(talk_ids[at : at + 500]), func.coalesce(Account.member_id, 0) != Talk.member_id
            )
            .order_by(Account.name)
        )
        for talk_id, name in rows:
            found.setdefault(talk_id, []).append(name)
    return found
