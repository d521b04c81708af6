"""Curation: what people do to concerns, each step so that it can be taken back (see `concerns.steps`)."""

from collections.abc import Collection, Iterable

from sqlalchemy import select

from concerns.models import Action, Concern, Excerpt
from concerns.steps import Step, chosen_of, hold, there, unchanged, undo
from core import clock
from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import _
from investigations.models import Investigation
from members.models import Account

__all__ = [
    "accept",
    "bring_back",
    "hide",
    "hold",
    "merge",
    "move",
    "rename",
    "set_aside",
    "split",
    "undo",
    "unhide",
]

LABEL = 120
SUMMARY = 1000


def rename(concern: Concern, *, label: str, summary: str = "", seen: int, by: Account) -> None:
    """Give a concern a person's label and, if they wish, a person's summary; raise `Stale` or `BadInput`."""
    label = _label(label)
    if len(summary) > SUMMARY:
        raise BadInput(_("At most %(number)s characters, please.", number=SUMMARY), field="summary")
    step = Step("rename", by, concern.investigation_id)
    step.touch(unchanged(concern, seen))
    concern.label, concern.summary = label, summary.strip()
    step.end()


def accept(concern: Concern, *, seen: int, by: Account) -> None:
    """Keep a concern as the machine made it; raise `Stale`."""
    step = Step("accept", by, concern.investigation_id)
    step.touch(unchanged(concern, seen))
    step.end()


def hide(concern: Concern, *, seen: int, by: Account) -> None:
    """Take a concern out of lists and reports; raise `Stale`."""
    step = Step("hide", by, concern.investigation_id)
    step.touch(unchanged(concern, seen))
    concern.hidden = True
    step.end()


def unhide(concern: Concern, *, seen: int, by: Account) -> None:
    """Bring a concern back into lists and reports; raise `Stale`."""
    step = Step("unhide", by, concern.investigation_id)
    step.touch(unchanged(concern, seen))
    concern.hidden = False
    step.end()


def merge(concern: Concern, *, into: Concern, seen: int, by: Account) -> None:
    """Put everything of a concern, its actions too, into another one; raise `Stale` or `BadInput`."""
    if into.id == concern.id or into.investigation_id != concern.investigation_id:
        raise BadInput(_("Choose another concern to merge this one into."), field="into")
    step = Step("merge", by, concern.investigation_id)
    step.touch(unchanged(concern, seen), there(into))
    _put(step.take(select(Excerpt).where(Excerpt.concern_id == concern.id)), into, pin=False)
    for action in db.session.scalars(select(Action).where(Action.concern_id == concern.id)):
        action.concern_id = into.id
        step.actions.append([action.id, concern.id, into.id])
    concern.merged_into_id = into.id
    step.end()


def split(
    concern: Concern | None, *, excerpt_ids: Collection[int], label: str, of: Investigation, by: Account
) -> Concern:
    """Make a new concern of chosen excerpts of `concern` (None: the ungrouped); raise `Stale` or `BadInput`."""
    label = _label(label)
    step = Step("split", by, of.id)
    step.touch(*_some(concern))
    chosen = chosen_of(step, concern, excerpt_ids, of)
    made = Concern(organisation_id=of.organisation_id, investigation_id=of.id, label=label, curated=True)
    # What it is made of was raised when the rest was: the clock of the reply does not start again.
    made.raised_on = concern.raised_on if concern else clock.today()
    made.theme = concern.theme if concern else ""
    db.session.add(made)
    db.session.flush()
    step.touch(made)
    step.made.append(made.id)
    _put(chosen, made)
    step.end()
    return made


def move(
    concern: Concern | None, *, excerpt_ids: Collection[int], to: Concern | None, of: Investigation, by: Account
) -> int:
    """Move chosen excerpts from `concern` into `to` (None: the ungrouped) and return how many.

    Raise `Stale` when one of them is no longer where the page showed it, `BadInput` when there is nothing to move.
    """
    if (to and to.id) == (concern and concern.id):
        raise BadInput(_("Choose another concern to move them to."), field="to")
    if to is not None and to.investigation_id != of.id:
        raise NotFound(_("There is no such concern in your organisation."))
    step = Step("move", by, of.id)
    step.touch(*(there(one) for one in _some(concern, to)))
    _put(chosen_of(step, concern, excerpt_ids, of), to)
    step.end()
    return len(set(excerpt_ids))


def set_aside(concern: Concern | None, *, excerpt_ids: Collection[int], of: Investigation, by: Account) -> int:
    """Take chosen excerpts out of every count and quote; return how many; raise `Stale` or `BadInput`."""
    return _show("set_aside", concern, excerpt_ids, of, by, hidden=True)


def bring_back(concern: Concern | None, *, excerpt_ids: Collection[int], of: Investigation, by: Account) -> int:
    """Count chosen excerpts again; return how many; raise `Stale` or `BadInput`."""
    return _show("bring_back", concern, excerpt_ids, of, by, hidden=False)


def _some(*concerns: Concern | None) -> list[Concern]:
    return [concern for concern in concerns if concern is not None]


def _label(label: str) -> str:
    wanted = " ".join(label.split())
    if not wanted:
        raise BadInput(_("Write a few words that name the concern."), field="label")
    if len(wanted) > LABEL:
        raise BadInput(_("At most %(number)s characters, please.", number=LABEL), field="label")
    return wanted


def _put(excerpts: Iterable[Excerpt], concern: Concern | None, *, pin: bool = True) -> None:
    for excerpt in excerpts:
        excerpt.concern_id = concern.id if concern else None
        excerpt.pinned = excerpt.pinned or pin
        excerpt.quoted = None


def _show(
    name: str, concern: Concern | None, excerpt_ids: Collection[int], of: Investigation, by: Account, *, hidden: bool
) -> int:
    step = Step(name, by, of.id)
    step.touch(*_some(concern))
    chosen = chosen_of(step, concern, excerpt_ids, of)
    for excerpt in chosen:
        excerpt.hidden = hidden
    step.end()
    return len(chosen)
