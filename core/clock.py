"""The only clock: tests set it, everything else asks it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the local calendar day."""
    return datetime.now().date()
