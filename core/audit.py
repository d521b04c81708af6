"""Who did what to which thing, never to an answer; each line sealed to the one before it.

The lines of an organisation are a chain: every line bears a number, the seal of the line before it, and a seal over all
of its own columns. The number and the seal of the last line stand in a row of their own, which is locked for as long as
a transaction needs to end: two workers never continue from the same line, and however long the trail is, a line costs
the same. `core.chain` walks it and finds what was changed, removed, added or moved.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, String, event, inspect, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, validates

from core import clock
from core.db import Model, db
from core.terms import Role

START = "0" * 64  # what the first line of an organisation has before it
# What was done is named by the code, what it was done to by a number: no place for a word somebody wrote.
ACTION = re.compile(r"[a-z_]+(\.[a-z_0-9]+)*( to)?( [A-Za-z0-9_.-]+)?")
NUMBER = re.compile(r"[A-Za-z0-9_-]*")


class AuditEntry(Model):
    """One line of the operations record."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_thing", "organisation_id", "thing", "thing_id"),
        # Not unique: whoever damaged the trail must not stop the work as well. The walk finds two of one number.
        Index("ix_audit_entry_seq", "organisation_id", "seq"),
        Index("ix_audit_entry_at", "organisation_id", "at"),
        Index("ix_audit_entry_account", "organisation_id", "account_id", "seq"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]
    seq: Mapped[int | None]
    previous: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")

    @validates("action", "thing", "thing_id")
    def _only_names(self, key: str, value: str) -> str:
        if not (ACTION if key == "action" else NUMBER).fullmatch(value):
            raise ValueError(f"{key} of an audit line is a name or a number, never text")
        return value


class AuditHead(Model):
    """How many lines an organisation's trail has, and the seal of the last one."""

    __tablename__ = "audit_head"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default=START)


def note(action: str, thing: Any, *, by: Any) -> None:
    """Write down that the account `by` did `action` to the row `thing`; without an account the clock did it."""
    db.session.flush()
    db.session.add(
        AuditEntry(
            organisation_id=(by or thing).organisation_id,
            account_id=by.id if by else None,
            action=action,
            thing=type(thing).__name__.lower(),
            thing_id=str(thing.id),
            at=clock.now(),
        )
    )


def columns(entry: Any) -> list[str]:
    """Return what is sealed of a line, as text: number, the seal before it, then every other column in its order."""
    return [
        str(entry.seq),
        entry.previous,
        str(entry.id),
        str(entry.organisation_id),
        "" if entry.account_id is None else str(entry.account_id),
        entry.action,
        entry.thing,
        entry.thing_id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]


def seal(texts: Sequence[str]) -> str:
    """Return the SHA-256 over a JSON list of texts without blanks, in hex: one spelling for one line."""
    return hashlib.sha256(json.dumps(list(texts), ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@event.listens_for(Session, "before_flush")
def _coarsen(session: Session, context: Any, instances: Any) -> None:
    """Leave a member's line only its day, whoever writes it.

    A member may have answered a survey in that very minute, and somebody may have seen when answers came in.
    """
    for row in [row for row in session.new if isinstance(row, AuditEntry) and row.account_id is not None]:
        account = session.get(_account(), row.account_id)  # mostly at hand: it is the one who asks
        if account is not None and account.role is Role.MEMBER:
            row.at = datetime.combine(clock.today(), time.min).astimezone(UTC)


@cache
def _account() -> Any:
    """Return the class of accounts, which stands in a package above this one."""
    return next(mapper.class_ for mapper in Model.registry.mappers if str(mapper.local_table) == "account")


@event.listens_for(Session, "after_flush")
def _remember(session: Session, context: Any) -> None:
    """Keep in mind which lines are not in the chain yet."""
    fresh = [row for row in session.new if isinstance(row, AuditEntry)]
    if fresh:
        session.info.setdefault("unchained", []).extend(fresh)


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    """Continue the chain as the last thing a transaction does: no other lock is asked for behind the head's.

    On SQLite the lines are written by now, so this transaction alone may write; elsewhere the row is locked.
    """
    if session.in_nested_transaction():
        return
    if any(isinstance(row, AuditEntry) for row in session.new):
        session.flush()
    lines = [row for row in session.info.pop("unchained", ()) if inspect(row).persistent and row.seq is None]
    for organisation_id in sorted({row.organisation_id for row in lines}):
        _continue(session, organisation_id, [row for row in lines if row.organisation_id == organisation_id])


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    """Let go of lines that were undone."""
    session.info.pop("unchained", None)


def _continue(session: Session, organisation_id: int, lines: list[AuditEntry]) -> None:
    head = AuditHead.organisation_id == organisation_id
    query = select(AuditHead.seq, AuditHead.digest).where(head).with_for_update()
    last = session.execute(query).one_or_none()
    if last is None:
        first = "INSERT INTO audit_head (organisation_id, seq, digest) VALUES (:id, 0, :start) ON CONFLICT DO NOTHING"
        session.execute(text(first), {"id": organisation_id, "start": START})
        last = session.execute(query).one()
    seq, digest = last
    for line in sorted(lines, key=lambda row: row.id):
        seq += 1
        line.seq, line.previous = seq, digest
        digest = line.digest = seal(columns(line))
    session.execute(update(AuditHead).where(head).values(seq=seq, digest=digest))
