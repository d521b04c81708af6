"""What is proposed, and what is being done: measure, owner, date."""

from collections.abc import Iterator

from core.i18n import _, short_day
from reports.blocks import Block, Heading, Paragraph, Table
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section


class Proposals(Section):
    """The secretary's proposals, then every action with its owner and date."""

    key = "proposals"
    chapter = Chapter.PROPOSALS
    order = 80
    summary_order = 20

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield numbered proposals and the table of actions."""
        for line in evidence.investigation.proposals.splitlines():
            if line.strip():
                yield Heading(2, line.strip())
        rows = [
            (
                str(number),
                concern.label,
                action.measure + (_(" (%(outcome)s)", outcome=action.outcome) if action.outcome else ""),
                action.owner,
                short_day(action.due_on) or "–",
                str(action.state.label),
            )
            for number, (concern, action) in enumerate(
                ((concern, action) for concern in evidence.concerns for action in concern.actions), start=1
            )
        ]
        if rows:
            yield Paragraph(_("Every measure has one owner and one date."))
            yield Table(
                caption=_("Measures"),
                columns=(_("No."), _("Concern"), _("Measure"), _("Owner"), _("Due"), _("State")),
                rows=tuple(rows),
                align="cllccc",
                widths=(8, 20, 32, 13, 15, 12),
            )
