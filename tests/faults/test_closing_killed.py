"""Closing, killed at every single step it makes: still sealed, or closed with its keys gone at the next start.

The steps are not written down here. A first run in a process of its own tells every statement it sends to the database
and every file it touches; then each of them in turn is where the power fails. So a new step is tested by itself.
"""

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from anonymity import audit, board
from core.db import Model, db
from core.terms import Channel, SurveyState
from surveys import ballots, closing, queries, rounds
from surveys.models import Invitation, KeyedSheet, Leaf, Response, SealedResponse, Survey
from tests.anonymity.conftest import vote

ANSWERS = 6
FILES = {"os.remove", "os.rename", "os.rmdir", "os.link", "os.mkdir", "os.truncate"}
SAVED = "saved"


class Steps:
    """Counts the steps of this process and ends it, without a word, when it comes to the one it was given."""

    def __init__(self, last: int = 0) -> None:
        self.last, self.made = last, []

    def step(self, name: str) -> None:
        self.made.append(" ".join(name.split())[:70])
        if len(self.made) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Count files opened for writing, moved, removed and put on the disk, and statements sent."""
        sync = os.fsync

        def fsync(handle: Any) -> None:
            self.step("before fsync")
            sync(handle)
            self.step("after fsync")

        os.fsync = fsync
        sys.addaudithook(self._file)
        if db.engine.dialect.name == "sqlite":
            # The driver's own eye: it also sees what SQLite does inside VACUUM.
            sa.event.listen(db.engine, "connect", lambda made, record: made.set_trace_callback(self.step))
            return
        sa.event.listen(db.engine, "before_cursor_execute", lambda c, u, statement, *rest: self.step(statement))
        sa.event.listen(db.engine, "commit", lambda connection: self.step("commit"))

    def _file(self, event: str, told: tuple[Any, ...]) -> None:
        writing = event == "open" and isinstance(told[2], int) and told[2] & (os.O_WRONLY | os.O_RDWR)
        if writing or event in FILES:
            self.step(f"{event} {Path(str(told[0])).name}")


def apart(work: Callable[[], Any], steps: Steps) -> list[str]:
    """Do `work` in a process of its own; return the steps it made, or nothing when it was killed."""
    db.session.remove()
    db.engine.dispose()
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        status = 1
        try:
            steps.watch()
            work()
            os.write(into, "\n".join(steps.made).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(into)
    with os.fdopen(out, "rb") as told:
        made = told.read().decode().split("\n")
    _child, status = os.waitpid(child, 0)
    if steps.last:  # what was read once is read from memory the next time, so a run may be a few steps shorter
        assert status == signal.SIGKILL or len(made) > steps.last - 4, f"step {steps.last} was not made"
    else:
        assert status == 0
    return made


class Stage:
    """An open survey, and its database and keys as they were before the curtain rose."""

    def __init__(self, app: Any, **changes: Any) -> None:
        self.voting = vote(app, members=8, slips=4, **changes)
        survey = self.voting.survey
        self.id = survey.id
        for number, phone in enumerate(self.voting.phones[: ANSWERS - 2]):
            phone.collect()
            phone.cast({"a": "x", "b": f"words {number}"})
        for code in self.voting.slips[:2]:
            self.send(code)
        self.data = app.config["SETTINGS"].data
        db.session.remove()
        db.engine.dispose()
        shutil.copytree(self.data, self.data.with_name(SAVED))
        with db.engine.connect() as connection:
            self.rows = {table: connection.execute(sa.select(table)).mappings().all() for table in self.tables}
        db.engine.dispose()

    tables = Model.metadata.sorted_tables

    @property
    def survey(self) -> Survey:
        return db.session.get_one(Survey, self.id)

    def send(self, code: str) -> None:
        public = queries.public_survey(self.survey.public_id)
        assert public is not None
        ballots.cast(public, code=code, answers={"a": "y"}, channel=Channel.COMPUTER, size=1024)
        db.session.commit()

    def reset(self) -> None:
        """Put everything back."""
        db.session.remove()
        db.engine.dispose()
        shutil.rmtree(self.data)
        shutil.copytree(self.data.with_name(SAVED), self.data)
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                # Without the triggers, one of which keeps a closed survey closed.
                connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
                for table, rows in self.rows.items():
                    connection.execute(sa.delete(table))
                    if rows:
                        connection.execute(sa.insert(table), [dict(row) for row in rows])

    def close(self) -> None:
        closing.close(self.survey, by=None)

    def counts(self) -> tuple[int, int, int]:
        """Return how many ballots are sealed, on the board, and answers in the open."""
        db.session.rollback()
        return (
            db.session.scalar(sa.select(sa.func.count()).where(SealedResponse.box != b"")),
            db.session.scalar(sa.select(sa.func.count()).select_from(Leaf)),
            db.session.scalar(sa.select(sa.func.count()).select_from(Response)),
        )

    def keys(self) -> set[str]:
        folder = ballots.key_folder(self.id)
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def expect_closed(self, answers: int = ANSWERS) -> None:
        """Closed for good: all counted and signed, no key, no trace."""
        survey = self.survey
        assert survey.state is SurveyState.CLOSED and self.counts() == (0, answers, 2 * answers)
        assert not ballots.key_folder(self.id).exists() and not closing.interrupted()
        closing.must_be_finished(survey)
        rows = db.session.execute(sa.select(Leaf.leaf, Leaf.prefix, Leaf.signature, Leaf.commitment)).all()
        signed = board.published(
            survey.manifest, survey.board, survey.board_signature, [board.Ballot(*row) for row in rows]
        )
        assert audit.audit(signed).ok
        assert db.session.query(KeyedSheet).count() == 0
        db.session.rollback()
        self.expect_wiped()

    def expect_wiped(self) -> None:
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(sa.text("PRAGMA freelist_count")) == 0
        else:
            for table in (Response, Leaf, Invitation):
                stamps = db.session.scalar(sa.text(f"SELECT count(DISTINCT xmin::text) FROM {table.__tablename__}"))
                assert stamps == 1, table
        db.session.rollback()


@pytest.fixture
def staged(any_app) -> Iterator[Callable[..., Stage]]:
    """Return what sets the stage on each database engine."""
    yield lambda **changes: Stage(any_app, **changes)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(any_app.config["SETTINGS"].data.with_name(SAVED))


def every(made: list[str]) -> list[int]:
    """Return the number of each step, one said over and over only the first two times and the last."""
    places: dict[str, list[int]] = {}
    for number, name in enumerate(made, start=1):
        places.setdefault(name, []).append(number)
    return sorted({place for numbers in places.values() for place in (*numbers[:2], numbers[-1])})


def test_closing_killed_at_every_step(staged) -> None:
    stage = staged()
    whole = stage.keys()
    made = apart(stage.close, Steps())
    stage.expect_closed()
    for word in ("leaf", "response", "sealed_response", "survey", "os.remove", "os.rmdir", "fsync", "COMMIT", "VACUUM"):
        assert any(word.lower() in name.lower() for name in made), f"{word}: the steps are not all seen"
    sealed = finished = 0
    for number in every(made):
        stage.reset()
        apart(stage.close, Steps(number))
        where = f"killed at step {number} of {len(made)}: {made[number - 1]}"
        # What others see before the next start.
        if stage.survey.state is SurveyState.OPEN:
            assert stage.counts() == (ANSWERS, 0, 0), where
        else:
            assert stage.counts() == (0, ANSWERS, 2 * ANSWERS), where
            if ballots.key_folder(stage.id).exists():
                with pytest.raises(closing.BeingClosed):
                    closing.must_be_finished(stage.survey)
        db.session.rollback()
        # The next start.
        closing.finish_interrupted()
        db.session.rollback()
        if stage.survey.state is SurveyState.OPEN:
            sealed += 1
            assert stage.counts() == (ANSWERS, 0, 0) and stage.keys() == whole, where
            if sealed % 5 == 1:  # it takes answers and closes as if nothing had happened
                stage.send(stage.voting.slips[2])
                stage.close()
                stage.expect_closed(ANSWERS + 1)
        else:
            finished += 1
            stage.expect_closed()
    assert sealed > 5 and finished > 5, "both sides of the point of no return were tried"


def test_a_round_killed_at_every_step(staged, monkeypatch) -> None:
    monkeypatch.setattr(rounds.rules, "value", lambda within, key: 3)
    stage = staged(rounds=True)
    made = apart(lambda: rounds.open_round(stage.survey), Steps())
    assert stage.counts() == (0, ANSWERS, 2 * ANSWERS) and stage.keys() == {"box", "box-1", "issue.pem", "receipt.pem"}
    before = after = 0
    for number in every(made):
        stage.reset()
        apart(lambda: rounds.open_round(stage.survey), Steps(number))
        where = f"killed at step {number} of {len(made)}: {made[number - 1]}"
        closing.finish_interrupted()
        db.session.rollback()
        survey = stage.survey
        assert survey.state is SurveyState.OPEN, where
        if survey.round == 0:
            before += 1
            assert stage.counts() == (ANSWERS, 0, 0) and len(ballots.keys(stage.id).seal_key(0)) == 32, where
        else:
            after += 1
            assert stage.counts() == (0, ANSWERS, 2 * ANSWERS) and not closing.interrupted(), where
            with pytest.raises(FileNotFoundError):
                ballots.keys(stage.id).seal_key(0)
            db.session.rollback()
            stage.expect_wiped()
        if number % 5 == 0:
            stage.send(stage.voting.slips[0])  # spent already: harmless
            stage.send(stage.voting.slips[2])
            stage.close()
            stage.expect_closed(ANSWERS + 1)
    assert before > 5 and after > 3
