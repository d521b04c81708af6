"""Fielding: a survey is set up, opened, and (in `closing`) closed for good."""

from datetime import date
from pathlib import Path
from typing import Any

from anonymity import blind, manifest, receipts
from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _
from core.settings import ROOT
from core.terms import Access, InvestigationState, Secrecy, Split, SurveyState
from investigations.models import Investigation
from members import rules
from members.models import Organisation
from surveys import ballots, codes, instruments, library, queries, questionnaires, splitting
from surveys.instruments import Definition
from surveys.models import Survey, Version

SAMPLES = {
    "opinion-zh": ROOT / "exchange" / "sample" / "survey.yaml",
    "opinion-en": ROOT / "exchange" / "sample" / "en" / "survey.yaml",
}


def sample(key: str) -> Definition:
    """Return a shipped instrument's definition; raise `NotFound`."""
    return _read(SAMPLES[key]) if key in SAMPLES else library.found(key).definition


def _read(path: Path) -> Definition:
    return instruments.read(path.read_bytes(), path.name)


def create(
    investigation: Investigation,
    asked: Definition | Version,
    *,
    within: Organisation,
    by: Any,
    opens_on: date | None = None,
    closes_on: date | None = None,
    access: Access = Access.CODES,
    secrecy: Secrecy = Secrecy.ANONYMOUS,
) -> Survey:
    """Set up a survey of a version or a definition in an investigation; raise `BadInput` or `DomainError`."""
    if investigation.state is not InvestigationState.OPEN:
        raise DomainError(_("This investigation is closed; open it again to add a survey."))
    if opens_on and closes_on and closes_on < opens_on:
        raise BadInput(_("The last day is before the first."), field="closes_on")
    version = asked if isinstance(asked, Version) else instruments.freeze(asked, within=within)
    if version.organisation_id != within.id:
        raise NotFound(_("There is no such instrument in your organisation."))
    survey = Survey(
        organisation_id=within.id,
        investigation_id=investigation.id,
        version_id=version.id,
        public_id=codes.public_id(),
        state=SurveyState.DRAFT,
        access=access,
        secrecy=secrecy,
        opens_on=opens_on,
        closes_on=closes_on,
        created_at=clock.now(),
    )
    db.session.add(survey)
    audit.note("create", survey, by=by)
    return survey


def open_(survey: Survey, *, within: Organisation, by: Any) -> None:
    """Open a draft: make its box key and take answers. Without codes it only takes in files, or is open to a link.

    Raises `DomainError` for a survey that is not a draft, `BadInput` when too few were invited.
    """
    if survey.state is not SurveyState.DRAFT:
        raise DomainError(_("This survey has been opened before."))
    invited, floor = queries.invited(survey), rules.value(within, "suppression.invited_floor")
    if 0 < invited < floor:
        raise BadInput(_("At least %(floor)s people must be invited.", floor=floor))
    survey.split = splitting.decided(survey, questionnaires.ready(survey.version), within=within)
    survey.manifest = _manifest(survey, within)
    survey.state, survey.opened_on = SurveyState.OPEN, clock.today()
    audit.note("open", survey, by=by)
    db.session.flush()


def _manifest(survey: Survey, within: Organisation) -> str:
    """Make the survey's keys and return what every device will pin before it answers."""
    keys = ballots.keys(survey.id)
    keys.create()
    return manifest.build(
        sid=survey.public_id,
        title=survey.version.title,
        definition=survey.version.definition,
        issue_key=blind.public_der(keys.signer().key),
        receipt_key=receipts.public_der(keys.receipt_key()),
        least=rules.value(within, "suppression.results_floor"),
        split=(survey.split or Split.NONE).value,
        rounds=survey.rounds,
        scrutineer=survey.scrutineer or b"",
        cast_size=questionnaires.ready(survey.version).cast_size,
    )


def extend(survey: Survey, closes_on: date, *, by: Any) -> None:
    """Put off the last day; raise `DomainError` for a closed survey, `BadInput` for a day that is over."""
    if survey.state is SurveyState.CLOSED:
        raise DomainError(_("This survey is closed for good."))
    if closes_on < clock.today() or (survey.opens_on and closes_on < survey.opens_on):
        raise BadInput(_("The last day must not be over, nor before the first."), field="closes_on")
    survey.closes_on = closes_on
    audit.note("extend", survey, by=by)
    db.session.flush()


def discard(survey: Survey, *, by: Any) -> None:
    """Remove a draft and its codes."""
    if survey.state is not SurveyState.DRAFT:
        raise DomainError(_("Only a draft can be removed; this survey has been opened."))
    audit.note("discard", survey, by=by)
    db.session.delete(survey)
    db.session.flush()
