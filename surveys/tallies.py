"""Counts of a closed survey, item by item, with small groups hidden before anybody sees them."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import DomainError
from core.i18n import _, lazy
from core.terms import Channel, SurveyState
from members import rules
from members.models import Organisation
from questions.base import Answers, Bar, Item, Shape, Tally
from questions.paths import part, walk
from surveys import queries, questionnaires, suppression
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
    if survey.state is not SurveyState.CLOSED:
        raise DomainError(_("Results are shown once the survey has closed."))
    responses = queries.responses(survey)
    least = floor(within)
    enough = len(responses) >= max(rules.value(within, "suppression.results_floor"), least)
    asked = questionnaires.ready(survey.version, language)
    counted = count(asked.items, [response.answers for response in responses]) if enough else []
    return Results(
        answered=len(responses),
        complete=sum(response.complete for response in responses),
        asked=queries.invited(survey),
        channels=_channels([response.channel for response in responses], least),
        items=tuple(
            (item, replace(tally, texts=shuffled(tally.texts)))
            for item, tally in suppression.protect_all(counted, least)
        ),
        floor=least,
    )


def count(items: Sequence[Item], responses: Sequence[Mapping[str, Any]]) -> list[tuple[Item, Tally]]:
    """Count every item among those who were asked it; nothing is hidden yet."""
    given: dict[str, list[Answers]] = {item.name: [] for item in items}
    for answers in responses:
        asked, kept = walk(items, answers)
        for item in asked:
            given[item.name].append(part(kept, item))
    return [
        (item, item.kind.tally(given[item.name], item, skipped=len(responses) - len(given[item.name])))
        for item in items
    ]


def shuffled(texts: Sequence[str]) -> tuple[str, ...]:
    """Return texts in the order of their words: each question on its own, so that no two can be joined."""
    mixed = list(texts)
    random.SystemRandom().shuffle(mixed)
    return tuple(sorted(mixed))


def _channels(came: Sequence[Channel], least: int) -> tuple[tuple[Channel, int | None], ...]:
    counts = [(channel, came.count(channel)) for channel in Channel]
    used = [(channel, number) for channel, number in counts if number]
    if len(used) < 2:
        return tuple(used)
    bars = tuple(Bar(channel.value, "", number) for channel, number in used)
    told = suppression.protect(Tally(Shape.PARTS, len(came), bars=bars), least)
    return tuple((channel, bar.count) for (channel, _number), bar in zip(used, told.bars, strict=True))


def table(results: Results) -> list[list[object]]:
    """Return the results as rows under `COLUMNS`; what is hidden says so."""
    lines: list[list[object]] = []
    for item, tally in results.items:
        if tally.shape is Shape.TEXTS:
            n = _hidden(tally.answered)
            lines += [[item.name, item.title, "", text, "", "", n, ""] for text in tally.texts or ("",)]
        elif tally.shape is Shape.GRID:
            for row in tally.rows:
                lines += _lines(item, row.label, row.tally)
        else:
            lines += _lines(item, "", tally)
    return lines


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
