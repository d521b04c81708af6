"""What a section of a report is, and the few ways all of them write numbers."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.i18n import _, lazy
from core.terms import ReportStyle
from reports.blocks import Block, Paragraph, Trace
from reports.evidence import Evidence


class Chapter:
    """The headings of the first level, in the order of an official report; sections share them."""

    FINDINGS = lazy("Key findings")
    NEXT = lazy("What happens next")
    FACTS = lazy("Basic facts of the investigation")
    PRACTICE = lazy("Where things stand and what is being done")
    PROBLEMS = lazy("Main problems")
    CAUSES = lazy("Causes")
    PROPOSALS = lazy("Proposals and measures")


class Section:
    """One part of a report: where it stands in each layout, under which headings, and the blocks it is made of."""

    key: str
    chapter: Any = None  # its heading of the first level; None: it brings its own (annexes)
    title: Any = ""  # its heading of the second level; "" where the chapter's is enough
    order = 100
    summary_order = 100  # a research summary tells findings before methods
    styles: tuple[ReportStyle, ...] = tuple(ReportStyle)  # the layouts it stands in

    def place(self, style: ReportStyle) -> int:
        """Return where the section stands in that layout."""
        return self.order if style is ReportStyle.GONGWEN else self.summary_order

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield what the section says; nothing when there is nothing to say."""
        raise NotImplementedError

    def after(self, evidence: Evidence, body: Sequence[Block]) -> Iterator[Block]:
        """Yield what the section says of the blocks of all others, once they are put together."""
        return iter(())


def share(part: float, whole: float) -> str:
    """Write a share in percent with one decimal."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def signed(value: float) -> str:
    """Write a score with its sign as people type it: -29.7, +4.0."""
    return f"{value:+.1f}"


def paragraphs(text: str, traces: tuple[Trace, ...] = ()) -> Iterator[Paragraph]:
    """Yield a paragraph for each line somebody wrote."""
    for line in text.splitlines():
        if line.strip():
            yield Paragraph(line.strip(), traces=traces)


def listing(parts: Sequence[str]) -> str:
    """Join words the way the language lists things: 甲、乙、丙."""
    return _(", ").join(parts)


def sentences(evidence: Evidence, *parts: str) -> str:
    """Join sentences the way the language does; empty ones are left out."""
    return (" " if evidence.language == "en" else "").join(part.strip() for part in parts if part.strip())


def quoted(text: str) -> str:
    """Put a title in the quotation marks of the language."""
    return _("“%(text)s”", text=text)
