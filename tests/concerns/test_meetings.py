"""What was said in a meeting becomes passages, without who said it."""

from datetime import date

from activities import minutes
from activities.minutes import Minutes
from concerns import sources
from concerns.models import Excerpt
from core import jobs
from core.db import db
from core.terms import SourceKind

SAID = "张三：停车位不够，早上七点半就满了\n停车太难，下雪天尤其难\n停车场反光，看不清车位\n希望多划一些停车位"


def test_each_contribution_is_a_voice_without_a_name(app, cast) -> None:
    row = minutes.record(cast.investigation, Minutes("座谈会", date(2026, 10, 20), minutes=SAID), by=cast.secretary)
    db.session.flush()
    found = [one for one in sources.said(cast.investigation) if one.source is SourceKind.MEETING]
    assert [one.source_id for one in found] == [row.id] * 4
    assert [one.text for one in found][0] == "停车位不够，早上七点半就满了"


def test_they_are_grouped_with_the_rest_and_leave_with_their_meeting(app, cast) -> None:
    row = minutes.record(cast.investigation, Minutes("座谈会", date(2026, 10, 20), minutes=SAID), by=cast.secretary)
    db.session.commit()
    regroup(cast)
    found = db.session.query(Excerpt).filter_by(source=SourceKind.MEETING).all()
    assert len({one.voice for one in found}) == 4 and not any("张三" in one.text for one in found)
    minutes.remove(db.session.merge(row), by=cast.secretary)
    db.session.commit()
    regroup(cast)
    assert db.session.query(Excerpt).filter_by(source=SourceKind.MEETING).count() == 0


def regroup(cast) -> None:
    jobs.enqueue(
        "concerns.regroup",
        organisation_id=cast.branch.id,
        language="zh",
        investigation_id=cast.investigation.id,
    )
    db.session.commit()
    jobs.run_inline()
