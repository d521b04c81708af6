"""Concerns gathered for a file: the same for whoever asks; no two passages meet in it by their speaker."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Row, Select, String, case, cast, func, or_, select

from concerns import queries
from concerns.models import Concern, Excerpt
from concerns.queries.readers import readable
from core import clock
from core.db import db
from core.documents import printable
from core.i18n import _, ngettext
from core.terms import SourceKind, Visibility
from exchange.concerns.base import Bundle, Entry, Tell, ToldConcern, ToldPassage, counted, silent
from exchange.refi.writing import unlike
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Member, Organisation
from members.names import Names, names

SHARE = 0.7  # of the way to a file that wording the passages takes


@dataclass(frozen=True, slots=True)
class Extent:
    """What a file would hold: how many passages, and what its reader should know, a sentence each; none: nothing."""

    passages: int
    told: tuple[str, ...]


def gather(investigation: Investigation, *, within: Organisation, passages: bool = True, tell: Tell = silent) -> Bundle:
    """Return the concerns that are not hidden, and the passages of answers and of talks the committee may read.

    Everything is read before `tell` is first told how far the wording is (0 to 1); without `passages` none are read.
    """
    people = names(within)
    told = entries(investigation, within=within, people=people)
    voices = {
        concern_id: sum(source.voices for source in sources)
        for concern_id, sources in queries.counts(investigation, within=within).items()
    }
    floor, since, title = queries.quote_floor(within), _since(told), investigation.title
    rows = readable_passages(investigation, within=within) if passages else ()
    place = {concern_id: number for number, (concern_id, _entry) in enumerate(told)}
    found = [ToldPassage(row.concern_id, row.source, row.kind, text) for row, text in worded(rows, people, tell)]
    found.sort(key=lambda one: (place.get(one.concern_id or 0, len(place)), one.source, one.text, one.kind))
    counts = Counter(one.concern_id for one in found)
    return Bundle(
        title=title,
        made_on=clock.today(),
        concerns=tuple(
            ToldConcern(concern_id, entry, counts[concern_id], _voices(voices.get(concern_id, 0), floor), month)
            for (concern_id, entry), month in zip(told, since, strict=True)
        ),
        passages=tuple(found),
        told=tuple(_sentences(len(told), len(found), counts[None], floor)),
    )


def extent(investigation: Investigation, *, within: Organisation) -> Extent:
    """Return what a file would hold."""
    concerns = _concerns(select(func.count()), investigation, within)
    alone = func.sum(case((Excerpt.concern_id.is_(None), 1), else_=0))
    passages, single = db.session.execute(_passages(select(func.count(), alone), investigation, within)).one()
    number = db.session.scalar(concerns) or 0
    if not number and not passages:
        return Extent(0, ())
    return Extent(passages, tuple(_sentences(number, passages, int(single or 0), queries.quote_floor(within))))


def stamp(investigation: Investigation, *, within: Organisation) -> str:
    """Return a mark of all a file is made from: it changes when anything of it does, whatever it was."""
    number, home = cast(Excerpt.id, BigInteger), cast(func.coalesce(Excerpt.concern_id, 0), BigInteger)
    pinned = case((Excerpt.pinned, number), else_=0)
    sums = (func.count(), *map(func.sum, (number, number * home, pinned, func.length(Excerpt.text))))
    struck = func.length(cast(Excerpt.redactions, String)) > len("[]")
    concerns = select(Concern.id, Concern.revision, Concern.hidden, Concern.merged_into_id)
    here = Concern.investigation_id == investigation.id, Concern.organisation_id == within.id
    people = select(Member.name, Member.post, Member.duty).where(Member.organisation_id == within.id)
    told = (
        [str(one) for one in db.session.execute(_passages(select(*sums), investigation, within)).one()],
        _listed(_passages(select(Excerpt.id, Excerpt.redactions), investigation, within).where(struck)),
        _listed(concerns.where(*here)),
        _listed(people),
        queries.quote_floor(within),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _listed(query: Select) -> list[str]:
    return sorted(repr(tuple(row)) for row in db.session.execute(query))


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


def readable_passages(investigation: Investigation, *, within: Organisation) -> Sequence[Row[Any]]:
    """Return the passages that count as rows: id, concern_id, pinned, source, kind, and words not yet to be shown.

    Passages of talks kept to the secretary are not among them, whoever asks.
    """
    columns = (Excerpt.id, Excerpt.concern_id, Excerpt.pinned, Excerpt.source, Excerpt.kind)
    query = select(*columns, Excerpt.organisation_id, Excerpt.text, Excerpt.redactions)
    return db.session.execute(_passages(query, investigation, within)).all()


def worded(rows: Sequence[Row[Any]], people: Names, tell: Tell = silent) -> Iterator[tuple[Row[Any], str]]:
    """Yield rows with their words on one line, without names and what was struck out; those left empty are not."""
    for row in counted(rows, len(rows), tell):
        text = _plain(queries.shown_text(row, people), None)
        if text:
            yield row, text


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
