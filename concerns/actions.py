"""Actions: what is done about a concern, by whom and until when, and what came of it."""

from dataclasses import asdict, dataclass
from datetime import date

from concerns.curation import hold
from concerns.models import Action, Concern
from core import audit
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _
from core.terms import ActionState
from members.models import Account


@dataclass(frozen=True, slots=True)
class Plan:
    """One measure with its one owner; `outcome` is the evidence, or the reason why it cannot be done."""

    measure: str
    owner: str
    due_on: date | None = None
    state: ActionState = ActionState.NOT_STARTED
    outcome: str = ""


def add(concern: Concern, plan: Plan, *, by: Account | None) -> Action:
    """Decide on an action; from then on the machine leaves the concern standing; raise `BadInput`."""
    _check(plan)
    hold(concern.investigation_id)
    action = Action(organisation_id=concern.organisation_id, concern_id=concern.id, **asdict(plan))
    db.session.add(action)
    concern.curated = True
    _note("add", action, by)
    return action


def change(action: Action, plan: Plan, *, seen: int, by: Account) -> None:
    """Change an action or say what came of it; raise `Stale` or `BadInput`."""
    _check(plan)
    hold(action.concern.investigation_id)
    db.session.refresh(action)
    if action.revision != seen:
        raise Stale(
            _(
                "Somebody else changed this action while you were writing. "
                "Your text is still in the form; compare and save again."
            )
        )
    for name, value in asdict(plan).items():
        setattr(action, name, value)
    _note("change", action, by)


def _check(plan: Plan) -> None:
    if not plan.measure.strip():
        raise BadInput(_("Write what is to be done."), field="measure")
    if not plan.owner.strip():
        raise BadInput(_("Name one person or office that answers for it."), field="owner")
    if plan.state is ActionState.DONE and not plan.outcome.strip():
        raise BadInput(_("Write what was done and how one can see it, then mark it as done."), field="outcome")
    if plan.state is ActionState.CANNOT and not plan.outcome.strip():
        raise BadInput(_("Write why it cannot be done for now."), field="outcome")
    if plan.state is ActionState.CANNOT and plan.due_on is None:
        raise BadInput(_("Say when you will look at it again."), field="due_on")


def _note(step: str, action: Action, by: Account | None) -> None:
    db.session.flush()
    if by is not None:
        audit.note(step, action, by=by)
