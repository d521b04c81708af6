"""An account's own key: made with its password, opened with it or with the printed recovery key."""

import secrets

from flask import current_app
from sqlalchemy import select

from anonymity import device
from anonymity.encoding import Malformed
from core import audit, clock, seal
from core.db import db
from core.errors import BadInput
from core.i18n import _
from members.models import Account
from vault.keyring import Keyring
from vault.models import ReaderKey

BOX = 36  # bytes: a private key and its length
# The first byte of a locked key says how its passphrase was stretched.
QUICK, CAREFUL = b"\0", b"\1"


def own(account: Account) -> ReaderKey | None:
    """Return the pair things are sealed to when `account` is to read them; None before it first signed in."""
    return db.session.scalar(
        select(ReaderKey).where(ReaderKey.account_id == account.id, ReaderKey.retired_on.is_(None))
    )


def make(account: Account, passphrase: str) -> Keyring:
    """Give `account` a pair of its own, locked with `passphrase`; an earlier one is retired."""
    before = own(account)
    if before is not None:
        before.retired_on = clock.today()
    private, public = seal.key_pair()
    key = ReaderKey(
        organisation_id=account.organisation_id, account_id=account.id, public=public, made_on=clock.today()
    )
    _lock(key, private, passphrase)
    db.session.add(key)
    db.session.flush()
    return Keyring(key.id, private)


def unlock(account: Account, passphrase: str) -> Keyring:
    """Return what `account` can open with; raise `BadInput` for a wrong passphrase."""
    key = own(account)
    if key is None or key.locked is None or key.salt is None:
        raise BadInput(_("This account has no key for sealed notes yet. Sign out and in again."), field="passphrase")
    try:
        private = seal.unseal(_stretched(passphrase, key.salt, key.locked[:1]), key.locked[1:], bound_to=key.public)
    except seal.CannotOpen as error:
        raise BadInput(
            _("This password does not open your notes. Nothing was changed; try an earlier one, or the recovery key."),
            field="passphrase",
        ) from error
    return Keyring(key.id, private)


def unlock_with_recovery(account: Account, code: str, new_passphrase: str) -> Keyring:
    """Open with the printed recovery key and lock anew with `new_passphrase`; raise `BadInput`."""
    key = own(account)
    try:
        if key is None or key.recovery is None:
            raise seal.CannotOpen
        private = seal.unseal(_recovery_key(device.seed_of(code), key), key.recovery, bound_to=key.public)
    except (seal.CannotOpen, Malformed) as error:
        raise BadInput(
            _("This is not the recovery key of your account. Compare it with the printed sheet, sign by sign."),
            field="code",
        ) from error
    _lock(key, private, new_passphrase)
    db.session.flush()
    audit.note("key.recover", key, by=account)
    return Keyring(key.id, private)


def relock(account: Account, keyring: Keyring, passphrase: str) -> None:
    """Lock the account's key with a new passphrase; the old one opens it no more."""
    _lock(db.session.get_one(ReaderKey, keyring.key_id), keyring.private, passphrase)
    db.session.flush()


def print_recovery(account: Account, keyring: Keyring) -> str:
    """Return a new recovery key to be printed, in place of an earlier one: 28 signs in groups of four."""
    key = db.session.get_one(ReaderKey, keyring.key_id)
    seed = secrets.token_bytes(16)
    key.recovery = seal.seal(_recovery_key(seed, key), keyring.private, size=BOX, bound_to=key.public)
    db.session.flush()
    audit.note("key.print", key, by=account)
    return device.recovery_code(seed)


def _lock(key: ReaderKey, private: bytes, passphrase: str) -> None:
    key.salt = secrets.token_bytes(seal.SALT)
    kind = QUICK if current_app.testing else CAREFUL
    sealed = seal.seal(_stretched(passphrase, key.salt, kind), private, size=BOX, bound_to=key.public)
    key.locked = kind + sealed


def _stretched(passphrase: str, salt: bytes, kind: bytes) -> bytes:
    return seal.stretched(passphrase, salt, quick=kind == QUICK)


def _recovery_key(seed: bytes, key: ReaderKey) -> bytes:
    # The seed is random already: it needs binding to its pair, not stretching.
    return seal.digest(b"xinsheng recovery" + key.public + seed)
