"""Pages of fielding: codes and slips, responses from paper and files."""

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.terms import Channel
from forms.surveys import ImportForm, InviteForm
from members import rules
from surveys import (
    imports,
    invitations,
    queries,
    questionnaires,
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
