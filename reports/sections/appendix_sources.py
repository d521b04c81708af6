"""Where the numbers come from: what the report says, and the list of the product each can be looked up in."""

from collections.abc import Iterator, Sequence

from core.i18n import _
from reports.blocks import Annex, Block, Chart, Claim, Heading, KeyFigures, Paragraph, Quotes, Table, Trace
from reports.evidence import Evidence
from reports.sections.base import Section

SHORT = 30  # characters of a passage that name it
LISTED = 3  # lists named one by one


class AppendixSources(Section):
    """The last annex."""

    key = "appendix_sources"
    order = 130
    summary_order = 130

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield nothing: it speaks of what the others say."""
        return iter(())

    def after(self, evidence: Evidence, body: Sequence[Block]) -> Iterator[Block]:
        """Yield a table of every block with numbers, those with the same sources in one row."""
        rows = list(_rows(body))
        if rows:
            yield Annex(_("Where the numbers come from"))
            yield Table(
                caption=_("What can be looked up where"),
                columns=(_("In the report"), _("List it was counted from")),
                rows=tuple(rows),
                align="ll",
                widths=(50, 50),
                note=_("The lists are pages of the program; who may read them is told in its permissions."),
            )


def _rows(body: Sequence[Block]) -> Iterator[tuple[str, str]]:
    """Yield where it is said and where it was counted, what rests on the same lists in one row."""
    place = ""
    found: dict[str, list[str]] = {}
    places: dict[str, set[str]] = {}
    for block in body:
        if isinstance(block, Heading | Annex):
            place = block.text if isinstance(block, Heading) else block.title
            continue
        for words, traces in _traced(block):
            where = _where(traces)
            if where not in found:
                found[where], places[where] = [_named(place, words)], {place}
            elif place not in places[where] or isinstance(block, Claim):
                found[where].append(_named(place, words) if isinstance(block, Claim) else place)
                places[where].add(place)
    for where, said in found.items():
        yield _("; ").join(said), where


def _traced(block: Block) -> Iterator[tuple[str, tuple[Trace, ...]]]:
    match block:
        case Paragraph(text=text, traces=traces) if traces and block.key:
            yield text, traces
        case Claim(text=text, grounds=traces) if traces:
            yield text, traces
        case Table(caption=text, traces=traces) | Chart(caption=text, traces=traces) if traces:
            yield text, traces
        case KeyFigures(figures=figures):
            for figure in figures:
                if figure.traces:
                    yield f"{figure.value} {figure.label}", figure.traces
        case Quotes(traces=traces) if traces:
            yield _("Quotes"), traces


def _named(place: str, words: str) -> str:
    plain = " ".join(words.split())
    short = plain if len(plain) <= SHORT else plain[: SHORT - 1].rstrip() + "…"
    return _("%(place)s: %(words)s", place=place, words=short) if place else short


def _where(traces: Sequence[Trace]) -> str:
    labels = list(dict.fromkeys(trace.label for trace in traces))
    told = _("; ").join(labels[:LISTED])
    if len(labels) > LISTED:
        told += _(" and %(count)s more", count=len(labels) - LISTED)
    return told
