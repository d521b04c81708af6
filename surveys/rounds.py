"""Rounds: the box of a long survey is opened now and then, so that it need not hold a million ballots.

Each round is opened like the whole at the close, and its key destroyed; the answers are shown only at the end, for
results that grow could be subtracted from each other. What is opened together must be many: a small round could be
matched with those who collected a ballot shortly before.
"""

from sqlalchemy import select

from core import clock
from core.db import db
from core.terms import SurveyState
from members import rules
from members.models import Organisation
from surveys import ballots, closing, opening, wiping
from surveys.models import Survey


def due(survey: Survey) -> bool:
    """Say whether a long survey's box holds enough to be opened, and none was opened today.

    Never while a scrutineer must be there, nor when the keys are not on this machine.
    """
    if survey.state is not SurveyState.OPEN or not survey.rounds or survey.scrutineer:
        return False
    if (survey.tally or {}).get("round_on") == clock.today().isoformat() or not ballots.keys(survey.id).exist():
        return False
    organisation = db.session.get_one(Organisation, survey.organisation_id)
    return opening.unopened(survey) >= rules.value(organisation, "surveys.round_least")


def open_round(survey: Survey) -> bool:
    """Open what lies in the box and go on with a new key; say whether it was due.

    A crash leaves the round sealed, or opened with its key still there; `closing.finish_interrupted` then destroys it.
    Commits on its own; raises `closing.CannotClose`.
    """
    survey_id = survey.id
    db.session.commit()  # whoever waits for a turn must not keep others waiting
    with closing.alone():
        try:
            db.session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update())
            db.session.refresh(survey)
            number = survey.round
            wanted = due(survey)
            if wanted:
                ballots.keys(survey_id).rotate(number + 1)
                opening.pour_round(survey)
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        if wanted:
            wiping.wipe()
            ballots.keys(survey_id).destroy_round(number)
    return wanted
