"""Coding from elsewhere: a codebook and its passages as another program left them, taken in as one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from concerns.models import Concern, Excerpt
from concerns.steps import Step
from core import clock
from core.db import db
from core.errors import Stale
from core.i18n import _
from investigations.models import Investigation
from members.models import Account

CHUNK = 5000
FIELDS = ("theme", "summary", "includes", "excludes")


@dataclass(frozen=True, slots=True)
class Coding:
    """What becomes of one concern (None: a new one): words for some of `FIELDS`, and excerpts that come to it."""

    concern_id: int | None
    label: str
    words: Mapping[str, str]
    excerpt_ids: tuple[int, ...]


def take_in(codings: Sequence[Coding], *, of: Investigation, by: Account) -> None:
    """Write concerns' entries, make those that are new and move excerpts, all to be taken back at once.

    Raise `Stale` when a concern or an excerpt is no longer there.
    """
    step = Step("take_in", by, of.id)
    wanted = sorted({excerpt_id for coding in codings for excerpt_id in coding.excerpt_ids})
    excerpts: dict[int, Excerpt] = {}
    for at in range(0, len(wanted), CHUNK):
        found = select(Excerpt).where(Excerpt.id.in_(wanted[at : at + CHUNK]), Excerpt.investigation_id == of.id)
        excerpts |= {row.id: row for row in step.take(found.order_by(Excerpt.id))}
    left = {row.concern_id for row in excerpts.values()} - {None}
    there = _there(left | {coding.concern_id for coding in codings} - {None}, of)
    if len(excerpts) < len(wanted) or any(coding.concern_id not in (None, *there) for coding in codings):
        raise Stale(_("Meanwhile somebody changed these concerns. Nothing was taken in: look at the file again."))
    step.touch(*there.values())
    for coding in codings:
        concern = there[coding.concern_id] if coding.concern_id is not None else _made(coding, of)
        if coding.concern_id is None:
            step.touch(concern)
            step.made.append(concern.id)
        for name in FIELDS:
            setattr(concern, name, coding.words.get(name) or getattr(concern, name))
        for excerpt_id in coding.excerpt_ids:
            row = excerpts[excerpt_id]
            row.concern_id, row.pinned, row.quoted = concern.id, True, None
    step.end()


def _there(concern_ids: set[int], of: Investigation) -> dict[int, Concern]:
    rows = db.session.scalars(
        select(Concern)
        .where(Concern.id.in_(concern_ids), Concern.investigation_id == of.id, Concern.merged_into_id.is_(None))
        .order_by(Concern.id)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _made(coding: Coding, of: Investigation) -> Concern:
    concern = Concern(
        organisation_id=of.organisation_id,
        investigation_id=of.id,
        label=coding.label,
        curated=True,
        raised_on=clock.today(),
    )
    # A default is set only once the row is written, and what a step touches is compared before.
    concern.theme = concern.summary = concern.includes = concern.excludes = ""
    db.session.add(concern)
    db.session.flush()
    return concern
