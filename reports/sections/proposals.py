"""What is proposed, and how far the measures have come that stand in the ledger."""

from collections.abc import Iterator

from core.i18n import _, ngettext
from core.terms import ActionState
from reports import traces
from reports.blocks import Block, Claim, Paragraph
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, listing, sentences


class Proposals(Section):
    """The secretary's proposals, then the standing of the ledger."""

    key = "proposals"
    chapter = Chapter.PROPOSALS
    order = 80
    summary_order = 20

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield each proposal with what it rests on, and how many measures have come how far."""
        for text, grounds in evidence.claims["proposals"]:
            yield Claim(text, grounds)
        if evidence.ledger:
            trace = traces.ledger(evidence.words.ledger, evidence.investigation.id)
            yield Paragraph(_standing(evidence), "proposals.measures", traces=(trace,))


def _standing(evidence: Evidence) -> str:
    rows = evidence.ledger
    counted = {state: sum(row.state is state for row in rows) for state in ActionState}
    parts = [
        _("%(count)s %(state)s", count=count, state=evidence.words.state(state))
        for state, count in counted.items()
        if count
    ]
    total = ngettext(
        "%(num)d measure on the concerns of this investigation stands in the ledger: %(parts)s.",
        "%(num)d measures on the concerns of this investigation stand in the ledger: %(parts)s.",
        len(rows),
        parts=listing(parts),
    )
    late = sum(row.late for row in rows)
    overdue = ngettext("%(num)d is overdue.", "%(num)d are overdue.", late) if late else ""
    if all(row.due_on for row in rows):
        named = _("Each has one person responsible and one date; the lists are annexed.")
    else:
        named = _("Each has one person responsible; the lists are annexed.")
    return sentences(evidence, total, overdue, named)
