"""Closing a survey: the box is opened once, and everything that could tie an answer to a person is destroyed.

The one place besides core.db that commits: the answers must be safely in the database before the traces are
scrubbed, and the traces scrubbed before the key goes. Whatever step fails, the survey is either still sealed, or
closed with the key still there; closing it again finishes the work. The key file is the sign that work is left.
"""

import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import delete, insert, select, text

from core import audit, clock, jobs, seal
from core.db import db
from core.errors import DomainError
from core.i18n import _, language
from core.terms import SurveyState
from members import rules
from members.models import Organisation
from surveys import ballots, keying, queries, questionnaires, snapshots
from surveys.models import KeyedSheet, Response, SealedResponse, Survey

PATIENCE = 50  # times a tenth of a second to wait for readers of an SQLite file


class CannotClose(DomainError):
    """The survey could not be closed, or not completely; nothing is lost."""


def close(survey: Survey, *, by: Any) -> None:
    """Open the box for good and destroy its key; safe to call again after a failure. Commits on its own."""
    survey_id = survey.id
    db.session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update())
    db.session.refresh(survey)
    if survey.state is SurveyState.DRAFT:
        raise CannotClose(_("This survey has never been opened."))
    if survey.state is SurveyState.OPEN:
        pour_out(survey)
        audit.note("close", survey, by=by)
        if queries.received(survey) > snapshots.LARGE:
            jobs.enqueue(
                "surveys.snapshot", organisation_id=survey.organisation_id, language=language(), survey_id=survey_id
            )
        db.session.commit()
    else:
        db.session.rollback()
    scrub()
    destroy_keys(survey_id)


def ready(survey: Survey) -> bool:
    """Say whether nothing stands in the way of closing: no paper form with two keyings that differ."""
    return not keying.standing(survey).differing


def closes_itself_on(survey: Survey) -> date | None:
    """Return the day an open survey closes without anybody's click; None when no last day is set."""
    if survey.state is not SurveyState.OPEN or survey.closes_on is None:
        return None
    organisation = db.session.get_one(Organisation, survey.organisation_id)
    return survey.closes_on + timedelta(days=rules.value(organisation, "surveys.close_after_days") + 1)


def may_close_itself(survey: Survey) -> bool:
    """Say whether a survey's last day is so long past that it closes by itself, and nothing stands in the way."""
    due = closes_itself_on(survey)
    return due is not None and due <= clock.today() and ready(survey)


def interrupted() -> list[Survey]:
    """Return the closed surveys whose keys are still there."""
    left = [int(name) for path in _key_folders() if (name := path.name.removeprefix("survey-")).isdigit()]
    query = select(Survey).where(Survey.id.in_(left), Survey.state == SurveyState.CLOSED)
    return list(db.session.scalars(query)) if left else []


def _key_folders() -> Iterator[Path]:
    return ballots.key_folder(0).parent.glob("survey-*")


def unfinished(survey: Survey) -> bool:
    """Say whether a closed survey's key is still there because closing was interrupted."""
    return survey.state is SurveyState.CLOSED and ballots.key_folder(survey.id).exists()


def pour_out(survey: Survey) -> None:
    """Turn sealed rows into responses under fresh random keys, written in the order of those keys."""
    keying.cast_rest(survey, size=questionnaires.ready(survey.version).sealed_size)
    rows = db.session.execute(
        select(SealedResponse.tag, SealedResponse.box).where(SealedResponse.survey_id == survey.id)
    ).all()
    opened = _opened(survey.id, rows) if rows else []
    if opened:
        db.session.execute(insert(Response), sorted(opened, key=lambda row: row["id"]))
    db.session.execute(delete(SealedResponse).where(SealedResponse.survey_id == survey.id))
    db.session.execute(delete(KeyedSheet).where(KeyedSheet.survey_id == survey.id))
    survey.state, survey.closed_on = SurveyState.CLOSED, clock.today()
    db.session.flush()


def _opened(survey_id: int, rows: Any) -> list[dict[str, Any]]:
    try:
        box = ballots.box(survey_id)
        contents = [box.open(tag, sealed) for tag, sealed in rows]
    except (ballots.NotOpen, seal.CannotOpen) as error:
        raise CannotClose(
            _(
                "The answers are still sealed: the survey's key is missing or is not the one they were sealed with. "
                "Put the folder %(folder)s back from this machine and close the survey again; nothing is lost.",
                folder=f"keys/survey-{survey_id}",
            )
        ) from error
    return [
        {
            "id": secrets.token_hex(16),
            "survey_id": survey_id,
            "channel": content.channel,
            "complete": content.complete,
            "answers": content.answers,
        }
        for content in contents
    ]


def scrub() -> None:
    """Rewrite the database file, so that neither free pages nor the write-ahead log keep the order of arrival."""
    if db.engine.dialect.name == "sqlite":
        _scrub_sqlite()
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM sealed_response"))
        connection.execute(text("VACUUM response"))


def _scrub_sqlite() -> None:
    # The driver's own connection: SQLAlchemy would open a transaction, in which VACUUM is refused.
    pooled = db.engine.raw_connection()
    try:
        connection = pooled.driver_connection
        assert connection is not None
        connection.execute("VACUUM").close()
        for _attempt in range(PATIENCE):
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return
            sleep(0.1)
    finally:
        pooled.close()
    raise CannotClose(
        _("The survey is closed, but its traces could not be wiped yet because the database is busy. Try again.")
    )


def destroy_keys(survey_id: int) -> None:
    """Overwrite and remove the survey's key, then its folder."""
    folder = ballots.key_folder(survey_id)
    seal.destroy_key(folder, ballots.KEY)
    if folder.exists():
        folder.rmdir()
