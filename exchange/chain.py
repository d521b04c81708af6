"""The whole chain from files: roster, survey, answers, talks in; concerns and a printed report out.

The same functions the pages call, in the same order; for the command line, the demo and the tests.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from core import clock, jobs
from core.db import db
from core.errors import BadInput, DomainError
from core.i18n import _
from core.terms import JobState, ReportStyle, Role, Visibility
from interviews import columns
from interviews import imports as talk_imports
from interviews.models import Talk
from interviews.people import People
from investigations import plans
from investigations.models import Investigation
from members import accounts, organisations, roster, roster_file
from members import queries as members
from members.models import Account
from members.organisations import OrganisationDetails, SecretaryDetails
from reports import compose, editions, evidence
from reports.evidence import Evidence
from surveys import closing, fielding, instruments
from surveys import imports as response_imports

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Files:
    """What a chain is fed with."""

    roster: Path
    survey: Path
    responses: Path
    talks: Path


def read(path: Path) -> bytes:
    """Return a file's bytes; raise `BadInput` naming it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(_("%(file)s cannot be read: %(why)s.", file=path, why=error.strerror or error)) from error


def open_house(house: OrganisationDetails, secretary: SecretaryDetails) -> Account:
    """Found the organisation and return its secretary's account."""
    account = organisations.found(house, secretary)
    db.session.commit()
    return account


def run(
    files: Files, plan: plans.Plan, *, by: Account, tell: Tell, known: Callable[[], None] | None = None
) -> Investigation:
    """Take the files through the chain; commit after each link, raise `BadInput` or `DomainError` at a broken one.

    `known` is called once everybody is on the roster.
    """
    within = by.organisation
    written = roster.write_parsed(roster_file.parse(read(files.roster), files.roster.name), within)
    if known is not None:
        known()
    db.session.commit()
    tell(_("roster: %(count)s people", count=len(written.lines)))
    investigation = plans.begin(plan, within=within, by=by)
    definition = instruments.read(read(files.survey), files.survey.name)
    survey = fielding.create(investigation, definition, within=within, by=by)
    fielding.open_(survey, within=within, by=by)
    db.session.commit()
    counted = response_imports.import_responses(
        read(files.responses), files.responses.name, survey, within=within, by=by
    )
    db.session.commit()
    tell(_("responses: %(count)s", count=counted.new))
    closing.close(survey, by=by)
    _give_keys(read(files.talks), files.talks.name, by=by)
    held = talk_imports.import_talks(
        read(files.talks), files.talks.name, within=within, by=by, investigation=investigation
    )
    db.session.commit()
    tell(_("talks: %(count)s", count=held.new))
    return investigation


def _give_keys(talks: bytes, name: str, *, by: Account) -> None:
    """Open an account for every interviewer who is to read notes alone: without a key nobody could ever open them."""
    within, people = by.organisation, People(by.organisation)
    held = {account.member_id for account in members.accounts(within)}
    for raw in talk_imports.read(talks, name):
        try:
            level = columns.visibility(raw.texts.get("visibility", ""))
            interviewer = people.find(raw.texts.get("interviewer", ""))
        except DomainError:
            continue  # the import says what is wrong with the row
        if level is Visibility.INTERVIEWER and interviewer.id not in held:
            details = accounts.AccountDetails(name=interviewer.name, role=Role.COMMITTEE, member=interviewer)
            accounts.make(within, interviewer.number, throw_away_password(), details, language=by.language)
            held.add(interviewer.id)


def dates_of_talks(investigation: Investigation) -> tuple[date, date]:
    """Return the first and the last day a talk of the investigation was held, today when there is none."""
    first, last = db.session.execute(
        select(func.min(Talk.held_on), func.max(Talk.held_on)).where(Talk.investigation_id == investigation.id)
    ).one()
    return first or clock.today(), last or clock.today()


def group(investigation: Investigation, *, by: Account) -> None:
    """Group the concerns and wait for it."""
    job = jobs.enqueue(
        "concerns.regroup",
        organisation_id=investigation.organisation_id,
        language=by.language,
        investigation_id=investigation.id,
    )
    db.session.commit()
    job_id = job.id
    jobs.run(job_id)
    ended = jobs.find(job_id, within=by.organisation)
    if ended.state is not JobState.DONE:
        raise DomainError(_("The concerns could not be grouped: %(error)s.", error=ended.error))


def report(investigation: Investigation, *, by: Account, language: str, style: ReportStyle) -> tuple[Evidence, bytes]:
    """Return what the report is made from, and the report as PDF."""
    found = evidence.gather(investigation, within=by.organisation, language=language)
    return found, editions.printed(compose.compose(found, style=style), style=style)


def throw_away_password() -> str:
    """Return a password nobody needs to know."""
    return secrets.token_urlsafe(24)
