"""The three lists (问题清单、责任清单、任务清单): views of the rows of one ledger."""

from collections.abc import Iterator

from concerns import ledger
from concerns.ledger_rows import View
from core.i18n import _, short_day
from reports import traces
from reports.blocks import Annex, Block, Note, Table
from reports.evidence import Evidence, Line
from reports.sections.base import Section

CENTRED = ("due", "closed", "number", "state")
COLUMNS = {
    View.PROBLEMS: ("number", "problem", "source", "category", "state"),
    View.OWNERS: ("owner", "unit", "number", "measure", "due", "checker"),
    View.TASKS: ("due", "number", "measure", "state", "evidence", "closed"),
}
WIDTHS = {
    View.PROBLEMS: (17, 39, 14, 12, 18),
    View.OWNERS: (11, 14, 17, 30, 16, 12),
    View.TASKS: (16, 17, 25, 11, 15, 16),
}


class AppendixLists(Section):
    """One annex: the same rows by problem, by who answers for them, and by date."""

    key = "appendix_lists"
    order = 120
    summary_order = 120

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield the lists; nothing while the ledger has no row of this investigation."""
        if not evidence.ledger:
            return
        words = evidence.words
        yield Annex(_("Lists of problems, duties and tasks"))
        for view, columns in COLUMNS.items():
            rows = ledger.in_order(evidence.ledger, view)
            yield Table(
                caption=str(view.label),
                columns=tuple(words.title(column) for column in columns),
                rows=tuple(tuple(_cell(evidence, row, column) for column in columns) for row in rows),
                align="".join("c" if column in CENTRED else "l" for column in columns),
                widths=WIDTHS[view],
                traces=(traces.ledger(words.ledger, evidence.investigation.id),),
            )
        yield Note(_("The three lists show the same rows of one ledger."))


def _cell(evidence: Evidence, row: Line, column: str) -> str:
    if column == "due":
        return short_day(row.due_on) or "–"
    if column == "evidence":
        told = [row.evidence or row.outcome, row.reason, row.note]
        return _("; ").join(part for part in told if part) or "–"
    return evidence.words.told(row, column) or "–"
