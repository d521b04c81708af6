"""A month of planned talks beside the lunar date and the working days, and moving a talk to another day."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, select
from sqlalchemy.orm import aliased

from core import calendar, clock
from core.calendar import Kind
from core.db import db
from core.errors import BadInput
from core.i18n import _, language
from core.i18n import day as written
from core.terms import Role, TalkState
from interviews import days_off, talks
from interviews.models import Talk
from interviews.queries.readers import may_write, readable_by
from interviews.talks import PlannedTalk
from members.models import Account, Member, Organisation

MOST = 600  # planned talks a month draws
FIRST, LAST = 2000, 2099
Interviewer = aliased(Member, name="agenda_interviewer")


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned talk in a calendar; `occasion` is empty for who may not read the talk."""

    id: int
    revision: int
    held_on: date
    member_number: str
    member_name: str
    interviewer_name: str
    mine: bool
    readable: bool
    writable: bool
    occasion: str

    @property
    def late(self) -> bool:
        """Say whether its day has passed without a record."""
        return self.held_on < clock.today()


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month as it is drawn."""

    day: date
    inside: bool
    today: bool
    kind: Kind
    lunar: str  # 初八, 冬月; "" outside the tables
    lunar_words: str
    festivals: tuple[str, ...]
    holiday: str  # the official or own name of a day of rest, or of a weekend day worked for one
    talks: tuple[Planned, ...]

    @property
    def rest(self) -> bool:
        """Say whether nobody works."""
        return self.kind in (Kind.WEEKEND, Kind.HOLIDAY, Kind.OWN_REST)


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday, with what is planned; `known` when the official list of its year is there."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    known: bool
    planned: int

    @property
    def name(self) -> str:
        """Return the month as an address writes it: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def words(self) -> str:
        """Return the month as people write it."""
        text = written(self.first)
        return text.split(" ", 1)[1] if language() == "en" else text.split("月")[0] + "月"

    @property
    def days(self) -> list[Day]:
        """Return the days of the month itself."""
        return [day for week in self.weeks for day in week if day.inside]

    @property
    def before(self) -> str:
        """Return the month before; "" at the end of the calendar."""
        return _name(self.first - timedelta(days=1))

    @property
    def after(self) -> str:
        """Return the month after; "" at the end of the calendar."""
        return _name(self.first + timedelta(days=32))


def first_of(text: str | None) -> date:
    """Return the first day of the month `text` writes (2026-11), of this month for anything else."""
    year, _dash, month = (text or "").partition("-")
    if year.isascii() and month.isascii() and year.isdecimal() and month.isdecimal() and len(text or "") <= 7:
        at, which = int(year), int(month)
        if FIRST <= at <= LAST and 1 <= which <= 12:
            return date(at, which, 1)
    return clock.today().replace(day=1)


def month(first: date, *, within: Organisation, reader: Account, mine: bool = False) -> Month:
    """Return the month that begins on `first` with the talks planned in its weeks; three queries."""
    weeks = calendar.weeks(first.year, first.month)
    own = {row.day: row for row in days_off.rows(within)}
    marks = {day: row.worked for day, row in own.items()}
    names = {day: row.name for day, row in own.items()}
    by_day: dict[date, list[Planned]] = {}
    found = planned(weeks[0][0], weeks[-1][-1], within=within, reader=reader, mine=mine)
    for talk in found:
        by_day.setdefault(talk.held_on, []).append(talk)
    drawn = tuple(tuple(_day(day, first, marks, names, tuple(by_day.get(day, ()))) for day in week) for week in weeks)
    count = sum(len(day.talks) for week in drawn for day in week if day.inside)
    return Month(first, drawn, calendar.known(first.year), count)


def planned(since: date, until: date, *, within: Organisation, reader: Account, mine: bool = False) -> list[Planned]:
    """Return the talks planned from `since` to `until`, as far as the reader may read them; one query."""
    opens = readable_by(reader)
    query = (
        select(
            Talk.id,
            Talk.revision,
            Talk.held_on,
            Member.number,
            Member.name,
            Interviewer.name,
            Talk.interviewer_id,
            Talk.created_by,
            case((opens, True), else_=False),
            # What may not be read does not even leave the database.
            case((opens, Talk.occasion), else_=""),
        )
        .join(Member, Member.id == Talk.member_id)
        .join(Interviewer, Interviewer.id == Talk.interviewer_id)
        .where(
            Talk.organisation_id == within.id,
            Talk.state == TalkState.PLANNED,
            Talk.held_on.between(since, until),
        )
        .order_by(Talk.held_on, Member.number, Talk.id)
        .limit(MOST)
    )
    if mine:
        query = query.where(Talk.interviewer_id == (reader.member_id or 0))
    rows = db.session.execute(query)
    return [_planned(reader, *row) for row in rows]


def move(talk: Talk, day: date, *, by: Account, based_on: int) -> None:
    """Hold a planned talk on another day from today on; raise `BadInput`, `Stale`, `NotAllowed`."""
    if day < clock.today() and day != talk.held_on:
        raise BadInput(_("A talk cannot be planned for a day that has passed."), field="day")
    move_back(talk, day, by=by, based_on=based_on)


def move_back(talk: Talk, day: date, *, by: Account, based_on: int | None = None) -> None:
    """Hold a planned talk on a day it stood on before, passed or not; raise as `move` does."""
    if not FIRST <= day.year <= LAST:
        raise BadInput(_("The year %(year)s cannot be right.", year=day.year), field="day")
    planned_so = PlannedTalk(
        member_id=talk.member_id,
        interviewer_id=talk.interviewer_id,
        held_on=day,
        occasion=talk.occasion,
        mode=talk.mode,
        place=talk.place,
        investigation_id=talk.investigation_id,
    )
    talks.replan(talk, planned_so, by=by, based_on=talk.revision if based_on is None else based_on)


def one(talk: Talk, *, reader: Account) -> Planned:
    """Return a planned talk as a calendar draws it."""
    return _planned(
        reader,
        talk.id,
        talk.revision,
        talk.held_on,
        talk.member.number,
        talk.member.name,
        talk.interviewer.name,
        talk.interviewer_id,
        talk.created_by,
        may_write(talk, reader),
        talk.occasion if may_write(talk, reader) else "",
    )


def _planned(
    reader: Account,
    talk_id: int,
    revision: int,
    held_on: date,
    number: str,
    name: str,
    interviewer: str,
    interviewer_id: int,
    created_by: int | None,
    readable: bool,
    occasion: str,
) -> Planned:
    mine = interviewer_id == reader.member_id
    return Planned(
        id=talk_id,
        revision=revision,
        held_on=held_on,
        member_number=number,
        member_name=name,
        interviewer_name=interviewer,
        mine=mine,
        readable=bool(readable),
        writable=mine or created_by == reader.id or reader.role is Role.SECRETARY,
        occasion=occasion,
    )


def _day(
    day: date, first: date, marks: dict[date, bool], names: dict[date, str], planned_then: tuple[Planned, ...]
) -> Day:
    lunar = calendar.lunar(day)
    kind = calendar.kind(day, marks)
    holiday = names.get(day) or calendar.holiday_name(day)
    return Day(
        day=day,
        inside=day.month == first.month,
        today=day == clock.today(),
        kind=kind,
        lunar=lunar.brief if lunar else "",
        lunar_words=lunar.words if lunar else "",
        festivals=tuple(festival.name for festival in calendar.festivals_on(day)),
        holiday=holiday,
        talks=planned_then,
    )


def _name(day: date) -> str:
    return f"{day:%Y-%m}" if FIRST <= day.year <= LAST else ""
