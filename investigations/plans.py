"""What can be done with an investigation: plan it, revise it, close it."""

from dataclasses import asdict, dataclass
from datetime import date

from core import audit
from core.clock import now
from core.db import db
from core.errors import DomainError, Stale
from core.i18n import _
from core.terms import InvestigationState
from investigations.models import Investigation
from members.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class Plan:
    """Why and with what we ask; the three clarities (三个明确) are texts the secretary writes."""

    title: str
    purpose: str
    starts_on: date
    ends_on: date
    guiding_idea: str = ""
    arrangement: str = ""
    emphasis: str = ""
    population: str = ""
    population_size: int | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The secretary's own parts of the report."""

    findings: str = ""
    causes: str = ""
    proposals: str = ""


def begin(plan: Plan, *, within: Organisation, by: Account | None) -> Investigation:
    """Start an investigation; raise `DomainError` when its dates are the wrong way round."""
    _check(plan)
    row = Investigation(organisation_id=within.id, created_at=now(), **asdict(plan))
    db.session.add(row)
    _note("begin", row, by)
    return row


def revise(row: Investigation, change: Plan | Wording, *, based_on: int, by: Account) -> None:
    """Change the plan or the wording; raise `Stale` when somebody else changed it since `based_on`."""
    if isinstance(change, Plan):
        _check(change)
    if row.revision != based_on:
        raise Stale(
            _(
                "Somebody else changed this while you were writing. "
                "Your text is still in the form; compare and save again."
            )
        )
    for name, value in asdict(change).items():
        setattr(row, name, value)
    _note("revise", row, by)


def close(row: Investigation, *, by: Account) -> None:
    """Close an investigation: it stays readable, and can be opened again."""
    row.state = InvestigationState.CLOSED
    _note("close", row, by)


def reopen(row: Investigation, *, by: Account) -> None:
    """Open a closed investigation again."""
    row.state = InvestigationState.OPEN
    _note("reopen", row, by)


def clarities_missing(row: Investigation) -> list[str]:
    """Return the clarities that have no text yet: a plan is ready when there are none."""
    parts = {
        _("Guiding idea and goals"): row.guiding_idea,
        _("Arrangement, method and steps"): row.arrangement,
        _("Emphasis of the superior organisation"): row.emphasis,
    }
    return [name for name, text in parts.items() if not text.strip()]


def _check(plan: Plan) -> None:
    if plan.ends_on < plan.starts_on:
        raise DomainError(_("The last day lies before the first day."), field="ends_on")


def _note(action: str, row: Investigation, by: Account | None) -> None:
    if by is not None:
        audit.note(action, row, by=by)
