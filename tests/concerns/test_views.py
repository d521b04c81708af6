"""Concern pages: who may see what, what each button does, and that nothing typed is lost."""

import re

import pytest
from sqlalchemy import event

from concerns import curation
from core.db import db
from core.terms import SurveyState, Visibility

pytestmark = pytest.mark.usefixtures("foreseeable")


@pytest.fixture
def grouped(stage, fill):
    fill(stage)
    stage.group()
    return stage


def _index(stage) -> str:
    return f"/app/investigations/{stage.cast.investigation.id}/concerns"


def _show(stage, label: str = "食堂") -> str:
    return f"/app/concerns/{stage.concern(label).id}"


@pytest.fixture
def secretary(client_for):
    return client_for("secretary")


def test_an_empty_page_says_what_is_missing(stage, secretary) -> None:
    page = secretary.get(_index(stage)).text
    assert "还没有已截止的问卷、谈话或座谈纪要" in page
    stage.survey({"q13": "食堂太贵"}, state=SurveyState.OPEN)
    assert "concerns/regroup" not in secretary.get(_index(stage)).text


def test_the_button_groups_and_the_page_lists(stage, fill, secretary) -> None:
    fill(stage)
    assert "concerns/regroup" in secretary.get(_index(stage)).text
    assert secretary.post(_index(stage) + "/regroup").status_code == 302
    page = secretary.get(_index(stage)).text
    assert page.index("食堂") < page.index("停车")
    assert "食堂排队太久" in page, "six voices may be quoted"
    assert "停车场太暗" not in page, "three voices may not"


def test_quotes_begin_at_the_floor(stage, secretary) -> None:
    survey = stage.survey(*({"q13": f"食堂第{number}个窗口太慢"} for number in range(4)))
    stage.group()
    assert "窗口太慢" not in secretary.get(_index(stage)).text
    stage.answer(survey, {"q13": "食堂第9个窗口太慢"})
    stage.group()
    assert "窗口太慢" in secretary.get(_index(stage)).text


@pytest.mark.parametrize(
    ("role", "status"), [("secretary", 200), ("committee_member", 200), ("member", 403), ("outsider", 404)]
)
def test_who_may_read(grouped, client_for, role, status) -> None:
    client = client_for(role)
    for url in (_index(grouped), _index(grouped) + "/ungrouped", _show(grouped)):
        assert client.get(url).status_code == status


WRITES = ["rename", "merge", "passages", "accept", "hide", "unhide", "code"]


@pytest.mark.parametrize(("role", "status"), [("committee_member", 403), ("member", 403), ("outsider", 404)])
def test_who_may_not_curate(grouped, client_for, role, status) -> None:
    client = client_for(role)
    urls = [f"{_show(grouped)}/{write}" for write in WRITES]
    urls += [_index(grouped) + end for end in ("/regroup", "/undo", "/ungrouped")]
    urls.append(f"/app/passages/{grouped.ids('食堂')[0]}/redact")
    for url in urls:
        assert client.post(url, data={"revision": 1, "step": 1}).status_code == status, url


def test_a_committee_member_sees_no_buttons(grouped, client_for) -> None:
    page = client_for("committee_member").get(_show(grouped)).text
    assert "食堂排队太久" in page
    assert 'name="passages"' not in page and "/rename" not in page


def test_renaming_and_taking_it_back(grouped, secretary) -> None:
    url = _show(grouped)
    revision = grouped.lines()["食堂"].revision
    answer = secretary.post(
        f"{url}/rename", data={"label": "伙食", "summary": "菜咸队长", "revision": revision}, follow_redirects=True
    )
    assert "伙食" in answer.text and "菜咸队长" in answer.text
    step = re.search(r'name="step" value="(\d+)"', answer.text).group(1)
    assert "伙食" not in secretary.post(_index(grouped) + "/undo", data={"step": step}, follow_redirects=True).text
    assert secretary.post(_index(grouped) + "/undo", data={"step": step}).status_code == 409


def test_who_renames_second_gets_the_words_back(grouped, secretary) -> None:
    concern = grouped.concern("食堂")
    curation.rename(concern, label="先来的", seen=concern.revision, by=grouped.cast.secretary)
    db.session.commit()
    answer = secretary.post(f"/app/concerns/{concern.id}/rename", data={"label": "后来的名字", "revision": 1})
    assert answer.status_code == 409
    assert "后来的名字" in answer.text
    assert "先来的" in grouped.lines()
    revision = re.search(r'name="revision" type="hidden" value="(\d+)"', answer.text).group(1)
    again = secretary.post(f"/app/concerns/{concern.id}/rename", data={"label": "后来的名字", "revision": revision})
    assert again.status_code == 302, "after reading what changed, the same words may be sent"


def test_both_wordings_are_shown_to_who_comes_second(grouped, secretary) -> None:
    concern = grouped.concern("食堂")
    curation.rename(concern, label="先来的", summary="先写的概述", seen=concern.revision, by=grouped.cast.secretary)
    db.session.commit()
    sent = {"label": "后来的", "summary": "后写的概述", "revision": 1}
    page = secretary.post(f"/app/concerns/{concern.id}/rename", data=sent).text
    both = re.search(r'<div class="both-sides">(.*?)<form', page, re.S).group(1)
    assert all(words in both for words in ("先来的", "先写的概述", "后来的", "后写的概述"))


def test_who_moves_second_sees_where_the_passages_went(grouped, secretary) -> None:
    parking, meals, chosen = grouped.concern("停车"), grouped.concern("食堂"), grouped.ids("停车", "停车太难")
    of = grouped.cast.investigation
    curation.move(parking, excerpt_ids=chosen, to=meals, of=of, by=grouped.cast.secretary)
    db.session.commit()
    data = {"passages": chosen, "to": grouped.concern("宿舍").id, "what": "move"}
    answer = secretary.post(f"/app/concerns/{parking.id}/passages", data=data)
    assert answer.status_code == 409
    told = re.search(r'<ul class="moved">(.*?)</ul>', answer.text, re.S).group(1)
    assert "停车太难" in told and f"/app/concerns/{meals.id}" in told
    assert "停车太难" in grouped.texts("食堂")


def test_the_list_is_narrowed_and_kept_there_by_a_step(grouped, secretary) -> None:
    food = grouped.concern("食堂")
    curation.accept(grouped.concern("停车"), seen=grouped.concern("停车").revision, by=grouped.cast.secretary)
    db.session.commit()
    fresh = secretary.get(_index(grouped) + "?shown=fresh&order=label").text
    assert f'/app/concerns/{food.id}"' in fresh and f'/app/concerns/{grouped.concern("停车").id}"' not in fresh
    assert f'/app/concerns/{food.id}"' not in secretary.get(_index(grouped) + "?theme=没有").text
    url = f"/app/concerns/{food.id}/accept?back=list&shown=fresh&order=label"
    answer = secretary.post(url, data={"revision": food.revision})
    assert answer.headers["Location"].endswith("/concerns?shown=fresh&order=label")
    for strange in ("?shown=x&order=&source=1", "?page=-4", "?page=x", "?theme=" + "长" * 500):
        assert secretary.get(_index(grouped) + strange).status_code == 200


def test_a_step_leads_back_to_the_same_page_of_passages(grouped, secretary) -> None:
    data = {"passages": grouped.ids("停车")[0], "what": "hide"}
    answer = secretary.post(_show(grouped, "停车") + "/passages?page=3", data=data)
    assert answer.headers["Location"].endswith("?page=3#passages")


def test_an_empty_name_is_refused(grouped, secretary) -> None:
    assert secretary.post(f"{_show(grouped)}/rename", data={"label": "", "revision": 1}).status_code == 422


def test_moving_splitting_and_hiding_by_plain_forms(grouped, secretary) -> None:
    url, meals = _show(grouped, "停车") + "/passages", grouped.concern("食堂").id
    chosen = grouped.ids("停车")
    assert secretary.post(url, data={"passages": chosen[0], "to": meals, "what": "move"}).status_code == 302
    assert grouped.lines()["食堂"].voices == 7
    assert (
        secretary.post(url, data={"passages": chosen[1], "to": -1, "label": "灯", "what": "split"}).status_code == 302
    )
    assert grouped.lines()["灯"].voices == 1
    assert secretary.post(url, data={"passages": chosen[2], "to": -1, "what": "hide"}).status_code == 302
    assert grouped.lines()["停车"].voices == 0
    assert secretary.post(url, data={"passages": chosen[2], "to": -1, "what": "unhide"}).status_code == 302
    assert grouped.lines()["停车"].voices == 1
    assert secretary.post(url, data={"passages": chosen[2], "to": 0, "what": "move"}).status_code == 302
    assert len(grouped.texts(None)) == 2


def test_a_refused_move_keeps_what_was_ticked(grouped, secretary) -> None:
    url, chosen = _show(grouped, "停车") + "/passages", grouped.ids("停车")
    answer = secretary.post(url, data={"passages": chosen[0], "to": -1, "what": "move"})
    assert answer.status_code == 422
    assert f'value="{chosen[0]}" checked' in answer.text
    assert secretary.post(url, data={"to": grouped.concern("食堂").id, "what": "move"}).status_code == 422
    assert secretary.post(url, data={"passages": "x", "to": "y", "what": "move"}).status_code == 422
    stranger = {"passages": grouped.ids("食堂")[0], "to": 0, "what": "move"}
    assert secretary.post(url, data=stranger).status_code == 409


def test_ungrouped_passages_become_a_concern(grouped, secretary) -> None:
    url = _index(grouped) + "/ungrouped"
    data = {"passages": grouped.ids(None), "to": -1, "label": "图书", "what": "split"}
    assert secretary.post(url, data=data).status_code == 302
    assert grouped.lines()["图书"].voices == 1


def test_merging_leads_old_links_to_the_other(grouped, secretary) -> None:
    parking, meals = grouped.concern("停车").id, grouped.concern("食堂").id
    assert "食堂" in secretary.get(f"/app/concerns/{parking}/merge").text
    assert f'value="{meals}"' not in secretary.get(f"/app/concerns/{parking}/merge?q=宿").text
    refused = secretary.post(f"/app/concerns/{parking}/merge", data={"into": -1, "revision": 1})
    assert refused.status_code == 422
    assert secretary.post(f"/app/concerns/{parking}/merge", data={"into": meals, "revision": 1}).status_code == 302
    assert secretary.get(f"/app/concerns/{parking}").headers["Location"].endswith(f"/app/concerns/{meals}")


def test_a_concern_of_another_organisation_is_no_target(grouped, secretary) -> None:
    from concerns.models import Concern
    from investigations.models import Investigation

    theirs = Investigation(
        organisation_id=grouped.cast.elsewhere.id,
        title="别处",
        starts_on=grouped.cast.investigation.starts_on,
        ends_on=grouped.cast.investigation.ends_on,
        created_at=grouped.cast.investigation.created_at,
    )
    db.session.add(theirs)
    db.session.flush()
    other = Concern(organisation_id=theirs.organisation_id, investigation_id=theirs.id, label="别处的诉求")
    db.session.add(other)
    db.session.commit()
    data = {"passages": grouped.ids("停车"), "to": other.id, "what": "move"}
    assert secretary.post(_show(grouped, "停车") + "/passages", data=data).status_code in (404, 422)
    assert grouped.lines()["停车"].voices == 3


def test_hidden_concerns_leave_the_list(grouped, secretary) -> None:
    url, revision = _show(grouped), grouped.lines()["食堂"].revision
    assert secretary.post(f"{url}/hide", data={"revision": revision}).status_code == 302
    assert "食堂排队太久" not in secretary.get(_index(grouped)).text
    assert secretary.post(f"{url}/hide", data={"revision": revision}).status_code == 409
    revision = grouped.lines(hidden=True)["食堂"].revision
    assert secretary.post(f"{url}/unhide", data={"revision": revision}).status_code == 302
    assert secretary.post(f"{url}/accept", data={"revision": revision + 1}).status_code == 302
    assert grouped.lines()["食堂"].curated


def test_a_name_on_the_roster_is_nowhere_on_the_pages(stage, secretary) -> None:
    stage.survey(*({"q13": f"食堂的党员丙{word}"} for word in ("太凶", "不理人", "太慢", "不公平", "迟到")))
    stage.group()
    for url in (_index(stage), _show(stage)):
        # Whom to ask for a measure is offered by name; that says nothing about who spoke.
        page = re.sub(r"<datalist.*?</datalist>", "", secretary.get(url).text, flags=re.S)
        assert "食堂的" in page and "党员丙" not in page


def test_a_talk_for_the_interviewer_alone_is_nowhere_on_the_pages(grouped, secretary) -> None:
    talk = grouped.talk("食堂里有人偷东西。")
    grouped.group()
    assert "偷东西" in secretary.get(_show(grouped)).text
    grouped.amend(talk, "食堂里有人偷东西。", Visibility.INTERVIEWER)
    for url in (_index(grouped), _show(grouped)):
        assert "偷东西" not in secretary.get(url).text


def test_the_list_asks_as_many_questions_for_three_concerns_as_for_thirty(stage, fill, secretary, monkeypatch) -> None:
    fill(stage)
    stage.group()
    few = _questions(lambda: secretary.get(_index(stage)))
    topics = [f"第{number:02}号机" for number in range(30)]
    monkeypatch.setattr("tests.concerns.conftest.TOPICS", topics)
    stage.survey(*({"q13": f"{topic}坏了", "q14": f"{topic}漏油"} for topic in topics))
    stage.group()
    assert len(stage.lines()) == 30
    assert _questions(lambda: secretary.get(_index(stage))) == few


def _questions(act) -> int:
    act()  # what is asked only once is not counted
    db.session.expire_all()
    seen = []

    def count(*args) -> None:
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)
