"""Opening a locked key, and locking an open one."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user

from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.vault import EarlierPasswordForm, RecoveryForm, StartAnewForm, UnlockForm
from vault import keys, opening
from vault import session as sessions
from vault.views.blueprint import KEPT, bp, inside


@bp.route("/keys/unlock", methods=["GET", "POST"])
@requires(Permission.USE_DESK)
def unlock() -> ResponseReturnValue:
    """Ask for the password, then go where the reader wanted to."""
    if g.account.keyring is not None and request.method == "GET":
        return redirect(_goal())
    form = UnlockForm()
    if form.sent():
        try:
            sessions.carry(g.account, opening.with_password(g.account, form.passphrase.data))
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("Your notes are open."))
            return redirect(_goal())
    return _page("", password=form)


@bp.post("/keys/unlock/earlier-password")
@requires(Permission.USE_DESK)
def unlock_earlier() -> ResponseReturnValue:
    """Open with the password before a reset."""
    form = EarlierPasswordForm(prefix="earlier")
    if form.sent():
        try:
            sessions.carry(g.account, opening.with_earlier(g.account, form.earlier.data, form.present.data))
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("Your notes are open. From now on your present password opens them."))
            return redirect(_goal())
    return _page("earlier", earlier=form)


@bp.post("/keys/unlock/recovery")
@requires(Permission.USE_DESK)
def recover() -> ResponseReturnValue:
    """Open with the printed recovery key."""
    form = RecoveryForm(prefix="recovery")
    if form.sent():
        try:
            sessions.carry(g.account, opening.with_recovery_key(g.account, form.code.data, form.present.data))
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("Your notes are open. Your present password opens them from now on; the sheet stays good."))
            return redirect(_goal())
    return _page("recovery", recovery=form)


@bp.post("/keys/unlock/anew")
@requires(Permission.USE_DESK)
def start_anew() -> ResponseReturnValue:
    """Begin with a new key; what only the old one opens stays closed."""
    form = StartAnewForm(prefix="anew")
    if form.sent():
        try:
            keyring = opening.anew(g.account, form.present.data)
        except DomainError as no:
            form.blame(no)
        else:
            login_user(g.account)  # the other sessions have ended; this one goes on
            sessions.carry(g.account, keyring)
            flash(_("You have a new key. Print its recovery key now."))
            return redirect(url_for("vault.own_key"))
    return _page("anew", anew=form)


@bp.post("/keys/resume")
@requires(Permission.USE_DESK)
def resume() -> ResponseReturnValue:
    """Open the key in the middle of sending something, and hand back what was being sent."""
    form, goal = UnlockForm(), inside(request.form.get("goal"))
    kept = [(name, value) for name, value in request.form.items(multi=True) if name.startswith(KEPT)]
    if goal is None:
        return redirect(url_for("vault.unlock"))
    if form.sent():
        try:
            sessions.carry(g.account, opening.with_password(g.account, form.passphrase.data))
        except DomainError as no:
            form.blame(no)
        else:
            fields = [(name.removeprefix(KEPT), value) for name, value in kept]
            return render_template("vault/resume.html", goal=goal, kept=fields)
    wrong = " ".join(form.passphrase.errors)
    return render_template("vault/locked.html", goal=goal, kept=kept, message="", wrong=wrong), 422


@bp.post("/keys/lock")
@requires(Permission.USE_DESK)
def lock() -> ResponseReturnValue:
    """Lock the key for the rest of the session, in every window of this browser."""
    sessions.put_away()
    flash(_("Your notes are locked. You are still signed in."))
    return redirect(url_for("vault.own_key"))


def _goal() -> str:
    return inside(request.args.get("next")) or url_for("vault.own_key")


def _page(wrong: str, **sent: object) -> ResponseReturnValue:
    """Draw the page; `sent` holds the form that was sent and refused, under its name."""
    key = keys.own(g.account)
    forms = {
        "password": UnlockForm(formdata=None),
        "earlier": EarlierPasswordForm(formdata=None, prefix="earlier"),
        "recovery": RecoveryForm(formdata=None, prefix="recovery"),
        "anew": StartAnewForm(formdata=None, prefix="anew"),
    }
    page = render_template(
        "vault/unlock.html",
        forms={**forms, **sent},
        wrong=wrong,
        goal=inside(request.args.get("next")),
        reset=sessions.EARLIER in session,
        printed=key is not None and key.recovery is not None,
    )
    return page, 422 if request.method == "POST" else 200
