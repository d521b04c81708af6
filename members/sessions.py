"""Who is asking: the account behind a session."""

from flask import Flask, g, request
from flask_login import LoginManager, current_user

from core.db import db
from members.models import Account

login_manager = LoginManager()


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
