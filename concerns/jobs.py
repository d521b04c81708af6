"""Background work of concerns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import delete, select

from concerns import likeness, sources, threads, vocabularies, wording
from concerns.arrangement import Known, Place, arrange
from concerns.curation import hold
from concerns.excerpts import Row, refreshed, stored, to_group, write
from concerns.models import Action, Concern
from core.db import db
from core.errors import DomainError, NotFound, Stale
from core.i18n import _, language
from core.jobs import enqueue_once, job, stoppable
from core.parallel import Mapped, mapper
from core.terms import SourceKind, Visibility
from interviews.models import Talk
from interviews.queries import passages_for_concerns
from investigations.models import Investigation
from members.models import Organisation
from members.names import names
from text.embeddings import embedder

TRIES = 3
STEP = 0.02  # the least progress worth telling
READ, WRITING = 0.05, 0.95  # the shares at which everything has been read, and at which writing begins
CUTTING = 0.3  # the share of the way between that cutting texts into passages takes
LABEL = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """How an investigation's concerns stood when a run began."""

    rows: tuple[Row, ...]
    known: tuple[Known, ...]
    revisions: tuple[tuple[int, int], ...]
    released: tuple[tuple[int, tuple[str, ...]], ...]  # what talks let go on: none of it may be taken back meanwhile


@stoppable
@job
def regroup(progress: Callable[[float], None], *, investigation_id: int) -> dict[str, int]:
    """Group the excerpts of an investigation anew, keeping what a person decided; return how many there are of each."""
    for _attempt in range(TRIES):
        investigation = _investigation(investigation_id)
        before, said = _standing(investigation), sources.said(investigation)
        within = db.session.get_one(Organisation, investigation.organisation_id)
        people, means = names(within), _means(progress, within)
        private = _talks_kept_to_the_secretary(investigation)
        progress(READ)  # from here to the writing nothing is held: others go on working
        tell = _every_step(progress)
        rows = refreshed(before.rows, said, mapped=_counted(means["mapped"], len(said), tell))
        quotable = [not (row.source is SourceKind.TALK and row.source_id in private) for row in rows]
        texts = [to_group(row, people) for row in rows]
        rest = partial(_last_part, tell)
        places = arrange(rows, texts, before.known, quotable=quotable, progress=rest, **means)
        investigation = _investigation(investigation_id)
        hold(investigation_id)
        if _standing(investigation) == before:
            written = _write(investigation, before.rows, rows, places)
            _compare_with_others(investigation)
            return written
        db.session.rollback()
    raise Stale(_("Concerns were being changed all the while. Nothing was lost; please group again."))


@stoppable
@job
def recognise(progress: Callable[[float], None], *, investigation_id: int) -> dict[str, int]:
    """Tie the concerns of an organisation that recur from one investigation to another; return how many are tied."""
    organisation_id = _investigation(investigation_id).organisation_id
    portraits = threads.portraits(db.session.get_one(Organisation, organisation_id))
    progress(READ)  # as above: while they are compared nothing is held
    pairs = likeness.alike(portraits, tell=_every_step(progress))
    progress(WRITING)
    return {"tied": threads.recognise(db.session.get_one(Organisation, organisation_id), pairs=pairs)}


def _compare_with_others(investigation: Investigation) -> None:
    within = db.session.get_one(Organisation, investigation.organisation_id)
    if threads.comparable(within):
        enqueue_once(
            "concerns.recognise", organisation_id=within.id, language=language(), investigation_id=investigation.id
        )


@stoppable
@job
def propose_wording(progress: Callable[[float], None], *, concern_id: int) -> dict[str, Any]:
    """Ask the chat model for a label and a summary of a concern; return what the passages bear out of its answer."""
    concern, within = _concern(concern_id)
    passages = wording.material(concern, within=within)
    if not passages:
        raise DomainError(_("Too few voices say this for their passages to be shown to a model. Nothing was sent."))
    progress(0.1)
    said = wording.answer(passages)
    progress(0.9)
    # Asked anew: what was taken back while the model thought is not repeated.
    concern, within = _concern(concern_id)
    return wording.believed(said, concern, within=within)


def _concern(concern_id: int) -> tuple[Concern, Organisation]:
    found = db.session.get(Concern, concern_id)
    if found is None:
        raise NotFound(_("There is no such concern in your organisation."))
    return found, db.session.get_one(Organisation, found.organisation_id)


def _means(progress: Callable[[float], None], within: Organisation) -> dict[str, Any]:
    """What grouping is given besides the texts: its organisation's words, where to compute, a model if one is set."""
    settings = current_app.config["SETTINGS"]
    means: dict[str, Any] = {
        "vocabulary": vocabularies.vocabulary(within),
        "mapped": mapper(settings.cluster, check=getattr(progress, "check", None)),
    }
    if settings.embeddings is not None:
        means["vectors"] = embedder(settings.embeddings)
    return means


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
    """Progress is a write to the disk: it is told in steps, between the reading before and the writing after.

    In between it only asks whether to go on.
    """
    told, ask = 0.0, getattr(progress, "check", None)

    def tell(share: float) -> None:
        nonlocal told
        if share >= told + STEP:
            told = share
            progress(READ + (WRITING - READ) * share)
        elif ask is not None:
            ask()

    return tell


def _counted(mapped: Mapped, texts: int, tell: Callable[[float], None]) -> Mapped:
    """As `mapped`, telling how many of the texts have been cut into passages."""

    def counted(function: Callable[[Any], Any], chunks: Iterable[Any]) -> Iterator[Any]:
        done = 0
        for result in mapped(function, chunks):
            yield result
            done += len(result)
            tell(CUTTING * done / texts)

    return counted


def _last_part(tell: Callable[[float], None], share: float) -> None:
    tell(CUTTING + (1 - CUTTING) * share)


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
