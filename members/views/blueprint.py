"""The blueprint of members, and what stands before every page of the desk."""

import re

from flask import Blueprint, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from members import factors

bp = Blueprint("members", __name__, url_prefix="/app")

INSIDE = re.compile(r"/app(?:/[\w\-./%]*)?")
SECOND = "second"  # the account behind this session is known to have a second factor
ALWAYS = frozenset({"members.own_account", "members.sign_out", "members.speak", "static"})
# Whoever holds a temporary password may do nothing else first.
OPEN = ALWAYS | {"members.change_password"}
# Whoever must have a second factor sets one up before anything else.
SETTING_UP = ALWAYS | {
    "members.authenticator",
    "members.begin_app",
    "members.change_password",
    "members.confirm",
    "members.keep_passkey",
    "members.passkey_to_make",
}


def inside(path: str | None) -> str | None:
    """Return a path of the desk, or None for anything a stranger could have slipped in."""
    return path if path and INSIDE.fullmatch(path) and "//" not in path and ".." not in path else None


@bp.before_app_request
def change_temporary_password() -> ResponseReturnValue | None:
    """Send whoever signed in with a temporary password to their account page."""
    account = g.get("account")
    if account is not None and account.must_change and request.endpoint not in OPEN:
        return redirect(url_for("members.own_account"))
    return None


@bp.before_app_request
def set_second_factor_up() -> ResponseReturnValue | None:
    """Send whoever must have a second factor and has none to their account page."""
    account = g.get("account")
    if account is None or request.endpoint in SETTING_UP or SECOND in session or not factors.required(account):
        return None
    if not factors.has(account):
        return redirect(url_for("members.own_account") + "#second-factor")
    session[SECOND] = True
    return None
