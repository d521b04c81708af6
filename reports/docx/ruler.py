"""A guess at where pages end, for the page numbers of the contents until Word has laid the document out itself."""

from dataclasses import dataclass, field
from math import ceil

from questions import canvas

ALMOST = 0.5
"""Points by which a page may be overfull before a line moves on."""
LONG = 400
"""Characters of a text from which on its width alone tells how many lines it takes."""


def lines_of(text: str, size: float, room: float) -> int:
    """Return about how many lines a text takes, set `size` high in a width of `room`."""
    room = max(room, size)
    if len(text) > LONG:
        return max(ceil(canvas.text_width(text, size) * 1.02 / room), 1)
    return len(canvas.wrap(text, size, room))


@dataclass
class Ruler:
    """Counts heights, in points, down pages of `height`; starts at the top of page 1."""

    height: float
    page: int = 1
    filled: float = 0
    marks: dict[str, int] = field(default_factory=dict)
    _held: list[tuple[float, str]] = field(default_factory=list)

    def hold(self, height: float, mark: str = "") -> None:
        """Take what stays with the next: a heading, a caption above; `mark` asks for its page."""
        self._held.append((height, mark))

    def flow(self, lines: int, line: float, around: float = 0) -> None:
        """Take text that may break after any line, with `around` as space before and after it."""
        self._settle(line)
        for _each in range(lines):
            if self.filled + line > self.height + ALMOST:
                self._turn()
            self.filled += line
        self.filled += around

    def block(self, height: float) -> None:
        """Take what stays in one piece; what is higher than a page runs over."""
        self._settle(height if height <= self.height else 0)
        self.filled += height
        while self.filled > self.height + ALMOST:
            self.page += 1
            self.filled -= self.height

    def turn(self) -> None:
        """Begin a page."""
        self._settle(0)
        self._turn()

    def _turn(self) -> None:
        self.page, self.filled = self.page + 1, 0

    def _settle(self, following: float) -> None:
        held = sum(height for height, _mark in self._held)
        if self.filled and self.filled + held + following > self.height + ALMOST:
            self._turn()
        for height, mark in self._held:
            self.filled += height
            if mark:
                self.marks[mark] = self.page
        self._held.clear()
