"""What can be said beside the last investigation: surveys asked again, concerns that recur, and what was done since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from concerns import ledger, lineage
from concerns.ledger_rows import Line
from concerns.lineage import Time, Trend
from concerns.models import Concern
from core.db import db
from core.terms import ActionState
from investigations.models import Investigation
from members.models import Organisation
from reports.models import Edition
from surveys import comparisons, questionnaires, tallies
from surveys import queries as surveys
from surveys.comparisons import Compared
from surveys.models import Survey


@dataclass(frozen=True, slots=True)
class SurveyThen:
    """An earlier survey beside one of this investigation, question by question."""

    id: int
    title: str
    closed_on: date | None
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A concern that was raised before: its voices `before` and `now`, None where they are not to be told.

    `concern_id` is the one of this investigation, of the earlier one when it is not raised any more.
    """

    concern_id: int
    label: str
    since: str
    raised: int  # in so many investigations
    before: int | None
    now: int | None
    trend: Trend | None  # None where a number it rests on is not told


@dataclass(frozen=True, slots=True)
class Recurring:
    """Concerns beside those of the investigation before, `title`; `new`: (number, label) of those not raised there."""

    title: str
    moves: tuple[Move, ...]
    new: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the ledger's rows since a day: `done` and closed, and what cannot be done for now."""

    day: date
    title: str  # of the last investigation, "" when this is the first
    done: tuple[Line, ...]
    cannot: tuple[Line, ...]


def last(investigation: Investigation, *, within: Organisation) -> Investigation | None:
    """Return the investigation before this one, None when it is the first."""
    return db.session.scalar(_earlier(investigation, within).limit(1))


def survey_then(row: Survey, *, within: Organisation, language: str) -> SurveyThen | None:
    """Return a closed survey beside the likest one of the last investigation that had any; None without one.

    The survey must be counted already; one that is still being counted raises `DomainError`.
    """
    then = _like(row, within, language)
    if then is None:
        return None
    now_book = tallies.book(row, within=within, language=language)
    then_book = tallies.book(then, within=within, language=language)
    people = _invited(row, now_book.source.size()), _invited(then, then_book.source.size())
    found = comparisons.compare(now_book, then_book, invited=people)
    return SurveyThen(then.id, then.version.title, then.closed_on, tuple(found))


def recurring(
    investigation: Investigation, labels: Sequence[tuple[int, str]], *, within: Organisation, floor: int
) -> Recurring | None:
    """Return how the concerns (number, label) of an investigation moved; None when none was grouped before it."""
    grouped = select(Concern.investigation_id).where(Concern.organisation_id == within.id)
    before = db.session.scalar(_earlier(investigation, within).where(Investigation.id.in_(grouped)).limit(1))
    if before is None or not labels:
        return None
    moves, known = [], set()
    for line in lineage.history(within=within).lines:
        at = next((at for at, time in enumerate(line.times) if time.investigation_id == investigation.id), None)
        if at is None:
            continue
        now, earlier = line.times[at], [time for time in line.times[:at] if time.concerns]
        if earlier and (now.concerns or line.times[at - 1].concerns):
            moves.append(_move(line, earlier, now, floor))
            known |= {one.id for one in now.concerns}
    new = tuple((number, label) for number, label in labels if number not in known)
    return Recurring(before.title, tuple(moves), new)


def since(investigation: Investigation, *, within: Organisation) -> Since:
    """Return what was done since the last investigation was told of: its newest edition, else its last day."""
    before = last(investigation, within=within)
    day = investigation.starts_on
    if before is not None:
        issued = db.session.scalar(
            select(func.max(Edition.issued_at)).where(
                Edition.investigation_id == before.id, Edition.withdrawn_at.is_(None)
            )
        )
        day = issued.date() if issued else before.ends_on
    rows = ledger.lines(ledger.Wish(), within=within)
    done = [
        row
        for row in rows
        if row.state is ActionState.DONE
        or (row.state is ActionState.CLOSED and row.closed_on is not None and row.closed_on >= day)
    ]
    cannot = [row for row in rows if row.state is ActionState.CANNOT]
    return Since(day, before.title if before else "", tuple(done), tuple(cannot))


def _earlier(investigation: Investigation, within: Organisation) -> Select:
    """The investigations before this one, the newest first."""
    began = Investigation.starts_on
    return (
        select(Investigation)
        .where(
            Investigation.organisation_id == within.id,
            or_(
                began < investigation.starts_on,
                (began == investigation.starts_on) & (Investigation.id < investigation.id),
            ),
        )
        .order_by(began.desc(), Investigation.id.desc())
    )


def _like(row: Survey, within: Organisation, language: str) -> Survey | None:
    """Return the earlier survey that asks most of the same."""
    if row.closed_on is None:
        return None
    own = db.session.get_one(Investigation, row.investigation_id)
    places = {one.id: place for place, one in enumerate(db.session.scalars(_earlier(own, within)))}
    found = [one for one in comparisons.earlier(row, within=within) if one.investigation_id in places]
    if not found:
        return None
    newest = min(places[one.investigation_id] for one in found)
    asked = _titles(row, language)

    def likeness(one: Survey) -> tuple[int, bool, int]:
        same = one.version.instrument_id is not None and one.version.instrument_id == row.version.instrument_id
        return len(asked & _titles(one, language)), same, one.id

    return max((one for one in found if places[one.investigation_id] == newest), key=likeness)


def _titles(row: Survey, language: str) -> set[str]:
    return {"".join(item.title.split()).casefold() for item in questionnaires.ready(row.version, language).items}


def _invited(row: Survey, answered: int) -> int | None:
    """How many were invited, None where more answered than codes tell: as the page of results reckons."""
    invited = surveys.invited(row)
    return invited if invited >= answered else None


def _move(line: lineage.Line, earlier: Sequence[Time], now: Time, floor: int) -> Move:
    before = earlier[-1]
    told_before, told_now = _told(before, floor), _told(now, floor)
    trend = None
    if not now.concerns:
        trend = Trend.GONE
    elif told_before and told_now:
        trend = lineage.trend((before.voices, before.of), (now.voices, now.of))
    here = (now.concerns or before.concerns)[0]
    raised = len(earlier) + bool(now.concerns)
    return Move(here.id, here.label, earlier[0].title, raised, told_before, told_now, trend)


def _told(time: Time, floor: int) -> int | None:
    """The voices at one time, None where they are few, or several concerns of which one may be."""
    if not time.concerns:
        return 0
    return time.voices if len(time.concerns) == 1 and time.voices >= floor else None
