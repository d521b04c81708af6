"""What was written before there were keys is sealed as soon as somebody could open it."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import TableClause, column, func, insert, inspect, select, table, text

from app import create_app
from core import schema
from core.clock import now
from core.db import Model, db
from core.settings import Settings
from core.terms import Role, TalkMode, TalkState, Visibility
from interviews import queries, waiting
from interviews.models import FollowUp, Talk, TalkDraft, TalkPassage, TalkRevision
from interviews.talks import Promise
from members import accounts
from members.models import Account
from tests.conftest import PASSWORD, POSTGRES, Visitor, engines
from tests.interviews.plays import hold, notes_of, words_of
from vault import circles, keys
from vault.models import EnvelopeKey, KeyGrant, ReaderKey

WORDS = (
    "检修班的排班表又改了。",
    "只说给值长听的话。",
    "改之前写的话。",
    "月底前答复排班。",
    "没写完的话。",
    "文件里的话。",
)
ALL, ALONE, BEFORE, PROMISED, TYPED, IN_FILE = WORDS


def old_database(folder: Path, database: str) -> Flask:
    """Return an application on a database as the version before the keys left it: one branch, two talks."""
    settings = Settings(data=folder, database=database or f"sqlite:///{folder / 'old.db'}", queue="inline")
    app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Visitor
    with app.app_context():
        if database:
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        schema.prepare()
        upgrade(directory=str(schema.FOLDER), revision="0003")
        with db.engine.begin() as connection:
            for name, rows in old_rows().items():
                # Columns this play does not need are empty, as the old version would have left them.
                empty = {one["name"]: "" for one in inspect(connection).get_columns(name) if not one["nullable"]}
                connection.execute(insert(_as_it_was(name, empty | rows[0])), [empty | row for row in rows])
                if database:
                    connection.execute(
                        text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 10)")
                        if name in ("organisation", "member", "account", "investigation", "talk", "follow_up")
                        else text("SELECT 1")
                    )
    return app


def old_rows() -> dict[str, list[dict]]:
    """Return the rows by table, with no column the old version did not have."""
    account = {
        "organisation_id": 1,
        "password": accounts.hashed(PASSWORD),
        "language": "zh",
        "active": True,
        "must_change": False,
        "session_number": 0,
        "failures": 0,
    }
    talk = {
        "organisation_id": 1,
        "investigation_id": 1,
        "member_id": 3,
        "interviewer_id": 2,
        "mode": TalkMode.IN_PERSON,
        "held_on": date(2026, 10, 1),
        "state": TalkState.RECORDED,
        "revision": 2,
        "changed_by": 2,
        "changed_at": now(),
    }
    revision = {"member_id": 3, "interviewer_id": 2, "notes": BEFORE, "promises": []}
    member = {"organisation_id": 1, "category": "full", "standing": "active"}
    return {
        "organisation": [
            {"id": 1, "name": "青石支部", "kind": "party_branch", "language": "zh", "rules": {}, "created_at": now()}
        ],
        "member": [{"id": at, "number": f"A{at}", "name": name, **member} for at, name in enumerate("甲乙丙", start=1)],
        "account": [
            {"id": 1, "username": "secretary", "name": "甲", "role": Role.SECRETARY, "member_id": 1, **account},
            {"id": 2, "username": "committee", "name": "乙", "role": Role.COMMITTEE, "member_id": 2, **account},
        ],
        "investigation": [
            {
                "id": 1,
                "organisation_id": 1,
                "title": "调研",
                "purpose": "",
                "starts_on": date(2026, 1, 1),
                "ends_on": date(2026, 12, 31),
                "state": "open",
                "revision": 1,
                "created_at": now(),
            }
        ],
        "talk": [
            {"id": 1, "visibility": Visibility.COMMITTEE, "notes": ALL, "created_by": 1, **talk},
            {"id": 2, "visibility": Visibility.INTERVIEWER, "notes": ALONE, "created_by": 2, **talk},
        ],
        "talk_revision": [
            {
                "talk_id": 1,
                "revision": 1,
                "visibility": Visibility.COMMITTEE,
                "content": revision,
                "written_by": 1,
                "written_at": now(),
            }
        ],
        "follow_up": [
            {"id": 1, "talk_id": 1, "promise": PROMISED, "owner_id": 2, "state": "open", "outcome": ""},
        ],
        "talk_draft": [
            {"account_id": 1, "talk_id": 1, "content": f'{{"notes": ["{TYPED}"]}}', "based_on": 2, "saved_at": now()}
        ],
        "talk_import": [
            {
                "id": "x",
                "organisation_id": 1,
                "account_id": 1,
                "file_name": "t.csv",
                "rows": [{"line": 1, "texts": {"notes": IN_FILE}, "promises": [], "broken": ""}],
                "created_on": date(2026, 10, 30),
            }
        ],
    }


def _as_it_was(name: str, row: dict) -> TableClause:
    """A table with the columns the row has, and no defaults of today's."""
    now_ = Model.metadata.tables[name].columns
    return table(name, *(column(one, now_[one].type) for one in row))


@pytest.fixture(params=engines())
def old_app(request: pytest.FixtureRequest, tmp_path: Path):
    """An application on the old database, on each engine."""
    app = old_database(tmp_path / "instance", POSTGRES if request.param == "postgresql" else "")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def in_plain_text() -> list[str]:
    """Return the words that still stand in plain text in a row."""
    db.session.rollback()
    found = []
    for name in ("talk", "talk_revision", "follow_up", "talk_draft", "talk_import"):
        rows = "\n".join(str(tuple(row)) for row in db.session.execute(text(f"SELECT * FROM {name}")))
        found += [word for word in WORDS if word in rows or json.dumps(word)[1:-1] in rows.replace("\\\\", "\\")]
    db.session.rollback()
    return found


def test_the_first_sign_ins_seal_what_was_written_before(old_app: Flask, tmp_path: Path) -> None:
    assert schema.upgrade().startswith("0003 -> ")
    assert set(in_plain_text()) == set(WORDS) - {IN_FILE}  # nobody has a key yet; a file nobody wrote is forgotten
    secretary = old_app.test_client()
    secretary.post("/app/sign-in", data={"username": "secretary", "password": PASSWORD})
    assert in_plain_text() == [ALONE]
    assert "1" in _waiting_line(secretary.get("/app/talks").text)
    assert ALL in secretary.get("/app/talks/1").text
    assert BEFORE in secretary.get("/app/talks/1").text
    assert PROMISED in secretary.get("/app/promises").text
    assert TYPED in secretary.get("/app/talks/1/record").text
    assert db.session.get_one(Talk, 1).revision == 2  # whoever was typing is not told that somebody was faster
    committee = old_app.test_client()
    committee.post("/app/sign-in", data={"username": "committee", "password": PASSWORD})
    assert in_plain_text() == []
    assert ALONE in committee.get("/app/talks/2").text
    # He had no key when the secretary's was made: whoever holds it hands it on when he or she comes in again.
    assert ALL not in committee.get("/app/talks/1").text
    secretary = old_app.test_client()
    secretary.post("/app/sign-in", data={"username": "secretary", "password": PASSWORD})
    assert ALL in committee.get("/app/talks/1").text
    assert ALONE not in secretary.get("/app/talks/2").text
    assert _waiting_line(secretary.get("/app/talks").text) == ""
    assert db.session.scalars(select(TalkPassage.text)).all() == [ALL]
    assert db.session.scalar(select(func.count()).select_from(TalkDraft)) == 1


def _waiting_line(page: str) -> str:
    return next((line for line in page.splitlines() if "尚未密封" in line or "not sealed yet" in line), "")


def test_an_upgrade_seals_what_it_can_and_overwrites_where_it_stood(old_app: Flask, tmp_path: Path) -> None:
    schema.upgrade()
    for number in (1, 2):
        keys.make(db.session.get_one(Account, number), PASSWORD)
    db.session.commit()
    schema.upgrade()
    assert in_plain_text() == []
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        for path in (tmp_path / "instance").glob("old.db*"):
            assert not [word for word in WORDS if word != ALL and word.encode() in path.read_bytes()], path.name
    assert db.session.get_one(TalkRevision, (1, 1)).content == {}
    assert db.session.get_one(FollowUp, 1).promise == ""


def test_sealing_twice_changes_nothing(old_app: Flask) -> None:
    schema.upgrade()
    keys.make(db.session.get_one(Account, 1), PASSWORD)
    db.session.commit()
    schema.upgrade()
    before = db.session.execute(select(EnvelopeKey.envelope_id, EnvelopeKey.key_id)).all()
    db.session.rollback()
    schema.upgrade()
    assert db.session.execute(select(EnvelopeKey.envelope_id, EnvelopeKey.key_id)).all() == before


def fresh_account(cast: SimpleNamespace, role: Role) -> Account:
    """Write an account that has never been signed in to: it belongs to a member of its own."""
    account = Account(
        organisation_id=cast.branch.id,
        member_id=cast.worker.id,
        username="late",
        name="后来",
        password="-",
        role=role,
        language="zh",
    )
    db.session.add(account)
    db.session.commit()
    return account


def test_an_owner_who_had_no_key_is_handed_his_promise_later(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    cast.member.active = False
    late = fresh_account(cast, Role.COMMITTEE)
    talk = hold(cast, Visibility.SECRETARY, promises=(Promise("我去找工会", owner_id=cast.worker.id),))
    late.keyring = keys.make(late, PASSWORD)
    circles.admit(by=cast.secretary)
    db.session.commit()
    (line,) = queries.promises(within=cast.branch, reader=late)
    assert (line.promise, line.sealed) == ("", queries.Sealed.NOT_HANDED)
    assert waiting.hand_on(cast.outsider) == 0
    assert waiting.hand_on(cast.secretary) == 1
    assert waiting.hand_on(cast.secretary) == 0
    assert words_of(talk.follow_ups[0], late) == ("我去找工会", "")
    assert notes_of(talk, late) == ""


def test_an_interviewer_who_had_no_key_is_handed_his_talk_later(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    db.session.execute(KeyGrant.__table__.delete().where(KeyGrant.holder_id == keys.own(cast.committee_member).id))
    db.session.execute(EnvelopeKey.__table__.delete().where(EnvelopeKey.key_id == keys.own(cast.committee_member).id))
    db.session.execute(ReaderKey.__table__.delete().where(ReaderKey.account_id == cast.committee_member.id))
    db.session.commit()
    talk = hold(cast, Visibility.COMMITTEE, by=cast.secretary)
    alone = hold(cast, Visibility.INTERVIEWER, by=cast.secretary)
    cast.committee_member.keyring = keys.make(cast.committee_member, PASSWORD)
    db.session.commit()
    assert notes_of(talk, cast.committee_member) == notes_of(alone, cast.committee_member) == ""
    assert waiting.hand_on(cast.secretary) == 4  # two talks, two promises
    assert notes_of(talk, cast.committee_member) == notes_of(alone, cast.committee_member) == "排班表一个月改了三版。"


def test_a_circle_without_anybody_is_handed_its_talks_once_somebody_is_there(any_cast: SimpleNamespace) -> None:
    cast = any_cast
    key = keys.own(cast.secretary)
    key.retired_on = date(2026, 10, 1)
    db.session.commit()
    talk = hold(cast, Visibility.SECRETARY)
    cast.secretary.keyring = keys.make(cast.secretary, PASSWORD)
    db.session.commit()
    assert notes_of(talk, cast.secretary) == ""
    circles.current(cast.branch, circles.Audience.SECRETARY)
    waiting.hand_on(cast.committee_member)
    assert notes_of(talk, cast.secretary) == "排班表一个月改了三版。"
