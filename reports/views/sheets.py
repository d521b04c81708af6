"""Pages that print what the organisation hangs up or signs: the ledger, the notice board, an appraisal's summary."""

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from concerns import board as notice_board
from concerns import ledger, ledger_wishes
from core.access import Permission, requires
from core.i18n import _, language
from reports import appraisal_sheet, board_sheet, ledger_sheet
from reports.views.blueprint import bp, handed_out, plain_name
from surveys import queries as surveys
from surveys import tallies


@bp.get("/ledger.pdf")
@requires(Permission.SEE_CONCERNS)
def printed_ledger() -> ResponseReturnValue:
    """Print the ledger, or one of its lists, as narrowed on its page."""
    view = ledger_wishes.view(request.args)
    wish = ledger_wishes.wish(ledger_wishes.form(request.args, within=g.organisation))
    about = ledger_wishes.investigation(wish, within=g.organisation)
    content = ledger_sheet.printed(
        ledger.lines(wish, view, within=g.organisation),
        view,
        within=g.organisation,
        about=about.title if about else "",
        language=language(),
    )
    return handed_out(content, plain_name(g.organisation.name, _("ledger")))


@bp.get("/board.pdf")
@requires(Permission.READ_BOARD)
def printed_board() -> ResponseReturnValue:
    """Print the notice board on A3."""
    setting = notice_board.setting(g.organisation)
    link = url_for("concerns.public_board", token=setting.token, _external=True) if setting.linked else ""
    content = board_sheet.printed(
        notice_board.lines(g.organisation),
        setting,
        organisation=g.organisation.name,
        link=link,
        language=language(),
    )
    return handed_out(content, plain_name(g.organisation.name, setting.title))


@bp.get("/surveys/<int:survey_id>/appraisal.pdf")
@requires(Permission.SEE_RESULTS)
def printed_appraisal(survey_id: int) -> ResponseReturnValue:
    """Print the summary of an appraisal held as a survey."""
    survey = surveys.survey(survey_id, within=g.organisation)
    results = tallies.results(survey, within=g.organisation, language=language())
    content = appraisal_sheet.printed(survey, results, organisation=g.organisation.name, language=language())
    return handed_out(content, plain_name(survey.version.title, _("summary")))
