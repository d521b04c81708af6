"""Between the password and the second factor: who may still prove that it is them, for a few minutes.

Nothing of the desk opens here. The password goes along, sealed with a key of this machine, because the notes sealed to
its holder are opened with it once the second factor was right.
"""

import base64
import binascii
from dataclasses import dataclass

from flask import current_app, session

from core import clock, seal
from core.db import db
from members.models import Account

NAME = "half"
KEY_FILE = "door_key"
OPEN_FOR = 10 * 60  # seconds
BOX = 1024


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whoever gave the right password, the password, and where they wanted to go."""

    account: Account
    password: str
    goal: str


def begin(account: Account, password: str, goal: str) -> None:
    """Let the browser wait here: put what `present` needs into its cookie."""
    until = int(clock.now().timestamp()) + OPEN_FOR
    box = seal.seal(_key(), password.encode("utf-8", "surrogatepass"), size=BOX, bound_to=_bound(account, until))
    session[NAME] = [account.id, until, base64.b64encode(box).decode(), goal]


def present() -> Waiting | None:
    """Return who waits in this browser; None when nobody does, or for too long, or the account has changed since."""
    try:
        account_id, until, box, goal = session[NAME]
        account = db.session.get(Account, int(account_id))
        if account is None or not account.active or clock.now().timestamp() > int(until):
            return None
        content = seal.unseal(_key(), base64.b64decode(box, validate=True), bound_to=_bound(account, int(until)))
    except (KeyError, TypeError, ValueError, binascii.Error, seal.CannotOpen):
        return None
    return Waiting(account, content.decode("utf-8", "surrogatepass"), str(goal))


def _bound(account: Account, until: int) -> bytes:
    return f"threshold {account.get_id()} {until}".encode()


def _key() -> bytes:
    return seal.key_file(current_app.config["SETTINGS"].keys, KEY_FILE)
