"""Background work of concerns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select

from concerns import sources
from concerns.arrangement import Known, Place, arrange
from concerns.curation import hold
from concerns.excerpts import Row, refreshed, stored, write
from concerns.models import Action, Concern
from core.db import db
from core.errors import NotFound, Stale
from core.i18n import _
from core.jobs import job
from core.terms import SourceKind, Visibility
from interviews.models import Talk
from interviews.queries import passages_for_concerns
from investigations.models import Investigation
from members.models import Organisation
from members.names import names

TRIES = 3
STEP = 0.02  # the least progress worth telling
LABEL = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """How an investigation's concerns stood when a run began."""

    rows: tuple[Row, ...]
    known: tuple[Known, ...]
    revisions: tuple[tuple[int, int], ...]
    released: tuple[tuple[int, tuple[str, ...]], ...]  # what talks let go on: none of it may be taken back meanwhile


@job
def regroup(progress: Callable[[float], None], *, investigation_id: int) -> dict[str, int]:
    """Group the excerpts of an investigation anew, keeping what a person decided; return how many there are of each."""
    for _attempt in range(TRIES):
        investigation = _investigation(investigation_id)
        before = _standing(investigation)
        rows = refreshed(before.rows, sources.said(investigation))
        people = names(db.session.get_one(Organisation, investigation.organisation_id))
        private = _talks_kept_to_the_secretary(investigation)
        progress(0.05)
        quotable = [not (row.source is SourceKind.TALK and row.source_id in private) for row in rows]
        texts = [people.masked(row.text) for row in rows]
        places = arrange(rows, texts, before.known, quotable=quotable, progress=_every_step(progress))
        investigation = _investigation(investigation_id)
        hold(investigation_id)
        if _standing(investigation) == before:
            return _write(investigation, before.rows, rows, places)
        db.session.rollback()
    raise Stale(_("Concerns were being changed all the while. Nothing was lost; please group again."))


def _investigation(investigation_id: int) -> Investigation:
    found = db.session.get(Investigation, investigation_id)
    if found is None:
        raise NotFound(_("There is no such investigation in your organisation."))
    return found


def _standing(investigation: Investigation) -> Standing:
    """What is there now; equal only while nobody changed anything."""
    within = db.session.get_one(Organisation, investigation.organisation_id)
    acted_on = set(
        db.session.scalars(
            select(Action.concern_id).join(Concern).where(Concern.investigation_id == investigation.id).distinct()
        )
    )
    found = db.session.execute(
        select(Concern.id, Concern.label, Concern.curated, Concern.revision)
        .where(Concern.investigation_id == investigation.id, Concern.merged_into_id.is_(None))
        .order_by(Concern.id)
    ).all()
    return Standing(
        rows=tuple(stored(investigation)),
        known=tuple(Known(row.id, row.label, row.curated or row.id in acted_on) for row in found),
        revisions=tuple((row.id, row.revision) for row in found),
        released=tuple(passages_for_concerns(investigation=investigation, within=within)),
    )


def _talks_kept_to_the_secretary(investigation: Investigation) -> set[int]:
    return set(
        db.session.scalars(
            select(Talk.id).where(Talk.investigation_id == investigation.id, Talk.visibility == Visibility.SECRETARY)
        )
    )


def _every_step(progress: Callable[[float], None]) -> Callable[[float], None]:
    """Progress is a write to the disk: it is told in steps, between the reading before and the writing after."""
    told = 0.0

    def tell(share: float) -> None:
        nonlocal told
        if share >= told + STEP:
            told = share
            progress(0.05 + 0.9 * share)

    return tell


def _write(
    investigation: Investigation, before: Sequence[Row], rows: Sequence[Row], places: Sequence[Place]
) -> dict[str, int]:
    concerns = {
        row.id: row
        for row in db.session.scalars(
            select(Concern).where(Concern.investigation_id == investigation.id, Concern.merged_into_id.is_(None))
        )
    }
    after = [replace(row, quoted=None) for row in rows]
    standing = set()
    home: dict[int, int] = {}
    for place in places:
        row = concerns.get(place.concern_id) if place.concern_id else None
        if row is None:
            row = Concern(organisation_id=investigation.organisation_id, investigation_id=investigation.id)
            db.session.add(row)
        if place.label is not None:
            row.label, row.terms = place.label[:LABEL], list(place.terms or ())
        db.session.flush()
        standing.add(row.id)
        home |= dict.fromkeys(place.rows, row.id)
        for rank, position in enumerate(place.quotes):
            after[position] = replace(after[position], quoted=rank)
    after = [_settled(row, home.get(position), standing) for position, row in enumerate(after)]
    write(investigation, before, after)
    db.session.execute(delete(Concern).where(Concern.id.in_(concerns.keys() - standing)))
    return {
        "concerns": len(standing),
        "passages": len(after),
        "ungrouped": sum(row.concern_id is None and not row.hidden for row in after),
    }


def _settled(row: Row, home: int | None, standing: set[int]) -> Row:
    """A row in its concern; one that a person hid stays in a concern that still stands."""
    if home is None and row.hidden and row.concern_id in standing:
        return row
    return replace(row, concern_id=home)
