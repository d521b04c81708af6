"""Where counts come from: the database itself, or a columnar snapshot; both must give the very same numbers.

So must a survey whose answers were taken apart: each item is counted from its own rows, and only what needs two answers
of one person cannot be had any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.terms import Channel, Split
from questions.base import Answers, Counts, Item, Measure, count
from questions.paths import part, walk
from surveys.models import Survey
from surveys.splitting import WHOLE, StoredApart, answer, apart

Both = Mapping[tuple[str, Any, str, Any], int]


@dataclass(frozen=True, slots=True)
class Cross:
    """How two items were answered together by everybody whose path led to both.

    `both`: (column of a, its value, column of b, its value) -> how many; a value is None where its item was asked and
    the cell left empty. Columns of text are not in it. `asked`: people whose path led to both.
    """

    asked: int
    both: Both = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """What was counted when the box was opened, for answers that do not know it themselves any more."""

    complete: int
    channels: Mapping[Channel, int]


def totals(survey: Survey) -> Totals | None:
    """Return the totals frozen when a survey closed; None for one that was closed without."""
    if survey.tally is None:
        return None
    doors = survey.tally["channels"]
    return Totals(survey.tally["complete"], {Channel(door): number for door, number in doors.items() if number})


class Source(Protocol):
    """What results are made from; `apart`: the items that cannot be crossed with another."""

    apart: frozenset[str]

    def size(self) -> int:
        """Return how many responses there are."""
        ...

    def complete(self) -> int:
        """Return how many have every required answer."""
        ...

    def channels(self) -> Mapping[Channel, int]:
        """Return how many came through each door."""
        ...

    def counts(self, item: Item) -> Counts:
        """Return an item's counts among those whose path led to it."""
        ...

    def cross(self, a: Item, b: Item) -> Cross:
        """Return how two different items were answered together; raise `StoredApart`."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """One response as far as counting needs it, or the part of it that is kept under `part`."""

    channel: Channel | None
    complete: bool
    answers: Mapping[str, Any]
    part: str = WHOLE


class AnswersSource:
    """Counts from responses in memory: the truth, and fast enough for some ten thousand.

    `split`: what was taken apart; `known`: what responses without a door cannot tell (then nothing is told of it).
    """

    def __init__(
        self,
        items: Sequence[Item],
        responses: Iterable[Given],
        *,
        split: Split | None = None,
        known: Totals | None = None,
    ) -> None:
        self.apart = apart(items, split)
        self._known = known
        self._parts: dict[str, list[Answers | None]] = {item.name: [] for item in items}
        self._whole: list[Given] = []
        for response in responses:
            if response.part == WHOLE:
                self._take(items, response)
            else:
                self._parts[response.part].append(answer(response.answers))
        self._size = max(len(self._whole), *(len(self._parts[name]) for name in self.apart), 0)
        self._cells: dict[str, list[tuple[tuple[str, Any], ...] | None]] = {}

    def _take(self, items: Sequence[Item], response: Given) -> None:
        self._whole.append(response)
        asked, kept = walk(items, response.answers)
        on_path = {item.name for item in asked}
        for item in items:
            if item.name not in self.apart:
                self._parts[item.name].append(part(kept, item) if item.name in on_path else None)

    def size(self) -> int:
        """Return how many responses there are."""
        return self._size

    def complete(self) -> int:
        """Return how many have every required answer."""
        return self._known.complete if self._known else sum(response.complete for response in self._whole)

    def channels(self) -> Mapping[Channel, int]:
        """Return how many came through each door."""
        if self._known:
            return self._known.channels
        doors: dict[Channel, int] = {}
        for response in self._whole:
            if response.channel is not None:
                doors[response.channel] = doors.get(response.channel, 0) + 1
        return doors

    def counts(self, item: Item) -> Counts:
        """Return an item's counts among those whose path led to it."""
        given = [answer for answer in self._parts[item.name] if answer is not None]
        return count(given, item, skipped=self._size - len(given))

    def cross(self, a: Item, b: Item) -> Cross:
        """Return how two different items were answered together; raise `StoredApart`."""
        if {a.name, b.name} & self.apart:
            raise StoredApart
        both: dict[tuple[str, Any, str, Any], int] = {}
        asked = 0
        for left, right in zip(self._coded(a), self._coded(b), strict=True):
            if left is None or right is None:
                continue
            asked += 1
            for column_a, value_a in left:
                for column_b, value_b in right:
                    key = (column_a, value_a, column_b, value_b)
                    both[key] = both.get(key, 0) + 1
        return Cross(asked, both)

    def _coded(self, item: Item) -> list[tuple[tuple[str, Any], ...] | None]:
        """Return each response's cells of an item, text left out; None where its path did not lead to the item."""
        if item.name not in self._cells:
            columns = item.kind.exported(item)
            coded: list[tuple[tuple[str, Any], ...] | None] = []
            for answer in self._parts[item.name]:
                if answer is None:
                    coded.append(None)
                    continue
                cells = item.kind.cells(answer, item) if answer else (None,) * len(columns)
                pairs = zip(columns, cells, strict=True)
                coded.append(tuple((column.name, cell) for column, cell in pairs if column.measure is not Measure.TEXT))
            self._cells[item.name] = coded
        return self._cells[item.name]
