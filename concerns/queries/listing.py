"""The list of concerns: narrowed as wished, in the order wished, a page at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Row, func, select

from concerns.models import Action, Concern
from concerns.queries.counts import SourceCount, counts
from concerns.queries.many_concerns import ConcernLine, lines
from concerns.queries.readers import of
from core.db import db
from core.i18n import lazy
from core.terms import ActionState, SourceKind, Term
from investigations.models import Investigation
from members.models import Organisation

LISTED = 24
Ranked = tuple[int, str, tuple[SourceCount, ...]]  # a concern's number, its label, its counts


class Shown(Term):
    """Which concerns a list is narrowed to."""

    OPEN = "open", lazy("All but the hidden ones")
    CURATED = "curated", lazy("Looked at by a person")
    FRESH = "fresh", lazy("Not yet looked at")
    HIDDEN = "hidden", lazy("Hidden")


class Order(Term):
    """What a list of concerns is sorted by."""

    BREADTH = "breadth", lazy("Most voices first")
    PASSAGES = "passages", lazy("Most passages first")
    LABEL = "label", lazy("By name")


class Doing(Term):
    """What is being done about a concern, beside the states of actions: nothing at all."""

    NOTHING = "nothing", lazy("Nothing decided yet")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of concerns is narrowed to; what is left empty narrows nothing."""

    shown: Shown = Shown.OPEN
    theme: str = ""
    source: SourceKind | None = None
    action: ActionState | Doing | None = None
    order: Order = Order.BREADTH


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """Some of many concerns: `number` of `count` pages, `total` lines in all, `most` voices of any shown concern."""

    lines: tuple[ConcernLine, ...]
    total: int
    number: int
    count: int
    most: int


def concern_page(
    investigation: Investigation, *, within: Organisation, wanted: Wanted | None = None, page: int = 1
) -> ConcernPage:
    """Return a page of the concerns that fit; only those on it are quoted, all of them are counted."""
    wanted = wanted or Wanted()
    counted = counts(investigation, within=within)
    doing = _doing(investigation, within) if wanted.action is not None else {}
    fitting = [
        row
        for row in _standing(investigation, within)
        if _fits(row, wanted, counted.get(row.id, ()), doing.get(row.id, set()))
    ]

    def place(row: Row) -> tuple[int, int, str, int]:
        voices, passages = _sums(counted.get(row.id, ()))
        first, second = {
            Order.BREADTH: (voices, passages),
            Order.PASSAGES: (passages, voices),
            Order.LABEL: (0, 0),
        }[wanted.order]
        return -first, -second, row.label, row.id

    fitting.sort(key=place)
    count = max(1, -(-len(fitting) // LISTED))
    number = min(max(page, 1), count)
    ids = [row.id for row in fitting[(number - 1) * LISTED : number * LISTED]]
    rows = {row.id: row for row in db.session.scalars(select(Concern).where(Concern.id.in_(ids)))}
    found = lines([rows[id_] for id_ in ids], investigation, within=within, counted=counted)
    most = max((_sums(sources)[0] for sources in counted.values()), default=1)
    return ConcernPage(tuple(found), len(fitting), number, count, most)


def ranked(investigation: Investigation, *, within: Organisation) -> list[Ranked]:
    """Return (id, label, counts) of the concerns that are not hidden, those raised by most voices first."""
    counted = counts(investigation, within=within)
    found = [(row.id, row.label, counted.get(row.id, ())) for row in _standing(investigation, within) if not row.hidden]
    return sorted(found, key=lambda one: (-_sums(one[2])[0], -_sums(one[2])[1], one[1], one[0]))


def ranked_one(concern: Concern, investigation: Investigation, *, within: Organisation) -> Ranked:
    """Return (id, label, counts) of one concern, hidden or not."""
    return concern.id, concern.label, counts(investigation, within=within, only=[concern.id]).get(concern.id, ())


def themes(investigation: Investigation, *, within: Organisation) -> list[str]:
    """Return the themes that concerns stand under, by name."""
    return sorted({row.theme for row in _standing(investigation, within) if row.theme})


def tally(investigation: Investigation, *, within: Organisation) -> dict[Shown, int]:
    """Return how many concerns each way of narrowing the list leaves."""
    rows = _standing(investigation, within)
    return {shown: sum(_is(row, shown) for row in rows) for shown in Shown}


def action_counts(investigation: Investigation, *, within: Organisation) -> dict[ActionState, int]:
    """Return how many actions on concerns that are not hidden have come how far."""
    rows = (
        select(Action.state, func.count())
        .join(Concern)
        .where(of(Concern, investigation, within), Concern.merged_into_id.is_(None), Concern.hidden.is_(False))
        .group_by(Action.state)
    )
    return dict(db.session.execute(rows).all())


def _standing(investigation: Investigation, within: Organisation) -> list[Row]:
    """The concerns that were not merged away, without what takes long to read."""
    columns = (Concern.id, Concern.label, Concern.theme, Concern.curated, Concern.hidden)
    wanted = (of(Concern, investigation, within), Concern.merged_into_id.is_(None))
    return list(db.session.execute(select(*columns).where(*wanted)))


def _is(row: Row, shown: Shown) -> bool:
    if shown is Shown.HIDDEN:
        return row.hidden
    return not row.hidden and (shown is Shown.OPEN or row.curated is (shown is Shown.CURATED))


def _fits(row: Row, wanted: Wanted, sources: Iterable[SourceCount], doing: set[ActionState]) -> bool:
    if not _is(row, wanted.shown) or (wanted.theme and row.theme != wanted.theme):
        return False
    if wanted.source is not None and not any(one.kind is wanted.source and one.voices for one in sources):
        return False
    if wanted.action is None:
        return True
    return not doing if wanted.action is Doing.NOTHING else wanted.action in doing


def _doing(investigation: Investigation, within: Organisation) -> dict[int, set[ActionState]]:
    found: dict[int, set[ActionState]] = defaultdict(set)
    rows = select(Action.concern_id, Action.state).join(Concern).where(of(Concern, investigation, within))
    for concern_id, state in db.session.execute(rows):
        found[concern_id].add(state)
    return found


def _sums(sources: Iterable[SourceCount]) -> tuple[int, int]:
    """Voices and passages of all kinds of source."""
    found = tuple(sources)
    return sum(one.voices for one in found), sum(one.passages for one in found)
