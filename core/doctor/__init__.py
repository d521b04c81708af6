"""Looking the installation over: each check finds what is wrong, why it matters, and what to do about it.

A check is a function `check(settings) -> list[Finding]`; `@doctor.check(key, title)` adds it. Nothing is mended here,
nothing is kept. The words may name a folder or a program of this machine, never a person or what anybody wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import traces
from core.i18n import _
from core.settings import Settings
from core.terms import Weight

__all__ = ["CHECKS", "Check", "Finding", "Result", "check", "examine", "trouble", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what, why it matters, what to do; `key` names its check."""

    key: str
    weight: Weight
    what: str
    why: str
    do: str


Look = Callable[[Settings], list[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at; `needs` names the check without which it can tell nothing."""

    key: str
    title: Any
    look: Look
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a whole examination found, the gravest first, and the titles of what is in order."""

    findings: tuple[Finding, ...]
    sound: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Say whether nothing needs help now; warnings alone do not count."""
        return all(finding.weight is not Weight.TROUBLE for finding in self.findings)


CHECKS: dict[str, Check] = {}


def check(key: str, title: Any, *, needs: str = "") -> Callable[[Look], Look]:
    """Add a check under a key of its own, with the name shown when all is well there.

    Where the check named by `needs` found trouble, this one is left out: it would only repeat it in other words.
    """

    def add(look: Look) -> Look:
        CHECKS[key] = Check(key, title, look, needs)
        return look

    return add


def trouble(key: str, *, what: str, why: str, do: str) -> Finding:
    """Return a finding that needs help now."""
    return Finding(key, Weight.TROUBLE, what, why, do)


def warning(key: str, *, what: str, why: str, do: str) -> Finding:
    """Return a finding that should be seen to."""
    return Finding(key, Weight.WARNING, what, why, do)


def examine(settings: Settings) -> Result:
    """Carry out every check; one that fails is itself a finding, and the others go on. Call it between transactions."""
    findings: list[Finding] = []
    sound = []
    for each in sorted(CHECKS.values(), key=lambda each: bool(each.needs)):
        if any(finding.key == each.needs for finding in findings):
            continue
        try:
            found = each.look(settings)
        except Exception as error:
            found = [_failed(each, error)]
        findings += found
        if not found:
            sound.append(str(each.title))
    findings.sort(key=lambda finding: list(Weight).index(finding.weight))
    return Result(tuple(findings), tuple(sound))


def _failed(each: Check, error: Exception) -> Finding:
    return warning(
        each.key,
        what=_("“%(title)s” could not be checked.", title=each.title),
        why=_("Whether all is well there is not known."),
        do=_(
            "Put the other findings right and check again. If it stays, report this place: %(place)s",
            place=traces.where(error),
        ),
    )
