"""The pages of replies: written by one, let out by another, refused where the rules say so."""

import re

import pytest
from sqlalchemy import select

from concerns import replies
from concerns.models import Reply
from core.db import db
from core.terms import ReplyClass, ReplyState
from tests.concerns.replying import let_out

SENT = {"said": "食堂关得早。", "did": "窗口延长到零点。", "outcome": "settled"}


@pytest.fixture
def concern(stage, foreseeable, fill):
    fill(stage)
    stage.group()
    return stage.concern("食堂")


def newest() -> Reply:
    db.session.expire_all()
    found = db.session.scalar(select(Reply).order_by(Reply.id.desc()).limit(1))
    assert found is not None
    return found


def seen(page) -> str:
    return re.search(r'name="(?:\w+-)?revision"[^>]*value="(\d+)"', page.text)[1]


def test_from_the_concern_to_the_board(client_for, concern) -> None:
    writer, second = client_for("secretary"), client_for("committee_member")
    assert f"/app/concerns/{concern.id}/reply" in writer.get(f"/app/concerns/{concern.id}").text
    drafted = writer.post(f"/app/concerns/{concern.id}/reply", data=SENT)
    assert drafted.status_code == 302
    address = drafted.location
    number = newest().id
    assert writer.get(f"/app/concerns/{concern.id}/reply").location.endswith(f"/app/replies/{number}/words")
    page = writer.get(address)
    assert SENT["did"] in page.text and "hand-in" in page.text and "approve" not in page.text
    assert writer.post(f"{address}/hand-in", data={"revision": seen(page)}).status_code == 302
    assert f"{address}/approve" not in writer.get(address).text
    refused = writer.post(f"{address}/approve", data={"revision": seen(page)})
    assert refused.status_code == 403
    page = second.get(address)
    done = second.post(f"{address}/approve", data={"revision": seen(page)})
    assert done.status_code == 302 and newest().state is ReplyState.PUBLISHED
    for role in ("secretary", "committee_member", "member"):
        assert SENT["did"] in client_for(role).get("/app/board").text


def test_a_committee_member_writes_nothing(client_for, concern, cast) -> None:
    client = client_for("committee_member")
    assert client.get(f"/app/concerns/{concern.id}/reply").status_code == 403
    assert client.post(f"/app/concerns/{concern.id}/reply", data=SENT).status_code == 403
    row = replies.draft(concern, replies.Wording("甲", "乙", replies.ReplyOutcome.LATER), by=cast.secretary)
    db.session.commit()
    for step in ("words", "hand-in", "discard"):
        assert client.post(f"/app/replies/{row.id}/{step}", data=SENT).status_code == 403
    for step in ("approve", "send-back", "withdraw"):
        assert client_for("member").post(f"/app/replies/{row.id}/{step}").status_code == 403


def test_warnings_are_ticked_and_a_refusal_keeps_the_ticks(client_for, concern, cast) -> None:
    wording = replies.Wording("食堂关得早。", "东班有3人试用。", replies.ReplyOutcome.SETTLED)
    row = replies.draft(concern, wording, by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    db.session.commit()
    client = client_for("committee_member")
    page = client.get(f"/app/replies/{row.id}")
    keys = re.findall(r'name="ticked" value="(\w+)"', page.text)
    assert len(keys) == 2
    some = client.post(f"/app/replies/{row.id}/approve", data={"revision": seen(page), "ticked": keys[:1]})
    assert some.status_code == 422
    assert f'value="{keys[0]}" checked' in some.text and f'value="{keys[1]}" checked' not in some.text
    every = client.post(f"/app/replies/{row.id}/approve", data={"revision": seen(page), "ticked": keys})
    assert every.status_code == 302


def test_a_name_is_pointed_out_before_anybody_hands_it_in(client_for, concern) -> None:
    client = client_for("secretary")
    sent = client.post(f"/app/concerns/{concern.id}/reply", data=SENT | {"did": "党员丙提出后已办。"})
    page = client.get(sent.location)
    assert "<mark>党员丙</mark>" in page.text and "hand-in" not in page.text
    tried = client.post(f"{sent.location}/hand-in", data={"revision": seen(page)})
    assert tried.status_code == 422 and newest().state is ReplyState.DRAFT


def test_sending_back_and_taking_off_need_a_reason(client_for, concern, cast) -> None:
    row = replies.draft(concern, replies.Wording("甲", "乙", replies.ReplyOutcome.LATER), by=cast.secretary)
    replies.hand_in(row, seen=row.revision, by=cast.secretary)
    db.session.commit()
    client, address = client_for("committee_member"), f"/app/replies/{row.id}"
    revision = seen(client.get(address))
    assert client.post(f"{address}/send-back", data={"back-revision": revision}).status_code == 422
    reason = {"back-revision": revision, "back-reason": "说清原因"}
    assert client.post(f"{address}/send-back", data=reason).status_code == 302
    assert "说清原因" in client_for("secretary").get(address).text
    out = let_out_again(row, cast)
    taken = {"off-revision": str(out.revision), "off-reason": "说法有误"}
    assert client.post(f"/app/replies/{out.id}/withdraw", data=taken | {"off-reason": ""}).status_code == 422
    assert client.post(f"/app/replies/{out.id}/withdraw", data=taken).status_code == 302
    assert "说法有误" in client.get(f"/app/replies/{out.id}").text
    assert out.said not in client_for("member").get("/app/board").text


def let_out_again(row: Reply, cast) -> Reply:
    db.session.refresh(row)
    replies.discard(row, seen=row.revision, by=cast.secretary)
    return let_out(row.concern, cast)


def test_words_somebody_else_changed_are_not_overwritten(client_for, concern, cast) -> None:
    row = replies.draft(concern, replies.Wording("甲", "乙", replies.ReplyOutcome.LATER), by=cast.secretary)
    db.session.commit()
    client = client_for("secretary")
    page = client.get(f"/app/replies/{row.id}/words")
    replies.change(row, replies.Wording("甲", "丙", replies.ReplyOutcome.LATER), seen=row.revision, by=cast.secretary)
    db.session.commit()
    sent = client.post(f"/app/replies/{row.id}/words", data=SENT | {"revision": seen(page)})
    assert sent.status_code == 409 and SENT["did"] in sent.text and '<p class="nb-did">丙</p>' in sent.text
    assert newest().did == "丙"


def test_a_published_reply_offers_a_new_wording(client_for, concern, cast) -> None:
    row = let_out(concern, cast)
    client = client_for("secretary")
    assert client.get(f"/app/replies/{row.id}/words").location.endswith(f"/app/concerns/{concern.id}/reply")
    page = client.get(f"/app/concerns/{concern.id}/reply")
    assert row.did in page.text
    client.post(f"/app/concerns/{concern.id}/reply", data=SENT | {"did": "窗口延长到一点。"})
    board = client_for("member").get("/app/board").text
    assert row.did in board and "窗口延长到一点" not in board


@pytest.mark.parametrize(
    "sent",
    [{}, SENT | {"outcome": "no such"}, SENT | {"said": ""}, SENT | {"did": "长" * 1001}],
    ids=["nothing", "no such outcome", "nothing said", "too long"],
)
def test_bad_input_is_told(client_for, concern, sent) -> None:
    assert client_for("secretary").post(f"/app/concerns/{concern.id}/reply", data=sent).status_code == 422


def test_how_soon_it_must_be_answered_is_set(client_for, stage, concern) -> None:
    client, address = client_for("secretary"), f"/app/concerns/{concern.id}/reply-class"
    client.post(address, data={"reply_class": "urgent"})
    assert stage.concern("食堂").reply_class is ReplyClass.URGENT
    client.post(address, data={"reply_class": "at once"})
    assert stage.concern("食堂").reply_class is ReplyClass.URGENT
