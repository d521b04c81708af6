"""Hiding small groups, so that no sum or difference of published numbers gives one away.

Numbers from 0 to floor-1 all look alike, and so do the larger ones hidden beside them: a hidden number is told as
"hidden", never as "under five". The tests hold this against somebody who knows these rules and tries every table
that would look the same.
"""

from collections.abc import Sequence
from dataclasses import replace

from questions.base import Bar, Item, Row, Shape, Tally
from surveys.conditions import Conditions, Split

TEXTS = 10  # people at least whose own words are shown, unless the organisation asks for more


def parts(counts: Sequence[int], floor: int) -> set[int]:
    """Return which of the counts that add up to a known whole must be hidden.

    Every count under the floor, then the next smallest until at least two are hidden whose sum reaches the floor:
    fewer, or a smaller sum, could be solved from the whole. Hidden counts that are all as large as a small one can be
    would be told by their sum; one more joins them. Equal counts are hidden together: if the first of them were chosen,
    the choice would tell who is small.
    """
    order = sorted(range(len(counts)), key=lambda place: (counts[place], place))
    hidden = [place for place in order if counts[place] < floor]
    rest = order[len(hidden) :]
    small = len(hidden)

    def solvable() -> bool:
        total = sum(counts[place] for place in hidden)
        told_by_sum = len(hidden) == small and total == (floor - 1) * small
        return len(hidden) < 2 or total < floor or told_by_sum

    while hidden and rest and solvable():
        next_count = counts[rest[0]]
        while rest and counts[rest[0]] == next_count:
            hidden.append(rest.pop(0))
    return set(hidden)


def marks(counts: Sequence[int], answered: int, most: int, floor: int, least: int = 1) -> set[int]:
    """Return which counts must be hidden when each of `answered` people set `least` to `most` marks.

    A count is hidden when those who set the mark, or those who did not, are fewer than the floor; then the smallest
    others, as long as the sum of all marks leaves a hidden count only one possible value.
    """
    low = set(range(min(floor, answered + 1)))
    small = low | {answered - number for number in low}
    order = sorted(range(len(counts)), key=lambda place: (counts[place], place))
    hidden = [place for place in order if counts[place] in small]
    rest = [place for place in order if counts[place] not in small]
    allowed = [small] * len(hidden)
    while hidden and rest:
        shown = sum(counts[place] for place in rest)
        if not _settled(allowed, least * answered - shown, most * answered - shown):
            break
        next_count = counts[rest[0]]
        while rest and counts[rest[0]] == next_count:
            hidden.append(rest.pop(0))
            allowed.append(set(range(answered + 1)))
    return set(hidden)


def _settled(allowed: Sequence[set[int]], least: int, most: int) -> bool:
    """Say whether some hidden count has only one value that fits a sum from `least` to `most`."""
    for place, values in enumerate(allowed):
        others = {0}
        for other in (*allowed[:place], *allowed[place + 1 :]):
            others = {total + value for total in others for value in other if total + value <= most}
        low, high = min(others, default=0), max(others, default=0)
        fitting = [
            value
            for value in values
            if low + value <= most and high + value >= least and any(least <= value + o <= most for o in others)
        ]
        if len(fitting) < 2:
            return True
    return False


def protect(tally: Tally, floor: int, *, texts: int = TEXTS, least: int = 1) -> Tally:
    """Return the tally with everything hidden that must be.

    `texts`: people at least behind answers in their own words; `least`: marks everybody had to set (shape MARKS).
    """
    if tally.answered is None or tally.answered < floor:
        return withheld(tally)
    if tally.shape is Shape.GRID:
        rows = (replace(row, tally=protect(row.tally, floor, texts=texts, least=least)) for row in tally.rows)
        return replace(tally, rows=tuple(rows))
    if tally.shape is Shape.TEXTS:
        return tally if tally.answered >= texts else replace(tally, texts=())
    if tally.shape is Shape.FIGURES:
        return tally  # made from all answers, of whom there are enough
    counts = [bar.count or 0 for bar in tally.bars]
    if tally.shape is Shape.MARKS:
        hidden = marks(counts, tally.answered, tally.most or len(counts), floor, least)
    else:
        hidden = parts(counts, floor)
    words = tally.texts if len(tally.texts) >= texts and not hidden else ()
    if not hidden:
        return replace(tally, texts=words)
    return replace(
        tally,
        bars=tuple(replace(bar, count=None) if place in hidden else bar for place, bar in enumerate(tally.bars)),
        # A mean, the number of those rated, or a score would be one equation more.
        mean=None,
        rated=None,
        figures=tuple(replace(figure, value=None) for figure in tally.figures),
        texts=words,
    )


def withheld(tally: Tally) -> Tally:
    """Return the tally without any number."""
    return replace(
        tally,
        answered=None,
        missing=0,
        skipped=0,
        bars=tuple(Bar(bar.value, bar.label, None) for bar in tally.bars),
        mean=None,
        rated=None,
        figures=tuple(replace(figure, value=None) for figure in tally.figures),
        rows=tuple(Row(row.value, row.label, withheld(row.tally)) for row in tally.rows),
        texts=(),
    )


def least_marks(item: Item) -> int:
    """Return how many options everybody who answered had to choose, as far as the questionnaire says."""
    return 1 if item.settings.get("exclusive") else int(item.settings.get("min") or 1)


def protect_all(
    counted: Sequence[tuple[Item, Tally]], floor: int, *, texts: int = TEXTS, split: Split | None = None
) -> list[tuple[Item, Tally]]:
    """Return all tallies of a survey protected, also against each other.

    How many were asked a conditional item is itself a number: see `Conditions`. `split` counts who was asked one item
    by what they answered to another; without it an item that hangs on several others is withheld.
    """
    conditions = Conditions([item for item, _tally in counted], {i.name: t for i, t in counted}, floor, split)
    protected: dict[str, tuple[Item, Tally]] = {}
    for item, tally in counted:
        told = protect(tally, floor, texts=texts, least=least_marks(item))
        shown = {name: shown for name, (_item, shown) in protected.items()}
        protected[item.name] = (item, withheld(tally) if conditions.give_away(item, shown) else told)
    return list(protected.values())
