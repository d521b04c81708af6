"""Who has been heard, and who has not: people are counted, never who talked with how many."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from core.terms import MemberCategory, Standing
from interviews import rulebook, tallies
from interviews.pairs import Pair
from interviews.tallies import Person
from members.models import Organisation

K = TypeVar("K")
GONE = frozenset({Standing.LEFT})  # whoever has left is nobody's to hear


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many have been heard."""

    total: int = 0
    heard: int = 0

    @property
    def unheard(self) -> int:
        """Return how many have not."""
        return self.total - self.heard


@dataclass(frozen=True, slots=True)
class PairShare:
    """Talks of one pair of sides, and how many of the people it is counted in took part; None where none is asked."""

    talks: int
    share: Share | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who was heard from `since` until `until`; whoever is left out of the count is told with the reason."""

    since: date
    until: date
    category: MemberCategory | None
    all: Share
    by_category: dict[MemberCategory, Share]
    by_group: dict[str, Share]  # "" for members without a group
    unheard: tuple[Person, ...]
    left: int  # people who have left, a part of `out`
    talks: int
    by_quarter: dict[str, int] = field(default_factory=dict)  # "2026-Q1": talks recorded, quiet quarters included
    by_shift: dict[str, Share] = field(default_factory=dict)  # "" for members without a shift
    by_pair: dict[Pair, PairShare] = field(default_factory=dict)
    heard_by_quarter: dict[str, Share] = field(default_factory=dict)
    out: tuple[Person, ...] = ()  # not in any count, those who have left among them

    @property
    def reasons(self) -> dict[Standing, int]:
        """Return how many people are left out of the count for each reason."""
        found: dict[Standing, int] = {}
        for person in self.out:
            found[person.standing] = found.get(person.standing, 0) + 1
        return {standing: found[standing] for standing in Standing if standing in found}


def coverage(*, within: Organisation, since: date, until: date, category: MemberCategory | None = None) -> Coverage:
    """Return who was heard in talks recorded from `since` until `until` (both days included), in three queries."""
    everybody = tallies.people(within)
    wanted = {id_: one for id_, one in everybody.items() if category is None or one.category is category}
    leaving = GONE | rulebook.left_out(within)
    here = [person for person in wanted.values() if person.standing not in leaving]
    out = tuple(person for person in wanted.values() if person.standing in leaving)
    tally = tallies.talks(within, since, until, everybody, set(wanted))
    heard = set[int]().union(*tally.heard.values())
    counted = {person.id for person in here}

    def shares(of: Callable[[Person], K]) -> dict[K, Share]:
        return _shares((of(person), person.id in heard) for person in here)

    return Coverage(
        since=since,
        until=until,
        category=category,
        all=_share(here, heard),
        by_category=shares(lambda person: person.category),
        by_group=shares(lambda person: person.group_name),
        by_shift=shares(lambda person: person.shift),
        by_pair=_pairs(tally, here),
        unheard=tuple(person for person in here if person.id not in heard),
        left=sum(person.standing is Standing.LEFT for person in out),
        out=out,
        talks=sum(tally.by_quarter.values()),
        by_quarter=tally.by_quarter,
        heard_by_quarter={name: Share(len(counted), len(counted & ids)) for name, ids in tally.heard.items()},
    )


def _pairs(tally: tallies.Tally, here: list[Person]) -> dict[Pair, PairShare]:
    """Count each pair in the people of one of its sides: whichever chair they sat on, they had the talk."""
    found = {}
    for pair in Pair:
        counted = [person for person in here if person.side == pair.counted]
        found[pair] = PairShare(tally.by_pair[pair], _share(counted, tally.took_part[pair]) if pair.counted else None)
    return found


def _share(people: list[Person], heard: set[int]) -> Share:
    return Share(len(people), sum(person.id in heard for person in people))


def _shares(pairs: Iterable[tuple[K, bool]]) -> dict[K, Share]:
    counts: dict[K, list[int]] = {}
    for key, heard in pairs:
        count = counts.setdefault(key, [0, 0])
        count[0] += 1
        count[1] += heard
    return {key: Share(*counts[key]) for key in sorted(counts, key=str)}
