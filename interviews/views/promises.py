"""Promises by owner, and what became of them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.i18n import _
from core.numbers import row_number
from core.terms import FollowUpState
from forms.interviews import OutcomeForm
from interviews import follow_ups, queries
from interviews.views.blueprint import bp


@bp.get("/promises")
@requires(Permission.RECORD_TALKS)
def promises() -> ResponseReturnValue:
    """List the promises by owner: those overdue, all that are open, or those closed."""
    show = request.args.get("show", "open")
    if show == "overdue":
        rows = queries.overdue(within=g.organisation, reader=g.account)
    elif show in list(FollowUpState):
        rows = queries.promises(within=g.organisation, reader=g.account, state=FollowUpState(show))
    else:
        show, rows = "open", queries.promises(within=g.organisation, reader=g.account, state=FollowUpState.OPEN)
    owners: dict[str, list[queries.PromiseLine]] = {}
    for row in rows:
        owners.setdefault(row.owner_name, []).append(row)
    return render_template("interviews/promises.html", owners=owners, show=show, form=OutcomeForm(formdata=None))


@bp.post("/promises/<int:follow_up_id>/keep")
@requires(Permission.RECORD_TALKS)
def keep_promise(follow_up_id: int) -> ResponseReturnValue:
    """Mark a promise as kept."""
    row = queries.promise(follow_up_id, within=g.organisation, reader=g.account)
    follow_ups.keep(row, outcome=OutcomeForm().outcome.data or "", by=g.account)
    flash(_("Marked as kept."))
    return _back_to_promises()


@bp.post("/promises/<int:follow_up_id>/refuse")
@requires(Permission.RECORD_TALKS)
def refuse_promise(follow_up_id: int) -> ResponseReturnValue:
    """Mark a promise as impossible, with the reason."""
    row = queries.promise(follow_up_id, within=g.organisation, reader=g.account)
    follow_ups.refuse(row, reason=OutcomeForm().outcome.data or "", by=g.account)
    flash(_("Marked as impossible; the reason is kept."))
    return _back_to_promises()


@bp.post("/promises/<int:follow_up_id>/reopen")
@requires(Permission.RECORD_TALKS)
def reopen_promise(follow_up_id: int) -> ResponseReturnValue:
    """Take a promise up again."""
    follow_ups.reopen(queries.promise(follow_up_id, within=g.organisation, reader=g.account), by=g.account)
    flash(_("The promise is open again."))
    return _back_to_promises()


def _back_to_promises() -> ResponseReturnValue:
    talk_id = row_number(request.form.get("talk"))
    if talk_id is not None:
        return redirect(url_for("interviews.show", talk_id=talk_id))
    return redirect(url_for("interviews.promises"))
