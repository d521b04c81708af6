"""The ledger (整改台账): one row for each action; the lists of problems, duties and tasks are views of the same rows.

Nothing in it says who raised a concern: a source is a kind of source, or what a person wrote of it, shown without names
as problems are. What is
late is worked out from the day it is asked, never stored.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from concerns import actions, queries
from concerns.ledger_rows import Line, Standing, View
from concerns.models import Action, Concern, Excerpt
from core import clock
from core.db import db
from core.terms import ActionState, SourceKind
from interviews.models import Talk
from interviews.people import People
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import names

PAGE = 100
SOON = 7  # days before something is due, or looked at again, that it is brought to mind


@dataclass(frozen=True, slots=True)
class Wish:
    """Which rows are asked for; what is None or empty narrows nothing. `owner` is matched as it is written."""

    investigation_id: int | None = None
    concern_id: int | None = None
    standing: Standing | None = None
    owner: str = ""
    category: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Some of many rows: `number` of `count` pages."""

    lines: tuple[Line, ...]
    total: int
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows there are, and how many of each standing; one row may stand under several."""

    total: int
    standings: dict[Standing, int]


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something in the ledger that waits for somebody by a day."""

    standing: Standing
    line: Line
    due_on: date | None
    mine: bool


def lines(wish: Wish, view: View = View.ALL, *, within: Organisation) -> list[Line]:
    """Return every row that is asked for, in the order of the view."""
    return _lines(db.session.execute(_ordered(_wanted(wish, within), view)).all(), within)


def in_order(rows: Iterable[Line], view: View) -> list[Line]:
    """Return rows that were read once in the order of another view."""
    found = sorted(rows, key=lambda row: (row.number == "", row.number, row.id))
    if view is View.PROBLEMS:
        return sorted(found, key=lambda row: (row.concern, row.concern_id))
    if view is not View.ALL:
        found.sort(key=lambda row: (row.due_on is None, row.due_on or date.max))
    return sorted(found, key=lambda row: row.owner) if view is View.OWNERS else found


def page(wish: Wish, view: View = View.ALL, *, within: Organisation, number: int = 1) -> LedgerPage:
    """Return a page of rows, in the order of the view."""
    wanted = _wanted(wish, within)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    count = max(1, -(-total // PAGE))
    number = min(max(number, 1), count)
    rows = db.session.execute(_ordered(wanted, view).limit(PAGE).offset((number - 1) * PAGE)).all()
    return LedgerPage(tuple(_lines(rows, within)), total, number, count)


def line(action: Action, *, within: Organisation) -> Line:
    """Return the row of one action."""
    return _lines([(action, action.concern)], within)[0]


def tally(wish: Wish, *, within: Organisation) -> Tally:
    """Count the rows that are asked for, whatever their standing, and those of each standing."""
    today = clock.today()
    counts = [func.sum(case((_stands(standing, today), 1), else_=0)) for standing in Standing]
    of_all = Wish(wish.investigation_id, wish.concern_id, None, wish.owner, wish.category, wish.words)
    total, *found = db.session.execute(
        select(func.count(), *counts).select_from(Action).join(Concern).where(*_conditions(of_all, within))
    ).one()
    return Tally(total, dict(zip(Standing, (int(count or 0) for count in found), strict=True)))


def owners(within: Organisation, investigation_id: int | None = None) -> list[str]:
    """Return everybody who answers for a row, by name."""
    return _distinct(Action.owner, within, investigation_id)


def units(within: Organisation) -> list[str]:
    """Return the units that rows name, by name."""
    return _distinct(Action.unit, within, None)


def categories(within: Organisation, investigation_id: int | None = None) -> list[str]:
    """Return the categories of rows, by name."""
    return _distinct(Concern.category, within, investigation_id)


def reminders(
    *,
    within: Organisation,
    reader: Account,
    investigation: Investigation | None = None,
    ahead: bool = False,
    most: int | None = None,
) -> list[Reminder]:
    """Return what is overdue, due soon, reported as done and not yet checked, or to be looked at again, oldest first.

    `mine` are the reader's own rows, and those reported as done that he checks. `ahead`: everything not yet done, too.
    """
    today = clock.today()
    asked = (Standing.LATE, Standing.SOON, Standing.CHECK, Standing.REVIEW, *([Standing.OPEN] if ahead else ()))
    day = case((Action.state == ActionState.CANNOT, Action.review_on), else_=Action.due_on)
    wanted = (
        _wanted(Wish(investigation_id=investigation.id if investigation else None), within)
        .where(or_(*(_stands(one, today) for one in asked)))
        .order_by(day.is_(None), day, Action.number, Action.id)
        .limit(most)
    )
    rows = _lines(db.session.execute(wanted).all(), within)
    people = People(within) if any(row.state is ActionState.DONE for row in rows) else None
    return [_reminder(row, reader, people) for row in rows]


def _reminder(row: Line, reader: Account, people: People | None) -> Reminder:
    own = reader.member_id is not None and row.owner_id == reader.member_id
    if row.state is ActionState.DONE:
        return Reminder(Standing.CHECK, row, row.due_on, not own and actions.checks(row.checker, reader, people))
    if row.state is ActionState.CANNOT:
        return Reminder(Standing.REVIEW, row, row.review_on, own)
    standing = Standing.LATE if row.late else Standing.SOON if row.soon else Standing.OPEN
    return Reminder(standing, row, row.due_on, own)


def _distinct(column: Any, within: Organisation, investigation_id: int | None) -> list[str]:
    wish = Wish(investigation_id=investigation_id)
    rows = select(column).select_from(Action).join(Concern).where(*_conditions(wish, within), column != "")
    return sorted(db.session.scalars(rows.distinct()))


def _wanted(wish: Wish, within: Organisation) -> Select:
    return select(Action, Concern).join(Concern, Concern.id == Action.concern_id).where(*_conditions(wish, within))


def _conditions(wish: Wish, within: Organisation) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Action.organisation_id == within.id]
    if wish.investigation_id is not None:
        found.append(Concern.investigation_id == wish.investigation_id)
    if wish.concern_id is not None:
        found.append(Action.concern_id == wish.concern_id)
    if wish.standing is not None:
        found.append(_stands(wish.standing, clock.today()))
    if wish.owner:
        found.append(Action.owner == wish.owner)
    if wish.category:
        found.append(Concern.category == wish.category)
    if wish.words:
        places = (Action.number, Action.problem, Action.measure, Action.unit, Action.owner, Concern.label)
        found.append(or_(*(place.icontains(wish.words, autoescape=True) for place in places)))
    return found


def _stands(standing: Standing, today: date) -> ColumnElement[bool]:
    """The condition that a row has a standing; the calendar's are worked out for `today`."""
    soon = today + timedelta(days=SOON)
    conditions: dict[Standing, Callable[[], ColumnElement[bool]]] = {
        Standing.OPEN: lambda: Action.state.in_(actions.OPEN),
        Standing.LATE: lambda: and_(Action.state.in_(actions.OPEN), Action.due_on < today),
        Standing.SOON: lambda: and_(Action.state.in_(actions.OPEN), Action.due_on.between(today, soon)),
        Standing.CHECK: lambda: Action.state == ActionState.DONE,
        Standing.REVIEW: lambda: and_(Action.state == ActionState.CANNOT, Action.review_on <= soon),
        Standing.CLOSED: lambda: Action.state == ActionState.CLOSED,
        Standing.CANNOT: lambda: Action.state == ActionState.CANNOT,
    }
    return conditions[standing]()


def _ordered(wanted: Select, view: View) -> Select:
    by_day = (Action.due_on.is_(None), Action.due_on)
    match view:
        case View.OWNERS:
            return wanted.order_by(Action.owner, *by_day, Action.number, Action.id)
        case View.TASKS:
            return wanted.order_by(*by_day, Action.number, Action.id)
        case View.PROBLEMS:
            return wanted.order_by(Concern.label, Concern.id, Action.number, Action.id)
    return wanted.order_by(Action.number.is_(None), Action.number, Action.id)


def _lines(rows: Iterable[Any], within: Organisation) -> list[Line]:
    """The rows as they are shown, in three queries however many there are."""
    pairs = list(rows)
    if not pairs:
        return []
    people, sources = names(within), _sources({concern.id for _action, concern in pairs}, within)
    today = clock.today()
    return [
        Line(
            number=action.number or "",
            concern_id=concern.id,
            investigation_id=concern.investigation_id,
            concern=concern.label,
            problem=people.masked(action.problem) or concern.label,
            source=people.masked(action.source),
            sources=sources.get(concern.id, ()),
            category=concern.category,
            late=action.state in actions.OPEN and action.due_on is not None and action.due_on < today,
            soon=action.state in actions.OPEN
            and action.due_on is not None
            and today <= action.due_on <= today + timedelta(days=SOON),
            **{name: getattr(action, name) for name in AS_THEY_ARE},
        )
        for action, concern in pairs
    ]


AS_THEY_ARE = (
    *("id", "measure", "unit", "owner", "owner_id", "checker", "due_on", "due_working_days", "state", "outcome"),
    *("evidence", "reason", "review_on", "closed_on", "note"),
)


def _sources(concern_ids: Collection[int], within: Organisation) -> dict[int, tuple[SourceKind, ...]]:
    """The kinds of source each concern has a passage from: kinds only, for a number might tell who it was."""
    # As the index that answers the counts has its columns.
    shown = and_(
        Excerpt.investigation_id == Concern.investigation_id,
        Excerpt.organisation_id == within.id,
        Excerpt.hidden.is_(False),
        Excerpt.concern_id == Concern.id,
    )
    kinds = {
        SourceKind.SURVEY: exists().where(shown, Excerpt.source == SourceKind.SURVEY),
        SourceKind.TALK: exists().where(
            shown, Excerpt.source == SourceKind.TALK, Talk.id == Excerpt.source_id, queries.usable_talk()
        ),
        SourceKind.MEETING: exists().where(shown, Excerpt.source == SourceKind.MEETING),
    }
    rows = db.session.execute(
        select(Concern.id, *kinds.values()).where(Concern.id.in_(concern_ids), Concern.organisation_id == within.id)
    )
    return {
        concern_id: tuple(kind for kind, has in zip(kinds, found, strict=True) if has) for concern_id, *found in rows
    }
