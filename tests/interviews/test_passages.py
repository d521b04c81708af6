"""What goes on from sealed notes: only these sentences, without names, as long as the level and the writer let them."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import NotAllowed, NotFound
from core.terms import Visibility
from interviews import passages, talks
from interviews.models import Talk, TalkPassage
from tests.interviews.plays import hold, record_of

ALONE, S, C = Visibility.INTERVIEWER, Visibility.SECRETARY, Visibility.COMMITTEE
NOTES = "党员丙说停车位不够。我答应下周三前去问。食堂太咸，希望改进。"


def standing() -> list[str]:
    return list(db.session.scalars(select(TalkPassage.text).where(TalkPassage.kind != "withheld").order_by("position")))


def held(cast: SimpleNamespace, level: Visibility = C) -> Talk:
    return hold(cast, level, notes=NOTES, investigation_id=cast.investigation.id)


def test_names_promises_and_narration_stay_behind(any_cast: SimpleNamespace) -> None:
    held(any_cast)
    assert len(standing()) == 2
    assert not any("党员丙" in text or "下周三" in text for text in standing())


@pytest.mark.parametrize("level", [C, S, ALONE])
def test_the_level_decides(cast: SimpleNamespace, level: Visibility) -> None:
    held(cast, level)
    assert bool(standing()) is (level is not ALONE)


def test_a_talk_of_no_investigation_gives_nothing_away(cast: SimpleNamespace) -> None:
    hold(cast, C, notes=NOTES)
    assert standing() == []


@pytest.mark.parametrize("change", [{"visibility": ALONE}, {"investigation_id": None}])
def test_closing_it_or_taking_it_out_takes_them_back_at_once(any_cast: SimpleNamespace, change: dict) -> None:
    talk = held(any_cast)
    record = record_of(any_cast, **{"notes": NOTES, "investigation_id": any_cast.investigation.id, **change})
    talks.amend(talk, record, by=any_cast.committee_member, based_on=talk.revision)
    assert standing() == []


def test_what_was_taken_back_stays_back_through_amendments(any_cast: SimpleNamespace) -> None:
    cast, talk = any_cast, held(any_cast)
    line = next(line for line in passages.lines(talk, NOTES) if "停车" in line.text)
    passages.take_back(talk, line.mark, notes=NOTES, by=cast.committee_member)
    assert len(standing()) == 1 and "食堂" in standing()[0]
    amended = f"{NOTES}宿舍太吵，睡不好。"
    for level in (ALONE, C):
        record = record_of(cast, visibility=level, notes=amended, investigation_id=cast.investigation.id)
        talks.amend(talk, record, by=cast.committee_member, based_on=talk.revision)
    assert not any("停车" in text for text in standing()) and len(standing()) == 2
    assert [one.goes_on for one in passages.lines(talk, amended)] == [False, True, True]
    stored = db.session.scalars(select(TalkPassage.text).where(TalkPassage.kind == "withheld")).all()
    assert stored == [line.mark] and "停车" not in line.mark
    passages.let_go_on(talk, line.mark, notes=amended, by=cast.committee_member)
    assert len(standing()) == 3


def test_only_who_may_change_the_talk_decides(cast: SimpleNamespace) -> None:
    talk = hold(cast, C, by=cast.secretary, interviewer_id=cast.boss.id, notes=NOTES,
                investigation_id=cast.investigation.id)  # fmt: skip
    mark = passages.lines(talk, NOTES)[0].mark
    with pytest.raises(NotAllowed):
        passages.take_back(talk, mark, notes=NOTES, by=cast.committee_member)
    with pytest.raises(NotFound):
        passages.take_back(talk, "0" * 64, notes=NOTES, by=cast.secretary)
