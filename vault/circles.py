"""Circles of readers that share a key: the secretaries, and the committee with them."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core import audit, clock, seal
from core.db import db
from core.errors import NotAllowed
from core.i18n import _
from core.terms import Audience, Role
from members.models import Account, Organisation
from vault.errors import Locked
from vault.keyring import grant
from vault.models import KeyGrant, ReaderKey

_HOLDER = aliased(ReaderKey, name="holder")
MEMBERS = {
    Audience.SECRETARY: (Role.SECRETARY,),
    Audience.COMMITTEE: (Role.SECRETARY, Role.COMMITTEE),
}


def current(within: Organisation, audience: Audience) -> ReaderKey:
    """Return the pair the circle's notes are sealed to, making it, granted to all who belong to it, the first time.

    A key that nobody holds any more opens nothing: as soon as somebody could hold one, the circle gets another.
    """
    found = find(within.id, audience)
    if found is not None and (_held(found) or not _without(within, audience, found)):
        return found
    _take_turn(within)
    found = find(within.id, audience)  # somebody may have been faster
    if found is not None:
        if _held(found):
            return found
        found.retired_on = clock.today()
    return _make(within, audience)


def find(organisation_id: int, audience: Audience) -> ReaderKey | None:
    """Return the circle's key if it has one, and make none."""
    return db.session.scalar(
        select(ReaderKey).where(
            ReaderKey.organisation_id == organisation_id, ReaderKey.audience == audience, ReaderKey.retired_on.is_(None)
        )
    )


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
        key = find(by.organisation_id, audience)
        private = by.keyring.find(key.id) if key else None
        if key is not None and private is not None and (count := _grant_all(by.organisation, audience, key, private)):
            audit.note(f"circle.admit {audience.value}", key, by=by)
            granted += count
    return granted


def waiting(within: Organisation) -> list[tuple[Account, Audience]]:
    """Return who belongs to a circle and has not been handed its key: (account, circle)."""
    found = []
    for audience in Audience:
        key = find(within.id, audience)
        if key is not None:
            found += [(account, audience) for account, _holder in _without(within, audience, key)]
            found += [(account, audience) for account in _keyless(within, audience)]
    return found


def holders(within: Organisation, audience: Audience) -> list[Account]:
    """Return who can open what is sealed to the circle now, whether or not he still belongs to it."""
    rows = (
        select(Account)
        .join(_HOLDER, _HOLDER.account_id == Account.id)
        .join(KeyGrant, KeyGrant.holder_id == _HOLDER.id)
        .join(ReaderKey, ReaderKey.id == KeyGrant.key_id)
        .where(ReaderKey.organisation_id == within.id, ReaderKey.audience == audience, ReaderKey.retired_on.is_(None))
        .order_by(Account.id)
    )
    return list(db.session.scalars(rows).unique())


def follow(account: Account, *, by: Account) -> None:
    """Hand keys to an account whose role has changed, and take a new key for every circle it has left."""
    if by.keyring is None:
        return  # whoever signs in next with a key hands over; a circle somebody left waits for `rotate`
    for gone, audience in left(account.organisation):
        if gone.id == account.id and _holds(by, audience):
            rotate(by.organisation, audience, by=by)
    admit(by)


def left(within: Organisation) -> list[tuple[Account, Audience]]:
    """Return who still holds the key of a circle without belonging to it: it wants a new one."""
    return [
        (account, audience)
        for audience in Audience
        for account in holders(within, audience)
        if not belongs(account, audience)
    ]


def rotate(within: Organisation, audience: Audience, *, by: Account) -> ReaderKey:
    """Give the circle a new key: who has left opens nothing sealed from now on.

    The old key is passed on inside the new one, so what stands sealed need not be opened.
    Raises `Locked`, `NotAllowed`.
    """
    if by.keyring is None:
        raise Locked()
    _take_turn(within)  # two at once would leave two new keys, each held by a part of the circle
    old = find(within.id, audience)
    private = by.keyring.find(old.id) if old else None
    if old is None or private is None:
        raise NotAllowed(_("You do not hold the key of this circle; somebody who does must hand it over first."))
    old.retired_on = clock.today()
    db.session.flush()
    new = _make(within, audience)
    grant(old.id, private, to=new)
    # Those outside the circle lose the grant itself, and nobody needs it beside the new key.
    for row in db.session.scalars(select(KeyGrant).where(KeyGrant.key_id == old.id, KeyGrant.holder_id != new.id)):
        db.session.delete(row)
    db.session.flush()
    audit.note(f"circle.rotate {audience.value}", new, by=by)
    return new


def _holds(by: Account, audience: Audience) -> bool:
    key = find(by.organisation_id, audience)
    return key is not None and by.keyring.find(key.id) is not None


def _held(key: ReaderKey) -> bool:
    """Say whether anybody who may sign in can open the key; a sealed copy of it always comes with a holder."""
    rows = (
        select(func.count())
        .select_from(KeyGrant)
        .join(_HOLDER, _HOLDER.id == KeyGrant.holder_id)
        .join(Account, Account.id == _HOLDER.account_id)
        .where(KeyGrant.key_id == key.id, _HOLDER.retired_on.is_(None), Account.active)
    )
    return bool(db.session.scalar(rows))


def _take_turn(within: Organisation) -> None:
    """Let whoever else makes keys for this organisation finish first."""
    # Not the whole lock: who only refers to the organisation may go on, or two could wait for each other.
    db.session.execute(select(Organisation.id).where(Organisation.id == within.id).with_for_update(key_share=True))


def _make(within: Organisation, audience: Audience) -> ReaderKey:
    private, public = seal.key_pair()
    key = ReaderKey(organisation_id=within.id, audience=audience, public=public, made_on=clock.today())
    db.session.add(key)
    db.session.flush()
    _grant_all(within, audience, key, private)
    return key


def _grant_all(within: Organisation, audience: Audience, key: ReaderKey, private: bytes) -> int:
    lacking = _without(within, audience, key)
    for _account, holder in lacking:
        grant(key.id, private, to=holder)
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
