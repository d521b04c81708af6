"""Concerns by group, by source, over time: what is counted, and what is hidden."""

from datetime import date

import pytest

from activities.models import Activity
from concerns import breadth, matrix, queries
from core import clock
from core.db import db
from members.models import Group, Member
from surveys.models import Survey

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(stage):
    """Two groups of twelve: seven of the early one and six of the late one name the canteen; two name parking."""
    group_of = {}
    for name in ("早班", "晚班"):
        group_of[name] = Group(organisation_id=stage.cast.branch.id, name=name)
        db.session.add(group_of[name])
    db.session.flush()
    for number in range(24):
        name = "早班" if number < 12 else "晚班"
        member = Member(
            organisation_id=stage.cast.branch.id,
            number=f"G{number}",
            name=f"工友{number}号",
            group_id=group_of[name].id,
        )
        db.session.add(member)
        db.session.flush()
        said = (
            "食堂太贵了啊"
            if number % 12 < (7 if number < 12 else 6)
            else "停车太难了啊"
            if number % 12 > 10
            else "都还过得去吧"
        )
        stage.talk(said, member=member)
    stage.survey(*({"q13": f"食堂第{number}个窗口太慢"} for number in range(3)))
    stage.group()
    return stage


def _line(found: matrix.Matrix, label: str) -> matrix.Line:
    return next(line for line in found.lines if line.label == label)


def test_groups_are_told_where_enough_did_and_enough_did_not(grouped) -> None:
    found = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch)
    assert [(column.label, column.heard) for column in found.columns] == [("早班", 12), ("晚班", 12)]
    canteen = _line(found, "食堂")
    assert [cell.talks for cell in canteen.cells] == [7, 6]
    assert (canteen.answers, canteen.talks) == (3, 13)
    assert canteen.told


def test_few_are_hidden_and_so_is_nobody(grouped) -> None:
    found = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch)
    parking = _line(found, "停车")
    assert parking.talks == 2
    assert [cell.talks for cell in parking.cells] == [None, None]
    assert not parking.told


def test_where_nearly_all_of_a_group_did_the_number_is_hidden(grouped) -> None:
    for member in db.session.query(Member).filter(Member.number.in_([f"G{number}" for number in range(7, 12)])):
        grouped.talk("食堂的汤太淡了", member=member)
    grouped.group()
    found = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch)
    assert [cell.talks for cell in _line(found, "食堂").cells] == [None, None], "all twelve: each is known to have"


def test_groups_of_whom_few_were_heard_share_a_column(grouped) -> None:
    grouped.talk("食堂太远了啊", member=grouped.colleague(1))
    grouped.group()
    found = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch)
    assert len(found.columns) == 3
    assert found.columns[2].heard is None, "one person is too few to tell"
    assert _line(found, "食堂").cells[2].talks is None


def test_sources_are_counted_apart(grouped) -> None:
    found = matrix.by_source(grouped.cast.investigation, within=grouped.cast.branch)
    assert [column.label for column in found.columns][0] == "问卷"
    assert [cell.known for cell in _line(found, "食堂").cells] == [3, 13]


def test_meetings_stand_in_one_column_and_in_their_month(grouped) -> None:
    meeting = Activity(
        organisation_id=grouped.cast.branch.id,
        investigation_id=grouped.cast.investigation.id,
        title="职工座谈会",
        held_on=date(2026, 9, 3),
        minutes="食堂的汤太淡了。\n食堂早上开得太晚。",
        changed_at=clock.now(),
    )
    db.session.add(meeting)
    db.session.commit()
    grouped.group()
    here = {"within": grouped.cast.branch}
    by_source = matrix.by_source(grouped.cast.investigation, **here)
    assert len(by_source.columns) == 3
    assert [cell.known for cell in _line(by_source, "食堂").cells] == [3, 2, 13]
    by_group = _line(matrix.by_group(grouped.cast.investigation, **here), "食堂")
    assert (by_group.answers, by_group.talks) == (5, 13), "they belong to no group"
    over_time = matrix.over_time(grouped.cast.investigation, **here)
    assert over_time.columns[0].label == "2026-09"
    assert _line(over_time, "食堂").cells[0].answers == 2
    assert queries.material(grouped.cast.investigation, **here).meetings == 1


def test_a_member_talked_with_twice_counts_once(grouped) -> None:
    twice = db.session.query(Member).filter_by(number="G0").one()
    grouped.talk("食堂排队太久了", member=twice)
    grouped.group()
    found = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch)
    assert [cell.talks for cell in _line(found, "食堂").cells] == [7, 6]
    assert _line(found, "食堂").talks == 13


def test_time_is_the_month_of_the_talk_and_the_close_of_the_survey(grouped) -> None:
    survey = breadth.told(grouped.cast.investigation, within=grouped.cast.branch).sources[0]
    db.session.get_one(Survey, survey.id).closed_on = date(2026, 11, 2)
    db.session.commit()
    found = matrix.over_time(grouped.cast.investigation, within=grouped.cast.branch)
    assert [column.label for column in found.columns] == ["2026-10", "2026-11"]
    assert [cell.known for cell in _line(found, "食堂").cells] == [13, 3]


def test_one_concern_alone_is_told_as_among_all(grouped) -> None:
    everything = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch)
    one = queries.ranked_one(grouped.concern("食堂"), grouped.cast.investigation, within=grouped.cast.branch)
    alone = matrix.by_group(grouped.cast.investigation, within=grouped.cast.branch, only=one)
    assert alone.lines == (_line(everything, "食堂"),)


@pytest.mark.parametrize(
    ("months", "first"), [(12, "2020-01"), (13, "2020 Q1"), (60, "2020")], ids=["months", "quarters", "years"]
)
def test_long_times_are_told_in_longer_steps(months: int, first: str) -> None:
    days = [date(2020 + number // 12, number % 12 + 1, 1) for number in range(months)]
    assert breadth.periods(days)(days[0]) == first


def test_what_an_outsider_asks_for_is_empty(grouped) -> None:
    found = matrix.by_group(grouped.cast.investigation, within=grouped.cast.outsider.organisation)
    assert found.lines == () and found.columns == ()
