"""The pages on which concerns are seen: who may open them, and what they say."""

import re

import pytest
from sqlalchemy import select

from concerns.models import Excerpt
from core.db import db
from core.terms import ExcerptKind
from members.models import Group, Member

pytestmark = pytest.mark.usefixtures("foreseeable")
PAGES = ("/matrix", "/matrix?by=source", "/timeline", "/also-said", "/also-said?kind=info", "/search")


@pytest.fixture
def grouped(stage, fill):
    fill(stage)
    stage.group()
    return stage


def _here(stage) -> str:
    return f"/app/investigations/{stage.cast.investigation.id}/concerns"


@pytest.mark.parametrize(
    ("role", "status"), [("secretary", 200), ("committee_member", 200), ("member", 403), ("outsider", 404)]
)
@pytest.mark.parametrize("page", PAGES)
def test_who_may_look(grouped, client_for, role, status, page) -> None:
    assert client_for(role).get(_here(grouped) + page).status_code == status


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_investigation_says_what_to_do(stage, client_for, page) -> None:
    answer = client_for("secretary").get(_here(stage) + page)
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "page", ["/matrix?by=x&page=-1", "/matrix?page=99999999999999999999", "/timeline?page=x", "/also-said?kind=\0",
             "/search?s=%00"]
)  # fmt: skip
def test_strange_addresses_are_taken_calmly(grouped, client_for, page) -> None:
    assert client_for("secretary").get(_here(grouped) + page).status_code == 200


def test_the_table_by_source_tells_both(grouped, client_for) -> None:
    page = client_for("secretary").get(_here(grouped) + "/matrix?by=source").text
    assert "食堂" in page and "<b>5</b>" in page and "<b>1</b>" in page


def test_small_groups_are_not_told(grouped, client_for) -> None:
    page = client_for("secretary").get(_here(grouped) + "/matrix").text
    assert "Groups cannot be told apart" in page or "暂不能按班组显示" in page
    assert "see-table" not in page


def test_large_groups_are_told(grouped, client_for) -> None:
    groups = [Group(organisation_id=grouped.cast.branch.id, name=name) for name in ("大班", "长班")]
    db.session.add_all(groups)
    db.session.flush()
    grouped.cast.worker.group_id = groups[0].id
    for number in range(28):
        owner = {"organisation_id": grouped.cast.branch.id, "group_id": groups[number % 2].id}
        member = Member(number=f"G{number}", name=f"工友{number}号", **owner)
        db.session.add(member)
        db.session.flush()
        grouped.talk("食堂的汤太淡了。" if number % 4 < 2 else "班车太挤了呀。", member=member)
    grouped.group()
    page = client_for("secretary").get(_here(grouped) + "/matrix").text
    assert "大班" in page and "<b>8</b>" in page and "<b>7</b>" in page
    shown = client_for("secretary").get(f"/app/concerns/{grouped.concern('食堂').id}").text
    assert 'id="seen"' in shown


def test_praise_is_listed_and_can_be_moved(grouped, client_for) -> None:
    excerpt = db.session.scalar(select(Excerpt).where(Excerpt.concern_id.is_(None)))
    excerpt.kind = ExcerptKind.PRAISE
    db.session.commit()
    text, number = excerpt.text, excerpt.id
    client = client_for("secretary")
    assert text in client.get(_here(grouped) + "/also-said?kind=praise").text
    assert text not in client.get(_here(grouped) + "/also-said?kind=info").text
    assert text not in client.get(_here(grouped) + "/ungrouped").text
    to = grouped.concern("食堂").id
    data = {"passages": [number], "what": "move", "to": to}
    assert client.post(_here(grouped) + "/ungrouped", data=data).status_code == 302
    assert text not in client.get(_here(grouped) + "/also-said?kind=praise").text
    assert text in grouped.texts("食堂")


def test_no_page_names_who_said_it(grouped, client_for) -> None:
    grouped.talk(f"食堂的事{grouped.cast.worker.name}都知道。", member=grouped.colleague(3))
    grouped.group()
    client = client_for("secretary")
    found = client.post(_here(grouped) + "/search", data={"words": "食堂"}).headers["Location"]
    pages = [_here(grouped) + page for page in PAGES] + [found, f"/app/concerns/{grouped.concern('食堂').id}"]
    for url in pages:
        text = client.get(url).text.partition("<main")[2]
        # Who is to act on a concern is chosen from the roster; nothing else on the page may name anybody.
        text = re.sub(r"<datalist.*?</datalist>", "", text, flags=re.S)
        assert "同事3号" not in text and grouped.cast.worker.name not in text, url


def test_a_search_without_words_says_so(grouped, client_for) -> None:
    answer = client_for("secretary").post(_here(grouped) + "/search", data={"words": ""})
    assert answer.status_code == 422
    assert "field-error" in answer.text


def test_who_may_not_search(grouped, client_for) -> None:
    assert client_for("member").post(_here(grouped) + "/search", data={"words": "食堂"}).status_code == 403
    assert client_for("outsider").post(_here(grouped) + "/search", data={"words": "食堂"}).status_code == 404
