"""Background work of surveys: closing by date, rounds, snapshots, reminders by mail."""

from collections.abc import Callable, Iterable

from sqlalchemy import select

from core import clock, mail
from core.db import db
from core.errors import DomainError, NotFound
from core.i18n import _
from core.jobs import due, job
from core.terms import SurveyState
from members.models import Organisation
from surveys import closing, questionnaires, reminders, rounds, snapshots
from surveys.models import Survey


@due("surveys.close_due")
def organisations_with_surveys_to_close() -> Iterable[int]:
    """Return the organisations that have a survey to close, or one whose closing was interrupted."""
    open_ones = db.session.scalars(
        select(Survey).where(Survey.state == SurveyState.OPEN, Survey.closes_on < clock.today())
    )
    wanted = {survey.organisation_id for survey in open_ones if closing.may_close_itself(survey)}
    return wanted | {survey.organisation_id for survey in closing.interrupted()}


@due("surveys.open_rounds")
def organisations_with_rounds_to_open() -> Iterable[int]:
    """Return the organisations with a long survey whose box holds enough for a round, and none was opened today."""
    return {survey.organisation_id for survey in _in_rounds() if rounds.due(survey)}


@job
def open_rounds(progress: Callable[[float], None], *, within_id: int) -> dict[str, int]:
    """Open a round of every long survey of an organisation that is due; return how many."""
    found = [survey.id for survey in _in_rounds() if survey.organisation_id == within_id]
    return {"opened": sum(rounds.open_round(_survey(survey_id)) for survey_id in found)}


def _in_rounds() -> list[Survey]:
    return list(db.session.scalars(select(Survey).where(Survey.state == SurveyState.OPEN, Survey.rounds)))


@job
def close_due(progress: Callable[[float], None], *, within_id: int) -> dict[str, int]:
    """Close an organisation's surveys whose time is over and finish interrupted closings; return how many.

    One that cannot be closed does not keep the others open; raises its `DomainError` when all have been tried.
    """
    closed, failed = closing.finish_interrupted(), None
    found = db.session.scalars(
        select(Survey.id).where(Survey.organisation_id == within_id, Survey.state == SurveyState.OPEN)
    ).all()
    for survey_id in found:
        survey = _survey(survey_id)
        if not closing.may_close_itself(survey):
            continue
        try:
            closing.close(survey, by=None)
            closed += 1
        except DomainError as error:
            db.session.rollback()
            failed = error
    if failed is not None:
        raise failed
    return {"closed": closed}


@job
def snapshot(progress: Callable[[float], None], *, survey_id: int) -> dict[str, int]:
    """Write the columnar snapshot of a closed survey; return its bytes."""
    survey = _survey(survey_id)
    closing.must_be_finished(survey)
    asked = questionnaires.ready(survey.version)
    return {"bytes": snapshots.build(survey, asked, progress=progress).stat().st_size}


@job
def remind(progress: Callable[[float], None], *, survey_id: int, link: str) -> dict[str, int]:
    """Send a reminder to everybody invited who has an address; return how many letters were taken."""
    survey = _survey(survey_id)
    reminders.check(survey)
    organisation = db.session.get_one(Organisation, survey.organisation_id)
    letters = reminders.letters(survey, link, reminders.people(survey, within=organisation))
    progress(0.1)
    taken = mail.send(letters)
    reminders.note(_survey(survey_id), taken, by_mail=True, by=None)
    return {"sent": taken, "letters": len(letters)}


def _survey(survey_id: int) -> Survey:
    found = db.session.get(Survey, survey_id)
    if found is None:
        raise NotFound(_("There is no such survey."))
    return found
