"""The table of background work."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core import jobs
from core.db import Model, TermType
from core.terms import JobState

UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class Job(Model):
    """One piece of background work and how far it has come."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    state: Mapped[JobState] = mapped_column(TermType(JobState), default=JobState.WAITING, index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    error: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def running(self) -> bool:
        """Say whether a reader still has to wait."""
        return self.state in UNFINISHED

    @property
    def stoppable(self) -> bool:
        """Say whether a person may stop it now."""
        return self.running and self.name in jobs.STOPPABLE
