"""Pages where investigations are planned and followed."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.investigations import PlanForm
from investigations import plans, queries

bp = Blueprint("investigations", __name__, url_prefix="/app/investigations")


@bp.get("/")
@requires(Permission.SEE_INVESTIGATIONS)
def index() -> ResponseReturnValue:
    """List the organisation's investigations."""
    page = paging.of(queries.investigations(within=g.organisation), paging.asked(), 24)
    return render_template("investigations/index.html", investigations=page)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVESTIGATIONS)
def new() -> ResponseReturnValue:
    """Plan a new investigation."""
    form = PlanForm()
    if form.sent():
        try:
            row = plans.begin(_plan(form), within=g.organisation, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The investigation has been planned. Next: a survey, or the first talk."), "success")
            return redirect(url_for("investigations.show", investigation_id=row.id))
    return render_template("investigations/edit.html", form=form, investigation=None), 422 if form.errors else 200


@bp.get("/<int:investigation_id>")
@requires(Permission.SEE_INVESTIGATIONS)
def show(investigation_id: int) -> ResponseReturnValue:
    """Show the plan of one investigation."""
    row = queries.investigation(investigation_id, within=g.organisation)
    return render_template("investigations/show.html", investigation=row, missing=plans.clarities_missing(row))


@bp.route("/<int:investigation_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVESTIGATIONS)
def edit(investigation_id: int) -> ResponseReturnValue:
    """Change the plan."""
    row = queries.investigation(investigation_id, within=g.organisation)
    form = PlanForm(obj=row)
    if form.sent():
        try:
            plans.revise(row, _plan(form), based_on=form.revision.data or 0, by=g.account)
        except DomainError as error:
            form.blame(error)
            form.revision.data = row.revision
        else:
            flash(_("The plan has been saved."), "success")
            return redirect(url_for("investigations.show", investigation_id=row.id))
    return render_template("investigations/edit.html", form=form, investigation=row), 422 if form.errors else 200


@bp.post("/<int:investigation_id>/close")
@requires(Permission.MANAGE_INVESTIGATIONS)
def close(investigation_id: int) -> ResponseReturnValue:
    """Close it."""
    row = queries.investigation(investigation_id, within=g.organisation)
    plans.close(row, by=g.account)
    flash(_("“%(title)s” is closed. It stays readable, and you can open it again.", title=row.title), "success")
    return redirect(url_for("investigations.index"))


@bp.post("/<int:investigation_id>/reopen")
@requires(Permission.MANAGE_INVESTIGATIONS)
def reopen(investigation_id: int) -> ResponseReturnValue:
    """Open it again."""
    row = queries.investigation(investigation_id, within=g.organisation)
    plans.reopen(row, by=g.account)
    return redirect(url_for("investigations.show", investigation_id=row.id))


def _plan(form: PlanForm) -> plans.Plan:
    values: dict[str, Any] = form.values()
    values.pop("revision")
    return plans.Plan(**values)
