"""Pages and files of results."""

import io

from flask import g, render_template, send_file
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.spreadsheet import write_csv, write_xlsx
from investigations import queries as investigations
from surveys import (
    closing,
    drawings,
    queries,
    tallies,
)
from surveys.views.blueprint import bp


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
