"""Organisations, groups, members and accounts, and what lets an account in."""

from datetime import date, datetime
from typing import Any, cast

from flask_login import UserMixin
from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, TermType
from core.terms import MemberCategory, OrganisationKind, Role, Standing


class Organisation(Model):
    """A tenant: a branch, union group, association or village committee; may hang under another."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[OrganisationKind] = mapped_column(TermType(OrganisationKind))
    language: Mapped[str] = mapped_column(String(5), default="zh")
    # Rules this organisation changed: {"suppression.cell_floor": 8}; the rest come from members/rules.yaml.
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]

    parent: Mapped["Organisation | None"] = relationship(remote_side=[id])


class Group(Model):
    """A part of an organisation: 班组, 小组."""

    __tablename__ = "member_group"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))


class Member(Model):
    """A person on the roster."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("member_group.id"), index=True)
    gender: Mapped[str] = mapped_column(String(10), default="")
    birth_year: Mapped[int | None]
    post: Mapped[str] = mapped_column(String(80), default="")
    duty: Mapped[str] = mapped_column(String(80), default="")  # 党内职务 / office held
    category: Mapped[MemberCategory] = mapped_column(TermType(MemberCategory), default=MemberCategory.FULL)
    joined_on: Mapped[str] = mapped_column(String(10), default="")  # "2016-09" or "2016-09-01": rosters give months
    shift: Mapped[str] = mapped_column(String(40), default="")
    standing: Mapped[Standing] = mapped_column(TermType(Standing), default=Standing.ACTIVE)
    standing_note: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(120), default="", server_default="")
    note: Mapped[str] = mapped_column(String(500), default="")

    group: Mapped[Group | None] = relationship(lazy="joined")


class Account(UserMixin, Model):
    """A sign-in; its role says what it may do."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(TermType(Role))
    language: Mapped[str] = mapped_column(String(5), default="zh")
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False)
    # A session names this number; raising it ends every session of the account.
    session_number: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    member: Mapped[Member | None] = relationship()

    # What opens sealed records for this reader: put here by the vault for the length of a request, never stored.
    keyring = cast(Any, None)

    @property
    def is_active(self) -> bool:
        """Say whether the account may sign in (Flask-Login asks)."""
        return self.active

    def get_id(self) -> str:
        """Return what the session cookie carries (Flask-Login asks)."""
        return f"{self.id}.{self.session_number}"


class RosterDraft(Model):
    """A roster read from a file and not yet written: the preview's rows, cleaned of what we do not keep."""

    __tablename__ = "roster_draft"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    dropped: Mapped[list[str]] = mapped_column(JSON)
    unused: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_on: Mapped[date]


class AccountSession(Model):
    """Somebody signed in: the cookie carries the token, the row its fingerprint.

    Days and quarter hours only: at which moment a member was signed in must never be matched with anything.
    """

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    device: Mapped[str] = mapped_column(String(60))  # "Firefox, Windows"; no version, no address
    started_on: Mapped[date]
    seen_at: Mapped[datetime]  # a member's: the day; everybody else's: the quarter hour


class AuthenticatorApp(Model):
    """The secret an account shares with an authenticator app, sealed with a key file outside the database."""

    __tablename__ = "authenticator_app"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    proven: Mapped[bool] = mapped_column(default=False)  # a code of it has been typed in once
    # A fingerprint of the step whose code was used last, never the step: that would be the moment of a sign-in.
    spent: Mapped[bytes] = mapped_column(LargeBinary(16), default=b"")
    made_on: Mapped[date]


class Passkey(Model):
    """The public half of a passkey: a phone, a computer or a security key that can vouch for its owner."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(60))
    made_on: Mapped[date]


class PasskeyChallenge(Model):
    """What a passkey is to sign next: asked once, taken once."""

    __tablename__ = "passkey_challenge"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    challenge: Mapped[bytes] = mapped_column(LargeBinary(64))
    until: Mapped[datetime]


class RecoveryCode(Model):
    """The fingerprint of a recovery code nobody has used yet."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class AccountInvitation(Model):
    """A link with which its holder may set the password of an account, once."""

    __tablename__ = "account_invitation"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_on: Mapped[date]


class FailedEntry(Model):
    """Wrong passwords for one name from one place, of one day: fingerprints under a key destroyed the day after."""

    __tablename__ = "failed_entry"

    place: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # a network address, or a known browser
    name: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    day: Mapped[date]
    tries: Mapped[int]
    rest_until: Mapped[datetime | None]
