"""Who opened a talk's notes: written down before the page is shown."""

from sqlalchemy.orm import Session

from core import clock
from core.audit import AuditEntry
from core.db import db
from interviews.models import Talk
from members.models import Account


def note(talk: Talk, *, by: Account) -> None:
    """Write an audit line that `by` opened the notes of `talk`; only for pages that change nothing else.

    Reading a page changes nothing, so its transaction is undone at the end; this line has a transaction of its own.
    """
    entry = AuditEntry(
        organisation_id=talk.organisation_id,
        account_id=by.id,
        action="talk.open",
        thing="talk",
        thing_id=str(talk.id),
        at=clock.now(),
    )
    db.session.rollback()  # the page's own look at the database ends here: SQLite writers would wait for it
    with Session(db.engine) as own, own.begin():
        own.add(entry)
