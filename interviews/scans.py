"""The signed sheet of a filed record, scanned: kept as it came, sealed to the talk's readers."""

import hashlib

from sqlalchemy import func, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, DomainError, NotAllowed, NotFound
from core.i18n import _, speaking
from interviews import sealing
from interviews.models import Talk, TalkScan
from interviews.queries.readers import may_read, may_write
from members.models import Account, Organisation
from vault import envelopes

LARGEST = 15 * 1024 * 1024  # bytes
MOST = 10
KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}


def attach(talk: Talk, content: bytes, *, by: Account) -> TalkScan:
    """Keep a scan of the signed sheet of a filed record; raise `BadInput` for anything but PDF, JPEG and PNG.

    What the file is called where it comes from is not kept: people name scans after people.
    """
    if not may_write(talk, by):
        raise NotAllowed(_("Only who held this talk or wrote it down, or a secretary who may read it, may add a scan."))
    if talk.filed_on is None or talk.filed_number is None or talk.visibility is None:
        raise DomainError(_("File the record first: only what can no longer change is signed."))
    kind, ending = _kind(content)
    if len(content) > LARGEST:
        raise BadInput(
            _("The file is larger than %(most)s MB. Scan it in grey, or at 200 dpi.", most=LARGEST >> 20), field="file"
        )
    number = _count(talk)
    if number >= MOST:
        raise BadInput(_("A record takes up to %(most)s scans.", most=MOST), field="file")
    digest = hashlib.sha256(content).digest()
    if db.session.scalar(select(TalkScan.id).where(TalkScan.talk_id == talk.id, TalkScan.digest == digest)):
        raise BadInput(_("This very file is attached already."), field="file")
    readers = sealing.readers_of(talk, talk.visibility)
    scan = TalkScan(
        talk_id=talk.id,
        envelope_id=envelopes.put(content, to=readers, organisation_id=talk.organisation_id).id,
        file_name=_file_name(talk, number + 1, ending),
        kind=kind,
        size=len(content),
        digest=digest,
        added_by=by.id,
        added_on=clock.today(),
    )
    db.session.add(scan)
    db.session.flush()
    audit.note("talk.scan", talk, by=by)
    return scan


def of(talk: Talk) -> list[TalkScan]:
    """Return the scans of a record, the first attached first."""
    return list(db.session.scalars(select(TalkScan).where(TalkScan.talk_id == talk.id).order_by(TalkScan.id)))


def find(scan_id: int | None, talk: Talk) -> TalkScan:
    """Return a scan of `talk`; raise `NotFound`."""
    found = db.session.get(TalkScan, scan_id) if scan_id is not None else None
    if found is None or found.talk_id != talk.id:
        raise NotFound(_("There is no such scan."))
    return found


def content_of(scan: TalkScan, talk: Talk, *, reader: Account) -> bytes:
    """Return a scan as it came; raise `DomainError` when it is not what was attached, `Locked`, `NotHanded`."""
    if not may_read(talk, reader):
        raise NotAllowed(_("The notes are not open to you"))
    content = envelopes.take(scan.envelope_id, reader=reader)
    if hashlib.sha256(content).digest() != scan.digest:
        raise DomainError(_("This scan is not the file that was attached: its SHA-256 differs. It was not handed out."))
    return content


def remove(scan: TalkScan, talk: Talk, *, by: Account) -> None:
    """Destroy a scan that was attached by mistake; that it was there stays written down."""
    if not may_write(talk, by):
        raise NotAllowed(
            _("Only who held this talk or wrote it down, or a secretary who may read it, may remove a scan.")
        )
    envelope_id = scan.envelope_id
    db.session.delete(scan)
    db.session.flush()
    envelopes.destroy([envelope_id])
    audit.note("talk.scan.remove", talk, by=by)


def _kind(content: bytes) -> tuple[str, str]:
    for start, kind in KINDS.items():
        if content.startswith(start):
            return kind
    raise BadInput(_("This is no PDF, JPEG or PNG file. Save the scan as one of these."), field="file")


def _count(talk: Talk) -> int:
    return db.session.scalar(select(func.count()).where(TalkScan.talk_id == talk.id)) or 0


def _file_name(talk: Talk, number: int, ending: str) -> str:
    """Name a scan as archives do: year, kind, number, day, what it is; nobody's name."""
    organisation = db.session.get_one(Organisation, talk.organisation_id)
    with speaking(organisation.language):
        what, how = _("heart-to-heart-talk"), _("signed-scan")
    year = talk.filed_on.year if talk.filed_on else talk.held_on.year
    more = f"_{number}" if number > 1 else ""
    return f"{year}_{what}_{talk.filed_number:04d}_{talk.held_on:%Y%m%d}_{how}{more}.{ending}"
