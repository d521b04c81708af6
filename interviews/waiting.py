"""What waits for keys: records from before there were any, and readers who had none when something was sealed."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import aliased

from core import schema
from core.db import db
from core.terms import TalkState, Visibility
from interviews import drafts, likeness, passages, sealing
from interviews.models import (
    FollowUp,
    Talk,
    TalkCorrection,
    TalkDraft,
    TalkImport,
    TalkReader,
    TalkRevision,
    TalkScan,
)
from members.models import Account, Organisation
from members.names import Names, names
from vault import envelopes, session
from vault.models import EnvelopeKey, ReaderKey

AT_ONCE = 1_000  # records sealed while somebody waits for his page
STRETCH = 5_000  # talks looked at together
SECONDS = 1.0
SEEN = "interviews.waiting"
_Present = aliased(ReaderKey, name="present")


def seal_waiting(within: Organisation, *, most: int | None = None) -> int:
    """Seal records that still stand in plain text and could be opened by somebody; return how many were sealed."""
    people, sealed = names(within), 0
    rows = select(Talk).where(Talk.organisation_id == within.id, _plain()).order_by(Talk.id)
    for talk in db.session.scalars(rows.limit(most)).all():
        if sealing.could_open(sealing.readers_of(talk, talk.visibility or Visibility.INTERVIEWER)):
            _seal(talk, people)
            sealed += 1
    for row in db.session.scalars(_plain_promises(within).limit(most)).all():
        if sealing.could_open(sealing.promise_readers(row, row.talk)):
            sealing.put_promise(row, row.talk, promise=row.promise, outcome=row.outcome)
            sealed += 1
    for row in db.session.scalars(_plain_revisions(within).limit(most)).all():
        talk = db.session.get_one(Talk, row.talk_id)
        if sealing.could_open(sealing.readers_of(talk, row.visibility)):
            sealing.put_revision(row, talk, row.content)
            sealed += 1
    db.session.flush()
    return sealed + _seal_what_is_typed(within)


def count(within: Organisation) -> int:
    """Return how many recorded talks wait in plain text for their readers' first sign-in."""
    if _done(within):
        return 0
    rows = select(func.count()).select_from(Talk).where(Talk.organisation_id == within.id, _plain())
    return db.session.scalar(rows) or 0


def hand_on(by: Account, *, seconds: float = SECONDS) -> int:
    """Let readers who had no key when something was sealed open it too, as far as `by` can; return how many boxes.

    The newest talks come first. What does not fit into the time waits for the next opening of a key.
    """
    if by.keyring is None:
        return 0
    until, handed = time.monotonic() + seconds, 0
    reached: dict[Any, int] = current_app.extensions.setdefault(f"{SEEN}.reached", {})
    state = (by.id, *sorted(by.keyring.all()), *_state_of_keys(by.organisation_id))
    last = reached[state] if state in reached else db.session.scalar(select(func.max(Talk.id))) or 0
    while last > 0:
        handed += _hand_on(by, last)
        last -= STRETCH
        if time.monotonic() > until:
            break
    reached[state] = last
    return handed


def _hand_on(by: Account, last: int) -> int:
    lacking: dict[int, dict[int, ReaderKey]] = {}
    for wanted in _lacking(by, Talk.id.between(last - STRETCH + 1, last)):
        for envelope_id, key in db.session.execute(wanted):
            lacking.setdefault(envelope_id, {})[key.id] = key
    for envelope_id, to in lacking.items():
        envelopes.widen(envelope_id, to=to.values(), reader=by)
    return sum(map(len, lacking.values()))


def on_opening(account: Account) -> None:
    """Do what waited for a key when one was opened."""
    if not _done(account.organisation):
        seal_waiting(account.organisation, most=AT_ONCE)
    hand_on(account)


session.tell_of_opening(on_opening)


@schema.afterwards
def seal_everywhere() -> None:
    """Seal what can be sealed in every organisation, and overwrite where it stood."""
    sealed = sum(seal_waiting(within) for within in db.session.scalars(select(Organisation).order_by(Organisation.id)))
    db.session.commit()
    if sealed:
        _overwrite()


def _done(within: Organisation) -> bool:
    """Say whether nothing is left in plain text; none is written any more, so the answer can be kept."""
    done: set[int] = current_app.extensions.setdefault(SEEN, set())
    if within.id not in done:
        left = (
            select(Talk.id).where(Talk.organisation_id == within.id, _plain()),
            _plain_promises(within),
            _plain_revisions(within),
            _plain_drafts(within),
        )
        if not any(db.session.execute(rows.limit(1)).first() for rows in left):
            done.add(within.id)
    return within.id in done


def _seal(talk: Talk, people: Names) -> None:
    visibility = talk.visibility or Visibility.INTERVIEWER
    notes = talk.notes
    envelope_id = sealing.put_notes(talk, sealing.plain_words(talk), visibility)
    # Not through the row: its revision would rise, and whoever is writing would be told that somebody was faster.
    db.session.execute(
        update(Talk)
        .where(Talk.id == talk.id)
        .values(notes="", envelope_id=envelope_id, sketch=likeness.sketch(notes))
        .execution_options(synchronize_session=False)
    )
    db.session.expire(talk)
    passages.renew(talk, notes, known=people)


def _seal_what_is_typed(within: Organisation) -> int:
    """Seal drafts to those who type them; rows of a file nobody has written are forgotten."""
    has_key = and_(ReaderKey.account_id == TalkDraft.account_id, ReaderKey.retired_on.is_(None))
    found = db.session.execute(_plain_drafts(within).join(ReaderKey, has_key).add_columns(ReaderKey)).all()
    for draft, key in found:
        about = drafts.about(draft.account_id, draft.talk_id, draft.device)
        draft.sealed, draft.content = envelopes.note_to(key, draft.content.encode(), about=about), ""
    db.session.execute(delete(TalkImport).where(TalkImport.organisation_id == within.id, TalkImport.sealed.is_(None)))
    db.session.flush()
    return len(found)


def _plain() -> ColumnElement[bool]:
    return and_(Talk.state == TalkState.RECORDED, Talk.envelope_id.is_(None), Talk.notes != "")


def _plain_promises(within: Organisation) -> Select[tuple[FollowUp]]:
    return (
        select(FollowUp)
        .join(Talk, Talk.id == FollowUp.talk_id)
        .where(Talk.organisation_id == within.id, FollowUp.envelope_id.is_(None), FollowUp.promise != "")
        .order_by(FollowUp.id)
    )


def _plain_revisions(within: Organisation) -> Select[tuple[TalkRevision]]:
    return (
        select(TalkRevision)
        .join(Talk, Talk.id == TalkRevision.talk_id)
        .where(Talk.organisation_id == within.id, TalkRevision.envelope_id.is_(None))
        .order_by(TalkRevision.talk_id, TalkRevision.revision)
    )


def _plain_drafts(within: Organisation) -> Select[Any]:
    return (
        select(TalkDraft)
        .join(Account, Account.id == TalkDraft.account_id)
        .where(Account.organisation_id == within.id, TalkDraft.sealed.is_(None))
    )


def _state_of_keys(organisation_id: int) -> Iterator[Any]:
    """What decides who lacks a key: the newest pair, and whose accounts are open."""
    yield db.session.scalar(select(func.max(ReaderKey.id)).where(ReaderKey.organisation_id == organisation_id))
    rows = select(Account.id, Account.member_id, Account.active).where(Account.organisation_id == organisation_id)
    yield tuple(tuple(row) for row in db.session.execute(rows.order_by(Account.id)))


def _lacking(by: Account, these: ColumnElement[bool]) -> Iterator[Select[Any]]:
    """Yield selections of (envelope, key): what `by` can open, and a reader of it whose key it is not sealed to yet."""
    named = [
        Account.member_id == Talk.interviewer_id,
        Account.id == Talk.created_by,
        Account.id.in_(select(TalkReader.account_id).where(TalkReader.talk_id == Talk.id)),
    ]
    circle = [
        and_(Talk.visibility == level, ReaderKey.audience == audience)
        for level, audiences in sealing.AUDIENCES.items()
        for audience in audiences
    ]
    in_circle = and_(ReaderKey.organisation_id == by.organisation_id, or_(*circle))
    kept = (
        (Talk, []),
        (FollowUp, [Account.member_id == FollowUp.owner_id]),
        (TalkCorrection, []),
        (TalkScan, []),
    )
    for model, also in kept:
        envelope_id = model.envelope_id
        found = select(envelope_id, ReaderKey).select_from(model)
        found = found if model is Talk else found.join(Talk, Talk.id == model.talk_id)
        here = (
            these,
            Talk.organisation_id == by.organisation_id,
            ReaderKey.retired_on.is_(None),
            *_openable(envelope_id, by),
        )
        for condition in (*named, *also):
            by_name = found.join(Account, and_(condition, Account.active))
            yield by_name.join(ReaderKey, ReaderKey.account_id == Account.id).where(*here)
        yield found.join(ReaderKey, in_circle).where(*here)


def _openable(envelope_id: Any, by: Account) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that `by` can open an envelope and that the reader looked at cannot."""
    boxes = select(EnvelopeKey.key_id).where(EnvelopeKey.envelope_id == envelope_id)
    # An older pair will do as well when it was passed on: a circle's to its next, an account's to its holder's next.
    same = or_(
        _Present.id == ReaderKey.id,
        _Present.audience == ReaderKey.audience,
        and_(_Present.account_id == ReaderKey.account_id, _Present.locked.is_(None)),
    )
    return (
        boxes.where(EnvelopeKey.key_id.in_(by.keyring.all())).exists(),
        ~boxes.join(_Present, _Present.id == EnvelopeKey.key_id).where(same).exists(),
    )


def _overwrite() -> None:
    """Have the database forget the pages on which sealed words stood in plain text."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        # What was deleted is overwritten already; this takes it out of the log, outside of any transaction.
        with closing(db.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for model in (Talk, FollowUp, TalkRevision, TalkDraft, TalkImport):
            connection.execute(text(f"VACUUM FULL {model.__tablename__}"))
