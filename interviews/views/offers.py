"""Promises found in the notes: offered while they are written and on the talk's page, never added unasked."""

from datetime import date
from typing import Any

from flask import flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.errors import BadInput, DomainError, NotAllowed
from core.i18n import _, day, ngettext
from core.terms import TalkState
from interviews import days_off, follow_ups, offers, queries
from interviews.models import Talk
from interviews.offers import NamedDue, Offer
from interviews.queries import TalkView
from interviews.queries.readers import may_write
from interviews.talks import Promise
from interviews.views.blueprint import bp, writable

ROWS = 20


@bp.post("/talks/<int:talk_id>/offers")
@requires(Permission.RECORD_TALKS)
def offer(talk_id: int) -> ResponseReturnValue:
    """Answer with what the text sent promises and which days it names; the text is read and forgotten."""
    row = queries.talk(talk_id, within=g.organisation)
    if not may_write(row, g.account):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may change it."))
    on = _sent_day(row.held_on)
    own = days_off.own(g.organisation)
    given = request.form.getlist("row")[:ROWS]
    found = offers.found(request.form.get("notes", ""), on=on, own=own, given=given)
    answer = jsonify(
        offers=[_told(one) for one in found],
        rows=[_day_told(offers.day_in(words, on=on, own=own)) for words in given],
        workdays=[
            {
                "due_on": until.isoformat(),
                "says": ngettext(
                    "%(num)s working day: %(day)s", "%(num)s working days: %(day)s", count, day=day(until)
                ),
            }
            for count, until in offers.in_workdays(on, own)
        ],
        words={
            "title": _("Found in your notes. Tap what you promised:"),
            "add": _("Add as a promise"),
            "pass": _("Not a promise"),
            "take": _("Take this day"),
            "within": _("Due in working days"),
            "choose": _("in working days …"),
        },
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/talks/<int:talk_id>/promises")
@requires(Permission.RECORD_TALKS)
def add_promises(talk_id: int) -> ResponseReturnValue:
    """Add the promises ticked on the talk's page, the interviewer as their owner."""
    row, view = writable(talk_id)
    _check_open(row)
    count = 0
    for number in request.form.getlist("take")[:ROWS]:
        words = " ".join(request.form.get(f"text-{number}", "").split())
        if words:
            promise = Promise(words[: offers.PROMISE], owner_id=row.interviewer_id, due_on=_due(number, row))
            follow_ups.give(row, promise, by=g.account)
            count += 1
    if count:
        flash(ngettext("%(num)s promise is added.", "%(num)s promises are added.", count))
    else:
        flash(_("Nothing was ticked, so nothing was added."))
    return redirect(url_for("interviews.show", talk_id=view.id))


@bp.context_processor
def _found_in_notes() -> dict[str, Any]:
    return {"promises_in": promises_in}


def promises_in(talk: TalkView) -> list[Offer]:
    """Return what a talk's page offers its writer: promises in the saved notes that are no rows yet."""
    if not talk.writable or talk.state is not TalkState.RECORDED or not talk.notes or talk.filed_on is not None:
        return []
    if any(not row.promise for row in talk.promises):
        return []  # what cannot be opened cannot be compared
    own = days_off.own(g.organisation)
    return offers.found(talk.notes, on=talk.held_on, own=own, given=[row.promise for row in talk.promises])


def _check_open(row: Talk) -> None:
    if row.state is not TalkState.RECORDED:
        raise DomainError(_("This talk is not recorded yet."))
    if row.filed_on is not None:
        raise DomainError(_("This record is filed and stays as it is. Write down what came up since as a new talk."))


def _due(number: str, row: Talk) -> date | None:
    """Return the day chosen for a promise: so many working days after the talk, else the day written."""
    count = request.form.get(f"workdays-{number}", "")
    if count in {str(each) for each in offers.WORKDAYS}:
        return dict(offers.in_workdays(row.held_on, days_off.own(g.organisation)))[int(count)]
    written = request.form.get(f"due_on-{number}", "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise BadInput(_("“%(text)s” is no day.", text=written[:20]), field="due_on") from error


def _sent_day(otherwise: date) -> date:
    try:
        sent = date.fromisoformat(request.form.get("held_on", ""))
    except ValueError:
        return min(otherwise, clock.today())
    return sent if 1950 <= sent.year <= clock.today().year + 1 else otherwise


def _told(one: Offer) -> dict[str, Any]:
    return {"text": one.text, "due": _day_told(one.due)}


def _day_told(due: NamedDue | None) -> dict[str, str] | None:
    if due is None:
        return None
    says = _("“%(words)s”: due %(day)s", words=due.words, day=day(due.day))
    if due.kind == "repeating":
        says = _("“%(words)s”: first due %(day)s", words=due.words, day=day(due.day))
    return {"due_on": due.day.isoformat(), "says": says}
