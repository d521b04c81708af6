"""Replies: drafted by one person, let out by another, and never changed in place once they are out.

A change to a published reply is a new draft; when it is let out, it takes the place of the one before.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update

from concerns import secrecy
from concerns.curation import hold
from concerns.models import Board, Concern, Reply
from concerns.secrecy import Finding
from core import audit, calendar, clock
from core.audit import AuditEntry
from core.calendar import Own
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound, Stale
from core.i18n import _
from core.terms import ReplyClass, ReplyOutcome, ReplyState
from interviews import days_off
from members import rules
from members.models import Account, Organisation
from text import dates

SAID, DID, REASON = 300, 1000, 500
OPEN = (ReplyState.DRAFT, ReplyState.WAITING)
CLOCKS = {
    ReplyClass.ORDINARY: "reply.ordinary_days",
    ReplyClass.URGENT: "reply.urgent_days",
    ReplyClass.SPECIAL: "reply.special_days",
    ReplyClass.OUT_OF_SCOPE: "reply.out_of_scope_days",
}
DRAFTED, CHANGED = "reply.draft", "reply.change"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a reply says: what people said, what was done or why not, and how far it is settled."""

    said: str
    did: str
    outcome: ReplyOutcome


@dataclass(frozen=True, slots=True)
class Waiting:
    """A concern a person took up and nobody has answered yet; `state` is that of its draft, None without one."""

    concern_id: int
    investigation_id: int
    label: str
    due_on: date | None
    overdue: bool
    state: ReplyState | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The replies to one concern: what is out, what is being written, and what was out before, newest first."""

    published: Reply | None
    first_on: date | None  # when the concern was first answered
    open: Reply | None
    past: tuple[Reply, ...]
    due_on: date | None
    overdue: bool


def reply(reply_id: int, *, within: Organisation) -> Reply:
    """Return a reply; raise `NotFound`."""
    found = db.session.scalar(select(Reply).where(Reply.id == reply_id, Reply.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such reply in your organisation."))
    return found


def standing(concern: Concern, *, within: Organisation) -> Standing:
    """Return the replies to a concern, and to those merged into it."""
    rows = db.session.scalars(
        select(Reply)
        .where(Reply.concern_id.in_(family(concern)), Reply.organisation_id == within.id)
        .order_by(Reply.id.desc())
    ).all()
    published = next((row for row in rows if row.state is ReplyState.PUBLISHED), None)
    out = [row.published_on for row in rows if row.published_on is not None]
    due = due_on(concern, within=within)
    return Standing(
        published=published,
        first_on=min(out, default=None),
        open=next((row for row in rows if row.state in OPEN), None),
        past=tuple(row for row in rows if row.state is ReplyState.WITHDRAWN),
        due_on=due,
        overdue=not out and due is not None and due < clock.today(),
    )


def family(concern: Concern) -> list[int]:
    """Return the number of a concern and of those merged into it, so that a merging loses no reply."""
    found, fresh = [concern.id], [concern.id]
    while fresh:
        fresh = list(db.session.scalars(select(Concern.id).where(Concern.merged_into_id.in_(fresh))))
        fresh = [number for number in fresh if number not in found]
        found += fresh
    return found


def check(row: Reply, *, within: Organisation) -> tuple[Finding, ...]:
    """Return what of a reply could tell who spoke, as things stand now."""
    return secrecy.check(row.said, row.did, family(row.concern), within=within)


def writers(row: Reply) -> set[int]:
    """Return the accounts that wrote any of a reply's words."""
    about = (
        AuditEntry.organisation_id == row.organisation_id,
        AuditEntry.thing == "reply",
        AuditEntry.thing_id == str(row.id),
    )
    # A number may have been that of a draft thrown away before: only what was written since this one was begun.
    begun = select(func.max(AuditEntry.id)).where(*about, AuditEntry.action == DRAFTED).scalar_subquery()
    wrote = select(AuditEntry.account_id).where(
        *about,
        AuditEntry.id >= begun,
        AuditEntry.action.in_((DRAFTED, CHANGED)),
        AuditEntry.account_id.is_not(None),
    )
    return {row.drafted_by, *(number for number in db.session.scalars(wrote) if number is not None)}


def may_approve(row: Reply, account: Account) -> bool:
    """Say whether `account` is a second person: neither an account nor a member that wrote any of the words."""
    wrote = db.session.execute(select(Account.id, Account.member_id).where(Account.id.in_(writers(row)))).all()
    people = {member_id for _id, member_id in wrote if member_id is not None}
    return account.id not in {number for number, _member in wrote} and account.member_id not in people


# --- writing ----------------------------------------------------------------------------------------------------


def draft(concern: Concern, wording: Wording, *, by: Account) -> Reply:
    """Begin a reply; from then on the machine leaves the concern standing; raise `BadInput` or `DomainError`."""
    _check(wording, within=by.organisation)
    hold(concern.investigation_id)
    begun = select(Reply.id).where(Reply.concern_id.in_(family(concern)), Reply.state.in_(OPEN)).limit(1)
    if db.session.scalar(begun) is not None:
        raise DomainError(_("A reply to this concern is being written already. Go on with that one."))
    made = Reply(
        organisation_id=concern.organisation_id,
        concern_id=concern.id,
        said=wording.said.strip(),
        did=wording.did.strip(),
        outcome=wording.outcome,
        drafted_by=by.id,
        returned="",
        drafted_on=clock.today(),
    )
    db.session.add(made)
    concern.curated = True
    audit.note(DRAFTED, made, by=by)
    return made


def change(row: Reply, wording: Wording, *, seen: int, by: Account) -> None:
    """Change the words of a draft; one that waited for a second person is a draft again; raise `Stale`, `BadInput`."""
    _check(wording, within=by.organisation)
    _still(row, seen, *OPEN)
    row.said, row.did, row.outcome = wording.said.strip(), wording.did.strip(), wording.outcome
    row.state, row.drafted_by, row.drafted_on = ReplyState.DRAFT, by.id, clock.today()
    audit.note(CHANGED, row, by=by)


def hand_in(row: Reply, *, seen: int, by: Account) -> None:
    """Ask a second person to let a draft out; raise `BadInput` while words in it certainly point at somebody."""
    _still(row, seen, ReplyState.DRAFT)
    _nothing_blocks(check(row, within=by.organisation))
    row.state, row.returned = ReplyState.WAITING, ""
    audit.note("reply.hand_in", row, by=by)


def discard(row: Reply, *, seen: int, by: Account) -> None:
    """Throw a draft away; raise `Stale`, `DomainError` for one that was out."""
    _still(row, seen, *OPEN)
    audit.note("reply.discard", row, by=by)
    db.session.delete(row)
    db.session.flush()


# --- letting out ------------------------------------------------------------------------------------------------


def send_back(row: Reply, reason: str, *, seen: int, by: Account) -> None:
    """Give a reply that waits back to be written anew, with a reason; raise `Stale`, `BadInput`."""
    _still(row, seen, ReplyState.WAITING)
    row.returned = _reason(reason, _("Say what should be written otherwise."))
    row.state = ReplyState.DRAFT
    audit.note("reply.send_back", row, by=by)


def approve(row: Reply, ticked: Collection[str], *, seen: int, by: Account) -> None:
    """Let a reply out onto the board, in place of the one before; `ticked` are the keys of the warnings looked at.

    Raises `NotAllowed` for whoever wrote any of its words, `Stale` when it is not the one that was read, `BadInput`
    when words in it certainly point at somebody, or a warning was not ticked.
    """
    if not may_approve(row, by):
        raise NotAllowed(_("You wrote words of this reply: a second person has to let it out."))
    _still(row, seen, ReplyState.WAITING)
    found = check(row, within=by.organisation)
    _nothing_blocks(found)
    if any(one.key not in ticked for one in found if not one.blocks):
        raise BadInput(_("Please look at each warning and tick it, or send the reply back."), field="ticked")
    today = clock.today()
    db.session.execute(
        update(Reply)
        .where(Reply.concern_id.in_(family(row.concern)), Reply.state == ReplyState.PUBLISHED, Reply.id != row.id)
        .values(state=ReplyState.WITHDRAWN, withdrawn_on=today, revision=Reply.revision + 1)
        .execution_options(synchronize_session="fetch")
    )
    row.state, row.approved_by, row.published_on = ReplyState.PUBLISHED, by.id, today
    _board_changed(row.organisation_id)
    audit.note("reply.approve", row, by=by)


def withdraw(row: Reply, reason: str, *, seen: int, by: Account) -> None:
    """Take a reply off the board, with a reason kept for the organisation; raise `Stale`, `BadInput`."""
    _still(row, seen, ReplyState.PUBLISHED)
    row.returned = _reason(reason, _("Say why it comes off the board."))
    row.state, row.withdrawn_on = ReplyState.WITHDRAWN, clock.today()
    _board_changed(row.organisation_id)
    audit.note("reply.withdraw", row, by=by)


# --- the clock --------------------------------------------------------------------------------------------------


def classify(concern: Concern, reply_class: ReplyClass, *, by: Account) -> None:
    """Say how soon a concern must be answered."""
    hold(concern.investigation_id)
    if concern.reply_class is not reply_class:
        concern.reply_class = reply_class
        audit.note("concern.classify", concern, by=by)


def due_on(concern: Concern, *, within: Organisation, own: Own | None = None) -> date | None:
    """Return the day by which a concern must be answered, in working days since it was raised; None if unknown."""
    if concern.raised_on is None:
        return None
    known = days_off.own(within) if own is None else own
    return calendar.add_workdays(concern.raised_on, rules.value(within, CLOCKS[concern.reply_class]), known)


def waiting(within: Organisation) -> list[Waiting]:
    """Return the concerns a person took up that were never answered, the most pressing first."""
    answered = select(Reply.concern_id).where(
        Reply.organisation_id == within.id, Reply.state.in_((ReplyState.PUBLISHED, ReplyState.WITHDRAWN))
    )
    rows = db.session.scalars(
        select(Concern).where(
            Concern.organisation_id == within.id,
            Concern.curated,
            Concern.hidden.is_(False),
            Concern.merged_into_id.is_(None),
            Concern.id.not_in(answered),
        )
    ).all()
    states = _open_states(within)
    own, today = days_off.own(within), clock.today()
    found = []
    for row in rows:
        due = due_on(row, within=within, own=own)
        late = due is not None and due < today
        found.append(Waiting(row.id, row.investigation_id, row.label, due, late, states.get(row.id)))
    return sorted(found, key=lambda one: (one.due_on or date.max, one.label, one.concern_id))


def to_approve(by: Account) -> list[Reply]:
    """Return the replies that wait for a second person and may be let out by `by`, the oldest first."""
    rows = db.session.scalars(
        select(Reply)
        .where(Reply.organisation_id == by.organisation_id, Reply.state == ReplyState.WAITING)
        .order_by(Reply.drafted_on, Reply.id)
    )
    return [row for row in rows if may_approve(row, by)]


def _open_states(within: Organisation) -> dict[int, ReplyState]:
    rows = db.session.execute(
        select(Reply.concern_id, Reply.state).where(Reply.organisation_id == within.id, Reply.state.in_(OPEN))
    ).all()
    return dict(rows)


# --- checks -----------------------------------------------------------------------------------------------------


def _check(wording: Wording, *, within: Organisation) -> None:
    said, did = wording.said.strip(), wording.did.strip()
    if not said:
        raise BadInput(_("Write what people said, in your own words."), field="said")
    if not did:
        raise BadInput(_("Write what was done, or why it cannot be done."), field="did")
    for field, words, most in (("said", said, SAID), ("did", did, DID)):
        if len(words) > most:
            raise BadInput(_("At most %(number)s characters, please.", number=most), field=field)
    if wording.outcome is ReplyOutcome.PLANNED:
        named = dates.find(did, clock.today(), days_off.own(within))
        if not any(one.day is not None for one in named):
            raise BadInput(_("Say until when it will be done: name a day that is still to come."), field="did")


def _still(row: Reply, seen: int, *states: ReplyState) -> None:
    """Go on only if the reply is still what the page showed."""
    hold(row.concern.investigation_id)
    db.session.refresh(row)
    if row.state not in states or row.revision != seen:
        raise Stale(_("Somebody changed this reply meanwhile; nothing was overwritten. Look at it as it stands now."))


def _nothing_blocks(found: Iterable[Finding]) -> None:
    blocked = [one for one in found if one.blocks]
    if blocked:
        words = _(", ").join(f"“{one.text}” ({one.words})" for one in blocked)
        raise BadInput(
            _("This could tell who is meant, so it cannot go out: %(words)s. Write it otherwise.", words=words),
            field=blocked[0].field,
        )


def _reason(reason: str, wanted: object) -> str:
    if not reason.strip():
        raise BadInput(wanted, field="reason")
    if len(reason) > REASON:
        raise BadInput(_("At most %(number)s characters, please.", number=REASON), field="reason")
    return reason.strip()


def _board_changed(organisation_id: int) -> None:
    db.session.flush()
    board = db.session.get(Board, organisation_id)
    if board is not None:
        board.changed_on = clock.today()
    db.session.flush()
