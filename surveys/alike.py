"""Two histograms of the same question made comparable: bands joined until both are cut at the same places.

Joined bands are sums of published ones, so they tell nothing more; a band of which a part is hidden is hidden.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.i18n import _
from questions.base import Bar, Counts, Item, Measure, Shape, Tally
from surveys import rounding


def cut_alike(item: Item, like: Item, now: Tally, before: Tally) -> tuple[Tally, Tally, str]:
    """Return both tallies with the same bands, and what to say of it ("" where nothing had to be joined)."""
    cuts, others = item.settings.get("cuts"), like.settings.get("cuts")
    if cuts is None or others is None or cuts == others:
        return now, before, ""
    shared = _shared(cuts, others)
    if shared is None:
        note = _("The two surveys part the answers in another way (days, months or years): they cannot be compared.")
        return replace(now, bars=()), replace(before, bars=()), note
    told = _joined(now, _model(item, shared)), _joined(before, _model(like, _shared(others, cuts)))
    return *told, _("Bands were joined where the two surveys part differently.")


def _shared(cuts: Any, others: Any) -> Any:
    """Return the cuts both have; None where their units differ."""
    if isinstance(cuts, Mapping):
        return {name: _shared(own, others.get(name, own)) for name, own in cuts.items()}
    if [cut for cut in cuts if isinstance(cut, str)] != [cut for cut in others if isinstance(cut, str)]:
        return None
    return tuple(cut for cut in cuts if cut in others)


def _model(item: Item, cuts: Any) -> Tally:
    """Return an empty tally of the item cut at `cuts`, for the names and words of its bands."""
    columns = item.kind.exported(item)
    none = Counts(
        0,
        0,
        by={column.name: {} for column in columns if column.measure is not Measure.TEXT},
        texts={column.name: [] for column in columns if column.measure is Measure.TEXT},
    )
    return item.kind.counted(none, replace(item, settings={**item.settings, "cuts": cuts}))


def _joined(tally: Tally, model: Tally) -> Tally:
    if tally.shape is Shape.GRID:
        models = {row.value: row.tally for row in model.rows}
        return replace(
            tally, rows=tuple(replace(row, tally=_joined(row.tally, models[row.value])) for row in tally.rows)
        )
    if not rounding.banded(tally):
        return tally
    bars = tuple(Bar(bar.value, bar.label, _sum(tally, bar.value)) for bar in model.bars)
    return replace(tally, bars=bars if len(bars) > 1 else ())


def _sum(tally: Tally, name: str) -> int | None:
    low, high = _ends(name)
    inside = [bar.count for bar in tally.bars if low <= _ends(bar.value)[0] and _ends(bar.value)[1] <= high]
    known = [count for count in inside if count is not None]
    return sum(known) if len(known) == len(inside) else None


def _ends(name: str) -> tuple[float, float]:
    low, _dots, high = name.partition("..")
    return float(low or "-inf"), float(high or "inf")
