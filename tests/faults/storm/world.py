"""What stands on the machine before a storm: an open survey, planned talks, concerns, and people with accounts."""

from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import text

from app import create_app
from concerns.models import Concern as ConcernRow
from concerns.models import Excerpt
from core.db import db
from core.settings import Settings
from core.terms import SourceKind
from interviews import talks
from interviews.people import called
from interviews.talks import PlannedTalk
from surveys.models import Survey
from tests.anonymity.conftest import vote
from tests.faults.storm.book import Book, Concern, Talk
from tests.faults.storm.machine import Machine
from tests.quick import make_tables

SAID = ("食堂夜班没有热饭", "停车位不够用", "宿舍漏水没人修", "班车时间太早", "加班费算不清", "培训机会太少")


@dataclass
class World:
    """The application the test looks through, and what the crowd is given to work with."""

    app: Flask
    cast_ids: dict[str, int]
    survey_id: int
    sid: str
    ballots: list[str]
    slips: list[str]
    investigation: int


def application(machine: Machine) -> Flask:
    """Return the product on the machine's database, for the test itself; its jobs wait for the real worker."""
    settings = Settings(data=machine.data, database=machine.database, queue="inline")
    return create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)


def build(machine: Machine, book: Book, *, members: int, slips: int, writers: int, curators: int) -> World:
    """Set the stage; must be called before anything else runs on the machine."""
    app = application(machine)
    with app.app_context():
        with db.engine.begin() as connection:
            if db.engine.dialect.name == "postgresql":
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
            make_tables(connection)
        voting = vote(app, members=members, slips=slips)
        cast, survey = voting.cast, voting.survey
        world = World(
            app=app,
            cast_ids={"boss": cast.boss.id, "secretary": cast.secretary.id},
            survey_id=survey.id,
            sid=survey.public_id,
            ballots=[phone.code for phone in voting.phones],
            slips=list(voting.slips),
            investigation=cast.investigation.id,
        )
        _plan_talks(cast, book, 3 * writers)
        _raise_concerns(cast, survey, book, 8 * curators)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return world


def _plan_talks(cast: SimpleNamespace, book: Book, count: int) -> None:
    rows = []
    holders = [(cast.boss, cast.secretary), (cast.aide, cast.committee_member)]  # in turn, as the writers are
    for number in range(count):
        holder, by = holders[number % 2]
        planned = PlannedTalk(cast.worker.id, holder.id, date(2026, 10, 1), investigation_id=cast.investigation.id)
        rows.append(talks.plan(planned, within=cast.branch, by=by))
    db.session.flush()
    for number, row in enumerate(rows):
        holder = called(holders[number % 2][0])
        book.talks.append(Talk(row.id, called(cast.worker), holder, f"device-{row.id}", row.revision))


def _raise_concerns(cast: SimpleNamespace, survey: Survey, book: Book, count: int) -> None:
    for number in range(count):
        row = ConcernRow(
            organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label=f"关切{number}", terms=[]
        )
        db.session.add(row)
        db.session.flush()
        for said in SAID:
            quoted = Excerpt(
                organisation_id=cast.branch.id,
                investigation_id=cast.investigation.id,
                source=SourceKind.SURVEY,
                source_id=survey.id,
                item="b",
                voice=token_hex(16),
                start=0,
                end=len(said),
                text=said,
                concern_id=row.id,
            )
            db.session.add(quoted)
        book.concerns.append(Concern(row.id, row.label, row.revision))
    db.session.flush()
    for concern in book.concerns:
        concern.revision = db.session.get_one(ConcernRow, concern.id).revision
