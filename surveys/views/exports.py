"""Results as files."""

from flask import g, render_template, send_file
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.i18n import language
from surveys import exports, queries
from surveys.views.blueprint import bp


@bp.get("/app/surveys/<int:survey_id>/exports")
@requires(Permission.SEE_RESULTS)
def files(survey_id: int) -> ResponseReturnValue:
    """Offer every file format, and say what each holds."""
    survey = queries.survey(survey_id, within=g.organisation)
    data = exports.dataset(survey, within=g.organisation, language=language())
    return render_template("surveys/exports.html", survey=survey, data=data, formats=exports.exports.values())


@bp.get("/app/surveys/<int:survey_id>/results.<kind>")
@requires(Permission.SEE_RESULTS)
def download(survey_id: int, kind: str) -> ResponseReturnValue:
    """Send results as a file: what is hidden on the page is hidden here."""
    survey = queries.survey(survey_id, within=g.organisation)
    export = exports.named(kind)
    data = exports.dataset(survey, within=g.organisation, language=language())
    return send_file(
        exports.written(export, data),
        mimetype=export.mimetype,
        as_attachment=True,
        download_name=f"{survey.version.title}.{export.file_ending()}",
    )
