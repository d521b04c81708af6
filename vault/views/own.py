"""One's own key: how it stands, and its recovery key on paper."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from forms.vault import ReuniteForm
from vault import keys
from vault.errors import Locked
from vault.keyring import Keyring
from vault.views.blueprint import SHEET, bp, inside


@bp.get("/keys/own")
@requires(Permission.USE_DESK)
def own_key() -> ResponseReturnValue:
    """Show how the reader's key stands."""
    return _page(ReuniteForm(formdata=None))


@bp.post("/keys/own/recovery")
@requires(Permission.USE_DESK)
def print_recovery() -> ResponseReturnValue:
    """Make a recovery key and show it, once, on one sheet."""
    code = keys.print_recovery(g.account, _keyring())
    session[SHEET] = True
    # Shown in the answer itself and nowhere else: a session or an address would keep it.
    return render_template("vault/sheet.html", groups=code.split("-"), today=clock.today())


@bp.post("/keys/own/reunite")
@requires(Permission.USE_DESK)
def reunite() -> ResponseReturnValue:
    """Bring back what an earlier key opens."""
    form, keyring = ReuniteForm(), _keyring()
    if form.sent():
        try:
            keys.reunite(g.account, keyring, form.secret.data)
        except DomainError as no:
            form.blame(no)
        else:
            flash(_("The earlier key is open again; so are the notes sealed to it."))
            return redirect(url_for("vault.own_key"))
    return _page(form), 422


@bp.post("/keys/own/later")
@requires(Permission.USE_DESK)
def remind_later() -> ResponseReturnValue:
    """Leave the reader in peace about the recovery key until the next sign-in."""
    session[SHEET] = True
    return redirect(inside(request.form.get("back")) or url_for("vault.own_key"))


def _keyring() -> Keyring:
    if g.account.keyring is None:
        raise Locked()
    return g.account.keyring


def _page(form: ReuniteForm) -> str:
    keyring = g.account.keyring
    return render_template(
        "vault/own_key.html",
        key=keys.own(g.account),
        form=form,
        given_up=keys.earlier(g.account, keyring) if keyring else [],
    )
