"""The talks an account is to hold, for its calendar program: a secret address, or a file for one month."""

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from core import audit, clock
from core.access import GRANTS, Permission
from core.db import db
from core.errors import NotFound
from core.i18n import _, speaking
from core.lazy import later
from core.terms import TalkState
from interviews.models import CalendarFeed, Talk
from members.models import Account

if TYPE_CHECKING:
    import icalendar as calendars
else:
    calendars = later("icalendar")

BACK, FORTH = timedelta(days=31), timedelta(days=366)
LENGTH = 32  # bytes of chance in an address


def make(account: Account) -> str:
    """Give the account a new secret address, the old one ending; return its token, kept nowhere."""
    token = secrets.token_urlsafe(LENGTH)
    row = db.session.get(CalendarFeed, account.id)
    if row is None:
        row = CalendarFeed(account_id=account.id)
        db.session.add(row)
    row.token_digest, row.made_on = _digest(token), clock.today()
    audit.note("feed.make", account, by=account)
    return token


def stop(account: Account) -> None:
    """End the account's address; doing so twice changes nothing."""
    row = db.session.get(CalendarFeed, account.id)
    if row is not None:
        db.session.delete(row)
        audit.note("feed.stop", account, by=account)


def of(account: Account) -> CalendarFeed | None:
    """Return whether and since when the account has an address."""
    return db.session.get(CalendarFeed, account.id)


def holder(token: str) -> Account:
    """Return whose address ends in `token`; raise `NotFound` also when the account was closed or lost the right."""
    found = db.session.scalar(
        select(Account)
        .join(CalendarFeed, CalendarFeed.account_id == Account.id)
        .where(CalendarFeed.token_digest == _digest(token))
    )
    if found is None or not found.active or Permission.RECORD_TALKS not in GRANTS[found.role]:
        raise NotFound(_("There is no such page."))
    return found


def icalendar(account: Account, *, desk: str) -> bytes:
    """Return the account's planned talks, a month back and a year ahead, as RFC 5545; `desk` begins their addresses."""
    today = clock.today()
    return _written(account, today - BACK, today + FORTH, desk)


def month(account: Account, first: date, *, desk: str) -> bytes:
    """Return the account's planned talks of the month that begins on `first`, as RFC 5545."""
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return _written(account, first, last, desk)


def tag(content: bytes) -> str:
    """Return what tells one content of a feed from another (for ETag)."""
    return sha256(content).hexdigest()[:32]


def _written(account: Account, since: date, until: date, desk: str) -> bytes:
    rows = db.session.execute(
        select(Talk.id, Talk.held_on, Talk.revision, Talk.changed_at)
        .where(
            Talk.organisation_id == account.organisation_id,
            Talk.interviewer_id == (account.member_id or 0),
            Talk.state == TalkState.PLANNED,
            Talk.held_on.between(since, until),
        )
        .order_by(Talk.held_on, Talk.id)
    )
    calendar = calendars.Calendar()
    with speaking(account.language):
        calendar.add("prodid", "-//Xinsheng//Talks//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Talks to hold"))
        calendar.add("x-published-ttl", "PT6H")
        for event in _events(rows, desk):
            calendar.add_component(event)
    return calendar.to_ical()


def _events(rows: Iterable, desk: str) -> Iterable["calendars.Event"]:
    for talk_id, held_on, revision, changed_at in rows:
        event = calendars.Event()
        # Neither whom nor why: calendars are synchronised through machines that are not ours.
        event.add("summary", _("Heart-to-heart talk"))
        event.add("uid", str(uuid5(NAMESPACE_URL, f"xinsheng:talk:{talk_id}")))
        event.add("dtstamp", changed_at)
        event.add("last-modified", changed_at)
        event.add("sequence", revision)
        event.add("dtstart", held_on)
        event.add("dtend", held_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        event.add("url", f"{desk}{talk_id}")
        yield event


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
