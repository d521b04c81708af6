"""Talks held with members and what was promised in them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import FollowUpState, TalkMode, TalkState, Visibility
from members.models import Member


class Talk(Model):
    """One interview with one member."""

    __tablename__ = "talk"
    __table_args__ = (Index("ix_talk_organisation_held", "organisation_id", "held_on"),)

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
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
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
