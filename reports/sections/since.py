"""What was done since the last investigation was told of, and what cannot be done for now."""

from collections.abc import Iterator

from core.i18n import _, day, lazy, ngettext, short_day
from core.terms import ActionState
from reports import traces
from reports.blocks import Block, Paragraph, Table
from reports.evidence import Evidence
from reports.sections.base import Chapter, Section, quoted, sentences


class DoneSince(Section):
    """The rows of the ledger that were closed, reported as done, or put off with a reason."""

    key = "since"
    chapter = Chapter.PRACTICE
    title = lazy("What was done since last time")
    order = 46
    summary_order = 42

    def blocks(self, evidence: Evidence) -> Iterator[Block]:
        """Yield counts and two lists; nothing where nothing was done or put off."""
        since = evidence.since
        if not since.done and not since.cannot:
            return
        looked_up = (traces.ledger(evidence.words.ledger),)
        yield Paragraph(_said(evidence), "since.done", traces=looked_up)
        if since.done:
            yield _done(evidence)
        if since.cannot:
            yield Table(
                caption=_("Cannot be done for now"),
                columns=(_("Problem"), evidence.words.title("measure"), evidence.words.title("reason"),
                         evidence.words.title("review")),
                rows=tuple(
                    (row.problem, row.measure, row.reason or "–", short_day(row.review_on) or "–")
                    for row in since.cannot
                ),
                align="lllc",
                widths=(24, 28, 32, 16),
                traces=looked_up,
            )  # fmt: skip


def _said(evidence: Evidence) -> str:
    since = evidence.since
    closed = sum(row.state is ActionState.CLOSED for row in since.done)
    waiting = len(since.done) - closed
    if since.title:
        head = _(
            "Since the investigation %(title)s (told of up to %(day)s):", title=quoted(since.title), day=day(since.day)
        )
    else:
        head = _("Since the investigation began on %(day)s:", day=day(since.day))
    parts = []
    if closed:
        parts.append(
            ngettext("%(num)d measure was checked and closed.", "%(num)d measures were checked and closed.", closed)
        )
    if waiting:
        parts.append(
            ngettext(
                "%(num)d is reported as done and waits to be checked.",
                "%(num)d are reported as done and wait to be checked.",
                waiting,
            )
        )
    if since.cannot:
        parts.append(
            ngettext(
                "%(num)d cannot be done for now; why, and when it is looked at again, is told below.",
                "%(num)d cannot be done for now; why, and when they are looked at again, is told below.",
                len(since.cannot),
            )
        )
    return sentences(evidence, head, *parts)


def _done(evidence: Evidence) -> Table:
    words = evidence.words
    return Table(
        caption=_("Measures done"),
        columns=(words.title("problem"), words.title("measure"), words.title("evidence"), words.title("state"),
                 words.title("closed")),
        rows=tuple(
            (row.problem, row.measure, row.evidence or row.outcome or "–", words.state(row.state),
             short_day(row.closed_on) or "–")
            for row in evidence.since.done
        ),
        align="lllcc",
        widths=(20, 27, 25, 12, 16),
        traces=(traces.ledger(words.ledger),),
    )  # fmt: skip
