"""What waits for somebody by a day: promises from talks, rows of the ledger, replies that are owed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from concerns import ledger, replies
from concerns.ledger_rows import Standing
from core import clock
from core.i18n import _
from core.terms import ReplyState
from interviews import queries as talks
from investigations.models import Investigation
from members.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class Due:
    """Something with an owner and a day; `tag` says what it waits for, `tone` how pressing that is, `note` for whom."""

    text: str
    owner: str
    due_on: date | None
    late: bool
    tag: str
    tone: str  # "overdue", "planned" or "none"
    note: str
    endpoint: str
    arguments: dict[str, Any]


def by_day(due: Due) -> tuple[bool, date]:
    """Sort what has a day by it, the rest behind."""
    return due.due_on is None, due.due_on or date.max


def of_concerns(investigation: Investigation, *, within: Organisation, reader: Account, most: int) -> list[Due]:
    """Return what the ledger of an investigation waits for next, as it stands today, at most so many."""
    found = ledger.reminders(within=within, reader=reader, investigation=investigation, ahead=True, most=most)
    return [_of_row(one) for one in found]


def count(investigation: Investigation, *, within: Organisation) -> tuple[int, int]:
    """Return how many rows of the ledger wait for somebody, and how many of them are overdue."""
    standings = ledger.tally(ledger.Wish(investigation_id=investigation.id), within=within).standings
    waiting = sum(standings[one] for one in (Standing.OPEN, Standing.CHECK, Standing.REVIEW))
    return waiting, standings[Standing.LATE]


def of_replies(investigation: Investigation, *, within: Organisation) -> list[Due]:
    """Return the concerns that are to be answered by now, or within days."""
    horizon = clock.today() + timedelta(days=ledger.SOON)
    return [
        Due(
            text=one.label,
            owner=_("waiting for a second person") if one.state is ReplyState.WAITING else "",
            due_on=one.due_on,
            late=one.overdue,
            tag=_("Reply late") if one.overdue else _("Reply due"),
            tone="overdue" if one.overdue else "planned",
            note="",
            endpoint="concerns.show",
            arguments={"concern_id": one.concern_id},
        )
        for one in replies.waiting(within)
        if one.investigation_id == investigation.id and one.due_on is not None and one.due_on <= horizon
    ]


def of_talks(*, within: Organisation, reader: Account, most: int) -> list[Due]:
    """Return the promises from talks that are due next, at most so many."""
    return [
        Due(
            text=promise.promise or _("A sealed promise: open your key to read it"),
            owner=promise.owner_name,
            due_on=promise.due_on,
            late=promise.overdue,
            tag=_("Late") if promise.overdue else _("Promise"),
            tone="overdue" if promise.overdue else "planned",
            note="",
            endpoint="interviews.show",
            arguments={"talk_id": promise.talk_id},
        )
        for promise in talks.next_promises(within=within, reader=reader, most=most)
    ]


def _of_row(reminder: ledger.Reminder) -> Due:
    row, standing = reminder.line, reminder.standing
    tags = {
        Standing.LATE: (_("Late"), "overdue"),
        Standing.SOON: (_("Due soon"), "planned"),
        Standing.CHECK: (_("To be checked"), "planned"),
        Standing.REVIEW: (_("To be looked at again"), "planned"),
    }
    tag, tone = tags.get(standing, (_("Action in hand"), "none"))
    yours = _("for you to check") if standing is Standing.CHECK else _("yours to do")
    return Due(
        text=row.measure,
        owner=row.owner,
        due_on=reminder.due_on,
        late=standing is Standing.LATE,
        tag=tag,
        tone=tone,
        note=yours if reminder.mine else "",
        endpoint="concerns.action",
        arguments={"action_id": row.id},
    )
