"""A note written without a connection becomes one record, however often it is sent."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import db
from core.errors import BadInput, DomainError
from core.terms import TalkMode, TalkState, Visibility
from interviews import queries, rounds, talks
from interviews.models import Talk, TalkDraft
from tests.interviews.plays import hold, plan, record_of, sheet

ClientFor = Callable[[str], FlaskClient]
KEY = "0123456789abcdef0123456789abcdef"
JSON = {"Accept": "application/json"}


def walk(**changes: str) -> dict[str, str]:
    """Return what a phone sends of one note."""
    values = {"member": "A3 党员丙", "interviewer": "A1", "held_on": "2026-10-30", "notes": "夜班没有热饭。"}
    return {**values, "visibility": "secretary", "device_key": KEY, "investigation": "", **changes}


def all_talks() -> list[Talk]:
    db.session.expire_all()
    return list(db.session.scalars(select(Talk).order_by(Talk.id)).unique())


def take(cast: SimpleNamespace, key: str = KEY, edited: bool = False, **changes: object) -> rounds.Taken:
    record = record_of(cast, interviewer_id=cast.boss.id, **changes)
    return rounds.take(record, key, within=cast.branch, by=cast.secretary, edited=edited)


def test_the_same_note_sent_twice_is_one_talk(any_app: Flask, any_cast: SimpleNamespace) -> None:
    first, again = take(any_cast), take(any_cast)
    assert first.talk.id == again.talk.id and again.stands
    assert first.talk.state is TalkState.RECORDED and len(all_talks()) == 1
    assert take(any_cast, key=KEY[::-1]).talk.id != first.talk.id


def test_a_note_changed_after_it_was_sent_amends_the_talk(any_app: Flask, any_cast: SimpleNamespace) -> None:
    take(any_cast, notes="先写的")
    changed = take(any_cast, edited=True, notes="后改的")
    assert changed.stands and len(all_talks()) == 1
    said = queries.notes([changed.talk.id], within=any_cast.branch, reader=any_cast.secretary)
    assert said == {changed.talk.id: "后改的"}
    assert queries.earlier(changed.talk, reader=any_cast.secretary)[0].content["notes"] == "先写的"


def test_a_note_changed_here_and_there_overwrites_nothing(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = take(any_cast, notes="先写的").talk
    record = record_of(any_cast, interviewer_id=any_cast.boss.id, notes="桌上改的")
    talks.amend(talk, record, by=any_cast.secretary, based_on=talk.revision)
    assert not take(any_cast, edited=True, notes="手机改的").stands
    said = queries.notes([talk.id], within=any_cast.branch, reader=any_cast.secretary)
    assert said == {talk.id: "桌上改的"}


def test_what_is_refused_leaves_nothing_behind(any_app: Flask, any_cast: SimpleNamespace) -> None:
    for key, changes in ((KEY, {"notes": " "}), (KEY, {"visibility": None}), ("short", {}), ("", {})):
        with pytest.raises(BadInput):
            take(any_cast, key=key, **changes)
    assert all_talks() == []
    take(any_cast)
    record = record_of(any_cast)
    with pytest.raises(DomainError):
        rounds.take(record, KEY, within=any_cast.branch, by=any_cast.committee_member)


def test_a_phone_is_told_what_became_of_its_note(client_for: ClientFor, cast: SimpleNamespace) -> None:
    client = client_for("secretary")
    answer = client.post("/app/talks/walk", data=walk(), headers=JSON)
    (talk,) = all_talks()
    assert (answer.status_code, answer.json["saved"]) == (200, f"/app/talks/{talk.id}")
    assert (talk.mode, talk.visibility) == (TalkMode.WALK_ROUND, Visibility.SECRETARY)
    assert client.post("/app/talks/walk", data=walk(), headers=JSON).json == answer.json
    for wrong, words in (({"member": "A9"}, "A9"), ({"visibility": ""}, ""), ({"device_key": "x"}, "")):
        refused = client.post("/app/talks/walk", data=walk(**{"device_key": KEY[::-1], **wrong}), headers=JSON)
        assert refused.status_code == 422 and words in refused.json["message"] and refused.json["message"]
    assert client_for("committee_member").post("/app/talks/walk", data=walk(), headers=JSON).status_code == 409
    assert len(all_talks()) == 1


def test_a_note_changed_elsewhere_meanwhile_is_laid_side_by_side(client_for: ClientFor, cast: SimpleNamespace) -> None:
    client = client_for("secretary")
    client.post("/app/talks/walk", data=walk(), headers=JSON)
    (talk,) = all_talks()
    record = record_of(cast, interviewer_id=cast.boss.id, notes="桌上改的")
    talks.amend(talk, record, by=cast.secretary, based_on=talk.revision)
    db.session.commit()
    answer = client.post("/app/talks/walk", data=walk(notes="手机改的", edited="1", device="phone"), headers=JSON)
    assert (answer.status_code, answer.json["look"]) == (202, f"/app/talks/{talk.id}/conflict")
    page = client.get(answer.json["look"]).text
    assert "手机改的" in page and "桌上改的" in page


def test_the_walk_page_works_without_scripts(client_for: ClientFor, cast: SimpleNamespace) -> None:
    client = client_for("secretary")
    page = client.get("/app/talks/walk")
    assert page.status_code == 200 and page.headers["X-Account"] == str(cast.secretary.id)
    assert client.post("/app/talks/walk", data=walk()).status_code == 303
    refused = client.post("/app/talks/walk", data=walk(notes="", device_key=KEY[::-1]))
    assert refused.status_code == 422 and "党员丙" in refused.text
    assert client_for("member").get("/app/talks/walk").status_code == 403


def test_a_sheet_sent_by_a_device(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, client = plan(cast), client_for("secretary")
    address, data = f"/app/talks/{talk.id}/record", sheet(talk, notes="设备存的")
    refused = client.post(address, data={**data, "visibility": ""}, headers=JSON)
    assert refused.status_code == 422 and refused.json["message"]
    saved = client.post(address, data=data, headers=JSON)
    assert (saved.status_code, saved.json["saved"]) == (200, f"/app/talks/{talk.id}")
    late = client.post(address, data={**data, "notes": "晚到的", "device": "phone"}, headers=JSON)
    assert (late.status_code, late.json) == (202, {"look": f"/app/talks/{talk.id}/conflict"})
    assert "晚到的" in client.get(late.json["look"]).text


def test_a_saved_record_clears_its_own_device_only(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, client = plan(cast), client_for("secretary")
    for device in ("desk", "phone"):
        client.post(f"/app/talks/{talk.id}/draft", data=sheet(talk, notes=f"{device} 的话", device=device))
    told = client.post(f"/app/talks/{talk.id}/draft", data=sheet(talk, notes="desk 的话", device="desk"))
    assert told.status_code == 204 and "X-Other-Device" in told.headers
    client.post(f"/app/talks/{talk.id}/record", data=sheet(talk, notes="desk 的话", device="desk", interviewer="A1"))
    db.session.expire_all()
    assert [row.device for row in db.session.scalars(select(TalkDraft))] == ["phone"]
    page = client.get(f"/app/talks/{talk.id}/conflict").text
    assert "phone 的话" in page and "desk 的话" in page


def test_choosing_between_texts_that_changed_meanwhile_chooses_nothing(
    client_for: ClientFor, cast: SimpleNamespace
) -> None:
    talk, client = plan(cast), client_for("secretary")
    address = f"/app/talks/{talk.id}"
    for device in ("desk", "phone"):
        client.post(f"{address}/draft", data=sheet(talk, notes=f"{device} 的话", device=device))
    chosen = client.post(f"{address}/conflict/devices", data={"mark": ["0" * 16, "1" * 16], "device": "desk"})
    assert chosen.location.endswith("/conflict")
    assert len(db.session.scalars(select(TalkDraft)).all()) == 2


def test_a_filed_record_is_not_written(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, client = hold(cast, Visibility.COMMITTEE), client_for("secretary")
    address = f"/app/talks/{talk.id}"
    client.post(f"{address}/draft", data=sheet(talk, notes="归档前写的", device="desk"))
    talk.filed_on = talk.held_on
    db.session.commit()
    assert client.get(f"{address}/record").location.endswith("/conflict")
    assert "归档前写的" in client.get(f"{address}/conflict").text
    assert client.post(f"{address}/record", data=sheet(talk, notes="归档后写的")).status_code == 303
    (said,) = queries.notes([talk.id], within=cast.branch, reader=cast.secretary).values()
    assert said == "排班表一个月改了三版。"


def test_an_older_note_that_says_the_same_is_pointed_out(client_for: ClientFor, cast: SimpleNamespace) -> None:
    words = "夜班食堂没有热饭，同志们只能吃自带的干粮，已经反映过两次，希望后勤尽快安排送餐，最好在十点以前送到值班室。"
    client = client_for("secretary")
    client.post("/app/talks/walk", data=walk(notes=words), headers=JSON)
    talk = plan(cast)
    told = client.post(f"/app/talks/{talk.id}/likeness", data={"notes": words})
    assert told.status_code == 200 and "党员丙" in told.json["like"][0]["says"]
    assert client.post(f"/app/talks/{talk.id}/likeness", data={"notes": "别的话"}).json == {"like": []}
    assert client_for("outsider").post(f"/app/talks/{talk.id}/likeness", data={"notes": words}).status_code == 404


def test_the_worker_may_stand_for_the_desk_and_the_shell_shows_no_talk(
    client_for: ClientFor, cast: SimpleNamespace
) -> None:
    hold(cast, Visibility.COMMITTEE, notes="只在保险箱里的话")
    mine = plan(cast, interviewer_id=cast.boss.id)
    client = client_for("secretary")
    worker = client.get("/app/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/app/" and "javascript" in worker.content_type
    assert "worker-src 'self'" in worker.headers["Content-Security-Policy"]
    shell = client.get("/app/talks/offline")
    assert shell.headers["X-Account"] == str(cast.secretary.id)
    assert "只在保险箱里的话" not in shell.text and f'data-plan="{mine.id}"' in shell.text
