"""How many voices and passages concerns have, each asked of one index, however many excerpts there are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select

from concerns.models import Excerpt
from concerns.queries.readers import of, usable_talk
from core.db import db
from core.terms import SourceKind
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Organisation


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many voices and passages of a concern come from one kind of source."""

    kind: SourceKind
    voices: int
    passages: int


Counts = dict[int, tuple[SourceCount, ...]]


def counted(
    investigation: Investigation, source: SourceKind, *, within: Organisation, only: Collection[int] | None = None
) -> ColumnElement[bool]:
    """Return the condition on `Excerpt` under which a passage of one kind of source counts; `only` in these concerns.

    Its columns, in this order, begin the index that answers every count.
    """
    place = Excerpt.concern_id.is_not(None) if only is None else Excerpt.concern_id.in_(only)
    return and_(of(Excerpt, investigation, within), Excerpt.source == source, Excerpt.hidden.is_(False), place)


def counts(investigation: Investigation, *, within: Organisation, only: Collection[int] | None = None) -> Counts:
    """Return voices and passages by concern and kind of source; `only` of these concerns, else of all.

    An answer, or a contribution to a meeting, is a voice for itself, for nobody knows whose it is; of talks, the
    members held with are counted.
    """
    found: Counts = {}
    for kind in SourceKind:
        told = _members if kind is SourceKind.TALK else _voices
        for concern_id, voices, passages in db.session.execute(told(kind, investigation, within, only)):
            found[concern_id] = (*found.get(concern_id, ()), SourceCount(kind, voices, passages))
    return found


def talk_pairs(
    investigation: Investigation, *, within: Organisation, only: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Yield (concern id, talk id) once for each talk in which one of the concerns was raised and may be counted."""
    yield from db.session.execute(
        select(Excerpt.concern_id, Excerpt.source_id)
        .where(counted(investigation, SourceKind.TALK, within=within, only=only))
        .distinct()
    )


def _voices(
    kind: SourceKind, investigation: Investigation, within: Organisation, only: Collection[int] | None
) -> Select:
    return (
        select(Excerpt.concern_id, func.count(Excerpt.voice.distinct()), func.count())
        .where(counted(investigation, kind, within=within, only=only))
        .group_by(Excerpt.concern_id)
    )


def _members(
    kind: SourceKind, investigation: Investigation, within: Organisation, only: Collection[int] | None
) -> Select:
    return (
        select(Excerpt.concern_id, func.count(Talk.member_id.distinct()), func.count())
        .join(Talk, Talk.id == Excerpt.source_id)
        .where(
            counted(investigation, kind, within=within, only=only),
            usable_talk(),
            Talk.investigation_id == investigation.id,
        )
        .group_by(Excerpt.concern_id)
    )
