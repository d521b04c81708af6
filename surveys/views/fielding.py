"""Pages of fielding: codes and slips, responses from paper and files."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import jobs, mail, paging
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, language
from core.terms import Channel
from forms.surveys import ExtendForm, ImportForm, InviteForm, RemindForm
from members import rules
from members.models import Member
from surveys import (
    drawing,
    fielding,
    imports,
    invitations,
    queries,
    questionnaires,
    reminders,
    slips,
)
from surveys.views.blueprint import bp


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
                members=_members(form),
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


def _members(form: InviteForm) -> list[Member]:
    if (form.only.data or "").strip():
        return invitations.named(g.organisation, form.only.data)
    return invitations.candidates(g.organisation, form.chosen())


@bp.get("/app/surveys/<int:survey_id>/turnout")
@requires(Permission.SEE_INVESTIGATIONS)
def turnout(survey_id: int) -> ResponseReturnValue:
    """Show how many have answered by now: the piece of the survey's page that keeps itself up to date."""
    survey = queries.survey(survey_id, within=g.organisation)
    return render_template(
        "surveys/turnout.html",
        survey=survey,
        counted=drawing.standing(survey),
        received=queries.received(survey),
        floor=rules.value(g.organisation, "suppression.invited_floor"),
    )


@bp.route("/app/surveys/<int:survey_id>/extend", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def extend(survey_id: int) -> ResponseReturnValue:
    """Put off the last day of a survey."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = ExtendForm(obj=survey)
    if form.sent():
        try:
            fielding.extend(survey, form.closes_on.data, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The last day has been changed."), "success")
            return redirect(url_for("surveys.show", survey_id=survey_id))
    page = render_template(
        "surveys/extend.html",
        survey=survey,
        form=form,
        grace=rules.value(g.organisation, "surveys.close_after_days"),
    )
    return page, 422 if form.errors else 200


@bp.route("/app/surveys/<int:survey_id>/reminders", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def remind(survey_id: int) -> ResponseReturnValue:
    """Show the list of those to remind, to print, and send a reminder by mail where a server is set."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = RemindForm(address=request.host_url.rstrip("/"))
    path = url_for("surveys.answer", public_id=survey.public_id)
    if form.sent():
        try:
            if not mail.available():
                raise mail.NotSent(_("No mail server is set, so nothing was sent."))
            reminders.check(survey)
        except DomainError as error:
            form.blame(error)
        else:
            jobs.enqueue(
                "surveys.remind",
                organisation_id=g.organisation.id,
                language=language(),
                survey_id=survey.id,
                link=form.address.data.rstrip("/") + path,
            )
            return redirect(url_for("surveys.remind", survey_id=survey_id))
    people = reminders.people(survey, within=g.organisation)
    page = render_template(
        "surveys/reminders.html",
        survey=survey,
        form=form,
        people=people,
        counted=drawing.standing(survey),
        addresses=sum(bool(member.email) for member in people),
        sent=paging.of(reminders.sent(survey), paging.asked("sent"), 20),
        text=reminders.words(survey, request.host_url.rstrip("/") + path),
        by_mail=mail.available(),
        job=jobs.latest("surveys.remind", within=g.organisation, survey_id=survey.id),
    )
    return page, 422 if form.errors else 200


@bp.post("/app/surveys/<int:survey_id>/reminders/printed")
@requires(Permission.MANAGE_SURVEYS)
def reminded(survey_id: int) -> ResponseReturnValue:
    """Write down that people were reminded by a printed list."""
    survey = queries.survey(survey_id, within=g.organisation)
    reminders.note(survey, len(reminders.people(survey, within=g.organisation)), by_mail=False, by=g.account)
    flash(_("Noted: reminded by list today."), "success")
    return redirect(url_for("surveys.remind", survey_id=survey_id))


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
