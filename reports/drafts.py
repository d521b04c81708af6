"""The head of a report as last chosen: what stands above and below its text, per style and language."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

from flask import current_app
from sqlalchemy import select

from core import audit
from core.db import db
from core.errors import Stale
from core.i18n import _
from core.terms import PdfVariant, ReportStyle
from investigations.models import Investigation
from members.models import Account
from reports.models import Draft

NotesAt = Literal["page", "end"]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands around a report's text; an empty text is left out, no `signed_on` means the day it is issued."""

    masthead: str = ""
    number: str = ""
    addressee: str = ""
    copies_to: str = ""
    printed_by: str = ""
    contents: bool = False
    notes_at: NotesAt = "end"
    signed_on: date | None = None
    variant: PdfVariant = PdfVariant.ACCESSIBLE


NAMES = tuple(field.name for field in fields(Head))
"""What a head is made of, in the order it is asked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A head and the revision it was read at, 0 while none has been kept."""

    head: Head
    revision: int


def read(investigation: Investigation, *, style: ReportStyle, language: str) -> Kept:
    """Return the head kept for this style and language, the house's defaults while there is none."""
    row = _row(investigation, style, language)
    return Kept(_head(row.head), row.revision) if row else Kept(Head(variant=current_app.config["SETTINGS"].pdf), 0)


def keep(
    investigation: Investigation, head: Head, *, style: ReportStyle, language: str, based_on: int, by: Account
) -> Kept:
    """Keep the head for this style and language; raise `Stale` when somebody else changed it since `based_on`."""
    row = _row(investigation, style, language, hold=True)
    if (row.revision if row else 0) != based_on:
        raise Stale(_("Somebody else changed the head of this report meanwhile. Compare both, then save again."))
    if row is None:
        row = Draft(
            organisation_id=investigation.organisation_id,
            investigation_id=investigation.id,
            style=style,
            language=language,
        )
        db.session.add(row)
    row.head = _plain(head)
    audit.note("head", row, by=by)
    db.session.flush()
    return Kept(head, row.revision)


def _row(investigation: Investigation, style: ReportStyle, language: str, *, hold: bool = False) -> Draft | None:
    wanted = select(Draft).where(
        Draft.investigation_id == investigation.id,
        Draft.organisation_id == investigation.organisation_id,
        Draft.style == style,
        Draft.language == language,
    )
    if hold:  # whoever saves at the same time waits, and then sees what was saved
        db.session.execute(
            select(Investigation.id).where(Investigation.id == investigation.id).with_for_update(key_share=True)
        )
        wanted = wanted.execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def _plain(head: Head) -> dict[str, Any]:
    values = asdict(head)
    return values | {"signed_on": head.signed_on.isoformat() if head.signed_on else None, "variant": head.variant.value}


def _head(kept: Mapping[str, Any]) -> Head:
    """Read a head from its row; what an older program kept and this one does not know is passed over."""
    values = {name: value for name, value in kept.items() if name in NAMES}
    signed = values.get("signed_on")
    values["signed_on"] = date.fromisoformat(signed) if signed else None
    values["variant"] = PdfVariant(values.get("variant") or PdfVariant.ACCESSIBLE)
    return Head(**values)
