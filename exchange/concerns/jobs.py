"""Background work on files of concerns: made, looked through, taken in, and removed after a day.

A job's row holds numbers and the random name of a sealed file: no word of anybody's, neither when it fails.
"""

from collections.abc import Iterable
from typing import Any

from core.db import db
from core.errors import BadInput, NotFound
from core.i18n import _
from core.jobs import Progress, due, job, stoppable
from exchange import concerns
from exchange.concerns import gathering, keeping, taking
from exchange.concerns.base import Tell
from exchange.concerns.comparing import compare
from investigations.models import Investigation
from members.models import Account, Organisation

STEP = 0.02  # the least progress worth telling
READING, WRITING = 0.2, 0.95  # the shares at which a file has been read, and at which writing begins


@stoppable
@job
def write_concerns(progress: Progress, *, investigation_id: int, key: str) -> dict[str, Any]:
    """Make a file of the concerns and keep it for a day; return its name, its size in bytes, and what it was made of.

    `of` is `gathering.stamp`: a file of what has changed since is not handed out.
    """
    investigation, within = _here(investigation_id)
    made_of = gathering.stamp(investigation, within=within)
    content = concerns.written(concerns.named(key), investigation, within=within, tell=_stretch(progress, 0, WRITING))
    progress(WRITING)
    return {"file": keeping.keep(content, _here(investigation_id)[0]), "bytes": len(content), "of": made_of}


@stoppable
@job
def look_through(
    progress: Progress, *, investigation_id: int, account_id: int, file: str, ending: str
) -> dict[str, Any]:
    """Look through a large file somebody sent, keep what would become of it, and return the name it is kept under."""
    investigation, within = _here(investigation_id)
    content = keeping.fetch(file, investigation)
    progress(STEP)  # nothing is held while the file is read
    try:
        book = concerns.read(content, f"{_('File')}.{ending}")
        progress(READING)
        investigation, within = _here(investigation_id)
        found = compare(book, investigation, within=within, tell=_stretch(progress, READING, WRITING))
        look = taking.looked_through(book, found)
    except BadInput as no:  # says words of the file, which have no place in a job's row
        look = taking.refused(str(no))
    progress(WRITING)
    investigation, _within = _here(investigation_id)
    kept = keeping.keep(look, investigation)
    keeping.drop(file, investigation)
    return {"file": kept}


@stoppable
@job
def take_in(progress: Progress, *, investigation_id: int, account_id: int, file: str, seen: str) -> dict[str, Any]:
    """Take in a large file as it was looked through; return how many concerns are new, changed, and passages moved."""
    investigation, within = _here(investigation_id)
    look = taking.seen_again(keeping.fetch(file, investigation))
    by, tell = db.session.get_one(Account, account_id), _stretch(progress, 0, WRITING)
    found = taking.take_in(look.book, investigation, seen=seen, within=within, by=by, tell=tell)
    return taking.told(found)


@due("exchange.remove_old_files")
def organisations_with_old_files() -> Iterable[int]:
    """Return the organisations with files that waited for more than a day."""
    return keeping.organisations_with_old_ones()


@job
def remove_old_files(progress: Progress, *, within_id: int) -> dict[str, int]:
    """Remove what waited for more than a day; return how many files that were."""
    return {"removed": keeping.sweep(within_id)}


def _here(investigation_id: int) -> tuple[Investigation, Organisation]:
    found = db.session.get(Investigation, investigation_id)
    if found is None:
        raise NotFound(_("There is no such investigation in your organisation."))
    return found, db.session.get_one(Organisation, found.organisation_id)


def _stretch(progress: Progress, begin: float, end: float) -> Tell:
    """Progress is a write to the disk: it is told in steps, each of which ends the transaction."""
    told = -1.0

    def tell(share: float) -> None:
        nonlocal told
        if share >= told + STEP or share >= 1:
            told = share
            progress(begin + (end - begin) * share)
        else:
            progress.check()

    return tell
