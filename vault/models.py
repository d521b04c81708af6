"""Keys of readers and what is sealed to them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, TermType
from core.terms import Audience


class ReaderKey(Model):
    """A key pair things are sealed to: an account's own, or one a circle of readers shares.

    The private half is kept only locked: an account's under its passphrase and under its recovery key, a circle's in
    `KeyGrant` rows, sealed to the keys of those who belong to it.
    """

    __tablename__ = "reader_key"
    __table_args__ = (Index("ix_reader_key_audience", "organisation_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    audience: Mapped[Audience | None] = mapped_column(TermType(Audience))
    public: Mapped[bytes] = mapped_column(LargeBinary(32))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    locked: Mapped[bytes | None] = mapped_column(LargeBinary)  # the private half under the passphrase
    recovery: Mapped[bytes | None] = mapped_column(LargeBinary)  # the same under the printed recovery key
    made_on: Mapped[date]
    retired_on: Mapped[date | None]  # nothing is sealed to it any more


class KeyGrant(Model):
    """The private half of one key, sealed to another: to a holder's, or to the circle's next key."""

    __tablename__ = "key_grant"

    key_id: Mapped[int] = mapped_column(ForeignKey("reader_key.id", ondelete="CASCADE"), primary_key=True)
    holder_id: Mapped[int] = mapped_column(
        ForeignKey("reader_key.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    box: Mapped[bytes] = mapped_column(LargeBinary)


class Envelope(Model):
    """Something sealed under a key of its own."""

    __tablename__ = "envelope"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class EnvelopeKey(Model):
    """The key of one envelope, sealed to one reader's key."""

    __tablename__ = "envelope_key"

    envelope_id: Mapped[int] = mapped_column(ForeignKey("envelope.id", ondelete="CASCADE"), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("reader_key.id"), primary_key=True, index=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
