"""The ready instruments that ship with the product, each whole in every language.

To add one, put its file into the folder and say here what it is for.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import NotFound
from core.i18n import _, language, lazy
from surveys import instruments
from surveys.definitions import Definition, in_language

ABOUT = {
    "opinion": lazy("What people think of work, pay, safety and the branch, once a year."),
    "appraisal": lazy("Members appraise themselves, each other and the branch (democratic appraisal)."),
    "canteen": lazy("Dishes, price, hygiene, queues, and what to change first."),
    "training": lazy("What people want to learn, when they have time, and what held them back so far."),
    "meeting": lazy("Three minutes after a meeting or a study session."),
    "stay": lazy("Why people stay and what could make them leave, while they are still here."),
}
FOLDER = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class Ready:
    """A shipped instrument; `about` says what it is for, `items` how many questions it asks."""

    key: str
    title: str
    about: str
    items: int
    definition: Definition


def listed() -> list[Ready]:
    """Return the shipped instruments in the reader's language."""
    return [_ready(path.stem.partition("-")[2], definition) for path, definition in _all().items()]


def found(key: str) -> Ready:
    """Return a shipped instrument; raise `NotFound`."""
    for ready in listed():
        if ready.key == key:
            return ready
    raise NotFound(_("There is no such sample."))


def _ready(key: str, definition: Definition) -> Ready:
    told = in_language(definition, language())
    asked = sum(item["type"] != "note" for section in told["sections"] for item in section["items"])
    return Ready(key, str(told["title"]), str(ABOUT.get(key, "")), asked, definition)


@cache
def _all() -> dict[Path, Definition]:
    return {path: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _read(path: Path) -> Any:
    return instruments.read(path.read_bytes(), path.name)
