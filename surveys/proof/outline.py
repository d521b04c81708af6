"""A definition laid out for checking: every item at its place, with its kind and, when sound, made ready to ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import _
from questions.base import Item, QuestionType
from surveys.proof.findings import Finding


@dataclass(slots=True)
class Place:
    """One item of the definition; `item` is None when its settings are not sound."""

    name: str
    place: int
    number: int
    section: int
    raw: Mapping[str, Any]
    kind: QuestionType
    item: Item | None = None

    @property
    def called(self) -> str:
        """Return what people call it: its printed number and its id."""
        if self.number:
            return _("Question %(number)s (%(id)s)", number=self.number, id=self.name)
        return _("The text (%(id)s)", id=self.name)


@dataclass(slots=True)
class Part:
    """One section: the places of its items are `first` up to, not including, `past`."""

    name: str
    number: int
    raw: Mapping[str, Any]
    first: int
    past: int

    @property
    def called(self) -> str:
        """Return what people call it: its number and its title."""
        title = str(self.raw.get("title") or "").strip()[:40]
        if title:
            return _("Section %(number)s (%(title)s)", number=self.number, title=title)
        return _("Section %(number)s", number=self.number)


@dataclass(slots=True)
class Outline:
    """A definition in its own language, its sections and items in order, and what is wrong so far."""

    definition: Mapping[str, Any]
    parts: list[Part] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    ids: dict[str, Place] = field(default_factory=dict)

    def section(self, name: str) -> Part | None:
        """Return the section of that id, or None."""
        return next((part for part in self.parts if part.name and part.name == name), None)

    def called(self, name: str) -> str:
        """Return what people call an item."""
        return self.ids[name].called if name in self.ids else f"“{name}”"

    def within(self, part: Part) -> Iterator[Place]:
        """Yield the items of a section."""
        yield from self.places[part.first : part.past]
