"""The stage of surveys: an open survey of the sample questionnaire with codes in hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from core.db import db
from core.terms import Access, Split
from surveys import fielding, invitations, queries, questionnaires
from surveys.models import Survey
from surveys.questionnaires import Ready
from tests.conftest import SAMPLE, people

YES, NO = {"v": "x", "t": "是"}, {"v": "y", "t": "否"}
DEFINITION = {
    "title": "小调查",
    "items": [
        {"id": "a", "type": "single", "title": "甲", "required": True, "options": [YES, NO]},
        {"id": "b", "type": "text", "title": "乙", "rows": 3, "show_if": {"item": "a", "op": "==", "value": "x"}},
    ],
}


@dataclass
class Fielded:
    """An open survey and its codes."""

    survey: Survey
    codes: list[str]
    cast: SimpleNamespace

    @property
    def public(self) -> queries.PublicSurvey:
        found = queries.public_survey(self.survey.public_id)
        assert found is not None
        return found

    @property
    def ready(self) -> Ready:
        return questionnaires.ready(self.survey.version)

    @property
    def url(self) -> str:
        return f"/s/{self.survey.public_id}"


def field(
    app: Any, definition: dict | None = None, spares: int = 12, *, split: Split | None = None, **settings: Any
) -> Fielded:
    """Open a survey with `spares` codes, committed; `settings` are those of `fielding.create`."""
    cast = people(app)
    survey = fielding.create(
        cast.investigation,
        definition or fielding.sample("opinion-zh"),
        within=cast.branch,
        by=cast.secretary,
        **settings,
    )
    survey.split = split
    slips = []
    if survey.access is Access.CODES:
        slips = invitations.invite(survey, members=[], spares=spares, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    return Fielded(survey, [slip.code for slip in slips], cast)


@pytest.fixture
def fielded(app) -> Iterator[Fielded]:
    """The sample questionnaire, open; its answers stay whole."""
    yield field(app, split=Split.NONE)


@pytest.fixture
def small(app) -> Iterator[Fielded]:
    """Two questions, the second only for those who said yes to the first; open."""
    yield field(app, DEFINITION, split=Split.NONE)


def good_answers(code: str, /, **changes: Any) -> MultiDict:
    """Return a full answer to the sample questionnaire, off-shift, as a browser posts it."""
    pairs: list[tuple[str, str]] = [("code", code), ("q1", "mech"), ("q2", "party"), ("q3", "day")]
    pairs += [(f"q4.{row}", "3") for row in ("canteen", "ppe", "equip", "train", "park", "dormnet", "pay", "env")]
    pairs += [("q5", "canteen"), ("q5", "other"), ("q5_other", "凉亭"), ("q6", "w1")]
    pairs += [(f"q9.{row}", "na") for row in ("time", "study", "talk", "reply", "board")]
    pairs += [("q10", "1"), ("q11", "some"), ("q12", "9"), ("q13", "食堂排队"), ("q14", "")]
    sent = MultiDict(pairs)
    for name, value in changes.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return sent


def sample_responses() -> bytes:
    """Return the 200 invented responses."""
    return (SAMPLE / "responses.jsonl").read_bytes()
