"""Editions: a report issued, printed, checked and withdrawn; what was issued is never changed."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.orm import Mapper, ORMExecuteState, Session
from sqlalchemy.orm.attributes import get_history

from core import audit, clock, jobs, storage
from core.clock import now
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound
from core.i18n import _, language, speaking
from core.terms import FileFormat, JobState, PdfVariant, ReportStyle, Role
from investigations.models import Investigation
from members.models import Account, Organisation
from reports import blocks, compose, drafts, engine, evidence, formats, wordings
from reports.models import Edition

FOLDER = "reports"
FROZEN = (
    "organisation_id",
    "investigation_id",
    "year",
    "number",
    "style",
    "language",
    "variant",
    "title",
    "document",
    "document_sha256",
    "issued_at",
    "issued_by",
)
PRINTED = ("file", "pages", "sha256", "engine")
WITHDRAWN = ("withdrawn_at", "withdrawn_by", "withdrawn_reason")
NAME_BYTES = 200  # of a file name: file systems end at 255
LONGEST_REASON = 500
UNSEEN = ("Cc", "Cf", "Cs", "Co")  # control and direction marks, halves of signs, private signs


class Frozen(DomainError):
    """An issued report cannot be changed, only withdrawn."""

    def __init__(self) -> None:
        super().__init__(_("An issued report cannot be changed or deleted. Withdraw it and issue a new one."))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What printing an edition once more showed; `changed`: parts of the engine that are not what they were."""

    equal: bool
    document_intact: bool
    file_intact: bool
    changed: tuple[str, ...]


def composed(
    investigation: Investigation, *, style: ReportStyle, language: str, within: Organisation
) -> blocks.Document:
    """Return the report as it stands now, in the secretary's words where there are any."""
    return compose.compose(
        evidence.gather(investigation, within=within, language=language),
        style=style,
        head=asdict(drafts.read(investigation, style=style, language=language).head),
        wordings=wordings.texts(wordings.read(investigation, language=language)),
    )


def issue(investigation: Investigation, *, style: ReportStyle, language: str, by: Account) -> Edition:
    """Freeze the report as it stands now under the next number and ask for it to be printed."""
    document = composed(investigation, style=style, language=language, within=by.organisation)
    variant = drafts.read(investigation, style=style, language=language).head.variant
    year = clock.today().year
    number = _next(investigation.organisation_id, year)
    document = replace(document, edition=called(year, number, language))
    frozen = blocks.to_json(document)
    edition = Edition(
        organisation_id=investigation.organisation_id,
        investigation_id=investigation.id,
        year=year,
        number=number,
        style=style,
        language=language,
        variant=variant,
        title=document.title.replace("\n", "")[:200],
        document=frozen,
        document_sha256=fingerprint(frozen),
        issued_at=now(),
        issued_by=by.id,
    )
    db.session.add(edition)
    db.session.flush()
    edition.job_id = _ask("reports.render", edition).id
    audit.note("issue", edition, by=by)
    return edition


def called(year: int, number: int, language: str) -> str:
    """Return what people call an edition: 2026年第3号."""
    with speaking(language):
        return _("No. %(number)s of %(year)s", number=number, year=year)


def name(edition: Edition) -> str:
    """Return what an edition is called in the reader's language."""
    return called(edition.year, edition.number, language())


def fingerprint(frozen: Mapping[str, Any]) -> str:
    """Return the SHA-256 of blocks as canonical JSON: keys in order, no spaces, UTF-8."""
    canonical = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def document_of(edition: Edition) -> blocks.Document:
    """Return the blocks frozen in an edition, also of one an older program issued."""
    return blocks.from_json(edition.document)


def printed(document: blocks.Document, *, style: ReportStyle, variant: PdfVariant = PdfVariant.ACCESSIBLE) -> bytes:
    """Return the PDF of a document."""
    return written(document, style=style, format=FileFormat.PDF, variant=variant)


def written(
    document: blocks.Document,
    *,
    style: ReportStyle,
    format: FileFormat,
    variant: PdfVariant = PdfVariant.ACCESSIBLE,
) -> bytes:
    """Return a document as a file of that format."""
    return formats.write(document, style=style.value, format=format, variant=variant)


def keep(edition: Edition, content: bytes, pages: int) -> None:
    """Keep the printed file; the row names it only once it is safely stored.

    Printed once more after a crash, it has the same name again, so that none is left over.
    """
    digest = hashlib.sha256(content).hexdigest()
    name = f"{edition.id}-{digest[:16]}.pdf"
    storage.write(_place(name), content)
    edition.file, edition.pages, edition.sha256 = name, pages, digest
    edition.engine = engine.engine()
    db.session.flush()


def keep_beside(edition: Edition, format: FileFormat, content: bytes) -> None:
    """Keep a file of another format beside the printed one; lost, it is made again from the frozen blocks."""
    storage.write(_place(_name(edition, format)), content)


def print_again(edition: Edition, *, by: Account) -> None:
    """Ask once more for an edition whose printing failed, or whose other files are missing."""
    job = db.session.get(jobs.Job, edition.job_id) if edition.job_id else None
    if job is not None and job.running:
        return
    if job is not None and job.state is JobState.DONE and not missing(edition):
        return
    edition.job_id = _ask("reports.render", edition).id
    audit.note("print again", edition, by=by)


def verify(edition: Edition, *, by: Account) -> jobs.Job:
    """Ask for an edition to be printed once more from its frozen blocks and compared byte for byte."""
    if not edition.file:
        raise DomainError(_("This report has not been printed yet."))
    audit.note("verify", edition, by=by)
    return jobs.enqueue_once(
        "reports.verify",
        organisation_id=edition.organisation_id,
        language=by.language,
        edition_id=edition.id,
    )


def compared(edition: Edition, again: bytes) -> Verdict:
    """Compare what was printed again with what was issued; a file that was lost is put back when it is the same."""
    digest = hashlib.sha256(again).hexdigest()
    name = _place(edition.file)
    if digest == edition.sha256 and not storage.exists(name):
        storage.write(name, again)
    try:
        kept = hashlib.sha256(storage.read(name)).hexdigest()
    except storage.Missing:
        kept = ""
    return Verdict(
        equal=digest == edition.sha256,
        document_intact=fingerprint(edition.document) == edition.document_sha256,
        file_intact=kept == edition.sha256,
        changed=tuple(engine.changes(edition.engine, engine.engine())),
    )


def withdraw(edition: Edition, *, reason: str, by: Account) -> None:
    """Withdraw an edition for good and say why; raise `DomainError` when it is withdrawn, `BadInput` without reason."""
    reason = " ".join(reason.replace("\0", "").split())
    if edition.withdrawn_at is not None:
        raise DomainError(_("This report was withdrawn before. Nothing was changed."))
    if not reason:
        raise BadInput(_("Please say why it is withdrawn; readers will see it."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise BadInput(_("A reason may hold up to %(most)s characters.", most=LONGEST_REASON), field="reason")
    edition.withdrawn_at, edition.withdrawn_by, edition.withdrawn_reason = now(), by.id, reason
    audit.note("withdraw", edition, by=by)


def readable(edition: Edition, reader: Account) -> bool:
    """Say whether `reader` may read the text: a withdrawn report is open to the secretary only."""
    return edition.withdrawn_at is None or reader.role is Role.SECRETARY


def file_of(edition: Edition, format: FileFormat = FileFormat.PDF, *, reader: Account) -> Path:
    """Return where a file of an edition can be read.

    Raises `NotFound` while there is none, `NotAllowed` when the reader may not (`readable`).
    """
    if not readable(edition, reader):
        raise NotAllowed(_("This report was withdrawn. Only the secretary can still open it."))
    path = storage.path(_place(_name(edition, format))) if edition.file else None
    if path is None or not path.is_file():
        raise NotFound(_("This report has not been printed yet."))
    return path


def missing(edition: Edition) -> list[FileFormat]:
    """Return the formats no file is kept of."""
    return [each for each in FileFormat if not edition.file or not _kept(edition, each)]


def file_name(edition: Edition, format: FileFormat) -> str:
    """Return the name a file is handed out under: the title as every system can keep it, and the edition."""
    number = called(edition.year, edition.number, edition.language)
    mark = _("withdrawn") + "_" if edition.withdrawn_at else ""
    tail = f"_{_plain(number)}.{format.value}"
    title = _plain(edition.title) or "report"
    room = NAME_BYTES - len((mark + tail).encode())
    return mark + title.encode()[:room].decode(errors="ignore").rstrip("_. ") + tail


def _plain(text: str) -> str:
    """Return a text fit for a file name: no separators, no control or direction marks, no spaces."""
    kept = "".join(
        sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
    return re.sub(r'[\\/:*?"<>|\s]+', "_", kept).strip("_. ")


def _next(organisation_id: int, year: int) -> int:
    """Return the next number of the year; whoever issues at the same time waits until this one is written."""
    own = select(Organisation.id).where(Organisation.id == organisation_id)
    db.session.execute(own.with_for_update(key_share=True))
    highest = select(func.max(Edition.number)).where(Edition.organisation_id == organisation_id, Edition.year == year)
    return (db.session.scalar(highest) or 0) + 1


def _ask(name: str, edition: Edition) -> jobs.Job:
    return jobs.enqueue(name, organisation_id=edition.organisation_id, language=edition.language, edition_id=edition.id)


def _name(edition: Edition, format: FileFormat) -> str:
    return edition.file.removesuffix(".pdf") + f".{format.value}"


def _kept(edition: Edition, format: FileFormat) -> bool:
    return storage.exists(_place(_name(edition, format)))


def _place(name: str) -> str:
    return f"{FOLDER}/{name}"


# --- the session refuses --------------------------------------------------------------------------------------------


@event.listens_for(Edition, "before_update")
def _stay_as_issued(mapper: Mapper[Edition], connection: Connection, edition: Edition) -> None:
    """Refuse to write a row whose frozen parts were changed, or that is printed or withdrawn a second time."""
    stored = _stored(connection, edition)
    kept = FROZEN + (PRINTED if stored["file"] else ()) + (WITHDRAWN if stored["withdrawn_at"] else ())
    for name in kept:
        added = get_history(edition, name).added
        if added and added[0] != stored[name]:
            raise Frozen


@event.listens_for(Edition, "before_delete")
def _stay(mapper: Mapper[Edition], connection: Connection, edition: Edition) -> None:
    """Refuse to remove what people may have in their hands."""
    raise Frozen


@event.listens_for(Session, "do_orm_execute")
def _no_bulk(state: ORMExecuteState) -> None:
    """Refuse bulk statements on editions: they would pass the rows by."""
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and issubclass(mapper.class_, Edition):
        raise Frozen


def _stored(connection: Connection, edition: Edition) -> RowMapping:
    """Return what the database says, whatever the session believes."""
    columns = [Edition.__table__.c[name] for name in (*FROZEN, *PRINTED, *WITHDRAWN)]
    return connection.execute(select(*columns).where(Edition.__table__.c.id == edition.id)).mappings().one()
