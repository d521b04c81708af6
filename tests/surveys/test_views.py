"""The respondent's page and the secretary's pages, as browsers meet them."""

import io
import re

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from core.db import db
from core.terms import SurveyState
from surveys import ballots, closing, imports, queries
from surveys.models import Invitation, Response, SealedResponse, Survey
from tests import conftest
from tests.surveys.conftest import DEFINITION, Fielded, good_answers, sample_responses


@pytest.fixture
def visitor(app):
    return app.test_client()


def sealed() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(SealedResponse))


# --- the respondent --------------------------------------------------------------------------------------------


def test_the_page_asks_everything_and_sets_no_cookie(visitor, fielded) -> None:
    for url in (fielded.url, f"{fielded.url}/zh", f"{fielded.url}/en", f"{fielded.url}/en/thanks"):
        answer = visitor.get(url)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    page = visitor.get(fielded.url).text
    for item in fielded.ready.items:
        assert f'id="q-{item.name}"' in page
    assert "csrf" not in page and '<html lang="zh-CN"' in page
    assert '<html lang="en"' in visitor.get(f"{fielded.url}/en").text


def test_the_page_is_the_same_for_everybody_and_light(app, fielded) -> None:
    first, second = (app.test_client().get(fielded.url, headers={"Accept-Encoding": "gzip"}) for _time in range(2))
    assert first.data == second.data and first.headers["Content-Encoding"] == "gzip"
    assert first.data[4:8] == b"\0\0\0\0", "the compressed page does not tell when it was made"
    static = sum(
        len(app.test_client().get(f"/static/{name}").data) for name in ("css/survey.css", "js/survey.js", "js/early.js")
    )
    assert len(first.data) + static < 100_000


def test_a_signed_in_account_gets_the_same_page(app, fielded, visitor) -> None:
    client = app.test_client()
    with client.session_transaction(path="/app") as session:
        session["_user_id"] = fielded.cast.secretary.get_id()
    assert client.get(fielded.url).data == visitor.get(fielded.url).data


def test_an_answer_is_taken_once(visitor, fielded) -> None:
    answer = visitor.post(fielded.url, data=good_answers(fielded.codes[0]))
    assert answer.status_code == 200 and "note-thanks" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert visitor.post(fielded.url, data=good_answers(fielded.codes[0])).status_code == 200, "a double click"
    assert sealed() == 1
    refused = visitor.post(fielded.url, data=good_answers(fielded.codes[0], q12="0"))
    assert refused.status_code == 409 and "Set-Cookie" not in refused.headers
    assert sealed() == 1


def test_what_is_stored_is_what_was_asked(visitor, fielded) -> None:
    ghost = good_answers(fielded.codes[0], q7="1", q8=["sleep"], pad="x" * 5000)
    assert visitor.post(fielded.url, data=ghost).status_code == 200
    row = db.session.execute(sa.select(SealedResponse)).scalar_one()
    kept = ballots.box(fielded.survey).open(row.tag, row.box).answers
    assert "q7" not in kept and "q8" not in kept and "pad" not in kept and "code" not in kept
    assert kept["q5"] == ["canteen", "other"] and kept["q5_other"] == "凉亭" and kept["q4"]["pay"] == 3


def test_whoever_works_shifts_is_asked_more(visitor, fielded) -> None:
    answer = visitor.post(fielded.url, data=good_answers(fielded.codes[0], q3="three"))
    assert answer.status_code == 422 and 'href="#q-q7"' in answer.text
    assert visitor.post(fielded.url, data=good_answers(fielded.codes[0], q3="three", q7="2")).status_code == 200


def test_an_error_keeps_everything_typed(visitor, fielded) -> None:
    sent = good_answers(fielded.codes[0], q1=[], q13="这句话别丢", q5_other="凉亭&<b>")
    page = visitor.post(fielded.url, data=sent)
    assert page.status_code == 422 and "Set-Cookie" not in page.headers
    assert "这句话别丢" in page.text and "凉亭&amp;&lt;b&gt;" in page.text and fielded.codes[0] in page.text
    assert re.search(r'name="q4\.pay" value="3" checked', page.text)
    assert 'href="#q-q1"' in page.text and 'href="#q-q2"' not in page.text
    assert sealed() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"q1": "nonsense"},
        {"q1": ["mech", "elec"]},
        {"q12": "11"},
        {"q12": "-1"},
        {"q12": "1e3"},
        {"q4.pay": "6"},
        {"q5": ["canteen", "ppe", "equip", "train"]},
        {"q5": ["<script>"]},
        {"q13": "x" * 20_000},
        {"q5_other": "长" * 20_000},
        {"code": "wrong"},
        {"code": ""},
        {"code": "0" * 100_000},
    ],
    ids=range(13),
)
def test_wrong_values_are_told_never_a_crash(visitor, fielded, changes) -> None:
    answer = visitor.post(fielded.url, data=good_answers(fielded.codes[0], **changes))
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")
    assert sealed() == 0


def test_an_empty_or_strange_post(visitor, fielded) -> None:
    assert visitor.post(fielded.url, data={}).status_code == 422
    form = "application/x-www-form-urlencoded"
    assert visitor.post(fielded.url, data=b"\xff\xfe=%%%&q1", content_type=form).status_code == 422
    assert visitor.post(fielded.url, json={"q1": "mech"}).status_code == 422
    huge = visitor.post(fielded.url, data={"q13": "x" * 600_000})
    assert huge.status_code == 413 and "Set-Cookie" not in huge.headers


def test_closed_expired_unknown_and_drafts_are_told_kindly(visitor, fielded) -> None:
    assert visitor.get("/s/nosuchsurvey").status_code == 404
    assert visitor.post("/s/nosuchsurvey", data={}).status_code == 404
    row = db.session.get(Survey, fielded.survey.id)
    row.closes_on = conftest.TODAY.replace(day=1)
    db.session.commit()
    assert 'class="note note-closed"' in visitor.get(fielded.url).text
    assert visitor.post(fielded.url, data=good_answers(fielded.codes[0])).status_code == 409
    row = db.session.get(Survey, fielded.survey.id)
    row.closes_on, row.state = None, SurveyState.DRAFT
    db.session.commit()
    assert 'class="note note-closed"' in visitor.get(fielded.url).text
    row = db.session.get(Survey, fielded.survey.id)
    row.state = SurveyState.OPEN
    db.session.commit()
    closing.close(row, by=fielded.cast.secretary)
    assert visitor.post(fielded.url, data=good_answers(fielded.codes[0])).status_code == 409


def test_no_token_is_asked_for_and_none_is_given(tmp_path) -> None:
    from tests.surveys.conftest import field

    app = conftest.build(tmp_path / "instance")
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        fielded = field(app, DEFINITION)
        url = fielded.url
        answer = app.test_client().post(url, data=MultiDict([("code", fielded.codes[0]), ("a", "y")]))
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
        db.session.remove()
        db.engine.dispose()


# --- the secretary ---------------------------------------------------------------------------------------------


def pages(fielded: Fielded) -> list[str]:
    survey, investigation = fielded.survey.id, fielded.cast.investigation.id
    return [
        f"/app/investigations/{investigation}/surveys",
        f"/app/investigations/{investigation}/surveys/new",
        f"/app/surveys/{survey}",
        f"/app/surveys/{survey}/invitations",
        f"/app/surveys/{survey}/import",
        f"/app/surveys/{survey}/close",
    ]


@pytest.fixture
def desk(app, fielded):
    """Return a visitor signed in as somebody of the fielded survey's cast."""

    def sign_in(role: str):
        client = app.test_client()
        with client.session_transaction(path="/app") as session:
            session["_user_id"] = getattr(fielded.cast, role).get_id()
            session["_fresh"] = True
        return client

    return sign_in


def test_who_sees_what(desk, fielded) -> None:
    managing = {url for url in pages(fielded) if url.endswith(("new", "invitations", "import", "close"))}
    for url in pages(fielded):
        assert desk("secretary").get(url).status_code == 200, url
        assert desk("committee_member").get(url).status_code == (403 if url in managing else 200), url
        assert desk("member").get(url).status_code == 403
        assert desk("outsider").get(url).status_code == 404, url


def test_strangers_change_nothing(desk, fielded) -> None:
    for action in ("open", "discard", "close", "import", "invitations"):
        assert desk("outsider").post(f"/app/surveys/{fielded.survey.id}/{action}").status_code == 404
    for kind in ("results", "results.csv", "results.xlsx"):
        assert desk("outsider").get(f"/app/surveys/{fielded.survey.id}/{kind}").status_code == 404


def test_from_setting_up_to_results(desk, fielded) -> None:
    client, investigation = desk("secretary"), fielded.cast.investigation.id
    made = client.post(f"/app/investigations/{investigation}/surveys/new", data={"source": "opinion-zh"})
    assert made.status_code == 302
    url = made.location
    slips = client.post(f"{url}/invitations", data={"spares": "9", "address": "http://192.168.1.9:5000"})
    codes = re.findall(r'class="slip-c">([0-9A-Z-]{24})<', slips.text)
    assert len(codes) == 9 and "data:application/vnd.openxmlformats" in slips.text and "<svg" in slips.text
    assert "http://192.168.1.9:5000/s/" in slips.text
    assert codes[0] not in client.get(f"{url}/invitations").text, "shown once"
    assert client.post(f"{url}/open").status_code == 302
    assert client.get(f"{url}/results").status_code == 409, "nothing before it closes"
    sent = client.post(f"{url}/import", data={"file": (io.BytesIO(sample_responses()), "r.jsonl"), "channel": "paper"})
    assert sent.status_code == 200 and ">200<" in sent.text
    assert client.post(f"{url}/close", data={}).status_code == 422, "not by accident"
    assert client.post(f"{url}/close", data={"understood": "y"}).status_code == 302
    page = client.get(f"{url}/results").text
    assert "−29.7" in page and page.count("<svg") > 20
    table = client.get(f"{url}/results.csv")
    assert "-29.7" in table.text and client.get(f"{url}/results.xlsx").data[:2] == b"PK"
    numbers = [line.split(",")[4] for line in table.text.splitlines()[1:] if line.count(",") == 7]
    assert all(not n.isdigit() or int(n) >= 5 for n in numbers), "no small number in any file"


def test_too_few_people_are_refused(desk, fielded) -> None:
    client = desk("secretary")
    answer = client.post(
        f"/app/surveys/{fielded.survey.id}/invitations", data={"spares": "3", "address": "http://x.example"}
    )
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 12, "the old codes stay"


def test_codes_cannot_be_made_anew_once_answers_came(desk, fielded, visitor) -> None:
    assert visitor.post(fielded.url, data=good_answers(fielded.codes[0])).status_code == 200
    answer = desk("secretary").post(
        f"/app/surveys/{fielded.survey.id}/invitations", data={"spares": "20", "address": "http://x.example"}
    )
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 12


def test_members_get_a_code_each(desk, fielded) -> None:
    client = desk("secretary")
    groups = [str(fielded.cast.east.id), str(fielded.cast.west.id)]
    url = f"/app/surveys/{fielded.survey.id}/invitations"
    page = client.post(
        url, data=MultiDict([("spares", "6"), ("address", "http://x.example"), *[("groups", g) for g in groups]])
    )
    assert page.status_code == 200 and "书记甲" in page.text and page.text.count('class="slip"') == 9
    assert client.post(url, data={"spares": "9", "groups": "99999", "address": "http://x.example"}).status_code == 422


def test_a_faulty_file_is_listed_and_can_be_taken_in_part(desk, fielded) -> None:
    url = f"/app/surveys/{fielded.survey.id}/import"
    content = b'{"answers":{"q1":"mech"}}\n{"answers":{"q1":"nobody"}}'
    refused = desk("secretary").post(url, data={"file": (io.BytesIO(content), "r.jsonl"), "channel": "paper"})
    assert refused.status_code == 422 and "q1" in refused.text and sealed() == 0
    taken = desk("secretary").post(
        url, data={"file": (io.BytesIO(content), "r.jsonl"), "channel": "paper", "leave_out": "y"}
    )
    assert taken.status_code == 200 and sealed() == 1
    assert desk("secretary").post(url, data={"channel": "paper"}).status_code == 422


def test_a_hostile_definition_is_told_and_not_stored(desk, fielded) -> None:
    url = f"/app/investigations/{fielded.cast.investigation.id}/surveys/new"
    bad = (io.BytesIO(b"a: &a [1]\nb: *a"), "d.yaml")
    answer = desk("secretary").post(url, data={"source": "file", "definition": bad})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert desk("secretary").post(url, data={"source": "file"}).status_code == 422
    assert desk("secretary").post(url, data={"source": "../../etc/passwd"}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Survey)) == 1


def test_too_few_responses_show_nothing(desk, fielded) -> None:
    imports.import_responses(
        b'{"answers":{"q1":"mech","q13":"only me"}}', "r.jsonl", fielded.survey,
        within=fielded.cast.branch, by=fielded.cast.secretary,
    )  # fmt: skip
    db.session.commit()
    closing.close(fielded.survey, by=fielded.cast.secretary)
    page = desk("secretary").get(f"/app/surveys/{fielded.survey.id}/results")
    assert page.status_code == 200 and "only me" not in page.text and "<svg xmlns" not in page.text
    assert "only me" not in desk("secretary").get(f"/app/surveys/{fielded.survey.id}/results.csv").text
    assert queries.received(fielded.survey) == 1 <= db.session.scalar(sa.select(sa.func.count(Response.id)))


def test_a_draft_can_be_removed_an_opened_survey_cannot(desk, fielded) -> None:
    client, investigation = desk("secretary"), fielded.cast.investigation.id
    url = client.post(f"/app/investigations/{investigation}/surveys/new", data={"source": "opinion-en"}).location
    client.post(f"{url}/invitations", data={"spares": "9", "address": "http://x.example"})
    assert client.post(f"{url}/discard").status_code == 302
    assert client.get(url).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 12
    assert client.post(f"/app/surveys/{fielded.survey.id}/discard").status_code == 409
    assert client.post(f"/app/surveys/{fielded.survey.id}/open").status_code == 409
