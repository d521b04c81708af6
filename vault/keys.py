"""An account's own key: made with its password, opened with it or with the printed recovery key."""

import secrets
from collections.abc import Collection

from flask import current_app
from sqlalchemy import select

from anonymity import device
from anonymity.encoding import Malformed
from core import audit, clock, seal
from core.db import db
from core.errors import BadInput
from core.i18n import _
from members.models import Account
from vault.keyring import Keyring, grant
from vault.models import KeyGrant, ReaderKey

BOX = 36  # bytes: a private key and its length
# The first byte of a locked key says how its passphrase was stretched, and whether somebody else knew it too.
QUICK, CAREFUL, LENT = 0, 1, 128


def own(account: Account) -> ReaderKey | None:
    """Return the pair things are sealed to when `account` is to read them; None before it first signed in."""
    return of(account.id)


def of(account_id: int) -> ReaderKey | None:
    """Return the same by the account's number."""
    return db.session.scalar(
        select(ReaderKey).where(ReaderKey.account_id == account_id, ReaderKey.retired_on.is_(None))
    )


def holding_one(account_ids: Collection[int]) -> set[int]:
    """Return which of the accounts have a pair of their own."""
    return set(
        db.session.scalars(
            select(ReaderKey.account_id).where(ReaderKey.account_id.in_(account_ids), ReaderKey.retired_on.is_(None))
        )
    )


def make(account: Account, passphrase: str, *, lent: bool = False) -> Keyring:
    """Give `account` a pair of its own, locked with `passphrase`; an earlier one is retired.

    A passphrase somebody else handed out is `lent`: the pair is replaced when the holder chooses his own.
    """
    before = own(account)
    if before is not None:
        before.retired_on = clock.today()
        db.session.flush()
    private, public = seal.key_pair()
    key = ReaderKey(
        organisation_id=account.organisation_id, account_id=account.id, public=public, made_on=clock.today()
    )
    _lock(key, private, passphrase, lent=lent)
    db.session.add(key)
    db.session.flush()
    return Keyring(key.id, private)


def lent(key: ReaderKey) -> bool:
    """Say whether the key is locked with a passphrase somebody else knew."""
    return key.locked is not None and bool(key.locked[0] & LENT)


def keep(account: Account) -> None:
    """Take note that the passphrase of the account's key is the holder's own."""
    key = own(account)
    if key is not None and key.locked is not None:
        key.locked = bytes([key.locked[0] & ~LENT]) + key.locked[1:]
        db.session.flush()


def unlock(account: Account, passphrase: str) -> Keyring:
    """Return what `account` can open with; raise `BadInput` for a wrong passphrase."""
    key = own(account)
    if key is None or key.locked is None:
        raise BadInput(_("This account has no key for sealed notes yet. Sign out and in again."), field="passphrase")
    private = _opened(key, passphrase)
    if private is None:
        raise BadInput(
            _("This password does not open your notes. Nothing was changed; try an earlier one, or the recovery key."),
            field="passphrase",
        )
    return Keyring(key.id, private)


def unlock_with_recovery(account: Account, code: str, new_passphrase: str) -> Keyring:
    """Open with the printed recovery key and lock anew with `new_passphrase`; raise `BadInput`."""
    key = own(account)
    private = _recovered(key, code) if key else None
    if key is None or private is None:
        raise BadInput(
            _("This is not the recovery key of your account. Compare it with the printed sheet, sign by sign."),
            field="code",
        )
    _lock(key, private, new_passphrase)
    db.session.flush()
    audit.note("key.recover", key, by=account)
    return Keyring(key.id, private)


def relock(account: Account, keyring: Keyring, passphrase: str) -> Keyring:
    """Lock the account's key with a new passphrase; the old one opens it no more. Return what to open with now.

    After a lent passphrase the pair itself is replaced: whoever lent it may have looked at the pair before.
    """
    key = db.session.get_one(ReaderKey, keyring.key_id)
    if not lent(key):
        _lock(key, keyring.private, passphrase)
        db.session.flush()
        return keyring
    renewed = make(account, passphrase)
    present = db.session.get_one(ReaderKey, renewed.key_id)
    grant(key.id, keyring.private, to=present)
    for row in db.session.scalars(select(KeyGrant).where(KeyGrant.holder_id == key.id)).all():
        private = keyring.find(row.key_id)
        if private is not None:
            grant(row.key_id, private, to=present)
        db.session.delete(row)
    key.locked = key.salt = key.recovery = None
    db.session.flush()
    return renewed


def earlier(account: Account, keyring: Keyring) -> list[ReaderKey]:
    """Return the pairs the account gave up without being able to open them; they wait for a password that is found."""
    rows = select(ReaderKey).where(
        ReaderKey.account_id == account.id, ReaderKey.retired_on.is_not(None), ReaderKey.locked.is_not(None)
    )
    return [key for key in db.session.scalars(rows.order_by(ReaderKey.id)) if keyring.find(key.id) is None]


def reunite(account: Account, keyring: Keyring, secret: str) -> int:
    """Open given-up pairs with an earlier password or recovery key and pass them on to the present one.

    Returns how many were opened; raises `BadInput` when none was.
    """
    present, found = db.session.get_one(ReaderKey, keyring.key_id), 0
    for key in earlier(account, keyring):
        private = _recovered(key, secret) or _opened(key, secret)
        if private is not None:
            grant(key.id, private, to=present)
            key.locked = key.salt = key.recovery = None
            audit.note("key.reunite", key, by=account)
            found += 1
    if not found:
        raise BadInput(_("This opens none of the keys you gave up. Nothing was changed."), field="secret")
    keyring.look_again()
    return found


def print_recovery(account: Account, keyring: Keyring) -> str:
    """Return a new recovery key to be printed, in place of an earlier one: 28 signs in groups of four."""
    key = db.session.get_one(ReaderKey, keyring.key_id)
    seed = secrets.token_bytes(16)
    key.recovery = seal.seal(_recovery_key(seed, key), keyring.private, size=BOX, bound_to=key.public)
    db.session.flush()
    audit.note("key.print", key, by=account)
    return device.recovery_code(seed)


def _lock(key: ReaderKey, private: bytes, passphrase: str, *, lent: bool = False) -> None:
    key.salt = secrets.token_bytes(seal.SALT)
    kind = (QUICK if current_app.testing else CAREFUL) | (LENT if lent else 0)
    sealed = seal.seal(_stretched(passphrase, key.salt, kind), private, size=BOX, bound_to=key.public)
    key.locked = bytes([kind]) + sealed


def _opened(key: ReaderKey, passphrase: str) -> bytes | None:
    if key.locked is None or key.salt is None:
        return None
    try:
        return seal.unseal(_stretched(passphrase, key.salt, key.locked[0]), key.locked[1:], bound_to=key.public)
    except seal.CannotOpen:
        return None


def _recovered(key: ReaderKey, code: str) -> bytes | None:
    try:
        seed = device.seed_of(code)
        return seal.unseal(_recovery_key(seed, key), key.recovery or b"", bound_to=key.public)
    except (Malformed, seal.CannotOpen, ValueError):
        return None


def _stretched(passphrase: str, salt: bytes, kind: int) -> bytes:
    return seal.stretched(passphrase, salt, quick=kind & ~LENT == QUICK)


def _recovery_key(seed: bytes, key: ReaderKey) -> bytes:
    # The seed is random already: it needs binding to its pair, not stretching.
    return seal.digest(b"xinsheng recovery" + key.public + seed)
