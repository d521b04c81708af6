"""The board: only what a second person let out, for members or for everybody with the link."""

from datetime import date

import pytest

from concerns import actions, board, curation, replies
from concerns.actions import Plan
from concerns.replies import Wording
from core import clock
from core.db import db
from core.errors import BadInput, NotFound, Stale
from core.terms import ActionState, BoardAccess, ReplyOutcome
from tests.concerns.replying import let_out


@pytest.fixture
def concern(stage, foreseeable, fill):
    fill(stage)
    stage.group()
    return stage.concern("食堂")


def link(cast, access: BoardAccess = BoardAccess.LINK) -> str:
    seen = board.setting(cast.branch).revision
    board.set_up(cast.branch, access=access, title="回音", introduction="", seen=seen, by=cast.secretary)
    db.session.commit()
    return board.setting(cast.branch).token


def test_only_what_was_let_out_stands_there(concern, cast) -> None:
    assert board.lines(cast.branch) == []
    draft = replies.draft(concern, Wording("草稿里的话。", "不该出现。", ReplyOutcome.LATER), by=cast.secretary)
    assert board.lines(cast.branch) == []
    replies.discard(draft, seen=draft.revision, by=cast.secretary)
    row = let_out(concern, cast)
    assert [(line.said, line.did) for line in board.lines(cast.branch)] == [(row.said, row.did)]
    assert board.lines(cast.elsewhere) == []
    replies.withdraw(row, "说法有误", seen=row.revision, by=cast.committee_member)
    assert board.lines(cast.branch) == []


def test_another_name_of_the_concern_changes_nothing_on_the_board(stage, concern, cast) -> None:
    let_out(concern, cast)
    before = board.lines(cast.branch)
    concern = stage.concern("食堂")
    curation.rename(concern, label="党员丙说的食堂", seen=concern.revision, by=cast.secretary)
    assert board.lines(cast.branch) == before


def test_a_new_wording_takes_the_place_of_the_old(concern, cast, monkeypatch) -> None:
    let_out(concern, cast)
    first = clock.today()
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 20))
    let_out(concern, cast, did="窗口延长到一点。")
    (line,) = board.lines(cast.branch)
    assert (line.did, line.first_on, line.changed_on) == ("窗口延长到一点。", first, date(2026, 11, 20))
    assert board.setting(cast.branch).changed_on == date(2026, 11, 20)


def test_measures_are_counted_not_told(concern, cast) -> None:
    actions.add(concern, Plan("加冷柜", "党员丙"), by=cast.secretary)
    actions.add(concern, Plan("延时", "党员丙", state=ActionState.DONE, outcome="已延时"), by=cast.secretary)
    let_out(concern, cast)
    (line,) = board.lines(cast.branch)
    assert (line.measures, line.finished) == (2, 1)
    assert "党员丙" not in str(line)


def test_outcomes_are_counted_and_chosen(stage, concern, cast) -> None:
    let_out(concern, cast)
    let_out(stage.concern("停车"), cast, said="停车难。", did="地方不够，办不到。", outcome=ReplyOutcome.CANNOT)
    assert board.counts(cast.branch) == {ReplyOutcome.SETTLED: 1, ReplyOutcome.CANNOT: 1}
    assert [line.said for line in board.lines(cast.branch, outcome=ReplyOutcome.CANNOT)] == ["停车难。"]


def test_a_long_board_is_paged(concern, cast, client_for, monkeypatch, stage) -> None:
    monkeypatch.setattr(board, "PAGE", 1)
    first = let_out(concern, cast)
    second = let_out(stage.concern("停车"), cast, said="停车难。", did="新划二十个车位。")
    token = link(cast)
    for address in ("/app/board", f"/gs/{token}"):
        pages = [client_for("member").get(f"{address}?page={number}").text for number in ("1", "2", "junk")]
        assert [second.said in page for page in pages] == [True, False, True]
        assert [first.said in page for page in pages] == [False, True, False]
    assert first.said in client_for("member").get("/app/board/print").text


def test_the_link_leads_somewhere_only_while_it_may(concern, cast) -> None:
    token = link(cast)
    assert board.public(token).id == cast.branch.id
    link(cast, BoardAccess.MEMBERS)
    with pytest.raises(NotFound):
        board.public(token)
    link(cast)
    board.renew_link(cast.branch, seen=board.setting(cast.branch).revision, by=cast.secretary)
    db.session.commit()
    with pytest.raises(NotFound):
        board.public(token)
    assert board.public(board.setting(cast.branch).token).id == cast.branch.id


def test_two_people_setting_it_up_do_not_overwrite_each_other(cast) -> None:
    link(cast)
    with pytest.raises(Stale):
        board.renew_link(cast.branch, seen=0, by=cast.secretary)
    with pytest.raises(BadInput):
        board.set_up(
            cast.branch,
            access=BoardAccess.LINK,
            title="长" * 81,
            introduction="",
            seen=board.setting(cast.branch).revision,
            by=cast.secretary,
        )


def test_the_public_page_sets_no_cookie_and_says_only_what_was_let_out(app, client_for, concern, cast) -> None:
    actions.add(concern, Plan("加冷柜", "党员丙"), by=cast.secretary)
    row = let_out(concern, cast)
    address = f"/gs/{link(cast)}"
    for client in (client_for(""), client_for("secretary")):
        page = client.get(address)
        assert page.status_code == 200 and "Set-Cookie" not in page.headers
        assert row.said in page.text and row.did in page.text
        for hidden in ("党员丙", "加冷柜", "书记甲", "委员乙", "csrf"):
            assert hidden not in page.text
    assert "You said" not in client_for("").get(f"{address}/zh").text
    link(cast, BoardAccess.MEMBERS)
    closed = client_for("secretary").get(address)
    assert closed.status_code == 404 and row.said not in closed.text and "Set-Cookie" not in closed.headers


@pytest.mark.parametrize("path", ["/gs/nothing", "/gs/nothing/en", "/gs/%00", "/gs/x'--"], ids=str)
def test_an_unknown_link_is_told_kindly(client_for, path) -> None:
    assert client_for("").get(path).status_code == 404


def test_every_role_has_its_own_board(client_for, concern, cast) -> None:
    row = let_out(concern, cast)
    draft = replies.draft(concern, Wording("待批的话。", "待批的办法。", ReplyOutcome.LATER), by=cast.secretary)
    replies.hand_in(draft, seen=draft.revision, by=cast.secretary)
    db.session.commit()
    pages = {role: client_for(role).get("/app/board").text for role in ("secretary", "committee_member", "member")}
    assert all(row.said in page for page in pages.values())
    assert "待批的话。" in pages["committee_member"]
    assert "待批的话。" not in pages["secretary"] and "待批的话。" not in pages["member"]
    assert client_for("member").get(f"/app/replies/{row.id}").status_code == 403
    assert client_for("committee_member").get("/app/board/settings").status_code == 403
    assert row.said not in client_for("outsider").get("/app/board").text
    assert client_for("member").get("/app/board/print").status_code == 200


def test_the_board_is_set_up_on_its_page(client_for, concern, cast) -> None:
    client = client_for("secretary")
    sent = client.post("/app/board/settings", data={"title": "回音壁", "introduction": "件件有回音", "access": "link"})
    assert sent.status_code == 302
    shown = client.get("/app/board").text
    assert "回音壁" in shown and board.setting(cast.branch).token in shown
    again = client.post("/app/board/settings", data={"title": "别的", "access": "link", "revision": "0"})
    assert again.status_code == 409 and "别的" in again.text
    assert client.post("/app/board/settings", data={"access": "nobody"}).status_code == 422
