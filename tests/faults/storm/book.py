"""What the clients of a storm remember: what was acknowledged to them, and what they never had an answer to."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Talk:
    """A planned talk one device writes about: every text it typed, in order, and what it was told.

    `kept`: place in `typed` of the newest text whose autosave was acknowledged, -1 for none since the last record.
    `records`: texts that may stand as the record: the last acknowledged one, then those nobody answered to.
    """

    id: int
    member: str
    interviewer: str
    device: str
    revision: int
    typed: list[str] = field(default_factory=list)
    kept: int = -1
    records: list[str] = field(default_factory=lambda: [""])


@dataclass
class Concern:
    """A concern as its curator knows it: only acknowledged steps count, and each raises the revision by one."""

    id: int
    label: str
    revision: int
    hidden: bool = False
    merged_into: int | None = None


class Book:
    """Shared by all clients of a storm; every method may be called from any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.counts: Counter[tuple[str, str]] = Counter()  # (kind of write, what became of it)
        self.last: dict[str, float] = {}  # kind of write -> moment of the last acknowledgement
        self.complaints: list[str] = []  # what no storm excuses
        self.answers: dict[str, str] = {}  # text of an acknowledged answer -> its leaf
        self.unsure_answers: set[str] = set()
        self.walks: set[str] = set()  # texts of acknowledged notes of a walk-round
        self.unsure_walks: set[str] = set()
        self.talks: list[Talk] = []
        self.concerns: list[Concern] = []
        self.editions: list[int] = []
        self.unsure_editions = 0

    def note(self, kind: str, outcome: str) -> None:
        """Count what became of a write: "acknowledged", "no answer", "failed" (5xx) or "given up"."""
        with self._turn:
            self.counts[kind, outcome] += 1
            if outcome == "acknowledged":
                self.last[kind] = time.monotonic()

    def complain(self, words: str) -> None:
        """Write down what must not happen whatever the weather."""
        with self._turn:
            self.complaints.append(words)

    def total(self, outcome: str) -> int:
        """Return how many writes of all kinds came to this."""
        with self._turn:
            return sum(count for (_kind, what), count in self.counts.items() if what == outcome)

    def figures(self) -> str:
        """Return the counts by kind of write in one line."""
        with self._turn:
            kinds = sorted({kind for kind, _outcome in self.counts})
            told = []
            for kind in kinds:
                own = {what: count for (of, what), count in sorted(self.counts.items()) if of == kind}
                told.append(f"{kind} " + ", ".join(f"{count} {what}" for what, count in own.items()))
        return "; ".join(told)
