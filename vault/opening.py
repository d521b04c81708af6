"""Open a locked key: with the password, an earlier one, the printed recovery key, or by starting anew.

Each asks for the present sign-in password first, with the counting and resting of the door: whoever only found an open
browser cannot try passwords here.
"""

from core import audit
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from members import accounts
from members.models import Account
from vault import keys
from vault.keyring import Keyring
from vault.models import ReaderKey


def with_password(account: Account, password: str) -> Keyring:
    """Open with the sign-in password, making a key where there is none; raise `BadInput`."""
    _confirm(account, password, field="passphrase")
    if keys.own(account) is None:
        return keys.make(account, password)
    return keys.unlock(account, password)


def with_earlier(account: Account, earlier: str, present: str) -> Keyring:
    """Open with the password before a reset, and lock with the present one from now on; raise `BadInput`."""
    _confirm(account, present, field="present")
    try:
        opened = keys.unlock(account, earlier)
    except BadInput as wrong:
        raise BadInput(str(wrong), field="earlier") from wrong
    return keys.relock(account, opened, present)


def with_recovery_key(account: Account, code: str, present: str) -> Keyring:
    """Open with the printed recovery key, and lock with the present password from now on; raise `BadInput`."""
    _confirm(account, present, field="present")
    return keys.unlock_with_recovery(account, code, present)


def anew(account: Account, present: str) -> Keyring:
    """Give up what the present key opens and begin with another; every other session ends. Raise `BadInput`.

    The old pair stays, locked: an earlier password or the recovery key, found later, brings it back (`keys.reunite`).
    """
    _confirm(account, present, field="present")
    keyring = keys.make(account, present)
    accounts.end_sessions(account)
    audit.note("key.anew", db.session.get_one(ReaderKey, keyring.key_id), by=account)
    return keyring


def _confirm(account: Account, password: str, *, field: str) -> None:
    try:
        accounts.sign_in(account.username, password)
    except DomainError as no:
        raise BadInput(
            _("This is not your present sign-in password. After five wrong tries your account rests for a while."),
            field=field,
        ) from no
