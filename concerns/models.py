"""What people keep saying: excerpts, the concerns they are grouped into, and what is done about them."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import ActionState, SourceKind


class Concern(Model):
    """A group of excerpts under one label; once a person touched it, the machine only adds to it."""

    __tablename__ = "concern"
    # A number is never given twice: links, actions and steps to undo name it.
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")  # a person's words; without them, passages speak
    terms: Mapped[list[str]] = mapped_column(JSON, default=list)
    curated: Mapped[bool] = mapped_column(default=False)
    hidden: Mapped[bool] = mapped_column(default=False)
    # Merged away: kept, so that old links lead to the other one and the merging can be taken back.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("concern.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=1)

    excerpts: Mapped[list["Excerpt"]] = relationship(back_populates="concern", order_by="Excerpt.id")
    actions: Mapped[list["Action"]] = relationship(
        back_populates="concern", cascade="all, delete-orphan", order_by="Action.id"
    )

    __mapper_args__ = {"version_id_col": revision}


class Excerpt(Model):
    """A passage quoted from a talk or an open answer; from an anonymous answer only the item is named."""

    __tablename__ = "excerpt"
    __table_args__ = (
        Index("ix_excerpt_investigation_source", "investigation_id", "source", "source_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id", ondelete="CASCADE"), index=True)
    source: Mapped[SourceKind] = mapped_column(TermType(SourceKind))
    source_id: Mapped[int]  # of the talk or the survey
    item: Mapped[str] = mapped_column(String(40), default="")  # of the survey
    # One text one voice: passages of the same answer or talk count once. Random, so it ties no two answers.
    voice: Mapped[str] = mapped_column(String(32))
    start: Mapped[int]  # code points into the answer or the notes
    end: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    concern_id: Mapped[int | None] = mapped_column(ForeignKey("concern.id", ondelete="SET NULL"), index=True)
    pinned: Mapped[bool] = mapped_column(default=False)  # a person put it where it is
    hidden: Mapped[bool] = mapped_column(default=False)  # a person took it out of every count and quote
    quoted: Mapped[int | None]  # its rank among the concern's quotes

    concern: Mapped[Concern | None] = relationship(back_populates="excerpts")


class Action(Model):
    """What is done about a concern: one owner, one date."""

    __tablename__ = "action"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id", ondelete="CASCADE"), index=True)
    measure: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[date | None]
    state: Mapped[ActionState] = mapped_column(TermType(ActionState), default=ActionState.NOT_STARTED)
    outcome: Mapped[str] = mapped_column(String(500), default="")  # evidence, or why it cannot be done
    revision: Mapped[int] = mapped_column(default=1)

    concern: Mapped[Concern] = relationship(back_populates="actions")

    __mapper_args__ = {"version_id_col": revision}


class Undo(Model):
    """How things stood before and after a curating step, so that it can be taken back."""

    __tablename__ = "curation_undo"

    id: Mapped[int] = mapped_column(primary_key=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    step: Mapped[str] = mapped_column(String(40))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
