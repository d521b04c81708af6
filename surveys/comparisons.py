"""One survey beside an earlier one: the same question then and now, and how far the difference can be trusted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.db import db
from core.i18n import _
from core.terms import SurveyState
from members.models import Organisation
from questions.base import Item, Measure, Shape, Tally
from surveys import alike, statistics
from surveys.crosstabs import Book
from surveys.models import Survey
from surveys.statistics import Interval

NEAR = 0.6  # how alike two wordings must be to be taken for one question


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
    """One question then and now; `why_not` says why it cannot be compared ("" when it can).

    `note`: what must be known to read it, "" when nothing.
    """

    item: Item
    before_n: int | None
    now_n: int | None
    changes: tuple[Change, ...]
    why_not: str = ""
    note: str = ""


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
    compared = []
    for item in now.items:
        if item.name in now.shown and now.shown[item.name].shape is not Shape.TEXTS:
            compared.append(_compared(item, _like(item, now, before), now, before, invited))
    return compared


def _like(item: Item, now: Book, before: Book) -> Item | None:
    """Return the earlier question with the same words; else the one of the same name, when its words are near."""
    same = [like for like in before.items if _words(like) == _words(item)]
    if same:
        return next((like for like in same if _same(item, like)), same[0])
    named = next((like for like in before.items if like.name == item.name), None)
    if named is None or any(_words(other) == _words(named) for other in now.items):
        return None
    near = SequenceMatcher(None, _words(item), _words(named), autojunk=False).ratio() >= NEAR
    return named if near else None


def _words(item: Item) -> str:
    return "".join(item.title.split()).casefold()


def _same(item: Item, like: Item) -> bool:
    return item.kind is like.kind and _answers(item) == _answers(like)


def _answers(item: Item) -> tuple[object, ...]:
    """Return what makes two questions ask for the same: the words of the answers, of a scale in order, and the unit.

    The rows of a grid are left out: each is compared on its own.
    """
    limits = item.settings.get("limits")
    unit = limits.unit if limits else item.settings.get("unit", "")
    values = item.kind.values(item)
    ordered = any(
        column.measure is Measure.ORDINAL and [str(value) for value in column.labels] == list(values)
        for column in item.kind.exported(item)
    )
    return tuple(values.items()) if ordered else frozenset(values.values()), unit, item.settings.get("total")


def _compared(
    item: Item, like: Item | None, now: Book, before: Book, invited: tuple[int | None, int | None]
) -> Compared:
    if like is None:
        return Compared(item, None, None, (), _("The earlier survey did not ask this."))
    if item.kind is not like.kind:
        return Compared(item, None, None, (), _("The earlier survey asked this as another type of question."))
    if not _same(item, like):
        return Compared(item, None, None, (), _("The answers to choose from are not the same."))
    told, then = now.shown.get(item.name), before.shown.get(like.name)
    if told is None or then is None or told.answered is None or then.answered is None:
        return Compared(item, None, None, (), _("Too few answered it in one of the two surveys."))
    told, then, note = alike.cut_alike(item, like, told, then)
    if _words(like) != _words(item):
        note = " ".join(filter(None, (note, _("The earlier survey asked: “%(title)s”", title=like.title))))
    changes = tuple(_changes("", told, then, invited))
    if not changes or all(change.now is None or change.before is None for change in changes):
        return Compared(item, then.answered, told.answered, (), note or _("Nothing is left that both surveys show."))
    return Compared(item, then.answered, told.answered, changes, note=note)


def _changes(label: str, now: Tally, before: Tally, invited: tuple[int | None, int | None]) -> Iterator[Change]:
    if now.shape is Shape.GRID:
        then_rows = {row.label: row.tally for row in before.rows}
        for row in now.rows:
            if row.label in then_rows:
                yield from _row(row.label, row.tally, then_rows[row.label], invited)
        return
    yield from _row(label, now, before, invited)
    then = {bar.label: bar for bar in before.bars}
    for bar in now.bars:
        if bar.label in then:
            yield _share(bar.label, (bar.count, now.answered), (then[bar.label].count, before.answered), invited)
    told = {str(figure.label): figure.value for figure in before.figures}
    for figure in now.figures if now.shape is Shape.FIGURES or not now.mean else ():
        if str(figure.label) in told:  # means of a ranking or of a total shared out, a score: no interval from bars
            yield Change(_named(str(figure.label), now), told[str(figure.label)], figure.value, None)


def _named(label: str, tally: Tally) -> str:
    """Say what a figure is where a bar has the same words."""
    return _("%(answer)s – mean place", answer=label) if any(bar.label == label for bar in tally.bars) else label


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
