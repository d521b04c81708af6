"""Trial answers: an instrument tried out as a respondent would, apart from every result, wiped at publishing."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select

from core.db import db
from core.errors import DomainError
from core.i18n import _
from surveys.models import Instrument, TrialAnswer

MOST = 200


def keep(instrument: Instrument, answers: Mapping[str, Any]) -> TrialAnswer:
    """Keep one answer of a trial; raise `DomainError` when there are too many."""
    if count(instrument) >= MOST:
        raise DomainError(_("There are %(most)s trial answers already. Wipe them to try on.", most=MOST))
    made = TrialAnswer(id=secrets.token_hex(16), instrument_id=instrument.id, answers=dict(answers))
    db.session.add(made)
    db.session.flush()
    return made


def listed(instrument: Instrument) -> list[dict[str, Any]]:
    """Return the trial answers, by their random key."""
    query = select(TrialAnswer.answers).where(TrialAnswer.instrument_id == instrument.id).order_by(TrialAnswer.id)
    return list(db.session.scalars(query))


def count(instrument: Instrument) -> int:
    """Return how many trial answers there are."""
    query = select(func.count()).select_from(TrialAnswer).where(TrialAnswer.instrument_id == instrument.id)
    return db.session.scalar(query) or 0


def wipe(instrument: Instrument) -> None:
    """Delete the trial answers."""
    db.session.execute(delete(TrialAnswer).where(TrialAnswer.instrument_id == instrument.id))
    db.session.flush()
