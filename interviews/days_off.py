"""Days an organisation works, or rests, otherwise than the calendar in the product says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, extract, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import _
from interviews.models import DayOff
from members.models import Account, Organisation

LONGEST = 60  # days in one stretch
MOST = 400  # days taken over at once
NAME = 80
ASIDE = re.compile(r"[（(][^）)]*[）)]")
YEAR = re.compile(r"(20\d\d)\s*年?")
DAY = re.compile(r"(?:(20\d\d)\s*[-./年]\s*)?(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
TO = re.compile(
    r"\s*(?:至|到|-|–|—|~|～|\bto\b)\s*(?:(?:(20\d\d)\s*[-./年]\s*)?(\d{1,2})\s*[-./月]\s*)?(\d{1,2})\s*日?", re.I
)
REST = re.compile(r"放假|休|\brest\b|\boff\b|\bholiday\b|\bclosed\b", re.I)
WORK = re.compile(r"上班|补班|班$|\bwork", re.I)
NAMED = re.compile(r"^\s*(?:[一二三四五六七八九十]+\s*[、.．]\s*|\d+\s*[、)]\s*)?([^\d：:]{1,40}?)\s*[：:]")


@dataclass(frozen=True, slots=True)
class Marked:
    """One day as a pasted list marks it."""

    day: date
    worked: bool
    name: str = ""


def own(within: Organisation) -> dict[date, bool]:
    """Return the days the organisation marked itself: True for worked; for `core.calendar`."""
    rows = db.session.execute(select(DayOff.day, DayOff.worked).where(DayOff.organisation_id == within.id))
    return {day: bool(worked) for day, worked in rows}


def rows(within: Organisation, year: int | None = None) -> list[DayOff]:
    """Return the marked days in order, of one year or all."""
    query = select(DayOff).where(DayOff.organisation_id == within.id).order_by(DayOff.day)
    if year is not None:
        query = query.where(DayOff.day.between(date(year, 1, 1), date(year, 12, 31)))
    return list(db.session.scalars(query))


def years(within: Organisation) -> list[int]:
    """Return the years in which a day is marked."""
    found = db.session.scalars(
        select(extract("year", DayOff.day)).where(DayOff.organisation_id == within.id).distinct()
    )
    return sorted(int(year) for year in found)


def add(marked: Marked, *, within: Organisation, by: Account) -> None:
    """Mark a day, or change how it is marked; raise `BadInput`."""
    _put([marked], within)
    audit.note("day_off.add", within, by=by)


def remove(day: date, *, within: Organisation, by: Account) -> Marked:
    """Let a day be as the calendar says; return how it was marked; raise `NotFound`."""
    row = db.session.get(DayOff, (within.id, day))
    if row is None:
        raise NotFound(_("This day is not marked."))
    was = Marked(row.day, row.worked, row.name)
    db.session.delete(row)
    audit.note("day_off.remove", within, by=by)
    return was


def remove_year(year: int, *, within: Organisation, by: Account) -> int:
    """Take away every mark of a year; return how many there were."""
    gone = delete(DayOff).where(
        DayOff.organisation_id == within.id, DayOff.day.between(date(year, 1, 1), date(year, 12, 31))
    )
    count = int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]
    db.session.expire_all()
    audit.note("day_off.remove_year", within, by=by)
    return count


def paste(text: str, *, year: int, within: Organisation, by: Account) -> list[Marked]:
    """Mark every day a list or an official notice names; dates without a year are of `year`; raise `BadInput`."""
    found = list(read(text, year=year))
    if not found:
        raise BadInput(
            _("No day was understood. Write a line such as “2027-02-05 to 2027-02-12 rest Spring Festival”."),
            field="text",
        )
    _put(found, within)
    audit.note("day_off.paste", within, by=by)
    return found


def read(text: str, *, year: int) -> Iterator[Marked]:
    """Yield the days a text marks; raise `BadInput` naming the line that cannot be understood."""
    count = 0
    for line in text.replace("\r", "\n").splitlines():
        plain = ASIDE.sub("", line)
        if (stated := YEAR.search(plain)) and not DAY.search(plain):
            year = int(stated[1])  # a heading: 国务院办公厅关于2027年部分节假日安排的通知
        heading = NAMED.match(plain)
        name = heading[1].strip() if heading else ""
        for sentence in re.split(r"[。；;\n]", plain):
            for marked in _sentence(sentence, name, year):
                count += 1
                if count > MOST:
                    raise BadInput(
                        _("More than %(most)s days at once; paste one year's list.", most=MOST), field="text"
                    )
                yield marked


def _sentence(sentence: str, name: str, year: int) -> Iterator[Marked]:
    if not DAY.search(sentence):
        return
    worked = bool(WORK.search(sentence.strip())) and not REST.search(sentence)
    if not worked and not REST.search(sentence):
        raise BadInput(
            _("“%(line)s” does not say whether the day is worked or not; nothing was taken over.", line=sentence[:60]),
            field="text",
        )
    at = 0
    while start := DAY.search(sentence, at):
        first = _date(start[1], start[2], start[3], year, sentence)
        until, at = first, start.end()
        if stretch := TO.match(sentence, at):
            at = stretch.end()
            until = _date(stretch[1] or str(first.year), stretch[2] or str(first.month), stretch[3], year, sentence)
        if not 0 <= (until - first).days < LONGEST:
            raise BadInput(_("“%(line)s” is no stretch of days.", line=sentence[:60]), field="text")
        label = name or _rest_of(sentence)
        for offset in range((until - first).days + 1):
            yield Marked(first + timedelta(days=offset), worked, label[:NAME])


def _date(year: str | None, month: str, day: str, default: int, sentence: str) -> date:
    try:
        return date(int(year) if year else default, int(month), int(day))
    except ValueError as error:
        raise BadInput(_("“%(line)s” names a day that does not exist.", line=sentence[:60]), field="text") from error


def _rest_of(sentence: str) -> str:
    """Return what a line says besides its days and its mark."""
    words = WORK.sub(" ", REST.sub(" ", DAY.sub(" ", TO.sub(" ", DAY.sub(" ", sentence, count=1), count=1))))
    return " ".join(re.sub(r"[^\w\s'’-]|ing\b|共\d+天|\d+", " ", words).split())


def _put(found: list[Marked], within: Organisation) -> None:
    this = clock.today().year
    for marked in found:
        if not this - 20 <= marked.day.year <= this + 5:
            raise BadInput(_("The year %(year)s cannot be right.", year=marked.day.year), field="day")
    kept = {row.day: row for row in rows(within)}
    for marked in found:
        row = kept.get(marked.day)
        if row is None:
            row = kept[marked.day] = DayOff(organisation_id=within.id, day=marked.day)
            db.session.add(row)
        row.worked, row.name = marked.worked, " ".join(marked.name.split())[:NAME]
    db.session.flush()
