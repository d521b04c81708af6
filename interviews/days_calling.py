"""Days of the year that call for a talk: anniversaries of joining, visits before a festival."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from core import calendar
from core.i18n import _, day, ngettext
from interviews.rule_terms import TalkRule
from members.models import Member

JOINED = re.compile(r"^(\d{4})-(\d{2})(?:-(\d{2}))?$")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calling:
    """A day that calls for a talk with somebody; a talk from `since` to `due_on` answers it."""

    member: Member
    since: date
    due_on: date
    tell: Callable[[], str]


def anniversary(joined_on: str, years: int) -> tuple[date, date] | None:
    """Return the first and last day an anniversary may fall on: one day, or a month when only that is known."""
    found = JOINED.match(joined_on)
    if found is None:
        return None
    year, month = int(found[1]) + years, int(found[2])
    if not (1 <= month <= 12 and 1900 <= year <= 2200):
        return None
    if found[3] is None:
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
    try:
        exact = date(year, month, int(found[3]))
    except ValueError:  # 29 February
        exact = date(year, month, 28)
    return exact, exact


def anniversaries(rule: TalkRule, people: Iterable[Member], today: date, ahead: date) -> Iterator[Calling]:
    """Yield the anniversaries of joining whose days for a talk lie open between `today` and `ahead`."""
    around = timedelta(days=rule.days)
    for member in people:
        if member.category not in rule.categories or not JOINED.match(member.joined_on):
            continue
        joined = int(member.joined_on[:4])
        for years in range(max(1, today.year - 1 - joined), ahead.year + 2 - joined):
            falls = anniversary(member.joined_on, years)
            if falls is None or falls[0] - around > ahead or falls[1] + around < today:
                continue
            yield Calling(member, falls[0] - around, falls[1] + around, partial(_joined_words, falls, years))


def _joined_words(falls: tuple[date, date], years: int) -> str:
    if falls[0] == falls[1]:
        return ngettext(
            "%(num)s year since joining, on %(day)s.",
            "%(num)s years since joining, on %(day)s.",
            years,
            day=day(falls[0]),
        )
    return ngettext(
        "%(num)s year since joining, in %(month)s; the roster gives no day.",
        "%(num)s years since joining, in %(month)s; the roster gives no day.",
        years,
        month=f"{falls[0]:%Y-%m}",
    )


def visits(rule: TalkRule, people: Iterable[Member], today: date, ahead: date) -> list[Calling]:
    """Return the visits to pay before the next of the rule's festivals, when that is near enough."""
    found = []
    visited = [member for member in people if member.standing in rule.standings]
    for key in rule.festivals:
        falls = calendar.next_festival(key, today + ONE_DAY)
        if falls is None or falls - timedelta(days=rule.days) > ahead:
            continue
        since = falls - timedelta(days=rule.days)
        found += [Calling(one, since, falls - ONE_DAY, partial(_visit_words, one, key, falls)) for one in visited]
    return found


def _visit_words(member: Member, key: str, falls: date) -> str:
    words = _("%(festival)s is on %(day)s.", festival=calendar.BY_KEY[key].name, day=day(falls))
    return f"{member.standing.label} · {words}"
