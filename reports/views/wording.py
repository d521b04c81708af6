"""Page where the secretary's own parts are written as one text."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.investigations import WordingForm
from investigations import plans
from investigations import queries as investigations
from reports.views.blueprint import bp


@bp.route("/investigations/<int:investigation_id>/reports/wording", methods=["GET", "POST"])
@requires(Permission.MAKE_REPORTS)
def wording(investigation_id: int) -> ResponseReturnValue:
    """Write the parts of the report that are the secretary's own."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = WordingForm(obj=investigation)
    theirs = None
    if form.sent():
        change = plans.Wording(findings=form.findings.data, causes=form.causes.data, proposals=form.proposals.data)
        try:
            plans.revise(investigation, change, based_on=form.revision.data or 0, by=g.account)
        except DomainError as error:
            form.blame(error)
            theirs = {name: getattr(investigation, name) for name in plans.PARTS}
            form.revision.data = investigation.revision
        else:
            flash(_("Your wording has been saved; it stays when the numbers are refreshed."), "success")
            return redirect(url_for("reports.claims", investigation_id=investigation.id))
    page = render_template("reports/wording.html", investigation=investigation, form=form, theirs=theirs)
    return page, 422 if form.errors or form.form_errors else 200
