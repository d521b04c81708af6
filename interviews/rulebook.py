"""The rules about talks in force in an organisation: those that ship for its kind, and what it changed of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from core import audit, clock
from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import _
from core.terms import Role, Standing
from interviews.models import TalkRules
from interviews.pairs import MEMBERS, office_of_committee
from interviews.rule_terms import Counting, Level, Period, RuleKind, Side, TalkRule, read, shipped
from members import queries as member_queries
from members.models import Account, Member, Organisation

TIMES, DAYS, OWN_RULES = 24, 366, 40  # the most talks in a period, days of a limit, rules of one's own
TITLE, SOURCE, OCCASION = 80, 300, 80
NUMBERS = {"ahead_days": (1, 366), "promise_days": (0, 90), "later_days": (1, 366)}
LEAVING = (Standing.SICK, Standing.AWAY, Standing.RETIRED, Standing.REHIRED)


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What the page of rules sends about one rule; which of the numbers count depends on the rule's kind."""

    title: str
    source: str
    since: date
    occasion: str
    guide: str = ""
    who: Side = Side.COMMITTEE
    whom: Side = Side.MEMBER
    times: int = 1
    per: Period = Period.YEAR
    days: int = 10
    counting: Counting = Counting.WORKING


@dataclass(frozen=True, slots=True)
class Settings:
    """What else an organisation decides about talks."""

    left_out: frozenset[Standing]  # standings that leave the count of coverage
    member_reads: bool  # whether members read and correct the record of a talk with them
    ahead_days: int  # how far ahead a proposal is shown
    promise_days: int  # how long before its day a promise calls for a talk
    later_days: int  # how long a proposal put off stays away


def rules(within: Organisation) -> list[TalkRule]:
    """Return every rule of the organisation, used or not, the shipped ones first."""
    gone = _removed(content(within))
    return [rule for rule in _all(within).values() if rule.key not in gone]


def used(within: Organisation, kind: RuleKind) -> list[TalkRule]:
    """Return the rules of one kind that are in use."""
    return [rule for rule in rules(within) if rule.kind is kind and rule.used]


def find(within: Organisation, key: str) -> TalkRule:
    """Return a rule, even one taken away since; raise `NotFound`."""
    found = _all(within).get(key)
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def titles(within: Organisation) -> dict[str, str]:
    """Return what every rule is called, those taken away included."""
    return {key: rule.title for key, rule in _all(within).items()}


def settings(within: Organisation) -> Settings:
    """Return what the organisation decided beside the rules."""
    kept = content(within)
    numbers = {**shipped(within.kind).proposals, **kept.get("proposals", {})}
    return Settings(
        left_out=frozenset(map(Standing, kept.get("left_out", ()))),
        member_reads=bool(kept.get("member_reads", False)),
        **{name: int(numbers[name]) for name in NUMBERS},
    )


def left_out(within: Organisation) -> frozenset[Standing]:
    """Return the standings whose people leave the count of coverage; none unless the organisation chose some."""
    return settings(within).left_out


def member_reads(within: Organisation) -> bool:
    """Say whether members may read and correct the record of a talk with them before it is filed."""
    return settings(within).member_reads


def sides(within: Organisation, people: list[Member] | None = None) -> dict[int, Side]:
    """Return on which side everybody stands, by member id: by account or office held, else by category."""
    people = member_queries.everybody(within) if people is None else people
    accounts = db.session.execute(
        select(Account.member_id, Account.role).where(
            Account.organisation_id == within.id, Account.active, Account.member_id.is_not(None)
        )
    )
    roles = {member_id: role for member_id, role in accounts if role is not Role.MEMBER}
    return {member.id: _side(member, roles.get(member.id), within) for member in people}


def _side(member: Member, role: Role | None, within: Organisation) -> Side:
    duty = member.duty.casefold()
    if role is Role.SECRETARY or (role is None and any(word in duty for word in shipped(within.kind).secretary)):
        return Side.SECRETARY
    if role is Role.COMMITTEE or office_of_committee(within.kind, duty):
        return Side.COMMITTEE
    return Side.MEMBER if member.category in MEMBERS else Side.OTHER


def change(within: Organisation, key: str, words: RuleWords, *, by: Account) -> None:
    """Let the organisation have its own wording and numbers of a rule; raise `BadInput`, `NotFound`."""
    rule = _standing(within, key)
    _check(words, rule.kind)
    kept = _open(within)
    entry = {**_entry(words, rule.kind), "level": Level.OWN.value, "used": rule.used}
    _keep(within, "added" if rule.own else "rules", key, entry, kept)
    audit.note(f"talk_rule.change {key}"[:60], within, by=by)


def switch(within: Organisation, key: str, *, on: bool, by: Account) -> None:
    """Use a rule, or leave it alone; raise `NotFound`."""
    rule = _standing(within, key)
    kept = _open(within)
    where = "added" if rule.own else "rules"
    _keep(within, where, key, {**kept.get(where, {}).get(key, {}), "used": on}, kept)
    audit.note(f"talk_rule.{'use' if on else 'leave'} {key}"[:60], within, by=by)


def reset(within: Organisation, key: str, *, by: Account) -> None:
    """Go back to the rule that ships; raise `NotFound`."""
    _standing(within, key)
    kept = _open(within)
    kept["rules"] = {name: entry for name, entry in kept.get("rules", {}).items() if name != key}
    _write(within, kept)
    audit.note(f"talk_rule.reset {key}"[:60], within, by=by)


def add(within: Organisation, kind: RuleKind, words: RuleWords, *, by: Account) -> str:
    """Give the organisation a rule of its own, for pairs or upon an event; return its key; raise `BadInput`."""
    if kind is RuleKind.DATE:
        raise BadInput(_("A rule of one's own is about pairs or about something that happens."), field="kind")
    _check(words, kind)
    kept = _open(within)
    taken = kept.get("added", {})
    if len(taken) >= OWN_RULES:
        raise BadInput(_("%(most)s rules of your own are enough; change one of them.", most=OWN_RULES))
    key = next(name for at in range(1, OWN_RULES + 2) if (name := f"own_{at}") not in taken)
    entry = {"kind": kind.value, "level": Level.OWN.value, **_entry(words, kind)}
    _keep(within, "added", key, entry, kept)
    audit.note(f"talk_rule.add {key}", within, by=by)
    return key


def remove(within: Organisation, key: str, *, by: Account) -> None:
    """Take a rule of one's own away; events entered under it keep its name. Raise `BadInput` for a shipped one."""
    rule = _standing(within, key)
    if not rule.own:
        raise BadInput(_("A rule that came with the product can be left alone, not taken away."))
    kept = _open(within)
    kept["removed"] = sorted({*kept.get("removed", ()), key})
    _write(within, kept)
    audit.note(f"talk_rule.remove {key}", within, by=by)


def put_back(within: Organisation, key: str, *, by: Account) -> None:
    """Take up a rule again that was taken away; raise `NotFound`."""
    find(within, key)
    kept = _open(within)
    kept["removed"] = [name for name in kept.get("removed", ()) if name != key]
    _write(within, kept)
    audit.note(f"talk_rule.put_back {key}", within, by=by)


def decide(within: Organisation, wanted: Settings, *, by: Account) -> None:
    """Keep what the organisation decides beside the rules; raise `BadInput`."""
    if not wanted.left_out <= frozenset(LEAVING):
        raise BadInput(_("People in post are always counted, and people who have left never are."), field="left_out")
    for name, (least, most) in NUMBERS.items():
        if not least <= getattr(wanted, name) <= most:
            raise BadInput(_("Choose a whole number from %(least)s to %(most)s.", least=least, most=most), field=name)
    kept = _open(within)
    kept["left_out"] = sorted(wanted.left_out)
    kept["member_reads"] = wanted.member_reads
    kept["proposals"] = {name: getattr(wanted, name) for name in NUMBERS}
    _write(within, kept)
    audit.note("talk_rule.decide", within, by=by)


def content(within: Organisation) -> dict[str, Any]:
    """Return what the organisation keeps about its rules, {} when nothing; not to be changed in place."""
    row = db.session.get(TalkRules, within.id)
    return row.content if row is not None else {}


def rewrite(within: Organisation, part: str, value: Any) -> None:
    """Replace one part of what is kept beside the rules (proposals put off, the roster as last seen)."""
    kept = _open(within)
    kept[part] = value
    _write(within, kept)


def _all(within: Organisation) -> dict[str, TalkRule]:
    kept = content(within)
    changes, added = kept.get("rules", {}), kept.get("added", {})
    found = {}
    for key, rule in shipped(within.kind).rules.items():
        found[key] = rule if key not in changes else _changed(within, key, changes[key])
    for key, entry in added.items():
        found[key] = read(key, entry, own=True)
    return found


def _changed(within: Organisation, key: str, entry: dict[str, Any]) -> TalkRule:
    return read(key, {**_shipped_entry(shipped(within.kind).rules[key]), **entry}, changed=True)


def _shipped_entry(rule: TalkRule) -> dict[str, Any]:
    """Return a rule as its file has it, so that what was changed can be laid over it."""
    entry = {
        "kind": rule.kind,
        "who": rule.who,
        "level": rule.level,
        "since": rule.since,
        "title": rule.titles,
        "source": rule.sources,
        "occasion": rule.occasions,
        "guide": rule.guides,
        "used": rule.used,
        "mode": rule.mode,
        "times": rule.times,
        "days": rule.days,
        "yearly": rule.yearly,
        "festivals": rule.festivals,
        "categories": rule.categories,
        "standings": rule.standings,
        "noticed": rule.noticed,
    }
    optional = {"whom": rule.whom, "per": rule.per, "counting": rule.counting}
    return entry | {name: value for name, value in optional.items() if value is not None}


def _standing(within: Organisation, key: str) -> TalkRule:
    rule = find(within, key)
    if key in _removed(content(within)):
        raise NotFound(_("There is no such rule."))
    return rule


def _removed(kept: dict[str, Any]) -> frozenset[str]:
    return frozenset(kept.get("removed", ()))


def _entry(words: RuleWords, kind: RuleKind) -> dict[str, Any]:
    occasion = words.occasion.strip()
    entry: dict[str, Any] = {
        "title": words.title.strip(),
        "source": words.source.strip(),
        "since": words.since.isoformat(),
        "occasion": occasion,
        "guide": words.guide.strip() or occasion,
        "who": words.who.value,
    }
    if kind is RuleKind.PAIR:
        return entry | {"whom": words.whom.value, "times": words.times, "per": words.per.value}
    return entry | {"days": words.days, "counting": words.counting.value}


def _check(words: RuleWords, kind: RuleKind) -> None:
    for name, most in (("title", TITLE), ("source", SOURCE), ("occasion", OCCASION)):
        text = getattr(words, name).strip()
        if not text:
            raise BadInput(_MISSING[name](), field=name)
        if len(text) > most:
            raise BadInput(
                _("%(count)s characters are too many; up to %(most)s fit.", count=len(text), most=most), field=name
            )
    if words.since > clock.today():
        raise BadInput(_("The day the source was looked at cannot lie ahead."), field="since")
    if kind is RuleKind.PAIR and not 1 <= words.times <= TIMES:
        raise BadInput(_("Choose a whole number from %(least)s to %(most)s.", least=1, most=TIMES), field="times")
    if kind is RuleKind.PAIR and words.who is Side.OTHER:
        raise BadInput(_("Somebody of the organisation holds the talk."), field="who")
    if kind is not RuleKind.PAIR and not 1 <= words.days <= DAYS:
        raise BadInput(_("Choose a whole number from %(least)s to %(most)s.", least=1, most=DAYS), field="days")


_MISSING = {
    "title": lambda: _("Give the rule a name."),
    "source": lambda: _("Say where the rule comes from: a document and its paragraph, or a decision of yours."),
    "occasion": lambda: _("Say what the occasion of the talk is called."),
}


def _open(within: Organisation) -> dict[str, Any]:
    """Return a copy of what is kept, the row locked until the transaction ends."""
    row = db.session.get(TalkRules, within.id, with_for_update=True, populate_existing=True)
    return {} if row is None else dict(row.content)


def _keep(within: Organisation, where: str, key: str, entry: dict[str, Any], kept: dict[str, Any]) -> None:
    kept[where] = {**kept.get(where, {}), key: {**kept.get(where, {}).get(key, {}), **entry}}
    _write(within, kept)


def _write(within: Organisation, kept: dict[str, Any]) -> None:
    row = db.session.get(TalkRules, within.id)
    if row is None:
        db.session.add(TalkRules(organisation_id=within.id, content=kept))
    else:
        row.content = kept
    db.session.flush()
