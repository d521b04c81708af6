"""Instruments, surveys, invitations, the sealed box, and what came out of it.

Nothing below the line "anonymous" knows a member, a moment or an order: see docs/decisions/0003.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import Access, Channel, Secrecy, SurveyState


class Instrument(Model):
    """A questionnaire being designed; `revision` counts its changes, so no designer overwrites another.

    `used_ids`: every id an item or section of it ever had; none is given to another.
    """

    __tablename__ = "instrument"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    used_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


class DesignStep(Model):
    """One change of an instrument, kept to be undone: the definition before it, and what was done in words."""

    __tablename__ = "design_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]  # of the instrument before the change
    said: Mapped[str] = mapped_column(String(200))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone: Mapped[bool] = mapped_column(default=False)


class TrialAnswer(Model):
    """An answer given to try an instrument out; apart from every result, and wiped when a version is published."""

    __tablename__ = "trial_answer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id", ondelete="CASCADE"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)


class BankedItem(Model):
    """A question kept to be used again."""

    __tablename__ = "banked_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)


class Version(Model):
    """A frozen copy of an instrument: the definition a survey asks and its results stay with."""

    __tablename__ = "instrument_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instrument.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)


class Survey(Model):
    """One fielding of a version."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    public_id: Mapped[str] = mapped_column(String(20), unique=True)  # in the link given to people
    state: Mapped[SurveyState] = mapped_column(TermType(SurveyState), default=SurveyState.DRAFT)
    access: Mapped[Access] = mapped_column(TermType(Access), default=Access.CODES, server_default=Access.CODES.value)
    secrecy: Mapped[Secrecy] = mapped_column(
        TermType(Secrecy), default=Secrecy.ANONYMOUS, server_default=Secrecy.ANONYMOUS.value
    )
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime]

    version: Mapped[Version] = relationship(lazy="joined")


class Invitation(Model):
    """A right to answer once: the fingerprint of a code, and for whom it was made; never whether it was used."""

    __tablename__ = "invitation"
    __table_args__ = {"sqlite_with_rowid": False}

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))  # none: a spare slip


class Reminder(Model):
    """On which day how many were reminded of a survey: everybody invited, for nobody knows who answered."""

    __tablename__ = "reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    sent_on: Mapped[date]
    by_mail: Mapped[bool]
    people: Mapped[int]


class KeyedSheet(Model):
    """A paper form keyed once, sealed like every answer; `number` is printed on the sheet, which bears no name."""

    __tablename__ = "keyed_sheet"
    __table_args__ = {"sqlite_with_rowid": False}

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    keying: Mapped[int] = mapped_column(primary_key=True)  # 1 or 2
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))  # who keyed; the second must be somebody else
    box: Mapped[bytes] = mapped_column(LargeBinary)


# --- anonymous: no member, no moment, no order ---------------------------------------------------------------


class SealedResponse(Model):
    """An answer while the survey is open: equal-length ciphertext under a tag only the box key can make."""

    __tablename__ = "sealed_response"
    __table_args__ = {"sqlite_with_rowid": False}

    tag: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)


class Response(Model):
    """An answer after the survey closed: a random key, the door it came through, and what was said."""

    __tablename__ = "response"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel] = mapped_column(TermType(Channel))
    complete: Mapped[bool]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
