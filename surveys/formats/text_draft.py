"""A question half read."""

from dataclasses import dataclass, field
from typing import Any

from surveys.formats.text_body import Body
from surveys.formats.text_grids import Grid
from surveys.formats.text_lines import Line, Mark
from surveys.formats.text_logic import Jump, Show
from surveys.formats.text_scales import Scale
from surveys.formats.text_words import Settings


@dataclass(slots=True)
class Draft:
    """A question half read. `raw`: its words with blanks; `entry_lines`: lines read as a whole; `after`: others."""

    title: str
    raw: str
    settings: Settings
    body: Body
    marks: list[Mark]
    line: int
    tagged: bool = False
    kind: str = ""
    scale: Scale | None = None
    stars: int = 0
    table: Grid | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    help: list[str] = field(default_factory=list)
    logic: list[tuple[str, int]] = field(default_factory=list)
    option_jumps: list[tuple[int, tuple[int | str, int, str]]] = field(default_factory=list)
    before: list[Line] = field(default_factory=list)
    wrapped: list[Line] = field(default_factory=list)
    entry_lines: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    lost: list[tuple[str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unneeded: list[tuple[str, int]] = field(default_factory=list)  # words only a form or paper needs, and their lines


@dataclass(slots=True)
class Made:
    """An item not yet named, with what only the whole can settle."""

    item: dict[str, Any]
    number: int
    line: int
    marks: list[Mark]
    required: bool | None = None
    jumps: list[Jump] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)


def value(place: int) -> str:
    """Return the value of the n-th option: a ... z, a1 ... z1, a2 ..."""
    turn, letter = divmod(place - 1, 26)
    return chr(ord("a") + letter) + (str(turn) if turn else "")
