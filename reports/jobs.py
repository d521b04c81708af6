"""Printing, out of the way of pages."""

from core.db import db
from core.jobs import Progress, job
from reports import blocks, editions, pdf
from reports.models import Edition


@job
def render(progress: Progress, *, edition_id: int) -> dict[str, int]:
    """Print an edition from the blocks frozen in it."""
    edition = db.session.get_one(Edition, edition_id)
    document, style = blocks.from_json(edition.document), edition.style
    progress(0.1)
    content = editions.printed(document, style=style)
    pages = pdf.count_pages(content)
    progress(0.95)
    editions.keep(db.session.get_one(Edition, edition_id), content, pages)
    return {"pages": pages}
