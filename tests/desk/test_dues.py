"""What the overview says is due: rows of the ledger, replies that are owed, promises; the pressing ones first."""

from datetime import date

import pytest

from concerns import actions
from concerns.actions import Plan
from concerns.models import Concern
from core.db import db
from core.terms import ActionState
from desk import dues

D = date


@pytest.fixture
def concern(cast) -> Concern:
    row = Concern(organisation_id=cast.branch.id, investigation_id=cast.investigation.id, label="停车")
    db.session.add(row)
    db.session.flush()
    plans = (
        Plan("划线", "委员乙", D(2026, 10, 30)),
        Plan("装灯", "后勤组", D(2026, 11, 3)),
        Plan("换菜单", "后勤组", D(2026, 12, 24)),
        Plan("没有日子", "后勤组"),
        Plan("加窗口", "书记甲", D(2026, 9, 1), ActionState.DONE, "加了", checker="委员乙"),
        Plan("贴菜价", "后勤组", state=ActionState.CLOSED, evidence="照片"),
        Plan("建车库", "后勤组", state=ActionState.CANNOT, reason="没有地", review_on=D(2026, 11, 2)),
        Plan("修路", "后勤组", state=ActionState.CANNOT, reason="没有钱", review_on=D(2027, 6, 1)),
    )
    for plan in plans:
        actions.add(row, plan, by=cast.secretary)
    db.session.commit()
    return row


def test_rows_that_wait_stand_by_their_day_and_say_what_for(cast, concern) -> None:
    found = dues.of_concerns(cast.investigation, within=cast.branch, reader=cast.committee_member, most=20)
    assert [(due.text, due.tag, due.tone, due.late, bool(due.note)) for due in found] == [
        ("加窗口", "To be checked" if found[0].tag == "To be checked" else "待验收", "planned", False, True),
        ("划线", "逾期", "overdue", True, True),
        ("建车库", found[2].tag, "planned", False, False),
        ("装灯", found[3].tag, "planned", False, False),
        ("换菜单", found[4].tag, "none", False, False),
        ("没有日子", found[5].tag, "none", False, False),
    ]
    assert len({due.tag for due in found}) == 5, "each kind has its own words"
    assert len(dues.of_concerns(cast.investigation, within=cast.branch, reader=cast.secretary, most=2)) == 2


def test_what_waits_is_counted_in_all(cast, concern) -> None:
    assert dues.count(cast.investigation, within=cast.branch) == (6, 1)
    assert dues.count(cast.investigation, within=cast.elsewhere) == (0, 0)


def test_an_answer_that_is_owed_is_due_too(cast, concern) -> None:
    assert dues.of_replies(cast.investigation, within=cast.branch) == []
    concern.raised_on = D(2026, 9, 1)
    other = Concern(
        organisation_id=cast.branch.id,
        investigation_id=cast.investigation.id,
        label="食堂",
        curated=True,
        raised_on=D(2026, 10, 30),
    )
    db.session.add(other)
    db.session.commit()
    assert [(due.text, due.late) for due in dues.of_replies(cast.investigation, within=cast.branch)] == [("停车", True)]
    assert dues.of_replies(cast.investigation, within=cast.elsewhere) == []


def test_the_overview_shows_and_links_them(client_for, cast, concern) -> None:
    page = client_for("committee_member").get(f"/app/investigations/{cast.investigation.id}/overview").text
    assert "划线" in page and "加窗口" in page and "贴菜价" not in page
    row = concern.actions[0]
    assert f"/app/actions/{row.id}" in page and f"/app/ledger?investigation={cast.investigation.id}" in page
