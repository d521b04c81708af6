"""What is seen on single lines of a pasted questionnaire before the whole is judged."""

import re
from dataclasses import dataclass, field

from surveys.formats.text_body import counted
from surveys.formats.text_hints import Heard, tags
from surveys.formats.text_lines import BLANK, BULLET, Line, Numbering, lettered, numbering, ticked

SECTION, QUESTION, BREAK, RULE = "section", "question", "break", "rule"


@dataclass(slots=True)
class Block:
    """A question, a section heading or a page break, with the lines that belong to it."""

    kind: str
    line: Line
    words: str
    number: int = 0
    body: list[Line] = field(default_factory=list)
    unsure: bool = False


@dataclass(slots=True)
class Sight:
    """What is seen on one line before anything is decided."""

    line: Line
    heard: Heard
    number: Numbering | None
    ticks: int
    letters: int
    marked: bool  # begins like an option: a letter, a box, a bullet
    answer: bool  # shows a place for an answer: options, a blank, a question mark


def look(line: Line) -> Sight:
    """Return what is seen on a line."""
    heard = tags(line.text)
    ticks, letters = ticked(heard.words), lettered(heard.words)
    number = numbering(line.text)
    first = bool(ticks) and ticks[0][0] == 0 and not (number and number.style == "wrapped")
    marked = first or bool(letters and letters[0][0] == 0) or bool(BULLET.match(line.text)) or _letter(heard.words)
    several = counted(line.text)
    marked = marked or bool(several and several[0][0] == 0 and line.text.startswith("①"))
    answer = len(ticks) > 1 or len(letters) > 1 or bool(BLANK.search(heard.words))
    return Sight(line, heard, number, len(ticks), len(letters), marked, answer)


def _letter(words: str) -> bool:
    return bool(re.match(r"[(（\[]?[A-Za-z]\s*[.、．:：)）\]]", words))
