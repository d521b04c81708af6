"""What several tests of replies begin with."""

from types import SimpleNamespace

from concerns import replies
from concerns.models import Concern, Reply
from concerns.replies import Wording
from core.db import db
from core.terms import ReplyOutcome


def let_out(
    concern: Concern,
    cast: SimpleNamespace,
    said: str = "食堂关得早，夜班吃不上热饭。",
    did: str = "窗口延长到零点。",
    outcome: ReplyOutcome = ReplyOutcome.SETTLED,
) -> Reply:
    """Write a reply to a concern and have a second person let it out."""
    row = replies.draft(concern, Wording(said, did, outcome), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    ticked = {one.key for one in replies.check(row, within=cast.branch)}
    replies.approve(row, ticked, seen=row.revision, by=cast.committee_member)
    db.session.commit()
    return row
