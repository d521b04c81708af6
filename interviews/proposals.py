"""Talks proposed, each with its reason: by a rule, an event, an anniversary, a promise. Nobody is ranked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from core import clock
from core.errors import BadInput, NotFound
from core.i18n import _, day
from core.terms import TalkMode
from interviews import events, guides, people_heard, rulebook, talks
from interviews.days_calling import Calling, anniversaries, visits
from interviews.models import Talk
from interviews.people_heard import Heard
from interviews.rule_terms import RuleKind, Side, TalkRule, stretch
from interviews.talks import PlannedTalk
from members import queries as member_queries
from members.models import Account, Member, Organisation

FAR = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A talk somebody might hold; `due_on` is the last day for it, `why` and `source` say what calls for it."""

    key: str
    rule_key: str  # "" for promises
    title: str
    source: str
    member_id: int
    member_number: str
    member_name: str
    group_name: str
    interviewer_id: int | None
    interviewer_name: str
    due_on: date
    last_heard: date | None
    occasion: str
    mode: TalkMode
    tell: Callable[[], str]  # worked out only for those shown
    event_id: int | None = None

    @property
    def why(self) -> str:
        """Return what calls for the talk, in words."""
        return self.tell()

    @property
    def late(self) -> bool:
        """Say whether its last day has passed."""
        return self.due_on < clock.today()


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every kind of proposal looks at, read once."""

    within: Organisation
    reader: Account
    today: date
    people: dict[int, Member]
    sides: dict[int, Side]
    heard: Heard

    def here(self, *sides: Side) -> list[Member]:
        """Return those of the sides who are still here and counted, by number."""
        return [member for member in self.people.values() if self.sides[member.id] in sides]


def proposals(*, within: Organisation, reader: Account, hidden: bool = False) -> list[Proposal]:
    """Return what is proposed to `reader`, by due day, then whoever was never heard or longest ago first.

    A fixed number of queries, whatever the number of people; those put off only with `hidden`.
    """
    scene = _scene(within, reader)
    ahead = scene.today + timedelta(days=rulebook.settings(within).ahead_days)
    later = set() if hidden else _put_off(within, reader)
    found: dict[str, Proposal] = {}
    for proposal in _every(scene, ahead):
        if proposal.key not in later:
            found.setdefault(proposal.key, proposal)
    return sorted(found.values(), key=_place)


def accept(key: str, held_on: date, *, within: Organisation, by: Account, interviewer_id: int | None = None) -> Talk:
    """Plan the talk that is proposed for a day from today on; raise `BadInput`, `NotFound`."""
    today = clock.today()
    if held_on < today:
        raise BadInput(_("A talk cannot be planned for a day that has passed."), field="day")
    if held_on > today + FAR:
        raise BadInput(_("This day lies more than two years ahead."), field="day")
    proposal = find(key, within=within, reader=by)
    holder = interviewer_id or proposal.interviewer_id
    if holder is None:
        raise BadInput(_("Choose who is to hold the talk."), field="interviewer")
    planned = PlannedTalk(
        member_id=proposal.member_id,
        interviewer_id=holder,
        held_on=held_on,
        occasion=proposal.occasion,
        mode=proposal.mode,
    )
    talk = talks.plan(planned, within=within, by=by)
    _choose_guide(talk, proposal, within, by)
    if proposal.event_id is not None:
        events.answer(events.event(proposal.event_id, within=within, reader=by), talk, by=by)
    return talk


def _choose_guide(talk: Talk, proposal: Proposal, within: Organisation, by: Account) -> None:
    """Take the guide the rule names where that is not the one of the talk's own occasion."""
    rule = rulebook.find(within, proposal.rule_key) if proposal.rule_key else None
    if rule is not None and rule.guide != rule.occasion:
        guide = guides.fitting(guides.guides(within=within), occasion=rule.guide)
        if guide is not None:
            guides.choose(talk, guide, by=by)


def find(key: str, *, within: Organisation, reader: Account) -> Proposal:
    """Return a proposal made to `reader`, put off or not; raise `NotFound`."""
    for proposal in proposals(within=within, reader=reader, hidden=True):
        if proposal.key == key:
            return proposal
    raise NotFound(_("This is not proposed any more: a talk is planned or held, or the rule has changed."))


def put_off(key: str, *, within: Organisation, by: Account) -> Proposal:
    """Do not propose this to `by` for some days; raise `NotFound`."""
    proposal = find(key, within=within, reader=by)
    until = clock.today() + timedelta(days=rulebook.settings(within).later_days)
    kept = {**_later(within).get(str(by.id), {}), key: until.isoformat()}
    _keep_later(within, by, kept)
    return proposal


def take_up(within: Organisation, *, by: Account, key: str | None = None) -> None:
    """Propose again what `by` has put off: one, or all."""
    kept = _later(within).get(str(by.id), {})
    _keep_later(within, by, {name: until for name, until in kept.items() if key is not None and name != key})


def put_off_count(within: Organisation, reader: Account) -> int:
    """Return how many proposals `reader` has put off."""
    return len(_put_off(within, reader))


def _scene(within: Organisation, reader: Account) -> _Scene:
    everybody = member_queries.everybody(within)
    out = rulebook.left_out(within)
    gone = people_heard.GONE | out
    return _Scene(
        within=within,
        reader=reader,
        today=clock.today(),
        people={member.id: member for member in everybody if member.standing not in gone},
        sides=rulebook.sides(within, everybody),
        heard=people_heard.heard(within, clock.today(), back=_reach(rulebook.used(within, RuleKind.DATE))),
    )


def _reach(rules: list[TalkRule]) -> timedelta:
    """Return how long ago a talk may have been held that answers one of the days the rules call for."""
    return timedelta(days=31 + max((2 * rule.days for rule in rules), default=0))


def _every(scene: _Scene, ahead: date) -> Iterator[Proposal]:
    holders = _Holders(scene)
    yield from _from_events(scene, holders)
    yield from _from_promises(scene, holders)
    for rule in rulebook.used(scene.within, RuleKind.DATE):
        yield from _from_days(scene, rule, holders, ahead)
    for rule in rulebook.used(scene.within, RuleKind.PAIR):
        yield from _from_pairs(scene, rule, holders)


class _Holders:
    """Who should hold a talk: of those the rule names, one of the member's own group, else each in turn."""

    def __init__(self, scene: _Scene) -> None:
        self.scene = scene
        self.committee = scene.here(Side.SECRETARY, Side.COMMITTEE)
        self.secretaries = scene.here(Side.SECRETARY)
        own = scene.people.get(scene.reader.member_id or 0)
        self.fallback = [own] if own is not None else []

    def choose(self, member: Member, who: Side, turn: int) -> Member | None:
        """Return whom to suggest for a talk with `member`; None when nobody fits."""
        pool = {
            Side.SECRETARY: self.secretaries or self.committee,
            Side.COMMITTEE: self.committee,
            Side.MEMBER: [],
            Side.OTHER: [],
        }[who] or self.fallback
        pool = [one for one in pool if one.id != member.id]
        near = [one for one in pool if one.group_id is not None and one.group_id == member.group_id]
        pool = near or pool
        return pool[turn % len(pool)] if pool else None


def _from_events(scene: _Scene, holders: _Holders) -> Iterator[Proposal]:
    rules = {rule.key: rule for rule in rulebook.rules(scene.within)}
    for turn, line in enumerate(events.waiting(within=scene.within, reader=scene.reader)):
        rule, member = rules.get(line.kind), scene.people.get(line.member_id)
        if rule is None or member is None:
            continue
        tell = partial(_happened, rule, line.happened_on)
        holder = holders.choose(member, rule.who, turn)
        yield _proposal(scene, f"event:{line.id}", rule, member, holder, line.due_on, tell, event_id=line.id)


def _from_promises(scene: _Scene, holders: _Holders) -> Iterator[Proposal]:
    soon = scene.today + timedelta(days=rulebook.settings(scene.within).promise_days)
    title, source = _("Tell what became of a promise"), _("Every promise is answered, kept or not.")
    occasion = _("Answer to a promise")
    for row in people_heard.promises_due(scene.within, scene.reader, soon):
        member = scene.people.get(row.member_id)
        if member is None or scene.heard.planned_for(row.member_id) is not None:
            continue
        holder = next(
            (
                scene.people[one]
                for one in (row.owner_id, row.interviewer_id)
                if one in scene.people and one != member.id
            ),
            None,
        ) or holders.choose(member, Side.COMMITTEE, 0)
        yield Proposal(
            key=f"promise:{member.id}",
            rule_key="",
            title=title,
            tell=partial(_promised, row.due_on),
            source=source,
            occasion=occasion,
            due_on=row.due_on,
            mode=TalkMode.IN_PERSON,
            **_who(scene, member, holder),
        )


def _from_days(scene: _Scene, rule: TalkRule, holders: _Holders, ahead: date) -> Iterator[Proposal]:
    people = list(scene.people.values())
    calling = anniversaries(rule, people, scene.today, ahead) if rule.yearly == "joined" else None
    for turn, call in enumerate(calling if calling is not None else visits(rule, people, scene.today, ahead)):
        if not scene.heard.answers(call.member.id, call.since, call.due_on):
            yield _called(scene, rule, call, holders.choose(call.member, rule.who, turn))


def _called(scene: _Scene, rule: TalkRule, call: Calling, holder: Member | None) -> Proposal:
    key = f"{rule.key}:{call.member.id}:{call.due_on.isoformat()}"
    return _proposal(scene, key, rule, call.member, holder, call.due_on, call.tell)


def _from_pairs(scene: _Scene, rule: TalkRule, holders: _Holders) -> Iterator[Proposal]:
    if rule.per is None or rule.whom is None:
        return
    since, until = stretch(scene.today, rule.per)
    mutual = rule.who is rule.whom
    counts = people_heard.talks_counted(
        scene.within,
        since,
        until,
        holders=rule.who,
        leading={one for one, side in scene.sides.items() if side in _sides_of(Side.COMMITTEE)},
        today=scene.today,
        both_ends=mutual,
    )
    missing = [one for one in scene.here(*_sides_of(rule.whom)) if counts.get(one.id, 0) < rule.times]
    partners = _partners(missing, scene.here(*_sides_of(rule.whom))) if mutual else None
    turns = enumerate(missing if partners is None else partners)
    for turn, member in turns:
        holder = holders.choose(member, rule.who, turn) if partners is None else partners[member]
        key = f"{rule.key}:{member.id}:{until.isoformat()}"
        tell = partial(_counted, rule, counts.get(member.id, 0), scene.heard.last(member.id))
        yield _proposal(scene, key, rule, member, holder, until, tell)


def _sides_of(side: Side) -> tuple[Side, ...]:
    """Return the sides a rule's word covers: the secretary is one of the committee."""
    return (Side.SECRETARY, Side.COMMITTEE) if side is Side.COMMITTEE else (side,)


def _partners(missing: list[Member], everybody: list[Member]) -> dict[Member, Member | None]:
    """Return pairs, of the same group where there are two, so that one talk serves both; the odd one talks to another.

    The first of a pair holds the talk with the second, by number: the value holds it with the key.
    """
    pairs: dict[Member, Member | None] = {}
    alone: list[Member] = []
    waiting: dict[int | None, Member] = {}
    for member in missing:
        other = waiting.pop(member.group_id, None)
        if other is None:
            waiting[member.group_id] = member
        else:
            pairs[member] = other
    alone = sorted(waiting.values(), key=lambda one: one.number)
    for first, second in zip(alone[::2], alone[1::2], strict=False):
        pairs[second] = first
    if len(alone) % 2:
        odd = alone[-1]
        pairs[odd] = next(
            (one for one in everybody if one.id != odd.id and one.group_id == odd.group_id), None
        ) or next((one for one in everybody if one.id != odd.id), None)
    return pairs


def _counted(rule: TalkRule, count: int, last: date | None) -> str:
    per = rule.per.label if rule.per else ""
    wanted = _("%(count)s of %(times)s %(per)s so far.", count=count, times=rule.times, per=per)
    heard = _("Last talk on %(day)s.", day=day(last)) if last else _("No talk recorded yet.")
    return f"{wanted} {heard}"


def _happened(rule: TalkRule, happened_on: date) -> str:
    return _("%(what)s on %(day)s.", what=rule.title, day=day(happened_on))


def _promised(due_on: date) -> str:
    return _("A promise to this member is due on %(day)s.", day=day(due_on))


def _proposal(
    scene: _Scene,
    key: str,
    rule: TalkRule,
    member: Member,
    holder: Member | None,
    due_on: date,
    tell: Callable[[], str],
    *,
    event_id: int | None = None,
) -> Proposal:
    return Proposal(
        key=key,
        rule_key=rule.key,
        title=rule.title,
        tell=tell,
        source=rule.source,
        occasion=rule.occasion,
        due_on=due_on,
        mode=rule.mode,
        event_id=event_id,
        **_who(scene, member, holder),
    )


def _who(scene: _Scene, member: Member, holder: Member | None) -> dict:
    return {
        "member_id": member.id,
        "member_number": member.number,
        "member_name": member.name,
        "group_name": member.group.name if member.group else "",
        "interviewer_id": holder.id if holder else None,
        "interviewer_name": holder.name if holder else "",
        "last_heard": scene.heard.last(member.id),
    }


def _place(proposal: Proposal) -> tuple:
    """Return where a proposal stands: by its day, then the longest unheard, then the roster's own order."""
    return (proposal.due_on, proposal.last_heard or date.min, proposal.member_number, proposal.key)


def _later(within: Organisation) -> dict[str, dict[str, str]]:
    return dict(rulebook.content(within).get("later", {}))


def _put_off(within: Organisation, reader: Account) -> set[str]:
    today = clock.today().isoformat()
    return {key for key, until in _later(within).get(str(reader.id), {}).items() if until > today}


def _keep_later(within: Organisation, by: Account, kept: dict[str, str]) -> None:
    today = clock.today().isoformat()
    still = {key: until for key, until in kept.items() if until > today}
    rulebook.rewrite(within, "later", {**_later(within), str(by.id): still})
