"""Collecting a ballot: whoever holds a code has one ballot signed, blindly.

Here the server knows for whom it signs, and sees a number that no ballot cast later can be told from. It writes down
the number's fingerprint, so that the same device (or another with its recovery code) gets the same signature again,
and nobody a second ballot. No time is written, and nothing here ever sees an answer.
"""

import hmac

from sqlalchemy import bindparam, select, update

from anonymity.encoding import Malformed
from anonymity.keys import SurveyKeys
from core import seal
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import Access
from surveys import ballots, codes
from surveys.ballots import NotOpen, UnknownCode
from surveys.models import Invitation
from surveys.queries import PublicSurvey

_invitation = Invitation.__table__
_MINE = (_invitation.c.code_hash == bindparam("code")) & (_invitation.c.survey_id == bindparam("survey"))
_HELD = select(_invitation.c.member_id, _invitation.c.collected, _invitation.c.drew_slip).where(_MINE).with_for_update()
_COLLECT = update(_invitation).where(_MINE).values(collected=bindparam("blinded"))


class AlreadyCollected(DomainError):
    """A ballot was collected with this code before, or its holder drew a paper slip."""


class BlankSlip(DomainError):
    """The code is that of a blank slip, which is a ballot already and has nothing to collect."""


class NotBlinded(BadInput):
    """What was sent to be signed is not a number the key can sign."""


def collect(survey: PublicSurvey, *, code: str, blinded: bytes) -> bytes:
    """Return the blind signature for the holder of a code; the same blinded ballot gets the same one again.

    Raises `NotOpen`, `UnknownCode`, `BlankSlip`, `AlreadyCollected` for another ballot, `NotBlinded`.
    """
    if not survey.answerable or survey.manifest is None:
        raise NotOpen(_("This survey does not take answers at the moment."))
    asked = {"code": codes.fingerprint(code), "survey": survey.id}
    found = db.session.connection().execute(_HELD, asked).one_or_none() if asked["code"] else None
    if found is None or survey.access is not Access.CODES:
        raise UnknownCode(_("This code does not belong to this survey. Please compare it with your slip."))
    if found.member_id is None:
        raise BlankSlip(_("This is a blank ballot slip; it is sent with the answers."))
    fingerprint = seal.digest(blinded)
    if found.drew_slip or (found.collected is not None and not hmac.compare_digest(found.collected, fingerprint)):
        raise AlreadyCollected(_("A ballot has been collected with this code before."))
    signature = _sign(survey, blinded)
    if found.collected is None:
        db.session.connection().execute(_COLLECT, asked | {"blinded": fingerprint})
    return signature


def _sign(survey: PublicSurvey, blinded: bytes) -> bytes:
    try:
        return ballots.read_key(survey.id, SurveyKeys.signer).blind_sign(blinded)
    except Malformed as error:
        raise NotBlinded(_("This page was not complete. Please load it again.")) from error
