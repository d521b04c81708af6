"""Pages where reports are issued, read, fetched, checked and withdrawn."""

from flask import flash, g, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from core import jobs
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from core.terms import FileFormat, ReportStyle
from forms.reports import IssueForm, WithdrawForm
from investigations import queries as investigations
from investigations.models import Investigation
from reports import claims, editions, formats, previews, queries
from reports.models import Edition
from reports.views.blueprint import bp


@bp.get("/investigations/<int:investigation_id>/reports")
@requires(Permission.READ_REPORTS)
def index(investigation_id: int) -> ResponseReturnValue:
    """Show the reports to be written and those that were issued."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    return _index(investigation, IssueForm(formdata=None, language=g.organisation.language))


@bp.post("/investigations/<int:investigation_id>/reports")
@requires(Permission.MAKE_REPORTS)
def issue(investigation_id: int) -> ResponseReturnValue:
    """Issue an edition and print it in the background."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = IssueForm()
    if not form.sent():
        return _index(investigation, form), 422
    edition = editions.issue(
        investigation, style=ReportStyle(form.style.data), language=form.language.data, by=g.account
    )
    flash(_("The report has been issued as %(name)s. It is being printed.", name=editions.name(edition)), "success")
    return redirect(url_for("reports.edition", edition_id=edition.id))


@bp.get("/editions/<int:edition_id>")
@requires(Permission.READ_REPORTS)
def edition(edition_id: int) -> ResponseReturnValue:
    """Show an issued report: its text, its files, and whether it still prints the same."""
    return _edition(queries.edition(edition_id, within=g.organisation), WithdrawForm(formdata=None))


@bp.get("/editions/<int:edition_id>.<any(pdf,docx,html,md):ending>")
@requires(Permission.READ_REPORTS)
def download(edition_id: int, ending: str) -> ResponseReturnValue:
    """Hand out a file of an edition under its title."""
    found, format = queries.edition(edition_id, within=g.organisation), FileFormat(ending)
    return send_file(
        editions.file_of(found, format, reader=g.account),
        formats.formats[format].media_type,
        as_attachment=True,
        download_name=editions.file_name(found, format),
    )


@bp.post("/editions/<int:edition_id>/print-again")
@requires(Permission.MAKE_REPORTS)
def print_again(edition_id: int) -> ResponseReturnValue:
    """Try once more to print an edition, or to write its other files."""
    found = queries.edition(edition_id, within=g.organisation)
    editions.print_again(found, by=g.account)
    return redirect(url_for("reports.edition", edition_id=found.id))


@bp.post("/editions/<int:edition_id>/verify")
@requires(Permission.MAKE_REPORTS)
def verify(edition_id: int) -> ResponseReturnValue:
    """Print an edition once more in the background and compare it with what was issued."""
    found = queries.edition(edition_id, within=g.organisation)
    editions.verify(found, by=g.account)
    return redirect(url_for("reports.edition", edition_id=found.id) + "#check")


@bp.post("/editions/<int:edition_id>/withdraw")
@requires(Permission.MAKE_REPORTS)
def withdraw(edition_id: int) -> ResponseReturnValue:
    """Withdraw an edition for good."""
    found, form = queries.edition(edition_id, within=g.organisation), WithdrawForm()
    if form.sent():
        try:
            editions.withdraw(found, reason=form.reason.data, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The report has been withdrawn. Its number is not given again."), "success")
            return redirect(url_for("reports.edition", edition_id=found.id))
    return _edition(found, form), 422


def _index(investigation: Investigation, form: IssueForm) -> str:
    rows, offered = queries.editions(investigation), claims.offers(investigation)
    return render_template(
        "reports/index.html",
        investigation=investigation,
        editions=[(edition, editions.name(edition), job) for edition, job in rows],
        readable={edition.id: editions.readable(edition, g.account) for edition, _job in rows},
        parts={part: claims.told(investigation, part, offered) for part in claims.PARTS},
        form=form,
    )


def _edition(found: Edition, form: WithdrawForm) -> str:
    investigation = investigations.investigation(found.investigation_id, within=g.organisation)
    checked = jobs.latest("reports.verify", within=g.organisation, edition_id=found.id)
    return render_template(
        "reports/edition.html",
        investigation=investigation,
        edition=found,
        name=editions.name(found),
        preview=_text(found) if editions.readable(found, g.account) else None,
        files=list(FileFormat),
        missing=set(editions.missing(found)),
        job=queries.job_of(found),
        checked=checked,
        people=queries.people(found),
        form=form,
    )


def _text(found: Edition) -> previews.Preview | None:
    """Return the frozen text drawn for the page, None where this program cannot read it any more."""
    try:
        return previews.preview(editions.document_of(found), style=found.style, worded={}, claims={})
    except ValueError:
        return None
