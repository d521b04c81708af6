"""The overview, background jobs, and the menu."""

import re
import tempfile
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from core import chain, clock, doctor, jobs
from core.access import Permission, allowed, requires
from core.i18n import _, lazy
from core.terms import TrailKind
from desk import overview as overviews
from desk import trail, trail_files
from forms.trail import KeptSealForm, TrailForm
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
    ("desk.audit_trail", lazy("Operations record"), "clock-history", Permission.MANAGE_ORGANISATION),
    ("desk.diagnostics", lazy("Self-check"), "shield-check", Permission.MANAGE_ORGANISATION),
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


@bp.get("/audit-trail")
@requires(Permission.MANAGE_ORGANISATION)
def audit_trail() -> ResponseReturnValue:
    """Show who did what, newest first."""
    form = TrailForm(request.args)
    form.offer(trail.accounts(within=g.organisation))
    wish = _wish(form)
    before = request.args.get("before", type=int)
    found = trail.page(wish, before=before, within=g.organisation)
    return render_template(
        "desk/audit.html",
        form=form,
        wish=wish,
        page=found,
        before=before,
        kept={name: value for name, value in request.args.items() if name in form.data and value},
        head=chain.head(g.organisation.id),
    )


@bp.get("/audit-trail/check")
@requires(Permission.MANAGE_ORGANISATION)
def check_trail() -> ResponseReturnValue:
    """Walk the whole trail and say what is wrong, and whether it still holds a line that was printed once."""
    form, organisation_id = KeptSealForm(request.args), g.organisation.id
    lines, seal = form.lines.data, form.seal.data
    compared = chain.contains(organisation_id, lines, seal) if form.validate() and lines and seal else None
    verdict = chain.check(organisation_id)
    return render_template("desk/audit_check.html", form=form, verdict=verdict, compared=compared)


@bp.get("/audit-trail/export.<any(csv,json):kind>")
@requires(Permission.MANAGE_ORGANISATION)
def export_trail(kind: str) -> ResponseReturnValue:
    """Hand out the whole trail as a file anybody can check; that it was taken out is its last line."""
    trail_files.note(g.organisation, by=g.account)
    file = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - sending it closes it
    lines, seal = trail_files.WRITERS[kind](file, within=g.organisation)
    file.seek(0)
    return send_file(
        file,
        mimetype={"csv": "text/csv", "json": "application/json"}[kind],
        as_attachment=True,
        download_name=f"audit-{clock.today().isoformat()}-{lines}-{seal[: chain.SHORT]}.{kind}",
    )


@bp.get("/diagnostics")
@requires(Permission.MANAGE_ORGANISATION)
def diagnostics() -> ResponseReturnValue:
    """Look the installation over, and say what to do about what is wrong."""
    result = doctor.examine(current_app.config["SETTINGS"])
    return render_template("desk/diagnostics.html", result=result)


def _wish(form: TrailForm) -> trail.Wish:
    """Return what was asked for; what cannot be read narrows nothing."""
    form.validate()
    account = form.account.data or ""
    return trail.Wish(
        kind=TrailKind(form.kind.data) if form.kind.data in set(TrailKind) else None,
        account_id=int(account) if account.isdecimal() and len(account) < 10 else None,
        since=form.since.data,
        until=form.until.data,
    )
