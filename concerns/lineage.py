"""Lineage: how a concern fared from one investigation to the next, read from its thread."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

from sqlalchemy import select

from concerns.models import Concern, ConcernThread
from concerns.queries.counts import counts
from core.db import db
from core.i18n import lazy
from core.terms import Term
from investigations.models import Investigation
from members.models import Organisation

LEAST = 3  # voices more or fewer than expected, before anything is called a change
SURE = 1.645  # standard deviations: one change in ten by chance alone


class Trend(Term):
    """How a recurring concern moves, seen from the last investigation that was grouped."""

    RISING = "rising", lazy("Rising")
    FALLING = "falling", lazy("Falling")
    STEADY = "steady", lazy("About as before")
    GONE = "gone", lazy("No longer raised")


@dataclass(frozen=True, slots=True)
class Told:
    """A concern as one investigation knows it."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Time:
    """One investigation: the thread's concerns there, their voices, and how often anything was raised at all there."""

    investigation_id: int
    title: str
    began: date
    concerns: tuple[Told, ...]
    voices: int
    of: int


@dataclass(frozen=True, slots=True)
class Line:
    """A thread: its name, the investigations since it was first raised, the earliest first, and how it moves.

    Told in brief, `trend` is None and `of` is 0 everywhere.
    """

    id: int
    label: str
    times: tuple[Time, ...]
    trend: Trend | None
    confirmed: bool

    @property
    def since(self) -> Time:
        """Return the investigation it was first raised in."""
        return self.times[0]

    @property
    def raised(self) -> int:
        """Count the investigations it was raised in."""
        return sum(bool(time.concerns) for time in self.times)


@dataclass(frozen=True, slots=True)
class History:
    """All threads of an organisation; `new` are the concerns only the last investigation knows, widest first."""

    times: int
    last: str
    lines: tuple[Line, ...]
    new: tuple[tuple[Told, int], ...]


def history(*, within: Organisation) -> History:
    """Return every thread, those raised last and by most voices first, and what is new."""
    grouped = _grouped(within)
    live = _live(within)
    voices = {row.id: _voices(row, within) for row in grouped}
    lines = [_line(thread, live[thread.id], grouped, voices) for thread in _threads(within) if live[thread.id]]
    lines.sort(key=lambda line: (line.trend is Trend.GONE, -line.times[-1].voices, line.label, line.id))
    last = grouped[-1] if len(grouped) > 1 else None
    new = []
    if last is not None:
        counted = voices[last.id][0]
        new = [
            (Told(row.id, row.label), counted.get(row.id, 0)) for row in live[None] if row.investigation_id == last.id
        ]
        new.sort(key=lambda one: (-one[1], one[0].label, one[0].id))
    return History(len(grouped), last.title if last else "", tuple(lines), tuple(new))


def line(concern: Concern, *, within: Organisation, brief: bool = False) -> Line | None:
    """Return the thread of a concern, None when it stands in none; in `brief` only its own voices are counted."""
    thread = db.session.get(ConcernThread, concern.thread_id) if concern.thread_id else None
    if thread is None:
        return None
    grouped, members = _grouped(within), _live(within, thread.id)[thread.id]
    only = [row.id for row in members] if brief else None
    voices = {row.id: _voices(row, within, only) for row in grouped}
    found = _line(thread, members, grouped, voices) if members else None
    if found is None or not brief:
        return found
    return replace(found, times=tuple(replace(time, of=0) for time in found.times), trend=None)


def elsewhere(concern: Concern, *, within: Organisation) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the concerns of other investigations as (title, [(id, label)]), the newest investigation first."""
    rows = [row for row in _grouped(within) if row.id != concern.investigation_id]
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for members in _live(within).values():
        for row in members:
            found[row.investigation_id].append((row.id, row.label))
    return [(row.title, sorted(found[row.id], key=lambda one: (one[1], one[0]))) for row in reversed(rows)]


def trend(before: tuple[int, int], now: tuple[int, int]) -> Trend:
    """Say how a share moved; `before` and `now` are (voices, of how many raised).

    A change is told only when it is larger than chance would make it, and by three voices at least.
    """
    (first, of_first), (second, of_second) = before, now
    if not second:
        return Trend.GONE
    if not of_first or not of_second:
        return Trend.STEADY
    share = (first + second) / (of_first + of_second)
    spread = sqrt(share * (1 - share) * of_second * (1 + of_second / of_first))
    more = second - first * of_second / of_first
    if abs(more) < max(LEAST, SURE * spread):
        return Trend.STEADY
    return Trend.RISING if more > 0 else Trend.FALLING


def _line(
    thread: ConcernThread,
    members: Sequence[Concern],
    grouped: Sequence[Investigation],
    voices: dict[int, tuple[dict[int, int], int]],
) -> Line:
    by_place: dict[int, list[Concern]] = defaultdict(list)
    for row in members:
        by_place[row.investigation_id].append(row)
    times = []
    for row in grouped:
        counted, of = voices[row.id]
        here = tuple(Told(one.id, one.label) for one in by_place[row.id])
        if here or times:
            times.append(Time(row.id, row.title, row.starts_on, here, sum(counted.get(one.id, 0) for one in here), of))
    last, earlier = times[-1], [time for time in times[:-1] if time.concerns]
    moved = Trend.STEADY
    if not last.concerns:
        moved = Trend.GONE
    elif earlier:
        moved = trend((earlier[-1].voices, earlier[-1].of), (last.voices, last.of))
    return Line(thread.id, thread.label, tuple(times), moved, all(row.thread_fixed for row in members))


def _voices(row: Investigation, within: Organisation, only: Sequence[int] | None = None) -> tuple[dict[int, int], int]:
    """Return the voices of each concern of an investigation, and their sum: how often anything was raised."""
    found = {
        concern_id: sum(source.voices for source in sources)
        for concern_id, sources in counts(row, within=within, only=only).items()
    }
    return found, sum(found.values())


def _grouped(within: Organisation) -> list[Investigation]:
    """Return the investigations that have concerns, the earliest first."""
    some = select(Concern.investigation_id).where(Concern.organisation_id == within.id)
    return list(
        db.session.scalars(
            select(Investigation)
            .where(Investigation.organisation_id == within.id, Investigation.id.in_(some))
            .order_by(Investigation.starts_on, Investigation.id)
        )
    )


def _threads(within: Organisation) -> list[ConcernThread]:
    return list(
        db.session.scalars(
            select(ConcernThread).where(ConcernThread.organisation_id == within.id).order_by(ConcernThread.id)
        )
    )


def _live(within: Organisation, thread_id: int | None = None) -> dict[int | None, list[Concern]]:
    """Return the concerns that are shown by their thread, None for those in none; only one thread's when asked."""
    wanted = [Concern.organisation_id == within.id, Concern.merged_into_id.is_(None), Concern.hidden.is_(False)]
    if thread_id is not None:
        wanted.append(Concern.thread_id == thread_id)
    found: dict[int | None, list[Concern]] = defaultdict(list)
    for row in db.session.scalars(select(Concern).where(*wanted).order_by(Concern.id)):
        found[row.thread_id].append(row)
    return found
