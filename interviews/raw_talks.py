"""A talk as a file tells of it: texts by field, unjudged."""

import re
from dataclasses import dataclass

SURROGATES = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True, slots=True)
class RawTalk:
    """The texts of one row or record, by field; `broken` says why it could not even be read.

    `line`: of a table its line, of a document the talk's place in it. `told`: what was left out or put elsewhere.
    """

    line: int
    texts: dict[str, str]
    promises: tuple[dict[str, str], ...] = ()
    broken: str = ""
    told: tuple[str, ...] = ()


def clean(text: str) -> str:
    """Return text a database can hold: one kind of line break, no halves of characters."""
    return SURROGATES.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
