"""Promises made in a talk: kept, refused with a reason, reopened."""

from core import audit, clock
from core.errors import BadInput, DomainError, NotAllowed
from core.i18n import _
from core.terms import FollowUpState
from interviews import sealing
from interviews.models import FollowUp, Talk
from interviews.queries.readers import may_read
from interviews.talks import Promise
from members.models import Account

OUTCOME = 500


def keep(follow_up: FollowUp, *, by: Account, outcome: str = "") -> None:
    """Write down that a promise was kept, and how; doing so twice changes nothing."""
    _check_may_settle(follow_up, by)
    if follow_up.state is FollowUpState.REFUSED:
        raise DomainError(_("This promise was closed as impossible; reopen it first."))
    if follow_up.state is FollowUpState.OPEN:
        _settle(follow_up, FollowUpState.KEPT, outcome, by)


def refuse(follow_up: FollowUp, *, by: Account, reason: str) -> None:
    """Write down that a promise cannot be kept and why; raise `BadInput` without a reason."""
    _check_may_settle(follow_up, by)
    if not reason.strip():
        raise BadInput(_("Say why it cannot be done: the member is owed the reason."), field="outcome")
    if follow_up.state is FollowUpState.KEPT:
        raise DomainError(_("This promise was kept already; reopen it first."))
    if follow_up.state is FollowUpState.OPEN:
        _settle(follow_up, FollowUpState.REFUSED, reason, by)


def reopen(follow_up: FollowUp, *, by: Account) -> None:
    """Take a kept or refused promise up again; what was written about it stays readable."""
    _check_may_settle(follow_up, by)
    if follow_up.state is not FollowUpState.OPEN:
        follow_up.state = FollowUpState.OPEN
        audit.note("follow_up.reopen", follow_up, by=by)


def give(
    talk: Talk, promise: Promise, *, state: FollowUpState = FollowUpState.OPEN, outcome: str = "", by: Account
) -> FollowUp:
    """Write down a promise beside those of a recorded talk, with what has become of it already."""
    row = FollowUp(owner_id=promise.owner_id, due_on=promise.due_on, state=state)
    row.settled_on = None if state is FollowUpState.OPEN else clock.today()
    talk.follow_ups.append(row)
    sealing.put_promise(row, talk, promise=promise.text, outcome=outcome)
    audit.note("follow_up.give", row, by=by)
    return row


def _settle(follow_up: FollowUp, state: FollowUpState, words: str, by: Account) -> None:
    text = words.strip()
    if len(text) > OUTCOME:
        raise BadInput(
            _("%(count)s characters are too many; up to %(most)s fit.", count=len(text), most=OUTCOME), field="outcome"
        )
    if text or follow_up.settled_on is not None or follow_up.envelope_id is None:
        promise, _before = sealing.promise_words(follow_up, reader=by)
        sealing.put_promise(follow_up, follow_up.talk, promise=promise, outcome=text)
    follow_up.state, follow_up.settled_on = state, clock.today()
    audit.note(f"follow_up.{state.value}", follow_up, by=by)


def _check_may_settle(follow_up: FollowUp, by: Account) -> None:
    owns = follow_up.owner_id is not None and follow_up.owner_id == by.member_id
    if not owns and not may_read(follow_up.talk, by):
        raise NotAllowed(_("Only the owner of a promise, or who may read the talk, may close it."))
