"""Who may read a talk's notes, and who may change them: the rule of roles, whatever keys there are."""

from sqlalchemy import ColumnElement, or_, select

from core.db import db
from core.terms import Role, TalkState, Visibility
from interviews.models import Talk, TalkReader
from members.models import Account

# What a role opens of talks that are not one's own.
LEVELS: dict[Role, frozenset[Visibility]] = {
    Role.SECRETARY: frozenset({Visibility.SECRETARY, Visibility.COMMITTEE}),
    Role.COMMITTEE: frozenset({Visibility.COMMITTEE}),
    Role.MEMBER: frozenset(),
}


def is_own(talk: Talk, reader: Account) -> bool:
    """Say whether `reader` held the talk or wrote it down."""
    if talk.organisation_id != reader.organisation_id:
        return False
    return talk.created_by == reader.id or (talk.interviewer_id == reader.member_id and reader.member_id is not None)


def is_named(talk: Talk, reader: Account) -> bool:
    """Say whether the talk was opened to `reader` by name."""
    return db.session.get(TalkReader, (talk.id, reader.id)) is not None


def may_read(talk: Talk, reader: Account) -> bool:
    """Say whether `reader` may read notes, promises and occasion; the same rule as `readable_by`."""
    if is_own(talk, reader) or is_named(talk, reader):
        return True
    if talk.organisation_id != reader.organisation_id:
        return False
    return reader.role is Role.SECRETARY if talk.visibility is None else talk.visibility in LEVELS[reader.role]


def readable_by(reader: Account) -> ColumnElement[bool]:
    """Return the condition under which a row of `Talk`, of the reader's organisation, opens to `reader`."""
    conditions: list[ColumnElement[bool]] = [
        Talk.created_by == reader.id,
        Talk.id.in_(select(TalkReader.talk_id).where(TalkReader.account_id == reader.id)),
    ]
    if reader.member_id is not None:
        conditions.append(Talk.interviewer_id == reader.member_id)
    if LEVELS[reader.role]:
        conditions.append(Talk.visibility.in_(sorted(LEVELS[reader.role])))
    if reader.role is Role.SECRETARY:
        conditions.append(Talk.visibility.is_(None))
    return or_(*conditions)


def may_write(talk: Talk, reader: Account) -> bool:
    """Say whether `reader` may record or amend: whoever held or wrote it, and a secretary who may read it."""
    return is_own(talk, reader) or (reader.role is Role.SECRETARY and may_read(talk, reader))


def may_choose_readers(talk: Talk, reader: Account) -> bool:
    """Say whether `reader` may set the visibility: anyone who records first, later only whoever held or wrote it."""
    return talk.state is TalkState.PLANNED or is_own(talk, reader)
