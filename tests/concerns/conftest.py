"""What the concern tests stand on: a closed survey, some talks, and a grouping that is easy to foresee."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from types import SimpleNamespace

import pytest
from flask import Flask

from concerns import grouping, queries
from concerns.jobs import regroup
from concerns.models import Concern
from concerns.queries import ConcernLine
from core.clock import now
from core.db import db
from core.terms import Channel, SurveyState, Visibility
from interviews import talks
from interviews.models import Talk
from interviews.talks import PlannedTalk, TalkRecord
from members.models import Member
from surveys.models import Response, Survey, Version
from tests.conftest import people

TOPICS = ("食堂", "停车", "宿舍", "班车")


def by_topic(texts: list[str], **kwargs: object) -> grouping.Grouping:
    """Group by the first of a few topics a text names; one text alone is no group."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        topic = next((topic for topic in TOPICS if topic in text), None)
        if topic:
            rows[topic].append(row)
    groups = [
        grouping.Grouped(topic, (topic,), "", tuple(found[:3]), tuple(found), None)
        for topic, found in rows.items()
        if len(found) > 1
    ]
    grouped = {row for group in groups for row in group.rows}
    return grouping.Grouping(tuple(groups), tuple(row for row in range(len(texts)) if row not in grouped))


@pytest.fixture
def foreseeable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests know which groups come out."""
    monkeypatch.setattr(grouping, "group", by_topic)


@dataclass
class Stage:
    """An investigation to put answers and talks into."""

    cast: SimpleNamespace

    def survey(self, *answers: dict[str, str], state: SurveyState = SurveyState.CLOSED) -> Survey:
        """Write a survey with two open items and these answers."""
        items = [{"id": name, "type": "text", "rows": 4, "title": name} for name in ("q13", "q14")]
        definition = {
            "id": "s",
            "title": "问卷",
            "lang": "zh",
            "sections": [{"id": "s1", "title": "一", "items": items}],
        }
        version = Version(
            organisation_id=self.cast.branch.id, title="问卷", language="zh", definition=definition | {"version": 1}
        )
        db.session.add(version)
        db.session.flush()
        survey = Survey(
            organisation_id=self.cast.branch.id,
            investigation_id=self.cast.investigation.id,
            version_id=version.id,
            public_id=token_hex(8),
            state=state,
            created_at=now(),
        )
        db.session.add(survey)
        db.session.flush()
        for answer in answers:
            self.answer(survey, answer)
        db.session.commit()
        return survey

    def answer(self, survey: Survey, answers: dict[str, str]) -> None:
        """Add one response."""
        db.session.add(
            Response(id=token_hex(16), survey_id=survey.id, channel=Channel.PHONE, complete=True, answers=dict(answers))
        )
        db.session.commit()

    def talk(self, notes: str, visibility: Visibility = Visibility.COMMITTEE, member: Member | None = None) -> Talk:
        """Write a recorded talk; with the worker unless it is held with another `member`."""
        record = TalkRecord(
            member_id=(member or self.cast.worker).id,
            interviewer_id=self.cast.boss.id,
            held_on=date(2026, 10, 1),
            visibility=visibility,
            notes=notes,
            investigation_id=self.cast.investigation.id,
        )
        plan = PlannedTalk(record.member_id, record.interviewer_id, record.held_on)
        talk = talks.plan(plan, within=self.cast.branch, by=self.cast.secretary)
        talks.record(talk, record, by=self.cast.secretary, based_on=talk.revision)
        db.session.commit()
        return talk

    def amend(self, talk: Talk, notes: str, visibility: Visibility = Visibility.COMMITTEE) -> None:
        """Write other notes, or another level, into a talk."""
        record = TalkRecord(
            talk.member_id, talk.interviewer_id, talk.held_on, visibility, notes, investigation_id=talk.investigation_id
        )
        talks.amend(talk, record, by=self.cast.secretary, based_on=talk.revision)
        db.session.commit()

    def colleague(self, number: int) -> Member:
        """Write another member of the branch."""
        member = Member(organisation_id=self.cast.branch.id, number=f"N{number}", name=f"同事{number}号")
        db.session.add(member)
        db.session.commit()
        return member

    def group(self) -> dict[str, int]:
        """Run the job as the worker would: what it wrote is committed."""
        result = regroup(lambda share: db.session.rollback(), investigation_id=self.cast.investigation.id)
        db.session.commit()
        return result

    def lines(self, hidden: bool = False) -> dict[str, ConcernLine]:
        """Return the concerns by label."""
        db.session.expire_all()
        found = queries.concerns(self.cast.investigation, within=self.cast.branch, hidden=hidden)
        return {line.label: line for line in found}

    def concern(self, label: str) -> Concern:
        """Return a concern by its label."""
        return db.session.get_one(Concern, self.lines(hidden=True)[label].id)

    def texts(self, label: str | None) -> set[str]:
        """Return what stands in a concern, or in none."""
        concern = self.concern(label) if label else None
        page = queries.passages(self.cast.investigation, concern, within=self.cast.branch, reader=self.cast.secretary)
        return {passage.text for passage in page.passages if not passage.hidden}

    def ids(self, label: str | None, *texts: str) -> list[int]:
        """Return the numbers of passages of a concern with these texts."""
        concern = self.concern(label) if label else None
        page = queries.passages(self.cast.investigation, concern, within=self.cast.branch, reader=self.cast.secretary)
        return [passage.id for passage in page.passages if not texts or passage.text in texts]


@pytest.fixture
def stage(cast: SimpleNamespace) -> Stage:
    """An empty stage on SQLite."""
    return Stage(cast)


@pytest.fixture
def any_stage(any_app: Flask) -> Stage:
    """An empty stage on each database engine."""
    return Stage(people(any_app))


@pytest.fixture
def fill() -> Callable[[Stage], None]:
    """Return a function that puts the usual answers and talks on a stage: four topics, one of them thin."""

    def fill(stage: Stage) -> None:
        meals = ["食堂的菜太咸", "食堂排队太久", "食堂夜里没有热饭", "食堂价格太贵", "食堂座位不够"]
        parking = ["停车位不够", "停车场太暗", "停车太难"]
        stage.survey(
            *({"q13": text} for text in meals),
            *({"q14": text} for text in parking),
            {"q13": "宿舍没有热水", "q14": "宿舍太吵"},
            {"q14": "希望多发几本书"},
        )
        stage.talk("食堂的馒头太硬。宿舍的网太慢。")

    return fill
