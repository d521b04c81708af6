"""Filing a record: shown to the member, filed, signed, scanned, kept, destroyed."""

import io

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, ngettext
from core.numbers import row_number
from core.terms import Role, TalkState
from forms.filing import AnswerForm, DestroyForm, FileForm, ScanForm, UnfileForm
from interviews import corrections, openings, queries, retention, scans
from interviews import filing as files
from interviews.models import Talk
from interviews.queries import TalkView
from interviews.views.blueprint import bp

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/talks/<int:talk_id>/filing")
@requires(Permission.RECORD_TALKS)
def filing(talk_id: int) -> ResponseReturnValue:
    """Show how far a record has come on its way into the file."""
    row = queries.talk(talk_id, within=g.organisation)
    page = _page(row, queries.view(talk_id, within=g.organisation, reader=g.account))
    if corrections.of(row, reader=g.account):
        openings.note(row, by=g.account)  # the page shows what the member wrote about the record
    return page


@bp.post("/talks/<int:talk_id>/file")
@requires(Permission.RECORD_TALKS)
def file_talk(talk_id: int) -> ResponseReturnValue:
    """File a record."""
    row = queries.talk(talk_id, within=g.organisation)
    files.file(row, by=g.account, based_on=FileForm().revision.data or 0)
    flash(_("The record is filed as number %(number)s. Print it now and have it signed.", number=files.number_of(row)))
    return _back(talk_id)


@bp.post("/talks/<int:talk_id>/unfile")
@requires(Permission.RECORD_TALKS)
def unfile(talk_id: int) -> ResponseReturnValue:
    """Take a record out of the file."""
    row, form = queries.talk(talk_id, within=g.organisation), UnfileForm()
    if form.sent():
        try:
            files.unfile(row, reason=form.reason.data or "", by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The record is out of the file and can be amended; the reason is kept."))
            return _back(talk_id)
    return _page(row, queries.view(talk_id, within=g.organisation, reader=g.account), unfile=form), 422


@bp.post("/talks/<int:talk_id>/scans")
@requires(Permission.RECORD_TALKS)
def add_scan(talk_id: int) -> ResponseReturnValue:
    """Attach a scan of the signed sheet."""
    row, form = queries.talk(talk_id, within=g.organisation), ScanForm()
    if form.sent():
        try:
            scan = scans.attach(row, form.file.data.read(), by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Attached as %(name)s.", name=scan.file_name))
            return _back(talk_id)
    return _page(row, queries.view(talk_id, within=g.organisation, reader=g.account), scan=form), 422


@bp.get("/talks/<int:talk_id>/scan")
@requires(Permission.RECORD_TALKS)
def scan(talk_id: int) -> ResponseReturnValue:
    """Hand out a scan as it came, under its name in the file."""
    row = queries.talk(talk_id, within=g.organisation)
    wanted = row_number(request.args.get("scan"))
    if wanted is None:
        return _back(talk_id)
    found = scans.find(wanted, row)
    content, kind, name = scans.content_of(found, row, reader=g.account), found.kind, found.file_name
    openings.note(row, by=g.account)
    return send_file(io.BytesIO(content), kind, as_attachment=True, download_name=name)


@bp.post("/talks/<int:talk_id>/scans/remove")
@requires(Permission.RECORD_TALKS)
def remove_scan(talk_id: int) -> ResponseReturnValue:
    """Remove a scan attached by mistake."""
    row = queries.talk(talk_id, within=g.organisation)
    scans.remove(scans.find(row_number(request.form.get("scan")), row), row, by=g.account)
    flash(_("The scan is removed."))
    return _back(talk_id)


@bp.post("/talks/<int:talk_id>/show")
@requires(Permission.RECORD_TALKS)
def show_member(talk_id: int) -> ResponseReturnValue:
    """Open the record to the member it was held with."""
    row = queries.talk(talk_id, within=g.organisation)
    corrections.show(row, by=g.account)
    flash(_("%(name)s can read the record now, agree to it or ask for a correction.", name=row.member.name))
    return _back(talk_id)


@bp.post("/talks/<int:talk_id>/corrections/take")
@requires(Permission.RECORD_TALKS)
def take_correction(talk_id: int) -> ResponseReturnValue:
    """Close a correction as taken into the record."""
    row, form = queries.talk(talk_id, within=g.organisation), AnswerForm()
    found = corrections.find(row_number(request.form.get("correction")), row)
    corrections.take(found, row, by=g.account, note=form.answer.data or "")
    flash(_("Marked as taken into the record. Show the record to the member once more."))
    return _back(talk_id)


@bp.post("/talks/<int:talk_id>/corrections/decline")
@requires(Permission.RECORD_TALKS)
def decline_correction(talk_id: int) -> ResponseReturnValue:
    """Close a correction as not taken, with the reason."""
    row, form = queries.talk(talk_id, within=g.organisation), AnswerForm()
    found = corrections.find(row_number(request.form.get("correction")), row)
    corrections.decline(found, row, by=g.account, reason=form.answer.data or "")
    flash(_("The member will find your reason beside the correction."))
    return _back(talk_id)


@bp.get("/archive")
@requires(Permission.MANAGE_ORGANISATION)
def archive() -> ResponseReturnValue:
    """List the filed records, those due for destruction apart, to be printed and signed."""
    return _archive(DestroyForm(formdata=None))


@bp.get("/archive.xlsx")
@requires(Permission.MANAGE_ORGANISATION)
def archive_index() -> ResponseReturnValue:
    """Hand out the index of the archive."""
    content = io.BytesIO(retention.index(g.organisation))
    return send_file(content, SHEET, as_attachment=True, download_name=f"{_('Index of the archive')}.xlsx")


@bp.post("/archive/destroy")
@requires(Permission.MANAGE_ORGANISATION)
def destroy_records() -> ResponseReturnValue:
    """Destroy the records ticked, once their number is written out."""
    form = DestroyForm()
    ids = [number for number in map(row_number, form.records.data or []) if number is not None]
    try:
        count = retention.destroy(ids, within=g.organisation, by=g.account, confirmed=form.confirmed.data or "")
    except DomainError as error:
        form.blame(error)
        return _archive(form), 422
    flash(ngettext("%(num)s record is destroyed.", "%(num)s records are destroyed.", count))
    return redirect(url_for("interviews.archive"))


def _archive(form: DestroyForm) -> str:
    records = retention.records(g.organisation)
    due = [record for record in records if record.due]
    ticked = {number for number in map(row_number, form.records.data or []) if number is not None}
    return render_template(
        "interviews/retention.html", records=records, due=due, form=form, ticked=ticked, today=clock.today()
    )


def _page(row: Talk, view: TalkView, *, scan: ScanForm | None = None, unfile: UnfileForm | None = None) -> str:
    readable = view.readable
    return render_template(
        "interviews/filing.html",
        talk=view,
        number=files.number_of(row),
        fingerprint=files.fingerprint(row),
        verdict=files.verify(row, reader=g.account) if readable and row.filed_on else None,
        steps=files.steps(row, reader=g.account),
        scans=scans.of(row) if readable else [],
        corrections=corrections.of(row, reader=g.account),
        member_reads=corrections.turned_on(g.organisation),
        has_account=corrections.account_of(row) is not None,
        recorded=view.state is TalkState.RECORDED,
        secretary=g.account.role is Role.SECRETARY,
        scan_form=scan or ScanForm(formdata=None),
        unfile_form=unfile or UnfileForm(formdata=None),
    )


def _back(talk_id: int) -> ResponseReturnValue:
    return redirect(url_for("interviews.filing", talk_id=talk_id))
