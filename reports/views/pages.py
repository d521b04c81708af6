"""Pages where a report that is still being written is seen as it will be printed, sheet by sheet."""

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.terms import ReportStyle
from investigations import queries as investigations
from investigations.models import Investigation
from reports import editions, renderings
from reports.blocks import Document
from reports.views.blueprint import asked, bp


@bp.get("/investigations/<int:investigation_id>/report/pages")
@requires(Permission.READ_REPORTS)
def pages(investigation_id: int) -> ResponseReturnValue:
    """Show the sheets of the report as it stands now, or offer to print them."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    style, language = asked(request.values.get("style", ""), request.values.get("lang", ""))
    asked_for = request.args.get("rendering", 0, int)
    found = renderings.find(asked_for, within=g.organisation) if asked_for else None
    if found is None or not renderings.busy(found):  # what was just asked for need not be composed again to be seen
        found = renderings.seek(_document(investigation, style, language), style=style, within=g.organisation)
    return render_template(
        "reports/pages.html",
        investigation=investigation,
        style=style,
        language=language,
        rendering=found,
        ready=found is not None and renderings.ready(found),
        job=renderings.job_of(found) if found else None,
    )


@bp.post("/investigations/<int:investigation_id>/report/pages")
@requires(Permission.READ_REPORTS)
def make_pages(investigation_id: int) -> ResponseReturnValue:
    """Print the report as it stands now, in the background, unless that was done before."""
    investigation = investigations.investigation(investigation_id, within=g.organisation)
    style, language = asked(request.values.get("style", ""), request.values.get("lang", ""))
    document = _document(investigation, style, language)
    asked_for = renderings.ask(document, style=style, within=g.organisation, language=g.account.language)
    where = {
        "investigation_id": investigation.id,
        "style": style.value,
        "lang": language,
        "rendering": asked_for.id,
    }
    return redirect(url_for("reports.pages", **where))


@bp.get("/renderings/<int:rendering_id>/pages/<int:page>.png")
@requires(Permission.READ_REPORTS)
def page_picture(rendering_id: int, page: int) -> ResponseReturnValue:
    """Show one sheet as a picture; the first is empty for as long as it is being printed."""
    found = renderings.find(rendering_id, within=g.organisation)
    renderings.use(found)
    if page == 1 and renderings.busy(found) and not (renderings.begun(found) or renderings.ready(found)):
        return "", 204
    return Response(renderings.picture(found, page), mimetype="image/png")


def _document(investigation: Investigation, style: ReportStyle, language: str) -> Document:
    return editions.composed(investigation, style=style, language=language, within=g.organisation)
