"""Where excerpts come from: a new source is one function and one line in `SOURCES`."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from activities import queries as activities
from activities.minutes import contributions
from core.db import db
from core.terms import SourceKind, SurveyState
from interviews.queries import passages_for_concerns
from investigations.models import Investigation
from members.models import Organisation
from questions.base import Item, Shape
from questions.paths import part
from surveys import closing, questionnaires
from surveys import queries as surveys
from surveys.models import Response
from surveys.splitting import WHOLE, answer


@dataclass(frozen=True, slots=True)
class Said:
    """What one voice said: a whole answer, or what a talk's readers let go on of its notes.

    `item` names the question of a survey. `released` are the passages of a talk: no name in them, the text is they.
    """

    source: SourceKind
    source_id: int
    text: str
    item: str = ""
    released: tuple[str, ...] = ()


def from_surveys(investigation: Investigation) -> Iterator[Said]:
    """Yield the open answers of closed surveys, item by item.

    Within an item they come shuffled, then by text: neither their order nor anything else in them tells which answers
    to two items came from one person.
    """
    within = db.session.get_one(Organisation, investigation.organisation_id)
    for survey in surveys.surveys(investigation, within=within):
        if survey.state is not SurveyState.CLOSED or closing.unfinished(survey):
            continue
        # Only what was said is read, not the key it is stored under.
        rows = db.session.execute(select(Response.part, Response.answers).where(Response.survey_id == survey.id))
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for name, answers in rows:
            parts.setdefault(name, []).append(answers)
        for item in questionnaires.ready(survey.version).items:
            given = parts.get(item.name) or parts.get(WHOLE) or []
            texts = [text.strip() for text in _texts(item, given)] if item.kind.answerable else []
            random.SystemRandom().shuffle(texts)
            for text in sorted(filter(None, texts)):
                yield Said(SourceKind.SURVEY, survey.id, text, item=item.name)


def _texts(item: Item, answers: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Return what was written to a question asked for words, or to those of its rows that were."""
    tally = item.kind.tally([answer(part(given, item)) or {} for given in answers], item)
    if tally.shape is Shape.TEXTS:
        return tally.texts
    return [text for row in tally.rows if row.tally.shape is Shape.TEXTS for text in row.tally.texts]


def from_talks(investigation: Investigation) -> Iterator[Said]:
    """Yield the passages of talks that went on: never the notes, which nobody here could open."""
    within = db.session.get_one(Organisation, investigation.organisation_id)
    for talk_id, texts in passages_for_concerns(investigation=investigation, within=within):
        yield Said(SourceKind.TALK, talk_id, "\n".join(texts), released=texts)


def from_meetings(investigation: Investigation) -> Iterator[Said]:
    """Yield the contributions to meetings, each a voice of its own: who spoke is not known here."""
    within = db.session.get_one(Organisation, investigation.organisation_id)
    for activity in activities.activities(investigation, within=within):
        for text in contributions(activity.minutes):
            yield Said(SourceKind.MEETING, activity.id, text)


SOURCES: tuple[Callable[[Investigation], Iterator[Said]], ...] = (from_surveys, from_talks, from_meetings)


def said(investigation: Investigation) -> list[Said]:
    """Return what was said in all sources of an investigation."""
    return [one for source in SOURCES for one in source(investigation)]
