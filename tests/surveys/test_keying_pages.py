"""Paper forms keyed on the page: by two people, in printed order, with differences side by side."""

import re

import pytest
import sqlalchemy as sa

from core.db import db
from core.terms import Role, Split
from surveys import closing, keying, queries
from surveys.models import KeyedSheet, SealedResponse
from tests.surveys.conftest import DEFINITION, field

YES = {"a": "x", "b": "太挤"}


@pytest.fixture
def paper(app):
    return field(app, DEFINITION, split=Split.NONE)


@pytest.fixture
def desk(app, paper):
    """Return a browser signed in as one of the cast."""

    def sign_in(role: str):
        client = app.test_client()
        with client.session_transaction(path="/app") as session:
            session["_user_id"] = getattr(paper.cast, role).get_id()
            session["_fresh"] = True
        return client

    return sign_in


def base(paper) -> str:
    return f"/app/surveys/{paper.survey.id}/keying"


def sealed() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse)) or 0


def test_an_empty_overview_says_what_to_do(desk, paper) -> None:
    page = desk("secretary").get(base(paper))
    assert page.status_code == 200 and "sheet?number=1" in page.text
    assert desk("member").get(base(paper)).status_code == 403
    assert desk("outsider").get(base(paper)).status_code == 404


def test_after_saving_comes_the_next_number(desk, paper) -> None:
    answer = desk("secretary").post(f"{base(paper)}/sheet?number=3", data=YES)
    assert answer.status_code == 303 and answer.location.endswith("number=4")
    assert desk("secretary").get(base(paper)).text.count("0003") == 1
    follow = desk("committee_member").post(f"{base(paper)}/sheet?number=1", data=YES)
    assert follow.location.endswith("number=2")
    follow = desk("committee_member").post(f"{base(paper)}/sheet?number=2", data=YES)
    assert follow.location.endswith("number=3"), "keyed once by another: it is this person's turn"


def test_what_was_keyed_once_is_not_shown_to_the_second(desk, paper) -> None:
    desk("secretary").post(f"{base(paper)}/sheet?number=1", data=YES)
    page = desk("committee_member").get(f"{base(paper)}/sheet?number=1").text
    assert "太挤" not in page and " checked" not in page


def test_nobody_keys_a_sheet_twice_but_who_is_alone_may(desk, paper) -> None:
    client = desk("secretary")
    client.post(f"{base(paper)}/sheet?number=1", data=YES)
    back = client.get(f"{base(paper)}/sheet?number=1")
    assert back.status_code == 302 and back.location.endswith("/keying")
    paper.cast.committee_member.role = Role.MEMBER
    db.session.commit()
    assert client.post(f"{base(paper)}/sheet?number=1", data=YES).status_code == 303
    assert sealed() == 1


def test_an_impossible_answer_keeps_everything_keyed(desk, paper) -> None:
    page = desk("secretary").post(f"{base(paper)}/sheet?number=1", data={"a": ["x", "y"], "b": "这句话别丢"})
    assert page.status_code == 422 and "这句话别丢" in page.text and 'href="#q-a"' in page.text
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(KeyedSheet)) == 0


def test_an_empty_sheet_is_not_counted(desk, paper) -> None:
    page = desk("secretary").post(f"{base(paper)}/sheet?number=1", data={})
    assert page.status_code == 422 and 'role="alert"' in page.text


def test_paper_may_leave_what_is_required_open_and_answers_off_the_path_are_dropped(desk, paper) -> None:
    for who in ("secretary", "committee_member"):
        desk(who).post(f"{base(paper)}/sheet?number=1", data={"a": "y", "b": "不该问的"})
        desk(who).post(f"{base(paper)}/sheet?number=2", data={"b": "没有勾选"})
    assert sealed() == 1, "the second sheet said nothing on the path"
    closing.close(paper.survey, by=paper.cast.secretary)
    (response,) = queries.responses(paper.survey)
    assert response.answers == {"a": "y"} and paper.survey.tally["channels"]["paper"] == 1 and response.complete


def test_differences_stand_side_by_side_and_are_settled(desk, paper) -> None:
    desk("secretary").post(f"{base(paper)}/sheet?number=1", data=YES)
    told = desk("committee_member").post(f"{base(paper)}/sheet?number=1", data={"a": "y"})
    assert told.status_code == 303 and sealed() == 0
    url = f"{base(paper)}/differences?number=1"
    client = desk("secretary")
    page = client.get(url).text
    assert "太挤" in page and re.search(r"是.*否", page, re.S)
    assert client.post(url, data={"item-a": "1"}).status_code == 422, "one is left open"
    assert client.post(url, data={"item-a": "1", "item-b": "1"}).status_code == 303
    assert sealed() == 1 and client.get(url).status_code == 302


def test_a_sheet_can_be_keyed_anew(desk, paper) -> None:
    desk("secretary").post(f"{base(paper)}/sheet?number=5", data=YES)
    desk("committee_member").post(f"{base(paper)}/sheet?number=5", data={"a": "y"})
    again = desk("secretary").post(f"{base(paper)}/discard", data={"number": "5"})
    assert again.status_code == 303 and "number=5" in again.location
    assert keying.standing(paper.survey).differing == ()
    assert desk("secretary").post(f"{base(paper)}/discard", data={"number": "x"}).status_code == 302


def test_a_closed_survey_takes_no_sheet(desk, paper) -> None:
    closing.close(paper.survey, by=paper.cast.secretary)
    db.session.commit()
    assert desk("secretary").post(f"{base(paper)}/sheet?number=1", data=YES).status_code == 302
    assert desk("secretary").get(base(paper)).status_code == 200
    assert desk("secretary").get(f"{base(paper)}/differences").status_code == 302
    assert not queries.responses(paper.survey)


def test_the_page_warns_before_closing(desk, paper) -> None:
    desk("secretary").post(f"{base(paper)}/sheet?number=1", data=YES)
    desk("committee_member").post(f"{base(paper)}/sheet?number=1", data={"a": "y"})
    client, url = desk("secretary"), f"/app/surveys/{paper.survey.id}"
    assert "/keying/differences" in client.get(url).text
    assert "/keying/differences" in client.get(f"{url}/close").text
    refused = client.post(f"{url}/close", data={"understood": "y"})
    assert refused.status_code == 422 and 'role="alert"' in refused.text
