"""Let a circle that lost its key read again: by whoever held a talk, when his own key is opened.

The only secretary forgot the password, had no sheet, and began anew: the circle's old key is gone with his. What others
wrote for the secretary is still open to them, so it is sealed to the circle's new key as they come by.
"""

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import ColumnElement, or_, select

from core.db import db
from core.terms import Audience, Visibility
from interviews.models import FollowUp, Talk, TalkCorrection, TalkRevision, TalkScan
from interviews.sealing import AUDIENCES
from members.models import Account
from vault import circles, envelopes
from vault.errors import NotHanded
from vault.models import EnvelopeKey, KeyGrant, ReaderKey

MOST = 300  # talks mended at one opening: signing in stays quick, the next one goes on


def mend(account: Account) -> int:
    """Seal `account`'s talks of each level to circles that could read them and no longer can; return how many."""
    if account.keyring is None:
        return 0
    return sum(_mend(account, audience) for audience in Audience)


def _mend(account: Account, audience: Audience) -> int:
    key = circles.find(account.organisation_id, audience)
    if key is None:
        return 0
    lost = _all(account.organisation_id, audience) - (reached := _reached(key.id))
    if not lost:
        return 0
    for talk in (talks := _unreadable(account, audience, lost, reached)):
        for envelope_id in _envelopes(talk, audience):
            with suppress(NotHanded):
                envelopes.widen(envelope_id, to=[key], reader=account)
    return len(talks)


def _all(organisation_id: int, audience: Audience) -> set[int]:
    return set(
        db.session.scalars(
            select(ReaderKey.id).where(ReaderKey.organisation_id == organisation_id, ReaderKey.audience == audience)
        )
    )


def _reached(key_id: int) -> set[int]:
    """Return the keys that open with the circle's present one."""
    found = fresh = {key_id}
    while fresh:
        fresh = set(db.session.scalars(select(KeyGrant.key_id).where(KeyGrant.holder_id.in_(fresh)))) - found
        found = found | fresh
    return found


def _unreadable(account: Account, audience: Audience, lost: set[int], reached: set[int]) -> list[Talk]:
    own = [Talk.created_by == account.id]
    if account.member_id is not None:
        own.append(Talk.interviewer_id == account.member_id)
    rows = (
        select(Talk)
        .where(Talk.organisation_id == account.organisation_id, Talk.visibility.in_(_levels(audience)), or_(*own))
        .where(_sealed_to(lost), ~_sealed_to(reached))
        .order_by(Talk.id)
        .limit(MOST)
    )
    return list(db.session.scalars(rows))


def _sealed_to(keys: Iterable[int]) -> ColumnElement[bool]:
    return (
        select(EnvelopeKey.key_id)
        .where(EnvelopeKey.envelope_id == Talk.envelope_id, EnvelopeKey.key_id.in_(sorted(keys)))
        .correlate(Talk)
        .exists()
    )


def _envelopes(talk: Talk, audience: Audience) -> list[int]:
    """Return the talk's envelopes the circle may open: of earlier texts only those that were open to it then."""
    found = [talk.envelope_id] if talk.envelope_id is not None else []
    for kind in (FollowUp, TalkScan, TalkCorrection):
        found += db.session.scalars(
            select(kind.envelope_id).where(kind.talk_id == talk.id, kind.envelope_id.is_not(None))
        )
    found += db.session.scalars(
        select(TalkRevision.envelope_id).where(
            TalkRevision.talk_id == talk.id,
            TalkRevision.envelope_id.is_not(None),
            TalkRevision.visibility.in_(_levels(audience)),
        )
    )
    return found


def _levels(audience: Audience) -> list[Visibility]:
    return [level for level, circle in AUDIENCES.items() if audience in circle]
