"""Pages of surveys: the respondent's under /s/, without any cookie, and the secretary's under /app/."""

import io

from flask import Blueprint, Response, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, public, requires
from core.errors import BadInput, DomainError
from core.i18n import _
from core.spreadsheet import write_csv, write_xlsx
from core.terms import Channel
from forms.questionnaire import CODE, Questionnaire
from forms.surveys import FILE, CloseForm, ImportForm, InviteForm, NewSurveyForm
from investigations import queries as investigations
from members import rules
from surveys import (
    ballots,
    closing,
    drawings,
    fielding,
    imports,
    instruments,
    invitations,
    queries,
    questionnaires,
    sheets,
    slips,
    tallies,
)

BODY = 512 * 1024  # bytes of one answer; more is not an answer
bp = Blueprint("surveys", __name__)


@bp.route("/s/<public_id>", methods=["GET", "POST"])
@bp.route("/s/<public_id>/<any(zh,en):lang>", methods=["GET", "POST"])
@public
def answer(public_id: str, lang: str = "") -> ResponseReturnValue:
    """Ask the questionnaire and take one answer: the same page for everybody, no cookie, no session."""
    g.language = lang or "zh"
    request.max_content_length = BODY
    survey = queries.public_survey(public_id, hold=request.method == "POST")
    if survey is None:
        return sheets.note("unknown", public_id, g.language), 404
    g.language = lang or survey.language
    if not survey.answerable:
        return sheets.note("closed", public_id, g.language), 409 if request.method == "POST" else 200
    if request.method != "POST":
        return _compressed(sheets.blank(survey, g.language))
    asked = questionnaires.ready_by_id(survey.version_id, g.language)
    form = Questionnaire(asked.fields, asked.items, request.form)
    if form.validate():
        try:
            ballots.cast(
                survey,
                code=form[CODE].data,
                answers=form.answers,
                channel=Channel.PHONE if "Mobi" in request.user_agent.string else Channel.COMPUTER,
                size=asked.sealed_size,
            )
            return redirect(url_for("surveys.thanks", public_id=public_id, lang=g.language), 303)
        except ballots.UnknownCode as error:
            form[CODE].errors = [str(error)]
        except ballots.AlreadyAnswered:
            return sheets.note("taken", public_id, g.language), 409
        except ballots.NotOpen:
            return sheets.note("closed", public_id, g.language), 409
    return sheets.returned(survey, asked, form), 422


@bp.get("/s/<public_id>/<any(zh,en):lang>/thanks")
@public
def thanks(public_id: str, lang: str) -> ResponseReturnValue:
    """Say that the answer has arrived; the device forgets its draft."""
    g.language = lang
    return sheets.note("thanks", public_id, lang, clear=True)


def _compressed(sheet: sheets.Sheet) -> Response:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(sheet.gzipped, mimetype="text/html")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(sheet.plain, mimetype="text/html")
    response.headers["Vary"] = "Accept-Encoding"
    return response


@bp.get("/app/investigations/<int:investigation_id>/surveys")
@requires(Permission.SEE_INVESTIGATIONS)
def index(investigation_id: int) -> ResponseReturnValue:
    """List the surveys of an investigation."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    rows = queries.surveys(investigation, within=g.organisation)
    counts = queries.turnout(rows)
    return render_template("surveys/index.html", investigation=investigation, surveys=rows, counts=counts)


@bp.route("/app/investigations/<int:investigation_id>/surveys/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def new(investigation_id: int) -> ResponseReturnValue:
    """Set up a survey from a shipped instrument or an uploaded definition."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = NewSurveyForm()
    form.offer([(sample.key, sample.title) for sample in fielding.samples()])
    if form.sent():
        try:
            survey = fielding.create(
                investigation,
                _definition(form),
                within=g.organisation,
                by=g.account,
                opens_on=form.opens_on.data,
                closes_on=form.closes_on.data,
            )
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The survey has been set up. Next: make the answering codes."), "success")
            return redirect(url_for("surveys.show", survey_id=survey.id))
    page = render_template("surveys/new.html", investigation=investigation, form=form)
    return page, 422 if form.errors else 200


def _definition(form: NewSurveyForm) -> instruments.Definition:
    if form.source.data != FILE:
        return fielding.sample(form.source.data)
    sent = form.definition.data
    try:
        return instruments.read(sent.read(), sent.filename)
    except BadInput as error:
        raise BadInput(str(error), field="definition") from error


@bp.get("/app/surveys/<int:survey_id>")
@requires(Permission.SEE_INVESTIGATIONS)
def show(survey_id: int) -> ResponseReturnValue:
    """Show where a survey stands and what to do next; while it is open, only counts."""
    survey = queries.survey(survey_id, within=g.organisation)
    link = url_for("surveys.answer", public_id=survey.public_id, _external=True)
    return render_template(
        "surveys/show.html",
        survey=survey,
        investigation=investigations.investigation(survey.investigation_id, within=g.organisation),
        asked=questionnaires.ready(survey.version),
        invited=queries.invited(survey),
        received=queries.received(survey),
        may_invite=invitations.may_invite(survey),
        floor=rules.value(g.organisation, "suppression.invited_floor"),
        unfinished=closing.unfinished(survey),
        link=link,
        qr=slips.qr(link),
        reachable=not slips.only_this_machine(link),
    )


@bp.route("/app/surveys/<int:survey_id>/invitations", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def invite(survey_id: int) -> ResponseReturnValue:
    """Make the answering codes and show them, this once, as slips to print and as a spreadsheet."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = InviteForm(address=request.host_url.rstrip("/"))
    groups = invitations.groups(g.organisation)
    form.offer([(group.id, f"{group.name} ({group.size})") for group in groups])
    if form.sent():
        try:
            made = invitations.invite(
                survey,
                members=invitations.candidates(g.organisation, form.chosen()),
                spares=form.spares.data or 0,
                within=g.organisation,
                by=g.account,
            )
        except DomainError as error:
            form.blame(error)
        else:
            address = form.address.data.rstrip("/") + url_for("surveys.answer", public_id=survey.public_id)
            return render_template("surveys/slips.html", survey=survey, book=slips.book(survey, made, address))
    page = render_template(
        "surveys/invite.html",
        survey=survey,
        form=form,
        invited=queries.invited(survey),
        may_invite=invitations.may_invite(survey),
        floor=rules.value(g.organisation, "suppression.invited_floor"),
    )
    return page, 422 if form.errors else 200


@bp.post("/app/surveys/<int:survey_id>/open")
@requires(Permission.MANAGE_SURVEYS)
def open_(survey_id: int) -> ResponseReturnValue:
    """Open a survey for answers."""
    survey = queries.survey(survey_id, within=g.organisation)
    fielding.open_(survey, within=g.organisation, by=g.account)
    flash(_("The survey is open."), "success")
    return redirect(url_for("surveys.show", survey_id=survey_id))


@bp.post("/app/surveys/<int:survey_id>/discard")
@requires(Permission.MANAGE_SURVEYS)
def discard(survey_id: int) -> ResponseReturnValue:
    """Remove a draft."""
    survey = queries.survey(survey_id, within=g.organisation)
    investigation_id = survey.investigation_id
    fielding.discard(survey, by=g.account)
    flash(_("The draft has been removed."), "success")
    return redirect(url_for("surveys.index", investigation_id=investigation_id))


@bp.route("/app/surveys/<int:survey_id>/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def take_in(survey_id: int) -> ResponseReturnValue:
    """Take in responses from paper or a file."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = ImportForm()
    problems: tuple[imports.Problem, ...] = ()
    if form.sent():
        sent = form.file.data
        try:
            result = imports.import_responses(
                sent.read(),
                sent.filename,
                survey,
                within=g.organisation,
                by=g.account,
                leave_out=form.leave_out.data,
                channel=Channel(form.channel.data),
            )
        except imports.FaultyRows as error:
            problems = error.problems
        except DomainError as error:
            form.blame(error)
        else:
            return render_template("surveys/taken_in.html", survey=survey, result=result)
    asked = questionnaires.ready(survey.version)
    page = render_template("surveys/import.html", survey=survey, form=form, problems=problems, asked=asked)
    return page, 422 if form.errors or problems else 200


@bp.route("/app/surveys/<int:survey_id>/close", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def close(survey_id: int) -> ResponseReturnValue:
    """Close a survey for good, after a page that says so."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = CloseForm()
    if form.sent():
        closing.close(survey, by=g.account)
        flash(_("The survey is closed. The key has been destroyed; nobody can tie an answer to a person."), "success")
        return redirect(url_for("surveys.results", survey_id=survey_id))
    page = render_template(
        "surveys/close.html",
        survey=survey,
        form=form,
        invited=queries.invited(survey),
        received=queries.received(survey),
        floor=rules.value(g.organisation, "suppression.results_floor"),
    )
    return page, 422 if form.errors else 200


@bp.get("/app/surveys/<int:survey_id>/results")
@requires(Permission.SEE_RESULTS)
def results(survey_id: int) -> ResponseReturnValue:
    """Show what a closed survey says, small groups hidden."""
    survey = queries.survey(survey_id, within=g.organisation)
    found = tallies.results(survey, within=g.organisation)
    return render_template(
        "surveys/results.html",
        survey=survey,
        investigation=investigations.investigation(survey.investigation_id, within=g.organisation),
        results=found,
        charts={item.name: drawings.drawn(item, tally) for item, tally in found.items},
        unfinished=closing.unfinished(survey),
    )


@bp.get("/app/surveys/<int:survey_id>/results.<any(csv,xlsx):kind>")
@requires(Permission.SEE_RESULTS)
def download(survey_id: int, kind: str) -> ResponseReturnValue:
    """Send the same tables as a file: what is hidden on the page is hidden here."""
    survey = queries.survey(survey_id, within=g.organisation)
    rows = tallies.table(tallies.results(survey, within=g.organisation))
    columns = [str(column) for column in tallies.COLUMNS]
    content = write_csv(columns, rows) if kind == "csv" else write_xlsx(survey.version.title, columns, rows)
    return send_file(io.BytesIO(content), as_attachment=True, download_name=f"{survey.version.title}.{kind}")
