"""The codebook: under which theme each concern stands, what belongs to it, and what does not."""

from dataclasses import dataclass

from sqlalchemy import Row, select

from concerns import queries
from concerns.models import Concern
from concerns.queries import ConcernLine, many_concerns
from concerns.steps import Step, unchanged
from core.db import db
from core.errors import BadInput
from core.i18n import _
from investigations.models import Investigation
from members.models import Account, Organisation
from members.names import names

THEME = 60
NOTE = 2000
LISTED = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One concern as the codebook has it: its counts, its notes without names, and how a person tells it."""

    line: ConcernLine
    includes: str
    excludes: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A wider heading (empty: none yet) with its concerns, those raised by most voices first."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    """Some of the themes, or all: `number` of `count` pages, `total` entries in all."""

    themes: tuple[Theme, ...]
    total: int
    number: int
    count: int


def describe(concern: Concern, *, theme: str, includes: str, excludes: str, seen: int, by: Account) -> None:
    """Write a concern's entry in the codebook; raise `Stale` or `BadInput`."""
    theme = " ".join(theme.split())
    if len(theme) > THEME:
        raise BadInput(_("At most %(number)s characters, please.", number=THEME), field="theme")
    for field, note in (("includes", includes), ("excludes", excludes)):
        if len(note) > NOTE:
            raise BadInput(_("At most %(number)s characters, please.", number=NOTE), field=field)
    step = Step("describe", by, concern.investigation_id)
    step.touch(unchanged(concern, seen))
    concern.theme, concern.includes, concern.excludes = theme, includes.strip(), excludes.strip()
    step.end()


def codebook(investigation: Investigation, *, within: Organisation, page: int | None = None) -> Codebook:
    """Return the concerns that are not hidden under their themes, those under none last; without `page` all of them."""
    standing = _standing(investigation, within)
    ranked = [number for number, _label, _sources in queries.ranked(investigation, within=within)]
    # A stable sort: within a theme the widest stay first.
    order = sorted(ranked, key=lambda number: (not standing[number].theme, standing[number].theme))
    count = 1 if page is None else max(1, -(-len(order) // LISTED))
    number = min(max(page or 1, 1), count)
    ids = order if page is None else order[(number - 1) * LISTED : number * LISTED]
    rows = {row.id: row for row in db.session.scalars(select(Concern).where(Concern.id.in_(ids)))}
    people = names(within)
    found: dict[str, list[Entry]] = {}
    for line in many_concerns.lines([rows[one] for one in ids], investigation, within=within):
        row = rows[line.id]
        entry = Entry(line, people.masked(row.includes), people.masked(row.excludes))
        found.setdefault(row.theme, []).append(entry)
    themes = tuple(Theme(name, tuple(entries)) for name, entries in found.items())
    return Codebook(themes, len(order), number, count)


def _standing(investigation: Investigation, within: Organisation) -> dict[int, Row[tuple[int, str]]]:
    rows = db.session.execute(
        select(Concern.id, Concern.theme).where(
            Concern.investigation_id == investigation.id, Concern.organisation_id == within.id
        )
    )
    return {row.id: row for row in rows}
