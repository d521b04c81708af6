"""What the designer's page shows of an instrument: its outline, what the proof says, what can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from questions import named
from questions.base import END, QuestionType
from surveys import designing, drafts, previews
from surveys.definitions import in_language, spoken
from surveys.models import Instrument
from surveys.proof import Finding, Report, prove
from surveys.questionnaires import Ready


@dataclass(frozen=True, slots=True)
class Line:
    """One question in the outline; `level`: the worst the proof says of it, "" for nothing."""

    name: str
    number: int
    title: str
    kind: QuestionType | None
    required: bool
    conditional: bool
    level: str


@dataclass(frozen=True, slots=True)
class Part:
    """One section in the outline."""

    name: str
    number: int
    title: str
    conditional: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole of it. `spots`: item -> "question 3" for linking findings; `ready`: what can be drawn already."""

    parts: Sequence[Part]
    report: Report
    ready: Ready | None
    own: str
    languages: Sequence[str]
    undo: str
    redo: str
    published: bool
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """Return how many questions there are."""
        return max((line.number for part in self.parts for line in part.lines), default=0)

    @property
    def minutes(self) -> str:
        """Say how long it takes, from the shortest path to the longest."""
        low, high = round(self.report.shortest.minutes), round(self.report.longest.minutes)
        if low == high:
            return _("%(minutes)s min", minutes=high)
        return _("%(low)s–%(high)s min", low=low, high=high)

    def line(self, name: str) -> Line | None:
        """Return the line of a question, or None."""
        return next((line for part in self.parts for line in part.lines if line.name == name), None)

    def about(self, name: str) -> list[Finding]:
        """Return what the proof says of one item or section."""
        return [finding for finding in self.report.findings if finding.item == name]

    def earlier(self, name: str) -> list[tuple[str, str]]:
        """Return the questions before an item or section, as choices for a rule."""
        found: list[tuple[str, str]] = []
        for part in self.parts:
            if part.name == name:
                return found
            for line in part.lines:
                if line.name == name:
                    return found
                if line.kind is not None and line.kind.answerable:
                    found.append((line.name, f"{line.number}. {line.title}"))
        return found

    def later(self, name: str) -> list[tuple[str, str]]:
        """Return where a jump of an item may lead: later questions and sections, and the end."""
        found: list[tuple[str, str]] = []
        passed = False
        for part in self.parts:
            if passed and part.lines:
                found.append((part.name, _("Section: %(title)s", title=part.title)))
            for line in part.lines:
                if passed:
                    found.append((line.name, f"{line.number}. {line.title}" if line.number else line.title))
                passed = passed or line.name == name
        return [*found, (END, _("the end of the questionnaire"))]


def board(instrument: Instrument) -> Board:
    """Return what the designer's page shows."""
    draft, own = instrument.definition, spoken(instrument.definition)
    report = prove(draft)
    levels: dict[str, str] = {}
    for finding in report.findings:
        levels.setdefault(finding.item, finding.level)  # errors come first
    undo, redo = designing.undoable(instrument), designing.redoable(instrument)
    ready = previews.drawable(draft)
    return Board(
        parts=_parts(in_language(draft, own), levels),
        report=report,
        ready=ready,
        own=own,
        languages=drafts.languages(draft),
        undo=undo.said if undo else "",
        redo=redo.said if redo else "",
        published=designing.is_published(instrument),
        values=previews.values(ready),
    )


def _parts(told: Mapping[str, Any], levels: Mapping[str, str]) -> list[Part]:
    parts, number = [], 0
    for place, section in enumerate(told["sections"], start=1):
        lines = []
        for item in section["items"]:
            kind = named(item)
            asked = kind is not None and kind.answerable
            number += asked
            name = str(item.get("id", ""))
            lines.append(
                Line(
                    name,
                    number if asked else 0,
                    str(item.get("title", "")).strip() or _("(no wording yet)"),
                    kind,
                    bool(item.get("required")),
                    bool(item.get("show_if") or item.get("jumps")),
                    levels.get(name, ""),
                )
            )
        title = str(section.get("title", "")).strip() or _("Section %(number)s", number=place)
        parts.append(Part(section["id"], place, title, bool(section.get("show_if")), lines))
    return parts
