"""Pages where paper forms are keyed twice: what is to do, one sheet, and what two keyings say differently.

Keying writes down what somebody said, as recording a talk does: the committee does both.
"""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import HTML_LANG, _
from core.terms import SurveyState
from forms.surveys import PaperSheet, SettleForm, SheetForm
from questions import piping
from surveys import keying, paper, queries, questionnaires
from surveys.models import Survey
from surveys.views.blueprint import bp


@bp.get("/app/surveys/<int:survey_id>/keying")
@requires(Permission.RECORD_TALKS)
def key_sheets(survey_id: int) -> ResponseReturnValue:
    """Show which paper forms have been keyed, which differ, and which is next."""
    survey = queries.survey(survey_id, within=g.organisation)
    return render_template(
        "surveys/keying.html",
        survey=survey,
        told=keying.standing(survey),
        own=keying.own_first(survey, by=g.account),
        next=keying.following(survey, 0, by=g.account),
    )


@bp.route("/app/surveys/<int:survey_id>/keying/sheet", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def key_sheet(survey_id: int) -> ResponseReturnValue:
    """Key the sheet of the address's `number`, by default the next one; afterwards the one after it."""
    survey = queries.survey(survey_id, within=g.organisation)
    number = request.args.get("number", 0, type=int) or keying.following(survey, 0, by=g.account)
    try:
        turn = keying.turn(survey, number, by=g.account)
    except DomainError as error:
        flash(str(error), "warning")
        return redirect(url_for("surveys.key_sheets", survey_id=survey_id))
    asked = questionnaires.ready(survey.version)
    form = PaperSheet(asked.fields, asked.items, request.form if request.method == "POST" else None)
    refused = ""
    if request.method == "POST" and form.validate():
        try:
            done = keying.key(
                survey, number, form.answers, complete=form.complete, size=asked.sealed_size, by=g.account
            )
        except DomainError as error:
            refused = str(error)
        else:
            _tell(number, turn, done)
            onward = keying.following(survey, number, by=g.account)
            return redirect(url_for("surveys.key_sheet", survey_id=survey_id, number=onward), 303)
    shown = paper.on_paper(asked)
    for item in shown.items:
        form[item.name].item = item
    page = render_template(
        "surveys/keying_sheet.html",
        survey=survey,
        number=number,
        second=turn == keying.SECOND,
        asked=shown,
        form=form,
        refused=refused,
        asked_lang=HTML_LANG[asked.language],
    )
    return piping.unspanned(page) if asked.piped else page, 422 if form.errors or refused else 200


def _tell(number: int, turn: int, done: bool) -> None:
    if turn == keying.FIRST:
        flash(_("Sheet %(number)s is saved.", number=number), "success")
    elif done:
        flash(_("Sheet %(number)s: both keyings agree; it is counted.", number=number), "success")
    else:
        told = _(
            "Sheet %(number)s differs from its first keying. Go on; differences are settled at the end.", number=number
        )
        flash(told, "warning")


@bp.route("/app/surveys/<int:survey_id>/keying/differences", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def settle_sheet(survey_id: int) -> ResponseReturnValue:
    """Show side by side what two keyings of a sheet say differently, and take the right one for each question."""
    survey = queries.survey(survey_id, within=g.organisation)
    number = request.args.get("number", 0, type=int) or next(iter(keying.standing(survey).differing), 0)
    if survey.state is not SurveyState.OPEN or number not in keying.standing(survey).differing:
        flash(_("No two keyings differ here."), "info")
        return redirect(url_for("surveys.key_sheets", survey_id=survey_id))
    asked = questionnaires.ready(survey.version)
    found = keying.differences(survey, number, asked.items)
    form = SettleForm.of([one.item.name for one in found])
    if form.sent():
        try:
            keying.settle(survey, number, form.chosen(), asked.items, size=asked.sealed_size, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Sheet %(number)s is settled and counted.", number=number), "success")
            return redirect(_after_settling(survey), 303)
    page = render_template(
        "surveys/differences.html", survey=survey, number=number, differences=found, form=form, same=_same(asked, found)
    )
    return page, 422 if form.errors else 200


def _same(asked: questionnaires.Ready, found: list[keying.Difference]) -> int:
    return sum(item.kind.answerable for item in asked.items) - len(found)


def _after_settling(survey: Survey) -> str:
    left = keying.standing(survey).differing
    if left:
        return url_for("surveys.settle_sheet", survey_id=survey.id, number=left[0])
    return url_for("surveys.key_sheets", survey_id=survey.id)


@bp.post("/app/surveys/<int:survey_id>/keying/discard")
@requires(Permission.RECORD_TALKS)
def discard_sheet(survey_id: int) -> ResponseReturnValue:
    """Forget the keyings of a sheet that is not counted, to key it anew."""
    survey = queries.survey(survey_id, within=g.organisation)
    form = SheetForm()
    if not form.sent():
        return redirect(url_for("surveys.key_sheets", survey_id=survey_id))
    keying.discard(survey, form.number.data or 0, by=g.account)
    flash(_("Sheet %(number)s can be keyed anew.", number=form.number.data), "success")
    return redirect(url_for("surveys.key_sheet", survey_id=survey_id, number=form.number.data), 303)
