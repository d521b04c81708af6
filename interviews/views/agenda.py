"""The plan: a calendar of the talks to come, what is proposed beside it, and putting one onto the other."""

from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import calendar, clock
from core.access import Permission, requires
from core.errors import BadInput, DomainError
from core.i18n import _
from core.numbers import row_number
from core.terms import TalkState
from forms.agenda import AcceptForm, LaterForm, MoveForm, UndoForm
from interviews import agenda as planner
from interviews import events, feeds, proposals, queries, rulebook, talks
from interviews.people import People, called
from interviews.views.blueprint import bp

SHOWN = 40  # proposals on a page


@bp.get("/talks/agenda")
@requires(Permission.RECORD_TALKS)
def agenda() -> ResponseReturnValue:
    """Show a month of planned talks with the proposals beside it."""
    return _page()


def _page(form: AcceptForm | None = None) -> str:
    first = planner.first_of(request.args.get("month"))
    mine = request.args.get("mine") == "1"
    month = planner.month(first, within=g.organisation, reader=g.account, mine=mine)
    proposed = proposals.proposals(within=g.organisation, reader=g.account)
    if mine:
        proposed = [one for one in proposed if one.interviewer_id == g.account.member_id]
    by_rule = _by_rule(proposed)
    rule = request.args.get("rule", "")
    if rule in by_rule:
        proposed = [one for one in proposed if (one.rule_key or "promise") == rule]
    pages = max(1, -(-len(proposed) // SHOWN))
    number = min(max(1, row_number(request.args.get("page")) or 1), pages)
    return render_template(
        "interviews/agenda.html",
        month=month,
        mine=mine,
        rule=rule if rule in by_rule else "",
        by_rule=by_rule,
        shown=proposed[(number - 1) * SHOWN : number * SHOWN],
        total=len(proposed),
        number=number,
        pages=pages,
        put_off=proposals.put_off_count(g.organisation, g.account),
        feed=feeds.of(g.account),
        undo=_undo(),
        form=form,
        people=People(g.organisation),
        called=called,
        occasions=[],
        today=clock.today(),
        next_workday=_next_workday(),
        late_events=sum(line.late for line in events.waiting(within=g.organisation, reader=g.account)),
        official_until=calendar.KNOWN_UNTIL,
    )


def _by_rule(proposed: list[proposals.Proposal]) -> dict[str, tuple[str, int]]:
    """Return what each rule is called and how much it proposes, in the order met."""
    titles = rulebook.titles(g.organisation) | {"promise": _("Promises")}
    counts: dict[str, int] = {}
    for one in proposed:
        key = one.rule_key or "promise"
        counts[key] = counts.get(key, 0) + 1
    return {key: (titles[key], count) for key, count in counts.items()}


def _next_workday() -> date:
    return calendar.add_workdays(clock.today(), 1, planner.days_off.own(g.organisation))


def _undo() -> dict[str, Any] | None:
    """Return what was just done and can be undone, as the address says."""
    talk_id = row_number(request.args.get("did"))
    if talk_id is None:
        return None
    try:
        talk = queries.talk(talk_id, within=g.organisation)
    except DomainError:
        return None
    if talk.state is not TalkState.PLANNED:
        return None
    return {"talk": planner.one(talk, reader=g.account), "was": _day(request.args.get("was"))}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


@bp.post("/talks/agenda/plan")
@requires(Permission.RECORD_TALKS)
def agenda_plan() -> ResponseReturnValue:
    """Plan the talk that is proposed for a day."""
    form = AcceptForm()
    if form.sent():
        try:
            holder = People(g.organisation).find(form.interviewer.data) if form.interviewer.data else None
            talk = proposals.accept(
                form.proposal.data,
                form.day.data,
                within=g.organisation,
                by=g.account,
                interviewer_id=holder.id if holder else None,
            )
        except BadInput as error:
            form.blame(error)
        else:
            return _back(talk.held_on, did=talk.id)
    return _page(form), 422


@bp.post("/talks/agenda/<int:talk_id>/move")
@requires(Permission.RECORD_TALKS)
def agenda_move(talk_id: int) -> ResponseReturnValue:
    """Move a planned talk to another day."""
    form, talk = MoveForm(), queries.talk(talk_id, within=g.organisation)
    if not form.sent():
        raise BadInput(_("Choose a day."))
    was = talk.held_on
    planner.move(talk, form.day.data, by=g.account, based_on=form.based_on.data or 0)
    return _back(talk.held_on, did=talk.id, was=was.isoformat())


@bp.post("/talks/agenda/<int:talk_id>/undo")
@requires(Permission.RECORD_TALKS)
def agenda_undo(talk_id: int) -> ResponseReturnValue:
    """Put a talk back to the day it stood on, or take back that it was planned."""
    form, talk = UndoForm(), queries.talk(talk_id, within=g.organisation)
    if not form.sent():
        raise BadInput(_("Choose a day."))
    day = talk.held_on
    if form.was.data is None:
        talks.withdraw(talk, by=g.account)
        flash(_("The talk is not planned any more; it is proposed again."))
    else:
        planner.move_back(talk, form.was.data, by=g.account)
        day = form.was.data
        flash(_("The talk stands on its former day again."))
    return _back(day)


@bp.post("/talks/agenda/later")
@requires(Permission.RECORD_TALKS)
def agenda_later() -> ResponseReturnValue:
    """Put a proposal off for some days."""
    form = LaterForm()
    if not form.sent():
        raise BadInput(_("This is not proposed any more."))
    proposals.put_off(form.proposal.data or "", within=g.organisation, by=g.account)
    return redirect(url_for("interviews.agenda", **_kept(), put_off=form.proposal.data))


@bp.post("/talks/agenda/again")
@requires(Permission.RECORD_TALKS)
def agenda_again() -> ResponseReturnValue:
    """Propose again what was put off: one proposal, or all."""
    form = LaterForm()
    if not form.sent():
        raise BadInput(_("This is not proposed any more."))
    proposals.take_up(g.organisation, by=g.account, key=form.proposal.data or None)
    flash(_("It is proposed again."))
    return redirect(url_for("interviews.agenda", **_kept()))


def _kept() -> dict[str, str]:
    """Return what the page was narrowed to."""
    wanted = {name: request.form.get(name, "") for name in ("month", "mine", "rule")}
    return {name: value for name, value in wanted.items() if 0 < len(value) <= 40}


def _back(day: date, **more: Any) -> ResponseReturnValue:
    return redirect(url_for("interviews.agenda", **{**_kept(), "month": f"{day:%Y-%m}", **more}))
