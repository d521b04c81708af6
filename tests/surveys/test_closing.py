"""Closing: all or nothing, and nothing left that ties."""

import sqlite3

import pytest
import sqlalchemy as sa

from core import jobs, seal
from core.db import db
from core.errors import DomainError
from core.terms import Channel, SurveyState
from surveys import ballots, closing, codes, opening, queries, snapshots, tallies, wiping
from surveys.jobs import close_due, organisations_with_surveys_to_close
from surveys.models import Invitation, Response, SealedResponse
from tests.surveys.conftest import DEFINITION, field


def filled(app, count: int = 10):
    fielded = field(app, DEFINITION)
    for number in range(count):
        ballots.cast(
            fielded.public,
            code=fielded.codes[number],
            answers={"a": "x", "b": f"secret words {number}"},
            channel=Channel.PHONE,
            size=fielded.ready.sealed_size,
        )
        db.session.commit()
    return fielded


def counts() -> tuple[int, int]:
    """Return how many answers are sealed, and how many were opened."""
    db.session.rollback()
    sealed, parts = (
        db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (SealedResponse, Response)
    )
    return sealed, parts // len(DEFINITION["items"])  # so few are invited that every item is stored by itself


def said(survey) -> set[str]:
    return {row.answers["b"] for row in queries.responses(survey) if row.part == "b" and row.answers}


def test_closing_opens_every_answer_once(any_app) -> None:
    fielded = filled(any_app)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    assert counts() == (0, 10)
    assert said(fielded.survey) == {f"secret words {number}" for number in range(10)}
    assert fielded.survey.state is SurveyState.CLOSED
    assert not ballots.key_folder(fielded.survey.id).exists()
    assert not closing.unfinished(fielded.survey)


def test_closing_again_changes_nothing(any_app) -> None:
    fielded = filled(any_app)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    before = {response.id for response in queries.responses(fielded.survey)}
    closing.close(fielded.survey, by=fielded.cast.secretary)
    assert {response.id for response in queries.responses(fielded.survey)} == before


STEPS = [
    (opening, "pour_out"),
    (closing.audit, "note"),
    (wiping, "wipe"),
    (seal, "destroy_key"),
]


@pytest.mark.parametrize(("place", "step"), STEPS, ids=[step for _place, step in STEPS])
def test_what_fails_at_any_step_loses_nothing(any_app, monkeypatch, place, step) -> None:
    """A step that fails but does not end the process; tests/faults ends it at every single one."""
    fielded = filled(any_app)
    survey_id = fielded.survey.id

    def crash(*args: object, **kwargs: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(place, step, crash)
        with pytest.raises(OSError):
            closing.close(fielded.survey, by=fielded.cast.secretary)
    sealed, opened = counts()
    assert (sealed, opened) in ((10, 0), (0, 10)), "neither half"
    assert (sealed == 10) == (fielded.survey.state is SurveyState.OPEN)
    assert ballots.key_folder(survey_id).exists(), "the key is the sign that work is left"
    assert closing.unfinished(fielded.survey) == (sealed == 0)
    assert closing.finish_interrupted() == (1 if sealed == 0 else 0)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    assert counts() == (0, 10) and not ballots.key_folder(survey_id).exists()


def test_a_crash_while_writing_leaves_everything_sealed(any_app, monkeypatch) -> None:
    fielded = filled(any_app)
    with monkeypatch.context() as broken:
        broken.setattr(opening, "delete", lambda table: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError):
            closing.close(fielded.survey, by=fielded.cast.secretary)
    assert counts() == (10, 0) and fielded.survey.tally is None


@pytest.mark.parametrize("mark", ["state", "keys"])
def test_the_worker_finishes_what_was_interrupted(app, monkeypatch, mark) -> None:
    fielded = filled(app)
    with monkeypatch.context() as broken:
        broken.setattr(wiping, "wipe", lambda: (_ for _ in ()).throw(closing.CannotClose("busy")))
        with pytest.raises(closing.CannotClose):
            closing.close(fielded.survey, by=fielded.cast.secretary)
        assert closing.finish_interrupted() == 0, "busy still"
    assert organisations_with_surveys_to_close() == {fielded.survey.organisation_id}
    if mark == "state":
        assert close_due(lambda share: None, within_id=fielded.survey.organisation_id) == {"closed": 1}
    else:
        closing.close(fielded.survey, by=None)
    assert organisations_with_surveys_to_close() == set() and not ballots.key_folder(fielded.survey.id).exists()


def test_with_the_wrong_key_it_stays_sealed_and_says_so(any_app) -> None:
    fielded = filled(any_app)
    path = ballots.key_folder(fielded.survey.id) / "box"
    right = path.read_bytes()
    path.write_bytes(bytes([1]) * 64)
    with pytest.raises(closing.CannotClose):
        closing.close(fielded.survey, by=fielded.cast.secretary)
    assert counts() == (10, 0)
    path.write_bytes(right)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    assert counts() == (0, 10)


def test_a_draft_cannot_be_closed(app, cast) -> None:
    from surveys import fielding

    survey = fielding.create(cast.investigation, DEFINITION, within=cast.branch, by=cast.secretary)
    with pytest.raises(closing.CannotClose):
        closing.close(survey, by=cast.secretary)


def test_nothing_in_the_file_ties_a_code_to_an_answer(app) -> None:
    """Read the SQLite file as an insider would, page by page: no sealed row, no tag, no log, no order."""
    fielded = filled(app, 12)
    box = ballots.box(fielded.survey)
    tags = list(db.session.scalars(sa.select(SealedResponse.tag)))
    sealed = list(db.session.scalars(sa.select(SealedResponse.box)))
    assert len(tags) == len(sealed) == 12
    db.session.rollback()
    path = app.config["SETTINGS"].data / "test.db"
    closing.close(fielded.survey, by=fielded.cast.secretary)
    db.session.rollback()
    raw = path.read_bytes()
    log = path.with_name("test.db-wal")
    assert not log.exists() or log.stat().st_size == 0
    assert not any(tag in raw for tag in tags)
    assert not any(row[20:60] in raw for row in sealed)
    assert box.key[:32] not in raw and box.key[32:] not in raw
    reader = sqlite3.connect(path)
    assert reader.execute("PRAGMA freelist_count").fetchone() == (0,), "vacuumed"
    created = reader.execute("SELECT sql FROM sqlite_master WHERE name = 'response'").fetchone()[0]
    assert created.rstrip().endswith("WITHOUT ROWID")
    stored = [row[0] for row in reader.execute("SELECT answers FROM response WHERE part = 'b'")]
    assert [f"secret words {number}" in text for number, text in enumerate(stored)] != [True] * 12, "arrival"
    everything = " ".join(map(repr, reader.execute("SELECT * FROM response")))
    for code in fielded.codes:
        assert code not in everything and codes.fingerprint(code).hex() not in everything
    assert reader.execute("SELECT count(*) FROM invitation").fetchone() == (12,)
    assert set(Invitation.__table__.columns.keys()) & set(Response.__table__.columns.keys()) == {"survey_id"}


def test_answers_on_postgres_are_written_in_one_transaction(any_app) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("xmin is PostgreSQL's")
    fielded = filled(any_app)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    rows = db.session.execute(sa.text("SELECT xmin::text, id FROM response ORDER BY ctid")).all()
    assert len({row[0] for row in rows}) == 1
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)


def test_a_large_survey_is_counted_in_the_background(app, monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "LARGE", 5)
    fielded = filled(app)
    closing.close(fielded.survey, by=fielded.cast.secretary)
    with pytest.raises(DomainError):
        tallies.results(fielded.survey, within=fielded.cast.branch)
    assert not snapshots.file(fielded.survey).exists()
    jobs.run_inline()
    assert snapshots.fresh(fielded.survey, snapshots.file(fielded.survey))
    assert tallies.results(fielded.survey, within=fielded.cast.branch).answered == 10
