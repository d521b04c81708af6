"""The ledger: its lists, to read, to print and to take away, and a ledger brought in from a file."""

import io
from typing import Any

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from concerns import ledger, ledger_columns, ledger_files, ledger_wishes, queries
from concerns.ledger_reading import RawRow, Target
from concerns.ledger_rows import COLUMNS, ON_SCREEN, Standing, View, Words
from concerns.views.base import bp, page_number
from core import clock
from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import ngettext
from core.numbers import row_number
from forms.ledger import LedgerFileForm, LedgerRowsForm, LedgerWishForm
from investigations import queries as investigations
from investigations.models import Investigation

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What is counted above the rows; each leads to its rows.
COUNTED = (Standing.OPEN, Standing.LATE, Standing.SOON, Standing.CHECK, Standing.REVIEW, Standing.CLOSED)
# What fits a sheet: how far a row has come stands on the list of tasks.
PRINTED = tuple(column for column in COLUMNS[View.ALL] if column not in ("outcome", "reason", "review"))


@bp.get("/ledger")
@requires(Permission.SEE_CONCERNS)
def ledger_page() -> ResponseReturnValue:
    """List the rows of the ledger, in one of its views."""
    view, form = ledger_wishes.view(request.args), ledger_wishes.form(request.args, within=g.organisation)
    wish = ledger_wishes.wish(form)
    return render_template(
        "concerns/ledger.html",
        form=form,
        view=view,
        views=View,
        columns=ON_SCREEN if view is View.ALL else COLUMNS[view],
        words=Words(g.organisation),
        page=ledger.page(wish, view, within=g.organisation, number=page_number()),
        tally=ledger.tally(wish, within=g.organisation),
        counted=COUNTED,
        wished=_kept(form),
        kept=_kept(form) | ({"view": view.value} if view is not View.ALL else {}),
        investigation=ledger_wishes.investigation(wish, within=g.organisation),
        last_investigation=investigations.current(within=g.organisation),
    )


@bp.get("/ledger/print")
@requires(Permission.SEE_CONCERNS)
def ledger_print() -> ResponseReturnValue:
    """Show the rows as a sheet for the printer, A4 across."""
    view, form = ledger_wishes.view(request.args), ledger_wishes.form(request.args, within=g.organisation)
    wish = ledger_wishes.wish(form)
    return render_template(
        "concerns/ledger_print.html",
        view=view,
        columns=PRINTED if view is View.ALL else COLUMNS[view],
        words=Words(g.organisation),
        rows=ledger.lines(wish, view, within=g.organisation),
        kept=_kept(form) | {"view": view.value},
        investigation=ledger_wishes.investigation(wish, within=g.organisation),
        today=clock.today(),
    )


@bp.get("/ledger/download")
@requires(Permission.SEE_CONCERNS)
def ledger_download() -> ResponseReturnValue:
    """Hand the rows out as a workbook."""
    wish = ledger_wishes.wish(ledger_wishes.form(request.args, within=g.organisation))
    content = ledger_files.workbook(wish, within=g.organisation)
    return send_file(
        io.BytesIO(content),
        mimetype=SHEET,
        as_attachment=True,
        download_name=f"{Words(g.organisation).ledger} {clock.today().isoformat()}.xlsx",
        max_age=0,
    )


@bp.route("/investigations/<int:investigation_id>/ledger/import", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def import_ledger(investigation_id: int) -> ResponseReturnValue:
    """Read a ledger from a file, and show what would become of every row; nothing is written."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = _file_form(row)
    if form.sent():
        try:
            rows = ledger_files.read(form.file.data.read(), form.file.data.filename or "", within=g.organisation)
            return _preview(row, form, rows, LedgerRowsForm(formdata=None))
        except BadInput as error:
            form.file.errors = [*form.file.errors, str(error)]
    page = render_template(
        "concerns/ledger_import.html",
        form=form,
        investigation=row,
        words=Words(g.organisation),
        names=ledger_columns.SHOWN,
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/investigations/<int:investigation_id>/ledger/import/write")
@requires(Permission.CURATE_CONCERNS)
def write_ledger(investigation_id: int) -> ResponseReturnValue:
    """Write the rows that were looked at."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    rows_form, form = LedgerRowsForm(), _file_form(row)
    rows = ledger_files.unpacked(rows_form.kept.data or "" if rows_form.sent() else "")
    try:
        outcome = ledger_files.write(
            rows,
            _target(row, form),
            within=g.organisation,
            by=g.account,
            leave_out_faulty=bool(rows_form.leave_out.data),
        )
    except DomainError as error:
        rows_form.blame(error)
        return _preview(row, form, rows, rows_form), error.status
    words = ngettext("%(num)d row has been imported.", "%(num)d rows have been imported.", outcome.new)
    if outcome.concerns:
        made = ngettext("%(num)d concern was made for them.", "%(num)d concerns were made for them.", outcome.concerns)
        words = f"{words} {made}"
    flash(words, "success")
    return redirect(url_for("concerns.ledger_page", investigation=row.id))


def _preview(row: Investigation, form: LedgerFileForm, rows: list[RawRow], rows_form: LedgerRowsForm) -> str:
    target = _target(row, form)
    judged = ledger_files.judge(rows, target, within=g.organisation)
    rows_form.kept.data = ledger_files.packed(rows)
    return render_template(
        "concerns/ledger_preview.html",
        form=rows_form,
        target=form,
        rows=judged,
        counts={fate: sum(one.fate is fate for one in judged) for fate in ledger_files.Fate},
        investigation=row,
        words=Words(g.organisation),
    )


def _file_form(row: Investigation) -> LedgerFileForm:
    form = LedgerFileForm()
    form.offer(queries.choices(row, within=g.organisation))
    return form


def _target(row: Investigation, form: LedgerFileForm) -> Target:
    number = row_number(form.concern.data)
    concern = queries.concern(number, within=g.organisation) if number else None
    if concern is not None and concern.investigation_id != row.id:
        concern = None
    return Target(row, concern, form.review_on.data)


def _kept(form: LedgerWishForm) -> dict[str, Any]:
    """What the page was narrowed to, for its links."""
    return {field.short_name: field.data for field in form if field.data}
