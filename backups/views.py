"""The page of backups."""

from flask import Blueprint, current_app, g, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from backups import keeping
from core import audit, clock, jobs
from core.access import Permission, allowed, requires
from core.i18n import language

bp = Blueprint("backups", __name__, url_prefix="/app/backups")


@bp.app_template_global("sees_to_backups")
def sees_to_backups() -> bool:
    """Say whether the reader is the one who sees to backups, for links to the page."""
    return allowed(Permission.KEEP_BACKUPS) and keeping.keeps(g.account)


@bp.get("")
@requires(Permission.KEEP_BACKUPS)
def index() -> ResponseReturnValue:
    """Show when the last backup was made, what there is, what is in it and what is not."""
    keeping.check(g.account)
    there = keeping.kept()
    return render_template(
        "backups/index.html",
        there=there,
        late=_days_since(there),
        on=keeping.folder() is not None,
        readable=keeping.readable_here(),
        keep=current_app.config["SETTINGS"].backup_keep,
        making=jobs.latest("backups.make", within=g.organisation),
        verifying=jobs.latest("backups.verify", within=g.organisation),
    )


def _days_since(there: list[keeping.Kept]) -> int | None:
    return (clock.today() - there[0].day).days if there else None


@bp.post("/make")
@requires(Permission.KEEP_BACKUPS)
def make() -> ResponseReturnValue:
    """Make a backup now, in the background."""
    keeping.check(g.account)
    place = {"organisation_id": g.organisation.id, "within_id": g.organisation.id}
    jobs.enqueue_once("backups.make", language=language(), **place)
    audit.note("backup.make", g.organisation, by=g.account)
    return redirect(url_for("backups.index"))


@bp.post("/<name>/verify")
@requires(Permission.KEEP_BACKUPS)
def verify(name: str) -> ResponseReturnValue:
    """Look whether a backup is whole, in the background."""
    keeping.check(g.account)
    found = keeping.find(name)
    jobs.enqueue_once("backups.verify", organisation_id=g.organisation.id, language=language(), file=found.name)
    return redirect(url_for("backups.index"))


@bp.post("/<name>/download")
@requires(Permission.KEEP_BACKUPS)
def download(name: str) -> ResponseReturnValue:
    """Send a backup, sealed as it is; the record says who took it."""
    keeping.check(g.account)
    found = keeping.find(name)
    audit.note("backup.download", g.organisation, by=g.account)
    return send_file(
        found, mimetype="application/octet-stream", as_attachment=True, download_name=f"xinsheng-{name}", max_age=0
    )
