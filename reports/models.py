"""Reports as they were issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, TermType
from core.terms import FileFormat, PdfVariant, ReportStyle


class Edition(Model):
    """A report frozen when issued: its blocks, and the file printed from them."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("organisation_id", "year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id", ondelete="CASCADE"), index=True)
    year: Mapped[int]  # with `number`: how people name the edition, counted within an organisation and a year
    number: Mapped[int]
    style: Mapped[ReportStyle] = mapped_column(TermType(ReportStyle))
    language: Mapped[str] = mapped_column(String(5))
    variant: Mapped[PdfVariant] = mapped_column(TermType(PdfVariant), default=PdfVariant.ACCESSIBLE)
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    document_sha256: Mapped[str] = mapped_column(String(64), default="")  # of the blocks as canonical JSON
    engine: Mapped[str] = mapped_column(String(80), default="")  # what printed it: the same prints the same bytes
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    file: Mapped[str] = mapped_column(String(80), default="")  # inside the instance folder, once printed
    pages: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="")


class Draft(Model):
    """What stands above and below a report's text, as last chosen: red head, addressee, copies, contents."""

    __tablename__ = "report_draft"
    __table_args__ = (UniqueConstraint("investigation_id", "style", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id", ondelete="CASCADE"))
    style: Mapped[ReportStyle] = mapped_column(TermType(ReportStyle))
    language: Mapped[str] = mapped_column(String(5))
    head: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class Wording(Model):
    """One passage of a report in the secretary's words, and what the program had written there at the time."""

    __tablename__ = "report_wording"
    __table_args__ = (UniqueConstraint("investigation_id", "language", "passage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    investigation_id: Mapped[int] = mapped_column(ForeignKey("investigation.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(5))
    passage: Mapped[str] = mapped_column(String(120))  # the key of a paragraph, the same after every refresh
    text: Mapped[str] = mapped_column(Text)  # empty: left out of the report
    generated: Mapped[str] = mapped_column(Text)  # what the numbers said when it was worded
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class Rendering(Model):
    """A file made from a document, kept by the hash of what it was made from; lost, it is made again."""

    __tablename__ = "report_rendering"
    __table_args__ = (UniqueConstraint("organisation_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sha256: Mapped[str] = mapped_column(String(64))  # of blocks, style, format, variant and engine together
    style: Mapped[ReportStyle] = mapped_column(TermType(ReportStyle))
    format: Mapped[FileFormat] = mapped_column(TermType(FileFormat))
    variant: Mapped[PdfVariant] = mapped_column(TermType(PdfVariant))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    file: Mapped[str] = mapped_column(String(80), default="")  # inside the instance folder, once made
    pages: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime]
