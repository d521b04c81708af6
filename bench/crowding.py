"""Very many members, invitations and answers, written by the PostgreSQL server itself, and what they take on disk."""

import json
import random
import secrets
import time
from urllib.parse import quote

from sqlalchemy import text
from werkzeug.test import Client

from bench import results, stage
from core.clock import today
from core.db import db
from core.terms import Secrecy, SurveyState
from investigations.models import Investigation
from members.models import Account, Organisation
from surveys import ballots, closing, fielding, questionnaires
from surveys.models import Survey

GROUPS, POOL = 400, 500
MOST_SEALED = 100_000  # answers in a box; each takes 8 kB, and casting costs the same however many there are
# Rows of the pool are random, so that nothing is stored smaller than it would be in life.
ROSTER = """
INSERT INTO member (organisation_id, number, name, group_id, gender, post, duty, category, joined_on, shift, standing,
                    standing_note, phone, email, note)
SELECT :house, 'M' || lpad(i::text, 7, '0'), '成员' || i, :first + i % :groups, '', '钳工', '', 'full', '2016-09', '',
       'active', '', '138' || lpad(i::text, 8, '0'), '', '' FROM generate_series(1, :size) AS i
"""
INVITED = """
INSERT INTO invitation (code_hash, survey_id, member_id)
SELECT sha256(('code ' || id)::bytea), :survey, id FROM member WHERE organisation_id = :house
"""
SEALED = """
INSERT INTO sealed_response (tag, survey_id, box)
SELECT sha256(('tag ' || i)::bytea), :survey, box FROM generate_series(1, :size) AS i JOIN pool ON n = i % :pool
"""
ANSWERED = """
INSERT INTO response (id, survey_id, part, channel, complete, answers)
SELECT md5(i::text), :survey, '', 'phone', true, answers FROM generate_series(1, :size) AS i JOIN pool ON n = i % :pool
"""
TABLES = {"member": "member", "invitation": "invitation", "sealed answer": "sealed_response", "response": "response"}


def quoted(path: str) -> str:
    """Return a path as it is sent, Chinese words in its query included."""
    return quote(path, safe="/?=&%")


def grown(open_id: int, organisation_id: int, plan_id: int, by: Account, size: int) -> int:
    """Write `size` members, invitations and responses of a closed survey, and return its id; commits.

    The open survey's box is filled with as many sealed answers, at most `MOST_SEALED`.
    """
    groups = stage.groups(organisation_id, min(GROUPS, max(size // stage.GROUP, 1)))
    known = {"house": organisation_id, "size": size, "pool": POOL}
    _run(ROSTER, known | {"first": groups[0], "groups": len(groups)})
    _run(INVITED, {"house": organisation_id, "survey": open_id})
    survey = db.session.get_one(Survey, open_id)
    draw = random.Random(7)  # noqa: S311 - invented answers
    box = questionnaires.ready(survey.version).sealed_size + ballots.BALLOT_BYTES + 28
    _pool("box bytea", [secrets.token_bytes(box) for _row in range(POOL)])
    _run(SEALED, known | {"survey": open_id, "size": min(size, MOST_SEALED)})
    plan = db.session.get_one(Investigation, plan_id)
    within = db.session.get_one(Organisation, organisation_id)
    closed = fielding.create(plan, results.definition(), within=within, by=by)
    closed.state, closed.closed_on, closed.secrecy = SurveyState.CLOSED, today(), Secrecy.ROWS
    db.session.flush()
    _pool("answers json", [json.dumps(results.answers(draw), ensure_ascii=False) for _row in range(POOL)])
    _run(ANSWERED, known | {"survey": closed.id})
    db.session.commit()
    return closed.id


def _run(statement: str, values: dict[str, object]) -> None:
    db.session.execute(text(statement), values)


def _pool(column: str, values: list[object]) -> None:
    _run("DROP TABLE IF EXISTS pool", {})
    _run(f"CREATE TEMPORARY TABLE pool (n int PRIMARY KEY, {column})", {})
    kind = column.split()[1]
    for number, value in enumerate(values):
        _run(f"INSERT INTO pool VALUES (:n, CAST(:value AS {kind}))", {"n": number, "value": value})


def disk() -> dict[str, float]:
    """Return how many megabytes a thousand rows take, with their indexes."""
    found = {}
    for name, table in TABLES.items():
        query = text(f"SELECT pg_total_relation_size('{table}'), count(*) FROM {table}")  # noqa: S608 - our own names
        taken, count = db.session.execute(query).one()
        found[name] = taken / 1e6 / max(count, 1) * 1000
    db.session.rollback()
    return found


def closed(client: Client, organisation_id: int, by_id: int, plan_id: int, answers: int) -> float:
    """Open another survey, have it answered, close it; return the seconds that closing took."""
    with client.application.test_request_context("/"):
        within, by = db.session.get_one(Organisation, organisation_id), db.session.get_one(Account, by_id)
        plan = db.session.get_one(Investigation, plan_id)
        survey, codes = stage.opened(plan, within=within, by=by, slips=answers)
    for code in codes:
        form = "application/x-www-form-urlencoded"
        sent = client.post(survey.path, data=stage.answer(code, survey.sent_size), content_type=form)
        assert sent.status_code == 200, sent.status_code
    with client.application.test_request_context("/"):
        started = time.perf_counter()
        closing.close(db.session.get_one(Survey, survey.id), by=db.session.get_one(Account, by_id))
        return time.perf_counter() - started
