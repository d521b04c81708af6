"""The blueprint of the vault's pages, and what becomes of a page that needs a locked key."""

import re

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, allowed
from vault import keys
from vault.errors import Locked

bp = Blueprint("vault", __name__, url_prefix="/app")

READING = frozenset({"GET", "HEAD"})
INSIDE = re.compile(r"/app(?:/[\w\-./%]*)?")
SHEET = "vault_sheet"  # the recovery key is printed, or the reader said "later": no need to remind
KEPT = "kept-"  # before the names of fields that are carried over an opening


def inside(path: str | None) -> str | None:
    """Return a path of the desk, or None for anything a stranger could have slipped in."""
    return path if path and INSIDE.fullmatch(path) and "//" not in path and ".." not in path else None


@bp.app_errorhandler(Locked)
def locked(error: Locked) -> ResponseReturnValue:
    """Send the reader to open his key and back; keep what he was sending."""
    if g.get("account") is None:
        return redirect(url_for("members.sign_in"), 303)
    unlock = url_for("vault.unlock", next=request.path if request.method in READING else None)
    if not _walking():
        return str(error), 423, {"Content-Type": "text/plain; charset=utf-8", "HX-Redirect": unlock}
    if request.method in READING:
        return redirect(unlock, 303)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return render_template(
        "vault/locked.html",
        goal=None if request.files else inside(request.path),
        kept=[(KEPT + name, value) for name, value in kept],
        message=str(error),
        wrong="",
    ), 423


def _walking() -> bool:
    """Say whether a person is going from page to page, rather than a script asking for something."""
    if "HX-Request" in request.headers or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return False
    return "Accept" not in request.headers or "text/html" in request.headers["Accept"]


@bp.app_template_global()
def recovery_sheet_wanted() -> bool:
    """Say whether to remind the reader that no recovery key was ever printed."""
    account = g.account
    if account.keyring is None or SHEET in session or account.must_change or not allowed(Permission.RECORD_TALKS):
        return False
    key = keys.own(account)
    if key is None or key.recovery is not None:
        session[SHEET] = True
        return False
    return not (request.endpoint or "").startswith("vault.")
