"""One survey beside an earlier one: the same question then and now, and how far the difference can be trusted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.db import db
from core.i18n import _
from core.terms import SurveyState
from members.models import Organisation
from questions.base import Item, Shape, Tally
from surveys import statistics
from surveys.crosstabs import Book
from surveys.models import Survey
from surveys.statistics import Interval


@dataclass(frozen=True, slots=True)
class Change:
    """One number then and now, and the interval of the difference; None where it is hidden on either side.

    In percent of those who answered; a mean in points of its scale.
    """

    label: str
    before: float | None
    now: float | None
    difference: Interval | None

    @property
    def clear(self) -> bool:
        """Say whether the difference is more than chance explains."""
        return self.difference is not None and not self.difference.low <= 0 <= self.difference.high


@dataclass(frozen=True, slots=True)
class Compared:
    """One question then and now; `why_not` says why it cannot be compared ("" when it can)."""

    item: Item
    before_n: int | None
    now_n: int | None
    changes: tuple[Change, ...]
    why_not: str = ""


def earlier(survey: Survey, *, within: Organisation) -> list[Survey]:
    """Return the closed surveys of the organisation that closed before this one, the latest first."""
    query = db.select(Survey).where(
        Survey.organisation_id == within.id,
        Survey.state == SurveyState.CLOSED,
        Survey.id != survey.id,
        Survey.closed_on <= survey.closed_on,
    )
    return list(db.session.scalars(query.order_by(Survey.closed_on.desc(), Survey.id.desc())))


def compare(now: Book, before: Book, *, invited: tuple[int | None, int | None] = (None, None)) -> list[Compared]:
    """Compare every published question of `now` with its like in `before`; `invited`: of now and of before."""
    known = {item.name: item for item in before.items}
    by_title = {item.title.strip(): item for item in before.items}
    compared = []
    for item in now.items:
        if item.name not in now.shown or now.shown[item.name].shape is Shape.TEXTS:
            continue
        like = known.get(item.name)
        if like is None or not _same(item, like):
            like = by_title.get(item.title.strip()) or like
        compared.append(_compared(item, like, now, before, invited))
    return compared


def _same(item: Item, like: Item) -> bool:
    return item.kind is like.kind and _answers(item) == _answers(like)


def _answers(item: Item) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of the answers and of the rows: what makes two questions ask for the same."""
    return tuple(item.kind.values(item).values()), tuple(item.kind.parts(item).values())


def _compared(
    item: Item, like: Item | None, now: Book, before: Book, invited: tuple[int | None, int | None]
) -> Compared:
    if like is None:
        return Compared(item, None, None, (), _("The earlier survey did not ask this."))
    if item.kind is not like.kind:
        return Compared(item, None, None, (), _("The earlier survey asked this as another type of question."))
    if _answers(item) != _answers(like):
        return Compared(item, None, None, (), _("The answers to choose from are not the same."))
    told, then = now.shown.get(item.name), before.shown.get(like.name)
    if told is None or then is None or told.answered is None or then.answered is None:
        return Compared(item, None, None, (), _("Too few answered it in one of the two surveys."))
    changes = tuple(_changes("", told, then, invited))
    if not changes or all(change.now is None or change.before is None for change in changes):
        return Compared(item, then.answered, told.answered, (), _("Nothing is left that both surveys show."))
    return Compared(item, then.answered, told.answered, changes)


def _changes(label: str, now: Tally, before: Tally, invited: tuple[int | None, int | None]) -> Iterator[Change]:
    if now.shape is Shape.GRID:
        for row, like in zip(now.rows, before.rows, strict=False):
            if row.label == like.label:
                yield from _row(row.label, row.tally, like.tally, invited)
    else:
        yield from _row(label, now, before, invited)
        then = {bar.label: bar for bar in before.bars}
        for bar in now.bars:
            if bar.label in then:
                yield _share(bar.label, (bar.count, now.answered), (then[bar.label].count, before.answered), invited)


def _row(label: str, now: Tally, before: Tally, invited: tuple[int | None, int | None]) -> Iterator[Change]:
    """Yield the change of a mean."""
    if now.mean is None and before.mean is None:
        return
    told, then = _mean(now, invited[0]), _mean(before, invited[1])
    gap = None
    if told and then and now.mean is not None and before.mean is not None:
        gap = statistics.difference(now.mean, told, before.mean, then)
    yield Change(f"{label} – {_('mean')}" if label else _("Mean"), before.mean, now.mean, gap)


def _mean(tally: Tally, invited: int | None) -> Interval | None:
    """Return the interval of a published mean, from its published bars."""
    counts: dict[float, int] = {}
    for bar in tally.bars:
        if bar.count is None:
            return None
        if bar.value.lstrip("-").isdigit():
            counts[float(bar.value)] = bar.count
    return statistics.mean(counts, invited) if tally.mean is not None and counts else None


def _share(
    label: str,
    now: tuple[int | None, int | None],
    before: tuple[int | None, int | None],
    invited: tuple[int | None, int | None],
) -> Change:
    told, then = (_percent(count, n) for count, n in (now, before))
    gap = None
    if told is not None and then is not None:
        ends = [
            statistics.share(count or 0, n or 1, people)
            for (count, n), people in zip((now, before), invited, strict=True)
        ]
        gap = statistics.difference(told, ends[0], then, ends[1])
    return Change(label, then, told, gap)


def _percent(count: int | None, n: int | None) -> float | None:
    return 100 * count / n if count is not None and n else None


def reading(compared: Sequence[Compared]) -> str:
    """Say how many differences are more than chance explains."""
    changes: Mapping[bool, int] = {
        clear: sum(change.clear is clear for one in compared for change in one.changes if change.difference)
        for clear in (True, False)
    }
    if not sum(changes.values()):
        return _("Nothing can be compared.")
    return _(
        "%(clear)s of %(all)s differences are larger than chance explains. About one in twenty would be if nothing "
        "had changed.",
        clear=changes[True],
        all=sum(changes.values()),
    )
