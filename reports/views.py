"""Pages where reports are worded, issued and fetched."""

import io
import re
from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError, NotAllowed
from core.i18n import _, language
from core.terms import ReportStyle, TalkState
from forms.investigations import WordingForm
from forms.reports import IssueForm
from interviews import openings
from interviews import queries as talks
from interviews.queries.words import Sealed
from investigations import plans
from investigations import queries as investigations
from reports import editions, prints, queries, talk_sheet
from reports.pdf import print_pdf
from surveys import definitions, designing, previews, promises, questionnaires, slips
from surveys import queries as surveys
from vault.errors import Locked, NotHanded

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


@bp.post("/surveys/<int:survey_id>/slips.pdf")
@requires(Permission.MANAGE_SURVEYS)
def slip_sheet(survey_id: int) -> ResponseReturnValue:
    """Print the slips a page has just shown: the codes come from that page, for they are kept nowhere."""
    survey = surveys.survey(survey_id, within=g.organisation)
    handed = [tuple(line.split("|", 2)) for line in request.form.getlist("slip")[: prints.SLIPS]]
    printed = slips.again(survey, [line for line in handed if len(line) == 3], request.form.get("address", ""))
    html = prints.slip_sheets(
        printed,
        title=survey.version.title,
        address=request.form.get("address", ""),
        language=survey.version.language,
        fingerprint=promises.fingerprint(survey),
    )
    return _file(print_pdf(html), survey.version.title, _("slips"))


@bp.get("/surveys/<int:survey_id>/paper.pdf")
@requires(Permission.MANAGE_SURVEYS)
def paper(survey_id: int) -> ResponseReturnValue:
    """Print the questionnaire to be filled in by hand, once for each sheet number asked for."""
    survey = surveys.survey(survey_id, within=g.organisation)
    printed = prints.paper_forms(
        questionnaires.ready(survey.version, _spoken(definitions.tongues(survey.version.definition))),
        organisation=g.organisation.name,
        first=request.args.get("first", 0, type=int),
        last=request.args.get("last", 0, type=int),
    )
    return _file(printed, survey.version.title, _("paper form"))


@bp.get("/instruments/<int:instrument_id>/paper.pdf")
@requires(Permission.MANAGE_SURVEYS)
def instrument_paper(instrument_id: int) -> ResponseReturnValue:
    """Print a questionnaire that is still being designed, to be read and tried on paper."""
    instrument = designing.instrument(instrument_id, within=g.organisation)
    language = _spoken(definitions.tongues(instrument.definition)) or instrument.language
    asked = previews.drawable(instrument.definition, language)
    if asked is None:
        raise DomainError(_("This questionnaire cannot be printed yet: mend what the check names first."))
    printed = prints.paper_forms(asked, organisation=g.organisation.name)
    return _file(printed, instrument.title, _("paper form"))


@bp.get("/surveys/<int:survey_id>/poster.pdf")
@requires(Permission.MANAGE_SURVEYS)
def poster(survey_id: int) -> ResponseReturnValue:
    """Print a poster with the link that is the same for everybody."""
    survey = surveys.survey(survey_id, within=g.organisation)
    link = url_for("surveys.answer", public_id=survey.public_id, _external=True)
    return _file(print_pdf(prints.poster(survey, link)), survey.version.title, _("poster"))


@bp.get("/talks/sheet.pdf")
@requires(Permission.RECORD_TALKS)
def blank_talk_sheet() -> ResponseReturnValue:
    """Print an empty record sheet of a talk, to be filled in by hand."""
    sheet = talk_sheet.blank(g.organisation)
    return _pdf(talk_sheet.printed(sheet, language=language()), talk_sheet.file_name(sheet))


@bp.get("/talks/<int:talk_id>/sheet.pdf")
@requires(Permission.RECORD_TALKS)
def printed_talk(talk_id: int) -> ResponseReturnValue:
    """Print the record of a talk as one sheet to be signed; of a planned talk, its head."""
    row = talks.talk(talk_id, within=g.organisation)
    view = talks.view(talk_id, within=g.organisation, reader=g.account)
    if not view.readable:
        raise NotAllowed(_("The notes are not open to you"))
    if view.sealed is Sealed.LOCKED:
        raise Locked()
    if view.sealed is Sealed.NOT_HANDED:
        raise NotHanded()
    sheet, name = talk_sheet.filled(row, view, g.organisation), f"{view.held_on:%Y%m%d}"
    if view.state is TalkState.RECORDED:
        openings.note(row, by=g.account)
    return _pdf(talk_sheet.printed(sheet, language=language()), talk_sheet.file_name(sheet, name))


def _spoken(offered: Sequence[str]) -> str:
    """Return the language asked for where the questionnaire is written in it, else ""."""
    wanted = request.args.get("lang", "")
    return wanted if wanted in offered else ""


def _file(content: bytes, title: str, kind: str) -> ResponseReturnValue:
    plain = re.sub(r'[\\/:*?"<>|\s]+', "_", f"{title}_{kind}").strip("_")
    return send_file(io.BytesIO(content), "application/pdf", as_attachment=True, download_name=f"{plain}.pdf")


def _pdf(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(content), "application/pdf", as_attachment=True, download_name=name)
