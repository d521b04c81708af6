"""The pages of talks as people meet them."""

import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.audit import AuditEntry
from core.db import db
from core.terms import FollowUpState, TalkState, Visibility
from interviews import drafts, queries
from interviews.models import FollowUp, Talk, TalkDraft, TalkImport
from tests.interviews.plays import hold, plan, second_secretary, sheet
from vault import session as vault_session

ClientFor = Callable[[str], FlaskClient]
NASTY = '<script>alert("1")</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


def signed_in(app: Flask, account: object) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"] = account.get_id()
        session["_fresh"] = True
        session[vault_session.NAME] = vault_session.packed(account, account.keyring)
    return client


def fresh(talk_id: int) -> Talk:
    db.session.expire_all()
    return db.session.get_one(Talk, talk_id)


def says(cast: SimpleNamespace, talk_id: int) -> str:
    """Return the notes of a talk as the secretary opens them."""
    db.session.expire_all()
    return queries.notes([talk_id], within=cast.branch, reader=cast.secretary)[talk_id]


PAGES = ["/app/talks", "/app/talks/new", "/app/promises", "/app/talks/import"]
OF_A_TALK = ["", "/record", "/conflict"]


@pytest.mark.parametrize("path", PAGES)
def test_who_gets_in(client_for: ClientFor, path: str) -> None:
    assert client_for("secretary").get(path).status_code == 200
    assert client_for("committee_member").get(path).status_code == 200
    assert client_for("member").get(path).status_code == 403
    assert client_for("").get(path).status_code == 302


@pytest.mark.parametrize("path", OF_A_TALK)
def test_a_stranger_gets_404(client_for: ClientFor, cast: SimpleNamespace, path: str) -> None:
    talk = hold(cast, Visibility.COMMITTEE)
    address = f"/app/talks/{talk.id}{path}"
    assert client_for("outsider").get(address).status_code == 404
    assert client_for("member").get(address).status_code == 403
    for odd in (0, 999_999, 10**30):
        assert client_for("secretary").get(f"/app/talks/{odd}{path}").status_code == 404


def test_a_stranger_writes_nowhere(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, planned = hold(cast, Visibility.COMMITTEE), plan(cast)
    kept, client = talk.follow_ups[0].id, client_for("outsider")
    data = sheet(talk, notes="改")
    for path in ("record", "draft", "conflict", "draft/discard", "plan", "withdraw"):
        assert client.post(f"/app/talks/{talk.id}/{path}", data=data).status_code == 404
    for path in ("keep", "refuse", "reopen"):
        assert client.post(f"/app/promises/{kept}/{path}", data={"outcome": "x"}).status_code == 404
    assert client.post(f"/app/talks/{planned.id}/withdraw").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(TalkDraft)) == 0


@pytest.mark.parametrize(
    ("level", "role", "opens"),
    [
        (Visibility.INTERVIEWER, "secretary", False),
        (Visibility.INTERVIEWER, "committee_member", True),  # the interviewer
        (Visibility.SECRETARY, "secretary", True),
        (Visibility.COMMITTEE, "secretary", True),
    ],
)
def test_the_notes_open_to_whom_they_should(
    client_for: ClientFor, cast: SimpleNamespace, level: Visibility, role: str, opens: bool
) -> None:
    talk = hold(cast, level, notes="只有知情人知道的话", occasion="难言之隐")
    page = client_for(role).get(f"/app/talks/{talk.id}")
    assert page.status_code == 200 and "党员丙" in page.text
    for secret in ("只有知情人知道的话", "月底前答复排班", "难言之隐"):
        assert (secret in page.text) is opens
    if not opens:
        assert "只有知情人知道的话" not in client_for(role).get(f"/app/talks/{talk.id}/record").text
        assert "难言之隐" not in client_for(role).get("/app/talks").text


def test_each_opening_is_written_down(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = hold(any_cast, Visibility.COMMITTEE)
    closed = hold(any_cast, Visibility.INTERVIEWER)
    client = signed_in(any_app, any_cast.secretary)
    client.get(f"/app/talks/{talk.id}")
    client.get(f"/app/talks/{closed.id}")
    db.session.expire_all()
    lines = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "talk.open")).all()
    assert [(line.thing_id, line.account_id) for line in lines] == [(str(talk.id), any_cast.secretary.id)]


def test_from_new_to_saved(client_for: ClientFor, cast: SimpleNamespace) -> None:
    client = client_for("secretary")
    six = {"member": "党员丙", "interviewer": "A1", "held_on": "2026-10-31", "mode": "phone", "then": "record"}
    answer = client.post("/app/talks/new", data={**six, "investigation": str(cast.investigation.id)})
    talk = db.session.scalars(select(Talk)).one()
    assert answer.location.endswith(f"/app/talks/{talk.id}/record")
    assert talk.state is TalkState.PLANNED
    page = client.get(answer.location)
    assert "本表只记录谈心谈话" in page.text or "no basis for organisational measures" in page.text
    data = sheet(talk, interviewer="A1", **{"promises-0-text": "回话", "promises-0-due_on": "2026-11-05"})
    answer = client.post(f"/app/talks/{talk.id}/record", data=data)
    assert answer.status_code == 302
    talk = fresh(talk.id)
    assert (talk.state, talk.visibility, talk.minutes) == (TalkState.RECORDED, Visibility.COMMITTEE, 30)
    assert talk.follow_ups[0].owner_id == cast.boss.id  # the interviewer, where nobody else is named
    assert "data-saved-talk" in client.get(answer.location).text
    assert "data-saved-talk" not in client.get(answer.location).text


@pytest.mark.parametrize(
    "changes",
    [
        {"visibility": ""},
        {"visibility": "everybody"},
        {"notes": " "},
        {"member": "A9"},
        {"held_on": "2026-11-01"},
        {"held_on": "x"},
        {"minutes": "-3"},
        {"mode": "telepathy"},
        {"promises-0-due_on": "2026-12-01"},
        {"promises-0-text": "x", "promises-0-due_on": "soon"},
        {"promises-0-text": "x", "promises-0-owner": "A9"},
        {"investigation": "999"},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client_for: ClientFor, cast: SimpleNamespace, changes: dict
) -> None:
    talk = plan(cast)
    data = sheet(talk, **{"place": "三号泵房", **changes})
    answer = client_for("secretary").post(f"/app/talks/{talk.id}/record", data=data)
    assert answer.status_code == 422
    assert 'class="errbox"' in answer.text and "三号泵房" in answer.text
    assert fresh(talk.id).state is TalkState.PLANNED


def test_two_secretaries_and_one_talk(any_app: Flask, any_cast: SimpleNamespace) -> None:
    cast = any_cast
    other = second_secretary(cast)
    talk = hold(cast, Visibility.COMMITTEE, notes="第一句。第二句。")
    talk_id, first, second = talk.id, signed_in(any_app, cast.secretary), signed_in(any_app, other)
    mine, theirs = sheet(talk, notes="第一句。我的第二句。"), sheet(talk, notes="第一句。他的第二句。", place="食堂")
    theirs["promises-0-text"] = "他答应的事"
    assert second.post(f"/app/talks/{talk_id}/record", data=theirs).status_code == 302
    answer = first.post(f"/app/talks/{talk_id}/record", data=mine)
    assert answer.status_code == 303 and answer.location.endswith("/conflict")
    page = first.get(answer.location)
    for text in ("我的第二句。", "他的第二句。", "食堂", "值班室", "副书记", "他答应的事"):
        assert text in page.text
    # Nothing is lost however often the page is left and opened again.
    assert first.get(f"/app/talks/{talk_id}/record").location.endswith("/conflict")
    assert says(cast, talk_id) == "第一句。他的第二句。"
    # Way one: theirs, with mine beside it.
    first.post(f"/app/talks/{talk_id}/conflict")
    page = first.get(f"/app/talks/{talk_id}/record")
    assert page.status_code == 200 and "他的第二句。" in page.text and "我的第二句。" in page.text
    assert 'name="aside"' in page.text
    # Way two, from the start: mine becomes the record, theirs an earlier text, their promise stays.
    drafts.keep(fresh(talk_id), {k: [v] for k, v in mine.items()}, based_on=2, by=cast.secretary)
    db.session.commit()
    promise = fresh(talk_id).follow_ups[0]
    merged = {**mine, "based_on": "3", "promises-1-id": str(promise.id), "promises-1-text": "他答应的事"}
    assert 'value="他答应的事"' in first.get(f"/app/talks/{talk_id}/conflict").text
    assert first.post(f"/app/talks/{talk_id}/record", data=merged).status_code == 302
    talk = fresh(talk_id)
    assert says(cast, talk_id) == "第一句。我的第二句。"
    view = queries.view(talk_id, within=cast.branch, reader=cast.secretary)
    assert [row.promise for row in view.promises] == ["他答应的事"]
    assert "他的第二句。" in first.get(f"/app/talks/{talk_id}").text  # among the earlier texts
    assert db.session.scalar(select(func.count()).select_from(TalkDraft)) == 0


def test_a_draft_survives_a_new_session(any_app: Flask, any_cast: SimpleNamespace) -> None:
    talk = plan(any_cast)
    address = f"/app/talks/{talk.id}"
    data = sheet(talk, notes="写到一半，停电了", visibility="", minutes="三十")
    answer = signed_in(any_app, any_cast.secretary).post(f"{address}/draft", data=data)
    assert (answer.status_code, answer.data) == (204, b"")
    page = signed_in(any_app, any_cast.secretary).get(f"{address}/record")
    assert "写到一半，停电了" in page.text and "三十" in page.text
    assert "写到一半" not in signed_in(any_app, any_cast.committee_member).get(f"{address}/record").text
    assert "写到一半" not in signed_in(any_app, any_cast.committee_member).get(address).text
    saved = sheet(talk, notes="写完了", interviewer="A1")
    assert signed_in(any_app, any_cast.secretary).post(f"{address}/record", data=saved).status_code == 302
    assert db.session.scalar(select(func.count()).select_from(TalkDraft)) == 0


def test_a_late_echo_of_what_is_saved_is_no_conflict(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, client = plan(cast), client_for("secretary")
    data = sheet(talk)
    client.post(f"/app/talks/{talk.id}/record", data=data)
    client.post(f"/app/talks/{talk.id}/draft", data=data)  # was on its way when the record was saved
    assert client.get(f"/app/talks/{talk.id}/record").status_code == 200


def test_a_draft_that_is_too_long_or_not_ones_own(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.INTERVIEWER)
    address = f"/app/talks/{talk.id}/draft"
    assert client_for("secretary").post(address, data=sheet(talk)).status_code == 403
    assert client_for("committee_member").post(address, data=sheet(talk, notes="长" * 200_001)).status_code == 422


def test_a_talk_closed_while_one_writes_keeps_the_text(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk = hold(cast, Visibility.SECRETARY)
    client, data = client_for("secretary"), sheet(talk, notes="书记写的补充")
    client.post(f"/app/talks/{talk.id}/draft", data=data)
    talk.visibility = Visibility.INTERVIEWER
    db.session.commit()
    answer = client.post(f"/app/talks/{talk.id}/record", data=data)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "书记写的补充" in page.text and "排班表一个月" not in page.text


def test_nothing_typed_becomes_markup(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, client = plan(cast), client_for("secretary")
    data = sheet(talk, notes=NASTY, place=NASTY, occasion=NASTY[:80], **{"promises-0-text": NASTY})
    client.post(f"/app/talks/{talk.id}/draft", data={**data, "based_on": "0"})
    pages = [f"/app/talks/{talk.id}/conflict"]
    texts = [client.get(page).text for page in pages]
    client.post(f"/app/talks/{talk.id}/record", data=data)
    pages = [f"/app/talks/{talk.id}", f"/app/talks/{talk.id}/record", "/app/talks", "/app/promises", "/app/talks/new"]
    texts += [client.get(page).text for page in pages]
    assert all("<script>alert" not in text and "<img src=x" not in text for text in texts)
    assert all("&lt;script&gt;" in text for text in texts)


def test_the_list_narrows_and_turns_pages(client_for: ClientFor, cast: SimpleNamespace) -> None:
    client = client_for("secretary")
    assert "empty-state" in client.get("/app/talks").text
    for _each in range(26):
        plan(cast)
    hold(cast, Visibility.COMMITTEE)
    assert client.get("/app/talks").text.count("data-l=") // 7 == 25
    assert client.get("/app/talks?page=2").text.count('scope="row"') == 2
    assert client.get("/app/talks?state=recorded").text.count('scope="row"') == 1
    odd = "/app/talks?page=-1&group=x&interviewer=9999999999999&state=nonsense&since=never&q=%00%25"
    assert client.get(odd).status_code == 200
    assert client.get("/app/talks?since=2026-10-21&until=2026-10-31").text.count('scope="row"') == 0


def test_the_next_talk_opens_with_the_promises(client_for: ClientFor, cast: SimpleNamespace) -> None:
    hold(cast, Visibility.COMMITTEE)
    following = plan(cast)
    for page in (f"/app/talks/new?member={cast.worker.id}", f"/app/talks/{following.id}/record"):
        assert "月底前答复排班" in client_for("secretary").get(page).text


def test_promises_on_their_page(client_for: ClientFor, cast: SimpleNamespace) -> None:
    (row,) = hold(cast, Visibility.COMMITTEE).follow_ups
    client, promise_id = client_for("secretary"), row.id
    assert "月底前答复排班" in client.get("/app/promises?show=overdue").text
    assert client.post(f"/app/promises/{promise_id}/refuse", data={"outcome": ""}).status_code == 422
    assert client.post(f"/app/promises/{promise_id}/refuse", data={"outcome": "已转工会"}).status_code == 302
    db.session.expire_all()
    assert db.session.get_one(FollowUp, promise_id).state is FollowUpState.REFUSED
    assert "已转工会" in client.get("/app/promises?show=refused").text
    assert client.get("/app/promises?show=nonsense").status_code == 200
    client.post(f"/app/promises/{promise_id}/reopen")
    db.session.expire_all()
    assert db.session.get_one(FollowUp, promise_id).state is FollowUpState.OPEN


def test_plans_change_and_go(client_for: ClientFor, cast: SimpleNamespace) -> None:
    talk, client = plan(cast), client_for("secretary")
    talk_id, data = talk.id, {**sheet(talk), "held_on": "2026-12-24"}
    assert client.get(f"/app/talks/{talk_id}/plan").status_code == 200
    assert client.post(f"/app/talks/{talk_id}/plan", data=data).status_code == 302
    assert fresh(talk_id).held_on.isoformat() == "2026-12-24"
    assert client.post(f"/app/talks/{talk_id}/plan", data=data).status_code == 422  # based on the old plan
    assert client.post(f"/app/talks/{talk_id}/withdraw").status_code == 302
    assert client.get(f"/app/talks/{talk_id}").status_code == 404


def test_an_import_from_file_to_list(client_for: ClientFor, cast: SimpleNamespace) -> None:
    client = client_for("secretary")
    lines = "谈话对象,日期,谈话人,知悉范围,内容\nA3,2026-10-20,A2,支委会,好\nA9,2026-10-20,A2,支委会,坏\n"

    def send() -> str:
        files = {"file": (io.BytesIO(lines.encode()), f"{NASTY}.csv"), "investigation": str(cast.investigation.id)}
        answer = client.post("/app/talks/import", data=files, content_type="multipart/form-data")
        assert answer.status_code == 302
        return answer.location

    address = send()
    page = client.get(address)
    assert "A9" in page.text and "<script>alert" not in page.text
    assert client_for("committee_member").get(address).status_code == 404
    assert client.post(address).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Talk)) == 0
    assert client.post(address, data={"leave_out": "y"}).status_code == 302
    talk = db.session.scalars(select(Talk)).one()
    assert talk.investigation_id == cast.investigation.id
    assert client.post(address, data={"leave_out": "y"}).status_code == 404  # a double click
    client.post(f"{send()}/cancel")
    assert db.session.scalar(select(func.count()).select_from(TalkImport)) == 0
    empty = client.post("/app/talks/import", data={}, content_type="multipart/form-data")
    broken = {"file": (io.BytesIO(b"PK\x03\x04"), "t.xlsx"), "investigation": ""}
    assert empty.status_code == client.post("/app/talks/import", data=broken).status_code == 422


def test_coverage_on_its_page(client_for: ClientFor, cast: SimpleNamespace) -> None:
    hold(cast, Visibility.INTERVIEWER)
    for role in ("secretary", "committee_member"):
        page = client_for(role).get("/app/coverage")
        assert page.status_code == 200 and "西班" in page.text
        assert f"/app/talks/new?member={cast.aide.id}" in page.text
    assert client_for("member").get("/app/coverage").status_code == 403
    for query in ("since=2026-12-01&until=2020-01-01", "since=x&category=y", "category=full"):
        assert client_for("secretary").get(f"/app/coverage?{query}").status_code == 200
    assert client_for("outsider").get("/app/coverage").text.count("党员丙") == 0
