"""The overview, background jobs, and the menu."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import jobs
from core.access import Permission, allowed, requires
from core.i18n import _, lazy
from desk import overview as overviews
from investigations import queries as investigations
from investigations.models import Investigation
from surveys import queries as surveys

bp = Blueprint("desk", __name__, url_prefix="/app")
_OWN_PAGE = re.compile(r"/app(/[A-Za-z0-9_-]+)*/?")

MENU = (
    ("desk.overview", lazy("Overview"), "house", Permission.USE_DESK),
    ("investigations.index", lazy("Investigations"), "clipboard-data", Permission.SEE_INVESTIGATIONS),
    ("surveys.instruments", lazy("Questionnaires"), "card-checklist", Permission.MANAGE_SURVEYS),
    ("interviews.index", lazy("Talks"), "chat-dots", Permission.RECORD_TALKS),
    ("interviews.coverage", lazy("Coverage"), "bar-chart", Permission.SEE_COVERAGE),
    ("concerns.ledger_page", lazy("Ledger"), "list-check", Permission.SEE_CONCERNS),
    ("concerns.board", lazy("Notice board"), "megaphone", Permission.READ_BOARD),
    ("members.index", lazy("Members"), "people", Permission.SEE_MEMBERS),
    ("members.settings", lazy("Organisation"), "gear", Permission.MANAGE_ORGANISATION),
)
# Where a page belongs whose address does not begin like that of any line of the menu.
BELONGS = {
    "interviews": "interviews.index",
    "surveys": "investigations.index",
    "concerns": "investigations.index",
    "reports": "investigations.index",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    url: str
    label: Any
    icon: str
    current: bool


def navigation() -> list[Entry]:
    """Return the menu of the reader: what the account may open, the current page marked."""
    shown = [(endpoint, url_for(endpoint), label, icon) for endpoint, label, icon, right in MENU if allowed(right)]
    mine = [url for endpoint, url, *_rest in shown if endpoint != "desk.overview" and request.path.startswith(url)]
    home = BELONGS.get(request.blueprint or "", "desk.overview" if request.path == url_for("desk.overview") else "")
    current = max(mine, key=len) if mine else next((url for endpoint, url, *_rest in shown if endpoint == home), None)
    return [Entry(url, label, icon, url == current) for _endpoint, url, label, icon in shown]


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


@bp.post("/jobs/<int:job_id>/cancel")
@requires(Permission.CURATE_CONCERNS)
def cancel_job(job_id: int) -> ResponseReturnValue:
    """Stop a background job that may be stopped, and go back to the page it was shown on."""
    if jobs.cancel(jobs.find(job_id, within=g.organisation)):
        flash(_("Stopped. Nothing was changed; you can start it again."), "success")
    else:
        flash(_("It had already ended."), "info")
    back = request.form.get("back", "")
    return redirect(back if _OWN_PAGE.fullmatch(back) else url_for("desk.overview"))
