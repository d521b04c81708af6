"""Pages where concerns are read and curated."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concerns import actions, curation, queries
from concerns.models import Action, Concern
from core import jobs
from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import _, language, lazy, ngettext
from core.terms import ActionState
from forms.concerns import NOT_CHOSEN, UNGROUPED, ActionForm, LabelForm, MergeForm, PassagesForm, SeenForm, StepForm
from investigations import queries as investigations
from investigations.models import Investigation

bp = Blueprint("concerns", __name__, url_prefix="/app")

STEPS = {
    "rename": lazy("You renamed a concern."),
    "accept": lazy("You kept a concern as it is."),
    "hide": lazy("You hid a concern."),
    "unhide": lazy("You brought a concern back."),
    "merge": lazy("You merged two concerns."),
    "split": lazy("You made a new concern of some passages."),
    "move": lazy("You moved some passages."),
    "set_aside": lazy("You hid some passages."),
    "bring_back": lazy("You brought some passages back."),
}


@bp.get("/investigations/<int:investigation_id>/concerns")
@requires(Permission.SEE_CONCERNS)
def index(investigation_id: int) -> ResponseReturnValue:
    """List the concerns of an investigation, those raised by most voices first."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    concerns = queries.concerns(row, within=g.organisation, hidden=True)
    return render_template(
        "concerns/index.html",
        investigation=row,
        shown=[line for line in concerns if not line.hidden],
        hidden=[line for line in concerns if line.hidden],
        most=max((line.voices for line in concerns), default=1),
        ungrouped=queries.ungrouped(row, within=g.organisation),
        material=queries.material(row, within=g.organisation),
        floor=queries.quote_floor(g.organisation),
        job=_job(row),
        undo=_undo(row),
    )


@bp.post("/investigations/<int:investigation_id>/concerns/regroup")
@requires(Permission.CURATE_CONCERNS)
def regroup(investigation_id: int) -> ResponseReturnValue:
    """Start grouping, unless it is under way already."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    running = _job(row)
    if running is None or not running.running:
        jobs.enqueue(
            "concerns.regroup", organisation_id=g.organisation.id, language=language(), investigation_id=row.id
        )
    return redirect(url_for("concerns.index", investigation_id=row.id))


@bp.post("/investigations/<int:investigation_id>/concerns/undo")
@requires(Permission.CURATE_CONCERNS)
def undo(investigation_id: int) -> ResponseReturnValue:
    """Take the reader's last step back."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = StepForm()
    if not form.sent():
        return redirect(url_for("concerns.index", investigation_id=row.id))
    if curation.undo(row, step_id=form.step.data, by=g.account):
        flash(_("Taken back: everything stands as before that step."), "success")
    else:
        flash(_("Somebody has changed the same concern since, so your step was left as it is."), "warning")
    return redirect(url_for("concerns.index", investigation_id=row.id))


@bp.get("/investigations/<int:investigation_id>/concerns/ungrouped")
@requires(Permission.SEE_CONCERNS)
def ungrouped(investigation_id: int) -> ResponseReturnValue:
    """Show the passages that stand in no concern."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    return _ungrouped_page(row, _passages_form(row, None))


@bp.post("/investigations/<int:investigation_id>/concerns/ungrouped")
@requires(Permission.CURATE_CONCERNS)
def change_ungrouped(investigation_id: int) -> ResponseReturnValue:
    """Move, gather or hide ticked passages that stand in no concern."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = _passages_form(row, None)
    if form.sent():
        try:
            return _do_with_passages(row, None, form)
        except DomainError as error:
            form.blame(error)
            return _ungrouped_page(row, form), error.status
    return _ungrouped_page(row, form), 422


@bp.get("/concerns/<int:concern_id>")
@requires(Permission.SEE_CONCERNS)
def show(concern_id: int) -> ResponseReturnValue:
    """Show one concern with every passage it is made of."""
    concern = queries.concern(concern_id, within=g.organisation)
    if concern.merged_into_id is not None:
        return redirect(url_for("concerns.show", concern_id=concern.merged_into_id))
    return _page(concern)


@bp.post("/concerns/<int:concern_id>/rename")
@requires(Permission.CURATE_CONCERNS)
def rename(concern_id: int) -> ResponseReturnValue:
    """Give it a person's name."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = LabelForm()
    if not form.sent():
        return _page(concern, label_form=form), 422
    try:
        curation.rename(concern, label=form.label.data, summary=form.summary.data or "", seen=form.seen(), by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(concern, label_form=form), error.status
    return _back(concern)


@bp.post("/concerns/<int:concern_id>/merge")
@requires(Permission.CURATE_CONCERNS)
def merge(concern_id: int) -> ResponseReturnValue:
    """Merge it into another one."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = _merge_form(concern)
    if not form.sent():
        return _page(concern, merge_form=form), 422
    into = queries.concern(form.into.data, within=g.organisation)
    try:
        curation.merge(concern, into=into, seen=form.revision.data, by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(concern, merge_form=form), error.status
    return _back(into)


@bp.post("/concerns/<int:concern_id>/passages")
@requires(Permission.CURATE_CONCERNS)
def change_passages(concern_id: int) -> ResponseReturnValue:
    """Move, split off or hide ticked passages."""
    concern = queries.concern(concern_id, within=g.organisation)
    row = _investigation_of(concern)
    form = _passages_form(row, concern)
    if form.sent():
        try:
            return _do_with_passages(row, concern, form)
        except DomainError as error:
            form.blame(error)
            return _page(concern, passages_form=form), error.status
    return _page(concern, passages_form=form), 422


@bp.post("/concerns/<int:concern_id>/accept")
@requires(Permission.CURATE_CONCERNS)
def accept(concern_id: int) -> ResponseReturnValue:
    """Keep it as the machine made it."""
    return _step(concern_id, curation.accept)


@bp.post("/concerns/<int:concern_id>/hide")
@requires(Permission.CURATE_CONCERNS)
def hide(concern_id: int) -> ResponseReturnValue:
    """Take it out of lists and reports."""
    return _step(concern_id, curation.hide)


@bp.post("/concerns/<int:concern_id>/unhide")
@requires(Permission.CURATE_CONCERNS)
def unhide(concern_id: int) -> ResponseReturnValue:
    """Bring it back."""
    return _step(concern_id, curation.unhide)


@bp.post("/concerns/<int:concern_id>/actions")
@requires(Permission.CURATE_CONCERNS)
def add_action(concern_id: int) -> ResponseReturnValue:
    """Decide what is done about it."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = ActionForm()
    if not form.sent():
        return _page(concern, action_form=form), 422
    try:
        actions.add(concern, _plan(form), by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(concern, action_form=form), error.status
    flash(_("The action has been added."), "success")
    return _back(concern)


@bp.route("/actions/<int:action_id>", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def change_action(action_id: int) -> ResponseReturnValue:
    """Change an action, or say what came of it."""
    action = queries.action(action_id, within=g.organisation)
    form = ActionForm(obj=action)
    status = 200
    if form.sent():
        try:
            actions.change(action, _plan(form), seen=form.seen(), by=g.account)
        except DomainError as error:
            form.blame(error)
            form.revision.data = str(action.revision)
            status = error.status
        else:
            flash(_("The action has been saved."), "success")
            return _back(action.concern)
    elif form.errors:
        status = 422
    return _action_page(action, form), status


def _action_page(action: Action, form: ActionForm) -> str:
    return render_template(
        "concerns/action.html", action=action, form=form, investigation=_investigation_of(action.concern)
    )


def _step(concern_id: int, verb: Callable[..., None]) -> ResponseReturnValue:
    """Do what needs nothing but the concern as it was seen."""
    concern = queries.concern(concern_id, within=g.organisation)
    form = SeenForm()
    if not form.sent():
        return _page(concern), 422
    verb(concern, seen=form.revision.data, by=g.account)
    return _back(concern)


def _do_with_passages(row: Investigation, concern: Concern | None, form: PassagesForm) -> ResponseReturnValue:
    chosen = {"excerpt_ids": form.passages.data or (), "of": row, "by": g.account}
    match form.what.data:
        case "split":
            made = curation.split(concern, label=form.label.data or "", **chosen)
            return _back(made)
        case "hide":
            number = curation.set_aside(concern, **chosen)
            flash(ngettext("%(num)d passage hidden.", "%(num)d passages hidden.", number), "success")
        case "unhide":
            number = curation.bring_back(concern, **chosen)
            flash(ngettext("%(num)d passage counts again.", "%(num)d passages count again.", number), "success")
        case _ if form.to.data == NOT_CHOSEN:
            raise BadInput(_("Choose another concern to move them to."), field="to")
        case _:
            to = queries.concern(form.to.data, within=g.organisation) if form.to.data else None
            number = curation.move(concern, to=to, **chosen)
            flash(ngettext("%(num)d passage moved.", "%(num)d passages moved.", number), "success")
    return _back(concern) if concern else redirect(url_for("concerns.ungrouped", investigation_id=row.id))


def _page(
    concern: Concern,
    *,
    label_form: LabelForm | None = None,
    merge_form: MergeForm | None = None,
    passages_form: PassagesForm | None = None,
    action_form: ActionForm | None = None,
) -> str:
    """One concern; a form that was refused comes back as it was filled in."""
    forms = (label_form, merge_form, passages_form, action_form)
    row = _investigation_of(concern)
    line = queries.line(concern, row, within=g.organisation)
    if label_form is None:
        label_form = LabelForm(formdata=None, label=line.label, summary=line.own_summary)
    label_form.revision.data = str(line.revision)
    return render_template(
        "concerns/show.html",
        investigation=row,
        concern=line,
        page=queries.passages(row, concern, within=g.organisation, reader=g.account, page=_page_number()),
        floor=queries.quote_floor(g.organisation),
        label_form=label_form,
        merge_form=merge_form or _merge_form(concern, fresh=True),
        passages_form=passages_form or _passages_form(row, concern, fresh=True),
        action_form=action_form or ActionForm(formdata=None),
        refused=next((form for form in forms if form is not None and form.errors), None),
        states=ActionState,
        undo=_undo(row),
    )


def _ungrouped_page(row: Investigation, form: PassagesForm) -> str:
    return render_template(
        "concerns/ungrouped.html",
        investigation=row,
        page=queries.passages(row, None, within=g.organisation, reader=g.account, page=_page_number()),
        passages_form=form,
        undo=_undo(row),
    )


def _merge_form(concern: Concern, *, fresh: bool = False) -> MergeForm:
    form = MergeForm(formdata=None) if fresh else MergeForm()
    others = queries.choices(_investigation_of(concern), within=g.organisation)
    form.offer((number, label) for number, label in others if number != concern.id)
    return form


def _passages_form(row: Investigation, concern: Concern | None, *, fresh: bool = False) -> PassagesForm:
    form = PassagesForm(formdata=None) if fresh else PassagesForm()
    others = queries.choices(row, within=g.organisation)
    here = concern.id if concern else UNGROUPED
    form.offer(((number, label) for number, label in others if number != here), ungrouped=concern is not None)
    return form


def _plan(form: ActionForm) -> actions.Plan:
    values: dict[str, Any] = form.values()
    values.pop("revision")
    values["state"] = ActionState(values["state"])
    values["outcome"] = values["outcome"] or ""
    return actions.Plan(**values)


def _investigation_of(concern: Concern) -> Investigation:
    return investigations.investigation(concern.investigation_id, within=g.organisation)


def _back(concern: Concern) -> ResponseReturnValue:
    return redirect(url_for("concerns.show", concern_id=concern.id))


def _page_number() -> int:
    return request.args.get("page", 1, type=int)


def _job(row: Investigation) -> jobs.Job | None:
    return jobs.latest("concerns.regroup", within=g.organisation, investigation_id=row.id)


def _undo(row: Investigation) -> dict[str, Any] | None:
    """What the reader could take back: the number of the step and its words."""
    last = queries.last_step(row, by=g.account)
    return None if last is None else {"id": last.id, "words": STEPS[last.step]}
