"""Actions: what is done about a concern, by whom and until when, and what came of it.

The secretary decides; whoever answers for an action reports on it; somebody else checks it and closes it.
"""

from dataclasses import dataclass, fields, replace
from datetime import date

from sqlalchemy import String, select

from concerns.curation import hold
from concerns.models import Action, Concern
from core import audit, calendar, clock
from core.db import db
from core.errors import BadInput, NotAllowed, Stale
from core.i18n import _
from core.terms import ActionState, Role
from interviews import days_off
from interviews.people import People, called
from members.models import Account, Member, Organisation

OPEN = (ActionState.NOT_STARTED, ActionState.UNDER_WAY)
REPORTED = (*OPEN, ActionState.DONE)
PREFIX = "ZG"
LONGEST = 1000  # working days
NOTE = 500
# What of a plan is written into an action as it stands.
WRITTEN = ("problem", "source", "measure", "unit", "state", "outcome", "evidence", "reason", "review_on", "note")

LENGTHS: dict[str, int] = {
    name: getattr(Action, name).type.length
    for name in ("number", *WRITTEN, "owner", "checker")
    if isinstance(getattr(Action, name).type, String)
} | {"category": Concern.category.type.length}


@dataclass(frozen=True, slots=True)
class Plan:
    """One measure with its one owner, and how far it has come.

    `owner` and `checker` name somebody on the roster or an office. `due_working_days` is counted from today and makes
    `due_on`. An empty `number` becomes the next free one; `category` is the concern's, None leaves it as it is. Without
    `source` the concern's passages tell where the problem comes from.
    """

    measure: str
    owner: str
    due_on: date | None = None
    state: ActionState = ActionState.NOT_STARTED
    outcome: str = ""
    due_working_days: int | None = None
    number: str = ""
    problem: str = ""
    source: str = ""
    category: str | None = None
    unit: str = ""
    checker: str = ""
    evidence: str = ""
    reason: str = ""
    review_on: date | None = None
    closed_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What the owner of an action reports: how far it has come, and how one can see it."""

    state: ActionState
    outcome: str = ""
    evidence: str = ""


class Registers:
    """What rows are written with, read once for many of them: the roster, the days worked, the numbers taken.

    The organisation's numbers are held until the transaction ends, so that none is given twice.
    """

    def __init__(self, within: Organisation) -> None:
        self.within, self.people, self.own = within, People(within), days_off.own(within)
        # Numbers are the organisation's, while investigations are held one by one.
        db.session.execute(select(Organisation.id).where(Organisation.id == within.id).with_for_update(key_share=True))
        rows = db.session.execute(select(Action.id, Action.number).where(Action.organisation_id == within.id))
        self._taken: dict[str, int | None] = {number: row_id for row_id, number in rows if number}

    def number(self, wanted: str, action: Action) -> str:
        """Return the number of a row: the one wanted, else its own, else the next of this year; raise `BadInput`."""
        own = action.number or ""
        if wanted not in ("", own) and wanted in self._taken:
            raise BadInput(_("There is another row with the number %(number)s.", number=wanted), field="number")
        number = wanted or own or self._next()
        self._taken[number] = action.id
        return number

    def _next(self) -> str:
        start = f"{PREFIX}-{clock.today().year}-"
        ends = [number.removeprefix(start) for number in self._taken if number.startswith(start)]
        return f"{start}{max((int(end) for end in ends if end.isdecimal()), default=0) + 1:03d}"


def add(concern: Concern, plan: Plan, *, by: Account | None) -> Action:
    """Decide on an action; from then on the machine leaves the concern standing; raise `BadInput`."""
    hold(concern.investigation_id)
    return put(concern, plan, Registers(db.session.get_one(Organisation, concern.organisation_id)), by=by)


def put(concern: Concern, plan: Plan, registers: Registers, *, by: Account | None, brought: bool = False) -> Action:
    """Write a new action while the investigation is held; raise `BadInput`.

    What is `brought` in a file was closed by whoever the file says, if it says.
    """
    plan = examined(plan)
    action = Action(organisation_id=concern.organisation_id, concern_id=concern.id)
    _fill(action, plan, registers, None if brought else by, counted=not brought)
    action.concern = concern
    db.session.add(action)
    _sort_under(concern, plan.category)
    concern.curated = True
    _note("add", action, by)
    return action


def change(action: Action, plan: Plan, *, seen: int, by: Account) -> None:
    """Change anything of an action; raise `Stale`, `BadInput`, or `NotAllowed` for anybody but the secretary."""
    if not may_change(by):
        raise NotAllowed(_("Only the secretary changes the plan of an action. Its owner reports on it."))
    plan = examined(plan)
    _take(action, seen)
    _fill(action, plan, Registers(by.organisation), by)
    _sort_under(action.concern, plan.category)
    _note("change", action, by)


def report(action: Action, told: Report, *, seen: int, by: Account) -> None:
    """Say how far an action has come, as its owner; raise `Stale`, `BadInput` or `NotAllowed`."""
    if not may_report(action, by):
        raise NotAllowed(_("Only its owner reports on an action, and only while it is not closed."))
    if told.state not in REPORTED:
        raise BadInput(_("Choose how far it has come."), field="state")
    if told.state is ActionState.DONE and not (told.outcome.strip() or told.evidence.strip()):
        raise BadInput(_("Write what was done and how one can see it, then mark it as done."), field="outcome")
    _take(action, seen)
    action.state, action.outcome = told.state, told.outcome.strip()
    action.evidence = told.evidence.strip()
    _note("report", action, by)


def close(action: Action, *, evidence: str, seen: int, by: Account) -> None:
    """Check what was done and close the action; raise `Stale`, `BadInput` or `NotAllowed`."""
    _must_check(action, by)
    if not evidence.strip():
        raise _no_evidence()
    _take(action, seen)
    action.state, action.evidence, action.closed_on = ActionState.CLOSED, evidence.strip(), clock.today()
    action.checker = action.checker or _called(by)
    _note("close", action, by)


def send_back(action: Action, *, why: str, seen: int, by: Account) -> None:
    """Hand what was reported as done back to its owner, with the reason; raise `Stale`, `BadInput` or `NotAllowed`."""
    _must_check(action, by)
    if not why.strip():
        raise BadInput(_("Write what is missing, so that the owner knows."), field="why")
    _take(action, seen)
    line = _("%(day)s sent back: %(why)s", day=clock.today().isoformat(), why=why.strip())
    action.state = ActionState.UNDER_WAY
    action.note = "\n".join(part for part in (line, action.note) if part)[:NOTE]
    _note("send_back", action, by)


def remove(action: Action, *, seen: int, by: Account) -> None:
    """Take a row out that was never begun; raise `Stale`, `BadInput` or `NotAllowed`."""
    if not may_change(by):
        raise NotAllowed(_("Only the secretary changes the plan of an action. Its owner reports on it."))
    _take(action, seen)
    if action.state is not ActionState.NOT_STARTED:
        raise BadInput(_("Work on it has begun, so the row stays: close it, or write why it cannot be done."))
    audit.note("action.remove", action, by=by)
    db.session.delete(action)
    db.session.flush()


def may_change(by: Account) -> bool:
    """Say whether `by` may change everything of an action."""
    return by.role is Role.SECRETARY


def may_report(action: Action, by: Account) -> bool:
    """Say whether `by` answers for the action, or for everything, and there is still something to report."""
    if action.state not in REPORTED:
        return False
    return may_change(by) or (by.role is Role.COMMITTEE and _owns(action, by))


def may_check(action: Action, by: Account) -> bool:
    """Say whether `by` may close the action: reported as done, not his own, and he checks it or is the secretary."""
    if action.state is not ActionState.DONE or _owns(action, by):
        return False
    return may_change(by) or (by.role is Role.COMMITTEE and checks(action.checker, by))


def _must_check(action: Action, by: Account) -> None:
    if not may_check(action, by):
        raise NotAllowed(_("An action is closed by its checker or the secretary, never by its owner."))


def checks(checker: str, by: Account, people: People | None = None) -> bool:
    """Say whether a row's checker is the member of `by`; `people` saves reading the roster again."""
    if not checker or by.member_id is None:
        return False
    try:
        return (people or People(by.organisation)).find(checker).id == by.member_id
    except BadInput:
        return False  # an office, somebody from elsewhere, or a name that several bear


def somebody(text: str, people: People, *, field: str) -> Member | None:
    """Return who on the roster is named, None for an office; raise `BadInput` where several bear the name."""
    try:
        return people.find(text, field=field)
    except BadInput:
        squeezed = "".join(text.split()).casefold()
        if sum("".join(member.name.split()).casefold() == squeezed for member in people.all) > 1:
            raise
        return None


def _owns(action: Action, by: Account) -> bool:
    return by.member_id is not None and action.owner_id == by.member_id


def _no_evidence() -> BadInput:
    return BadInput(_("Write how one can see that it was done; without evidence nothing is closed."), field="evidence")


def examined(plan: Plan) -> Plan:
    """Return the plan without spaces around its texts; raise `BadInput` where it does not hold together."""
    texts = {field.name: getattr(plan, field.name) for field in fields(plan)}
    plan = replace(plan, **{name: text.strip() for name, text in texts.items() if type(text) is str})
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    for name, most in LENGTHS.items():
        if len(getattr(plan, name) or "") > most:
            raise BadInput(_("At most %(number)s characters, please.", number=most), field=name)
    if not plan.measure:
        raise BadInput(_("Write what is to be done."), field="measure")
    if not plan.owner:
        raise BadInput(_("Name one person or office that answers for it."), field="owner")
    if plan.due_working_days is not None and not 0 < plan.due_working_days <= LONGEST:
        raise BadInput(_("Give 1 to %(most)s working days.", most=LONGEST), field="due_working_days")
    if plan.state is ActionState.DONE and not (plan.outcome or plan.evidence):
        raise BadInput(_("Write what was done and how one can see it, then mark it as done."), field="outcome")
    if plan.state is ActionState.CLOSED and not plan.evidence:
        raise _no_evidence()
    if plan.state is ActionState.CANNOT and not plan.reason:
        raise BadInput(_("Write why it cannot be done for now."), field="reason")
    if plan.state is ActionState.CANNOT and plan.review_on is None:
        raise BadInput(_("Say when you will look at it again."), field="review_on")
    if plan.closed_on is not None and plan.closed_on > clock.today():
        raise BadInput(_("It cannot have been closed on a day to come."), field="closed_on")


def _take(action: Action, seen: int) -> None:
    """Let nobody else change the action meanwhile; raise `Stale` when somebody did since the page was opened."""
    hold(action.concern.investigation_id)
    db.session.refresh(action)
    if action.revision != seen:
        raise Stale(
            _(
                "Somebody else changed this action while you were writing. "
                "Your text is still in the form; compare and save again."
            )
        )


def _fill(action: Action, plan: Plan, registers: Registers, by: Account | None, *, counted: bool = True) -> None:
    """Write the plan into the action, nothing when it is refused; whoever closes it stands in for a checker."""
    said = not counted and plan.due_on is not None  # the day was counted when the row was first written
    due_on, days = (plan.due_on, plan.due_working_days) if said else _due(action, plan, registers.own)
    owner, checker = responsible(plan, registers.people)
    if plan.state is ActionState.CLOSED and by is not None and not plan.checker:
        if owner is not None and owner.id == by.member_id:
            raise BadInput(_("Name who checked it: nobody closes an action of his own."), field="checker")
        checker = _called(by)
    action.number = registers.number(plan.number, action)
    for name in WRITTEN:
        setattr(action, name, getattr(plan, name))
    action.due_on, action.due_working_days = due_on, days
    action.owner, action.owner_id = _named(owner, registers.people) or plan.owner, owner.id if owner else None
    action.checker = checker
    closed = plan.state is ActionState.CLOSED
    action.closed_on = (plan.closed_on or action.closed_on or clock.today()) if closed else None


def _sort_under(concern: Concern, category: str | None) -> None:
    if category is not None and category != concern.category:
        concern.category = category


def responsible(plan: Plan, people: People) -> tuple[Member | None, str]:
    """Return who on the roster answers for it and what its checker is called; raise `BadInput` for one and the same."""
    owner = somebody(plan.owner, people, field="owner")
    checker = somebody(plan.checker, people, field="checker") if plan.checker else None
    same = owner is not None and checker is not None and owner.id == checker.id
    if same or (plan.checker and plan.checker.casefold() == plan.owner.casefold()):
        raise BadInput(_("Somebody other than the owner checks it."), field="checker")
    return owner, _named(checker, people) or plan.checker


def _named(member: Member | None, people: People) -> str:
    """What a row calls somebody: the name, with the number where another bears it too."""
    if member is None:
        return ""
    return member.name if sum(other.name == member.name for other in people.all) == 1 else called(member)


def _called(by: Account) -> str:
    return by.member.name if by.member is not None else by.name


def _due(action: Action, plan: Plan, own: calendar.Own) -> tuple[date | None, int | None]:
    """The day it is due, and the working days it was counted from, if it was."""
    if plan.due_working_days is None:
        return plan.due_on, action.due_working_days if plan.due_on == action.due_on else None
    due_on = calendar.add_workdays(clock.today(), plan.due_working_days, own)
    if plan.due_on not in (None, due_on, action.due_on):
        raise BadInput(_("Give a day or a number of working days, not both."), field="due_working_days")
    return due_on, plan.due_working_days


def _note(step: str, action: Action, by: Account | None) -> None:
    db.session.flush()
    if by is not None:
        audit.note(f"action.{step}", action, by=by)
