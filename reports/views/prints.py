"""Pages that print something for use: slips, paper questionnaires, posters, talk sheets."""

from collections.abc import Sequence

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError, NotAllowed
from core.i18n import _, language
from core.terms import TalkState
from interviews import openings
from interviews import queries as talks
from interviews.queries.words import Sealed
from reports import prints, talk_sheet
from reports.pdf import print_pdf
from reports.views.blueprint import bp, handed_out, plain_name
from surveys import definitions, designing, previews, promises, questionnaires, slips
from surveys import queries as surveys
from vault.errors import Locked, NotHanded


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
    return handed_out(print_pdf(html), plain_name(survey.version.title, _("slips")))


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
    return handed_out(printed, plain_name(survey.version.title, _("paper form")))


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
    return handed_out(printed, plain_name(instrument.title, _("paper form")))


@bp.get("/surveys/<int:survey_id>/poster.pdf")
@requires(Permission.MANAGE_SURVEYS)
def poster(survey_id: int) -> ResponseReturnValue:
    """Print a poster with the link that is the same for everybody."""
    survey = surveys.survey(survey_id, within=g.organisation)
    link = url_for("surveys.answer", public_id=survey.public_id, _external=True)
    return handed_out(print_pdf(prints.poster(survey, link)), plain_name(survey.version.title, _("poster")))


@bp.get("/talks/sheet.pdf")
@requires(Permission.RECORD_TALKS)
def blank_talk_sheet() -> ResponseReturnValue:
    """Print an empty record sheet of a talk, to be filled in by hand."""
    sheet = talk_sheet.blank(g.organisation)
    return handed_out(talk_sheet.printed(sheet, language=language()), talk_sheet.file_name(sheet))


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
    return handed_out(talk_sheet.printed(sheet, language=language()), talk_sheet.file_name(sheet, name))


def _spoken(offered: Sequence[str]) -> str:
    """Return the language asked for where the questionnaire is written in it, else ""."""
    wanted = request.args.get("lang", "")
    return wanted if wanted in offered else ""
