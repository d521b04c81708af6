"""Talk notes out of a file: chosen, looked at row by row, written."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import BadInput
from core.i18n import _, ngettext
from core.numbers import row_number
from core.terms import Visibility
from forms.interviews import WriteImportForm
from forms.talk_files import TalkNotesForm
from interviews import columns, imports
from interviews.models import TalkImport
from interviews.views.blueprint import bp, investigations
from investigations import queries as investigation_queries


@bp.route("/talks/import", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def import_file() -> ResponseReturnValue:
    """Read a file of talk notes; nothing is written before its rows have been looked at."""
    current = investigation_queries.current(within=g.organisation)
    form = TalkNotesForm(data={"investigation": str(current.id) if current else ""})
    form.offer(investigations=investigations())
    if form.sent():
        about = row_number(form.investigation.data)
        try:
            kept = imports.prepare(
                form.file.data.read(),
                form.file.data.filename or "",
                within=g.organisation,
                by=g.account,
                investigation=investigation_queries.investigation(about, within=g.organisation) if about else None,
                visibility=Visibility(form.visibility.data) if form.visibility.data else None,
            )
        except BadInput as error:
            form.file.errors = [*form.file.errors, str(error)]
        else:
            return redirect(url_for("interviews.import_preview", import_id=kept.id))
    return render_template(
        "interviews/import.html", form=form, columns=columns.SHOWN
    ), 422 if form.is_submitted() else 200


@bp.get("/talks/import/<import_id>")
@requires(Permission.RECORD_TALKS)
def import_preview(import_id: str) -> ResponseReturnValue:
    """Show what would become of every row."""
    kept = imports.find(import_id, within=g.organisation, by=g.account)
    return _preview_page(kept, WriteImportForm(formdata=None))


@bp.post("/talks/import/<import_id>")
@requires(Permission.RECORD_TALKS)
def import_write(import_id: str) -> ResponseReturnValue:
    """Write the new rows."""
    kept, form = imports.find(import_id, within=g.organisation, by=g.account), WriteImportForm()
    try:
        outcome = imports.write(kept, within=g.organisation, by=g.account, leave_out_faulty=form.leave_out.data)
    except BadInput as error:
        form.blame(error)
        return _preview_page(kept, form), 422
    flash(ngettext("%(num)s talk was imported.", "%(num)s talks were imported.", outcome.new))
    return redirect(url_for("interviews.index"))


@bp.post("/talks/import/<import_id>/cancel")
@requires(Permission.RECORD_TALKS)
def import_cancel(import_id: str) -> ResponseReturnValue:
    """Forget the file."""
    imports.cancel(imports.find(import_id, within=g.organisation, by=g.account))
    flash(_("Nothing was imported, and the file is forgotten."))
    return redirect(url_for("interviews.import_file"))


def _preview_page(kept: TalkImport, form: WriteImportForm) -> str:
    rows = imports.preview(kept, within=g.organisation, by=g.account)
    counts = {fate: sum(row.fate is fate for row in rows) for fate in imports.Fate}
    closed = sum(imports.closes_to(row.record, g.account) for row in rows if row.record is not None)
    return render_template(
        "interviews/import_preview.html", kept=kept, rows=rows, counts=counts, form=form, closed=closed
    )
