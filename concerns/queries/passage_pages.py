"""The passages of a concern, or of none, page by page, and how many there are of each kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select

from concerns.models import Concern, Excerpt
from concerns.queries.readers import may_read, of, readable, usable_talk
from concerns.queries.shown import shown_text
from core.db import db
from core.terms import ExcerptKind, SourceKind
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import names

PAGE = 100
GROUPED = (ExcerptKind.CONCERN, ExcerptKind.SUGGESTION)  # what concerns are made of


@dataclass(frozen=True, slots=True)
class Passage:
    """One excerpt as a page shows it: masked, with its kind of source and never a name.

    `text` is None where the reader may not read the talk it comes from.
    """

    id: int
    source: SourceKind
    text: str | None
    hidden: bool
    pinned: bool
    kind: ExcerptKind = ExcerptKind.CONCERN
    focus: str = ""  # which of several things named in it stands here


@dataclass(frozen=True, slots=True)
class PassagePage:
    """Some of many passages: `number` of `count` pages."""

    passages: tuple[Passage, ...]
    total: int
    number: int
    count: int


def passages(
    investigation: Investigation,
    concern: Concern | None,
    *,
    within: Organisation,
    reader: Account,
    page: int = 1,
    kinds: Sequence[ExcerptKind] = GROUPED,
) -> PassagePage:
    """Return a page of a concern's passages, or of those of `kinds` in no concern; no two can be tied to one person.

    A reader who is not the secretary sees that passages of talks kept to the secretary exist, not what they say.
    """
    wanted = readable(select(Excerpt, Talk.visibility), investigation, within).where(_place(concern, kinds))
    total = db.session.scalar(wanted.with_only_columns(func.count())) or 0
    count = max(1, -(-total // PAGE))
    number = min(max(page, 1), count)
    # By text, not by number: passages of one talk must not stand together.
    rows = db.session.execute(
        wanted.order_by(Excerpt.hidden, Excerpt.source, Excerpt.text, Excerpt.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    people = names(within)
    return PassagePage(
        passages=tuple(
            Passage(
                id=excerpt.id,
                source=excerpt.source,
                text=shown_text(excerpt, people) if may_read(reader, visibility) else None,
                hidden=excerpt.hidden,
                pinned=excerpt.pinned,
                kind=excerpt.kind,
                focus=excerpt.focus,
            )
            for excerpt, visibility in rows
        ),
        total=total,
        number=number,
        count=count,
    )


def standing_alone(investigation: Investigation, *, within: Organisation) -> dict[ExcerptKind, int]:
    """Return how many passages of each kind stand in no concern and were not hidden."""
    found: Counter[ExcerptKind] = Counter()
    for source in SourceKind:
        query = select(Excerpt.kind, func.count()).where(
            of(Excerpt, investigation, within),
            Excerpt.source == source,
            Excerpt.hidden.is_(False),
            Excerpt.concern_id.is_(None),
        )
        if source is SourceKind.TALK:
            shared = and_(usable_talk(), Talk.investigation_id == investigation.id)
            query = query.join(Talk, Talk.id == Excerpt.source_id).where(shared)
        for kind, number in db.session.execute(query.group_by(Excerpt.kind)):
            found[kind] += number
    return dict(found)


def ungrouped(investigation: Investigation, *, within: Organisation) -> int:
    """Count the passages that might have been grouped, stand in no concern and were not hidden."""
    found = standing_alone(investigation, within=within)
    return sum(found.get(kind, 0) for kind in GROUPED)


def _place(concern: Concern | None, kinds: Sequence[ExcerptKind]) -> ColumnElement[bool]:
    if concern is not None:
        return Excerpt.concern_id == concern.id
    return and_(Excerpt.concern_id.is_(None), Excerpt.kind.in_(kinds))
