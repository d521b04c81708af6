"""Promises by owner, the working days they have left, and what became of them."""

from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import calendar, clock
from core.access import Permission, requires
from core.errors import BadInput
from core.i18n import _, ngettext
from core.numbers import row_number
from core.terms import FollowUpState
from forms.interviews import OutcomeForm
from interviews import days_off, follow_ups, queries
from interviews.queries import PromiseLine
from interviews.views.blueprint import bp

OVERDUE = "overdue"
SHEET = 1000  # rows of a list to print
COUNTED = 400  # days up to which working days are counted; beyond, the day says enough


@bp.get("/promises")
@requires(Permission.RECORD_TALKS)
def promises() -> ResponseReturnValue:
    """List the promises by owner, the late ones first: those overdue, all that are open, or those closed."""
    show = request.args.get("show", "open")
    show = show if show in (OVERDUE, *FollowUpState) else FollowUpState.OPEN.value
    owner = row_number(request.args.get("owner"))
    sheet = request.args.get("sheet") == "1"
    page = queries.promises_page(
        within=g.organisation,
        reader=g.account,
        state=None if show == OVERDUE else FollowUpState(show),
        late=show == OVERDUE,
        owner_id=owner,
        number=1 if sheet else row_number(request.args.get("page")) or 1,
        **({"size": SHEET} if sheet else {}),
    )
    groups: dict[tuple[int | None, str], list[PromiseLine]] = {}
    for row in page.rows:
        groups.setdefault((row.owner_id, row.owner_name), []).append(row)
    kept = {name: value for name, value in (("show", show), ("owner", owner)) if value is not None}
    return render_template(
        "interviews/promises.html",
        groups=groups,
        owners=queries.promise_owners(within=g.organisation, reader=g.account),
        owner=owner,
        show=show,
        page=page,
        kept=kept,
        sheet=sheet,
        today=clock.today(),
    )


@bp.post("/promises/<int:follow_up_id>/keep")
@requires(Permission.RECORD_TALKS)
def keep_promise(follow_up_id: int) -> ResponseReturnValue:
    """Mark a promise as kept, with what was done."""
    row = queries.promise(follow_up_id, within=g.organisation, reader=g.account)
    outcome = _outcome()
    if row.state is FollowUpState.OPEN and not outcome:
        raise BadInput(_("Write in a few words what was done: the next talk begins with it."), field="outcome")
    follow_ups.keep(row, outcome=outcome, by=g.account)
    flash(_("Marked as kept."))
    return _back_to_promises()


@bp.post("/promises/<int:follow_up_id>/refuse")
@requires(Permission.RECORD_TALKS)
def refuse_promise(follow_up_id: int) -> ResponseReturnValue:
    """Mark a promise as impossible, with the reason."""
    row = queries.promise(follow_up_id, within=g.organisation, reader=g.account)
    follow_ups.refuse(row, reason=_outcome(), by=g.account)
    flash(_("Marked as impossible; the reason is kept."))
    return _back_to_promises()


@bp.post("/promises/<int:follow_up_id>/reopen")
@requires(Permission.RECORD_TALKS)
def reopen_promise(follow_up_id: int) -> ResponseReturnValue:
    """Take a promise up again."""
    follow_ups.reopen(queries.promise(follow_up_id, within=g.organisation, reader=g.account), by=g.account)
    flash(_("The promise is open again."))
    return _back_to_promises()


@bp.app_template_global("due_words")
def due_words(row: PromiseLine) -> str:
    """Say how many working days an open promise has left or is late; "" when the day alone says enough."""
    if row.due_on is None or row.state is not FollowUpState.OPEN:
        return ""
    today = clock.today()
    if row.due_on == today:
        return _("due today")
    if abs((row.due_on - today).days) > COUNTED:
        return _("overdue") if row.overdue else ""
    count = abs(calendar.workdays_between(today, row.due_on, _own_days()))
    if row.due_on < today:
        return _late(count)
    if not count:
        return _("due before the next working day")
    return ngettext("%(num)s working day left", "%(num)s working days left", count)


def _late(count: int) -> str:
    return ngettext("%(num)s working day late", "%(num)s working days late", count) if count else _("overdue")


def _own_days() -> dict[date, bool]:
    if "own_days" not in g:
        g.own_days = days_off.own(g.organisation)
    return g.own_days


def _outcome() -> str:
    return (OutcomeForm().outcome.data or "").strip()


def _back_to_promises() -> ResponseReturnValue:
    talk_id = row_number(request.form.get("talk"))
    if talk_id is not None:
        return redirect(url_for("interviews.show", talk_id=talk_id))
    back: dict[str, Any] = {"show": request.form.get("show"), "owner": row_number(request.form.get("owner"))}
    return redirect(url_for("interviews.promises", **{name: value for name, value in back.items() if value}))
