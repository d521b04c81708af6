"""Printing: HTML in, PDF out. The only module that knows WeasyPrint.

A document is made of people's words, so the printer reads nothing but the house's own fonts and style
sheets: no file, no network, no `data:`; and it writes nothing about the document into any log.
WeasyPrint takes half a second to load and is only needed by the worker, hence the imports inside
functions.
"""

import logging
import mimetypes
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.terms import PdfVariant
from reports import archive, cjk, fitting

if TYPE_CHECKING:
    from weasyprint import Attachment
    from weasyprint.document import Document
    from weasyprint.urls import URLFetcher

HOUSE = "house:"
ROOT = Path(__file__).parent
OPEN_FOLDERS = ("fonts", "styles")
KNOWN_ENGINE = "70"
CORNER = "@top-right"

_OBJECT_STREAM = re.compile(rb"/Type */ObjStm.*?stream\r?\n(.*?)endstream", re.DOTALL)
_PAGE_COUNT = re.compile(rb"/Type */Pages\b[^>]*?/Count (\d+)")

log = logging.getLogger(__name__)


def _choose_fonts() -> None:
    """Point fontconfig at our fonts before Pango first asks for one, and give it somewhere to keep its cache."""
    os.environ.setdefault("FONTCONFIG_FILE", str(ROOT / "fonts" / "fonts.conf"))
    wanted = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    nearest = next((place for place in (wanted, *wanted.parents) if place.exists()), wanted)
    if not os.access(nearest, os.W_OK):
        os.environ["XDG_CACHE_HOME"] = str(Path(tempfile.gettempdir()) / f"xinsheng-cache-{os.getuid()}")


_choose_fonts()


def house_file(url: str) -> Path:
    """Return the file a `house:` address names, inside the open folders.

    Raises ValueError for every other address, without repeating it: it may hold private words.
    """
    if not url.startswith(HOUSE):
        raise ValueError("only the house's own files may be read")
    path = (ROOT / url.removeprefix(HOUSE)).resolve()
    if not any(path.is_relative_to((ROOT / folder).resolve()) for folder in OPEN_FOLDERS) or not path.is_file():
        raise ValueError("no such file in the house")
    return path


@cache
def house_fetcher() -> "URLFetcher":
    """Return the fetcher that reads only what `house_file` allows."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class HouseFetcher(URLFetcher):
        """Serves fonts and style sheets of ours, and refuses everything else."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("house",), allow_redirects=False)

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            try:
                path = house_file(url)
            except ValueError:
                log.warning("the printer refused to read an address outside the house")
                raise
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return HouseFetcher()


@cache
def _prepare_engine() -> None:
    """Silence the engine and teach it Chinese justification, once; an unknown version prints without it."""
    import weasyprint
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import inline
    from weasyprint.text import ffi, line_break

    for name in ("weasyprint", "weasyprint.progress"):
        logging.getLogger(name).disabled = True  # its warnings quote the document
    if weasyprint.__version__.split(".")[0] != KNOWN_ENGINE:
        log.warning("unknown WeasyPrint %s: Chinese lines may end unevenly", weasyprint.__version__)
        return
    try:
        cjk.justify_between_characters(inline, boxes, line_break, ffi)
    except AttributeError:
        log.warning("WeasyPrint %s has changed inside: Chinese lines may end unevenly", weasyprint.__version__)


def print_pdf(
    html: str,
    *,
    otherwise: Callable[[], str] | None = None,
    variant: PdfVariant = PdfVariant.ACCESSIBLE,
    attached: Sequence[archive.Attached] = (),
) -> bytes:
    """Print a whole HTML document as a tagged PDF of that variant, with files inside, and return its bytes.

    Laid out again where the pages themselves tell what is wrong (`reports.fitting`). Where a footnote lands on another
    page than its call, `otherwise()` draws the document with its notes at the end, and that is printed.
    """
    rendered = _fitted(html, variant)
    if otherwise is not None and fitting.misplaced_notes(rendered.pages):
        rendered = _fitted(otherwise(), variant)
    return rendered.write_pdf(
        pdf_variant=variant.value,
        pdf_tags=True,
        attachments=[_inside(each) for each in attached],
        finisher=lambda document, pdf: archive.finish(variant, pdf),
    )


def _inside(file: archive.Attached) -> "Attachment":
    from weasyprint import Attachment

    day = datetime.combine(file.made_on, time())
    return Attachment(
        string=file.content,
        url_fetcher=house_fetcher(),
        name=file.name,
        description=file.description,
        created=day,
        modified=day,
        relationship=archive.RELATION,
    )


def _fitted(html: str, variant: PdfVariant = PdfVariant.ACCESSIBLE) -> "Document":
    """Lay a document out as often as its pages still want mending, each fault once."""
    from weasyprint import CSS, HTML

    _prepare_engine()
    source = HTML(string=html, base_url=None, url_fetcher=house_fetcher(), media_type="print")
    sheets: dict[str, str] = {}
    while True:
        known = [CSS(string=css, url_fetcher=house_fetcher()) for css in sheets.values()]
        rendered = source.render(stylesheets=known, pdf_variant=variant.value)
        wanted = fitting.remedies(rendered.pages, sheets)
        if not wanted:
            return rendered
        sheets |= wanted


def page_count(html: str) -> int:
    """Lay a whole HTML document out, without writing it, and return how many pages it takes."""
    from weasyprint import HTML

    _prepare_engine()
    document = HTML(string=html, base_url=None, url_fetcher=house_fetcher(), media_type="print")
    return len(document.render().pages)


def print_copies(sheet: str, labels: str) -> bytes:
    """Print an HTML document once for each page of `labels`, whose upper right corner every page of that copy gets.

    The sheet is laid out once, so that a hundred copies take seconds. They are for paper and pens: no tags. Where a
    copy has an odd number of pages a blank one follows, so that on both sides of the paper none begins on a back.
    """
    from weasyprint import HTML
    from weasyprint.document import Page

    _prepare_engine()
    one, corners = (
        HTML(string=html, base_url=None, url_fetcher=house_fetcher(), media_type="print").render()
        for html in (sheet, labels)
    )
    pages = []
    for corner in corners.pages:
        label = [box for box in corner._page_box.children if getattr(box, "at_keyword", "") == CORNER]
        for page in one.pages:
            own = [box for box in page._page_box.children if getattr(box, "at_keyword", "") != CORNER]
            pages.append(Page(page._page_box.copy_with_children([*own, *label])))
        if len(one.pages) % 2 and len(corners.pages) > 1:
            pages.append(Page(one.pages[-1]._page_box.copy_with_children([])))
    return one.copy(pages).write_pdf()


def count_pages(printed: bytes) -> int:
    """Count the pages of a PDF printed here.

    Raises ValueError when the bytes are not such a PDF.
    """
    parts = [printed, *(_unpacked(found[1]) for found in _OBJECT_STREAM.finditer(printed))]
    counts = [int(found[1]) for part in parts for found in _PAGE_COUNT.finditer(part)]
    if not counts:
        raise ValueError("not a PDF of ours")
    return max(counts)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""
