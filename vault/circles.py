"""Circles of readers that share a key: the secretaries, and the committee with them."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core import audit, clock, seal
from core.db import db
from core.errors import NotAllowed
from core.i18n import _
from core.terms import Audience, Role
from members.models import Account, Organisation
from vault.errors import Locked
from vault.keyring import grant_info
from vault.models import KeyGrant, ReaderKey

_HOLDER = aliased(ReaderKey, name="holder")
MEMBERS = {
    Audience.SECRETARY: (Role.SECRETARY,),
    Audience.COMMITTEE: (Role.SECRETARY, Role.COMMITTEE),
}


def current(within: Organisation, audience: Audience) -> ReaderKey:
    """Return the pair the circle's notes are sealed to, making it, granted to all who belong to it, the first time."""
    found = _find(within, audience)
    if found is None:
        found, _private = _make(within, audience)
    return found


def belongs(account: Account, audience: Audience) -> bool:
    """Say whether an account's role makes it one of the circle."""
    return account.active and account.role in MEMBERS[audience]


def admit(by: Account) -> int:
    """Hand the keys `by` holds to everyone who belongs to their circles and has none yet; return how many grants.

    The role decides who belongs: whoever holds the key only passes it on. Raises `Locked`.
    """
    if by.keyring is None:
        raise Locked()
    granted = 0
    for audience in Audience:
        key = _find(by.organisation, audience)
        private = by.keyring.find(key.id) if key else None
        if key is not None and private is not None:
            granted += _grant_all(by.organisation, audience, key, private)
    return granted


def waiting(within: Organisation) -> list[tuple[Account, Audience]]:
    """Return who belongs to a circle and has not been handed its key: (account, circle)."""
    found = []
    for audience in Audience:
        key = _find(within, audience)
        if key is not None:
            found += [(account, audience) for account, _holder in _without(within, audience, key)]
            found += [(account, audience) for account in _keyless(within, audience)]
    return found


def follow(account: Account, *, by: Account) -> None:
    """Hand keys to an account whose role has changed, and take a new key for every circle it has left."""
    if by.keyring is None:
        return  # whoever signs in next with a key hands over; a circle somebody left waits for `rotate`
    for audience in Audience:
        if not belongs(account, audience) and _holds(account, audience) and _may_rotate(audience, by):
            rotate(by.organisation, audience, by=by)
    admit(by)


def left(within: Organisation) -> list[tuple[Account, Audience]]:
    """Return who still holds the key of a circle without belonging to it: it wants a new one."""
    rows = db.session.execute(
        select(Account, ReaderKey.audience)
        .join(_HOLDER, _HOLDER.account_id == Account.id)
        .join(KeyGrant, KeyGrant.holder_id == _HOLDER.id)
        .join(ReaderKey, ReaderKey.id == KeyGrant.key_id)
        .where(ReaderKey.organisation_id == within.id, ReaderKey.retired_on.is_(None))
        .order_by(Account.id)
    )
    return [(account, audience) for account, audience in rows if audience and not belongs(account, audience)]


def rotate(within: Organisation, audience: Audience, *, by: Account) -> ReaderKey:
    """Give the circle a new key: who has left opens nothing sealed from now on.

    The old key is passed on inside the new one, so what stands sealed need not be opened.
    Raises `Locked`, `NotAllowed`.
    """
    if by.keyring is None:
        raise Locked()
    old = _find(within, audience)
    private = by.keyring.find(old.id) if old else None
    if old is None or private is None:
        raise NotAllowed(_("You do not hold the key of this circle; somebody who does must hand it over first."))
    old.retired_on = clock.today()
    db.session.flush()
    new, _private = _make(within, audience)
    db.session.add(KeyGrant(key_id=old.id, holder_id=new.id, box=seal.seal_to(new.public, private, grant_info(old.id))))
    # Those outside the circle lose the grant itself, and nobody needs it beside the new key.
    for grant in db.session.scalars(select(KeyGrant).where(KeyGrant.key_id == old.id, KeyGrant.holder_id != new.id)):
        db.session.delete(grant)
    db.session.flush()
    by.keyring.forget()
    audit.note(f"circle.rotate {audience.value}", new, by=by)
    return new


def _holds(account: Account, audience: Audience) -> bool:
    return any(holder.id == account.id and circle is audience for holder, circle in left(account.organisation))


def _may_rotate(audience: Audience, by: Account) -> bool:
    key = _find(by.organisation, audience)
    return key is not None and by.keyring.find(key.id) is not None


def _find(within: Organisation, audience: Audience) -> ReaderKey | None:
    return db.session.scalar(
        select(ReaderKey).where(
            ReaderKey.organisation_id == within.id, ReaderKey.audience == audience, ReaderKey.retired_on.is_(None)
        )
    )


def _make(within: Organisation, audience: Audience) -> tuple[ReaderKey, bytes]:
    # One at a time: two circles' keys at once would each be held by a part of the circle.
    db.session.execute(select(Organisation.id).where(Organisation.id == within.id).with_for_update())
    private, public = seal.key_pair()
    key = ReaderKey(organisation_id=within.id, audience=audience, public=public, made_on=clock.today())
    db.session.add(key)
    db.session.flush()
    _grant_all(within, audience, key, private)
    return key, private


def _grant_all(within: Organisation, audience: Audience, key: ReaderKey, private: bytes) -> int:
    lacking = _without(within, audience, key)
    for _account, holder in lacking:
        box = seal.seal_to(holder.public, private, grant_info(key.id))
        db.session.add(KeyGrant(key_id=key.id, holder_id=holder.id, box=box))
    db.session.flush()
    return len(lacking)


def _without(within: Organisation, audience: Audience, key: ReaderKey) -> list[tuple[Account, ReaderKey]]:
    rows = db.session.execute(
        select(Account, _HOLDER)
        .join(_HOLDER, (_HOLDER.account_id == Account.id) & _HOLDER.retired_on.is_(None))
        .outerjoin(KeyGrant, (KeyGrant.holder_id == _HOLDER.id) & (KeyGrant.key_id == key.id))
        .where(
            Account.organisation_id == within.id,
            Account.active,
            Account.role.in_(MEMBERS[audience]),
            KeyGrant.key_id.is_(None),
        )
        .order_by(Account.id)
    )
    return [(account, found) for account, found in rows]


def _keyless(within: Organisation, audience: Audience) -> list[Account]:
    has = select(ReaderKey.id).where(ReaderKey.account_id == Account.id, ReaderKey.retired_on.is_(None)).exists()
    rows = select(Account).where(
        Account.organisation_id == within.id, Account.active, Account.role.in_(MEMBERS[audience]), ~has
    )
    return list(db.session.scalars(rows.order_by(Account.id)))
