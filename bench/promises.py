"""How well promises and their days are found in talk notes: precision and recall, and the time it takes.

    python -m bench.promises

Measured on the sample's notes with their gold files, beside which the rules were written, and on four lots of
sentences (`tests/gold/promises_written.jsonl`), each written after the rules stood still; they were mended by
the first three after measuring, and never by the fourth. A day counts as right when it is the very day. When first
met, precision and recall were:

    lot   sentences zh   days zh        sentences en   days en
    1     1.00   0.72    0.98   0.98    1.00   0.91    1.00   1.00
    2     0.95   0.76    0.91   0.91    0.95   0.90    0.91   0.83
    3     1.00   0.60    0.94   0.77    1.00   0.83    1.00   1.00
    4     0.93   0.65    1.00   1.00    1.00   0.75    1.00   0.83
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.frame import Area
from core.calendar import NONE
from text import commitments, dates

ROOT = Path(__file__).parents[1]
LOTS = (1, 2, 3, 4)
GOLD, SAMPLE = ROOT / "tests" / "gold", ROOT / "exchange" / "sample"


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence written on a day, whether it promises something, and until when; `dated` if that was judged."""

    on: date
    text: str
    lang: Any
    promise: bool
    due: date | None
    judged: bool


@dataclass(frozen=True, slots=True)
class Score:
    """What was found rightly, what wrongly, what not, and a line for each mistake."""

    right: int
    wrong: int
    missed: int
    mistakes: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Return the share of what was found that is right."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """Return the share of what is there that was found."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    def __str__(self) -> str:
        counts = f"{self.right} right, {self.wrong} wrong, {self.missed} missed"
        return f"precision {self.precision:.3f}  recall {self.recall:.3f}  ({counts})"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def sample(lang: str) -> list[Case]:
    """Return every sentence of the sample's talk notes; the day is judged for the promises."""
    inner = "" if lang == "zh" else "en"
    days = {talk["id"]: date.fromisoformat(talk["date"]) for talk in _lines(SAMPLE / inner / "talk_notes.jsonl")}
    due = {(one["talk_id"], one["seg"]): one["due"] for one in _lines(GOLD / inner / "commitments.jsonl")}
    found = []
    for segment in _lines(GOLD / inner / "talk_segments.jsonl"):
        key = (segment["talk_id"], segment["seg"])
        until = due.get(key)
        found.append(
            Case(
                days[key[0]],
                segment["text"],
                lang,
                segment["kind"] == "commitment",
                date.fromisoformat(until) if until else None,
                key in due,
            )
        )
    return found


def written(lang: str, lot: int) -> list[Case]:
    """Return one lot of the sentences written after the rules stood still."""
    return [
        Case(
            date.fromisoformat(one["on"]),
            one["text"],
            lang,
            one["promise"],
            date.fromisoformat(one["due"]) if one["due"] else None,
            one["promise"],
        )
        for one in _lines(GOLD / "promises_written.jsonl")
        if one["lang"] == lang and one["lot"] == lot
    ]


def of_sentences(cases: Iterable[Case]) -> Score:
    """Return how well sentences that promise something are told from others."""
    right = wrong = missed = 0
    mistakes = []
    for case in cases:
        said = commitments.promises(case.text, case.on, NONE, case.lang)
        right, wrong, missed = (
            right + (said and case.promise),
            wrong + (said and not case.promise),
            missed + (case.promise and not said),
        )
        if said != case.promise:
            mistakes.append(f"{'not a promise' if said else 'missed'}: {case.text}")
    return Score(right, wrong, missed, tuple(mistakes))


def of_days(cases: Iterable[Case]) -> Score:
    """Return how well the day is found by which a promise is to be kept."""
    right = wrong = missed = 0
    mistakes = []
    for case in cases:
        if not case.judged:
            continue
        found = dates.due(dates.find(case.text, case.on, NONE, case.lang))
        day = found.day if found else None
        right += day is not None and day == case.due
        wrong += day is not None and day != case.due
        missed += case.due is not None and day != case.due
        if day != case.due:
            mistakes.append(f"{day} instead of {case.due}: {case.text}")
    return Score(right, wrong, missed, tuple(mistakes))


def main() -> None:
    """Print every measure."""
    measured = [(f"sample {lang}", sample(lang)) for lang in ("zh", "en")]
    measured += [(f"lot {lot} {lang}", written(lang, lot)) for lot in LOTS for lang in ("zh", "en")]
    for name, cases in measured:
        for what, score in (("sentences", of_sentences(cases)), ("days", of_days(cases))):
            print(f"{name:10} {what:10} {score}")
            for mistake in score.mistakes:
                print(f"    {mistake}")
    notes = "".join(case.text for case in sample("zh"))
    start = time.perf_counter()
    count = len(commitments.find(notes, date(2026, 10, 31)))
    print(f"{len(notes)} characters with {count} promises read in {time.perf_counter() - start:.3f} s")


AREA = Area("Promises found", flags=(), quick=())

if __name__ == "__main__":
    main()
