"""Pages of a survey from draft to close."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import _
from core.qr import drawn
from core.terms import Access, Secrecy, SurveyState
from forms.instruments import FILE, NewSurveyForm
from forms.surveys import ChoicesForm, CloseForm, OpenForm
from investigations import queries as investigations
from members import rules
from surveys import (
    closing,
    definitions,
    designing,
    drawing,
    fielding,
    instruments,
    invitations,
    keying,
    library,
    promises,
    queries,
    questionnaires,
    reminders,
    slips,
)
from surveys.models import Version
from surveys.views.blueprint import bp

CLOSING = 64 * 1024  # bytes of what is sent to close a survey; so little stays in memory, a scrutineer's key too


@bp.get("/app/investigations/<int:investigation_id>/surveys")
@requires(Permission.SEE_INVESTIGATIONS)
def index(investigation_id: int) -> ResponseReturnValue:
    """List the surveys of an investigation."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    rows = queries.survey_page(investigation, paging.asked(), within=g.organisation)
    counts = queries.turnout(rows.rows)
    return render_template("surveys/index.html", investigation=investigation, surveys=rows, counts=counts)


@bp.route("/app/investigations/<int:investigation_id>/surveys/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def new(investigation_id: int) -> ResponseReturnValue:
    """Set up a survey from a published version, a ready instrument or a file."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    form = NewSurveyForm()
    if not form.is_submitted():
        form.source.data = request.args.get("source", "")
    form.offer(_sources(), unseen=fielding.SAMPLES)
    if form.sent():
        try:
            survey = fielding.create(
                investigation,
                _asked(form),
                within=g.organisation,
                by=g.account,
                opens_on=form.opens_on.data,
                closes_on=form.closes_on.data,
                access=Access(form.access.data or Access.CODES),
                secrecy=Secrecy(form.secrecy.data or Secrecy.ANONYMOUS),
            )
            promises.choose(survey, promises.Choices(*form.chosen()), by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            by_link = survey.access is Access.LINK
            told = _("The survey has been set up. Next: make the answering codes.")
            flash(_("The survey has been set up. Next: open it.") if by_link else told, "success")
            return redirect(url_for("surveys.show", survey_id=survey.id))
    below = rules.value(g.organisation, "surveys.split_all_below")
    page = render_template("surveys/new.html", investigation=investigation, form=form, below=below)
    return page, 422 if form.errors else 200


def _sources() -> dict[str, list[tuple[str, str]]]:
    """Return what a survey can ask, by where it comes from."""
    ours = [(f"version.{row.id}", row.title) for row in designing.published(within=g.organisation)]
    ready = [(f"library.{row.key}", row.title) for row in library.listed()]
    return {**({_("Published by you"): ours} if ours else {}), _("Ready questionnaires"): ready}


def _asked(form: NewSurveyForm) -> instruments.Definition | Version:
    kind, _dot, key = form.source.data.partition(".")
    if kind == "version":
        return designing.version(int(key), within=g.organisation)
    if kind == "library":
        return library.found(key).definition
    if kind != FILE:
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
    asked = questionnaires.ready(survey.version)
    counted = drawing.standing(survey)
    return render_template(
        "surveys/show.html",
        survey=survey,
        investigation=investigations.investigation(survey.investigation_id, within=g.organisation),
        asked=asked,
        counted=counted,
        invited=counted.members + counted.printed,
        promised=promises.told(survey, asked, within=g.organisation),
        opening=OpenForm(formdata=None),
        received=queries.received(survey),
        may_invite=invitations.may_invite(survey),
        floor=rules.value(g.organisation, "suppression.invited_floor"),
        unfinished=closing.unfinished(survey),
        told=keying.standing(survey),
        closes_itself_on=closing.closes_itself_on(survey),
        today=clock.today(),
        reminded=next(iter(reminders.sent(survey)), None),
        languages_asked=definitions.tongues(survey.version.definition) or (survey.version.language,),
        link=link,
        board=f"{request.host_url}b/{survey.public_id}/",
        qr=drawn(link),
        reachable=not slips.only_this_machine(link),
    )


@bp.post("/app/surveys/<int:survey_id>/open")
@requires(Permission.MANAGE_SURVEYS)
def open_(survey_id: int) -> ResponseReturnValue:
    """Open a survey for answers."""
    survey = queries.survey(survey_id, within=g.organisation)
    if survey.scrutineer and not OpenForm().sent():
        raise BadInput(_("Please tick that a lost key is a lost survey. The survey has not been opened."))
    fielding.open_(survey, within=g.organisation, by=g.account)
    flash(_("The survey is open."), "success")
    return redirect(url_for("surveys.show", survey_id=survey_id))


@bp.route("/app/surveys/<int:survey_id>/choices", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def choices(survey_id: int) -> ResponseReturnValue:
    """Choose how the box of a draft will be opened."""
    survey = queries.survey(survey_id, within=g.organisation)
    asked = questionnaires.ready(survey.version)
    form = ChoicesForm(
        split=survey.split.value if survey.split else "", rounds=survey.rounds, scrutineer=promises.scrutineer(survey)
    )
    if form.sent():
        try:
            promises.choose(survey, promises.Choices(*form.chosen()), by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Your choices have been saved; they can be changed until the survey opens."), "success")
            return redirect(url_for("surveys.show", survey_id=survey_id))
    page = render_template(
        "surveys/choices.html",
        survey=survey,
        form=form,
        promised=promises.told(survey, asked, within=g.organisation),
        below=rules.value(g.organisation, "surveys.split_all_below"),
    )
    return page, 422 if form.errors or form.form_errors else 200


@bp.post("/app/surveys/<int:survey_id>/discard")
@requires(Permission.MANAGE_SURVEYS)
def discard(survey_id: int) -> ResponseReturnValue:
    """Remove a draft."""
    survey = queries.survey(survey_id, within=g.organisation)
    investigation_id = survey.investigation_id
    fielding.discard(survey, by=g.account)
    flash(_("The draft has been removed."), "success")
    return redirect(url_for("surveys.index", investigation_id=investigation_id))


@bp.route("/app/surveys/<int:survey_id>/close", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def close(survey_id: int) -> ResponseReturnValue:
    """Close a survey for good, after a page that says so."""
    request.max_content_length = CLOSING
    survey = queries.survey(survey_id, within=g.organisation)
    form = CloseForm()
    form.sealed_to_somebody = bool(survey.scrutineer) and survey.state is SurveyState.OPEN
    if form.sent():
        try:
            promises.check(survey)
            closing.close(survey, by=g.account, private=form.private_key())
        except DomainError as error:
            form.blame(error)
        else:
            told = _("The survey is closed. The key has been destroyed; nobody can tie an answer to a person.")
            flash(told, "success")
            return redirect(url_for("surveys.results", survey_id=survey_id))
    page = render_template(
        "surveys/close.html",
        survey=survey,
        form=form,
        told=keying.standing(survey),
        counted=drawing.standing(survey),
        received=queries.received(survey),
        floor=rules.value(g.organisation, "suppression.results_floor"),
    )
    return page, 422 if form.errors or form.form_errors else 200
