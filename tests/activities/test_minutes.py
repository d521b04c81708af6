"""Minutes: what was said goes on, who said it does not, and nobody overwrites another."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import minutes, queries
from activities.minutes import Minutes, contributions
from core.clock import today
from core.db import db
from core.errors import BadInput, NotFound, Stale

HELD = date(2026, 10, 20)


def written(cast, text: str = "停车太难\n希望食堂延长供餐"):
    return minutes.record(cast.investigation, Minutes("班组座谈会", HELD, minutes=text), by=cast.secretary)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("停车太难", "停车太难"),
        ("张三：停车太难", "停车太难"),
        ("工段长: 停车太难", "停车太难"),
        ("Rowan Ashby: parking is hard", "parking is hard"),
        ("1. 停车太难", "停车太难"),
        ("（2）张三：停车太难", "停车太难"),
        ("三、停车太难", "停车太难"),
        ("- 停车太难", "停车太难"),
        ("早上7:30就没车位了", "早上7:30就没车位了"),
        ("大家最关心的，还是那句话：停车", "大家最关心的，还是那句话：停车"),
        ("张三：", "张三："),
    ],
)
def test_who_spoke_and_list_marks_are_left_out(line, said) -> None:
    assert contributions(line) == (said,)


@given(st.text())
def test_any_text_gives_contributions_that_are_part_of_it(text) -> None:
    for one in contributions(text):
        assert one.strip() == one and one and one in text


def test_a_paragraph_is_a_contribution() -> None:
    assert contributions("停车太难\n\n  \n食堂晚上没热饭\r\n") == ("停车太难", "食堂晚上没热饭")


def test_two_writers_do_not_overwrite_each_other(app, cast) -> None:
    row = written(cast)
    db.session.commit()
    seen = row.revision
    minutes.amend(row, Minutes("班组座谈会", HELD, minutes="第一位"), seen=seen, by=cast.secretary)
    db.session.flush()
    with pytest.raises(Stale):
        minutes.amend(row, Minutes("班组座谈会", HELD, minutes="第二位"), seen=seen, by=cast.secretary)
    assert row.minutes == "第一位"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [(Minutes("  ", HELD), "title"), (Minutes("会", today() + timedelta(1)), "held_on")],
    ids=["no title", "tomorrow"],
)
def test_what_cannot_be_is_refused(app, cast, wrong, field) -> None:
    with pytest.raises(BadInput) as refused:
        minutes.record(cast.investigation, wrong, by=cast.secretary)
    assert refused.value.field == field


def test_no_meeting_of_another_organisation(app, cast) -> None:
    row = written(cast)
    db.session.flush()
    with pytest.raises(NotFound):
        queries.activity(row.id, within=cast.outsider.organisation)
    assert queries.activities(cast.investigation, within=cast.outsider.organisation) == []
