"""The overview, background jobs, and the menu."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import jobs
from core.access import Permission, allowed, requires
from core.i18n import lazy
from desk import overview as overviews
from investigations import queries as investigations
from investigations.models import Investigation
from surveys import queries as surveys

bp = Blueprint("desk", __name__, url_prefix="/app")

MENU = (
    ("desk.overview", lazy("Overview"), "house", Permission.USE_DESK),
    ("investigations.index", lazy("Investigations"), "clipboard-data", Permission.SEE_INVESTIGATIONS),
    ("surveys.instruments", lazy("Questionnaires"), "card-checklist", Permission.MANAGE_SURVEYS),
    ("interviews.index", lazy("Talks"), "chat-dots", Permission.RECORD_TALKS),
    ("interviews.coverage", lazy("Coverage"), "bar-chart", Permission.SEE_COVERAGE),
    ("members.index", lazy("Members"), "people", Permission.SEE_MEMBERS),
    ("members.settings", lazy("Organisation"), "gear", Permission.MANAGE_ORGANISATION),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    url: str
    label: Any
    icon: str
    current: bool


def navigation() -> list[Entry]:
    """Return the menu of the reader: what the account may open, the current page marked."""
    here = request.path
    entries = []
    for endpoint, label, icon, permission in MENU:
        if allowed(permission):
            url = url_for(endpoint)
            current = here == url if endpoint == "desk.overview" else here.startswith(url)
            entries.append(Entry(url, label, icon, current))
    return entries


@bp.get("/")
@requires(Permission.USE_DESK)
def overview() -> ResponseReturnValue:
    """Show where the investigation under way stands."""
    if not allowed(Permission.SEE_INVESTIGATIONS):
        return render_template("desk/member.html", surveys=surveys.open_surveys(within=g.organisation))
    investigation = investigations.current(within=g.organisation)
    if investigation is None:
        return render_template("desk/welcome.html", steps=overviews.first_steps(g.organisation))
    return _overview(investigation)


@bp.get("/investigations/<int:investigation_id>/overview")
@requires(Permission.SEE_INVESTIGATIONS)
def investigation(investigation_id: int) -> ResponseReturnValue:
    """Show where one investigation stands."""
    return _overview(investigations.investigation(investigation_id, within=g.organisation))


def _overview(investigation: Investigation) -> ResponseReturnValue:
    found = overviews.overview(investigation, within=g.organisation, reader=g.account)
    return render_template("desk/overview.html", investigation=investigation, overview=found)


@bp.get("/jobs/<int:job_id>")
@requires(Permission.USE_DESK)
def job(job_id: int) -> ResponseReturnValue:
    """Show how far a background job is; tell htmx to load the page afresh once it has ended."""
    found = jobs.find(job_id, within=g.organisation)
    response = make_response(render_template("desk/job.html", job=found))
    if not found.running:
        response.headers["HX-Refresh"] = "true"
    return response
