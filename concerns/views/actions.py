"""Actions: deciding what is done about a concern, reporting on it, checking and closing it."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from concerns import actions, ledger, ledger_rows, queries
from concerns.models import Action, Concern
from concerns.views.base import back, bp, investigation_of
from concerns.views.parts import part
from concerns.views.show import page_of
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from core.terms import ActionState
from forms.base import HouseForm
from forms.ledger import ActionForm, CheckForm, NewActionForm, RemoveActionForm, ReportForm
from interviews.people import People, called
from investigations.models import Investigation
from members import queries as members

OFFERED = 300  # people a concern's own page offers to choose from; the page of a row offers everybody
CHECK = "check-"  # the secretary's page holds two forms that ask for evidence


@part("actions")
def shown(concern: Concern, _investigation: Investigation) -> dict[str, Any]:
    """What the section of actions on a concern's page needs besides the concern."""
    return {
        "action_form": NewActionForm(formdata=None),
        "action_rows": ledger.lines(ledger.Wish(concern_id=concern.id), within=g.organisation),
        "action_lists": short_lists,
        "ledger_words": ledger_rows.Words(g.organisation),
    }


@bp.post("/concerns/<int:concern_id>/actions")
@requires(Permission.CURATE_CONCERNS)
def add_action(concern_id: int) -> ResponseReturnValue:
    """Decide what is done about it."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = NewActionForm()
    if not form.sent():
        return page_of(concern, refused=form, action_form=form), 422
    try:
        actions.add(concern, _plan(form, concern), by=g.account)
    except DomainError as error:
        form.blame(error)
        return page_of(concern, refused=form, action_form=form), error.status
    flash(_("The action has been added."), "success")
    return back(concern)


@bp.get("/actions/<int:action_id>")
@requires(Permission.SEE_CONCERNS)
def action(action_id: int) -> ResponseReturnValue:
    """Show a row of the ledger, and what its reader may do with it."""
    return _page(queries.action(action_id, within=g.organisation))


@bp.post("/actions/<int:action_id>")
@requires(Permission.CURATE_CONCERNS)
def change_action(action_id: int) -> ResponseReturnValue:
    """Change anything of an action."""

    def verb(row: Action, form: ActionForm) -> None:
        actions.change(row, _plan(form, row.concern), seen=form.revision.data, by=g.account)

    return _step(action_id, ActionForm(), verb, _("The action has been saved."))


@bp.post("/actions/<int:action_id>/report")
@requires(Permission.SEE_CONCERNS)
def report_action(action_id: int) -> ResponseReturnValue:
    """Say how far one's own action has come."""

    def verb(row: Action, form: ReportForm) -> None:
        told = actions.Report(ActionState(form.state.data), form.outcome.data or "", form.evidence.data or "")
        actions.report(row, told, seen=form.revision.data, by=g.account)

    return _step(action_id, ReportForm(), verb, _("Your report has been saved."))


@bp.post("/actions/<int:action_id>/close")
@requires(Permission.SEE_CONCERNS)
def close_action(action_id: int) -> ResponseReturnValue:
    """Check what was done, and close the action."""

    def verb(row: Action, form: CheckForm) -> None:
        actions.close(row, evidence=form.evidence.data or "", seen=form.revision.data, by=g.account)

    return _step(action_id, CheckForm(prefix=CHECK), verb, _("The action is closed."))


@bp.post("/actions/<int:action_id>/send-back")
@requires(Permission.SEE_CONCERNS)
def send_back_action(action_id: int) -> ResponseReturnValue:
    """Hand an action back to its owner."""

    def verb(row: Action, form: CheckForm) -> None:
        actions.send_back(row, why=form.why.data or "", seen=form.revision.data, by=g.account)

    return _step(action_id, CheckForm(prefix=CHECK), verb, _("The action has gone back to its owner."))


@bp.post("/actions/<int:action_id>/remove")
@requires(Permission.CURATE_CONCERNS)
def remove_action(action_id: int) -> ResponseReturnValue:
    """Take out a row that was never begun."""
    row = queries.action(action_id, within=g.organisation)
    concern, form = row.concern, RemoveActionForm()
    try:
        actions.remove(row, seen=form.revision.data or 0, by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(row, refused=form), error.status
    flash(_("The row has been taken out of the ledger."), "success")
    return back(concern)


def short_lists() -> dict[str, list[str]]:
    """Return `lists`, but no people of a long roster: thousands of names would weigh more than the rest of the page."""
    few = sum(members.group_sizes(g.organisation).values()) <= OFFERED
    return lists() if few else {**_words(), "people": []}


def lists() -> dict[str, list[str]]:
    """Return what the fields of a row offer to choose from: people, units, categories."""
    return {**_words(), "people": [called(member) for member in People(g.organisation).present]}


def _words() -> dict[str, list[str]]:
    return {"units": ledger.units(g.organisation), "categories": ledger.categories(g.organisation)}


def _step(action_id: int, form: Any, verb: Callable[[Action, Any], None], words: str) -> ResponseReturnValue:
    """Do something with a row and show it again; where it is refused the form comes back as it was filled in."""
    row = queries.action(action_id, within=g.organisation)
    if not form.sent():
        return _page(row, refused=form), 422
    try:
        verb(row, form)
    except DomainError as error:
        form.blame(error)
        return _page(row, refused=form), error.status
    flash(words, "success")
    return redirect(url_for("concerns.action", action_id=row.id))


def _page(row: Action, *, refused: HouseForm | None = None) -> str:
    forms: dict[str, Any] = {"change_form": None, "report_form": None, "check_form": None}
    if actions.may_change(g.account):
        forms["change_form"] = refused if isinstance(refused, ActionForm) else _filled(row)
    elif actions.may_report(row, g.account):
        forms["report_form"] = refused if isinstance(refused, ReportForm) else ReportForm(formdata=None, obj=row)
    if actions.may_check(row, g.account):
        again = refused if isinstance(refused, CheckForm) else None
        forms["check_form"] = again or CheckForm(formdata=None, obj=row, prefix=CHECK)
    for form in filter(None, forms.values()):
        form.revision.data = row.revision
    return render_template(
        "concerns/action.html",
        row=ledger.line(row, within=g.organisation),
        revision=row.revision,
        removable=actions.may_change(g.account) and row.state is ActionState.NOT_STARTED,
        words=ledger_rows.Words(g.organisation),
        columns=ledger_rows.ALL_COLUMNS,
        lists=lists,
        refused=refused,
        investigation=investigation_of(row.concern),
        **forms,
    )


def _filled(row: Action) -> ActionForm:
    """The row as its form shows it: working days are only asked for anew, an untold problem is the concern's."""
    form = ActionForm(formdata=None, obj=row, category=row.concern.category)
    form.due_working_days.data = None
    form.problem.data = row.problem or row.concern.label
    return form


def _plan(form: ActionForm, concern: Concern) -> actions.Plan:
    values: dict[str, Any] = {name: "" if value is None else value for name, value in form.values().items()}
    values.pop("revision")
    for name in ("due_on", "due_working_days", "review_on", "closed_on"):
        values[name] = values[name] or None
    values["state"] = ActionState(values["state"])
    if values["problem"] == concern.label:
        values["problem"] = ""
    if "category" not in (field.name for field in form if field.raw_data):
        values["category"] = None  # the short form on a concern's page does not ask for it
    return actions.Plan(**values)
