"""Instruments, surveys, invitations, the sealed box, and what came out of it.

Nothing below the line "anonymous" knows a member, a moment or an order: see docs/decisions/0003.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import Channel, SurveyState


class Version(Model):
    """A frozen copy of an instrument: the definition a survey asks and its results stay with."""

    __tablename__ = "instrument_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
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
