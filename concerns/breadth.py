"""Who raised concerns, as far as it may be told: in which sources, when, and in which groups of the roster."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from activities import queries as activities
from concerns import queries
from concerns.models import Excerpt
from concerns.queries.counts import counted
from core.db import db
from core.i18n import _
from core.terms import SourceKind
from interviews.models import Talk
from investigations.models import Investigation
from members.models import Group, Member, Organisation
from surveys import queries as surveys

COLUMNS = 12  # periods shown side by side; longer investigations are told by quarters, then by years


class Heard(NamedTuple):
    """A talk that may be used: with whom, of which group (None: of none), on which day."""

    member_id: int
    group_id: int | None
    held_on: date


@dataclass(frozen=True, slots=True)
class Source:
    """A survey with the day it closed, or a meeting with the day it was held."""

    kind: SourceKind
    id: int
    title: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is counted of one investigation: its talks by number, its groups by number, its surveys, its meetings."""

    talks: dict[int, Heard]
    groups: dict[int, str]
    sources: tuple[Source, ...]  # where nobody knows who speaks


def told(investigation: Investigation, *, within: Organisation) -> Told:
    """Return what the concerns of an investigation may be counted by."""
    rows = db.session.execute(
        select(Talk.id, Talk.member_id, Member.group_id, Talk.held_on)
        .join(Member, Member.id == Talk.member_id)
        .where(queries.usable_talk(), Talk.investigation_id == investigation.id, Talk.organisation_id == within.id)
    )
    groups = db.session.execute(select(Group.id, Group.name).where(Group.organisation_id == within.id))
    return Told(
        talks={talk_id: Heard(*talk) for talk_id, *talk in rows},
        groups=dict(groups.all()),
        sources=(
            *(
                Source(SourceKind.SURVEY, row.id, row.version.title, row.closed_on)
                for row in surveys.surveys(investigation, within=within)
            ),
            *(
                Source(SourceKind.MEETING, row.id, row.title, row.held_on)
                for row in activities.activities(investigation, within=within)
            ),
        ),
    )


def members_by(
    concern_ids: Collection[int],
    investigation: Investigation,
    *,
    within: Organisation,
    placed: Mapping[int, tuple[object, int]],
) -> dict[int, dict[object, set[int]]]:
    """Return, for each concern, the members who raised it in talks by the column their talk is `placed` in.

    `placed` gives (column, member) of every talk that may be used, by its number.
    """
    found: dict[int, dict[object, set[int]]] = {id_: defaultdict(set) for id_ in concern_ids}
    for concern_id, talk_id in queries.talk_pairs(investigation, within=within, only=concern_ids):
        if talk_id in placed:
            column, member_id = placed[talk_id]
            found[concern_id][column].add(member_id)
    return found


def voices_by_source(
    concern_ids: Collection[int], investigation: Investigation, *, within: Organisation
) -> dict[int, dict[tuple[SourceKind, int], int]]:
    """Return, for each concern, how many voices each survey and each meeting gave it."""
    found: dict[int, dict[tuple[SourceKind, int], int]] = {id_: {} for id_ in concern_ids}
    for kind in (SourceKind.SURVEY, SourceKind.MEETING):
        rows = (
            select(Excerpt.concern_id, Excerpt.source_id, func.count(Excerpt.voice.distinct()))
            .where(counted(investigation, kind, within=within, only=concern_ids))
            .group_by(Excerpt.concern_id, Excerpt.source_id)
        )
        for concern_id, source_id, number in db.session.execute(rows):
            found[concern_id][kind, source_id] = number
    return found


def period_label(period: str) -> str:
    """Return how a period of `periods` is read."""
    year, is_quarter, quarter = period.partition(" Q")
    return _("%(year)s, quarter %(quarter)s", year=year, quarter=quarter) if is_quarter else year


def periods(days: Collection[date]) -> Callable[[date], str]:
    """Return how a day's period is called, so that few stand side by side: 2026-10, 2026 Q4, or 2026."""
    steps: tuple[Callable[[date], str], ...] = (
        lambda day: f"{day.year}-{day.month:02}",
        lambda day: f"{day.year} Q{(day.month + 2) // 3}",
        lambda day: str(day.year),
    )
    known = set(days)
    return next((step for step in steps if len({step(day) for day in known}) <= COLUMNS), steps[-1])
