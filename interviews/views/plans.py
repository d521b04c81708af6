"""The list of talks, their plans, and a talk as it can be read."""

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import Permission, requires
from core.errors import DomainError
from core.i18n import _
from core.numbers import row_number
from core.terms import TalkState
from forms.interviews import PlanForm, WishForm
from interviews import drafts, openers, openings, passages, queries, sheet, talks, waiting
from interviews.people import People, called
from interviews.queries import Sealed, Wish
from interviews.views.blueprint import bp, investigations, suggestions, writable
from investigations import queries as investigation_queries
from members import queries as member_queries


@bp.get("/talks")
@requires(Permission.RECORD_TALKS)
def index() -> ResponseReturnValue:
    """List the talks the organisation holds, narrowed as wished."""
    form = WishForm(request.args)
    form.offer(
        groups=[(group.id, group.name) for group in member_queries.groups(g.organisation)],
        interviewers=queries.interviewers(within=g.organisation),
        investigations=investigations(),
    )
    form.validate()  # a filter that cannot be read narrows nothing, and says so beside its field
    state = form.state.data if form.state.data in list(TalkState) else None
    wish = Wish(
        text=form.q.data or "",
        group_id=row_number(form.group.data),
        interviewer_id=row_number(form.interviewer.data),
        investigation_id=row_number(form.investigation.data),
        state=TalkState(state) if state else None,
        since=form.since.data,
        until=form.until.data,
    )
    page = queries.page(wish, within=g.organisation, reader=g.account, number=row_number(request.args.get("page")) or 1)
    overdue = queries.count_overdue(within=g.organisation, reader=g.account)
    kept = {name: value for name, value in request.args.items() if value and name != "page"}
    return render_template(
        "interviews/index.html",
        form=form,
        page=page,
        kept=kept,
        wished=wish != Wish(),
        overdue=overdue,
        waiting=waiting.count(g.organisation),
    )


@bp.route("/talks/new", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def new() -> ResponseReturnValue:
    """Plan a talk, or start writing one down at once: both begin with the same six fields."""
    people = People(g.organisation)
    member, own = people.get(row_number(request.args.get("member"))), people.get(g.account.member_id)
    current = investigation_queries.current(within=g.organisation)
    form = PlanForm(
        data={
            "member": called(member) if member else "",
            "interviewer": called(own) if own and own is not member else "",
            "held_on": clock.today(),
            "investigation": str(row_number(request.args.get("investigation")) or (current.id if current else "")),
        }
    )
    form.offer(investigations=investigations())
    if form.sent():
        try:
            talk = talks.plan(sheet.planned(form, people), within=g.organisation, by=g.account)
        except DomainError as error:
            form.blame(error)
        else:
            if request.form.get("then") == "record":
                return redirect(url_for("interviews.record", talk_id=talk.id))
            flash(_("The talk is planned."))
            return redirect(url_for("interviews.show", talk_id=talk.id))
    promises = queries.open_promises_to(member, within=g.organisation, reader=g.account) if member else []
    page = render_template(
        "interviews/plan.html", form=form, talk=None, member=member, promises=promises, **suggestions(people)
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/talks/<int:talk_id>")
@requires(Permission.RECORD_TALKS)
def show(talk_id: int) -> ResponseReturnValue:
    """Show a talk as far as the reader may read it."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    opened = view.readable and view.state is TalkState.RECORDED and view.sealed is Sealed.OPEN
    if opened:
        openings.note(row, by=g.account)
    return render_template(
        "interviews/talk.html",
        talk=view,
        draft=next(iter(drafts.all_of(row, by=g.account)), None),
        # The text that stood in this browser until the server had it may go now.
        saved=session.pop("saved_talk", None) == talk_id,
        earlier=queries.earlier(row, reader=g.account),
        people=People(g.organisation),
        before=queries.open_promises_to(view.member, within=g.organisation, reader=g.account),
        topics=openers.topics(view, within=g.organisation) if view.state is TalkState.PLANNED else [],
        openings=openings.of(row, within=g.organisation, reader=g.account),
        passages=passages.lines(row, view.notes) if opened and view.writable else [],
    )


@bp.post("/talks/<int:talk_id>/passages/<mark>")
@requires(Permission.RECORD_TALKS)
def passage(talk_id: int, mark: str) -> ResponseReturnValue:
    """Take back a sentence that went on to concerns, or let it go on after all."""
    row = queries.talk(talk_id, within=g.organisation)
    view = queries.view(talk_id, within=g.organisation, reader=g.account)
    view.check_open()
    if request.form.get("then") == "let_go_on":
        passages.let_go_on(row, mark, notes=view.notes, by=g.account)
        flash(_("This sentence goes on to the concerns, without names."))
    else:
        passages.take_back(row, mark, notes=view.notes, by=g.account)
        flash(_("This sentence goes on no more, and its copy in the concerns is gone."))
    return redirect(url_for("interviews.show", talk_id=talk_id))


@bp.route("/talks/<int:talk_id>/plan", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def plan(talk_id: int) -> ResponseReturnValue:
    """Change a plan."""
    people = People(g.organisation)
    row, view = writable(talk_id)
    form = sheet.plan_filled(view)
    form.offer(investigations=investigations())
    if form.sent():
        try:
            based_on = sheet.based_on(form.based_on.data)
            talks.replan(row, sheet.planned(form, people), by=g.account, based_on=based_on)
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The plan is changed."))
            return redirect(url_for("interviews.show", talk_id=talk_id))
    page = render_template(
        "interviews/plan.html", form=form, talk=view, member=view.member, promises=[], **suggestions(people)
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/talks/<int:talk_id>/withdraw")
@requires(Permission.RECORD_TALKS)
def withdraw(talk_id: int) -> ResponseReturnValue:
    """Delete a plan."""
    talks.withdraw(queries.talk(talk_id, within=g.organisation), by=g.account)
    flash(_("The planned talk is withdrawn."))
    return redirect(url_for("interviews.index"))
