"""Meanwhile: what others did to passages somebody was about to change, so that both sides can be shown."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from concerns.models import Concern, Excerpt
from concerns.queries.readers import may_read, readable
from concerns.queries.shown import shown_text
from core.db import db
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import names

TOLD = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """A passage that is no longer where a page showed it, and the concern it is in now (None: in none).

    `text` is None where the reader may not read it.
    """

    text: str | None
    concern_id: int | None
    label: str


def moved(
    excerpt_ids: Collection[int],
    concern: Concern | None,
    investigation: Investigation,
    *,
    within: Organisation,
    reader: Account,
) -> list[Moved]:
    """Return those of the passages, at most `TOLD`, that stand elsewhere than in `concern` (None: in no concern)."""
    here = concern.id if concern else None
    rows = db.session.execute(
        readable(select(Excerpt, Talk.visibility, Concern.label), investigation, within)
        .outerjoin(Concern, Concern.id == Excerpt.concern_id)
        .where(Excerpt.id.in_(list(excerpt_ids)[:1000]))
        .order_by(Excerpt.text, Excerpt.id)
    ).all()
    elsewhere = [row for row in rows if row.Excerpt.concern_id != here][:TOLD]
    people = names(within) if elsewhere else None
    return [
        Moved(
            shown_text(row.Excerpt, people) if may_read(reader, row.visibility) else None,
            row.Excerpt.concern_id,
            row.label or "",
        )
        for row in elsewhere
    ]
