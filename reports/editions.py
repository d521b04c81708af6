"""Editions: a report issued, printed and withdrawn."""

import hashlib
import os
import secrets
from pathlib import Path

from flask import current_app

from core import audit, jobs
from core.clock import now
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.terms import JobState, ReportStyle
from investigations.models import Investigation
from members.models import Account
from reports import blocks, compose, evidence, html, pdf
from reports.models import Edition

FOLDER = "reports"


def issue(investigation: Investigation, *, style: ReportStyle, language: str, by: Account) -> Edition:
    """Freeze the report as it stands now and ask for it to be printed."""
    document = compose.compose(evidence.gather(investigation, within=by.organisation, language=language), style=style)
    edition = Edition(
        organisation_id=investigation.organisation_id,
        investigation_id=investigation.id,
        style=style,
        language=language,
        title=document.title.replace("\n", ""),
        document=blocks.to_json(document),
        issued_at=now(),
        issued_by=by.id,
    )
    db.session.add(edition)
    db.session.flush()
    edition.job_id = jobs.enqueue(
        "reports.render", organisation_id=investigation.organisation_id, language=language, edition_id=edition.id
    ).id
    audit.note("issue", edition, by=by)
    return edition


def printed(document: blocks.Document, *, style: ReportStyle) -> bytes:
    """Return the PDF of a document."""
    return pdf.print_pdf(html.page(document, style=style.value))


def keep(edition: Edition, content: bytes, pages: int) -> None:
    """Keep the printed file in the instance folder; the row names it only once it is safely on disk."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{edition.id}-{secrets.token_hex(8)}.pdf"
    draft = folder / f".{name}"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / name)
    edition.file, edition.pages, edition.sha256 = name, pages, hashlib.sha256(content).hexdigest()
    db.session.flush()


def print_again(edition: Edition, *, by: Account) -> None:
    """Ask once more for an edition whose printing failed."""
    job = db.session.get(jobs.Job, edition.job_id) if edition.job_id else None
    if job is not None and job.state is not JobState.FAILED:
        return
    edition.job_id = jobs.enqueue(
        "reports.render", organisation_id=edition.organisation_id, language=edition.language, edition_id=edition.id
    ).id
    audit.note("print again", edition, by=by)


def file_of(edition: Edition) -> Path:
    """Return where the printed file is; raise `NotFound` while there is none."""
    path = _folder() / edition.file
    if not edition.file or not path.is_file():
        raise NotFound(_("This report has not been printed yet."))
    return path


def _folder() -> Path:
    return current_app.config["SETTINGS"].data / FOLDER
