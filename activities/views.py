"""Pages where meetings are written down."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from activities import minutes, queries
from activities.models import Activity
from core import paging
from core.access import Permission, requires
from core.clock import today
from core.errors import DomainError
from core.i18n import _
from forms.activities import MinutesForm
from investigations import queries as investigations
from investigations.models import Investigation

bp = Blueprint("activities", __name__, url_prefix="/app")


@bp.get("/investigations/<int:investigation_id>/meetings")
@requires(Permission.SEE_CONCERNS)
def index(investigation_id: int) -> ResponseReturnValue:
    """List the meetings of an investigation."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    found = queries.activity_page(row, paging.asked(), within=g.organisation)
    return render_template("activities/index.html", investigation=row, activities=found)


@bp.route("/investigations/<int:investigation_id>/meetings/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVESTIGATIONS)
def new(investigation_id: int) -> ResponseReturnValue:
    """Write a meeting down."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = MinutesForm(held_on=today())
    if form.sent():
        try:
            made = minutes.record(row, _minutes(form), by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The minutes have been saved. The next grouping reads them."), "success")
            return redirect(url_for("activities.show", activity_id=made.id))
    return _edit(form, row, None)


@bp.get("/meetings/<int:activity_id>")
@requires(Permission.SEE_CONCERNS)
def show(activity_id: int) -> ResponseReturnValue:
    """Show a meeting as it is written, and as contributions."""
    row = queries.activity(activity_id, within=g.organisation)
    return render_template(
        "activities/show.html",
        activity=row,
        investigation=_investigation(row),
        contributions=minutes.contributions(row.minutes),
    )


@bp.route("/meetings/<int:activity_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVESTIGATIONS)
def edit(activity_id: int) -> ResponseReturnValue:
    """Change the minutes."""
    row = queries.activity(activity_id, within=g.organisation)
    form = MinutesForm(obj=row)
    if form.sent():
        try:
            minutes.amend(row, _minutes(form), seen=form.revision.data or 0, by=g.account)
        except DomainError as error:
            form.blame(error)
            form.revision.data = row.revision
        else:
            flash(_("The minutes have been saved. The next grouping reads them."), "success")
            return redirect(url_for("activities.show", activity_id=row.id))
    return _edit(form, _investigation(row), row)


@bp.post("/meetings/<int:activity_id>/remove")
@requires(Permission.MANAGE_INVESTIGATIONS)
def remove(activity_id: int) -> ResponseReturnValue:
    """Take a meeting away."""
    row = queries.activity(activity_id, within=g.organisation)
    investigation_id, title = row.investigation_id, row.title
    minutes.remove(row, by=g.account)
    flash(_("“%(title)s” has been removed.", title=title), "success")
    return redirect(url_for("activities.index", investigation_id=investigation_id))


def _edit(form: MinutesForm, investigation: Investigation, row: Activity | None) -> ResponseReturnValue:
    page = render_template("activities/edit.html", form=form, investigation=investigation, activity=row)
    return page, 422 if form.errors else 200


def _minutes(form: MinutesForm) -> minutes.Minutes:
    values: dict[str, Any] = form.values()
    values.pop("revision")
    return minutes.Minutes(**values)


def _investigation(row: Activity) -> Investigation:
    return investigations.investigation(row.investigation_id, within=g.organisation)
