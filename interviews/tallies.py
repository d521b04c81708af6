"""What coverage is counted from: people, and what the talks of a window add up to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, case, cast, func, select

from core.db import db
from core.terms import MemberCategory, Standing, TalkState
from interviews.models import Talk
from interviews.pairs import LEADING, Pair, Side, office_of_committee, pair_of, side_of
from members.models import Account, Group, Member, Organisation

MOST_QUARTERS = 40  # what lies further back is added up in one row
_BETWEEN = {(one, another): pair_of(one, another) for one in Side for another in Side}


@dataclass(frozen=True, slots=True)
class Person:
    """A member as coverage counts people; `standing` is told wherever one is listed."""

    id: int
    number: str
    name: str
    group_name: str
    category: MemberCategory
    standing: Standing
    standing_note: str
    shift: str = ""
    side: Side = Side.MEMBER


@dataclass(frozen=True, slots=True)
class Tally:
    """What the talks of a window add up to; with how many each of them talked is not in it."""

    by_quarter: dict[str, int]  # talks, quiet quarters included
    heard: dict[str, set[int]]  # those they were held with, by the same quarters
    by_pair: dict[Pair, int]  # talks
    took_part: dict[Pair, set[int]]  # whoever had one, whichever chair they sat on


def people(within: Organisation) -> dict[int, Person]:
    """Return everybody on the roster by id, in the order of their numbers."""
    leads = (
        select(Account.id)
        .where(Account.member_id == Member.id, Account.active, Account.role.in_(LEADING))
        .correlate(Member)
        .exists()
    )
    rows = db.session.execute(
        select(
            Member.id,
            Member.number,
            Member.name,
            func.coalesce(Group.name, ""),
            Member.category,
            Member.standing,
            Member.standing_note,
            Member.shift,
            Member.duty,
            case((leads, 1), else_=0),
        )
        .outerjoin(Group, Group.id == Member.group_id)
        .where(Member.organisation_id == within.id)
        .order_by(Member.number)
    )
    found = {}
    for *who, duty, leading in rows:
        side = side_of(who[4], leads=bool(leading) or office_of_committee(within.kind, duty))
        found[who[0]] = Person(*who, side=side)
    return found


def talks(within: Organisation, since: date, until: date, everybody: dict[int, Person], wanted: set[int]) -> Tally:
    """Return what the recorded talks of a window with the people `wanted` add up to, in one query.

    Whoever asked took part also where somebody else was asked than is wanted.
    """
    known = {str(id_): id_ for id_ in everybody}  # quicker than reading each number anew
    side = {id_: person.side for id_, person in everybody.items()}
    held: dict[str, int] = {}
    heard: dict[str, set[int]] = {}
    asked: Counter[tuple[Side, int]] = Counter()  # side of who asked, and who was asked
    askers: set[tuple[int, Side]] = set()  # who asked, and side of who was asked
    for name, *both in _by_quarter(within, since, until):
        theirs, others = (list(map(known.__getitem__, ids)) for ids in both)
        held[name] = sum(map(wanted.__contains__, theirs))
        heard[name] = wanted.intersection(theirs)
        asked.update(zip(map(side.__getitem__, others), theirs, strict=True))
        askers.update(zip(others, map(side.__getitem__, theirs), strict=True))
    by_pair, took_part = dict.fromkeys(Pair, 0), {pair: set[int]() for pair in Pair}
    for (its_side, member_id), count in asked.items():
        if member_id in wanted:
            pair = _BETWEEN[its_side, side[member_id]]
            by_pair[pair] += count
            took_part[pair].add(member_id)
    for asker_id, its_side in askers:
        took_part[_BETWEEN[side[asker_id], its_side]].add(asker_id)
    return Tally(held, heard, by_pair, took_part)


def _by_quarter(within: Organisation, since: date, until: date) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each quarter with who was asked and who asked in it; read by days, in the order of an index, never sorted.

    Both lists are put together in one reading of the same rows, hence in one order. A row a talk takes several times
    as long to hand over, and so does telling quarters apart inside the database.
    """
    asked, askers = (func.aggregate_strings(cast(one, String), ",") for one in (Talk.member_id, Talk.interviewer_id))
    rows = db.session.execute(
        select(Talk.held_on, asked, askers)
        .where(
            Talk.organisation_id == within.id,
            Talk.state == TalkState.RECORDED,
            Talk.held_on.between(since, until),
        )
        .group_by(Talk.held_on)
    )
    names = quarters(since, until)
    first = _number(until) - len(names) + 1
    found: dict[str, tuple[list[str], list[str]]] = {name: ([], []) for name in names}
    for day, *both in rows:
        for days, ids in zip(found[names[max(_number(day) - first, 0)]], both, strict=True):
            days.append(ids)
    for name, lists in found.items():
        theirs, others = (",".join(days).split(",") if days else [] for days in lists)
        yield name, theirs, others


def quarters(since: date, until: date) -> list[str]:
    """Return the quarters of a window; of a very long one, the first name stands for all that lies before."""
    first, last = _number(since), _number(until)
    names = [f"{at // 4}-Q{at % 4 + 1}" for at in range(max(first, last - MOST_QUARTERS + 1), last + 1)]
    return names if last - first < MOST_QUARTERS else [f"– {names[0]}", *names[1:]]


def _number(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3
