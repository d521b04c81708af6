"""The list of an investigation's concerns, and grouping them anew."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concerns import curation, queries
from concerns.queries import Doing, Order, Shown, Wanted
from concerns.views.base import bp, last_step, list_place, page_number
from core import jobs
from core.access import Permission, requires
from core.i18n import _, language
from core.terms import ActionState, SourceKind
from forms.concerns import StepForm
from investigations import queries as investigations
from investigations.models import Investigation


@bp.get("/investigations/<int:investigation_id>/concerns")
@requires(Permission.SEE_CONCERNS)
def index(investigation_id: int) -> ResponseReturnValue:
    """List the concerns of an investigation as wished, a page at a time."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    wanted = _wanted()
    return render_template(
        "concerns/index.html",
        investigation=row,
        wanted=wanted,
        page=queries.concern_page(row, within=g.organisation, wanted=wanted, page=page_number()),
        tally=queries.tally(row, within=g.organisation),
        themes=queries.themes(row, within=g.organisation),
        orders=Order,
        kinds=SourceKind,
        doing=(Doing.NOTHING, *ActionState),
        place=list_place(),
        ungrouped=queries.ungrouped(row, within=g.organisation),
        material=queries.material(row, within=g.organisation),
        floor=queries.quote_floor(g.organisation),
        job=_job(row),
        undo=last_step(row),
    )


@bp.post("/investigations/<int:investigation_id>/concerns/regroup")
@requires(Permission.CURATE_CONCERNS)
def regroup(investigation_id: int) -> ResponseReturnValue:
    """Start grouping, unless it is under way already."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    jobs.enqueue_once(
        "concerns.regroup", organisation_id=g.organisation.id, language=language(), investigation_id=row.id
    )
    return redirect(url_for("concerns.index", investigation_id=row.id))


@bp.post("/investigations/<int:investigation_id>/concerns/undo")
@requires(Permission.CURATE_CONCERNS)
def undo(investigation_id: int) -> ResponseReturnValue:
    """Take the reader's last step back."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = StepForm()
    home = redirect(url_for("concerns.index", investigation_id=row.id))
    if not form.sent():
        return home
    if curation.undo(row, step_id=form.step.data, by=g.account):
        flash(_("Taken back: everything stands as before that step."), "success")
    else:
        flash(_("Somebody has changed the same concern since, so your step was left as it is."), "warning")
    return home


def _wanted() -> Wanted:
    """What the address narrows the list to; what nobody offers narrows nothing."""
    asked = request.args
    return Wanted(
        shown=_one(Shown, asked.get("shown")) or Shown.OPEN,
        theme=asked.get("theme", "")[:60],
        source=_one(SourceKind, asked.get("source")),
        action=_one((Doing.NOTHING, *ActionState), asked.get("action")),
        order=_one(Order, asked.get("order")) or Order.BREADTH,
    )


def _one(terms: Any, value: str | None) -> Any:
    return next((term for term in terms if term.value == value), None)


def _job(row: Investigation) -> jobs.Job | None:
    return jobs.latest("concerns.regroup", within=g.organisation, investigation_id=row.id)
