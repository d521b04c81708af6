"""Foci: the different matters a passage names side by side, 食堂 and 停车 in 要是食堂和停车都解决了.

Only matters that people are known to raise apart are told apart: 门卫室和岗亭都漏雨 is one trouble in two places.
"""

import re
from collections.abc import Iterator, Sequence

from text.scripts import fold
from text.segment import Language
from text.thesaurus import is_usual, themes

Span = tuple[int, int]

_LONGEST = 6
# What a longer passage lists, it does not ask for one by one.
_LONGEST_PASSAGE: dict[Language, int] = {"zh": 40, "en": 140}
# What may follow the last of several matters; a noun would make all of them describe it: 宿舍和食堂的网.
_AFTER = re.compile(
    r"$|[，,。！!？?；;：:\s都也均全两各太很不没有要能得应可是在就还更最等老总又这那]"
    r"|(?:的|方面的?|这些?)?(?:问题|事|困难)"
)
_AND = re.compile(r"和|与|跟|及|以及|还有|、")
_ENGLISH_AND = re.compile(r"(?: *, *and +| +and +| *& *| *, *)(?:(?:the|our|my|a) +)?", re.IGNORECASE)
_ENGLISH_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")


def foci(text: str, lang: Language) -> tuple[Span, ...]:
    """Where a passage in simplified characters names different matters side by side; nothing for one alone."""
    if len(text) > _LONGEST_PASSAGE[lang]:
        return ()
    rows = _chinese_rows(text) if lang == "zh" else _english_rows(text)
    return next((tuple(row) for row in rows if _apart([text[start:end] for start, end in row], lang)), ())


def narrowed(text: str, focus: str, lang: Language) -> str:
    """A passage about one of the matters it names: 要是食堂都解决了; the passage itself if it does not name it so."""
    folded = fold(text)
    named = foci(folded, lang)
    if not any(folded[start:end] == fold(focus) for start, end in named):
        return text
    return text[: named[0][0]] + focus + text[named[-1][1] :]


def _apart(named: Sequence[str], lang: Language) -> bool:
    """Whether each thing named belongs to a theme, and no two to the same."""
    found = [set(themes(name, lang)) for name in named]
    return len(found) > 1 and all(found) and sum(map(len, found)) == len(set().union(*found))


def _chinese_rows(text: str) -> Iterator[list[Span]]:
    """Rows of usual words joined by 和, 、 and the like, none of which only describes something."""
    at = 0
    while joint := _AND.search(text, at):
        at = joint.end()
        first = _usual_before(text, joint.start())
        if first is None:
            continue
        row = [first]
        while joint and (another := _usual_after(text, joint.end())):
            row.append(another)
            joint = _AND.match(text, another[1])
        if len(row) > 1:
            at = row[-1][1]
            if _AFTER.match(text, at):
                yield row


def _usual_before(text: str, end: int) -> Span | None:
    """The usual words that end at a place, put together: 倒班补贴 is one name."""
    start = end
    while size := next((n for n in range(min(_LONGEST, start), 1, -1) if is_usual(text[start - n : start])), 0):
        start -= size
    return (start, end) if start < end else None


def _usual_after(text: str, start: int) -> Span | None:
    end = start
    while size := next((n for n in range(_LONGEST, 1, -1) if is_usual(text[end : end + n])), 0):
        end += size
    return (start, end) if start < end else None


def _english_rows(text: str) -> Iterator[list[Span]]:
    """Rows of usual words, two at most to a name, joined by `and` or commas."""
    at = 0
    while joint := _ENGLISH_AND.search(text, at):
        at = joint.end()
        first = _english_before(text, joint.start())
        if first is None:
            continue
        row = [first]
        while joint and (another := _english_after(text, joint.end())):
            row.append(another)
            joint = _ENGLISH_AND.match(text, another[1])
        if len(row) > 1:
            at = row[-1][1]
            yield row


def _english_before(text: str, end: int) -> Span | None:
    """The word before a place and, where it is a usual one too, the word before that."""
    spans = [match.span() for match in _ENGLISH_WORD.finditer(text, max(0, end - 40), end)]
    if not spans or spans[-1][1] != end:
        return None
    return _run(text, list(reversed(spans[-2:])))


def _english_after(text: str, start: int) -> Span | None:
    spans = [match.span() for match in _ENGLISH_WORD.finditer(text, start, start + 40)][:2]
    return _run(text, spans) if spans and spans[0][0] == start else None


def _run(text: str, spans: Sequence[Span]) -> Span | None:
    """The usual words that follow each other in a list of spans, as one span."""
    run: list[Span] = []
    for start, end in spans:
        if not themes(text[start:end], "en") or (run and abs(run[-1][0] - start) > _LONGEST * 3):
            break
        run.append((start, end))
    return (min(run)[0], max(run)[1]) if run else None
