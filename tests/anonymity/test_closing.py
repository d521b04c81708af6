"""Closing: every ballot checked and counted once, the board signed, and no order, log or key left to tie anything."""

import json
import re
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from anonymity import audit, board, scrutineer
from core import clock, schema
from core import jobs as core_jobs
from core.db import Model, db
from core.settings import ROOT
from core.terms import Access, Channel, Split, SurveyState
from surveys import (
    ballots,
    closing,
    drawing,
    jobs,
    keying,
    opening,
    promises,
    queries,
    questionnaires,
    rounds,
    tallies,
    wiping,
)
from surveys.models import Invitation, KeyedSheet, Leaf, Response, SealedResponse, Survey
from tests.anonymity.conftest import Vote, vote

YES = {"a": "x", "b": "一句真话"}
TABLES = (SealedResponse, Response, Leaf, Invitation, KeyedSheet)


def counts() -> dict[str, int]:
    db.session.rollback()
    return {
        table.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in TABLES
    }


def answered(app: Any, phones: int = 8, slips: int = 2, **changes: Any) -> Vote:
    """Return an open survey where `phones` cast a ballot and `slips` blank slips were sent."""
    voting = vote(app, members=10, slips=3, **changes)
    for number, phone in enumerate(voting.phones[:phones]):
        assert phone.collect().status_code == 200
        assert phone.cast({"a": "x", "b": f"secret words {number}"}).status_code == 200
    for code in voting.slips[:slips]:
        send_slip(voting, code)
    db.session.expire_all()
    return voting


def send_slip(voting: Vote, code: str) -> None:
    public = queries.public_survey(voting.sid)
    assert public is not None
    size = questionnaires.ready(voting.survey.version).sealed_size
    ballots.cast(public, code=code, answers={"a": "y"}, channel=Channel.COMPUTER, size=size)
    db.session.commit()


def published(survey: Survey) -> dict[str, Any]:
    rows = db.session.execute(sa.select(Leaf.leaf, Leaf.prefix, Leaf.signature, Leaf.commitment)).all()
    return board.published(survey.manifest, survey.board, survey.board_signature, [board.Ballot(*row) for row in rows])


def test_everything_is_counted_checked_and_signed(any_app) -> None:
    voting = answered(any_app)
    survey = voting.survey
    drawing.draw(survey, [member_id(voting, 9)], within=voting.cast.branch)
    drawing.destroy(survey, 1, on=clock.today(), witnesses=("甲", "乙"), by=voting.cast.secretary)
    for by in (voting.cast.secretary, voting.cast.committee_member):
        keying.key(survey, 1, {"a": "x", "b": "paper"}, complete=True, size=1024, by=by)
    db.session.commit()
    closing.close(survey, by=voting.cast.secretary)
    assert survey.state is SurveyState.CLOSED
    assert survey.tally == {
        "counted": 10,
        "complete": 11,
        "channels": {"phone": 8, "computer": 2, "paper": 1, "imported": 0},
        "issued": 8 + 3 - 1,
        "invited": 10 + 3 - 1,
        "collected": 8,
        "slips": {"printed": 3, "drawn": 1, "used": 2, "destroyed": 1},
        "other": {"keyed": 1, "imported": 0},
    }
    verdict = audit.audit(published(survey))
    assert verdict.ok, [finding for finding in verdict.findings if not finding.ok]
    assert counts() == {"sealed_response": 0, "response": 22, "leaf": 10, "invitation": 13, "keyed_sheet": 0}
    assert not ballots.key_folder(survey.id).exists()


def member_id(voting: Vote, number: int) -> int:
    from members.models import Member

    return db.session.scalars(sa.select(Member.id).where(Member.number == f"v{number:03}")).one()


def test_answers_stored_apart_stand_in_the_order_of_unrelated_numbers(any_app) -> None:
    voting = answered(any_app, split=Split.ALL)
    closing.close(voting.survey, by=voting.cast.secretary)
    rows = queries.responses(voting.survey)
    assert sorted(row.part for row in rows) == ["a"] * 10 + ["b"] * 10
    assert len({row.id for row in rows}) == 20 and {row.channel for row in rows} == {None}
    said = [row.answers["b"] for row in rows if row.part == "b" and row.answers]
    assert sorted(said) == sorted(f"secret words {number}" for number in range(8))


def test_a_survey_open_to_a_link_counts_its_ballots(app) -> None:
    voting = vote(app, members=0, slips=8)  # its codes do not open the door of a link
    survey = voting.survey
    behind_the_back(access=Access.LINK)
    public = queries.public_survey(voting.sid)
    for _each in range(6):
        ballots.cast(public, code=ballots.nonce(), answers={"a": "y"}, channel=Channel.PHONE, size=1024)
    db.session.commit()
    closing.close(survey, by=voting.cast.secretary)
    assert (survey.tally["counted"], survey.tally["issued"], survey.tally["invited"]) == (6, 6, 6)
    checks = {finding.what: finding.ok for finding in audit.audit(published(survey)).findings}
    assert checks["signatures"] and checks["limits"]


# --- what keeps the box shut ------------------------------------------------------------------------------------


def forged(voting: Vote, **changes: Any) -> None:
    """Put a row into the box as only somebody with the keys could, one part of its ballot changed."""
    box = ballots.box(voting.survey, 1024)
    (row,) = db.session.scalars(sa.select(SealedResponse).limit(1))
    content = box.open(row.tag, row.box)
    ballot = ballots.Ballot(**{name: getattr(content.ballot, name) for name in content.ballot.__slots__} | changes)
    tag = changes.pop("tag", bytes(32))
    sealed = box.seal(tag, ballots.Sealed(content.channel, True, content.answers, ballot))
    db.session.add(SealedResponse(tag=tag, survey_id=voting.survey.id, box=sealed))
    db.session.commit()


@pytest.mark.parametrize(
    "changes", [{}, {"signature": bytes(256)}, {"signature": b""}, {"leaf": bytes(32)}, {"prefix": bytes(32)}], ids=str
)
def test_a_forged_ballot_keeps_the_box_shut(app, changes) -> None:
    voting = answered(app, phones=3, slips=0)
    forged(voting, **changes)
    with pytest.raises(closing.CannotClose, match="签名|signature"):
        closing.close(voting.survey, by=voting.cast.secretary)
    assert counts()["sealed_response"] == 4 and counts()["leaf"] == counts()["response"] == 0
    assert voting.survey.state is SurveyState.OPEN


def behind_the_back(**values: Any) -> None:
    """Change the survey's row as whoever holds the database can, who first takes away what forbids it."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {promises.TRIGGER}_update"))
        connection.execute(sa.update(Survey.__table__).values(values))
    db.session.expire_all()


@pytest.mark.parametrize(
    ("name", "value"), [("split", Split.NONE), ("rounds", True), ("scrutineer", b"s" * 32), ("public_id", "other")]
)
def test_a_survey_whose_promise_was_changed_in_the_database_stays_shut(app, name, value) -> None:
    voting = answered(app, phones=2, slips=0)
    right = getattr(voting.survey, name)
    behind_the_back(**{name: value})
    with pytest.raises(promises.Altered):
        closing.close(voting.survey, by=voting.cast.secretary)
    assert counts()["sealed_response"] == 2 and counts()["response"] == 0
    behind_the_back(**{name: right})
    closing.close(voting.survey, by=voting.cast.secretary)
    assert counts()["leaf"] == 2


def test_with_a_scrutineer_only_the_private_key_opens_the_box(any_app) -> None:
    private, public = scrutineer.generate()
    voting = answered(any_app, scrutineer=public)
    survey = voting.survey
    other, _public = scrutineer.generate()
    slipped = private[:-1] + ("0" if private[-1] != "0" else "1")
    for wrong in ("", other, slipped, "nonsense", private.split()[1]):
        with pytest.raises(closing.WrongPrivateKey):
            closing.close(survey, by=voting.cast.secretary, private=wrong)
        assert counts()["sealed_response"] == 10 and survey.state is SurveyState.OPEN
    closing.close(survey, by=voting.cast.secretary, private=f"  {private}\n")
    assert counts()["leaf"] == 10 and audit.audit(published(survey)).ok


def test_a_survey_with_a_scrutineer_waits_for_them(app, monkeypatch) -> None:
    _private, public = scrutineer.generate()
    voting = answered(app, phones=1, slips=0, scrutineer=public)
    voting.survey.closes_on = date(2026, 10, 31)
    db.session.commit()
    assert not closing.waits_for_scrutineer(voting.survey)
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 1))
    assert closing.waits_for_scrutineer(voting.survey)
    assert closing.closes_itself_on(voting.survey) is None and not closing.may_close_itself(voting.survey)
    assert jobs.organisations_with_surveys_to_close() == set()


# --- rounds -----------------------------------------------------------------------------------------------------


@pytest.fixture
def in_threes(monkeypatch):
    """Rounds of three ballots, so that a test need not cast a thousand."""
    value = rounds.rules.value
    monkeypatch.setattr(
        rounds.rules, "value", lambda within, key: 3 if key == "surveys.round_least" else value(within, key)
    )


def test_a_long_survey_is_opened_in_rounds(any_app, monkeypatch, in_threes) -> None:
    voting = answered(any_app, phones=2, slips=0, rounds=True)
    survey = voting.survey
    assert not rounds.due(survey) and not rounds.open_round(survey)
    send_slip(voting, voting.slips[0])
    first_key = ballots.keys(survey.id).seal_key(0)
    assert jobs.organisations_with_rounds_to_open() == {survey.organisation_id}
    assert jobs.open_rounds(lambda share: None, within_id=survey.organisation_id) == {"opened": 1}
    assert survey.round == 1 and survey.state is SurveyState.OPEN and survey.board is None
    assert counts() | {"invitation": 0} == {
        "sealed_response": 3, "response": 6, "leaf": 3, "invitation": 0, "keyed_sheet": 0
    }  # fmt: skip
    assert {len(box) for box in db.session.scalars(sa.select(SealedResponse.box))} == {0}
    assert ballots.keys(survey.id).seal_key(1) != first_key
    with pytest.raises(FileNotFoundError):
        ballots.keys(survey.id).seal_key(0)
    assert first_key not in b"".join(path.read_bytes() for path in ballots.key_folder(survey.id).iterdir())
    # A ballot of the first round stays spent, and its resending harmless.
    phone = voting.phones[0]
    assert phone.cast({"a": "x", "b": "secret words 0"}).status_code == 200
    assert phone.cast({"a": "y"}).json == {"error": "spent"}
    for number, phone in enumerate(voting.phones[2:6]):
        phone.collect()
        assert phone.cast({"a": "x", "b": f"more {number}"}).status_code == 200
    assert not rounds.open_round(survey), "one a day"
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 1))
    assert rounds.open_round(survey)
    closing.close(survey, by=voting.cast.secretary)
    assert survey.tally["counted"] == 7 == counts()["leaf"] and survey.tally["slips"]["used"] == 1
    assert survey.tally["channels"] == {"phone": 6, "computer": 1, "paper": 0, "imported": 0}
    assert "round_on" not in survey.tally and audit.audit(published(survey)).ok
    assert not ballots.key_folder(survey.id).exists()


def test_no_round_without_need(app, in_threes) -> None:
    voting = answered(app, phones=4, slips=0)
    assert not rounds.due(voting.survey), "not asked for"
    behind_the_back(rounds=True, scrutineer=b"k" * 32)
    assert not rounds.due(voting.survey), "the scrutineer is not there"


# --- what is left ------------------------------------------------------------------------------------------------


def test_no_stamp_and_no_place_tells_an_order_on_postgres(any_app) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("xmin and ctid are PostgreSQL's")
    voting = answered(any_app, split=Split.TEXTS)
    tags = set(db.session.scalars(sa.select(SealedResponse.tag)))
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text("ANALYZE"))
    assert sampled() & {tag.hex() for tag in tags}, "the planner keeps a sample of them"
    arrival = db.session.execute(sa.text("SELECT DISTINCT xmin::text FROM sealed_response")).all()
    assert len(arrival) > 5, "while it is open, every row bears the stamp of its own transaction"
    tidy = catalogue()
    closing.close(voting.survey, by=voting.cast.secretary)
    db.session.rollback()
    for table in ("response", "leaf", "invitation"):
        (key,) = sa.inspect(db.engine).get_pk_constraint(table)["constrained_columns"]
        rows = db.session.execute(sa.text(f"SELECT xmin::text, xmax::text, {key} FROM {table} ORDER BY ctid")).all()
        assert len(rows) > 5 and len({row[:2] for row in rows}) == 1, table
        assert [bytes(row[2], "ascii") if isinstance(row[2], str) else row[2] for row in rows] == sorted(
            bytes(row[2], "ascii") if isinstance(row[2], str) else row[2] for row in rows
        ), table
        pages = db.session.scalar(sa.text(f"SELECT count(*) FROM {table}"))
        assert pages == len(rows)
    assert db.session.scalar(sa.text("SELECT pg_relation_size('sealed_response')")) == 0, "not even deleted rows"
    assert db.session.scalar(sa.text("SELECT count(*) FROM pg_class WHERE relname LIKE 'wiped%'")) == 0
    db.session.rollback()
    assert catalogue() == tidy
    assert not sampled() & {tag.hex() for tag in tags}


def sampled() -> set[str]:
    """Return the tags in the samples the planner keeps."""
    asked = "SELECT histogram_bounds::text FROM pg_stats WHERE tablename = 'sealed_response' AND attname = 'tag'"
    with db.engine.connect() as connection:
        bounds = connection.scalars(sa.text(asked)).all()
    return set(re.findall(r"[0-9a-f]{64}", " ".join(filter(None, bounds))))


def catalogue() -> list[Any]:
    """Return everything PostgreSQL says of the tables that are rewritten: columns, constraints, indexes, grants."""
    asked = """
      SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, a.attnum::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
      UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
      UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT 'table', relname, CASE relkind WHEN 'r' THEN oid::text END, relacl::text, reloptions::text,
        relkind::text
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
      ORDER BY 1, 2, 3, 4, 5, 6"""
    with db.engine.connect() as connection:
        return list(map(tuple, connection.execute(sa.text(asked))))


def test_rights_given_to_others_survive_the_wiping(any_app) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("grants are PostgreSQL's")
    voting = answered(any_app, phones=1, slips=0)
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text("GRANT SELECT ON response TO PUBLIC"))
    tidy = catalogue()
    closing.close(voting.survey, by=voting.cast.secretary)
    assert catalogue() == tidy and any("=r/" in str(row[3]) for row in tidy)


def test_every_table_a_ballot_touches_is_wiped(app) -> None:
    known = {table.name for table in wiping.TABLES}
    kept = {"survey", "slip_record", "reminder"}  # counts and days, no row for a ballot or a person
    touching = {
        table.name
        for table in Model.metadata.tables.values()
        if any(key.column.table.name == "survey" for key in table.foreign_keys)
    }
    assert touching == known | (kept - {"survey"})


def test_a_busy_database_is_left_for_later(app, monkeypatch) -> None:
    voting = answered(app, phones=6, slips=0)
    monkeypatch.setattr(wiping, "PATIENCE", 2)
    reader = sqlite3.connect(app.config["SETTINGS"].data / "test.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM leaf").fetchone()
    with pytest.raises(closing.CannotClose):
        closing.close(voting.survey, by=voting.cast.secretary)
    assert closing.unfinished(voting.survey)
    with pytest.raises(closing.BeingClosed):
        closing.must_be_finished(voting.survey)
    assert closing.finish_interrupted() == 0, "still busy"
    reader.close()
    assert closing.finish_interrupted() == 1 and not closing.unfinished(voting.survey)
    closing.must_be_finished(voting.survey)


# --- several processes -------------------------------------------------------------------------------------------

LATE = """
import json, sys
from app import create_app
from core.db import db
from core.settings import Settings
from core.terms import Channel
from pathlib import Path
from surveys import ballots, collecting, queries
data, database, sid, slip, personal, blinded = sys.argv[1:]
app = create_app(Settings(data=Path(data), database=database, queue="inline"))

def tried(work):
    try:
        work()
    except Exception as error:
        db.session.rollback()
        return type(error).__name__
    db.session.commit()
    return "taken"

with app.app_context():
    stale = queries.public_survey(sid)
    db.session.rollback()
    ballots.read_key(stale.id, lambda keys: (keys.seal_key(), keys.tag_key(), keys.signer(), keys.receipt_key()))
    print("ready", flush=True)
    sys.stdin.readline()
    told = {}
    for name in ("stale", "fresh"):
        survey = stale if name == "stale" else queries.public_survey(sid)
        told[name] = [
            tried(lambda: ballots.cast(survey, code=slip, answers={"a": "y"}, channel=Channel.PHONE, size=1024)),
            tried(lambda: collecting.collect(survey, code=personal, blinded=bytes.fromhex(blinded))),
        ]
    print(json.dumps(told), flush=True)
"""


def test_another_process_finds_neither_key_nor_open_state(any_app) -> None:
    voting = answered(any_app, phones=6, slips=0)
    phone = voting.phones[9]
    phone.load()
    settings = any_app.config["SETTINGS"]
    told = [str(settings.data), settings.database, voting.sid, voting.slips[0], phone.code, phone.device.blinded.hex()]
    db.session.rollback()
    other = subprocess.Popen(
        [sys.executable, "-c", LATE, *told],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin and other.stdout
    try:
        assert other.stdout.readline() == "ready\n"
        db.session.rollback()
        closing.close(voting.survey, by=voting.cast.secretary)
        db.session.rollback()
        other.stdin.write("go\n")
        other.stdin.flush()
        assert json.loads(other.stdout.readline()) == {"stale": ["NotOpen"] * 2, "fresh": ["NotOpen"] * 2}
    finally:
        other.kill()
        other.wait()
    assert counts()["sealed_response"] == 0 and counts()["leaf"] == 6


def test_an_answer_sent_while_it_closes_is_counted_or_refused(any_app) -> None:
    """Whoever got a thanks is counted: nothing slips in between the opening of the box and the closing of its lid."""
    voting = vote(any_app, members=8, slips=24)
    survey_id, sid = voting.survey.id, voting.sid
    db.session.rollback()
    begun, taken = threading.Event(), []

    def send(code: str) -> None:
        client = any_app.test_client()
        begun.wait()
        answer = client.post(f"/s/{sid}/zh", data={"code": code, "a": "x", "b": f"words of {code}"})
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200:
            taken.append(f"words of {code}")

    threads = [threading.Thread(target=send, args=(code,)) for code in voting.slips]
    for thread in threads:
        thread.start()
    begun.set()
    time.sleep(0.1)
    closing.close(db.session.get_one(Survey, survey_id), by=None)
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    survey = db.session.get_one(Survey, survey_id)
    told = [row.answers["b"] for row in queries.responses(survey) if row.part == "b" and row.answers]
    assert sorted(told) == sorted(taken)
    assert survey.tally["counted"] == len(taken) and counts()["sealed_response"] == 0


def test_the_schema_is_still_the_models(any_app) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    voting = answered(any_app, phones=1, slips=0)
    closing.close(voting.survey, by=voting.cast.secretary)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []
    assert schema.current() == schema.head()


def test_opening_writes_leaves_and_answers_in_unrelated_orders(app) -> None:
    voting = answered(app, split=Split.NONE, phones=10)
    poured = opening._opened(voting.survey, None)
    leaves = [ballot.leaf for ballot in poured.ballots]
    ids = [row["id"] for row in poured.answers]
    assert leaves == sorted(leaves) and ids == sorted(ids) and len(ids) == 12 == len(leaves)
    assert not set(map(str, ids)) & {leaf.hex()[:32] for leaf in leaves}


# --- the next start ----------------------------------------------------------------------------------------------


@pytest.fixture
def interrupted(app, monkeypatch) -> Vote:
    """A survey whose closing was interrupted after its answers were opened."""
    voting = answered(app, phones=6, slips=0)
    with monkeypatch.context() as broken:
        broken.setattr(wiping, "wipe", lambda: (_ for _ in ()).throw(OSError("the power failed")))
        with pytest.raises(OSError):
            closing.close(voting.survey, by=voting.cast.secretary)
    assert closing.unfinished(voting.survey)
    db.session.rollback()
    return voting


@pytest.mark.parametrize("place", ["/app/sign-in", "/s/{}", "/b/{}/board.json"])
def test_the_first_page_finishes_what_was_interrupted(app, interrupted, place) -> None:
    app.extensions.pop("closings_finished", None)
    app.test_client().get(place.format(interrupted.sid))
    assert not closing.unfinished(interrupted.survey)


@pytest.mark.parametrize("command", ["upgrade", "work"])
def test_a_start_finishes_what_was_interrupted(app, interrupted, monkeypatch, command) -> None:
    monkeypatch.setattr(core_jobs, "work", lambda: None)
    assert app.test_cli_runner().invoke(args=[command]).exit_code == 0
    assert not closing.unfinished(interrupted.survey)


def test_nobody_sees_results_while_a_key_is_there(app, interrupted) -> None:
    with pytest.raises(closing.BeingClosed):
        tallies.results(interrupted.survey, within=interrupted.cast.branch)
    db.session.rollback()
    assert closing.finish_interrupted() == 1
    assert tallies.results(interrupted.survey, within=interrupted.cast.branch).answered == 6


# --- the doors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phones", "computers", "told"),
    [
        (8, 1, {"device": 9}),
        (9, 0, {"device": 9}),
        (7, 6, {"phone": 7, "computer": 6}),
        (2, 1, {"device": "<5"}),
    ],
)
def test_a_rare_door_cannot_be_reckoned_from_the_others(phones, computers, told) -> None:
    found = opening._doors({"phone": phones, "computer": computers, "paper": 3, "imported": 0}, 5)
    assert found == {**told, "paper": "<5", "imported": "<5"}
    assert len([count for count in told.values() if isinstance(count, str)]) != 1 or len(told) == 1
