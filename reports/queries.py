"""Editions found, always within one organisation."""

from sqlalchemy import select

from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.jobs import Job
from investigations.models import Investigation
from members.models import Account, Organisation
from reports.models import Edition


def edition(edition_id: int, *, within: Organisation) -> Edition:
    """Return one edition; raise `NotFound`."""
    found = db.session.scalar(select(Edition).where(Edition.id == edition_id, Edition.organisation_id == within.id))
    if found is None:
        raise NotFound(_("There is no such report in your organisation."))
    return found


def editions(investigation: Investigation) -> list[tuple[Edition, Job | None]]:
    """Return an investigation's editions, newest first, each with the job that prints it."""
    rows = db.session.execute(
        select(Edition, Job)
        .outerjoin(Job, Job.id == Edition.job_id)
        .where(Edition.investigation_id == investigation.id, Edition.organisation_id == investigation.organisation_id)
        .order_by(Edition.id.desc())
        .limit(50)
    )
    return [(edition, job) for edition, job in rows]


def job_of(edition: Edition) -> Job | None:
    """Return the job that prints an edition."""
    return db.session.get(Job, edition.job_id) if edition.job_id else None


def people(edition: Edition) -> dict[int, str]:
    """Return the names of who issued and who withdrew an edition, by account."""
    ids = [number for number in (edition.issued_by, edition.withdrawn_by) if number]
    rows = db.session.execute(
        select(Account.id, Account.name).where(Account.id.in_(ids), Account.organisation_id == edition.organisation_id)
    )
    return {row.id: row.name for row in rows}
