"""Where counts come from: the database itself, or a columnar snapshot; both must give the very same numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.terms import Channel
from questions.base import Answers, Counts, Item, Measure, count
from questions.paths import part, walk

Both = Mapping[tuple[str, Any, str, Any], int]


@dataclass(frozen=True, slots=True)
class Cross:
    """How two items were answered together by everybody whose path led to both.

    `both`: (column of a, its value, column of b, its value) -> how many; a value is None where its item was asked and
    the cell left empty. Columns of text are not in it. `asked`: people whose path led to both.
    """

    asked: int
    both: Both = field(default_factory=dict)


class Source(Protocol):
    """What results are made from."""

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
        """Return how two different items were answered together."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """One response as far as counting needs it."""

    channel: Channel
    complete: bool
    answers: Mapping[str, Any]


class AnswersSource:
    """Counts from responses in memory: the truth, and fast enough for some ten thousand."""

    def __init__(self, items: Sequence[Item], responses: Iterable[Given]) -> None:
        self._responses = list(responses)
        self._parts: dict[str, list[Answers | None]] = {item.name: [] for item in items}
        for response in self._responses:
            asked, kept = walk(items, response.answers)
            on_path = {item.name for item in asked}
            for item in items:
                self._parts[item.name].append(part(kept, item) if item.name in on_path else None)
        self._cells: dict[str, list[tuple[tuple[str, Any], ...] | None]] = {}

    def size(self) -> int:
        """Return how many responses there are."""
        return len(self._responses)

    def complete(self) -> int:
        """Return how many have every required answer."""
        return sum(response.complete for response in self._responses)

    def channels(self) -> Mapping[Channel, int]:
        """Return how many came through each door."""
        doors: dict[Channel, int] = {}
        for response in self._responses:
            doors[response.channel] = doors.get(response.channel, 0) + 1
        return doors

    def counts(self, item: Item) -> Counts:
        """Return an item's counts among those whose path led to it."""
        given = [answer for answer in self._parts[item.name] if answer is not None]
        return count(given, item, skipped=len(self._responses) - len(given))

    def cross(self, a: Item, b: Item) -> Cross:
        """Return how two different items were answered together."""
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
