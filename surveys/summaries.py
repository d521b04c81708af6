"""The few numbers that sum an item up, made from its published bars alone, so that they tell nothing more."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.i18n import _
from questions.base import Item, Shape, Tally, median
from surveys import rounding, statistics
from surveys.statistics import Interval


@dataclass(frozen=True, slots=True)
class Summary:
    """One number with its words, and what is said beside it in small."""

    label: str
    value: str
    note: str = ""


def summaries(item: Item, tally: Tally, *, invited: int | None = None) -> tuple[Summary, ...]:
    """Return what sums a published item up; nothing where a number of it is hidden."""
    if tally.answered is None or tally.shape in (Shape.TEXTS, Shape.GRID):
        return ()
    told = tuple(_of_points(tally, invited))
    return (*told, *_of_figures(tally, known=len(told) > 1))


def margin(answered: int, invited: int | None) -> str:
    """Say how far a share of all responses can be trusted."""
    return _("± %(points)s points", points=f"{statistics.margin(answered, invited):.1f}")


def _of_points(tally: Tally, invited: int | None) -> Iterator[Summary]:
    points = {int(bar.value): bar.count for bar in tally.bars if bar.value.lstrip("-").isdigit()}
    if tally.mean is None:
        return
    counts = {value: count for value, count in points.items() if count is not None}
    whole = len(counts) == len(tally.bars)
    interval = statistics.mean({float(value): n for value, n in counts.items()}, invited) if whole else None
    if rounding.banded(tally):
        yield Summary(_("Mean"), _told(tally.mean), _("rounded, so that it points at nobody"))
        return
    yield Summary(_("Mean"), f"{tally.mean:.2f}", _sure(interval))
    if not whole or len(counts) < 3:
        return
    middle = median(counts)
    yield Summary(_("Median"), f"{middle:g}" if middle is not None else "")
    best = sorted(counts)[-2:]
    n = sum(counts.values())
    yield Summary(
        _("Top two"),
        f"{100 * sum(counts[value] for value in best) / n:.0f}%",
        _("answered %(low)s or %(high)s", low=best[0], high=best[1]),
    )


def _of_figures(tally: Tally, *, known: bool) -> Iterator[Summary]:
    """Yield the figures of a tally, without those that are `known` from its points already."""
    for figure in tally.figures:
        if known and figure.key in ("median", "top2"):
            continue
        if figure.value is None:
            value = _("hidden")
        elif figure.key == "score":
            value = f"{figure.value:+.1f}".replace("-", "−")
        elif figure.key == "top2":
            value = f"{figure.value:.0f}%"
        else:
            value = _told(figure.value)
        yield Summary(str(figure.label), value)


def _told(value: float) -> str:
    return f"{round(value, 2):,.10g}".replace("-", "−")


def _sure(interval: Interval | None) -> str:
    if interval is None:
        return ""
    return _("95%% sure: %(low)s to %(high)s", low=f"{interval.low:.2f}", high=f"{interval.high:.2f}")
