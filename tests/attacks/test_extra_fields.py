"""Fields nobody was asked for: they change nothing, whoever sends them; and searches are words, never wishes."""

import re

import pytest
from sqlalchemy import func, select

from core.db import db
from core.settings import ROOT
from core.terms import Role
from members.models import Account, Member
from tests.conftest import PASSWORD

EVERYTHING = {
    "id": "1",
    "organisation_id": "2",
    "role": "secretary",
    "active": "1",
    "must_change": "",
    "password": "x" * 20,
    "username": "root",
    "session_number": "1",
    "parent_id": "2",
    "account_id": "1",
    "by": "1",
    "is_admin": "1",
    "state": "open",
    "approved_by": "1",
    "created_at": "2020-01-01",
    "token": "x",
    "keyring": "x",
    "_method": "PUT",
}


def test_a_member_cannot_make_a_secretary_of_oneself(app, cast, client_for) -> None:
    client = client_for("member")
    for path in ("/app/account/password", "/app/language", "/app/members/new", "/app/organisation"):
        client.post(path, data=EVERYTHING | {"old": PASSWORD, "language": "en", "name": "新名"})
    db.session.expire_all()
    mine = db.session.get(Account, cast.member.id)
    assert (mine.role, mine.organisation_id, mine.username, mine.active) == (
        Role.MEMBER,
        cast.branch.id,
        "member",
        True,
    )
    assert db.session.scalar(select(func.count()).select_from(Account)) == 4


def test_what_is_written_stays_in_the_writer_s_house(app, cast, client_for) -> None:
    client = client_for("secretary")
    before = {row.id for row in db.session.scalars(select(Member))}
    data = EVERYTHING | {"name": "新人", "number": "Z9", "category": "full", "organisation_id": str(cast.elsewhere.id)}
    client.post("/app/members/new", data=data)
    client.post(f"/app/members/{cast.worker.id}/edit", data=data | {"number": "A3"})
    client.post(f"/app/members/{cast.worker.id}", data=data | {"number": "A3"})
    db.session.expire_all()
    made = [row for row in db.session.scalars(select(Member)) if row.id not in before]
    assert len(made) == 1 and made[0].organisation_id == cast.branch.id and made[0].id not in (1, 2)
    assert db.session.get(Member, cast.worker.id).organisation_id == cast.branch.id


def test_nothing_copies_whatever_was_sent_onto_a_row() -> None:
    for path in ROOT.rglob("*.py"):
        if {".venv", "tests", "bench"} & set(path.relative_to(ROOT).parts):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"populate_obj|\*\*request\.form|\*\*dict\(request\.form", text), path.name


@pytest.mark.parametrize(
    "words", ["%", "_", "%%", "\\", "\\%", "A_", "' OR 1=1 --", "'; DROP TABLE member; --", "*", "?"]
)
def test_a_search_is_for_the_words_themselves(client_for, cast, words) -> None:
    client = client_for("secretary")
    for path in ("/app/members", "/app/ledger", "/app/talks", "/app/instruments"):
        answer = client.get(path, query_string={"search": words, "q": words, "words": words})
        assert answer.status_code == 200
    found = client.get("/app/members", query_string={"search": words}).text
    assert "党员丙" not in found and "委员乙" not in found
    assert db.session.scalar(select(func.count()).select_from(Member)) == 4


def test_a_search_that_should_find_does(client_for, cast) -> None:
    assert "党员丙" in client_for("secretary").get("/app/members", query_string={"search": "党员"}).text
