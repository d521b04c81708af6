"""Who did what to which thing; never to an answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.db import Model, db


class AuditEntry(Model):
    """One line of the operations record."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_thing", "organisation_id", "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(60))
    thing_id: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]


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
            at=now(),
        )
    )
