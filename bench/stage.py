"""What measurements are made on: an organisation with its people, an open survey with its codes, somebody signed in."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, text

from app import create_app
from core.clock import now, today
from core.db import Model, db
from core.settings import Settings
from core.terms import MemberCategory, OrganisationKind, Role
from investigations.models import Investigation
from members import sessions
from members.models import Account, Group, Member, Organisation
from surveys import codes, fielding, invitations, questionnaires
from surveys.models import Invitation, SealedResponse

CHUNK = 5_000
GROUP = 50  # people in one
ROWS = {
    "q4": ("canteen", "ppe", "equip", "train", "park", "dormnet", "pay", "env"),
    "q9": ("time", "study", "talk", "reply", "board"),
}


@dataclass(frozen=True, slots=True)
class Open:
    """An open survey: its number, the path of its page, and how many bytes an answer takes."""

    id: int
    path: str
    sent_size: int


def product(folder: Path, database: str = "", **settings: Any) -> Flask:
    """Return the product with an empty database, `folder`'s own SQLite unless another is named."""
    url = database or f"sqlite:///{folder / 'bench.db'}"
    chosen = {"queue": "inline"} | settings
    app = create_app(Settings(data=folder, database=url, **chosen), WTF_CSRF_ENABLED=False)
    with app.app_context():
        Model.metadata.create_all(db.engine)
    return app


def house(people: int = 0) -> tuple[Organisation, Account, Investigation]:
    """Write an organisation with a roster of `people` in groups, its secretary and an investigation; commits."""
    row = Organisation(name="测", kind=OrganisationKind.UNION, language="zh", rules={}, created_at=now())
    db.session.add(row)
    db.session.flush()
    account = Account(
        organisation_id=row.id, username="bench", name="测", password="-", role=Role.SECRETARY, language="zh"
    )
    plan = Investigation(
        organisation_id=row.id, title="测", purpose="测", starts_on=today(), ends_on=today(), created_at=now()
    )
    db.session.add_all([account, plan])
    places = groups(row.id, -(-people // GROUP))
    for start in range(0, people, CHUNK):
        db.session.execute(insert(Member), list(roster(row.id, places, start, min(start + CHUNK, people))))
    db.session.commit()
    return row, account, plan


def groups(organisation_id: int, count: int) -> list[int]:
    """Write `count` groups of an organisation and return their ids."""
    rows = [Group(organisation_id=organisation_id, name=f"第{number + 1}班") for number in range(count)]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def roster(organisation_id: int, groups: Sequence[int], first: int, end: int) -> Iterator[dict[str, Any]]:
    """Yield the members from `first` to before `end`, ready to insert."""
    for number in range(first, end):
        yield {
            "organisation_id": organisation_id, "number": f"M{number:07}", "name": f"成员{number}",
            "group_id": groups[number % len(groups)], "category": list(MemberCategory)[number % 3],
            "post": ("钳工", "电工", "调度")[number % 3], "phone": f"138{number:08}", "joined_on": "2016-09",
        }  # fmt: skip


def opened(plan: Investigation, *, within: Organisation, by: Account, slips: int) -> tuple[Open, list[str]]:
    """Open the sample's survey, and return it with the codes of `slips` paper slips."""
    survey = fielding.create(plan, fielding.sample("opinion-zh"), within=within, by=by)
    invitations.invite(survey, members=[], spares=8, within=within, by=by)
    fielding.open_(survey, within=within, by=by)
    fresh = [codes.new() for _slip in range(slips)]
    rows = [{"code_hash": codes.fingerprint(code), "survey_id": survey.id, "member_id": None} for code in fresh]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Invitation), rows[start : start + CHUNK])
    db.session.commit()
    ready = questionnaires.ready(survey.version)
    return Open(survey.id, f"/s/{survey.public_id}", ready.sent_size), fresh


def invite_everybody(survey_id: int, organisation_id: int) -> None:
    """Give every member of an organisation a code of a survey that nobody will ever type; commits."""
    people = db.session.scalars(Member.__table__.select().with_only_columns(Member.id)).all()
    for start in range(0, len(people), CHUNK):
        rows = [
            {"code_hash": secrets.token_bytes(32), "survey_id": survey_id, "member_id": member}
            for member in people[start : start + CHUNK]
        ]
        db.session.execute(insert(Invitation), sorted(rows, key=lambda row: bytes(row["code_hash"])))
    db.session.commit()


def fill_box(survey_id: int, count: int, size: int) -> None:
    """Put `count` answers of `size` bytes into a sealed box; they are noise, which is what they look like anyway."""
    for start in range(0, count, CHUNK):
        rows = [
            {"tag": secrets.token_bytes(32), "survey_id": survey_id, "box": secrets.token_bytes(size)}
            for _row in range(min(CHUNK, count - start))
        ]
        db.session.execute(insert(SealedResponse), sorted(rows, key=lambda row: bytes(row["tag"])))
        db.session.commit()


def answer(code: str, size: int) -> bytes:
    """Return a full answer as a browser posts it, padded as the page's script pads it."""
    pairs = [("code", code), ("q1", "mech"), ("q2", "party"), ("q3", "three"), ("q5", "canteen"), ("q5", "pay")]
    pairs += [(f"{name}.{row}", "3") for name, rows in ROWS.items() for row in rows]
    pairs += [("q6", "w1"), ("q7", "2"), ("q8", "sleep"), ("q10", "1"), ("q11", "some"), ("q12", "7")]
    pairs += [("q13", "食堂排队太久，希望错峰"), ("q14", "")]
    body = urlencode(pairs) + "&pad="
    return (body + "x" * (size - len(body))).encode()


def analysed() -> None:
    """Have PostgreSQL count its rows, which a server does by itself after a while; SQLite is never told to."""
    if db.engine.dialect.name == "postgresql":
        db.session.commit()
        with db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def signed_in(app: Flask, account_id: int) -> FlaskClient:
    """Return the browser of somebody signed in, without the password; sealed records stay closed to it."""
    client = app.test_client()
    with app.test_request_context("/app/"):
        account = db.session.get_one(Account, account_id)
        identity, token = account.get_id(), sessions.begin(account)
        db.session.commit()
    with client.session_transaction(path="/app") as session:
        session["_user_id"], session["_fresh"], session[sessions.TOKEN] = identity, True, token
    return client
