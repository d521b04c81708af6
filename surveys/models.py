"""Instruments, surveys, invitations, the sealed box, and what came out of it.

Nothing below the line "anonymous" knows a member, a moment or an order: see docs/decisions/0003.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import Access, Channel, Secrecy, Split, SurveyState


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
    """One fielding of a version.

    `manifest`: what every device pins before it answers (`anonymity.manifest`), set when the survey opens; none for a
    survey opened before there were manifests. `split`: what is taken apart when the box is opened; decided, at the
    latest, when the survey opens, and never changed after. `round`: how many boxes were opened before this one.
    `tally`: the numbers frozen at the close. `board`, `board_signature`: the signed statement published then.
    """

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"), index=True)
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
    manifest: Mapped[str | None] = mapped_column(Text)
    split: Mapped[Split | None] = mapped_column(TermType(Split))
    rounds: Mapped[bool] = mapped_column(default=False, server_default=false())
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    scrutineer: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    tally: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    board: Mapped[str | None] = mapped_column(Text)
    board_signature: Mapped[bytes | None] = mapped_column(LargeBinary)

    version: Mapped[Version] = relationship(lazy="joined")


class Invitation(Model):
    """A right to a ballot: the fingerprint of a code, and for whom it was made; without a member it is a paper slip.

    `collected` is the fingerprint of the blinded ballot that was signed for it, `drew_slip` says that the member took
    a slip instead. Both say that somebody holds a ballot; whether it was cast nobody knows, and nothing says when.
    """

    __tablename__ = "invitation"
    __table_args__ = {"sqlite_with_rowid": False}

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))  # none: a slip
    collected: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    drew_slip: Mapped[bool] = mapped_column(default=False, server_default=false())


class SlipRecord(Model):
    """That the unused slips of a survey were destroyed: how many, on which day, before whom."""

    __tablename__ = "slip_record"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    destroyed: Mapped[int]
    destroyed_on: Mapped[date]
    witnesses: Mapped[str] = mapped_column(String(200))


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
    """An answer while the survey is open: equal-length ciphertext under a tag only the box key can make.

    An empty box was opened in an earlier round; its tag stays so that no ballot is cast twice.
    """

    __tablename__ = "sealed_response"
    __table_args__ = {"sqlite_with_rowid": False}

    tag: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)


class Response(Model):
    """An answer after the survey closed: a random key, and what was said.

    `part` is "" for a whole answer. Where a survey takes answers apart, it names the item a row is of; `answers` is
    then {} (not asked), {item: None} (left open) or what was answered. Only surveys from before there were ballots tell
    a `channel`; since then the doors are counted in `Survey.tally`, and no row knows its own.
    """

    __tablename__ = "response"
    __table_args__ = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    part: Mapped[str] = mapped_column(String(80), default="", server_default="")
    channel: Mapped[Channel | None] = mapped_column(TermType(Channel))
    complete: Mapped[bool]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)


class Leaf(Model):
    """One counted ballot on the public board: its blind signature and what it was committed to, never what it says.

    Nothing ties it to a `Response`: who shows a receipt shows that a ballot counts, not which answer is its own.
    """

    __tablename__ = "leaf"
    __table_args__ = {"sqlite_with_rowid": False}

    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    prefix: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
