"""Arrangement: which excerpt stands in which concern after a run; what a person decided stays. Pure, no database."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from concerns import grouping
from concerns.excerpts import Row

CARRIED = 0.3  # of an old concern's passages that must meet again for a new group to take over its number
CONTINUED = 0.5  # of a group's passages that must stand in concerns of people for the rest to join them
RANKED = 5  # passages marked as telling for each concern


@dataclass(frozen=True, slots=True)
class Known:
    """A concern as it stands; a `kept` one was touched by a person, so the machine only adds to it."""

    id: int
    label: str
    kept: bool


@dataclass(slots=True)
class Place:
    """A concern after the run: an old number or None for a new one, and the positions of its rows.

    `label` and `terms` are None where those of the old concern stay. `quotes` are positions, the most telling first.
    """

    concern_id: int | None
    label: str | None = None
    terms: tuple[str, ...] | None = None
    rows: list[int] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)


def arrange(
    rows: Sequence[Row],
    texts: Sequence[str],
    known: Sequence[Known],
    *,
    quotable: Sequence[bool],
    progress: Callable[[float], None],
    **means: Any,
) -> list[Place]:
    """Return every concern there is to be, each with its rows; a row in none of them is ungrouped.

    `texts` are the rows' texts without names, `quotable` says which of them may be quoted to others. `progress` is
    called with shares of 1. `means` go to `grouping.group`: the organisation's words, vectors, where to compute.
    """
    kept = {concern.id: Place(concern.id) for concern in known if concern.kept}
    free, live = set(), []
    for position, row in enumerate(rows):
        if row.concern_id in kept:
            kept[row.concern_id].rows.append(position)
        elif row.pinned or row.hidden or not row.grouped:
            continue
        else:
            free.add(position)
        if not row.hidden:
            live.append(position)
    # Everything is grouped together, what people placed as well: that shows where their concerns lie.
    found = grouping.group(
        [texts[position] for position in live], progress=lambda share: progress(0.8 * share), **means
    )
    places = []
    for group in found.groups:
        members = [live[row] for row in group.rows]
        new = [position for position in members if position in free]
        concern_id = _belongs_to(members, rows, kept)
        if concern_id is not None:
            kept[concern_id].rows += new
        elif new:
            quotes = [live[row] for row in group.quotes if live[row] in free]
            places.append(Place(None, group.label, group.terms, new, quotes))
    _carry_numbers(places, rows, {concern.id for concern in known} - kept.keys())
    everything = [*kept.values(), *places]
    for number, place in enumerate(everything):
        place.quotes = _telling(place, texts, rows, quotable)
        progress(0.8 + 0.2 * (number + 1) / len(everything))
    return everything


def _belongs_to(members: Sequence[int], rows: Sequence[Row], kept: dict[int, Place]) -> int | None:
    """Return the concern of people that a group of the machine continues: most of the group stands there already.

    Joining text by text instead would let a concern that was touched swallow its neighbours, run after run.
    """
    standing = Counter(rows[position].concern_id for position in members if rows[position].concern_id in kept)
    if sum(standing.values()) < CONTINUED * len(members):
        return None
    return standing.most_common(1)[0][0]


def _carry_numbers(places: Sequence[Place], rows: Sequence[Row], old: set[int]) -> None:
    """Give each group the number of the old concern it mostly continues."""
    sizes = Counter(row.concern_id for row in rows)
    meetings = [
        (together, place, concern_id)
        for place in places
        for concern_id, together in Counter(rows[position].concern_id for position in place.rows).items()
        if concern_id in old and together >= CARRIED * sizes[concern_id]
    ]
    taken: set[int] = set()
    for _, place, concern_id in sorted(meetings, key=lambda meeting: (-meeting[0], meeting[2])):
        if place.concern_id is None and concern_id not in taken:
            place.concern_id = concern_id
            taken.add(concern_id)


def _telling(place: Place, texts: Sequence[str], rows: Sequence[Row], quotable: Sequence[bool]) -> list[int]:
    """The passages that say most about a concern, one of each voice."""
    # By words: the order in which voices stand would tell, through the choice, who said what together.
    may_speak = sorted(
        (position for position in place.rows if quotable[position] and not rows[position].hidden),
        key=lambda position: (texts[position], position),
    )
    if not may_speak:
        return []
    # It loads scipy and scikit-learn, which take seconds: only the worker pays.
    from text.summary import summarise

    by_voice: dict[str, int] = {}
    for sentence in summarise([texts[position] for position in may_speak], count=2 * RANKED):
        position = may_speak[sentence.row]
        by_voice.setdefault(rows[position].voice, position)
    return list(by_voice.values())[:RANKED]
