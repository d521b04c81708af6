"""Threads: the same concern through several investigations, found by likeness; what a person decided stays."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, select, update

from concerns.likeness import Likeness, Portrait, alike
from concerns.models import Concern, ConcernThread, Excerpt
from core import audit, jobs
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _, language
from core.jobs import Job
from members.models import Account, Organisation

LABEL = 120
TEXTS = 24  # passages of a concern that are compared
READ = 120  # characters of a passage that are compared
PROMPT = 100  # concerns compared while a reader waits, a second or two; more are work for a job
JOB = "concerns.recognise"


def hold(organisation_id: int) -> None:
    """Let one change at a time happen to an organisation's threads, until the transaction ends."""
    # Not the whole lock: rows that only refer to the organisation may still be written.
    db.session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )


def comparable(within: Organisation) -> bool:
    """Say whether more than one investigation of an organisation has concerns."""
    number = select(func.count(Concern.investigation_id.distinct())).where(_live(within))
    return (db.session.scalar(number) or 0) > 1


def compare_anew(within: Organisation) -> Job | None:
    """Look again for the same concern in different investigations; return the work where it takes long, else None.

    Who asks while they are being compared, after a grouping or by another hand, gets that same work.
    """
    found = db.session.execute(
        select(func.count(), func.max(Concern.investigation_id)).select_from(Concern).where(_live(within))
    ).one()
    number, investigation_id = found
    if number <= PROMPT:
        recognise(within)
        return None
    standing = comparing(within)
    if standing is not None and standing.running:
        return standing
    asked = {"language": language(), "investigation_id": investigation_id}
    return jobs.enqueue_once(JOB, organisation_id=within.id, **asked)


def tied(within: Organisation) -> int:
    """Count the concerns that stand in a thread."""
    return db.session.scalar(select(func.count()).where(_live(within), Concern.thread_id.is_not(None))) or 0


def comparing(within: Organisation) -> Job | None:
    """Return the newest comparison of an organisation's investigations, None before the first."""
    return jobs.latest(JOB, within=within)


def portraits(within: Organisation) -> list[Portrait]:
    """Return every concern as it is compared; those a person took out of all threads are not."""
    texts = _texts(within)
    return [
        Portrait(row.id, row.investigation_id, row.label, tuple(row.terms), tuple(texts.get(row.id, ())))
        for row in _rows(within)
        if _may_be_tied(row)
    ]


def recognise(within: Organisation, *, pairs: Sequence[Likeness] | None = None) -> int:
    """Tie concerns of different investigations that are alike, at most one of each; return how many are tied.

    `pairs` are what `alike` found before, where the database could not be held that long. What a person confirmed, tied
    or detached stays. The same concerns give the same threads, whatever stood before.
    """
    hold(within.id)
    rows = _rows(within)
    found = alike(portraits(within)) if pairs is None else pairs
    fixed = {row.id: row.thread_id for row in rows if row.thread_fixed and row.thread_id is not None}
    groups = _grouped({row.id: row.investigation_id for row in rows if _may_be_tied(row)}, fixed, found)
    before = {row.id: row.thread_id for row in rows}
    labels = {row.id: row.label for row in rows}
    after = _threads_of(groups, before, labels, within)
    for concern_id, thread_id in after.items():
        if before[concern_id] != thread_id:
            _put(concern_id, thread_id)
    left = [row.id for row in rows if row.id not in after and row.thread_id is not None]
    for concern_id in left:
        _put(concern_id, None)
    _sweep(within)
    return len(after)


def confirm(concern: Concern, *, seen: int, by: Account) -> None:
    """Say that a concern belongs where it stands, in its thread or in none; raise `Stale`."""
    _as_seen(concern, seen)
    _put(concern.id, concern.thread_id, fixed=True)
    _done("thread.confirm", concern, by)


def detach(concern: Concern, *, seen: int, by: Account) -> None:
    """Say that a concern is not the same as the others of its thread; raise `Stale`."""
    _as_seen(concern, seen)
    _put(concern.id, None, fixed=True)
    _done("thread.detach", concern, by)


def release(concern: Concern, *, seen: int, by: Account) -> None:
    """Leave it to the likeness again which thread a concern belongs to; raise `Stale`."""
    _as_seen(concern, seen)
    _put(concern.id, concern.thread_id, fixed=False)
    recognise(by.organisation)
    _done("thread.release", concern, by)


def tie(concern: Concern, *, to: Concern, seen: int, by: Account) -> None:
    """Say that a concern is the same as one of another investigation; raise `Stale` or `BadInput`."""
    _as_seen(concern, seen)
    if to.id == concern.id or to.investigation_id == concern.investigation_id or to.merged_into_id is not None:
        raise BadInput(_("Choose a concern of another investigation."), field="to")
    thread_id = to.thread_id or concern.thread_id or _made(to.label, concern.organisation_id)
    for row in (concern, to):
        _put(row.id, thread_id, fixed=True)
    _done("thread.tie", concern, by)


def rename(concern: Concern, *, label: str, seen: int, by: Account) -> None:
    """Say what a concern's thread is called across investigations; raise `Stale` or `BadInput`."""
    _as_seen(concern, seen)
    wanted = " ".join(label.split())
    if not wanted or len(wanted) > LABEL or concern.thread_id is None:
        raise BadInput(_("Write a few words that name the concern, %(number)s at most.", number=LABEL), field="label")
    db.session.get_one(ConcernThread, concern.thread_id).label = wanted
    _done("thread.rename", concern, by)


def _as_seen(concern: Concern, seen: int) -> None:
    """Make sure the page showed the thread a concern is in now (0: none)."""
    hold(concern.organisation_id)
    db.session.refresh(concern)
    if (concern.thread_id or 0) != seen or concern.merged_into_id is not None:
        raise Stale(
            _(
                "Meanwhile this concern has been tied otherwise. Nothing was changed: "
                "look at it again, then repeat what you wanted."
            )
        )


def _done(step: str, concern: Concern, by: Account) -> None:
    _sweep(by.organisation)
    db.session.refresh(concern)
    audit.note(step, concern, by=by)


def _live(within: Organisation) -> ColumnElement[bool]:
    return and_(Concern.organisation_id == within.id, Concern.merged_into_id.is_(None), Concern.hidden.is_(False))


def _rows(within: Organisation) -> Sequence[Row[Any]]:
    columns = (Concern.id, Concern.investigation_id, Concern.label, Concern.terms, Concern.thread_id)
    return db.session.execute(select(*columns, Concern.thread_fixed).where(_live(within)).order_by(Concern.id)).all()


def _may_be_tied(row: Row[Any]) -> bool:
    return row.thread_id is not None or not row.thread_fixed


def _put(concern_id: int, thread_id: int | None, *, fixed: bool | None = None) -> None:
    """Set a concern's thread without raising its revision: pages that curate it stay true."""
    change = update(Concern).where(Concern.id == concern_id).values(thread_id=thread_id)
    db.session.execute(change if fixed is None else change.values(thread_fixed=fixed))


def _made(label: str, organisation_id: int) -> int:
    thread = ConcernThread(organisation_id=organisation_id, label=label[:LABEL])
    db.session.add(thread)
    db.session.flush()
    return thread.id


def _sweep(within: Organisation) -> None:
    """Undo threads of fewer than two investigations: nothing recurs in them."""
    db.session.flush()
    thin = (
        select(ConcernThread.id)
        .outerjoin(Concern, (Concern.thread_id == ConcernThread.id) & Concern.merged_into_id.is_(None))
        .where(ConcernThread.organisation_id == within.id)
        .group_by(ConcernThread.id)
        .having(func.count(Concern.investigation_id.distinct()) < 2)
    )
    ids = list(db.session.scalars(thin))
    if ids:
        nothing = {"thread_id": None, "thread_fixed": False}
        db.session.execute(update(Concern).where(Concern.thread_id.in_(ids)).values(**nothing))
        db.session.execute(delete(ConcernThread).where(ConcernThread.id.in_(ids)))


def _texts(within: Organisation) -> dict[int, list[str]]:
    """Return some passages of each concern, those chosen as quotes first; they are compared, never shown."""
    rank = func.row_number().over(
        partition_by=Excerpt.concern_id, order_by=(func.coalesce(Excerpt.quoted, 99), Excerpt.text, Excerpt.id)
    )
    ranked = (
        select(Excerpt.concern_id, func.substr(Excerpt.text, 1, READ).label("text"), rank.label("rank"))
        .join(Concern, Concern.id == Excerpt.concern_id)
        .where(_live(within), Excerpt.hidden.is_(False))
        .subquery()
    )
    rows = db.session.execute(
        select(ranked.c.concern_id, ranked.c.text)
        .where(ranked.c.rank <= TEXTS)
        .order_by(ranked.c.concern_id, ranked.c.rank)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for concern_id, text in rows:
        found[concern_id].append(text)
    return found


@dataclass(slots=True)
class _Group:
    """Concerns taken for the same; `thread_id` is the thread a person put one of them into."""

    members: list[int]
    places: set[int]
    thread_id: int | None = None


def _grouped(places: dict[int, int], fixed: dict[int, int], pairs: Iterable[Likeness]) -> list[_Group]:
    """Return groups of two or more: the likest meet first, none holds two of one place unless a person says so."""
    home: dict[int, _Group] = {}
    decided: dict[int, _Group] = {}
    for concern_id, place in places.items():
        thread_id = fixed.get(concern_id)
        group = decided.get(thread_id or 0) or _Group([], set(), thread_id)
        if thread_id is not None:
            decided[thread_id] = group
        group.members.append(concern_id)
        group.places.add(place)
        home[concern_id] = group
    for pair in pairs:
        one, other = home.get(pair.one), home.get(pair.other)
        if one is None or other is None:
            continue  # gone since they were compared
        both_decided = one.thread_id is not None and other.thread_id is not None
        if one is other or both_decided or one.places & other.places:
            continue
        one.members += other.members
        one.places |= other.places
        one.thread_id = one.thread_id or other.thread_id
        home |= dict.fromkeys(other.members, one)
    distinct = {id(group): group for group in home.values()}
    return [group for group in distinct.values() if len(group.places) > 1 or group.thread_id]


def _threads_of(
    groups: Iterable[_Group], before: dict[int, int | None], labels: dict[int, str], within: Organisation
) -> dict[int, int]:
    """Return the thread of each concern: a person's choice, else that most of its group were in, else a new one."""
    groups = sorted(groups, key=lambda group: (group.thread_id is None, -len(group.members), min(group.members)))
    after: dict[int, int] = {}
    taken = {group.thread_id for group in groups if group.thread_id is not None}
    for group in groups:
        old = Counter(before[member] for member in group.members)
        free = [thread for thread in old if thread is not None and thread not in taken]
        thread_id = group.thread_id or min(free, key=lambda thread: (-old[thread], thread), default=None)
        if thread_id is None:
            thread_id = _made(labels[max(group.members)], within.id)
        taken.add(thread_id)
        after |= dict.fromkeys(group.members, thread_id)
    return after
