"""Who holds which key: what the secretary sees of it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.access import GRANTS, Permission
from core.db import db
from core.terms import Audience
from members.models import Account, Organisation
from vault import circles, keys
from vault.models import ReaderKey


@dataclass(frozen=True, slots=True)
class CircleState:
    """One circle: whoever holds its key, waits for it, or holds it although the role has gone."""

    audience: Audience
    made_on: date | None  # None before anything was sealed to it
    held_by: tuple[Account, ...]
    waiting: tuple[Account, ...]  # have a key of their own, and not yet the circle's
    keyless: tuple[Account, ...]  # get a key of their own when they sign in
    left: tuple[Account, ...]
    mine: bool  # the reader holds it and can hand it over


@dataclass(frozen=True, slots=True)
class OwnKeyState:
    """One account that keeps notes, and how its own key stands."""

    account: Account
    made_on: date | None
    printed: bool


def circle_states(within: Organisation, reader: Account) -> list[CircleState]:
    """Return how every circle of the organisation stands."""
    waiting, left = circles.waiting(within), circles.left(within)
    return [
        _state(
            audience,
            circles.find(within.id, audience),
            [account for account, circle in waiting if circle is audience],
            [account for account, circle in left if circle is audience],
            reader,
        )
        for audience in Audience
    ]


def own_keys(within: Organisation) -> list[OwnKeyState]:
    """Return every open account that may keep notes, with the state of its key."""
    rows = db.session.execute(
        select(Account, ReaderKey)
        .outerjoin(ReaderKey, (ReaderKey.account_id == Account.id) & ReaderKey.retired_on.is_(None))
        .where(
            Account.organisation_id == within.id,
            Account.active,
            Account.role.in_([role for role, rights in GRANTS.items() if Permission.RECORD_TALKS in rights]),
        )
        .order_by(Account.id)
    )
    return [
        OwnKeyState(account, key.made_on if key else None, bool(key and key.recovery)) for account, key in rows.all()
    ]


def _state(
    audience: Audience, key: ReaderKey | None, waiting: list[Account], left: list[Account], reader: Account
) -> CircleState:
    lacking = {account.id for account in waiting}
    keyed = keys.holding_one(lacking)
    holders = circles.holders(reader.organisation, audience)
    return CircleState(
        audience=audience,
        made_on=key.made_on if key else None,
        held_by=tuple(one for one in holders if circles.belongs(one, audience) and one.id not in lacking),
        waiting=tuple(one for one in waiting if one.id in keyed),
        keyless=tuple(one for one in waiting if one.id not in keyed),
        left=tuple(left),
        mine=bool(key and reader.keyring and reader.keyring.find(key.id)),
    )
