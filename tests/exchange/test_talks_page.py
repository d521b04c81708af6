"""The page that takes talks out: open to whom it should be, honest about what is in a file, and written down."""

import io
import zipfile
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import db
from core.terms import Visibility
from exchange import talks
from interviews import openings
from tests.exchange.talk_plays import NOTES, code, told

PAGE = "/app/talks/export"


@pytest.mark.parametrize(
    ("role", "status"), [("secretary", 200), ("committee_member", 200), ("outsider", 200), ("member", 403), ("", 302)]
)
def test_who_may_take_talks_out(client_for, cast: SimpleNamespace, role: str, status: int) -> None:
    told(cast)
    client = client_for(role)
    assert client.get(PAGE).status_code == status
    wanted = 422 if role == "outsider" else status  # who has no talks of his own gets no file
    assert client.post(PAGE, data={"investigation": ""}).status_code == wanted


def test_an_outsider_gets_nothing_of_ours(client_for, cast: SimpleNamespace) -> None:
    told(cast)
    answer = client_for("outsider").post(PAGE, data={"investigation": str(cast.investigation.id)})
    assert answer.status_code == 422 and "党员丙" not in answer.text


@pytest.mark.parametrize("key", ["xlsx", "docx", "qdpx", "taguette", "qdc"])
def test_every_format_is_handed_out(client_for, cast: SimpleNamespace, key: str) -> None:
    talk = told(cast)
    code(cast, "排班", (talk, "排班表"))
    client = client_for("secretary")
    page = client.get(PAGE, query_string={"format": key})
    assert page.status_code == 200
    assert ("checked" in page.text) is talks.named(key).masks
    answer = client.post(PAGE, query_string={"format": key}, data={"investigation": "", "without_names": "y"})
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].rstrip('"').endswith(talks.named(key).file_ending())
    assert "党员丙".encode() not in answer.data


def test_the_page_says_what_stays_here(client_for, cast: SimpleNamespace) -> None:
    told(cast)
    told(cast, visibility=Visibility.INTERVIEWER)
    page = client_for("secretary").get(PAGE)
    assert NOTES not in page.text and "党员丙" not in page.text
    content = client_for("secretary").post(PAGE, query_string={"format": "qdpx"}, data={"investigation": ""}).data
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("sources/")]) == 1


def test_a_period_narrows_the_file(client_for, cast: SimpleNamespace) -> None:
    told(cast)
    client = client_for("secretary")
    assert client.post(PAGE, data={"investigation": "", "since": "2026-10-21"}).status_code == 422
    assert client.post(PAGE, data={"investigation": "", "until": "2026-10-20"}).status_code == 200


@pytest.mark.parametrize(
    "data",
    [{"investigation": "99999"}, {"investigation": "x"}, {"since": "gestern"}, {"investigation": "", "until": "0"}],
    ids=["stranger", "word", "day", "short"],
)
def test_bad_input_is_answered(client_for, cast: SimpleNamespace, data: dict) -> None:
    told(cast)
    assert client_for("secretary").post(PAGE, data=data).status_code in (404, 422)


def test_an_unknown_format_is_not_found(client_for, cast: SimpleNamespace) -> None:
    assert client_for("secretary").get(PAGE, query_string={"format": "exe"}).status_code == 404


def test_every_opening_is_written_down_and_shown_to_the_writer(client_for, cast: SimpleNamespace) -> None:
    talk = told(cast)
    talk_id = talk.id
    assert client_for("secretary").post(PAGE, data={"investigation": ""}).status_code == 200
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == cast.secretary.id)).all()
    assert "talks.export.xlsx" in actions and "talk.open" in actions
    from interviews.models import Talk

    seen = openings.of(db.session.get_one(Talk, talk_id), within=cast.branch, reader=cast.committee_member)
    assert seen is not None and [line.name for line in seen.lines] == ["书记甲"]


def test_a_locked_reader_is_sent_to_open_his_key(app, client_for, cast: SimpleNamespace) -> None:
    told(cast)
    client = client_for("secretary")
    with client.session_transaction(path="/app") as session:
        from vault import session as vault_session

        session.pop(vault_session.NAME)
    assert client.get(PAGE).status_code == 200
    answer = client.post(PAGE, data={"investigation": ""})
    assert answer.status_code in (302, 423) and NOTES not in answer.text
    entries = select(AuditEntry).where(AuditEntry.action.startswith("talks.export"))
    assert db.session.scalars(entries).first() is None
