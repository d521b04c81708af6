"""Concerns gathered for a file: the same for whoever asks; no two passages meet in it by their speaker."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, case, func, or_, select

from concerns import queries
from concerns.models import Concern, Excerpt
from concerns.queries.readers import readable
from core import clock
from core.db import db
from core.documents import printable
from core.i18n import _, ngettext
from core.terms import SourceKind, Visibility
from exchange.concerns.base import Bundle, Entry, ToldConcern, ToldPassage
from exchange.refi.writing import unlike
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Organisation
from members.names import Names, names


def gather(investigation: Investigation, *, within: Organisation) -> Bundle:
    """Return the concerns that are not hidden, and the passages of answers and of talks the committee may read."""
    people = names(within)
    told = entries(investigation, within=within, people=people)
    lines = {line.id: line for line in queries.concerns(investigation, within=within)}
    floor = queries.quote_floor(within)
    passages = [
        ToldPassage(excerpt.concern_id, excerpt.source, excerpt.kind, text)
        for excerpt, text in shown(investigation, within=within, people=people)
    ]
    place = {concern_id: number for number, (concern_id, _entry) in enumerate(told)}
    passages.sort(key=lambda one: (place.get(one.concern_id or 0, len(place)), one.source, one.text, one.kind))
    counts: dict[int | None, int] = {}
    for one in passages:
        counts[one.concern_id] = counts.get(one.concern_id, 0) + 1
    return Bundle(
        title=investigation.title,
        made_on=clock.today(),
        concerns=tuple(
            ToldConcern(concern_id, entry, counts.get(concern_id, 0), _voices(lines[concern_id].voices, floor), since)
            for (concern_id, entry), since in zip(told, _since(told), strict=True)
        ),
        passages=tuple(passages),
        told=tuple(_sentences(len(told), len(passages), counts.get(None, 0), floor)),
    )


def extent(investigation: Investigation, *, within: Organisation) -> tuple[str, ...]:
    """Return what a file would hold, a sentence each; nothing when there is nothing to take out."""
    concerns = _concerns(select(func.count()), investigation, within)
    alone = func.sum(case((Excerpt.concern_id.is_(None), 1), else_=0))
    passages, single = db.session.execute(_passages(select(func.count(), alone), investigation, within)).one()
    number = db.session.scalar(concerns) or 0
    if not number and not passages:
        return ()
    return tuple(_sentences(number, passages, int(single or 0), queries.quote_floor(within)))


def entries(investigation: Investigation, *, within: Organisation, people: Names) -> list[tuple[int, Entry]]:
    """Return the concerns that are not hidden with their ids, by theme and name; no two have the same name."""
    rows = db.session.scalars(_concerns(select(Concern), investigation, within).order_by(Concern.id))
    taken: set[str] = set()
    found = []
    for row in rows:
        name = unlike(_plain(row.label, people) or _("Concern"), taken)
        written = (row.theme, row.summary, row.includes, row.excludes)
        found.append((row.id, Entry(name, *(people.masked(printable(text).strip()) for text in written))))
    return sorted(found, key=lambda one: (not one[1].theme, one[1].theme, one[1].name))


def shown(investigation: Investigation, *, within: Organisation, people: Names) -> list[tuple[Excerpt, str]]:
    """Return the passages that count with their words on one line, without names and what was struck out.

    Passages of talks kept to the secretary are not among them, whoever asks.
    """
    rows = db.session.scalars(_passages(select(Excerpt), investigation, within))
    return [(row, text) for row in rows if (text := _plain(queries.shown_text(row, people), None))]


def _concerns(query: Select, investigation: Investigation, within: Organisation) -> Select:
    return query.select_from(Concern).where(
        Concern.investigation_id == investigation.id,
        Concern.organisation_id == within.id,
        Concern.hidden.is_(False),
        Concern.merged_into_id.is_(None),
    )


def _passages(query: Select, investigation: Investigation, within: Organisation) -> Select:
    out_of_sight = select(Concern.id).where(Concern.investigation_id == investigation.id, Concern.hidden.is_(True))
    return readable(query, investigation, within).where(
        Excerpt.hidden.is_(False),
        or_(Excerpt.concern_id.is_(None), Excerpt.concern_id.not_in(out_of_sight)),
        or_(Excerpt.source != SourceKind.TALK, Talk.visibility == Visibility.COMMITTEE),
    )


def _plain(text: str, people: Names | None) -> str:
    line = " ".join(printable(text).split())
    return people.masked(line) if people else line


def _voices(number: int, floor: int) -> str:
    return str(number) if number >= floor else _("fewer than %(floor)s", floor=floor)


def _since(told: Sequence[tuple[int, Entry]]) -> list[str]:
    """The month each concern was first found in: a day would tell which talk came that day."""
    ids = [concern_id for concern_id, _entry in told]
    days: dict[int, object] = {}
    for at in range(0, len(ids), 500):
        rows = db.session.execute(select(Concern.id, Concern.raised_on).where(Concern.id.in_(ids[at : at + 500])))
        days |= {concern_id: day.strftime("%Y-%m") if day else "" for concern_id, day in rows}
    return [str(days[concern_id]) for concern_id in ids]


def _sentences(concerns: int, passages: int, alone: int, floor: int) -> Iterable[str]:
    """Say what stands in the file, and what does not."""
    yield ngettext("%(num)s concern is in this file.", "%(num)s concerns are in this file.", concerns)
    yield ngettext("%(num)s passage is in this file.", "%(num)s passages are in this file.", passages)
    if alone:
        yield ngettext("%(num)s of them stands under no concern.", "%(num)s of them stand under no concern.", alone)
    yield _(
        "Passages stand by concern, kind of source and wording. Nothing tells which of them one person said; fewer "
        "than %(floor)s voices are not counted out.",
        floor=floor,
    )
    yield _(
        "Names, telephone numbers and addresses are covered, and passages of talks kept to the secretary are left out. "
        "What somebody told may still show who it was: read the file before you pass it on."
    )
