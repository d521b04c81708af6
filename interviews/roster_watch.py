"""What the roster says has changed, or is about to, and may be an event: asked about, never entered by itself."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from core import audit, clock
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import MemberCategory, Standing
from interviews import rulebook
from interviews.days_calling import anniversary
from interviews.models import TalkEvent
from interviews.rule_terms import RuleKind, TalkRule
from members import queries as member_queries
from members.models import Account, Member, Organisation

RECENT = timedelta(days=366)
AROUND = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something on the roster that a rule asks about; `day` is when, if the roster says so."""

    key: str
    member_id: int
    member_number: str
    member_name: str
    rule: TalkRule
    words: str
    day: date | None


def watching(within: Organisation) -> bool:
    """Say whether changes of the roster are looked for."""
    return rulebook.content(within).get("roster") is not None


def look(within: Organisation) -> None:
    """Remember the roster as it stands: what changes from now on is asked about."""
    seen = {str(member.id): _state(member) for member in member_queries.everybody(within)}
    rulebook.rewrite(within, "roster", seen)


def stop(within: Organisation) -> None:
    """Forget the roster as it was: changes are not looked for any more."""
    rulebook.rewrite(within, "roster", None)


def noticed(within: Organisation, people: list[Member] | None = None) -> list[Noticed]:
    """Return what on the roster may be an event, by member; two queries."""
    people = member_queries.everybody(within) if people is None else people
    rules = {what: rule for rule in rulebook.used(within, RuleKind.EVENT) for what in sorted(rule.noticed)}
    kept = rulebook.content(within)
    before, since = kept.get("roster"), clock.today() - RECENT
    waved = {key for key, day in kept.get("waved", {}).items() if day >= since.isoformat()}
    have = _events_since(within, since)
    found = []
    for member in people:
        for what, words, day in [*_changes(member, before), *_facts(member)]:
            rule = rules.get(what)
            key = f"{what}:{member.id}:{_state(member)[0] if what.startswith('standing') else _stamp(member, what)}"
            if rule is None or key in waved or (member.id, rule.key) in have:
                continue
            found.append(Noticed(key, member.id, member.number, member.name, rule, words, day))
    return found


def wave(within: Organisation, key: str) -> Noticed:
    """Ask no more about something noticed, for a year at most; return what it was; raise `NotFound`."""
    for one in noticed(within):
        if one.key == key:
            settle(within, one)
            return one
    raise NotFound(_("This is not asked about any more."))


def settle(within: Organisation, one: Noticed) -> None:
    """Take the roster's entry of one member as seen, and what was noticed as dealt with."""
    today, kept = clock.today(), rulebook.content(within)
    waved = {key: day for key, day in kept.get("waved", {}).items() if day >= (today - RECENT).isoformat()}
    rulebook.rewrite(within, "waved", {**waved, one.key: today.isoformat()})
    if kept.get("roster"):
        member = member_queries.member(one.member_id, within)
        rulebook.rewrite(within, "roster", {**kept["roster"], str(member.id): _state(member)})


def ask_again(within: Organisation, *, by: Account) -> None:
    """Ask again about everything that was waved away."""
    rulebook.rewrite(within, "waved", {})
    audit.note("talk_event.ask_again", within, by=by)


def _state(member: Member) -> list[str]:
    return [member.standing.value, member.category.value, str(member.group_id or ""), member.post]


def _stamp(member: Member, what: str) -> str:
    """Return what the noticed thing is now, so that a later change is asked about anew."""
    values = {"group": str(member.group_id or ""), "post": member.post, "category": member.category.value}
    return values.get(what, "")[:40]


def _changes(member: Member, before: dict[str, list[str]] | None) -> list[tuple[str, str, date | None]]:
    """Return what differs from the roster as it was last looked at."""
    if not before or member.standing is Standing.LEFT:
        return []
    was = before.get(str(member.id))
    if was is None:
        return [("joined", _("New on the roster."), None)]
    standing, category, group, post = was
    found: list[tuple[str, str, date | None]] = []
    if member.standing.value != standing:
        found.append((f"standing.{member.standing.value}", _now_so(member), None))
    if member.category.value != category:
        found.append(("category", _("Another membership on the roster than before."), None))
    if str(member.group_id or "") != group:
        found.append(("group", _("In another group than before."), None))
    elif member.post != post:
        found.append(("post", _("Another post on the roster than before."), None))
    return found


def _facts(member: Member) -> list[tuple[str, str, date | None]]:
    """Return what the roster says now that calls for a question, whenever it came about."""
    if member.standing is Standing.SICK:
        return [("standing.sick", _now_so(member), None)]
    if member.category is MemberCategory.PROBATIONARY and member.standing is not Standing.LEFT:
        ends = anniversary(member.joined_on, 1)
        today = clock.today()
        if ends is not None and ends[0] - AROUND <= today <= ends[1] + AROUND:
            words = _("The year on probation ends in %(month)s by the roster.", month=f"{ends[1]:%Y-%m}")
            return [("probation_year", words, None)]
    return []


def _now_so(member: Member) -> str:
    return _("On the roster: %(standing)s.", standing=member.standing.label)


def _events_since(within: Organisation, day: date) -> set[tuple[int, str]]:
    rows = db.session.execute(
        select(TalkEvent.member_id, TalkEvent.kind).where(
            TalkEvent.organisation_id == within.id, TalkEvent.happened_on >= day
        )
    )
    return {(member_id, kind) for member_id, kind in rows}
