"""Two texts side by side."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# Notes are often one long paragraph, so a comparison by paragraph would say nothing: sentences are compared.
SENTENCE = re.compile(r"(?<=[。！？!?；;])(?![”’」』])|(?<=[。！？!?；;][”’」』])|\n|(?<=\.)\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison; `kind` is "same", "changed", "left" (theirs only) or "right" (mine only)."""

    kind: str
    left: str
    right: str


def compare(left: str, right: str) -> list[Line]:
    """Return the sentences of both texts side by side, in order, none left out."""
    ours, theirs = _sentences(left), _sentences(right)
    lines: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            lines.append(Line("same", "\n".join(ours[a:b]), "\n".join(theirs[c:d])))
        else:
            kind = {"replace": "changed", "delete": "left", "insert": "right"}[tag]
            lines.append(Line(kind, "\n".join(ours[a:b]), "\n".join(theirs[c:d])))
    return lines


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE.split(text.replace("\r\n", "\n")) if part.strip()]
