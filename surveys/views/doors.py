"""Pages of the other doors: blank slips drawn from an envelope, and the destruction of those left."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, ngettext
from forms.slips import BackForm, DestroyedForm, DrawnForm, MoreForm
from surveys import drawing, queries, slips
from surveys.views.blueprint import bp

SHOWN = 200  # members on one page; more are found by searching


@bp.route("/app/surveys/<int:survey_id>/drawn", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def drawn(survey_id: int) -> ResponseReturnValue:
    """Show who drew a slip, and tick those who do."""
    survey = queries.survey(survey_id, within=g.organisation)
    people = drawing.people(survey, within=g.organisation)
    form = DrawnForm()
    form.offer([(one.id, one.name) for one in people if not one.drew])
    status = 200
    if form.sent():
        try:
            count = drawing.draw(survey, form.members.data, within=g.organisation)
        except DomainError as error:
            form.blame(error)
            status = error.status
        else:
            flash(ngettext("%(num)s slip noted as drawn.", "%(num)s slips noted as drawn.", count), "success")
            return redirect(url_for("surveys.drawn", survey_id=survey_id))
    sought = request.args.get("q", "")[:80]
    waiting = [one for one in people if not one.drew and _found(one, sought)]
    page = render_template(
        "surveys/drawn.html",
        survey=survey,
        form=form,
        told=drawing.standing(survey),
        waiting=waiting[:SHOWN],
        more=max(0, len(waiting) - SHOWN),
        drawers=[one for one in people if one.drew],
        sought=sought,
    )
    return page, status if status != 200 else 422 if form.errors else 200


def _found(one: drawing.Drawer, sought: str) -> bool:
    wanted = sought.strip().casefold()
    return not wanted or any(wanted in part.casefold() for part in (one.number, one.name, one.group))


@bp.route("/app/surveys/<int:survey_id>/drawn/<int:member_id>/back", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def slip_back(survey_id: int, member_id: int) -> ResponseReturnValue:
    """Take a member off the list of those who drew, after somebody said that the slip is back unused."""
    survey = queries.survey(survey_id, within=g.organisation)
    drawer = drawing.drawer(survey, member_id, within=g.organisation)
    if drawer is None:
        flash(_("This member does not stand on the list of those who drew a slip."), "warning")
        return redirect(url_for("surveys.drawn", survey_id=survey_id))
    form = BackForm()
    if form.sent():
        drawing.give_back(survey, member_id, within=g.organisation, by=g.account)
        flash(_("The slip is back in the envelope; the member may collect a ballot or draw again."), "success")
        return redirect(url_for("surveys.drawn", survey_id=survey_id))
    page = render_template("surveys/drawn_back.html", survey=survey, form=form, drawer=drawer)
    return page, 422 if form.errors else 200


@bp.route("/app/surveys/<int:survey_id>/destroyed-slips", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def destroyed_slips(survey_id: int) -> ResponseReturnValue:
    """Write down that the unused slips were destroyed before two witnesses."""
    survey = queries.survey(survey_id, within=g.organisation)
    told = drawing.standing(survey)
    form = DestroyedForm(**_before(told))
    if form.sent():
        try:
            drawing.destroy(
                survey,
                form.destroyed.data,
                on=form.destroyed_on.data,
                witnesses=(form.first.data, form.second.data),
                by=g.account,
            )
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The destruction of the unused slips has been written down."), "success")
            return redirect(url_for("surveys.drawn", survey_id=survey_id))
    page = render_template("surveys/drawn_destroyed.html", survey=survey, form=form, told=told)
    return page, 422 if form.errors or form.form_errors else 200


@bp.route("/app/surveys/<int:survey_id>/more-slips", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def more_slips(survey_id: int) -> ResponseReturnValue:
    """Make further blank slips and show them, this once."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = MoreForm(address=request.host_url.rstrip("/"))
    if form.sent():
        try:
            made = drawing.more(survey, form.count.data, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            address = form.address.data.rstrip("/") + url_for("surveys.answer", public_id=survey.public_id)
            return render_template("surveys/slips.html", survey=survey, book=slips.book(survey, made, address))
    page = render_template("surveys/drawn_more.html", survey=survey, form=form, told=drawing.standing(survey))
    return page, 422 if form.errors or form.form_errors else 200


def _before(told: drawing.Standing) -> dict[str, object]:
    """Return what the form says before anybody typed: the record as it stands, or today; slips are to be counted."""
    if told.record is None:
        return {"destroyed_on": clock.today()}
    first, second = told.witnesses
    on = told.record.destroyed_on
    return {"destroyed": told.destroyed, "destroyed_on": on, "first": first, "second": second}
