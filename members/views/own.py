"""One's own account: password, second factor, passkeys, recovery codes, and where one is signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core import address, clock, qr, seal
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _, ngettext
from forms.members import CodeForm, ConfirmForm, PasskeyForm, PasswordForm
from members import accounts, factors, passkeys, recovery, sessions
from members.views import entrance
from members.views.blueprint import SECOND, bp, inside

View = Callable[..., ResponseReturnValue]


def surely(view: View) -> View:
    """Ask for the password first, unless it was given a short while ago: an open browser alone changes no account."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if entrance.is_sure() else _ask()

    return asked


def _ask() -> ResponseReturnValue:
    back = request.path if request.method == "GET" else url_for("members.own_account")
    return redirect(url_for("members.confirm", next=back))


@bp.get("/account")
@requires(Permission.USE_DESK)
def own_account() -> ResponseReturnValue:
    """Show the reader's own account."""
    return _page(PasswordForm())


def _page(form: PasswordForm) -> str:
    return render_template(
        "members/own_account.html",
        form=form,
        standing=factors.standing(g.account),
        places=sessions.listed(g.account),
        passkeys_work=passkeys.possible(address.origin()),
        shortest=accounts.SHORTEST,
    )


@bp.post("/account/password")
@requires(Permission.USE_DESK)
def change_password() -> ResponseReturnValue:
    """Change the reader's own password; other sessions of the account end."""
    form = PasswordForm()
    if form.sent():
        try:
            accounts.change_password(g.account, form.old.data, form.new.data)
        except DomainError as no:
            form.blame(no)
        else:
            entrance.enter(g.account, form.new.data)
            flash(_("Your password has been changed; you were signed out everywhere else."))
            return redirect(url_for("members.own_account"))
    return _page(form), 422


@bp.route("/account/confirm", methods=["GET", "POST"])
@requires(Permission.USE_DESK)
def confirm() -> ResponseReturnValue:
    """Ask for the password once more before the account itself is changed."""
    goal = inside(request.args.get("next")) or url_for("members.own_account")
    form = ConfirmForm()
    if form.sent():
        try:
            accounts.confirm(g.account, form.password.data, visit=entrance.visit())
        except DomainError as no:
            form.blame(no)
        else:
            entrance.be_sure()
            return redirect(goal)
    return render_template("members/confirm.html", form=form), 422 if form.errors else 200


@bp.post("/account/app/new")
@requires(Permission.USE_DESK)
@surely
def begin_app() -> ResponseReturnValue:
    """Make a secret for an authenticator app to read."""
    factors.begin_app(g.account)
    return redirect(url_for("members.authenticator"))


@bp.route("/account/app", methods=["GET", "POST"])
@requires(Permission.USE_DESK)
@surely
def authenticator() -> ResponseReturnValue:
    """Show the secret as a QR code until a code of it was typed in."""
    secret = factors.pending_secret(g.account)
    if secret is None:
        return redirect(url_for("members.own_account"))
    form = CodeForm()
    if form.sent():
        try:
            factors.prove_app(g.account, form.code.data)
        except DomainError as no:
            form.blame(no)
        else:
            return _has_one(_("The authenticator app is set up."))
    page = render_template(
        "members/authenticator.html",
        form=form,
        picture=qr.drawn(seal.app_address(secret, g.account.username, factors.ISSUER)),
        typed=seal.app_secret(secret),
    )
    return page, 422 if form.errors else 200


@bp.post("/account/app/remove")
@requires(Permission.USE_DESK)
@surely
def remove_app() -> ResponseReturnValue:
    """Forget the authenticator app."""
    factors.remove_app(g.account)
    session.pop(SECOND, None)
    flash(_("The authenticator app is removed."))
    return redirect(url_for("members.own_account") + "#second-factor")


@bp.post("/account/passkeys/new")
@requires(Permission.USE_DESK)
def passkey_to_make() -> ResponseReturnValue:
    """Hand the browser what it needs to make a passkey."""
    if not entrance.is_sure():
        return jsonify(url_for("members.confirm", next=url_for("members.own_account"))), 403
    return jsonify(passkeys.asked_to_make(g.account, address.origin()))


@bp.post("/account/passkeys")
@requires(Permission.USE_DESK)
@surely
def keep_passkey() -> ResponseReturnValue:
    """Keep the passkey the browser has made."""
    form = PasskeyForm()
    if not form.sent():
        raise DomainError(_("The passkey could not be checked. Nothing was changed; try again."))
    passkeys.keep(g.account, form.passkey.data, form.name.data, address.origin())
    return _has_one(_("The passkey is set up."))


def _has_one(message: str) -> ResponseReturnValue:
    """Go on after a second factor was set up: with recovery codes, if there are none yet."""
    session[SECOND] = True
    if not factors.standing(g.account).codes:
        return _sheet(message)
    flash(message)
    return redirect(url_for("members.own_account") + "#second-factor")


@bp.post("/account/passkeys/<int:passkey_id>/remove")
@requires(Permission.USE_DESK)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Forget a passkey."""
    passkey = factors.passkey(passkey_id, g.account)
    if not entrance.is_sure():
        return _ask()
    factors.remove_passkey(passkey, by=g.account)
    session.pop(SECOND, None)
    flash(_("The passkey is removed."))
    return redirect(url_for("members.own_account") + "#second-factor")


@bp.post("/account/recovery-codes")
@requires(Permission.USE_DESK)
@surely
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes and show them, once."""
    if not factors.has(g.account):
        raise DomainError(_("Set a second factor up first; recovery codes stand in for it."))
    return _sheet("")


def _sheet(message: str) -> str:
    # Shown in the answer itself and nowhere else: a session or an address would keep them.
    return render_template(
        "members/recovery_codes.html", codes=recovery.make(g.account), message=message, today=clock.today()
    )


@bp.post("/account/sessions/<int:session_id>/end")
@requires(Permission.USE_DESK)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of the reader's sessions."""
    sessions.end(session_id, g.account, by=g.account)
    flash(_("That session is over."))
    return redirect(url_for("members.own_account") + "#devices")


@bp.post("/account/sessions/end-others")
@requires(Permission.USE_DESK)
def end_other_sessions() -> ResponseReturnValue:
    """End every session of the reader but this one."""
    count = sessions.end_others(g.account)
    flash(ngettext("%(num)s other session is over.", "%(num)s other sessions are over.", count))
    return redirect(url_for("members.own_account") + "#devices")
