"""What happened and calls for a talk: entered, answered, dismissed; and what the roster lets one ask about."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.access import Permission, requires
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _, ngettext
from core.numbers import row_number
from core.terms import EventState, MemberCategory
from forms.agenda import AnswerForm, DismissForm, EventForm, NoticedForm
from interviews import events, queries, roster_watch, rulebook
from interviews.people import People, called
from interviews.rule_terms import RuleKind
from interviews.views.blueprint import bp
from members import words


@bp.route("/talks/events", methods=["GET", "POST"])
@requires(Permission.RECORD_TALKS)
def talk_events() -> ResponseReturnValue:
    """List what calls for a talk; enter something that happened."""
    people = People(g.organisation)
    member = people.get(row_number(request.args.get("member")))
    form = EventForm(data={"member": called(member) if member else "", "happened_on": clock.today()})
    form.offer(
        kinds=[(rule.key, rule.title) for rule in rulebook.used(g.organisation, RuleKind.EVENT)],
        categories=[(one.value, words.category_word(g.organisation, one)) for one in MemberCategory],
    )
    if form.sent():
        try:
            count = _enter(form, people)
        except DomainError as error:
            form.blame(error)
        else:
            flash(
                ngettext(
                    "Entered; a talk with %(num)s person is proposed.",
                    "Entered; talks with %(num)s people are proposed.",
                    count,
                )
            )
            return redirect(url_for("interviews.talk_events"))
    return _page(form, people), 422 if form.is_submitted() else 200


def _enter(form: EventForm, people: People) -> int:
    """Enter what the form says, for one person or for all of a category; return for how many."""
    kind, day = form.kind.data, form.happened_on.data
    if form.category.data and form.member.data:
        raise BadInput(_("Name one person, or choose a category: not both."), field="member")
    if form.category.data:
        category = MemberCategory(form.category.data)
        return len(events.add_for_all(kind, category, day, within=g.organisation, by=g.account))
    if not form.member.data:
        raise BadInput(_("Name somebody on the roster."), field="member")
    member = people.find(form.member.data, field="member")
    events.add(kind, member.id, day, within=g.organisation, by=g.account)
    return 1


def _page(form: EventForm, people: People, wrong: int = 0, dismissal: DismissForm | None = None) -> str:
    found = events.lines(within=g.organisation, reader=g.account, state=EventState.OPEN)
    at = next((at for at, line in enumerate(found) if line.id == wrong), None)  # what is to be put right is shown
    waiting = paging.of(found, paging.asked() if at is None else at // paging.SIZE + 1)
    show = request.args.get("show", "")
    closed = [
        line
        for state in (EventState.ANSWERED, EventState.DISMISSED)
        for line in (events.lines(within=g.organisation, reader=g.account, state=state) if show == "closed" else ())
    ]
    return render_template(
        "interviews/events.html",
        form=form,
        waiting=waiting,
        offers=events.offers(waiting, within=g.organisation, reader=g.account),
        closed=paging.of(closed, paging.asked()),
        show=show if show == "closed" else "",
        noticed=paging.of(roster_watch.noticed(g.organisation), paging.asked("noticed"), 20),
        watching=roster_watch.watching(g.organisation),
        wrong=wrong,
        dismissal=dismissal,
        people=people,
        called=called,
        occasions=[],
    )


@bp.post("/talks/events/<int:event_id>/answer")
@requires(Permission.RECORD_TALKS)
def event_answer(event_id: int) -> ResponseReturnValue:
    """Say which talk answered an event."""
    event = events.event(event_id, within=g.organisation, reader=g.account)
    talk_id = row_number(AnswerForm().talk.data)
    if talk_id is None:
        raise BadInput(_("Choose the talk."))
    events.answer(event, queries.talk(talk_id, within=g.organisation), by=g.account)
    flash(_("The talk is put down as the answer."))
    return redirect(url_for("interviews.talk_events"))


@bp.post("/talks/events/<int:event_id>/dismiss")
@requires(Permission.RECORD_TALKS)
def event_dismiss(event_id: int) -> ResponseReturnValue:
    """Close an event without a talk, with the reason."""
    event = events.event(event_id, within=g.organisation, reader=g.account)
    form = DismissForm()
    if form.sent():
        try:
            events.dismiss(event, reason=form.reason.data, by=g.account)
        except BadInput as error:
            form.blame(error)
        else:
            flash(_("Closed without a talk; the reason is kept."))
            return redirect(url_for("interviews.talk_events"))
    entry = EventForm(formdata=None, data={"happened_on": clock.today()})
    entry.offer(kinds=[(rule.key, rule.title) for rule in rulebook.used(g.organisation, RuleKind.EVENT)], categories=[])
    return _page(entry, People(g.organisation), event_id, form), 422


@bp.post("/talks/events/<int:event_id>/reopen")
@requires(Permission.RECORD_TALKS)
def event_reopen(event_id: int) -> ResponseReturnValue:
    """Let an event wait for a talk again."""
    events.reopen(events.event(event_id, within=g.organisation, reader=g.account), by=g.account)
    flash(_("It waits for a talk again."))
    return redirect(url_for("interviews.talk_events"))


@bp.post("/talks/events/<int:event_id>/remove")
@requires(Permission.RECORD_TALKS)
def event_remove(event_id: int) -> ResponseReturnValue:
    """Take back an entry made in error."""
    events.remove(events.event(event_id, within=g.organisation, reader=g.account), by=g.account)
    flash(_("The entry is taken back."))
    return redirect(url_for("interviews.talk_events"))


@bp.post("/talks/events/noticed")
@requires(Permission.MANAGE_MEMBERS)
def event_noticed() -> ResponseReturnValue:
    """Enter what was noticed on the roster as an event."""
    form = NoticedForm()
    if not form.sent():
        raise BadInput(_("This is not asked about any more."))
    one = next((one for one in roster_watch.noticed(g.organisation) if one.key == form.noticed.data), None)
    if one is None:
        raise NotFound(_("This is not asked about any more."))
    if form.happened_on.data is None:
        raise BadInput(_("Say when it happened: the roster does not."))
    events.add(one.rule.key, one.member_id, form.happened_on.data, within=g.organisation, by=g.account)
    roster_watch.settle(g.organisation, one)
    flash(_("Entered; a talk is proposed."))
    return redirect(url_for("interviews.talk_events"))


@bp.post("/talks/events/noticed/wave")
@requires(Permission.MANAGE_MEMBERS)
def event_wave() -> ResponseReturnValue:
    """Ask no more about something noticed on the roster."""
    form = NoticedForm()
    if not form.sent():
        raise BadInput(_("This is not asked about any more."))
    roster_watch.wave(g.organisation, form.noticed.data or "")
    flash(_("It is not asked about any more."))
    return redirect(url_for("interviews.talk_events"))


@bp.post("/talks/events/noticed/again")
@requires(Permission.MANAGE_MEMBERS)
def event_ask_again() -> ResponseReturnValue:
    """Ask again about everything that was waved away."""
    roster_watch.ask_again(g.organisation, by=g.account)
    flash(_("Everything the roster says is asked about again."))
    return redirect(url_for("interviews.talk_events"))


@bp.post("/talks/events/watch")
@requires(Permission.MANAGE_MEMBERS)
def event_watch() -> ResponseReturnValue:
    """Look for changes of the roster from now on, or stop."""
    if request.form.get("stop"):
        roster_watch.stop(g.organisation)
        flash(_("Changes of the roster are not asked about any more."))
    else:
        roster_watch.look(g.organisation)
        flash(_("From now on a change of post, group, membership or standing on the roster is asked about here."))
    return redirect(url_for("interviews.talk_events"))
