"""While a talk is written: the guide beside it, promises offered and taken with a tap, with their days."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core.db import db
from interviews import guides, talks
from interviews.guide_texts import GuideText, TopicText
from interviews.models import FollowUp, Guide, Talk
from interviews.talks import PlannedTalk
from members.models import Account, Member
from tests.journeys.conftest import overflows, serious, sign_in

pytestmark = pytest.mark.browser
TOPICS = (TopicText("岗位和工作", ("最吃劲的是什么？",)), TopicText("家庭和身体", ("睡得好不好？",)), TopicText("意见"))


@pytest.fixture
def talk_id(house) -> int:
    """A planned talk of the committee member's, and two guides: one for its occasion, one for any."""
    with house.app.app_context():
        account = db.session.scalars(select(Account).where(Account.username == "committee")).one()
        worker = db.session.scalars(select(Member).where(Member.number == "A3")).one()
        within = account.organisation
        for text in (
            GuideText("通用提纲", topics=(TopicText("随便聊"),)),
            GuideText("谈心提纲", "定期谈心", "今天是谈心。", TOPICS),
        ):
            guides.make(text, within=within, by=account)
        plan = PlannedTalk(worker.id, account.member_id, date(2026, 10, 20), occasion="定期谈心")
        talk = talks.plan(plan, within=within, by=account)
        db.session.commit()
        return talk.id


def test_promises_are_offered_and_taken(house, watched, talk_id) -> None:
    page = watched
    sign_in(page, house, "committee")
    page.goto(f"{house.url}/app/talks/{talk_id}/record")
    page.fill("[name=held_on]", "2026-10-20")
    page.click("[name=notes]")
    page.keyboard.type("他说手套少。我答应下周三前给他回话。请后勤月底前修灯。")
    page.wait_for_selector(".offers-l li:nth-child(2)")
    with house.app.app_context():
        assert db.session.scalar(select(FollowUp)) is None
    assert page.input_value("[name=promises-0-text]") == ""  # never by itself
    page.click(".offers-l li:first-child .btn-primary")
    assert page.input_value("[name=promises-0-text]") == "我答应下周三前给他回话。"
    assert page.input_value("[name=promises-0-due_on]") == "2026-10-28"
    assert page.input_value("[name=promises-0-owner]") == "A2 委员乙"
    expect(page.locator(".offers-l li")).to_have_count(1)
    page.click(".offers-l .btn-light")
    assert page.locator(".offers-l li").count() == 0
    page.click("[data-add-row]")
    page.fill("[name=promises-1-text]", "元宵前修好路灯")
    page.click("[data-named]")
    assert page.input_value("[name=promises-1-due_on]") == "2027-02-19"
    page.locator("[data-workdays]").nth(1).select_option(index=2)
    assert page.input_value("[name=promises-1-due_on]") == "2026-10-27"
    page.check("[name=visibility][value=committee]")
    assert serious(page) == [] and not overflows(page)
    page.keyboard.press("Control+s")
    page.wait_for_url(f"**/app/talks/{talk_id}")
    with house.app.app_context():
        due = sorted(row.due_on for row in db.session.scalars(select(FollowUp)))
    assert due == [date(2026, 10, 27), date(2026, 10, 28)]


def test_the_guide_goes_along(house, watched, talk_id) -> None:
    page = watched
    sign_in(page, house, "committee")
    page.goto(f"{house.url}/app/talks/{talk_id}/record")
    shown = page.locator(".guide-one:not([hidden])")
    assert shown.count() == 1 and "今天是谈心。" in shown.inner_text()
    page.fill("[name=notes]", "先聊班上。")
    shown.get_by_label("家庭和身体").check()
    page.keyboard.type("孩子上初二。")
    assert page.input_value("[name=notes]") == "先聊班上。\n【家庭和身体】\n孩子上初二。"
    shown.get_by_label("意见").check()
    shown.get_by_label("意见").uncheck()
    assert page.input_value("[name=notes]") == "先聊班上。\n【家庭和身体】\n孩子上初二。\n"
    with page.expect_response("**/guide"):
        page.select_option("[data-choice]", label="通用提纲")
    assert "随便聊" in page.locator(".guide-one:not([hidden])").inner_text()
    with house.app.app_context():
        talk = db.session.get_one(Talk, talk_id)
        assert db.session.get_one(Guide, talk.guide_id).title == "通用提纲"
        assert talk.revision == 1


def test_topics_are_dragged_and_moved(house, watched, talk_id) -> None:
    page = watched
    sign_in(page, house, "committee")
    with house.app.app_context():
        guide_id = db.session.scalar(select(Guide.id).where(Guide.title == "谈心提纲"))
    page.goto(f"{house.url}/app/guides/{guide_id}")
    assert serious(page) == [] and not overflows(page)
    page.locator("[data-move='1']").first.click()
    assert [box.input_value() for box in page.locator("[name$='-title']").all()] == ["家庭和身体", "岗位和工作", "意见"]
    page.set_viewport_size({"width": 1280, "height": 1600})
    grip, first = page.locator("[data-grip]").nth(2).bounding_box(), page.locator("[data-topic]").nth(0).bounding_box()
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(first["x"] + 60, first["y"] + 30, steps=6)
    page.mouse.move(first["x"] + 60, first["y"] + 6, steps=3)
    page.mouse.up()
    assert page.input_value("[name=topics-0-title]") == "意见"
    page.click(".save-bar .btn-primary")
    page.wait_for_load_state()
    with house.app.app_context():
        titles = [topic.title for topic in db.session.get_one(Guide, guide_id).topics]
    assert titles == ["意见", "家庭和身体", "岗位和工作"]
