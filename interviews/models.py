"""Talks held with members and what was promised in them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import CorrectionState, EventState, FollowUpState, TalkMode, TalkState, Visibility
from members.models import Member


class Talk(Model):
    """One interview with one member."""

    __tablename__ = "talk"
    __table_args__ = (
        # Lists and counts of what a reader may open, the latest first, look at this alone.
        Index(
            "ix_talk_organisation_held",
            "organisation_id",
            "held_on",
            "id",
            "state",
            "visibility",
            "interviewer_id",
            "created_by",
            "revision",
            "member_id",
        ),
        # Coverage, and who was heard last, are answered from these alone.
        Index("ix_talk_coverage", "organisation_id", "state", "held_on", "member_id", "interviewer_id"),
        Index("ix_talk_latest", "organisation_id", "state", "member_id", "held_on"),
        UniqueConstraint("organisation_id", "device_key"),
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
    # The notes are sealed to their readers' keys; `notes` holds only what was written before there were any.
    envelope_id: Mapped[int | None] = mapped_column(ForeignKey("envelope.id"), index=True)
    notes: Mapped[str] = mapped_column(Text, default="")
    # What tells a copied record from a written one, sealed with a key of this machine; says nothing of the words.
    sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    device_key: Mapped[str | None] = mapped_column(String(40))  # given by a device that wrote without a connection
    guide_id: Mapped[int | None] = mapped_column(ForeignKey("guide.id"))
    shown_on: Mapped[date | None]  # to the member, who may then ask for corrections
    agreed_on: Mapped[date | None]  # by the member
    filed_on: Mapped[date | None]  # from then on the record stays as it is
    filed_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # SHA-256 of the record as it was filed
    filed_number: Mapped[int | None]  # its number among the records filed that year
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
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True, index=True)
    device: Mapped[str] = mapped_column(String(40), primary_key=True, default="", server_default="")
    content: Mapped[str] = mapped_column(Text, default="")  # the form as JSON, of drafts older than their keys
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the same, sealed to the writer's key
    based_on: Mapped[int]  # the talk's revision when typing began
    saved_at: Mapped[datetime]


class TalkRevision(Model):
    """What a record said before somebody changed it; nothing that was saved is overwritten."""

    __tablename__ = "talk_revision"

    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    visibility: Mapped[Visibility] = mapped_column(TermType(Visibility))  # who might read it then
    envelope_id: Mapped[int | None] = mapped_column(ForeignKey("envelope.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # empty once sealed
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
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # empty: they are sealed
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the rows, sealed to the key of who sent the file
    created_on: Mapped[date]


class FollowUp(Model):
    """A promise made to one member."""

    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), index=True)
    envelope_id: Mapped[int | None] = mapped_column(ForeignKey("envelope.id"), index=True)  # words and outcome, as JSON
    promise: Mapped[str] = mapped_column(String(500), default="")  # "" once sealed
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    due_on: Mapped[date | None]
    state: Mapped[FollowUpState] = mapped_column(TermType(FollowUpState), default=FollowUpState.OPEN)
    outcome: Mapped[str] = mapped_column(String(500), default="")  # evidence, or why it cannot be done; "" once sealed
    settled_on: Mapped[date | None]

    talk: Mapped[Talk] = relationship(back_populates="follow_ups")
    owner: Mapped[Member | None] = relationship(foreign_keys=[owner_id], lazy="joined")


class TalkReader(Model):
    """Somebody a talk was opened to by name: a successor it was passed on to, or the member it was held with."""

    __tablename__ = "talk_reader"

    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True)


class TalkPassage(Model):
    """A passage of a talk's notes that its readers let go on to concerns: no name in it, nothing else of the notes."""

    __tablename__ = "talk_passage"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)


class TalkScan(Model):
    """The signed sheet of a filed record, scanned: its bytes in an envelope, their SHA-256 beside it."""

    __tablename__ = "talk_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), index=True)
    envelope_id: Mapped[int] = mapped_column(ForeignKey("envelope.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))  # as it is filed, with nobody's name in it
    kind: Mapped[str] = mapped_column(String(40))  # application/pdf, image/jpeg, image/png
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_on: Mapped[date]


class TalkCorrection(Model):
    """What the member would have changed in the record of the talk with him or her, before it is filed."""

    __tablename__ = "talk_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), index=True)
    envelope_id: Mapped[int] = mapped_column(ForeignKey("envelope.id"), index=True)  # wish and answer, as JSON
    state: Mapped[CorrectionState] = mapped_column(TermType(CorrectionState), default=CorrectionState.OPEN)
    written_on: Mapped[date]


class TalkEvent(Model):
    """Something that happened to a member and calls for a talk within so many days."""

    __tablename__ = "talk_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))  # a key of the organisation's rules
    happened_on: Mapped[date]
    due_on: Mapped[date]  # worked out when it was entered, by the rule in force then
    state: Mapped[EventState] = mapped_column(TermType(EventState), default=EventState.OPEN)
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talk.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")  # why no talk is held
    closed_on: Mapped[date | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    member: Mapped[Member] = relationship(lazy="joined")


class TalkRules(Model):
    """What an organisation changed of the rules that ship for its kind: who talks with whom, how often, upon what."""

    __tablename__ = "talk_rules"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class DayOff(Model):
    """A day that is worked, or not, otherwise than the calendar in the product says: next year's list, a local rest."""

    __tablename__ = "day_off"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    worked: Mapped[bool]
    name: Mapped[str] = mapped_column(String(80), default="")


class CalendarFeed(Model):
    """A secret address under which an account's calendar program finds the talks it is to hold."""

    __tablename__ = "calendar_feed"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_on: Mapped[date]


class Guide(Model):
    """What to ask about in a talk of one occasion, after the words on consent and purpose."""

    __tablename__ = "guide"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    occasion: Mapped[str] = mapped_column(String(80), default="")  # the occasion it is offered for; "" for any
    opening: Mapped[str] = mapped_column(Text, default="")  # consent and purpose, said first
    archived: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)

    topics: Mapped[list["Topic"]] = relationship(
        back_populates="guide", cascade="all, delete-orphan", order_by="Topic.position", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": revision}


class Topic(Model):
    """One thing a guide asks about, with its probes."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("guide.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    probes: Mapped[list[str]] = mapped_column(JSON, default=list)

    guide: Mapped[Guide] = relationship(back_populates="topics")


class SearchShelf(Model):
    """Notes many talks long, sealed to one readers' key, so that looking through all of them is one opening."""

    __tablename__ = "search_shelf"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("reader_key.id", ondelete="CASCADE"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SearchPlace(Model):
    """On which shelf, and in which revision, a talk's notes stand for one readers' key."""

    __tablename__ = "search_place"

    talk_id: Mapped[int] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"), primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("reader_key.id", ondelete="CASCADE"), primary_key=True, index=True)
    revision: Mapped[int]
    shelf_id: Mapped[int] = mapped_column(ForeignKey("search_shelf.id", ondelete="CASCADE"), index=True)
