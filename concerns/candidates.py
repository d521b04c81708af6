"""Candidates: which other concerns one may be merged into, the likest first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select

from concerns import queries
from concerns.models import Concern
from core.db import db
from investigations.models import Investigation
from members.models import Organisation

OFFERED = 20
LABEL, TERM = 1.0, 2.0  # what a pair of letters or a key term counts for that both have


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another concern of the investigation, with how many voices raise it."""

    id: int
    label: str
    theme: str
    voices: int


def candidates(
    concern: Concern, investigation: Investigation, *, within: Organisation, wanted: str = ""
) -> list[Candidate]:
    """Return up to `OFFERED` concerns it may be merged into: those whose name holds `wanted`, the likest first."""
    rows = db.session.execute(
        select(Concern.id, Concern.label, Concern.theme, Concern.terms)
        .where(
            Concern.investigation_id == investigation.id,
            Concern.organisation_id == within.id,
            Concern.merged_into_id.is_(None),
            Concern.hidden.is_(False),
            Concern.id != concern.id,
        )
        .order_by(Concern.label, Concern.id)
    ).all()
    held = Counter(mark for row in rows for mark in _marks(row.label, row.terms))
    mine = _marks(concern.label, concern.terms)
    fitting = [row for row in rows if wanted.casefold() in row.label.casefold()]
    # What many concerns share says little about two of them.
    likeness = {
        row.id: sum(weight / held[mark] for mark, weight in _marks(row.label, row.terms).items() if mark in mine)
        for row in fitting
    }
    chosen = sorted(fitting, key=lambda row: -likeness[row.id])[:OFFERED]
    counted = queries.counts(investigation, within=within, only=[row.id for row in chosen])
    return [
        Candidate(row.id, row.label, row.theme, sum(source.voices for source in counted.get(row.id, ())))
        for row in chosen
    ]


def _marks(label: str, terms: Iterable[str]) -> dict[str, float]:
    """What a concern is known by: neighbouring letters of its name, and its key terms."""
    known = {"".join(pair).casefold(): LABEL for pair in pairwise(label) if not "".join(pair).isspace()}
    return known | {f"term {term.casefold()}": TERM for term in terms}
