"""Talks held with members and what was promised in them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import FollowUpState, TalkMode, TalkState, Visibility
from members.models import Member


class Talk(Model):
    """One interview with one member."""

    __tablename__ = "talk"
    __table_args__ = (
        Index("ix_talk_organisation_held", "organisation_id", "held_on"),
        CheckConstraint("state = 'planned' OR visibility IS NOT NULL", name="recorded_has_visibility"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int | None] = mapped_column(ForeignKey("investigation.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), default="")  # the file's own number, for imports
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    interviewer_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    occasion: Mapped[str] = mapped_column(String(80), default="")
    mode: Mapped[TalkMode] = mapped_column(TermType(TalkMode), default=TalkMode.IN_PERSON)
    place: Mapped[str] = mapped_column(String(120), default="")
    held_on: Mapped[date]
    minutes: Mapped[int | None]
    visibility: Mapped[Visibility | None] = mapped_column(TermType(Visibility))  # chosen on every record, no default
    notes: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[TalkState] = mapped_column(TermType(TalkState), default=TalkState.PLANNED)
    revision: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who wrote the notes, once there are any
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]

    member: Mapped[Member] = relationship(foreign_keys=[member_id], lazy="joined")
    interviewer: Mapped[Member] = relationship(foreign_keys=[interviewer_id], lazy="joined")
    follow_ups: Mapped[list["FollowUp"]] = relationship(
        back_populates="talk", cascade="all, delete-orphan", order_by="FollowUp.id"
    )

    __mapper_args__ = {"version_id_col": revision}


class TalkDraft(Model):
    """What an account is typing about a talk and has not yet saved; survives a closed browser."""

    __tablename__ = "talk_draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[str] = mapped_column(Text)  # the form as JSON
    based_on: Mapped[int]  # the talk's revision when typing began
    saved_at: Mapped[datetime]


class TalkRevision(Model):
    """What a record said before somebody changed it; nothing that was saved is overwritten."""

    __tablename__ = "talk_revision"

    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    visibility: Mapped[Visibility] = mapped_column(TermType(Visibility))  # who might read it then
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]


class TalkImport(Model):
    """Talks read from a file and not yet written: its rows as they stood, for the one account that sent it."""

    __tablename__ = "talk_import"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    investigation_id: Mapped[int | None] = mapped_column(ForeignKey("investigation.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_on: Mapped[date]


class FollowUp(Model):
    """A promise made to one member."""

    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), index=True)
    promise: Mapped[str] = mapped_column(String(500))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    due_on: Mapped[date | None]
    state: Mapped[FollowUpState] = mapped_column(TermType(FollowUpState), default=FollowUpState.OPEN)
    outcome: Mapped[str] = mapped_column(String(500), default="")  # evidence, or why it cannot be done

    talk: Mapped[Talk] = relationship(back_populates="follow_ups")
    owner: Mapped[Member | None] = relationship(foreign_keys=[owner_id], lazy="joined")
