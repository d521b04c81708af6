"""What people keep saying: excerpts, the concerns they are grouped into, and what is done about them."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.db import Model, TermType
from core.terms import ActionState, BoardAccess, ExcerptKind, ReplyClass, ReplyOutcome, ReplyState, SourceKind


class ConcernThread(Model):
    """The same concern through several investigations: recurring since its first one."""

    __tablename__ = "concern_thread"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    label: Mapped[str] = mapped_column(String(120))


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
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("concern.id", ondelete="SET NULL"), index=True)
    theme: Mapped[str] = mapped_column(String(60), default="")  # the wider heading it stands under
    category: Mapped[str] = mapped_column(String(40), default="")  # the ledger's
    includes: Mapped[str] = mapped_column(Text, default="")  # the codebook's notes: what belongs here,
    excludes: Mapped[str] = mapped_column(Text, default="")  # and what does not
    reply_class: Mapped[ReplyClass] = mapped_column(TermType(ReplyClass), default=ReplyClass.ORDINARY)
    # When it was first found: the clock of the reply runs from here.
    raised_on: Mapped[date | None] = mapped_column(default=lambda: clock.today())
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("concern_thread.id", ondelete="SET NULL"), index=True)
    thread_fixed: Mapped[bool] = mapped_column(default=False)  # a person decided on the thread, or that there is none
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
        # Not by investigation first: SQLite would then count by it instead of by the one below, reading every row.
        Index("ix_excerpt_source", "source", "source_id", "investigation_id"),
        # Counts look at this alone.
        Index(
            "ix_excerpt_counted",
            "investigation_id",
            "organisation_id",
            "source",
            "hidden",
            "concern_id",
            "voice",
            "source_id",
            "kind",
        ),
        Index(
            "ix_excerpt_quoted",
            "investigation_id",
            "organisation_id",
            "concern_id",
            "quoted",
            sqlite_where=text("quoted IS NOT NULL"),
            postgresql_where=text("quoted IS NOT NULL"),
        ),
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
    kind: Mapped[ExcerptKind] = mapped_column(TermType(ExcerptKind), default=ExcerptKind.CONCERN)
    # Which of the things named side by side this row is about: 食堂和停车都… stands here twice, once for each.
    focus: Mapped[str] = mapped_column(String(40), default="")
    redactions: Mapped[list[list[int]]] = mapped_column(JSON, default=list)  # code points into `text`, [start, end]
    concern_id: Mapped[int | None] = mapped_column(ForeignKey("concern.id", ondelete="SET NULL"), index=True)
    pinned: Mapped[bool] = mapped_column(default=False)  # a person put it where it is
    hidden: Mapped[bool] = mapped_column(default=False)  # a person took it out of every count and quote
    quoted: Mapped[int | None]  # its rank among the concern's quotes

    concern: Mapped[Concern | None] = relationship(back_populates="excerpts")


class Action(Model):
    """What is done about a concern, a row of the ledger: one owner, one date, closed with evidence."""

    __tablename__ = "action"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id", ondelete="CASCADE"), index=True)
    number: Mapped[str | None] = mapped_column(String(20))
    problem: Mapped[str] = mapped_column(String(500), default="")  # empty: the concern's label speaks
    source: Mapped[str] = mapped_column(String(200), default="")  # where a row taken in from a file came from
    measure: Mapped[str] = mapped_column(String(500))
    unit: Mapped[str] = mapped_column(String(80), default="")  # responsible
    owner: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)
    checker: Mapped[str] = mapped_column(String(80), default="")
    due_on: Mapped[date | None]
    due_working_days: Mapped[int | None]  # as it was said; `due_on` was counted from it
    state: Mapped[ActionState] = mapped_column(TermType(ActionState), default=ActionState.NOT_STARTED)
    outcome: Mapped[str] = mapped_column(String(500), default="")  # how far it has come
    evidence: Mapped[str] = mapped_column(String(500), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")  # why it cannot be done for now
    review_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    revision: Mapped[int] = mapped_column(default=1)

    concern: Mapped[Concern] = relationship(back_populates="actions")

    __mapper_args__ = {"version_id_col": revision}


class Reply(Model):
    """What the organisation answers to a concern: drafted by one person, published by another."""

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id", ondelete="CASCADE"), index=True)
    said: Mapped[str] = mapped_column(Text)  # what people said, in the organisation's words
    did: Mapped[str] = mapped_column(Text)  # what was done, or why not
    outcome: Mapped[ReplyOutcome] = mapped_column(TermType(ReplyOutcome))
    state: Mapped[ReplyState] = mapped_column(TermType(ReplyState), default=ReplyState.DRAFT)
    drafted_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    returned: Mapped[str] = mapped_column(String(500), default="")  # why it was sent back, or taken off the board
    drafted_on: Mapped[date]
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)

    concern: Mapped[Concern] = relationship()

    __mapper_args__ = {"version_id_col": revision}


class ReplyQuestion(Model):
    """The item of a survey that asks whether a reply satisfies, or whether its concern still stands."""

    __tablename__ = "reply_question"
    __table_args__ = (UniqueConstraint("instrument_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id", ondelete="CASCADE"), index=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(40))


class Board(Model):
    """An organisation's board of replies (公示栏): who may read it, and what stands above them."""

    __tablename__ = "board"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    access: Mapped[BoardAccess] = mapped_column(TermType(BoardAccess), default=BoardAccess.MEMBERS)
    title: Mapped[str] = mapped_column(String(80), default="")
    introduction: Mapped[str] = mapped_column(Text, default="")
    changed_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class Vocabulary(Model):
    """Words an organisation uses that no word list knows, and words that say nothing here; one a line."""

    __tablename__ = "vocabulary"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text, default="")
    stop: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)

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
