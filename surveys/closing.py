"""Closing a survey: the box is opened once, and everything that could tie an answer to a person is destroyed.

The one place besides core.db that commits: the answers must be safely in the database before the traces are wiped, and
the traces wiped before the keys go. Whatever step fails, the survey is either still sealed, or closed with its keys
still there; then nobody sees its results until `finish_interrupted`, which runs when the product starts, when a survey
page is asked for, and every half minute in the worker, has done the rest. The keys are the sign that work is left.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from time import sleep
from typing import IO, Any

from flask import Flask, current_app, request
from sqlalchemy import inspect, select

from anonymity import blind, manifest
from core import audit, clock, jobs
from core.db import db
from core.errors import DomainError
from core.i18n import _, language
from core.terms import SurveyState
from members import rules
from members.models import Organisation
from surveys import ballots, keying, opening, questionnaires, snapshots, wiping
from surveys.models import Survey
from surveys.opening import CannotClose, WrongPrivateKey

__all__ = ["CannotClose", "WrongPrivateKey"]
PLACES = ("/app/", "/s/", "/k/", "/b/")  # where pages know a survey
PATIENCE = 200  # times a tenth of a second to wait for another process that closes


class BeingClosed(DomainError):
    """The survey is closed, but not everything that could tie an answer to a person is destroyed yet."""


def close(survey: Survey, *, by: Any, private: str = "") -> None:
    """Open the box for good and destroy its keys; safe to call again after a failure. Commits on its own.

    `private`: the scrutineer's private key, where the survey has one. Raises `CannotClose`; nothing is lost then.
    """
    survey_id = survey.id
    db.session.commit()  # whoever waits for a turn must not keep others waiting
    with alone():
        try:
            size = _open_for_good(survey, by=by, private=private)
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        _destroy_traces(survey_id)
    if snapshots.worth_it(size, questionnaires.ready(survey.version), survey.split):
        jobs.enqueue(
            "surveys.snapshot", organisation_id=survey.organisation_id, language=language(), survey_id=survey_id
        )
    db.session.commit()


def _open_for_good(survey: Survey, *, by: Any, private: str) -> int:
    """Do all of closing that one transaction can; return how many answers there are."""
    db.session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
    db.session.refresh(survey)
    if survey.state is SurveyState.DRAFT:
        raise CannotClose(_("This survey has never been opened."))
    if survey.state is SurveyState.OPEN:
        opening.pour_out(survey, private=private)
        audit.note("close", survey, by=by)
    return sum(survey.tally["channels"].values()) if survey.tally else 0


def _destroy_traces(survey_id: int) -> None:
    wiping.wipe()
    ballots.keys(survey_id).destroy()


def ready(survey: Survey) -> bool:
    """Say whether nothing stands in the way of closing: no paper form with two keyings that differ."""
    return not keying.standing(survey).differing


def closes_itself_on(survey: Survey) -> date | None:
    """Return the day an open survey closes without anybody's click; None without a last day, or with a scrutineer."""
    if survey.state is not SurveyState.OPEN or survey.closes_on is None or survey.scrutineer:
        return None
    organisation = db.session.get_one(Organisation, survey.organisation_id)
    return survey.closes_on + timedelta(days=rules.value(organisation, "surveys.close_after_days") + 1)


def may_close_itself(survey: Survey) -> bool:
    """Say whether a survey's last day is so long past that it closes by itself, and nothing stands in the way."""
    due = closes_itself_on(survey)
    return due is not None and due <= clock.today() and ready(survey)


def waits_for_scrutineer(survey: Survey) -> bool:
    """Say whether a survey's last day is over and only its scrutineer can open the box."""
    over = survey.closes_on is not None and survey.closes_on < clock.today()
    return survey.state is SurveyState.OPEN and bool(survey.scrutineer) and over


def unfinished(survey: Survey) -> bool:
    """Say whether a closed survey's keys are still there because closing was interrupted, or is going on."""
    return survey.state is SurveyState.CLOSED and ballots.key_folder(survey.id).exists()


def must_be_finished(survey: Survey) -> None:
    """Raise `BeingClosed` where a closed survey's keys are still there: nobody sees its results until they are gone."""
    if unfinished(survey):
        raise BeingClosed(
            _(
                "The survey is closed, but its keys are not destroyed yet; until then nobody sees its results. "
                "This usually takes less than a minute. Look again."
            )
        )


def interrupted() -> list[Survey]:
    """Return the surveys with keys left that should be gone: of a closed survey, or of a round that was opened."""
    left = [survey_id for survey_id, _folder in _key_folders()]
    if not left:
        return []
    found = db.session.scalars(select(Survey).where(Survey.id.in_(left), Survey.state != SurveyState.DRAFT))
    return [survey for survey in found if survey.state is SurveyState.CLOSED or _spent(survey)]


def _key_folders() -> list[tuple[int, Path]]:
    """Return the surveys whose keys are on this machine, and the folders of these."""
    found = ballots.key_folder(0).parent.glob("survey-*")
    return [(int(name), path) for path in found if (name := path.name.removeprefix("survey-")).isdigit()]


def _spent(survey: Survey) -> list[int]:
    """Return the rounds opened before this one whose keys are still there."""
    keys, found = ballots.keys(survey.id), []
    for number in range(survey.round):
        with suppress(FileNotFoundError):
            keys.seal_key(number)
            found.append(number)
    return found


def finish_interrupted() -> int:
    """Finish what a crash interrupted; return for how many surveys. To be called between transactions.

    Where another process is closing at this moment, or the database is too busy, it is left for the next time.
    """
    db.session.rollback()
    if not _key_folders() or not inspect(db.session.connection()).has_table(Survey.__tablename__):
        return 0
    found = [(survey.id, survey.state, _spent(survey)) for survey in interrupted()]
    db.session.rollback()
    if not found:
        return 0
    try:
        with alone(patience=0):
            wiping.wipe()
            for survey_id, state, rounds in found:
                if state is SurveyState.CLOSED:
                    ballots.keys(survey_id).destroy()
                for number in rounds:
                    ballots.keys(survey_id).destroy_round(number)
    except CannotClose:
        return 0
    return len(found)


def after_restore() -> list[str]:
    """Fit this machine's keys to a database that came back from a backup; return what there is to tell.

    Keys of a survey the database does not know as open are laid aside, never used for another; those of a closed one
    are destroyed. A box whose key was destroyed stays shut for good: nothing brings a key back.
    """
    told = []
    for survey_id, folder in _key_folders():
        survey = db.session.get(Survey, survey_id)
        if survey is None or survey.state is SurveyState.DRAFT or not _fits(survey):
            aside = next(path for number in count(1) if not (path := folder.with_name(f"aside-{number}")).exists())
            folder.rename(aside)
            told.append(f"keys/{folder.name} belongs to no survey of this backup: laid aside as keys/{aside.name}")
    finish_interrupted()
    for survey in db.session.scalars(select(Survey).where(Survey.state == SurveyState.OPEN).order_by(Survey.id)):
        if not ballots.keys(survey.id).exist():
            told.append(
                f"survey {survey.id} ({survey.version.title}): its key is not on this machine, because it was closed "
                "after this backup was made or because it was opened elsewhere; its box can no longer be opened here"
            )
    db.session.rollback()
    return told


def _fits(survey: Survey) -> bool:
    """Say whether the keys on this machine are those the survey was opened with."""
    if survey.manifest is None:
        return True
    try:
        ours = blind.public_der(ballots.keys(survey.id).signer().public)
    except (FileNotFoundError, ValueError):
        return True  # half destroyed
    return ours == manifest.read(survey.manifest).issue_key


def init_app(app: Flask) -> None:
    """Finish what a crash interrupted before the first page of a survey is asked for in each process."""

    @app.before_request
    def finish_first() -> None:
        if request.path.startswith(PLACES) and "closings_finished" not in app.extensions:
            app.extensions["closings_finished"] = True
            finish_interrupted()


@contextmanager
def alone(*, patience: int = PATIENCE) -> Iterator[None]:
    """Let one process of this machine at a time open, wipe and destroy; raise `CannotClose` when it takes too long."""
    folder = current_app.config["SETTINGS"].keys
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".closing").open("a") as turn:
        _take(turn, patience)
        yield


def _take(turn: IO[str], patience: int) -> None:
    for attempt in range(patience + 1):
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if attempt < patience:
                sleep(0.1)
    raise CannotClose(_("Another survey is being closed at this moment. Try again in a minute."))
