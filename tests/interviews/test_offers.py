"""Promises offered while notes are written: confirmed by the writer or not at all, and never kept by the server."""

import logging
from datetime import date

import pytest
from sqlalchemy import select, text

from core.calendar import NONE
from core.db import Model, db
from core.terms import Visibility
from interviews import offers
from interviews.models import DayOff, FollowUp
from tests.interviews.plays import hold, plan

NOTES = "他说手套发得少。我答应这周内去库房，下周三前给他回话。请后勤月底前修好灯。"
ON = date(2026, 10, 20)


def test_promises_are_found_with_their_days() -> None:
    first, second = offers.found(NOTES, on=ON, own=NONE)
    assert first.text == "我答应这周内去库房，下周三前给他回话。"
    assert first.due and (first.due.words, first.due.day) == ("下周三前", date(2026, 10, 28))
    assert second.due and second.due.day == date(2026, 10, 31)


def test_what_stands_in_a_row_already_is_not_offered_again() -> None:
    assert [one.text for one in offers.found(NOTES, on=ON, own=NONE, given=["下周三前给他回话"])] == [
        "请后勤月底前修好灯。"
    ]
    assert len(offers.found("我去问。我去问！我去问", on=ON, own=NONE)) == 1


def test_a_rows_own_words_name_its_day() -> None:
    named = offers.day_in("元宵前修好路灯", on=date(2026, 1, 20), own=NONE)
    assert named and named.day == date(2026, 3, 2)
    assert offers.day_in("修好路灯", on=ON, own=NONE) is None


def test_the_page_answers_and_keeps_nothing(client_for, cast, app, caplog) -> None:
    talk = plan(cast)
    with caplog.at_level(logging.DEBUG):
        answer = client_for("committee_member").post(
            f"/app/talks/{talk.id}/offers",
            data={"notes": NOTES + "暗号紫檀。", "row": ["一周内办", ""], "held_on": "2026-10-20"},
        )
    found = answer.get_json()
    assert [one["due"]["due_on"] for one in found["offers"]] == ["2026-10-28", "2026-10-31"]
    assert found["rows"][0]["due_on"] == "2026-10-27" and found["rows"][1] is None
    assert [one["due_on"] for one in found["workdays"]][:2] == ["2026-10-23", "2026-10-27"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "紫檀" not in caplog.text
    for table in Model.metadata.sorted_tables:
        assert "紫檀" not in str(db.session.execute(select(table)).all()), table.name
    assert db.session.scalar(select(FollowUp)) is None


def test_own_rest_days_move_working_days(client_for, cast) -> None:
    db.session.add(DayOff(organisation_id=cast.branch.id, day=date(2026, 10, 21), worked=False))
    talk = plan(cast)
    answer = client_for("committee_member").post(f"/app/talks/{talk.id}/offers", data={"row": "三个工作日内答复"})
    assert answer.get_json()["rows"][0]["due_on"] == "2026-10-26"
    assert answer.get_json()["workdays"][0]["due_on"] == "2026-10-26"


@pytest.mark.parametrize(
    "data",
    [{}, {"notes": "\0" * 100, "held_on": "2026-13-45", "row": "x" * 5000}, {"held_on": "0001-01-01"}],
    ids=["nothing", "junk", "long ago"],
)
def test_junk_is_answered(client_for, cast, data) -> None:
    talk = plan(cast)
    assert client_for("committee_member").post(f"/app/talks/{talk.id}/offers", data=data).status_code == 200


def test_only_who_writes_the_talk_may_ask(client_for, cast) -> None:
    talk = hold(cast, Visibility.INTERVIEWER)
    assert client_for("outsider").post(f"/app/talks/{talk.id}/offers").status_code == 404
    assert client_for("secretary").post(f"/app/talks/{talk.id}/offers").status_code == 403
    assert client_for("member").post(f"/app/talks/{talk.id}/offers").status_code == 403


def test_without_script_the_saved_talk_offers_what_was_found(client_for, cast) -> None:
    talk = hold(cast, Visibility.COMMITTEE, notes=NOTES, promises=())
    client = client_for("committee_member")
    page = client.get(f"/app/talks/{talk.id}")
    assert "我答应这周内去库房" in page.text and 'value="2026-10-28"' in page.text
    assert db.session.scalar(select(FollowUp)) is None  # never by itself
    revision = talk.revision
    sent = {"take": ["1"], "text-1": "给他回话", "due_on-1": "2026-10-28", "text-2": "不要的", "workdays-1": ""}
    assert client.post(f"/app/talks/{talk.id}/promises", data=sent).status_code == 302
    row = db.session.scalars(select(FollowUp)).one()
    assert (row.owner_id, row.due_on, row.promise) == (cast.aide.id, date(2026, 10, 28), "")  # sealed
    assert talk.revision == revision
    page = client.get(f"/app/talks/{talk.id}")
    assert "给他回话" in page.text and 'name="text-1"' in page.text


def test_a_day_in_working_days_wins(client_for, cast) -> None:
    talk = hold(cast, Visibility.COMMITTEE, notes=NOTES, promises=())
    client = client_for("committee_member")
    sent = {"take": "1", "text-1": "回话", "due_on-1": "2026-10-28", "workdays-1": "5"}
    client.post(f"/app/talks/{talk.id}/promises", data=sent)
    assert db.session.scalars(select(FollowUp)).one().due_on == date(2026, 10, 27)
    assert (
        client.post(f"/app/talks/{talk.id}/promises", data={"take": "1", "text-1": "x", "due_on-1": "?"}).status_code
        == 422
    )
    assert client_for("outsider").post(f"/app/talks/{talk.id}/promises").status_code == 404


def test_a_filed_record_takes_no_more_promises(client_for, cast) -> None:
    talk = hold(cast, Visibility.COMMITTEE, notes=NOTES, promises=())
    db.session.execute(text("UPDATE talk SET filed_on = '2026-10-25'"))
    client = client_for("committee_member")
    assert "text-1" not in client.get(f"/app/talks/{talk.id}").text
    assert client.post(f"/app/talks/{talk.id}/promises", data={"take": "1", "text-1": "x"}).status_code == 409
    assert db.session.scalar(select(FollowUp)) is None
