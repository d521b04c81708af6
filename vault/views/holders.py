"""Who holds which circle's key, and handing it over."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.access import Permission, requires
from core.errors import NotFound
from core.i18n import _, ngettext
from core.terms import Audience
from vault import circles, overview
from vault.views.blueprint import bp


@bp.get("/keys")
@requires(Permission.MANAGE_ORGANISATION)
def holders() -> ResponseReturnValue:
    """Show who can open what."""
    return render_template(
        "vault/holders.html",
        circles=overview.circle_states(g.organisation, g.account),
        own_keys=paging.of(overview.own_keys(g.organisation), paging.asked()),
    )


@bp.post("/keys/hand-over")
@requires(Permission.MANAGE_ORGANISATION)
def hand_over() -> ResponseReturnValue:
    """Hand the circles' keys to whoever belongs to them and waits."""
    count = circles.admit(by=g.account)
    if count:
        flash(ngettext("%(num)s key was handed over.", "%(num)s keys were handed over.", count))
    else:
        flash(_("There was nobody to hand a key to."))
    return redirect(url_for("vault.holders"))


@bp.post("/keys/circles/<circle>/new")
@requires(Permission.MANAGE_ORGANISATION)
def rotate(circle: str) -> ResponseReturnValue:
    """Give a circle a new key."""
    if circle not in list(Audience):
        raise NotFound(_("There is no such circle."))
    circles.rotate(g.organisation, Audience(circle), by=g.account)
    flash(_("The circle has a new key. Whoever left it opens nothing that is sealed from now on."))
    return redirect(url_for("vault.holders"))
