"""A report as one web page: nothing in it runs, and nothing is fetched from anywhere."""

import re
from base64 import b64encode
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from core.i18n import speaking
from core.terms import FileFormat, PdfVariant
from reports.blocks import Document, Heading, Style
from reports.formats.base import Format, Progress
from reports.html import balanced, drawn_page, setting
from reports.parts import Section, sections

STYLES = Path(__file__).parents[1] / "styles"
SHEETS = ("web.css", "widths.css")
LISTED = 2  # levels of headings in the list of contents
PHRASE = 11  # characters of a Chinese title that stay on a line of a phone
FEWEST = 3  # headings worth a list


class WebPage(Format):
    """A page of its own: it can be sent, kept and opened without a network."""

    key = FileFormat.HTML
    order = 30
    media_type = "text/html"
    extension = "html"

    def write(
        self,
        document: Document,
        *,
        style: Style,
        variant: PdfVariant = PdfVariant.ACCESSIBLE,
        progress: Progress | None = None,
    ) -> bytes:
        """Return the page in UTF-8; footnotes stand at the end of the text, linked there and back."""
        sheet = style_sheet()
        with speaking(document.language):
            given = setting(document.language, document.title, printed=False)
            title = given["plain"](document.title)
            page = drawn_page(
                "reports/web.html",
                replace(document, notes_at="end"),
                style=style,
                run_in=False,
                marks=False,
                phrases=balanced(title, PHRASE) if document.language == "zh" else [title],
                sheet=Markup(sheet),
                policy=policy(sheet),
                contents=_contents(sections(document, style, run_in=False), given["wide_space"]),
                **given,
            )
        return page.encode()


@cache
def style_sheet() -> str:
    """Return the style of the page, without remarks and indents."""
    text = "".join((STYLES / name).read_text(encoding="utf-8") for name in SHEETS)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()


def policy(sheet: str) -> str:
    """Return what a browser may do with the page: show it with this style, and nothing else."""
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _contents(found: list[Section], space: str) -> list[tuple[str, int, str]]:
    """List the headings worth a link: their anchor, level and text; nothing where there are few."""
    body, *annexes = found
    listed = [
        (part.anchor, part.block.level, part.number + part.block.text)
        for part in body.parts
        if isinstance(part.block, Heading) and part.block.level <= LISTED
    ]
    listed += [(annex.anchor, 1, f"{annex.number}{space}{annex.title}") for annex in annexes]
    return listed if len(listed) >= FEWEST else []
