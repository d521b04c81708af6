"""Concerns taken out as a file, and a codebook with its passages taken in."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.clock import today
from core.errors import DomainError, Stale
from core.i18n import _, ngettext
from core.jobs import Job
from core.numbers import row_number
from core.terms import JobState
from exchange import concerns
from exchange.concerns import columns, comparing, gathering, jobs, taking, waiting
from exchange.concerns.base import Book, Format
from exchange.concerns.comparing import Comparison, Fate
from exchange.views.base import bp, handed_out
from forms.exchange import ConcernsImportForm
from investigations import queries as investigations
from investigations.models import Investigation

__all__ = ["jobs"]  # loaded with the pages that ask for them

PAGES = "/investigations/<int:investigation_id>/concerns"


@bp.get(f"{PAGES}/export")
@requires(Permission.SEE_CONCERNS)
def export_concerns(investigation_id: int) -> ResponseReturnValue:
    """Show in which formats the concerns can be taken out, what would be in the file, and what is being made."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    extent = gathering.extent(row, within=g.organisation)
    offers = waiting.offers(row, within=g.organisation, passages=extent.passages)
    return render_template("exchange/concerns.html", investigation=row, offers=offers, told=extent.told)


@bp.post(f"{PAGES}/export/<key>")
@requires(Permission.SEE_CONCERNS)
def concerns_file(investigation_id: int, key: str) -> ResponseReturnValue:
    """Hand the concerns out as a file, or begin to make a large one."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    kind = concerns.named(key)
    extent = gathering.extent(row, within=g.organisation)
    if concerns.takes_long(kind, extent.passages):
        waiting.make(kind, row, within=g.organisation)
        return _back(row)
    return _handed_out(concerns.exported(kind, row, within=g.organisation, by=g.account), kind, row)


@bp.post(f"{PAGES}/export/<key>/file")
@requires(Permission.SEE_CONCERNS)
def fetch_concerns(investigation_id: int, key: str) -> ResponseReturnValue:
    """Hand out a file that was made, while nothing it was made of has changed."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    kind = concerns.named(key)
    try:
        return _handed_out(waiting.fetched(kind, row, within=g.organisation, by=g.account), kind, row)
    except Stale as error:
        flash(str(error), "warning")
        return _back(row)


@bp.route(f"{PAGES}/import", methods=["GET", "POST"])
@requires(Permission.CURATE_CONCERNS)
def import_concerns(investigation_id: int) -> ResponseReturnValue:
    """Read a codebook and show what would become of it; nothing is written yet."""
    row = investigations.investigation(investigation_id, within=g.organisation)
    form = ConcernsImportForm()
    if not form.sent():
        return _as_far(row, form)
    try:
        file = form.file.data
        content, name = (file.read() if file else b""), (file.filename if file else "") or ""
        if taking.takes_long(content, row, within=g.organisation):
            return _shown_later(row, waiting.look_through(content, name, row, by=g.account))
        book = concerns.read(content, name)
        return _page(row, form, comparing.compare(book, row, within=g.organisation), book)
    except DomainError as error:
        form.blame(error)
        return _page(row, form), error.status


@bp.post(f"{PAGES}/import/write")
@requires(Permission.CURATE_CONCERNS)
def write_concerns(investigation_id: int) -> ResponseReturnValue:
    """Take in what the page showed."""
    row, form = investigations.investigation(investigation_id, within=g.organisation), ConcernsImportForm()
    job = _asked_for(row)
    if job is not None:
        return _shown_later(row, waiting.take_in(job, row, seen=form.seen.data or "", by=g.account))
    try:
        book = taking.unpacked(form.kept.data or "")
    except DomainError as error:
        form.blame(error)
        return _page(row, form), error.status
    try:
        found = taking.take_in(book, row, seen=form.seen.data or "", within=g.organisation, by=g.account)
    except DomainError as error:
        form.blame(error)
        return _page(row, form, comparing.compare(book, row, within=g.organisation), book), error.status
    flash(_told(taking.told(found)), "success")
    return redirect(url_for("concerns.index", investigation_id=row.id))


def _as_far(row: Investigation, form: ConcernsImportForm) -> ResponseReturnValue:
    """The page as far as a large file has come, with a form for another one unless it is being worked on."""
    job = _asked_for(row)
    if job is None or job.state is not JobState.DONE:
        return _page(row, form, job=job)
    if job.name == waiting.TAKE:
        return _page(row, form, done=_told(job.result or {}))
    try:
        look = waiting.looked(job, row)
    except DomainError as error:
        form.blame(error)
        return _page(row, form), error.status
    if look.refused:
        form.file.errors = [look.refused]
        return _page(row, form)
    form.seen.data = look.seen
    return _page(row, form, look.found, job=job)


def _asked_for(row: Investigation) -> Job | None:
    return waiting.own(row_number(request.args.get("look")), row, within=g.organisation, by=g.account)


def _shown_later(row: Investigation, job: Job) -> ResponseReturnValue:
    return redirect(url_for("exchange.import_concerns", investigation_id=row.id, look=job.id), 303)


def _back(row: Investigation) -> ResponseReturnValue:
    return redirect(url_for("exchange.export_concerns", investigation_id=row.id), 303)


def _handed_out(content: bytes, kind: Format, row: Investigation) -> ResponseReturnValue:
    return handed_out(content, kind.mimetype, f"{_('Concerns')} {row.title} {today().isoformat()}.{kind.key}")


def _told(counts: dict[str, int]) -> str:
    return " ".join(
        (
            ngettext("%(num)s concern is new.", "%(num)s concerns are new.", counts["new"]),
            ngettext("%(num)s concern was changed.", "%(num)s concerns were changed.", counts["changed"]),
            ngettext("%(num)s passage was moved.", "%(num)s passages were moved.", counts["moved"]),
        )
    )


def _page(
    row: Investigation, form: ConcernsImportForm, found: Comparison | None = None, book: Book | None = None, **told: Any
) -> ResponseReturnValue:
    """The page; `told` is a `job` on a large file, or in words what was `done` with it."""
    if book is not None and found is not None:
        form.kept.data, form.seen.data = taking.packed(book), taking.fingerprint(found)
    counts = {fate: sum(change.fate is fate for change in found.changes) for fate in Fate} if found else {}
    return render_template(
        "exchange/concerns_import.html", investigation=row, form=form, found=found, counts=counts,
        title=columns.title, fates=Fate, **({"job": None, "done": ""} | told),
    )  # fmt: skip
