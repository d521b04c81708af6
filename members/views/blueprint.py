"""The blueprint of members, and what stands before every page of the desk."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

bp = Blueprint("members", __name__, url_prefix="/app")

# Whoever holds a temporary password may do nothing else first.
OPEN = frozenset({"members.own_account", "members.change_password", "members.sign_out", "members.speak", "static"})


@bp.before_app_request
def change_temporary_password() -> ResponseReturnValue | None:
    """Send whoever signed in with a temporary password to their account page."""
    account = g.get("account")
    if account is not None and account.must_change and request.endpoint not in OPEN:
        return redirect(url_for("members.own_account"))
    return None
