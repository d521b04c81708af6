"""Steps: one change of an investigation's concerns, checked against what the page showed, and taken back if wished.

A step locks the investigation, checks that the page it was sent from is still true, and remembers how things stood
before and after. Nobody's change is overwritten: who comes second is told, and what the first did stands.
"""

from collections.abc import Collection, Sequence
from statistics import median
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm.attributes import flag_modified

from concerns.models import Action, Concern, Excerpt, Reply, Undo
from core import audit
from core.db import db
from core.errors import BadInput, Stale
from core.i18n import _
from core.terms import SourceKind
from investigations.models import Investigation
from members.models import Account

REMEMBERED = 50  # steps of one account in one investigation
QUOTED = 5
CHOSEN_FROM = 500
CHUNK = 5000  # numbers in one question; an engine takes some tens of thousands
# New names go to the end: steps written down before know only the first ones.
CONCERN = ("label", "summary", "hidden", "merged_into_id", "theme", "includes", "excludes")
EXCERPT = ("concern_id", "pinned", "hidden")


def hold(investigation_id: int) -> None:
    """Let one change at a time happen to an investigation's concerns, until the transaction ends."""
    # Not the whole lock: who only refers to the investigation may go on, or two could wait for each other.
    own = select(Investigation.id).where(Investigation.id == investigation_id)
    db.session.execute(own.with_for_update(key_share=True))


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


class Step:
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


def unchanged(concern: Concern, seen: int) -> Concern:
    """The concern, still as the page showed it."""
    if there(concern).revision != seen:
        raise Stale(
            _(
                "Somebody else changed this concern while you had it open. Nothing was lost: "
                "look at it again, then repeat what you wanted."
            )
        )
    return concern


def there(concern: Concern) -> Concern:
    """The concern as it stands now, not merged away meanwhile."""
    db.session.refresh(concern)
    if concern.merged_into_id is not None:
        raise Stale(
            _("This concern has meanwhile been merged into another one. Open it there and repeat what you wanted.")
        )
    return concern


def chosen_of(step: Step, concern: Concern | None, excerpt_ids: Collection[int], of: Investigation) -> list[Excerpt]:
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


def _quote_anew(concern_id: int) -> None:
    """Choose quotes for a concern that has none left: passages of usual length, until the next run finds better."""
    wanted = select(Excerpt).where(Excerpt.concern_id == concern_id, Excerpt.hidden.is_(False))
    if db.session.scalar(wanted.with_only_columns(Excerpt.id).where(Excerpt.quoted.is_not(None)).limit(1)) is not None:
        return
    # Of a concern of thousands, some hundreds are enough to choose from.
    shown = list(db.session.scalars(wanted.order_by(Excerpt.id).limit(CHOSEN_FROM)))
    if not shown:
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
    others = select(Excerpt.id).where(Excerpt.concern_id.in_(step.after["made"]), Excerpt.pinned)
    if any(str(number) not in excerpts for number in db.session.scalars(others)):
        return False
    acted = select(func.count()).where(Action.concern_id.in_(step.after["made"]))
    answered = select(func.count()).where(Reply.concern_id.in_(step.after["made"]))
    merged = select(func.count()).where(Concern.merged_into_id.in_(step.after["made"]))
    return not any(db.session.scalar(query) for query in (acted, answered, merged))


def _changes(step: Undo, key: str) -> list[tuple[str, Any, Any]]:
    """The fields of a concern that a step changed: name, value before, value after."""
    values = zip(CONCERN, step.before["concerns"][key], step.after["concerns"][key], strict=False)
    return [(name, before, after) for name, before, after in values if before != after]


def _by_number(model: type[Any], before: dict[str, Any], step: Undo) -> dict[str, Any]:
    ids, found = [int(key) for key in before], {}
    for at in range(0, len(ids), CHUNK):
        rows = db.session.scalars(
            select(model)
            .where(model.id.in_(ids[at : at + CHUNK]), model.investigation_id == step.investigation_id)
            .execution_options(populate_existing=True)
        )
        found |= {str(row.id): row for row in rows}
    return found


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
