"""What can be done with an investigation: plan it, revise it, close it."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from core import audit
from core.clock import now
from core.db import db
from core.errors import DomainError, Stale
from core.i18n import _
from core.terms import InvestigationState
from investigations.models import Investigation
from members.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class Plan:
    """Why and with what we ask; the three clarities (三个明确) are texts the secretary writes."""

    title: str
    purpose: str
    starts_on: date
    ends_on: date
    guiding_idea: str = ""
    arrangement: str = ""
    emphasis: str = ""
    population: str = ""
    population_size: int | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The secretary's own parts of the report."""

    findings: str = ""
    causes: str = ""
    proposals: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """One part of the wording line by line, each line with the names of what it rests on ("concern:12")."""

    part: str  # "findings", "causes" or "proposals"
    lines: tuple[tuple[str, tuple[str, ...]], ...]


PARTS = ("findings", "causes", "proposals")
ALIKE = 0.5  # how alike two lines must be to count as one line that was mended


def begin(plan: Plan, *, within: Organisation, by: Account | None) -> Investigation:
    """Start an investigation; raise `DomainError` when its dates are the wrong way round."""
    _check(plan)
    row = Investigation(organisation_id=within.id, created_at=now(), **asdict(plan))
    db.session.add(row)
    _note("begin", row, by)
    return row


def revise(row: Investigation, change: Plan | Wording | Claims, *, based_on: int, by: Account) -> None:
    """Change the plan or the wording; raise `Stale` when somebody else changed it since `based_on`.

    Lines that were moved or mended keep what they rest on.
    """
    if isinstance(change, Plan):
        _check(change)
    if row.revision != based_on:
        raise Stale(
            _(
                "Somebody else changed this while you were writing. "
                "Your text is still in the form; compare and save again."
            )
        )
    for name, value in _changes(row, change).items():
        setattr(row, name, value)
    _note("revise", row, by)


def lines(text: str) -> list[str]:
    """Return the lines of a part of the wording, without the empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def grounds(row: Investigation, part: str) -> list[list[str]]:
    """Return the names of what each line of a part rests on, as many lists as the part has lines."""
    kept = row.grounds.get(part, []) if row.grounds else []
    count = len(lines(getattr(row, part)))
    return [list(kept[place]) if place < len(kept) else [] for place in range(count)]


def carried(before: Sequence[str], resting: Sequence[list[str]], after: Sequence[str]) -> list[list[str]]:
    """Return what each line of `after` rests on: what the same line, or the one it was mended from, rested on."""
    left = dict(enumerate(before))
    found: list[list[str] | None] = [None] * len(after)
    for place, line in enumerate(after):  # the same words, best in the same place
        same = [old for old, words in left.items() if words == line]
        if same:
            old = min(same, key=lambda old: abs(old - place))
            found[place] = list(resting[old])
            del left[old]
    for place, line in enumerate(after):
        if found[place] is None and left:
            old = max(left, key=lambda old: (_alike(left[old], line), -abs(old - place)))
            if _alike(left[old], line) >= ALIKE:
                found[place] = list(resting[old])
                del left[old]
    return [each or [] for each in found]


def close(row: Investigation, *, by: Account) -> None:
    """Close an investigation: it stays readable, and can be opened again."""
    row.state = InvestigationState.CLOSED
    _note("close", row, by)


def reopen(row: Investigation, *, by: Account) -> None:
    """Open a closed investigation again."""
    row.state = InvestigationState.OPEN
    _note("reopen", row, by)


def clarities_missing(row: Investigation) -> list[str]:
    """Return the clarities that have no text yet: a plan is ready when there are none."""
    parts = {
        _("Guiding idea and goals"): row.guiding_idea,
        _("Arrangement, method and steps"): row.arrangement,
        _("Emphasis of the superior organisation"): row.emphasis,
    }
    return [name for name, text in parts.items() if not text.strip()]


def _changes(row: Investigation, change: Plan | Wording | Claims) -> dict[str, Any]:
    """Return the columns a change sets."""
    match change:
        case Claims(part=part, lines=claims):
            told = [(_one_line(line), list(names)) for line, names in claims if line.strip()]
            text = "\n".join(line for line, _names in told)
            return {part: text, "grounds": (row.grounds or {}) | {part: [names for _line, names in told]}}
        case Wording():
            kept = {
                part: carried(lines(getattr(row, part)), grounds(row, part), lines(getattr(change, part)))
                for part in PARTS
            }
            return {part: text.replace("\0", "") for part, text in asdict(change).items()} | {"grounds": kept}
        case _:
            return asdict(change)


def _one_line(text: str) -> str:
    """Join what was typed in several lines, without a gap between Han characters."""
    return " ".join(re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])", "", text.replace("\0", "").strip()).split())


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _check(plan: Plan) -> None:
    if plan.ends_on < plan.starts_on:
        raise DomainError(_("The last day lies before the first day."), field="ends_on")


def _note(action: str, row: Investigation, by: Account | None) -> None:
    if by is not None:
        audit.note(action, row, by=by)
