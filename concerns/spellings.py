"""Words in every spelling: a search in simplified characters finds traditional ones, either width, any case.

One sign stands for one sign, so that places in what is compared are places in what is shown.
"""

import re
import string
from collections import defaultdict
from functools import cache

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute

from core.db import db
from interviews import shelves
from text import scripts

_IDEOGRAPHS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))
_WIDE = 0xFEE0  # from a sign of ASCII to its wide form


def plain(text: str) -> str:
    """Return `text` as words are compared, of the same length: one script, one case, one width."""
    return shelves.folded(text).translate(_simplified())


def stands_in(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Return the condition that a plain word stands in a text, however it is spelled there."""
    signs = [_spellings(sign) for sign in word]
    if all(len(spelled) == 1 for spelled in signs):  # LIKE is quickest, and most words are spelled one way
        return column.contains(word, autoescape=True)
    if db.engine.dialect.name == "sqlite":
        return func.glob(f"*{''.join(map(_globbed, signs))}*", column)
    return column.op("~")("".join(map(_matched, signs)))


def found_in(text: str, words: list[str]) -> set[str] | None:
    """Return the plain words as `text` spells them, in one case and width; None when one does not stand in it."""
    folded, compared = shelves.folded(text), plain(text)
    spelled: set[str] = set()
    for word in words:
        places = [match.start() for match in re.finditer(f"(?={re.escape(word)})", compared)]
        if not places:
            return None
        spelled |= {folded[at : at + len(word)] for at in places}
    return spelled


@cache
def _simplified() -> dict[int, str]:
    """The simplified form of each single character that has another one, of those several lead to the last."""
    signs = [chr(code) for block in _IDEOGRAPHS for code in block]
    forms = dict(zip(signs, scripts.fold("\n".join(signs)).split("\n"), strict=True))
    changed = {sign: form for sign, form in forms.items() if sign != form}
    return {ord(sign): changed.get(form, form) for sign, form in changed.items()}


@cache
def _traditional() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for code, form in _simplified().items():
        found[form] += chr(code)
    return dict(found)


def _spellings(sign: str) -> list[str]:
    """Every sign that a plain one stands for, itself first."""
    found = {sign: None} | dict.fromkeys(_traditional().get(sign, ""))
    for one in list(found):
        found |= dict.fromkeys(other for other in (one.upper(), one.title()) if len(other) == 1)
    found |= {chr(ord(one) + _WIDE): None for one in list(found) if "!" <= one <= "~"}
    return list(found)


def _globbed(signs: list[str]) -> str:
    """A class of signs for GLOB, where ] must stand first and ^ must not."""
    if len(signs) == 1 and signs[0] not in "*?[":
        return signs[0]
    return f"[{''.join(sorted(signs, key=lambda sign: (sign == '^', sign != ']')))}]"


def _matched(signs: list[str]) -> str:
    """A group of signs for a regular expression."""
    told = (f"\\{sign}" if sign in string.punctuation else sign for sign in signs)
    return f"(?:{'|'.join(told)})"
