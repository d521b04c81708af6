"""Curation: what people do to concerns, each step so that it can be taken back.

A step locks the investigation, checks that the page it was sent from is still true, and remembers how things stood
before and after. Nobody's change is overwritten: who comes second is told, and what the first did stands.
"""

from collections.abc import Collection, Iterable, Sequence
from statistics import median
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm.attributes import flag_modified

from concerns.models import Action, Concern, Excerpt, Undo
from core import audit
from core.db import db
from core.errors import BadInput, NotFound, Stale
from core.i18n import _
from core.terms import SourceKind
from investigations.models import Investigation
from members.models import Account

LABEL = 120
SUMMARY = 1000
REMEMBERED = 50  # steps of one account in one investigation
QUOTED = 5
CONCERN = ("label", "summary", "hidden", "merged_into_id")
EXCERPT = ("concern_id", "pinned", "hidden")


def hold(investigation_id: int) -> None:
    """Let one change at a time happen to an investigation's concerns, until the transaction ends."""
    db.session.execute(select(Investigation.id).where(Investigation.id == investigation_id).with_for_update())


def rename(concern: Concern, *, label: str, summary: str = "", seen: int, by: Account) -> None:
    """Give a concern a person's label and, if they wish, a person's summary; raise `Stale` or `BadInput`."""
    label = _label(label)
    if len(summary) > SUMMARY:
        raise BadInput(_("At most %(number)s characters, please.", number=SUMMARY), field="summary")
    step = _Step("rename", by, concern.investigation_id)
    step.touch(_unchanged(concern, seen))
    concern.label, concern.summary = label, summary.strip()
    step.end()


def accept(concern: Concern, *, seen: int, by: Account) -> None:
    """Keep a concern as the machine made it; raise `Stale`."""
    step = _Step("accept", by, concern.investigation_id)
    step.touch(_unchanged(concern, seen))
    step.end()


def hide(concern: Concern, *, seen: int, by: Account) -> None:
    """Take a concern out of lists and reports; raise `Stale`."""
    step = _Step("hide", by, concern.investigation_id)
    step.touch(_unchanged(concern, seen))
    concern.hidden = True
    step.end()


def unhide(concern: Concern, *, seen: int, by: Account) -> None:
    """Bring a concern back into lists and reports; raise `Stale`."""
    step = _Step("unhide", by, concern.investigation_id)
    step.touch(_unchanged(concern, seen))
    concern.hidden = False
    step.end()


def merge(concern: Concern, *, into: Concern, seen: int, by: Account) -> None:
    """Put everything of a concern, its actions too, into another one; raise `Stale` or `BadInput`."""
    if into.id == concern.id or into.investigation_id != concern.investigation_id:
        raise BadInput(_("Choose another concern to merge this one into."), field="into")
    step = _Step("merge", by, concern.investigation_id)
    step.touch(_unchanged(concern, seen), _there(into))
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
    step = _Step("split", by, of.id)
    step.touch(*_some(concern))
    chosen = _chosen(step, concern, excerpt_ids, of)
    made = Concern(organisation_id=of.organisation_id, investigation_id=of.id, label=label, curated=True)
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
    step = _Step("move", by, of.id)
    step.touch(*(_there(one) for one in _some(concern, to)))
    _put(_chosen(step, concern, excerpt_ids, of), to)
    step.end()
    return len(set(excerpt_ids))


def set_aside(concern: Concern | None, *, excerpt_ids: Collection[int], of: Investigation, by: Account) -> int:
    """Take chosen excerpts out of every count and quote; return how many; raise `Stale` or `BadInput`."""
    return _show("set_aside", concern, excerpt_ids, of, by, hidden=True)


def bring_back(concern: Concern | None, *, excerpt_ids: Collection[int], of: Investigation, by: Account) -> int:
    """Count chosen excerpts again; return how many; raise `Stale` or `BadInput`."""
    return _show("bring_back", concern, excerpt_ids, of, by, hidden=False)


def undo(investigation: Investigation, *, step_id: int, by: Account) -> bool:
    """Take the account's last step back; raise `Stale` when `step_id` is not the last.

    Return False, and forget the step, when somebody changed the same things since: their change stands.
    """
    hold(investigation.id)
    last = db.session.scalar(_steps(investigation.id, by).limit(1))
    if last is None or last.id != step_id:
        raise Stale(_("This step has already been taken back. Nothing else was changed."))
    done = _taken_back(last)
    db.session.delete(last)
    audit.note("undo", investigation, by=by)
    return done


class _Step:
    """One change under way: how what it touches stood before, and how it is left."""

    def __init__(self, name: str, by: Account, investigation_id: int) -> None:
        hold(investigation_id)
        self._name, self._by, self._investigation_id = name, by, investigation_id
        self._concerns: list[Concern] = []
        self._excerpts: list[Excerpt] = []
        self._before: dict[str, Any] = {"concerns": {}, "excerpts": {}}
        self.made: list[int] = []
        self.actions: list[list[int]] = []

    def touch(self, *concerns: Concern) -> None:
        """Remember how concerns stand."""
        self._concerns += concerns
        self._before["concerns"] |= {str(row.id): [*_fields(row, CONCERN), row.curated] for row in concerns}

    def take(self, query: Select[tuple[Excerpt]]) -> list[Excerpt]:
        """Return excerpts as they stand now, and remember it."""
        found = list(db.session.scalars(query.execution_options(populate_existing=True)))
        self._excerpts += found
        self._before["excerpts"] |= {str(row.id): _fields(row, EXCERPT) for row in found}
        return found

    def end(self) -> None:
        """Mark the touched concerns as curated and write the step down.

        Those that excerpts only left are curated too: what stayed in them was judged, and must not be drawn after.
        """
        for concern in self._concerns:
            concern.curated = True
            # The revision must rise even when only excerpts changed: pages opened before are out of date.
            flag_modified(concern, "label")
        db.session.flush()
        for concern in self._concerns:
            _quote_anew(concern.id)
        after = {
            "concerns": {str(row.id): _fields(row, CONCERN) for row in self._concerns},
            "excerpts": {str(row.id): _fields(row, EXCERPT) for row in self._excerpts},
            "made": self.made,
            "actions": self.actions,
        }
        step = Undo(
            investigation_id=self._investigation_id,
            account_id=self._by.id,
            step=self._name,
            before=self._before,
            after=after,
        )
        db.session.add(step)
        audit.note(self._name, (*self._concerns, *self._excerpts)[0], by=self._by)
        old = _steps(self._investigation_id, self._by).with_only_columns(Undo.id).offset(REMEMBERED)
        db.session.execute(delete(Undo).where(Undo.id.in_(list(db.session.scalars(old)))))


def _fields(row: Concern | Excerpt, names: Sequence[str]) -> list[Any]:
    return [getattr(row, name) for name in names]


def _steps(investigation_id: int, by: Account) -> Select[tuple[Undo]]:
    """The steps of one account, newest first."""
    return (
        select(Undo).where(Undo.investigation_id == investigation_id, Undo.account_id == by.id).order_by(Undo.id.desc())
    )


def _some(*concerns: Concern | None) -> list[Concern]:
    return [concern for concern in concerns if concern is not None]


def _label(label: str) -> str:
    wanted = " ".join(label.split())
    if not wanted:
        raise BadInput(_("Write a few words that name the concern."), field="label")
    if len(wanted) > LABEL:
        raise BadInput(_("At most %(number)s characters, please.", number=LABEL), field="label")
    return wanted


def _unchanged(concern: Concern, seen: int) -> Concern:
    """The concern, still as the page showed it."""
    if _there(concern).revision != seen:
        raise Stale(
            _(
                "Somebody else changed this concern while you had it open. Nothing was lost: "
                "look at it again, then repeat what you wanted."
            )
        )
    return concern


def _there(concern: Concern) -> Concern:
    """The concern as it stands now, not merged away meanwhile."""
    db.session.refresh(concern)
    if concern.merged_into_id is not None:
        raise Stale(
            _("This concern has meanwhile been merged into another one. Open it there and repeat what you wanted.")
        )
    return concern


def _chosen(step: _Step, concern: Concern | None, excerpt_ids: Collection[int], of: Investigation) -> list[Excerpt]:
    """The excerpts ticked on a page, all of them still where the page showed them."""
    wanted = set(excerpt_ids)
    if not wanted:
        raise BadInput(_("Tick the passages you mean first."), field="passages")
    place = Excerpt.concern_id.is_(None) if concern is None else Excerpt.concern_id == concern.id
    found = step.take(
        select(Excerpt).where(Excerpt.id.in_(wanted), Excerpt.investigation_id == of.id, place).order_by(Excerpt.id)
    )
    if len(found) < len(wanted):
        raise Stale(
            _(
                "Some of these passages have meanwhile been moved. Nothing was changed: "
                "look again and repeat your choice."
            )
        )
    return found


def _put(excerpts: Iterable[Excerpt], concern: Concern | None, *, pin: bool = True) -> None:
    for excerpt in excerpts:
        excerpt.concern_id = concern.id if concern else None
        excerpt.pinned = excerpt.pinned or pin
        excerpt.quoted = None


def _show(
    name: str, concern: Concern | None, excerpt_ids: Collection[int], of: Investigation, by: Account, *, hidden: bool
) -> int:
    step = _Step(name, by, of.id)
    step.touch(*_some(concern))
    chosen = _chosen(step, concern, excerpt_ids, of)
    for excerpt in chosen:
        excerpt.hidden = hidden
    step.end()
    return len(chosen)


def _quote_anew(concern_id: int) -> None:
    """Choose quotes for a concern that has none left: passages of usual length, until the next run finds better."""
    shown = list(
        db.session.scalars(
            select(Excerpt).where(Excerpt.concern_id == concern_id, Excerpt.hidden.is_(False)).order_by(Excerpt.id)
        )
    )
    if not shown or any(excerpt.quoted is not None for excerpt in shown):
        return
    usual = median(len(excerpt.text) for excerpt in shown)
    voices: dict[str, Excerpt] = {}
    for excerpt in sorted(shown, key=lambda one: (one.source is not SourceKind.SURVEY, abs(len(one.text) - usual))):
        voices.setdefault(excerpt.voice, excerpt)
    for rank, excerpt in enumerate(list(voices.values())[:QUOTED]):
        excerpt.quoted = rank
    db.session.flush()


def _taken_back(step: Undo) -> bool:
    """Put everything back as it stood before the step, if it is still as the step left it."""
    concerns = _by_number(Concern, step.before["concerns"], step)
    excerpts = _by_number(Excerpt, step.before["excerpts"], step)
    if not _as_left(step, concerns, excerpts):
        return False
    for key, concern in concerns.items():
        if concern.id not in step.after["made"]:
            *_before, curated = step.before["concerns"][key]
            for name, before, _after in _changes(step, key):
                setattr(concern, name, before)
            concern.curated = curated or _decided_elsewhere(concern, step)
            flag_modified(concern, "label")
    db.session.flush()
    homes = dict(
        db.session.execute(
            select(Concern.id, Concern.merged_into_id).where(Concern.investigation_id == step.investigation_id)
        ).all()
    )
    for key, excerpt in excerpts.items():
        home, excerpt.pinned, excerpt.hidden = step.before["excerpts"][key]
        excerpt.concern_id, excerpt.quoted = _home(home, homes), None
    for action_id, before, after in step.after["actions"]:
        action = db.session.get(Action, action_id)
        if action is not None and action.concern_id == after and before in homes:
            action.concern_id = before
    db.session.flush()
    db.session.execute(delete(Concern).where(Concern.id.in_(step.after["made"])))
    for home in {excerpt.concern_id for excerpt in excerpts.values()} | {concern.id for concern in concerns.values()}:
        if home is not None:
            _quote_anew(home)
    return True


def _as_left(step: Undo, concerns: dict[str, Concern], excerpts: dict[str, Excerpt]) -> bool:
    """Whether nobody changed what the step changed; passages whose source is gone do not count."""
    if len(concerns) < len(step.before["concerns"]) or (step.before["excerpts"] and not excerpts):
        return False
    if any(
        getattr(row, name) != after for key, row in concerns.items() for name, _before, after in _changes(step, key)
    ):
        return False
    if any(_fields(row, EXCERPT) != step.after["excerpts"][key] for key, row in excerpts.items()):
        return False
    # A concern that was made goes away again, but not with what others put there or do about it.
    others = select(func.count()).where(Excerpt.concern_id.in_(step.after["made"]), Excerpt.pinned)
    acted = select(func.count()).where(Action.concern_id.in_(step.after["made"]))
    merged = select(func.count()).where(Concern.merged_into_id.in_(step.after["made"]))
    mine = [int(key) for key in excerpts]
    return not any(db.session.scalar(query) for query in (others.where(Excerpt.id.not_in(mine)), acted, merged))


def _changes(step: Undo, key: str) -> list[tuple[str, Any, Any]]:
    """The fields of a concern that a step changed: name, value before, value after."""
    values = zip(CONCERN, step.before["concerns"][key], step.after["concerns"][key], strict=False)
    return [(name, before, after) for name, before, after in values if before != after]


def _by_number(model: type[Any], before: dict[str, Any], step: Undo) -> dict[str, Any]:
    found = db.session.scalars(
        select(model)
        .where(model.id.in_([int(key) for key in before]), model.investigation_id == step.investigation_id)
        .execution_options(populate_existing=True)
    )
    return {str(row.id): row for row in found}


def _home(concern_id: int | None, homes: dict[int, int | None]) -> int | None:
    """Where a passage goes back to: its concern, or the one that was merged into, or the ungrouped if that is gone."""
    while concern_id is not None and homes.get(concern_id) is not None:
        concern_id = homes[concern_id]
    return concern_id if concern_id in homes else None


def _decided_elsewhere(concern: Concern, step: Undo) -> bool:
    """Whether another step or an action says that people rely on this concern."""
    others = db.session.scalars(select(Undo).where(Undo.investigation_id == step.investigation_id, Undo.id != step.id))
    acted = select(func.count()).where(Action.concern_id == concern.id)
    return any(str(concern.id) in other.before["concerns"] for other in others) or bool(db.session.scalar(acted))
