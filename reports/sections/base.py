"""What a section of a report is, and the few ways all of them write numbers."""

from collections.abc import Iterator
from typing import Any

from core.i18n import _, lazy
from core.terms import ReportStyle
from reports.blocks import Block, Paragraph
from reports.evidence import Evidence


class Chapter:
    """The headings of the first level; sections share them."""

    FACTS = lazy("Basic facts of the investigation")
    PRACTICE = lazy("What has been done and achieved")
    RESULTS = lazy("Survey results")
    CONCERNS = lazy("What people keep saying")
    CAUSES = lazy("Causes")
    PROPOSALS = lazy("Proposals and measures")


class Section:
    """One part of a report: where it stands in each layout, under which headings, and the blocks it is made of."""

    key: str
    chapter: Any = None  # its heading of the first level; None: it brings its own (annexes)
    title: Any = ""  # its heading of the second level; "" where the chapter's is enough
    order = 100
    summary_order = 100  # a research summary tells findings before methods

    def place(self, style: ReportStyle) -> int:
        """Return where the section stands in that layout."""
        return self.order if style is ReportStyle.GONGWEN else self.summary_order

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what the section says; nothing when there is nothing to say."""
        raise NotImplementedError


def share(part: float, whole: float) -> str:
    """Write a share in percent with one decimal."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def signed(value: float) -> str:
    """Write a score with its sign as people type it: -29.7, +4.0."""
    return f"{value:+.1f}"


def paragraphs(text: str) -> Iterator[Paragraph]:
    """Yield a paragraph for each line somebody wrote."""
    for line in text.splitlines():
        if line.strip():
            yield Paragraph(line.strip())


def listing(parts: list[str]) -> str:
    """Join words the way the language lists things: 甲、乙、丙."""
    return _(", ").join(parts)


def quoted(text: str) -> str:
    """Put a title in the quotation marks of the language."""
    return _("“%(text)s”", text=text)
