"""A report as a page of the desk: drawn block by block, with what may be reworded and where its numbers come from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from core.i18n import speaking
from core.terms import ReportStyle
from reports import traces
from reports.blocks import Claim, Document, Paragraph, Trace
from reports.blocks.document import Style
from reports.html import Draw, drawing, setting
from reports.parts import Called, Part, Section, opening, sections
from reports.wordings import Piece, Worded, changed, differences


@dataclass(frozen=True, slots=True)
class Source:
    """A list a number can be looked up in: its name and its address, "" where there is none."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph somebody may reword: what stands in the report now, and what the program writes there."""

    key: str
    generated: str
    worded: Worded | None = None
    numbers: tuple[str, ...] = ()  # marks of the footnotes called at its end

    @property
    def text(self) -> str:
        """Return what is printed: somebody's words, else the program's."""
        return self.worded.text if self.worded else self.generated

    @property
    def revision(self) -> int:
        """Return the revision the passage was read at, 0 for the program's own words."""
        return self.worded.revision if self.worded else 0

    @property
    def state(self) -> str:
        """Return "written" by the program, "own" words, "out" of the report, or "changed": worded for other numbers."""
        if self.worded is None:
            return "written"
        if changed({self.key: self.worded}, {self.key: self.generated}):
            return "changed"
        return "out" if self.worded.left_out else "own"

    def news(self) -> list[Piece]:
        """Return what the program wrote when this was worded, laid over what it writes now."""
        return differences(self.worded.generated, self.generated) if self.worded else []


@dataclass(frozen=True, slots=True)
class Shown:
    """One block on the page; `claim` is the part and line of a claim, where the secretary wrote it."""

    html: Markup
    kind: str
    passage: Passage | None = None
    sources: tuple[Source, ...] = ()
    claim: tuple[str, int] | None = None
    ungrounded: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """The body of a report, or one annex with its number and title."""

    shown: tuple[Shown, ...]
    number: str = ""
    title: str = ""
    anchor: str = ""
    notes: tuple[Called, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole report on the page; `lost` are wordings whose passage the report does not hold any more."""

    document: Document
    title_lines: tuple[str, ...]
    opening: Markup
    opening_sources: tuple[Source, ...]
    leaves: tuple[Leaf, ...]
    lost: Mapping[str, Worded] = field(default_factory=dict)

    def passages(self, state: str) -> list[Passage]:
        """Return the passages in one state, in reading order."""
        every = (shown.passage for leaf in self.leaves for shown in leaf.shown)
        return [passage for passage in every if passage and passage.state == state]

    @property
    def ungrounded(self) -> int:
        """Return how many claims rest on nothing."""
        return sum(shown.ungrounded for leaf in self.leaves for shown in leaf.shown)


def preview(
    document: Document,
    *,
    style: ReportStyle,
    worded: Mapping[str, Worded],
    claims: Mapping[str, tuple[str, int]],
) -> Preview:
    """Draw a document as the program writes it, with somebody's words put in.

    `claims`: text of a claim -> its part of the report and its line there.
    """
    with speaking(document.language):
        given = setting(document.language, document.title, printed=False) | {
            "caption_first": style is ReportStyle.SUMMARY,
            "marks": style is ReportStyle.GONGWEN,
            "notes_at": "end",
        }
        draw, seen = drawing(given), set[str]()
        leaves = []
        for section in sections(document, _style(style), run_in=False):
            shown = tuple(_shown(section, draw, worded, claims, seen))
            leaves.append(Leaf(shown, section.number, section.title, section.anchor, section.notes))
        first = opening(document)
        return Preview(
            document=document,
            title_lines=tuple(given["title_lines"]),
            opening=draw(first) if first else Markup(""),
            opening_sources=tuple({one: one for figure in document.key_figures for one in _sources(figure)}),
            leaves=tuple(leaves),
            lost={key: mine for key, mine in worded.items() if key not in seen},
        )


def drawn_text(passage: Passage, language: str) -> Markup:
    """Draw what stands in the report for one passage, a paragraph for each line."""
    with speaking(language):
        draw = drawing(
            setting(language, "", printed=False) | {"notes_at": "end", "marks": True, "caption_first": False}
        )
        return _paragraphs(passage.text, draw)


def _style(style: ReportStyle) -> Style:
    return "summary" if style is ReportStyle.SUMMARY else "gongwen"


def _shown(
    section: Section,
    draw: Draw,
    worded: Mapping[str, Worded],
    claims: Mapping[str, tuple[str, int]],
    seen: set[str],
) -> Iterator[Shown]:
    """Draw the parts of a section; the lines of one passage are one block on the page."""
    deeper = 1 if section.head else 0
    for key, parts in _passages(section.parts):
        last = parts[-1].block
        if key:
            seen.add(key)
            generated = "\n".join(part.block.text for part in parts if isinstance(part.block, Paragraph))
            numbers = tuple(note.mark for part in parts for note in part.notes)
            passage = Passage(key, generated, worded.get(key), numbers)
            yield Shown(_paragraphs(passage.text, draw), "paragraph", passage, _sources(last))
        else:
            yield _other(parts[0], draw, claims, deeper)


def _passages(parts: Iterable[Part]) -> Iterator[tuple[str, list[Part]]]:
    """Yield each passage with all its parts, and every other part alone under ""."""
    run: list[Part] = []
    for part in parts:
        key = part.block.key if isinstance(part.block, Paragraph) else ""
        if run and key != _key(run[0]):
            yield _key(run[0]), run
            run = []
        if key:
            run.append(part)
        else:
            yield "", [part]
    if run:
        yield _key(run[0]), run


def _key(part: Part) -> str:
    return part.block.key if isinstance(part.block, Paragraph) else ""


def _other(part: Part, draw: Draw, claims: Mapping[str, tuple[str, int]], deeper: int) -> Shown:
    block = part.block
    if isinstance(block, Claim):
        return Shown(draw(part, deeper), part.kind, None, (), claims.get(block.text), not block.grounds)
    return Shown(draw(part, deeper), part.kind, None, _sources(block))


def _paragraphs(text: str, draw: Draw) -> Markup:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Markup("").join(draw(Part(Paragraph(line))) for line in lines)


def _sources(block: object) -> tuple[Source, ...]:
    found: Sequence[Trace] = getattr(block, "traces", ())
    by_label: dict[str, Source] = {}
    for trace in found:
        by_label.setdefault(trace.label, Source(trace.label, traces.address(trace) or ""))
    return tuple(by_label.values())
