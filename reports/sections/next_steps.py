"""What happens next: the measures that are not done yet, by date."""

from collections.abc import Iterator

from concerns import ledger
from concerns.actions import OPEN
from concerns.ledger_rows import View
from core.i18n import _, ngettext, short_day
from core.terms import ReportStyle
from reports import traces
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section

SHOWN = 8


class NextSteps(Section):
    """The open measures with who answers for them and when; on the first page of a research summary."""

    key = "next_steps"
    chapter = Chapter.NEXT
    summary_order = 8
    styles = (ReportStyle.SUMMARY,)

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield how many measures are open and the next of them; nothing where none is."""
        rows = [row for row in ledger.in_order(evidence.ledger, View.TASKS) if row.state in OPEN]
        if not rows:
            return
        words = evidence.words
        looked_up = (traces.ledger(words.ledger, evidence.investigation.id),)
        said = ngettext("%(num)d measure is still to be done.", "%(num)d measures are still to be done.", len(rows))
        if len(rows) > SHOWN:
            said += _(" The first %(count)s by date:", count=SHOWN)
        yield Paragraph(said, "next.open", traces=looked_up)
        yield Table(
            caption=_("Measures still to be done"),
            columns=(words.title("measure"), words.title("owner"), words.title("due"), words.title("state")),
            rows=tuple(
                (row.measure, row.owner, short_day(row.due_on) or "–", words.told(row, "state")) for row in rows[:SHOWN]
            ),
            align="llcc",
            widths=(50, 16, 17, 17),
            traces=looked_up,
        )
