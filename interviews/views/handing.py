"""Passing notes on to a successor."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import BadInput
from core.i18n import _, ngettext
from forms.handing import HandingForm
from interviews import handing as passing
from interviews import mending
from interviews.views.blueprint import bp
from members import queries as member_queries
from vault import session as sessions

sessions.tell_of_opening(mending.mend)


@bp.route("/talks/handing", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def handing() -> ResponseReturnValue:
    """Offer the reader's own "interviewer only" talks, to be ticked and passed on."""
    lines, takers = passing.offered(g.account), passing.successors(g.account)
    form = HandingForm()
    form.offer(talks=[line.id for line in lines], accounts=[(one.id, one.name) for one in takers])
    if form.sent():
        to = member_queries.account(form.to.data, g.organisation)
        try:
            count = passing.pass_on(form.talks.data, to=to, by=g.account)
        except BadInput as no:
            form.blame(no)
        else:
            if count:
                flash(
                    ngettext(
                        "%(name)s can read the notes of %(num)s talk from now on.",
                        "%(name)s can read the notes of %(num)s talks from now on.",
                        count,
                        name=to.name,
                    )
                )
            else:
                flash(_("%(name)s could read them already.", name=to.name))
            return redirect(url_for("interviews.handing"))
    page = render_template("interviews/handing.html", form=form, lines=lines, takers=takers)
    return page, 422 if form.is_submitted() else 200
