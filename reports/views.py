"""Pages where reports are worded, issued and fetched."""

import re

from flask import Blueprint, flash, g, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from core.terms import ReportStyle
from forms.investigations import WordingForm
from forms.reports import IssueForm
from investigations import plans
from investigations import queries as investigations
from reports import editions, queries

bp = Blueprint("reports", __name__, url_prefix="/app")


@bp.get("/investigations/<int:investigation_id>/reports")
@requires(Permission.READ_REPORTS)
def index(investigation_id: int) -> ResponseReturnValue:
    """Show the editions, the wording, and what can be printed."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    return render_template(
        "reports/index.html",
        investigation=investigation,
        editions=queries.editions(investigation),
        wording=WordingForm(obj=investigation),
        form=IssueForm(formdata=None, language=g.organisation.language),
    )


@bp.post("/investigations/<int:investigation_id>/reports")
@requires(Permission.MAKE_REPORTS)
def issue(investigation_id: int) -> ResponseReturnValue:
    """Issue an edition and print it in the background."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = IssueForm()
    if form.sent():
        editions.issue(investigation, style=ReportStyle(form.style.data), language=form.language.data, by=g.account)
        return redirect(url_for("reports.index", investigation_id=investigation.id))
    page = render_template(
        "reports/index.html",
        investigation=investigation,
        editions=queries.editions(investigation),
        wording=WordingForm(formdata=None, obj=investigation),
        form=form,
    )
    return page, 422


@bp.route("/investigations/<int:investigation_id>/reports/wording", methods=["GET", "POST"])
@requires(Permission.MAKE_REPORTS)
def wording(investigation_id: int) -> ResponseReturnValue:
    """Write the parts of the report that are the secretary's own."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = WordingForm(obj=investigation)
    if form.sent():
        change = plans.Wording(findings=form.findings.data, causes=form.causes.data, proposals=form.proposals.data)
        try:
            plans.revise(investigation, change, based_on=form.revision.data or 0, by=g.account)
        except DomainError as error:
            form.blame(error)
            form.revision.data = investigation.revision
        else:
            flash(_("Your wording has been saved; it stays when the numbers are refreshed."), "success")
            return redirect(url_for("reports.index", investigation_id=investigation.id))
    page = render_template("reports/wording.html", investigation=investigation, form=form)
    return page, 422 if form.errors or form.form_errors else 200


@bp.post("/editions/<int:edition_id>/print-again")
@requires(Permission.MAKE_REPORTS)
def print_again(edition_id: int) -> ResponseReturnValue:
    """Try once more to print an edition."""
    edition = queries.edition(edition_id, within=g.organisation)
    editions.print_again(edition, by=g.account)
    return redirect(url_for("reports.index", investigation_id=edition.investigation_id))


@bp.get("/editions/<int:edition_id>.pdf")
@requires(Permission.READ_REPORTS)
def download(edition_id: int) -> ResponseReturnValue:
    """Hand out the printed file under its title."""
    edition = queries.edition(edition_id, within=g.organisation)
    name = re.sub(r'[\\/:*?"<>|\s]+', "_", edition.title).strip("_") or "report"
    return send_file(
        editions.file_of(edition), "application/pdf", as_attachment=True, download_name=f"{name}_{edition.id}.pdf"
    )
