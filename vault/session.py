"""A reader's key while he is signed in: carried in his cookie, sealed with a key of this machine, nowhere stored."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, has_request_context, session

from core import clock, seal
from core.errors import BadInput
from members import accounts, sessions
from members.models import Account
from vault import circles, keys
from vault.keyring import Keyring

NAME = "vault"
KEY_FILE = "vault_key"
EARLIER = "vault_earlier"  # the password at the door was right, and did not open the key: somebody had reset it
OPEN_FOR = 12 * 3600  # seconds: a key left open is locked again, whatever became of the browser
BOX = 64
# Told when a reader's key has just been opened: what waited for it can be done now.
Opened = Callable[[Account], object]
_TOLD: list[Opened] = []


def init_app(app: Flask) -> None:
    """Follow passwords and sessions, and give every signed-in reader his keyring back."""
    accounts.tell_of_passwords(follow_password)
    accounts.tell_of_changes(follow_role)
    sessions.tell_of_entering(open_at_the_door)
    app.before_request(recognise)


def tell_of_opening(listener: Opened) -> None:
    """Have `listener` called whenever a reader's key was opened in a request that may write."""
    if listener not in _TOLD:
        _TOLD.append(listener)


def recognise() -> None:
    """Put the keyring where verbs and queries find it: on the account."""
    account = g.get("account")
    carried = session.get(NAME) if account is not None else None
    if account is not None:
        account.keyring = opened(carried, account) if carried else None


def follow_password(account: Account, new: str, old: str | None) -> None:
    """Make the account's key with its first password; lock it anew when the holder changes it.

    After a reset by somebody else it stays locked with the password before: nobody but the holder can open it.
    """
    key = keys.own(account)
    if key is None or (old is None and keys.lent(key)):
        # A temporary password nobody ever used opened nothing: another may take its place.
        keyring = keys.make(account, new, lent=old is None)
        account.keyring = account.keyring or keyring
        _hand_over(account)
    elif old is not None:
        try:
            account.keyring = keys.relock(account, keys.unlock(account, old), new)
        except BadInput:
            # Already locked with a password before this one; with the key open, it can follow now.
            if account.keyring is not None:
                account.keyring = keys.relock(account, account.keyring, new)


def _hand_over(account: Account) -> None:
    """Let whoever is at work hand the new pair the circles' keys, rather than whoever signs in next."""
    at_work = g.get("account") if has_request_context() else None
    if at_work is not None and at_work.keyring is not None and at_work.organisation_id == account.organisation_id:
        circles.admit(by=at_work)


def follow_role(account: Account, by: Account) -> None:
    """Hand keys to, and take them from, an account that was opened, closed or given another role."""
    circles.follow(account, by=by)


def open_at_the_door(account: Account, password: str) -> None:
    """Open the key with the password somebody has just signed in with, if it is the one it is locked with."""
    try:
        if keys.own(account) is None:
            keyring = keys.make(account, password, lent=account.must_change)
        else:
            keyring = keys.unlock(account, password)
    except BadInput:
        account.keyring = None
        session[EARLIER] = True
        return
    if not account.must_change:
        keys.keep(account)
    carry(account, keyring)


def carry(account: Account, keyring: Keyring) -> None:
    """Keep the key open for this session, and do what waited for it."""
    account.keyring = keyring
    session[NAME] = packed(account, keyring)
    session.pop(EARLIER, None)
    circles.admit(by=account)
    for listener in _TOLD:
        listener(account)


def put_away() -> None:
    """Lock the key for the rest of the session."""
    session.pop(NAME, None)
    if g.get("account") is not None:
        g.account.keyring = None


def packed(account: Account, keyring: Keyring) -> str:
    """Return the key as a cookie may carry it: sealed, for this session of this account only, and for half a day."""
    until = int(clock.now().timestamp()) + OPEN_FOR
    content = keyring.key_id.to_bytes(8, "big") + until.to_bytes(8, "big") + keyring.private
    box = seal.seal(_machine_key(), content, size=BOX, bound_to=account.get_id().encode())
    return base64.b64encode(box).decode()


def opened(carried: Any, account: Account) -> Keyring | None:
    """Return what `packed` put in.

    None when it is another account's, another session's or another machine's, or has been open for too long.
    """
    try:
        box = base64.b64decode(str(carried), validate=True)
        content = seal.unseal(_machine_key(), box, bound_to=account.get_id().encode())
    except (binascii.Error, ValueError, seal.CannotOpen):
        return None
    if clock.now().timestamp() > int.from_bytes(content[8:16], "big"):
        return None
    return Keyring(int.from_bytes(content[:8], "big"), content[16:])


def _machine_key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)
