"""Concerns taken out as a file, and a codebook with its passages taken in."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.clock import today
from core.errors import DomainError
from core.i18n import _, ngettext
from exchange import concerns
from exchange.concerns import columns, comparing, gathering, taking
from exchange.concerns.base import Book
from exchange.concerns.comparing import Comparison, Fate
from exchange.views.base import bp, handed_out
from forms.exchange import ConcernsImportForm
from investigations import queries as investigations
from investigations.models import Investigation

PAGES = "/investigations/<int:investigation_id>/concerns"


@bp.get(f"{PAGES}/export")
@requires(Permission.SEE_CONCERNS)
def export_concerns(investigation_id: int) -> ResponseReturnValue:
    """Show in which formats the concerns can be taken out, and what would be in the file."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    told = gathering.extent(row, within=g.organisation)
    return render_template(
        "exchange/concerns.html", investigation=row, formats=concerns.formats.values(), told=told, any=bool(told)
    )


@bp.post(f"{PAGES}/export/<key>")
@requires(Permission.SEE_CONCERNS)
def concerns_file(investigation_id: int, key: str) -> ResponseReturnValue:
    """Hand the concerns out as a file."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    kind = concerns.named(key)
    content = concerns.exported(kind, row, within=g.organisation, by=g.account)
    return handed_out(content, kind.mimetype, f"{_('Concerns')} {row.title} {today().isoformat()}.{kind.key}")


@bp.route(f"{PAGES}/import", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def import_concerns(investigation_id: int) -> ResponseReturnValue:
    """Read a codebook and show what would become of it; nothing is written yet."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = ConcernsImportForm()
    if not form.sent():
        return _page(row, form)
    try:
        file = form.file.data
        book = concerns.read(file.read() if file else b"", (file.filename if file else "") or "")
        return _page(row, form, book, comparing.compare(book, row, within=g.organisation))
    except DomainError as error:
        form.blame(error)
        return _page(row, form), error.status


@bp.post(f"{PAGES}/import/write")
@requires(Permission.CURATE_CONCERNS)
def write_concerns(investigation_id: int) -> ResponseReturnValue:
    """Take in what the page showed."""
    row, form = investigations.investigation(investigation_id, within=g.organisation), ConcernsImportForm()
    try:
        book = taking.unpacked(form.kept.data or "")
    except DomainError as error:
        form.blame(error)
        return _page(row, form), error.status
    try:
        found = taking.take_in(book, row, seen=form.seen.data or "", within=g.organisation, by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(row, form, book, comparing.compare(book, row, within=g.organisation)), error.status
    flash(_told(found), "success")
    return redirect(url_for("concerns.index", investigation_id=row.id))


def _told(found: Comparison) -> str:
    made = sum(change.fate is Fate.NEW for change in found.changes)
    changed = sum(change.fate is Fate.CHANGED for change in found.changes)
    moved = sum(change.moved for change in found.changes)
    return " ".join(
        (
            ngettext("%(num)s concern is new.", "%(num)s concerns are new.", made),
            ngettext("%(num)s concern was changed.", "%(num)s concerns were changed.", changed),
            ngettext("%(num)s passage was moved.", "%(num)s passages were moved.", moved),
        )
    )


def _page(
    row: Investigation, form: ConcernsImportForm, book: Book | None = None, found: Comparison | None = None
) -> ResponseReturnValue:
    if book is not None and found is not None:
        form.kept.data, form.seen.data = taking.packed(book), taking.fingerprint(found)
    counts = {fate: sum(change.fate is fate for change in found.changes) for fate in Fate} if found else {}
    return render_template(
        "exchange/concerns_import.html", investigation=row, form=form, found=found, counts=counts,
        title=columns.title, fates=Fate,
    )  # fmt: skip
