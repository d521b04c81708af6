"""Who opened a talk's notes: written down before the page is shown, and shown to whoever wrote them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import AuditEntry
from core.db import db
from interviews.models import Talk
from interviews.queries.readers import is_own
from members.models import Account, Organisation
from vault import envelopes
from vault.models import KeyGrant, ReaderKey

OPENED, PASSED_ON = "talk.open", "talk.pass_on"
MOST = 50  # lines on one page


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody else opened the notes, or they were passed on."""

    name: str
    at: datetime
    passed_on: bool = False


@dataclass(frozen=True, slots=True)
class Openings:
    """What became of a talk's notes, for whoever held it or wrote it down; newest first."""

    lines: tuple[Opening, ...]
    more: int  # lines that are not shown
    own: int  # how often the reader opened them
    holders: tuple[str, ...]  # whoever could open them now

    @property
    def times(self) -> int:
        """Return how often somebody else opened them."""
        return sum(not line.passed_on for line in self.lines) + self.more


def note(talk: Talk, *, by: Account) -> None:
    """Write an audit line that `by` opened the notes of `talk`; only for pages that change nothing else.

    Reading a page changes nothing, so its transaction is undone at the end; this line has a transaction of its own.
    """
    entry = AuditEntry(
        organisation_id=talk.organisation_id,
        account_id=by.id,
        action=OPENED,
        thing="talk",
        thing_id=str(talk.id),
        at=clock.now(),
    )
    db.session.rollback()  # the page's own look at the database ends here: SQLite writers would wait for it
    with Session(db.engine) as own, own.begin():
        own.add(entry)


def of(talk: Talk, *, within: Organisation, reader: Account) -> Openings | None:
    """Return who opened the notes, and who could; None unless `reader` held the talk or wrote it down."""
    if talk.organisation_id != within.id or not is_own(talk, reader):
        return None
    about = (
        AuditEntry.organisation_id == within.id,
        AuditEntry.thing == "talk",
        AuditEntry.thing_id == str(talk.id),
        or_(AuditEntry.action == OPENED, AuditEntry.action.startswith(PASSED_ON, autoescape=True)),
    )
    others = (*about, or_(AuditEntry.account_id != reader.id, AuditEntry.action != OPENED))
    rows = db.session.execute(
        select(Account.name, AuditEntry.at, AuditEntry.action)
        .join(Account, Account.id == AuditEntry.account_id)
        .where(*others)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST)
    ).all()
    counts = select(
        func.count(), func.count().filter(AuditEntry.account_id == reader.id, AuditEntry.action == OPENED)
    ).where(*about)
    everything, own = db.session.execute(counts).one()
    lines = tuple(Opening(name, at, action != OPENED) for name, at, action in rows)
    return Openings(lines, more=everything - own - len(lines), own=own, holders=_holders(talk))


def _holders(talk: Talk) -> tuple[str, ...]:
    """Return the names of everyone whose key opens the notes, whatever their role is now."""
    if talk.envelope_id is None:
        return ()
    found: dict[int, str] = {}
    fresh = {key.id for key in envelopes.readers_of(talk.envelope_id)}
    seen = set(fresh)
    while fresh:
        named = select(Account.id, Account.name).join(ReaderKey, ReaderKey.account_id == Account.id)
        found |= dict(db.session.execute(named.where(ReaderKey.id.in_(fresh))).all())
        fresh = set(db.session.scalars(select(KeyGrant.holder_id).where(KeyGrant.key_id.in_(fresh)))) - seen
        seen |= fresh
    return tuple(name for _id, name in sorted(found.items()))
