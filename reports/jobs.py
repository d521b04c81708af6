"""Printing, out of the way of pages."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from core.db import db
from core.i18n import speaking
from core.jobs import Progress, due, job, stoppable, warm
from core.terms import FileFormat
from reports import editions, pdf, renderings
from reports.models import Edition, Rendering

warm(renderings.warm_up)


@job
def render(progress: Progress, *, edition_id: int) -> dict[str, Any]:
    """Print an edition from the blocks frozen in it, then write its other files; a printed file stays as it is."""
    edition = db.session.get_one(Edition, edition_id)
    document, style, variant = editions.document_of(edition), edition.style, edition.variant
    progress(0.1)
    if not edition.file:
        content = editions.printed(document, style=style, variant=variant)
        pages = pdf.count_pages(content)
        progress(0.7)
        editions.keep(db.session.get_one(Edition, edition_id), content, pages)
        db.session.commit()  # whatever becomes of the other files, the printed one is kept
    edition = db.session.get_one(Edition, edition_id)
    others = [each for each in editions.missing(edition) if each is not FileFormat.PDF]
    for place, each in enumerate(others):
        progress(0.7 + 0.25 * place / len(others))
        editions.keep_beside(edition, each, editions.written(document, style=style, format=each))
    return {"pages": edition.pages}


@job
def verify(progress: Progress, *, edition_id: int) -> dict[str, Any]:
    """Print an edition once more from its frozen blocks and say whether it is the same, byte for byte."""
    edition = db.session.get_one(Edition, edition_id)
    progress(0.1)
    with speaking(edition.language):
        again = editions.printed(editions.document_of(edition), style=edition.style, variant=edition.variant)
    progress(0.9)
    verdict = editions.compared(db.session.get_one(Edition, edition_id), again)
    return asdict(verdict)


@stoppable
@job
def make(progress: Progress, *, rendering_id: int) -> dict[str, Any]:
    """Print a report that is still being written, its first page before the others."""
    rendering = db.session.get(Rendering, rendering_id)
    if rendering is None:  # cleared away while it waited
        return {}
    renderings.make(rendering, progress)
    return {"pages": db.session.get_one(Rendering, rendering_id).pages}


@due("reports.clear_renderings")
def unused() -> Iterable[int]:
    """Say which organisations keep renderings nobody looks at any more."""
    return renderings.stale()


@job
def clear_renderings(progress: Progress, *, within_id: int) -> dict[str, Any]:
    """Remove renderings nobody has looked at for a week."""
    return {"removed": renderings.clear(within_id)}
