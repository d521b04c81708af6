"""The operations record as it is read: who did what to which thing, and when, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from activities.models import Activity
from concerns.models import Action, Concern, Reply
from core import chain
from core.audit import AuditEntry
from core.db import db
from core.terms import Audience, TrailKind
from desk import actions
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Member, Organisation
from reports.models import Edition
from surveys.models import Instrument, Survey, Version

SHOWN = 50
# A thing that has a page: its table, the page, what its address calls the number, and its name where it may be told.
# Talks, concerns and replies are told by their number: their names say whom or what they are about.
PAGES: dict[str, tuple[Any, str, str, Any]] = {
    "account": (Account, "members.account", "account_id", Account.name),
    "member": (Member, "members.show", "member_id", Member.name),
    "investigation": (Investigation, "investigations.show", "investigation_id", Investigation.title),
    "activity": (Activity, "activities.show", "activity_id", Activity.title),
    "instrument": (Instrument, "surveys.design", "instrument_id", Instrument.title),
    "survey": (Survey, "surveys.show", "survey_id", Version.title),
    "talk": (Talk, "interviews.show", "talk_id", None),
    "concern": (Concern, "concerns.show", "concern_id", None),
    "action": (Action, "concerns.action", "action_id", None),
    "reply": (Reply, "concerns.reply", "reply_id", None),
    "edition": (Edition, "reports.edition", "edition_id", Edition.title),
}
WITHOUT_NUMBER = {"organisation"}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which lines are wanted; empty fields want all."""

    kind: TrailKind | None = None
    account_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def narrowed(self) -> bool:
        """Say whether anything was chosen."""
        return any((self.kind, self.account_id, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Line:
    """One line in words; `about` stands beside what was done, `page` is the address of the thing if it still exists."""

    seq: int
    at: datetime
    day_only: bool
    who: str
    what: str
    about: str
    noun: str
    name: str
    page: tuple[str, dict[str, int]] | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, newest first, and the number before which the older ones begin, None at the end."""

    lines: tuple[Line, ...]
    older: int | None


def page(wish: Wish, *, before: int | None, within: Organisation) -> Page:
    """Return the newest lines that are wanted, or those before the line of that number."""
    entry = AuditEntry
    query = (
        select(entry, Account.name.label("who"))
        .outerjoin(Account, Account.id == entry.account_id)
        .where(entry.organisation_id == within.id, entry.seq.is_not(None), *_wanted(wish))
        .order_by(entry.seq.desc())
        .limit(SHOWN + 1)
    )
    if before is not None:
        query = query.where(entry.seq < before)
    rows = db.session.execute(query).all()
    shown = rows[:SHOWN]
    names = _names([row[0] for row in shown], within)
    people = _people([row[0].action for row in shown], within)
    lines = tuple(line(row[0], row.who or "", names, people) for row in shown)
    return Page(lines, shown[-1][0].seq if len(rows) > SHOWN else None)


def accounts(*, within: Organisation) -> list[tuple[int, str]]:
    """Return the number and name of everyone who ever had an account, by name."""
    query = select(Account.id, Account.name).where(Account.organisation_id == within.id).order_by(Account.name)
    return [(row.id, row.name) for row in db.session.execute(query)]


def line(entry: Any, who: str, names: dict[tuple[str, str], str], people: dict[str, str]) -> Line:
    """Return a stored line in words; `names` holds the things there still are, `people` accounts by number."""
    name, about = actions.parted(entry.action)
    told = {each.value: str(each.label) for each in Audience} | (people if name == "talk.pass_on" else {})
    local = entry.at.astimezone()
    found = names.get((entry.thing, entry.thing_id))
    number = "" if entry.thing in WITHOUT_NUMBER else entry.thing_id
    address = PAGES.get(entry.thing)
    return Line(
        seq=entry.seq,
        at=entry.at,
        day_only=local.time() == time.min,
        who=who,
        what=actions.words(entry.action),
        about=told.get(about, about),
        noun=actions.noun(entry.thing),
        name=found or number,
        page=(address[1], {address[2]: int(entry.thing_id)}) if address and found is not None else None,
    )


def said(entries: Iterable[Any], *, within: Organisation) -> list[tuple[str, str]]:
    """Return (who, what) in words for stored lines, for files."""
    entries = list(entries)
    wanted = {entry.account_id for entry in entries if entry.account_id is not None}
    query = select(Account.id, Account.name).where(Account.id.in_(wanted), Account.organisation_id == within.id)
    names = {row.id: row.name for row in db.session.execute(query)}
    return [(names.get(entry.account_id, ""), actions.words(entry.action)) for entry in entries]


def verdict(within_id: int) -> chain.Verdict:
    """Walk an organisation's trail; call it between transactions."""
    return chain.check(within_id)


def _wanted(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wish.kind is not None:
        found.append(_of_kind(wish.kind))
    if wish.account_id is not None:
        found.append(AuditEntry.account_id == wish.account_id)
    if wish.since is not None:
        found.append(AuditEntry.at >= _beginning(wish.since))
    if wish.until is not None:
        found.append(AuditEntry.at < _beginning(wish.until + timedelta(days=1)))
    return found


def _of_kind(kind: TrailKind) -> ColumnElement[bool]:
    families = [family for family, of in actions.FAMILIES.items() if of is kind]
    things = [thing for thing, of in actions.OF_THING.items() if of is kind]
    plain = and_(AuditEntry.thing.in_(things), AuditEntry.action.not_like("%.%"))
    return or_(plain, *(AuditEntry.action.startswith(f"{family}.", autoescape=True) for family in families))


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time.min).astimezone(UTC)


def _names(entries: Sequence[Any], within: Organisation) -> dict[tuple[str, str], str]:
    """Return the names of the things that still exist, their numbers where the name is not told."""
    found: dict[tuple[str, str], str] = {}
    for thing, (table, _page, _argument, name) in PAGES.items():
        numbers = {int(row.thing_id) for row in entries if row.thing == thing and row.thing_id.isdecimal()}
        if numbers:
            query = select(table.id, table.id if name is None else name).where(
                table.id.in_(numbers), table.organisation_id == within.id
            )
            if table is Survey:
                query = query.join(Version, Version.id == Survey.version_id)
            found |= {(thing, str(number)): str(told) for number, told in db.session.execute(query)}
    return found


def _people(done: Sequence[str], within: Organisation) -> dict[str, str]:
    """Return the names of the accounts notes were passed on to."""
    numbers = {int(about) for name, about in map(actions.parted, done) if name == "talk.pass_on" and about.isdecimal()}
    if not numbers:
        return {}
    query = select(Account.id, Account.name).where(Account.id.in_(numbers), Account.organisation_id == within.id)
    return {str(row.id): row.name for row in db.session.execute(query)}
