"""The roster as a file: choosing it, its preview, writing it; the template and the export."""

from io import BytesIO

from flask import flash, g, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.members import RosterFileForm
from members import queries, roster, roster_file
from members.roster import Fate
from members.views.blueprint import bp
from members.views.people import labels

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.route("/members/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def choose_roster() -> ResponseReturnValue:
    """Ask for a roster file and read it; nothing is written yet."""
    form = RosterFileForm()
    if form.sent():
        try:
            parsed = roster.parse(form.file.data.read(), form.file.data.filename or "")
        except DomainError as no:
            form.file.errors = [*form.file.errors, str(no)]
        else:
            draft = roster.keep_draft(parsed, g.organisation)
            return redirect(url_for("members.preview_roster", draft_id=draft.id))
    return render_template("members/import.html", form=form), 422 if form.errors else 200


@bp.get("/members/import/<string:draft_id>")
@requires(Permission.MANAGE_MEMBERS)
def preview_roster(draft_id: str) -> ResponseReturnValue:
    """Show what writing the file would do, row by row."""
    draft = roster.draft(draft_id, g.organisation)
    preview = roster.preview(roster.parsed_from(draft), g.organisation)
    return render_template("members/preview.html", draft=draft, preview=preview, labels=labels())


@bp.post("/members/import/<string:draft_id>/write")
@requires(Permission.MANAGE_MEMBERS)
def write_roster(draft_id: str) -> ResponseReturnValue:
    """Write what the preview showed."""
    done = roster.write(roster.draft(draft_id, g.organisation), by=g.account)
    flash(
        _(
            "The roster has been written: %(new)s new, %(changed)s changed, %(unchanged)s as they were.",
            new=len(done.of(Fate.NEW)),
            changed=len(done.of(Fate.CHANGED)),
            unchanged=len(done.of(Fate.UNCHANGED)),
        )
    )
    return redirect(url_for("members.index"))


@bp.post("/members/import/<string:draft_id>/discard")
@requires(Permission.MANAGE_MEMBERS)
def discard_roster(draft_id: str) -> ResponseReturnValue:
    """Forget the file without writing it."""
    roster.discard(roster.draft(draft_id, g.organisation))
    flash(_("Nothing was written; the file has been forgotten."))
    return redirect(url_for("members.choose_roster"))


@bp.get("/members/template.xlsx")
@requires(Permission.MANAGE_MEMBERS)
def roster_template() -> ResponseReturnValue:
    """Send an empty roster with the columns an import understands."""
    return _sheet(roster_file.template(g.organisation), _("Roster template"))


@bp.get("/members/export.xlsx")
@requires(Permission.MANAGE_MEMBERS)
def export_roster() -> ResponseReturnValue:
    """Send the roster as a file an import reads back."""
    return _sheet(roster_file.export(queries.everybody(g.organisation), g.organisation), _("Roster"))


def _sheet(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(content), SHEET, as_attachment=True, download_name=f"{name}.xlsx")
