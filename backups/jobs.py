"""Backups made and looked through, out of the way of pages."""

from collections.abc import Iterable
from typing import Any

from backups import keeping
from core.jobs import Progress, due, job


@due("backups.make")
def tonight() -> Iterable[int]:
    """Say whether tonight's backup is still to be made."""
    return keeping.due()


@job
def make(progress: Progress, *, within_id: int) -> dict[str, Any]:
    """Make a backup, and remove those that are kept no longer."""
    made = keeping.make(progress)
    return {"name": made.name, "bytes": made.bytes, "rows": made.rows}


@job
def verify(progress: Progress, *, file: str) -> dict[str, Any]:
    """Read a backup to its end and compare every count and hash."""
    progress(0.1)
    return keeping.verify(file)
