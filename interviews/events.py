"""What happened to a member and calls for a talk: entered, answered by a talk, dismissed with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound
from core.i18n import _
from core.numbers import LARGEST
from core.terms import EventState, MemberCategory, Role, Standing, TalkState
from interviews import days_off, rulebook
from interviews.models import Talk, TalkEvent
from interviews.queries.readers import readable_by
from interviews.rule_terms import RuleKind, TalkRule
from members import queries as member_queries
from members.models import Account, Member, Organisation

REASON = 200
Answering = aliased(Talk, name="answering")
OLDEST = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as a reader sees it; `state` already counts a planned talk that has been recorded meanwhile."""

    id: int
    member_id: int
    member_number: str
    member_name: str
    kind: str
    title: str  # what the rule is called
    happened_on: date
    due_on: date
    state: EventState
    talk_id: int | None
    talk_held_on: date | None
    talk_recorded: bool
    reason: str
    closed_on: date | None

    @property
    def late(self) -> bool:
        """Say whether it waits for a talk after its last day."""
        return self.state is EventState.OPEN and self.due_on < clock.today()

    @property
    def planned(self) -> bool:
        """Say whether a talk is planned that will answer it."""
        return self.state is EventState.OPEN and self.talk_id is not None


@dataclass(frozen=True, slots=True)
class Offer:
    """A recorded talk that may have answered an event; `fits` when it bears the occasion of the event's rule."""

    talk_id: int
    held_on: date
    fits: bool


@dataclass(frozen=True, slots=True)
class InTime:
    """How many events fell due in a stretch of time, and what became of them; `late` were answered after their day."""

    total: int
    in_time: int
    late: int
    waiting: int
    dismissed: int


def add(kind: str, member_id: int, happened_on: date, *, within: Organisation, by: Account) -> TalkEvent:
    """Enter that something happened to a member; its last day follows from the rule in force. Raise `BadInput`."""
    rule = _event_rule(within, kind)
    member = _member(member_id, within)
    _check_day(happened_on)
    twice = select(TalkEvent.id).where(
        TalkEvent.member_id == member.id, TalkEvent.kind == kind, TalkEvent.happened_on == happened_on
    )
    if db.session.scalar(twice) is not None:
        raise BadInput(_("This has been entered already."), field="member")
    event = _event(rule, member.id, happened_on, days_off.own(within), within, by)
    db.session.add(event)
    audit.note("talk_event.add", event, by=by)
    return event


def add_for_all(
    kind: str, category: MemberCategory, happened_on: date, *, within: Organisation, by: Account
) -> list[TalkEvent]:
    """Enter the same event for everybody of a category who is still here and has none of that day; raise `BadInput`."""
    rule, own = _event_rule(within, kind), days_off.own(within)
    _check_day(happened_on)
    have = select(TalkEvent.member_id).where(
        TalkEvent.organisation_id == within.id, TalkEvent.kind == kind, TalkEvent.happened_on == happened_on
    )
    wanted = db.session.scalars(
        select(Member.id)
        .where(
            Member.organisation_id == within.id,
            Member.category == category,
            Member.standing != Standing.LEFT,
            Member.id.not_in(have),
        )
        .order_by(Member.number)
    )
    entered = [_event(rule, member_id, happened_on, own, within, by) for member_id in wanted]
    if not entered:
        raise BadInput(_("There is nobody left to enter this for."), field="category")
    db.session.add_all(entered)
    db.session.flush()
    audit.note("talk_event.add_all", within, by=by)
    return entered


def remove(event: TalkEvent, *, by: Account) -> None:
    """Take back an entry made in error; raise `DomainError` once a talk or a reason has closed it."""
    _check_may_change(event, by)
    if event.state is not EventState.OPEN:
        raise DomainError(_("This event is closed; open it again first."))
    audit.note("talk_event.remove", event, by=by)
    db.session.delete(event)
    db.session.flush()


def answer(event: TalkEvent, talk: Talk, *, by: Account) -> None:
    """Say which talk answers an event: one planned keeps it open until it is recorded. Raise `BadInput`."""
    _check_may_change(event, by)
    if talk.member_id != event.member_id or talk.organisation_id != event.organisation_id:
        raise BadInput(_("This talk was with somebody else."))
    if talk.held_on < event.happened_on:
        raise BadInput(_("This talk was held before it happened."))
    if event.state is EventState.DISMISSED:
        raise DomainError(_("This event is closed; open it again first."))
    event.talk_id = talk.id
    if talk.state is TalkState.RECORDED:
        event.state, event.closed_on = EventState.ANSWERED, talk.held_on
    audit.note("talk_event.answer", event, by=by)


def dismiss(event: TalkEvent, *, reason: str, by: Account) -> None:
    """Close an event without a talk; raise `BadInput` without a reason."""
    _check_may_change(event, by)
    text = " ".join(reason.split())
    if not text:
        raise BadInput(_("Say why no talk is held."), field="reason")
    if len(text) > REASON:
        raise BadInput(
            _("%(count)s characters are too many; up to %(most)s fit.", count=len(text), most=REASON), field="reason"
        )
    if event.state is EventState.ANSWERED or _recorded(event):
        raise DomainError(_("A talk has answered this already."))
    event.state, event.reason, event.closed_on, event.talk_id = EventState.DISMISSED, text, clock.today(), None
    audit.note("talk_event.dismiss", event, by=by)


def reopen(event: TalkEvent, *, by: Account) -> None:
    """Let an event wait for a talk again; the reason it was closed with is forgotten."""
    _check_may_change(event, by)
    event.state, event.reason, event.closed_on, event.talk_id = EventState.OPEN, "", None, None
    audit.note("talk_event.reopen", event, by=by)


def event(event_id: int, *, within: Organisation, reader: Account) -> TalkEvent:
    """Return an event the reader may know of; raise `NotFound`."""
    found = None
    if event_id <= LARGEST:
        found = db.session.scalar(
            select(TalkEvent).where(TalkEvent.id == event_id, TalkEvent.organisation_id == within.id, known_to(reader))
        )
    if found is None:
        raise NotFound(_("There is no such event in your organisation."))
    return found


def known_to(reader: Account) -> ColumnElement[bool]:
    """Return the condition under which a reader may know of an event.

    What happened to somebody is not for the whole committee: a secretary, who entered it, who is to hold its talk.
    """
    if reader.role is Role.SECRETARY:
        return TalkEvent.id.is_not(None)
    own = [TalkEvent.added_by == reader.id]
    if reader.member_id is not None:
        holds = exists().where(Answering.id == TalkEvent.talk_id, Answering.interviewer_id == reader.member_id)
        own.append(holds)
    return or_(*own)


def lines(
    *, within: Organisation, reader: Account, state: EventState | None = None, most: int = 200
) -> list[EventLine]:
    """Return the events the reader may know of, the open ones by their last day, the closed ones latest first."""
    now = _state_now()
    query = (
        select(TalkEvent, Member.number, Member.name, Talk.held_on, Talk.state)
        .join(Member, Member.id == TalkEvent.member_id)
        .outerjoin(Talk, Talk.id == TalkEvent.talk_id)
        .where(TalkEvent.organisation_id == within.id, known_to(reader))
    )
    if state is not None:
        query = query.where(now == state.value)
    if state is EventState.OPEN:
        query = query.order_by(TalkEvent.due_on, TalkEvent.id)
    else:
        query = query.order_by(TalkEvent.happened_on.desc(), TalkEvent.id.desc())
    titles = rulebook.titles(within)
    return [_line(*row, titles) for row in db.session.execute(query.limit(most))]


def waiting(*, within: Organisation, reader: Account) -> list[EventLine]:
    """Return the events the reader may know of for which no talk is planned yet, by their last day."""
    return [line for line in lines(within=within, reader=reader, state=EventState.OPEN, most=2000) if not line.planned]


def offers(open_lines: Iterable[EventLine], *, within: Organisation, reader: Account) -> dict[int, list[Offer]]:
    """Return, by event, the recorded talks with its member since it happened: those of its occasion first."""
    waiting = [line for line in open_lines if not line.planned]
    if not waiting:
        return {}
    occasions = {rule.key: set(rule.occasions.values()) for rule in rulebook.rules(within)}
    rows = db.session.execute(
        # The occasion of a talk leaves the database only for who may read the talk.
        select(Talk.id, Talk.member_id, Talk.held_on, case((readable_by(reader), Talk.occasion), else_=""))
        .where(
            Talk.organisation_id == within.id,
            Talk.state == TalkState.RECORDED,
            Talk.held_on >= min(line.happened_on for line in waiting),
            Talk.member_id.in_({line.member_id for line in waiting}),
        )
        .order_by(Talk.held_on, Talk.id)
    ).all()
    found: dict[int, list[Offer]] = {}
    for line in waiting:
        fitting = occasions.get(line.kind, set())
        since = [
            Offer(talk_id, held_on, occasion in fitting)
            for talk_id, member_id, held_on, occasion in rows
            if member_id == line.member_id and held_on >= line.happened_on
        ]
        if since:
            found[line.id] = sorted(since, key=lambda offer: not offer.fits)[:3]
    return found


def answered_in_time(within: Organisation, since: date, until: date) -> InTime:
    """Return what became of the events whose last day lies from `since` to `until`, both included; one query.

    `waiting` counts those of them without a talk yet, whether or not their day has passed.
    """
    answered = or_(TalkEvent.state == EventState.ANSWERED, Talk.state == TalkState.RECORDED)
    dismissed = TalkEvent.state == EventState.DISMISSED
    held = func.coalesce(Talk.held_on, TalkEvent.closed_on)
    rows = db.session.execute(
        select(
            func.count(),
            func.sum(case((and_(answered, ~dismissed, held <= TalkEvent.due_on), 1), else_=0)),
            func.sum(case((and_(answered, ~dismissed, held > TalkEvent.due_on), 1), else_=0)),
            func.sum(case((dismissed, 1), else_=0)),
        )
        .select_from(TalkEvent)
        .outerjoin(Talk, Talk.id == TalkEvent.talk_id)
        .where(TalkEvent.organisation_id == within.id, TalkEvent.due_on.between(since, until))
    ).one()
    total, in_time, late, away = (int(number or 0) for number in rows)
    return InTime(total, in_time, late, total - in_time - late - away, away)


def _state_now() -> ColumnElement[str]:
    """Return the state of an event, answered also when the talk planned for it has been recorded since."""
    return case(
        (and_(TalkEvent.state == EventState.OPEN, Talk.state == TalkState.RECORDED), EventState.ANSWERED.value),
        else_=TalkEvent.state,
    )


def _line(
    event: TalkEvent, number: str, name: str, held_on: date | None, state: TalkState | None, titles: dict[str, str]
) -> EventLine:
    recorded = state is TalkState.RECORDED
    answered = event.state is EventState.OPEN and recorded
    return EventLine(
        id=event.id,
        member_id=event.member_id,
        member_number=number,
        member_name=name,
        kind=event.kind,
        title=titles.get(event.kind, event.kind),
        happened_on=event.happened_on,
        due_on=event.due_on,
        state=EventState.ANSWERED if answered else event.state,
        talk_id=event.talk_id,
        talk_held_on=held_on,
        talk_recorded=recorded,
        reason=event.reason,
        closed_on=held_on if answered else event.closed_on,
    )


def _event(
    rule: TalkRule, member_id: int, happened_on: date, own: dict[date, bool], within: Organisation, by: Account
) -> TalkEvent:
    return TalkEvent(
        organisation_id=within.id,
        member_id=member_id,
        kind=rule.key,
        happened_on=happened_on,
        due_on=rule.due(happened_on, own),
        state=EventState.OPEN,
        added_by=by.id,
    )


def _event_rule(within: Organisation, kind: str) -> TalkRule:
    for rule in rulebook.used(within, RuleKind.EVENT):
        if rule.key == kind:
            return rule
    raise BadInput(_("Choose what happened."), field="kind")


def _member(member_id: int, within: Organisation) -> Member:
    try:
        member = member_queries.member(member_id, within)
    except NotFound as error:
        raise BadInput(_("This person is not on the roster."), field="member") from error
    if member.standing is Standing.LEFT:
        raise BadInput(_("This person has left."), field="member")
    return member


def _check_day(happened_on: date) -> None:
    today = clock.today()
    if happened_on > today:
        raise BadInput(_("Enter it once it has happened; a talk can be planned for any day."), field="happened_on")
    if happened_on < today - OLDEST:
        raise BadInput(_("This lies more than two years back."), field="happened_on")


def _check_may_change(event: TalkEvent, by: Account) -> None:
    if by.role is Role.SECRETARY or event.added_by == by.id:
        return
    talk = db.session.get(Talk, event.talk_id) if event.talk_id else None
    if talk is None or talk.interviewer_id != by.member_id:
        raise NotAllowed(_("Only a secretary, who entered an event, or who holds its talk, may change it."))


def _recorded(event: TalkEvent) -> bool:
    talk = db.session.get(Talk, event.talk_id) if event.talk_id else None
    return talk is not None and talk.state is TalkState.RECORDED
