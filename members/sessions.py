"""Who is asking: the account behind a session."""

from collections.abc import Callable

from flask import Flask, g, request
from flask_login import LoginManager, current_user

from core.db import db
from members.models import Account

login_manager = LoginManager()
# Told when somebody comes in at the door: (account, password), the session already begun.
Entered = Callable[[Account, str], None]
_AT_THE_DOOR: list[Entered] = []


def tell_of_entering(listener: Entered) -> None:
    """Have `listener` called whenever a session begins with a password."""
    if listener not in _AT_THE_DOOR:
        _AT_THE_DOOR.append(listener)


def entered(account: Account, password: str) -> None:
    """Tell everyone who asked that `account` has just come in with `password`."""
    for listener in _AT_THE_DOOR:
        listener(account, password)


@login_manager.user_loader
def load(identity: str) -> Account | None:
    """Return the account a session names, unless it was closed or its sessions were ended."""
    account_id, _, number = identity.partition(".")
    if not account_id.isdigit():
        return None
    account = db.session.get(Account, int(account_id))
    if account is None or not account.active or str(account.session_number) != number:
        return None
    return account


def init_app(app: Flask) -> None:
    """Recognise the reader before every page of the desk."""
    login_manager.init_app(app)
    app.before_request(recognise)


def recognise() -> None:
    """Put the account and its organisation where views and templates find them."""
    g.account = g.organisation = None
    if request.path.startswith("/app") and current_user.is_authenticated:
        g.account = current_user._get_current_object()
        g.organisation = g.account.organisation
