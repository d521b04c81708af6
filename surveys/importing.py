"""What a reading says, line by line, for the page where people check it before an instrument is made."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from core.i18n import _, language
from surveys import formats
from surveys.formats.base import ERROR, INFO, WARNING, Note, Reading
from surveys.formats.text_lines import split
from surveys.proof import Report, prove

PASTED = "pasted.txt"
GRAVE = {"": 0, INFO: 1, WARNING: 2, ERROR: 3}


@dataclass(frozen=True, slots=True)
class Row:
    """One line or cell read: what it says, what it became, and the notes about it; `level`: the gravest of them."""

    place: int | str
    words: str
    became: str
    level: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A reading made ready to be checked. `general`: notes about the whole; `report`: what the proof says of it."""

    reading: Reading
    rows: tuple[Row, ...]
    general: tuple[Note, ...]
    report: Report | None

    def count(self, level: str) -> int:
        """Return how many notes there are of a level."""
        return sum(1 for note in self.reading.notes if note.level == level)

    @property
    def questions(self) -> int:
        """Return how many questions were found."""
        found = self.reading.definition or {}
        return sum(
            1
            for section in found.get("sections", ())
            for item in section.get("items", ())
            if item.get("type") != "note"
        )


def account(text: str, reading: Reading) -> Account:
    """Return the account of a reading; `text`: what was pasted, "" when it was a file of another kind."""
    about: dict[int | str, list[Note]] = defaultdict(list)
    for note in reading.notes:
        about[note.line or note.cell or 0].append(note)
    general = tuple(about.pop(0, []))
    places: list[int | str]
    said: dict[int | str, str] = {}
    if text:
        said = {number: line.strip() for number, line in enumerate(split(text), start=1) if line.strip()}
        places = list(said)
    else:
        places = list(about)
    rows = tuple(
        Row(
            place,
            said.get(place, ""),
            reading.became.get(place, _("In the questionnaire") if place in reading.used else ""),
            max((note.level for note in about[place]), key=GRAVE.__getitem__, default=""),
            tuple(about[place]),
        )
        for place in places
    )
    found = reading.definition if reading.usable else None
    return Account(reading, rows, general, prove(found) if found else None)


def read_text(text: str, format: str = "text") -> Reading:
    """Return what a pasted text says; raise `BadInput` for an absurd size."""
    return formats.read(text.encode("utf-8", "replace"), PASTED, format, language=language())


def checked(kept: str) -> Mapping[str, Any]:
    """Return the definition a page carried along as JSON, checked again; raise `BadInput` when it is none."""
    reading = formats.read(kept.encode("utf-8", "replace"), "kept.json", "json")
    if not reading.usable or reading.definition is None:
        raise BadInput(_("This page has been changed on the way. Please read the file again."))
    return reading.definition


def usable(reading: Reading) -> dict[str, Any]:
    """Return the definition of a reading; raise `BadInput` with its errors when it cannot be used."""
    if not reading.usable or reading.definition is None:
        said = [note.message for note in reading.notes if note.level == ERROR]
        raise BadInput("\n".join(said) or _("No questionnaire was found in this."))
    return reading.definition


def example() -> str:
    """Return a short text that shows what is understood."""
    return _(
        "Canteen survey\n\n1. Which meals do you take here?* (choose up to 2)\nA. Breakfast\nB. Lunch\nC. Dinner\n\n"
        "2. How satisfied are you with the canteen?\nVery dissatisfied 1 2 3 4 5 Very satisfied\n\n"
        "3. What should be improved? (optional)\n____________"
    )
