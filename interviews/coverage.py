"""Who has been heard, and who has not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, and_, extract, func, select

from core.db import db
from core.terms import MemberCategory, Standing, TalkState
from interviews.models import Talk
from members.models import Group, Member, Organisation

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many have been heard."""

    total: int = 0
    heard: int = 0

    @property
    def unheard(self) -> int:
        """Return how many have not."""
        return self.total - self.heard


@dataclass(frozen=True, slots=True)
class Person:
    """A member on the list of the unheard; `standing` is told, never a reason to leave someone out."""

    id: int
    number: str
    name: str
    group_name: str
    category: MemberCategory
    standing: Standing
    standing_note: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who was heard from `since` until `until`; people who have left are counted nowhere but in `left`."""

    since: date
    until: date
    category: MemberCategory | None
    all: Share
    by_category: dict[MemberCategory, Share]
    by_group: dict[str, Share]  # "" for members without a group
    unheard: tuple[Person, ...]
    left: int
    talks: int
    by_quarter: dict[str, int] = field(default_factory=dict)  # "2026-Q1": talks recorded, quiet quarters included


@dataclass(slots=True)
class _Count:
    total: int = 0
    heard: int = 0

    def add(self, heard: bool) -> None:
        self.total += 1
        self.heard += heard

    def share(self) -> Share:
        return Share(self.total, self.heard)


def coverage(*, within: Organisation, since: date, until: date, category: MemberCategory | None = None) -> Coverage:
    """Return who was heard in talks recorded from `since` until `until` (both days included), in one query."""
    people: dict[int, Person] = {}
    talks: dict[int, int] = {}
    by_quarter = dict.fromkeys(_quarters(since, until), 0)
    for row in db.session.execute(_rows(within, since, until, category)):
        person = Person(*row[:7])
        people[person.id] = person
        if row.year is not None:
            talks[person.id] = talks.get(person.id, 0) + row.talks
            by_quarter[_quarter(int(row.year), int(row.month))] += row.talks
    here = [person for person in people.values() if person.standing is not Standing.LEFT]
    return Coverage(
        since=since,
        until=until,
        category=category,
        all=Share(len(here), sum(person.id in talks for person in here)),
        by_category=_shares((person.category, person.id in talks) for person in here),
        by_group=_shares((person.group_name, person.id in talks) for person in here),
        unheard=tuple(person for person in here if person.id not in talks),
        left=len(people) - len(here),
        talks=sum(talks.values()),
        by_quarter=by_quarter,
    )


def _rows(within: Organisation, since: date, until: date, category: MemberCategory | None) -> Select[Any]:
    """Return one row per member and month with talks, and one for each member without."""
    year, month = extract("year", Talk.held_on).label("year"), extract("month", Talk.held_on).label("month")
    who = (
        Member.id,
        Member.number,
        Member.name,
        func.coalesce(Group.name, "").label("group_name"),
        Member.category,
        Member.standing,
        Member.standing_note,
    )
    query = (
        select(*who, year, month, func.count(Talk.id).label("talks"))
        .outerjoin(Group, Group.id == Member.group_id)
        .outerjoin(
            Talk,
            and_(
                Talk.member_id == Member.id,
                Talk.organisation_id == Member.organisation_id,
                Talk.state == TalkState.RECORDED,
                Talk.held_on.between(since, until),
            ),
        )
        .where(Member.organisation_id == within.id)
        .group_by(*who, Group.name, year, month)
        .order_by(Member.number)
    )
    return query if category is None else query.where(Member.category == category)


def _shares(pairs: Iterable[tuple[K, bool]]) -> dict[K, Share]:
    counts: dict[K, _Count] = {}
    for key, heard in pairs:
        counts.setdefault(key, _Count()).add(heard)
    return {key: counts[key].share() for key in sorted(counts, key=str)}


def _quarter(year: int, month: int) -> str:
    return f"{year}-Q{(month + 2) // 3}"


def _quarters(since: date, until: date) -> list[str]:
    first, last = since.year * 4 + (since.month - 1) // 3, until.year * 4 + (until.month - 1) // 3
    return [f"{at // 4}-Q{at % 4 + 1}" for at in range(first, last + 1)]
