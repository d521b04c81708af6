"""What the checker says: findings, each with a level, a stable code, an item and a plain message."""

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong ("error") or odd ("warning") with an instrument; `item` is "" for the whole of it."""

    level: str
    code: str
    item: str
    message: str


@dataclass(frozen=True, slots=True)
class Length:
    """How long a path is; `exact` is False when it is only a bound."""

    items: int
    minutes: float
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, errors first, and the shortest and longest path; items and minutes each by themselves."""

    findings: tuple[Finding, ...]
    shortest: Length
    longest: Length

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return what stands in the way of publishing."""
        return tuple(finding for finding in self.findings if finding.level == ERROR)

    @property
    def publishable(self) -> bool:
        """Say whether there is no error."""
        return not self.errors


def error(code: str, item: str, message: str) -> Finding:
    """Return a finding that forbids publishing."""
    return Finding(ERROR, code, item, message)


def warning(code: str, item: str, message: str) -> Finding:
    """Return a finding to think about."""
    return Finding(WARNING, code, item, message)
