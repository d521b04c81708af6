"""What waits on a page: files being made or ready to be fetched, and files being looked through or taken in."""

from dataclasses import dataclass
from datetime import datetime

from core import jobs
from core.errors import DomainError, NotFound, Stale
from core.i18n import _, language
from core.jobs import Job
from core.terms import JobState
from exchange import concerns
from exchange.concerns import gathering, keeping, taking
from exchange.concerns.base import Format
from exchange.concerns.taking import Look
from investigations.models import Investigation
from members.models import Account, Organisation

WRITE, LOOK, TAKE = "exchange.write_concerns", "exchange.look_through", "exchange.take_in"


@dataclass(frozen=True, slots=True)
class Offer:
    """A format on the page: made at once or `later`; `job` where one runs or did not end well, else `ready` if kept."""

    kind: Format
    later: bool
    job: Job | None = None
    ready: int = 0  # bytes
    made_at: datetime | None = None


def offers(investigation: Investigation, *, within: Organisation, passages: int) -> list[Offer]:
    """Return every format with what is there of it; a file of what has changed since is there no more."""
    found, now = [], ""
    for kind in concerns.formats.values():
        offer = Offer(kind, concerns.takes_long(kind, passages))
        row = _last(kind, investigation, within)
        if row is not None and row.state is not JobState.DONE:
            offer = Offer(kind, offer.later, row)
        elif row is not None and row.result and keeping.there(row.result["file"], investigation):
            now = now or gathering.stamp(investigation, within=within)
            if row.result["of"] == now:
                offer = Offer(kind, offer.later, None, row.result["bytes"], row.finished_at)
        found.append(offer)
    return found


def make(kind: Format, investigation: Investigation, *, within: Organisation) -> Job:
    """Begin to make a file; who asks while it is being made gets the same one."""
    return jobs.enqueue_once(
        WRITE, organisation_id=within.id, language=language(), investigation_id=investigation.id, key=kind.key
    )


def fetched(kind: Format, investigation: Investigation, *, within: Organisation, by: Account) -> bytes:
    """Return a file that was made, and write down that `by` took it out; raise `NotFound`, or `Stale`.

    It is stale when anything it was made of has changed: what was struck out since must not leave.
    """
    row = _last(kind, investigation, within)
    if row is None or row.state is not JobState.DONE or not row.result:
        raise NotFound(_("This file is no longer kept. Nothing was lost: make it, or choose it, again."))
    content = keeping.fetch(row.result["file"], investigation)
    if row.result["of"] != gathering.stamp(investigation, within=within):
        raise Stale(_("The concerns have changed since this file was made. Make it again."))
    concerns.noted(kind, investigation, by=by)
    return content


def look_through(content: bytes, name: str, investigation: Investigation, *, by: Account) -> Job:
    """Begin to look through a large file; raise `BadInput` when it is of no kind we read."""
    ending = concerns.ending(name)
    return jobs.enqueue(
        LOOK,
        organisation_id=investigation.organisation_id,
        language=language(),
        investigation_id=investigation.id,
        account_id=by.id,
        file=keeping.keep(content, investigation),
        ending=ending,
    )


def take_in(looked: Job, investigation: Investigation, *, seen: str, by: Account) -> Job:
    """Begin to take in what a page showed of a large file; who presses twice gets the same work."""
    return jobs.enqueue_once(
        TAKE,
        organisation_id=investigation.organisation_id,
        language=language(),
        investigation_id=investigation.id,
        account_id=by.id,
        file=(looked.result or {}).get("file", ""),
        seen=seen,
    )


def own(job_id: int | None, investigation: Investigation, *, within: Organisation, by: Account) -> Job | None:
    """Return work of `by` on a large file of this investigation, None for anything else."""
    if job_id is None:
        return None
    try:
        row = jobs.find(job_id, within=within)
    except DomainError:
        return None
    asked = {"investigation_id": investigation.id, "account_id": by.id}
    return row if row.name in (LOOK, TAKE) and asked.items() <= row.arguments.items() else None


def looked(row: Job, investigation: Investigation) -> Look:
    """Return what was seen in a large file; raise `NotFound` a day later."""
    return taking.seen_again(keeping.fetch((row.result or {}).get("file", ""), investigation))


def _last(kind: Format, investigation: Investigation, within: Organisation) -> Job | None:
    return jobs.latest(WRITE, within=within, investigation_id=investigation.id, key=kind.key)
