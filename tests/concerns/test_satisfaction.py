"""Asking whether the answers satisfy: through the surveys' own machinery, suppressed as all results are."""

from secrets import token_hex

import pytest

from concerns import replies, satisfaction
from concerns.satisfaction import Question
from core.db import db
from core.errors import BadInput
from core.terms import SurveyState
from surveys import designing, fielding, invitations
from surveys.models import Response
from tests.concerns.replying import let_out


@pytest.fixture
def answered(stage, foreseeable, fill, cast):
    """Two concerns with a reply each."""
    fill(stage)
    stage.group()
    first = let_out(stage.concern("食堂"), cast)
    return [first, let_out(stage.concern("停车"), cast, said="停车难。", did="新划二十个车位。")]


def ask(cast, rows, question=Question.SATISFIED):
    made = satisfaction.ask(rows, question, of=cast.investigation, within=cast.branch, by=cast.secretary)
    db.session.commit()
    return made


def close_with(survey, *answers: dict) -> None:
    survey.state = SurveyState.CLOSED
    for given in answers:
        db.session.add(Response(id=token_hex(16), survey_id=survey.id, complete=True, answers=given))
    db.session.commit()


def test_one_question_for_each_reply(app, client_for, answered, cast) -> None:
    survey = ask(cast, answered)
    assert survey.state is SurveyState.DRAFT
    items = survey.version.definition["sections"][0]["items"]
    assert [len(item["options"]) for item in items] == [4, 4]
    assert answered[0].said.rstrip("。") in items[0]["title"]
    invitations.invite(survey, members=[], spares=8, within=cast.branch, by=cast.secretary)
    fielding.open_(survey, within=cast.branch, by=cast.secretary)
    db.session.commit()
    page = client_for("").get(f"/s/{survey.public_id}").text
    assert page.count('value="A"') == 2 and "停车难" in page and "新划二十个车位" in page


def test_results_stand_with_the_concern_once_it_closed(answered, cast) -> None:
    survey = ask(cast, answered)
    (running,) = satisfaction.results(answered[0].concern, within=cast.branch)
    assert running.tally is None and not running.shown
    close_with(survey, *({"r1": value} for value in "AAAAAAAABBBBBBCCCCC"), *({"r1": "D", "r2": "D"} for _ in range(6)))
    (first,) = satisfaction.results(answered[0].concern, within=cast.branch)
    assert [(bar.value, bar.count) for bar in first.tally.bars] == [("A", 8), ("B", 6), ("C", 5), ("D", 6)]
    (second,) = satisfaction.results(answered[1].concern, within=cast.branch)
    assert second.tally.answered == 6
    assert satisfaction.results(answered[0].concern, within=cast.elsewhere) == []


def test_small_numbers_are_hidden(answered, cast) -> None:
    survey = ask(cast, answered)
    close_with(survey, *({"r1": "A"} for _ in range(11)), *({"r1": "D"} for _ in range(2)))
    (found,) = satisfaction.results(answered[0].concern, within=cast.branch)
    told = {bar.value: bar.count for bar in found.tally.bars}
    assert told["D"] is None and 2 not in told.values()
    few = ask(cast, answered[:1])
    close_with(few, *({"r1": "A"} for _ in range(4)))
    newest = satisfaction.results(answered[0].concern, within=cast.branch)[0]
    assert newest.survey_id == few.id and newest.shown and newest.tally is None


def test_a_reply_that_was_replaced_keeps_its_results(answered, cast) -> None:
    survey = ask(cast, answered[:1])
    close_with(survey, *({"r1": "D"} for _ in range(9)))
    newer = let_out(answered[0].concern, cast, did="窗口延长到一点。")
    assert replies.standing(answered[0].concern, within=cast.branch).published is newer
    (found,) = satisfaction.results(answered[0].concern, within=cast.branch)
    assert found.reply_id == answered[0].id


def test_answered_concerns_come_back_in_the_next_questionnaire(answered, cast) -> None:
    mine = designing.begin(None, within=cast.branch, by=cast.secretary, title="下一次")
    names = satisfaction.add_to(mine, answered, Question.STANDS, within=cast.branch)
    items = mine.definition["sections"][-1]["items"]
    assert [item["id"] for item in items] == names
    assert {option["t"] for option in items[0]["options"]}.isdisjoint(
        {option["t"] for option in ask(cast, answered).version.definition["sections"][0]["items"][0]["options"]}
    )
    version = designing.publish(mine, within=cast.branch, by=cast.secretary)
    survey = fielding.create(cast.investigation, version, within=cast.branch, by=cast.secretary)
    db.session.commit()
    assert satisfaction.results(answered[1].concern, within=cast.branch)[0].survey_id == survey.id


def test_words_of_a_reply_pipe_nothing_in(stage, answered, cast) -> None:
    odd = let_out(stage.concern("宿舍"), cast, said="{{ r1 }} 太吵", did="{{ r1 }}")
    survey = ask(cast, [answered[0], odd])
    assert "{{" not in str(survey.version.definition)


def test_only_what_stands_on_the_board_is_asked_about(answered, cast) -> None:
    with pytest.raises(BadInput):
        ask(cast, [])
    row = answered[0]
    replies.withdraw(row, "说法有误", seen=row.revision, by=cast.committee_member)
    with pytest.raises(BadInput):
        ask(cast, [row])


def test_asking_from_the_page(client_for, answered, cast) -> None:
    client = client_for("secretary")
    assert "停车难" in client.get("/app/board/ask").text
    sent = {"question": "satisfied", "into": "0", "investigation": str(cast.investigation.id)}
    done = client.post("/app/board/ask", data=sent | {"replies": [str(row.id) for row in answered]})
    assert done.status_code == 302 and "/app/surveys/" in done.location
    assert client.get(done.location).status_code == 200
    assert client.post("/app/board/ask", data=sent).status_code == 422
    assert client.post("/app/board/ask", data=sent | {"replies": ["999999"]}).status_code == 404
    assert client_for("committee_member").get("/app/board/ask").status_code == 403
    mine = designing.begin(None, within=cast.branch, by=cast.secretary, title="下一次")
    db.session.commit()
    into = sent | {"into": str(mine.id), "question": "stands", "replies": [str(answered[0].id)]}
    done = client.post("/app/board/ask", data=into)
    assert done.status_code == 302 and "停车" not in client.get(done.location).text
