"""An organisation that asked twice: two surveys, concerns of both, talks, and a ledger, to report on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from types import SimpleNamespace

from sqlalchemy import event

from concerns import actions
from concerns.models import Concern, ConcernThread, Excerpt
from core.clock import now
from core.db import db
from core.terms import ActionState, ReportStyle, SourceKind
from investigations.models import Investigation
from members.models import Member
from reports import compose, evidence
from reports.blocks import Document
from reports.evidence import Evidence
from tests.concerns.conftest import Stage
from tests.surveys.test_comparisons import EARLIER, GLAD, LATER, closed

BEFORE = [
    {"q1": "abc"[n % 3], "q2": GLAD[n % 10], "q3": 1 + n % 5, "q4": n % 12, "q7": {"r2": GLAD[n % 10], "r3": 1 + n % 5}}
    for n in range(60)
]
AFTER = [
    {"q1": "abc"[n % 3], "q2": 1 + n % 5, "q3": 6 - GLAD[n % 10], "q4": n % 40, "q7": {"r2": 1 + n % 5, "r3": 2}}
    for n in range(60)
]


@dataclass
class Twice:
    """What was asked last time and this time."""

    cast: SimpleNamespace
    last: Investigation
    this: Investigation

    def concern(self, row: Investigation, label: str, thread: ConcernThread | None = None, **voices: int) -> Concern:
        """Write a concern with so many voices by kind of source; talks are held with as many colleagues."""
        concern = Concern(
            organisation_id=self.cast.branch.id,
            investigation_id=row.id,
            label=label,
            terms=[label],
            thread_id=thread.id if thread else None,
            curated=True,
        )
        db.session.add(concern)
        db.session.flush()
        self.speak(concern, **voices)
        return concern

    def speak(self, concern: Concern, survey: int = 0, talk: int = 0, meeting: int = 0) -> None:
        """Let so many more people raise a concern."""
        kinds = [SourceKind.SURVEY] * survey + [SourceKind.TALK] * talk + [SourceKind.MEETING] * meeting
        for at, kind in enumerate(kinds):
            source = self.talk() if kind is SourceKind.TALK else 1
            self.say(concern, kind, source, quoted=at + 1 if at < 5 else None, times=at)
        db.session.commit()

    def talk(self) -> int:
        """Hold a talk with somebody nobody has talked with yet."""
        stage = Stage(self.cast)
        return stage.talk("说了一件事。", member=stage.colleague(db.session.query(Member).count())).id

    def say(
        self, concern: Concern, kind: SourceKind, source: int, *, quoted: int | None = None, times: int = 0
    ) -> None:
        """Write one voice."""
        text = f"{concern.label}的第{'甲乙丙丁戊己庚辛'[times % 8]}件事"
        excerpt = Excerpt(
            organisation_id=concern.organisation_id,
            investigation_id=concern.investigation_id,
            source=kind,
            source_id=source,
            item="q1" if kind is SourceKind.SURVEY else "",
            voice=token_hex(8),
            start=0,
            end=len(text),
            text=text,
            concern_id=concern.id,
            quoted=quoted,
        )
        db.session.add(excerpt)

    def found(self, row: Investigation, label: str) -> Concern:
        """Return a concern of an investigation by its label."""
        return db.session.query(Concern).filter_by(investigation_id=row.id, label=label).one()

    def thread(self, label: str) -> ConcernThread:
        """Write a thread."""
        made = ConcernThread(organisation_id=self.cast.branch.id, label=label)
        db.session.add(made)
        db.session.flush()
        return made

    def measure(self, concern: Concern, measure: str, **plan: object) -> None:
        """Write a row of the ledger."""
        actions.add(concern, actions.Plan(measure=measure, owner="委员乙", **plan), by=self.cast.secretary)
        db.session.commit()

    def gathered(self, language: str = "zh") -> Evidence:
        """Return everything a report says."""
        db.session.expire_all()
        return evidence.gather(self.this, within=self.cast.branch, language=language)

    def told(self, style: ReportStyle = ReportStyle.GONGWEN, language: str = "zh", **given: object) -> Document:
        """Return the report."""
        return compose.compose(self.gathered(language), style=style, **given)


def asked_twice(cast: SimpleNamespace) -> Twice:
    """Write both investigations, without any concern yet."""
    last = Investigation(
        organisation_id=cast.branch.id,
        title="上年调研",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 6, 30),
        created_at=now(),
    )
    db.session.add(last)
    db.session.flush()
    before = SimpleNamespace(branch=cast.branch, secretary=cast.secretary, investigation=last)
    closed(before, EARLIER, BEFORE, date(2025, 5, 1))
    closed(cast, LATER, AFTER, date(2026, 10, 1))
    return Twice(cast, last, cast.investigation)


def fill(twice: Twice) -> dict[str, Concern]:
    """Write concerns of every fate: rising, falling, gone, small, of several sources, and new; and a ledger."""
    threads = {label: twice.thread(label) for label in ("食堂", "停车", "宿舍", "班车")}
    twice.concern(twice.last, "食堂", threads["食堂"], survey=8)
    parking = twice.concern(twice.last, "停车", threads["停车"], survey=20)
    twice.concern(twice.last, "宿舍", threads["宿舍"], survey=6)
    twice.concern(twice.last, "班车", threads["班车"], survey=3)
    found = {
        "食堂": twice.concern(twice.this, "食堂", threads["食堂"], survey=24, talk=6),
        "停车": twice.concern(twice.this, "停车", threads["停车"], survey=8, talk=1),
        "网络": twice.concern(twice.this, "网络", survey=7),
        "班车": twice.concern(twice.this, "班车", threads["班车"], survey=2),
    }
    twice.measure(
        parking,
        "划车位",
        state=ActionState.CLOSED,
        evidence="照片三张",
        closed_on=date(2026, 3, 1),
        checker="书记甲",
    )
    twice.measure(found["食堂"], "夜间开窗口", due_on=date(2026, 11, 30))
    twice.measure(found["停车"], "建车棚", state=ActionState.CANNOT, reason="没有场地", review_on=date(2027, 3, 1))
    return found


@contextmanager
def counting() -> Iterator[Callable[[], int]]:
    """Count the statements sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield lambda: len(sent)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
