"""A row of the ledger as it is shown: its columns, what they are called, and each cell in words."""

from dataclasses import dataclass
from datetime import date

from core.i18n import _, lazy, short_day
from core.terms import ActionState, OrganisationKind, SourceKind, Term
from members.models import Organisation


class View(Term):
    """Which columns of the ledger are shown, and in which order its rows stand."""

    ALL = "all", lazy("Whole ledger")
    PROBLEMS = "problems", lazy("List of problems")
    OWNERS = "owners", lazy("List of duties")
    TASKS = "tasks", lazy("List of tasks")


class Standing(Term):
    """Which rows are shown: by their state, or by what the calendar makes of it."""

    OPEN = "open", lazy("Not yet done")
    LATE = "late", lazy("Overdue")
    SOON = "soon", lazy("Due within a week")
    CHECK = "check", lazy("To be checked")
    REVIEW = "review", lazy("To be looked at again")
    CLOSED = "closed", lazy("Checked and closed")
    CANNOT = "cannot", lazy("Cannot be done for now")


ALL_COLUMNS = (
    *("number", "problem", "source", "category", "measure", "unit", "owner", "due", "state", "evidence", "checker"),
    *("closed", "note", "outcome", "reason", "review"),
)
# What the page shows of the whole ledger; the other columns stand small under these.
ON_SCREEN = ("number", "problem", "measure", "owner", "due", "state", "outcome")
COLUMNS: dict[View, tuple[str, ...]] = {
    View.ALL: ALL_COLUMNS,
    View.PROBLEMS: ("number", "problem", "source", "category", "state"),
    View.OWNERS: ("owner", "unit", "number", "problem", "measure", "due", "state", "checker"),
    View.TASKS: ("due", "number", "measure", "owner", "unit", "state", "outcome"),
}
TITLES = {
    "number": lazy("Number"),
    "problem": lazy("Problem"),
    "source": lazy("Source"),
    "category": lazy("Category"),
    "measure": lazy("Measure"),
    "unit": lazy("Unit responsible"),
    "owner": lazy("Person responsible"),
    "due": lazy("To be done by"),
    "state": lazy("Progress"),
    "evidence": lazy("Evidence"),
    "checker": lazy("Checker"),
    "closed": lazy("Closed on"),
    "note": lazy("Further remarks"),
    "outcome": lazy("What has been done"),
    "reason": lazy("Why it cannot be done for now"),
    "review": lazy("Looked at again on"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the ledger as it is shown, `problem` and `source` without names.

    `sources` are the kinds of source its concern comes from; `source`, where not empty, is told instead of them.
    """

    id: int
    number: str
    concern_id: int
    investigation_id: int
    concern: str
    problem: str
    source: str
    sources: tuple[SourceKind, ...]
    category: str
    measure: str
    unit: str
    owner: str
    owner_id: int | None
    checker: str
    due_on: date | None
    due_working_days: int | None
    state: ActionState
    outcome: str
    evidence: str
    reason: str
    review_on: date | None
    closed_on: date | None
    note: str
    late: bool
    soon: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What an organisation calls the ledger, its columns and its states: a Party branch puts things right."""

    within: Organisation

    @property
    def ledger(self) -> str:
        """Return what the ledger is called."""
        return _("Rectification ledger") if self._party else _("Action ledger")

    def title(self, column: str) -> str:
        """Return the heading of a column."""
        return _("Rectification measure") if column == "measure" and self._party else str(TITLES[column])

    def state(self, state: ActionState) -> str:
        """Return what a state is called."""
        return _("Being put right") if state is ActionState.UNDER_WAY and self._party else str(state.label)

    def told(self, line: Line, column: str) -> str:
        """Return one cell as text."""
        match column:
            case "source":
                return line.source or _(", ").join(str(kind.label) for kind in line.sources)
            case "due" if line.due_on and line.due_working_days:
                days = _("%(count)s working days", count=line.due_working_days)
                return _("%(day)s (%(how)s)", day=short_day(line.due_on), how=days)
            case "due":
                return short_day(line.due_on)
            case "state":
                words = self.state(line.state)
                return _("%(state)s (overdue)", state=words) if line.late else words
            case "closed":
                return short_day(line.closed_on)
            case "review":
                return short_day(line.review_on) if line.state is ActionState.CANNOT else ""
            case "reason":
                return line.reason if line.state is ActionState.CANNOT else ""
        return str(getattr(line, column))

    @property
    def _party(self) -> bool:
        return self.within.kind is OrganisationKind.PARTY_BRANCH
