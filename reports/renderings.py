"""Files made from documents that were not issued, kept by the hash of what they are made from, and their pages."""

import hashlib
import io
import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from core import jobs, storage
from core.clock import now
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import FileFormat, PdfVariant, ReportStyle
from members.models import Organisation
from reports import engine, formats, html, pdf
from reports.blocks import Block, Document, Heading, Room, from_json, to_json
from reports.fitting import OPENING_CHAPTERS
from reports.models import Rendering

FOLDER = "renderings"
KEPT = timedelta(days=1)  # after its last use
NOTED = timedelta(hours=1)  # how exactly the last use is noted: reading must not write each time
DPI = 90
BEGINNING_LINES = 44  # of blocks: two pages of 22 lines, so that the first one ends where it would
LINE_SIGNS = 28
_DRAWING = threading.Lock()  # PDFium draws in one thread at a time, or brings the process down
QUICK = "begins"  # the file of the first page, there before the whole


def ask(
    document: Document,
    *,
    style: ReportStyle,
    format: FileFormat = FileFormat.PDF,
    variant: PdfVariant = PdfVariant.ACCESSIBLE,
    within: Organisation,
    language: str,
) -> Rendering:
    """Return the rendering of a document, its file there already, or being made in the background."""
    key = key_of(document, style=style, format=format, variant=variant)
    found = _by_key(key, within)
    if found is None:
        made = Rendering(
            organisation_id=within.id,
            sha256=key,
            style=style,
            format=format,
            variant=variant,
            document=to_json(document),
            used_at=now(),
        )
        try:
            with db.session.begin_nested():
                db.session.add(made)
        except IntegrityError:  # somebody asked for the same at the same time
            made = _by_key(key, within)
            assert made is not None
        found = made
    use(found)
    if not ready(found) and not busy(found):
        found.file = ""
        queued = jobs.enqueue("reports.make", organisation_id=within.id, language=language, rendering_id=found.id)
        found.job_id = queued.id
    return found


def seek(
    document: Document,
    *,
    style: ReportStyle,
    format: FileFormat = FileFormat.PDF,
    variant: PdfVariant = PdfVariant.ACCESSIBLE,
    within: Organisation,
) -> Rendering | None:
    """Return the rendering of a document if somebody has asked for it; nothing is made."""
    return _by_key(key_of(document, style=style, format=format, variant=variant), within)


def find(rendering_id: int, *, within: Organisation) -> Rendering:
    """Return a rendering of the organisation `within`; raise `NotFound`."""
    rows = select(Rendering).where(Rendering.id == rendering_id, Rendering.organisation_id == within.id)
    found = db.session.scalar(rows)
    if found is None:
        raise NotFound(_("This preview is not there any more. Open it again from the report."))
    return found


def key_of(document: Document, *, style: ReportStyle, format: FileFormat, variant: PdfVariant) -> str:
    """Return the SHA-256 of all a file is made from: blocks, style, format, variant and engine."""
    made_from = [to_json(document), style.value, format.value, variant.value, engine.engine()]
    canonical = json.dumps(made_from, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def use(rendering: Rendering) -> None:
    """Note that a rendering is used, so that it is kept."""
    if rendering.used_at < now() - NOTED:
        rendering.used_at = now()


def ready(rendering: Rendering) -> bool:
    """Say whether the whole file is there."""
    return bool(rendering.file) and storage.exists(_place(rendering.file))


def begun(rendering: Rendering) -> bool:
    """Say whether the first page can be shown, though the whole is still being made."""
    return storage.exists(_place(_quick(rendering.id, rendering.sha256)))


def job_of(rendering: Rendering) -> jobs.Job | None:
    """Return the job that makes a rendering."""
    return db.session.get(jobs.Job, rendering.job_id) if rendering.job_id else None


def busy(rendering: Rendering) -> bool:
    """Say whether the file is being made."""
    job = job_of(rendering)
    return job is not None and job.running


def make(rendering: Rendering, progress: jobs.Progress) -> None:
    """Write the file of a rendering; of a PDF, the first page before the whole."""
    document, rendering_id, key = from_json(rendering.document), rendering.id, rendering.sha256
    style, format, variant = rendering.style, rendering.format, rendering.variant
    progress(0.02)
    if format is FileFormat.PDF and not begun(rendering):
        storage.write(_place(_quick(rendering_id, key)), first_page(document, style))
    progress(0.1)
    content = formats.write(document, style=style.value, format=format, variant=variant)
    progress(0.95)
    name = f"{rendering_id}-{key[:16]}.{format.value}"
    storage.write(_place(name), content)
    made = db.session.get_one(Rendering, rendering_id)
    made.file, made.pages = name, pdf.count_pages(content) if format is FileFormat.PDF else 0
    storage.remove(_place(_quick(rendering_id, key)))


def first_page(document: Document, style: ReportStyle) -> bytes:
    """Return a PDF whose first page is the first page of the text, printed from the beginning alone.

    Only how many pages there are, which a summary says in its foot, cannot be known yet.
    """
    return pdf.print_pdf(html.page(beginning(document, style), style=style.value))


def beginning(document: Document, style: ReportStyle) -> Document:
    """Return as much of a document as its first page needs; a table of contents, which needs the whole, is left out."""
    lines = chapters = 0
    wanted: list[Block] = []
    for block in document.blocks:
        wanted.append(block)
        lines += max(block.lines(Room()), _lines_of(to_json(block)))
        chapters += isinstance(block, Heading) and block.level == 1
        enough = chapters > OPENING_CHAPTERS if style is ReportStyle.SUMMARY else True
        if lines >= BEGINNING_LINES and enough and not isinstance(block, Heading):
            break
    return replace(document, blocks=tuple(wanted), contents=False)


def picture(rendering: Rendering, page: int) -> bytes:
    """Return a page (1 is the first) as PNG; raise `NotFound` for one that is not there, or not yet."""
    quick = page == 1 and not ready(rendering)
    path = storage.path(_place(_quick(rendering.id, rendering.sha256) if quick else rendering.file or "none"))
    if rendering.format is not FileFormat.PDF or not path.is_file():
        raise NotFound(_("This page has not been printed yet."))
    return drawn(path.read_bytes(), page)


def drawn(printed: bytes, page: int, *, dpi: int = DPI) -> bytes:
    """Return one page (1 is the first) of a PDF as PNG; raise `NotFound` for one it does not have."""
    import pypdfium2  # here, for only those who look at pages need it

    with _DRAWING, pypdfium2.PdfDocument(printed) as document:
        if not 1 <= page <= len(document):
            raise NotFound(_("The report has no such page."))
        image = document[page - 1].render(scale=dpi / 72, grayscale=False).to_pil()
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG")
    return out.getvalue()


def stale() -> Sequence[int]:
    """Return the organisations (ids) that keep renderings nobody has used for long."""
    return db.session.scalars(
        select(Rendering.organisation_id).where(Rendering.used_at < now() - KEPT).distinct()
    ).all()


def clear(organisation_id: int) -> int:
    """Remove the renderings of an organisation that nobody has used for long, files and rows; return how many."""
    old = select(Rendering).where(Rendering.organisation_id == organisation_id, Rendering.used_at < now() - KEPT)
    rows = db.session.scalars(old).all()
    for row in rows:
        for name in (row.file, _quick(row.id, row.sha256)):
            if name:
                storage.remove(_place(name))
    db.session.execute(delete(Rendering).where(Rendering.id.in_([row.id for row in rows])))
    return len(rows)


def warm_up() -> None:
    """Load the printing engine and print one tiny page in each writing, so that the first report need not wait."""
    pdf.print_pdf('<html lang="zh-CN"><title>-</title><link rel="stylesheet" href="house:styles/gongwen.css"><p>报告 1')


def _by_key(key: str, within: Organisation) -> Rendering | None:
    rows = select(Rendering).where(Rendering.organisation_id == within.id, Rendering.sha256 == key)
    return db.session.scalar(rows)


def _lines_of(value: object) -> int:
    """Estimate how many lines a block's words take, from all the words in it."""
    if isinstance(value, dict):
        return sum(_lines_of(each) for key, each in value.items() if key not in ("block", "key", "generated", "traces"))
    if isinstance(value, list):
        return sum(_lines_of(each) for each in value)
    return ceil(len(value) / LINE_SIGNS) if isinstance(value, str) else 0


def _quick(rendering_id: int, key: str) -> str:
    return f"{rendering_id}-{key[:16]}.{QUICK}.pdf"


def _place(name: str) -> str:
    return f"{FOLDER}/{name}"
