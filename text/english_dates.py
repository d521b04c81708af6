"""Days named in English prose: by Friday, within a month, next Tuesday, before Christmas, from March."""

import re
from datetime import date

from text.date_points import Calendar, Stretch, Token, leftmost_longest, shifted
from text.english_points import points

# The word before a day says whether it is the last chance, the start, or only when something is.
_BEFORE = re.compile(
    r"(?:\b(?P<latest>by|until|till|til|up to|no later than|not later than|at the latest by|on or before|due|within)"
    r"|\b(?P<before>before|ahead of|prior to|in time for)"
    r"|\b(?P<since>from|starting|beginning|as of|as from|effective)"
    r"|\b(?P<after>after|following)|\b(?P<at>on|at|in|for|during|over|come)"
    r"|\b(?P<past>since|last|dated|of))"
    r"(?:\s+(?:the|about|around))?\s+$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:to|until|till|through|–|—|-)\s*", re.IGNORECASE)
_AFTERWARDS = re.compile(r"\s*(?:at the latest|latest|onwards|on)\b", re.IGNORECASE)
_CLOSING = re.compile(r"(?:the\s+)?(?:end|close|finish|last)\b|(?:month|year)[\s-]end\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"['’]s\b(?!\s+(?:end|time))")


def tokens(text: str, on: date, calendar: Calendar) -> list[Token]:
    """Return the days `text`, written on `on`, names, those only mentioned marked as unsure."""
    found = leftmost_longest(points(text, on, calendar))
    read, skip = [], False
    for at, (start, end, meant) in enumerate(found):
        if skip or meant is None:
            skip = False
            continue
        if isinstance(meant, Token):
            read.append(Token(start, end, meant.day, meant.kind, meant.sure))
            continue
        following = found[at + 1] if at + 1 < len(found) else None
        if following and isinstance(following[2], Stretch) and _RANGE.fullmatch(text, end, following[0]):
            skip = True
            read.append(Token(start, following[1], meant.first, "from", "sure"))
            continue
        token = _alone(text, start, end, meant, calendar)
        if token is not None:
            read.append(token)
    return read


def _alone(text: str, start: int, end: int, meant: Stretch, calendar: Calendar) -> Token | None:
    before = _BEFORE.search(text, max(0, start - 30), start)
    word = before.lastgroup if before else None
    if word == "past":
        return None
    if before is not None:
        start = before.start()
    if meant.shape == "length":
        return Token(start, end, meant.last, "deadline", meant.sure)
    if word == "before" and not _CLOSING.match(text, before.end() if before else start):
        eve = shifted(meant.first, -1)
        return Token(start, end, eve, "deadline", "sure") if eve else None
    if word == "since":
        return Token(start, end, meant.first, "from", "sure")
    if word == "after":
        return _after(start, end, meant, calendar)
    if word in ("latest", "before"):
        # by Friday, by next week, by the end of May: that time included; by March is told apart among the points.
        return Token(start, end, meant.last, "deadline", "sure")
    if _ATTRIBUTE.match(text, end):
        return Token(start, end, meant.last, "deadline", "unsure")
    afterwards = _AFTERWARDS.match(text, end)
    if afterwards and "onward" in afterwards[0].lower():
        return Token(start, afterwards.end(), meant.first, "from", "sure")
    return Token(
        start, end, meant.last, "deadline", "likely" if meant.sure == "unsure" and word == "at" else meant.sure
    )


def _after(start: int, end: int, meant: Stretch, calendar: Calendar) -> Token | None:
    found = shifted(meant.last, 1)
    for _day in range(14 if found and meant.shape == "festival" else 0):
        if found and not calendar.is_workday(found):
            found = shifted(found, 1)
    return Token(start, end, found, "from", "likely") if found else None
