"""Where passages stand in a text, in code points, when names were masked in one of the two or in both."""

import re
from collections.abc import Iterable

from exchange.refi.writing import Coded
from members.names import Names

MARK = re.compile(r"某某|〔[^〕]{1,4}〕|\[(?:name|phone|id number|card number|plate|address|e-mail|link|account)\]")
MASKED = 60  # characters a name or an address may be long
LONGER = 4  # characters a full name has beyond a part of it


def placed(passages: Iterable[tuple[str, int]], text: str, people: Names) -> tuple[list[Coded], int]:
    """Return where (passage, code) pairs stand in `text`, and how many were not found.

    The same words under the same code again are taken to stand further down.
    """
    found: list[Coded] = []
    taken: dict[tuple[str, int], int] = {}
    lost = 0
    for passage, code_id in passages:
        span = _span(passage, text, people, taken.get((passage, code_id), 0))
        if span is None:
            lost += 1
            continue
        taken[passage, code_id] = span[1]
        coded = Coded(*span, code_id)
        if coded not in found:
            found.append(coded)
    return sorted(found, key=lambda one: (one.start, one.end, one.code_id)), lost


def _span(passage: str, text: str, people: Names, begin: int) -> tuple[int, int] | None:
    if not passage.strip():
        return None
    masked = people.masked(passage)
    for wanted in dict.fromkeys((passage, masked)):
        at = text.find(wanted, begin)
        if at < 0:
            at = text.find(wanted)
        if at >= 0:
            return at, at + len(wanted)
    parts = MARK.split(passage)
    if len(parts) == 1 or not any(part.strip() for part in parts):
        return None
    inner = re.compile(f".{{1,{MASKED}}}?".join(re.escape(part) for part in _inside(parts)), re.DOTALL)
    match = inner.search(text, begin) or inner.search(text)
    return None if match is None else _edged(parts, text, match.span(), people, masked)


def _inside(parts: list[str]) -> list[str]:
    """Return the parts of a passage without the marks it begins or ends with."""
    return parts[parts[0] == "" : len(parts) - (parts[-1] == "")]


def _edged(parts: list[str], text: str, span: tuple[int, int], people: Names, masked: str) -> tuple[int, int]:
    """Return a span widened by what the marks at its edges stand for: the most that reads the same once masked."""
    start, end = span
    before = range(1, min(MASKED, start) + 1) if parts[0] == "" else range(1)
    after = range(1, min(MASKED, len(text) - end) + 1) if parts[-1] == "" else range(1)
    found = span
    # The narrowest first, names being short; then a little further, for a given name alone is a name too.
    for more, beyond in sorted(((b, a) for b in before for a in after if b + a <= MASKED), key=sum):
        if found != span and more + beyond > LONGER + (start - found[0]) + (found[1] - end):
            break
        if people.masked(text[start - more : end + beyond]) == masked:
            found = (start - more, end + beyond)
    return found
