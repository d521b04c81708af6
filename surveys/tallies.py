"""Counts of a closed survey, item by item, with small groups hidden before anybody sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core import jobs
from core.errors import DomainError
from core.i18n import _, lazy
from core.terms import Channel, SurveyState
from members import rules
from members.models import Organisation
from questions.base import Bar, Item, Shape, Tally
from surveys import closing, conditions, queries, questionnaires, rounding, snapshots, suppression
from surveys.counting import AnswersSource, Given, Source, totals
from surveys.crosstabs import Book
from surveys.models import Survey

COLUMNS = (
    lazy("Question"),
    lazy("Text"),
    lazy("Row"),
    lazy("Answer"),
    lazy("Count"),
    lazy("Percent"),
    lazy("Answered (n)"),
    lazy("Mean"),
)


@dataclass(frozen=True, slots=True)
class Results:
    """What a survey says. `items` is empty when so few answered that nothing may be shown.

    `answered`: responses counted; `complete`: those with every required answer; `asked`: codes handed out;
    `channels`: the doors they came through, None where few came.
    """

    answered: int
    complete: int
    asked: int
    channels: tuple[tuple[Channel, int | None], ...]
    items: tuple[tuple[Item, Tally], ...]
    floor: int

    def tally(self, name: str) -> Tally | None:
        """Return the tally of an item, or None."""
        return next((tally for item, tally in self.items if item.name == name), None)


def floor(within: Organisation) -> int:
    """Return the smallest count the organisation shows."""
    return rules.value(within, "suppression.cell_floor")


def results(survey: Survey, *, within: Organisation, language: str = "") -> Results:
    """Count a closed survey; raise `DomainError` while it is open: results that grow could be subtracted."""
    opened = book(survey, within=within, language=language)
    return Results(
        answered=opened.source.size(),
        complete=opened.source.complete(),
        asked=queries.invited(survey),
        channels=_channels(opened.source.channels(), opened.floor),
        items=tuple((item, opened.shown[item.name]) for item in opened.items if item.name in opened.shown),
        floor=opened.floor,
    )


def book(survey: Survey, *, within: Organisation, language: str = "") -> Book:
    """Return everything counted of a closed survey and what of it is published; raise `DomainError` while it is open.

    Nothing is counted when so few answered that nothing may be shown.
    """
    if survey.state is not SurveyState.CLOSED:
        raise DomainError(_("Results are shown once the survey has closed."))
    closing.must_be_finished(survey)
    asked = questionnaires.ready(survey.version, language)
    items = tuple(item for item in asked.items if item.kind.answerable)
    running = jobs.latest("surveys.snapshot", within=within, survey_id=survey.id)
    if running is not None and running.running:
        raise DomainError(
            _("The answers are being counted; for a large survey this takes a minute or two. Look again.")
        )
    counted = source(survey, asked)
    least = floor(within)
    if counted.size() < max(rules.value(within, "suppression.results_floor"), least):
        return Book(items, {}, {}, counted, least)
    return published(items, counted, least, texts=rules.value(within, "suppression.texts_floor"))


def source(survey: Survey, asked: questionnaires.Ready) -> Source:
    """Return where a closed survey is counted: in memory, or from its columnar snapshot when it is large."""
    known = totals(survey)
    if snapshots.worth_it(queries.received(survey), asked, survey.split):
        return snapshots.SnapshotSource(snapshots.ready(survey, asked), asked, split=survey.split, known=known)
    rows = (Given(row.channel, row.complete, row.answers, row.part) for row in queries.responses(survey))
    return AnswersSource(asked.items, rows, split=survey.split, known=known)


def published(items: Sequence[Item], counted: Source, least: int, *, texts: int = suppression.TEXTS) -> Book:
    """Count every item and hide what must be hidden."""
    items = [item.kind.settled(counted.counts(item), item) for item in items]
    raw = [(item, item.kind.counted(counted.counts(item), item)) for item in items]
    told = suppression.protect_all(raw, least, texts=texts, split=_split(counted))
    return Book(
        tuple(items),
        {item.name: tally for item, tally in raw},
        {item.name: unordered(rounding.rounded(item, tally, least)) for item, tally in told},
        counted,
        least,
    )


def _split(counted: Source) -> conditions.Split:
    """Return what counts who was asked an item by what they answered to another; None where they were stored apart."""

    def split(parent: Item, item: Item) -> Mapping[tuple[str, Any], int] | None:
        if {parent.name, item.name} & counted.apart:
            return None
        found: dict[tuple[str, Any], int] = {}
        first = None
        for (column, value, other, _value), times in counted.cross(parent, item).both.items():
            first = other if first is None else first
            if other == first:
                found[column, value] = found.get((column, value), 0) + times
        return found

    return split


def unordered(tally: Tally) -> Tally:
    """Return a tally whose texts, and those of its rows, stand in no order of answering.

    They stand in the order of their words, each question on its own, so that no two can be joined.
    """
    rows = tuple(replace(row, tally=unordered(row.tally)) for row in tally.rows)
    # Those of a snapshot are read in that order, and only when they are shown.
    texts = tally.texts if isinstance(tally.texts, snapshots.Texts) else tuple(sorted(tally.texts))
    return replace(tally, texts=texts, rows=rows)


def _channels(came: Mapping[Channel, int], least: int) -> tuple[tuple[Channel, int | None], ...]:
    used = [(channel, came[channel]) for channel in Channel if came.get(channel)]
    if len(used) < 2:
        return tuple(used)
    # That a door was used at all is no secret, so a hidden one counts at least one: protect what is beyond that.
    bars = tuple(Bar(channel.value, "", number - 1) for channel, number in used)
    told = suppression.protect(Tally(Shape.PARTS, sum(came.values()), bars=bars), max(least - 1, 1))
    return tuple(
        (channel, None if bar.count is None else number) for (channel, number), bar in zip(used, told.bars, strict=True)
    )


def table(results: Results) -> list[list[object]]:
    """Return the results as rows under `COLUMNS`; what is hidden says so."""
    lines: list[list[object]] = []
    for item, tally in results.items:
        if tally.shape is Shape.GRID:
            for row in tally.rows:
                lines += _told(item, row.label, row.tally)
        else:
            lines += _told(item, "", tally)
    return lines


def _told(item: Item, row: str, tally: Tally) -> list[list[object]]:
    if tally.shape is not Shape.TEXTS:
        return _lines(item, row, tally)
    n = _hidden(tally.answered)
    return [[item.name, item.title, row, text, "", "", n, ""] for text in tally.texts or ("",)]


def _lines(item: Item, row: str, tally: Tally) -> list[list[object]]:
    mean = "" if tally.mean is None else round(tally.mean, 2)
    lines: list[list[object]] = []
    for bar in tally.bars:
        share = tally.share(bar)
        percent = _("hidden") if share is None else round(share, 1)
        lines.append(
            [item.name, item.title, row, bar.label, _hidden(bar.count), percent, _hidden(tally.answered), mean]
        )
    for figure in tally.figures:
        told = _("hidden") if figure.value is None else figure.value
        lines.append([item.name, item.title, row, str(figure.label), told, "", _hidden(tally.answered), ""])
    return lines


def _hidden(number: int | None) -> object:
    return _("hidden") if number is None else number
