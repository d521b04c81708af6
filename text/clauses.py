"""Excerpts: the passages of a text that say something, and what kind of thing each says.

An answer like 食堂没啥意见，主要是停车 yields one excerpt, about parking: a clause that waves a topic
away is not a concern. Offsets count code points, and `text[start:end]` is the excerpt itself, as it was written; signs
are looked for in simplified characters. `text.points` cuts finer, clause by clause.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from text.cues import cue
from text.languages import detect
from text.scripts import fold
from text.segment import WORDY, Language
from text.sentiment import sounds_bad

Kind = Literal["concern", "suggestion", "praise", "nothing", "commitment", "info"]
Span = tuple[int, int]

_LONGEST: dict[Language, int] = {"zh": 60, "en": 180}
_CLOSERS = "”’」』）)\\]\"'"
_SENTENCE = re.compile(rf"[^。！？!?；;…\n]+[。！？!?；;…\n]*[{_CLOSERS}]*")
_FULL_STOP = re.compile(rf"(?<=[.])[{_CLOSERS}]*\s+(?=[\"'(\[“]?[A-Z0-9\u3400-\u9fff])")
_ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|etc|e\.g|i\.e|No|approx|dept|Inc|Ltd|U\.S|a\.m|p\.m)\.$"
)
_COMMA = re.compile(r"[，,；;]+|(?<=\w)\s+(?=but\b)")
_EDGE = " \t\r\n\u3000，,、；;"
# Right before a word of praise: then it is none.
_NEGATED: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"(?:[不没未]|没有|没有?一点|并非|不是|谈不上|算不上)(?:很|太|大|怎么|特别|那么|够|多)?$"),
    "en": re.compile(
        r"(?:\b(?:not|never|no|hardly)|n['’]t)(?: (?:really|very|much|too|so|all that|get|got|been))?\s$", re.I
    ),
}
# A trouble named to say that it is gone.
_OVER: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"(?:没有?再(?:出现|发生|犯|坏|漏|断)|不用再|避免了|解决了)[^，,。；;]*|[^，,。；;]*[少小好]多了"),
    "en": re.compile(r"\b(?:no longer|not any ?more|never again)\b[^,.;]*", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage: `start` and `end` count code points in the text it comes from.

    `focus` is the one of several things named side by side that it is about, as written; else empty.
    """

    start: int
    end: int
    text: str
    kind: Kind
    focus: str = ""


def excerpts(text: str, lang: Language | None = None) -> tuple[Excerpt, ...]:
    """The passages of a text that say something, in order; none for an answer such as 无 or N/A."""
    folded = fold(text)
    found = []
    for span in sentence_spans(folded):
        spoken = lang or detect(folded[slice(*span)])
        for kept in kept_spans(folded, span, spoken):
            for start, end in cut_long(folded, kept, spoken):
                found.append(Excerpt(start, end, text[start:end], kind(folded[start:end], spoken)))
    return tuple(excerpt for excerpt in found if excerpt.kind != "nothing")


def sentence_spans(text: str) -> Iterator[Span]:
    """Where each sentence with a word in it starts and ends, its closing mark and quotation mark included."""
    for match in _SENTENCE.finditer(text):
        for start, end in _cut_at_full_stops(text, *match.span()):
            yield from _worded(text, start, end)


def clause_spans(text: str, lang: Language | None = None) -> Iterator[Span]:
    """Where each sentence starts and ends, the long ones cut at commas."""
    lang = lang or detect(text)
    for span in sentence_spans(text):
        yield from cut_long(text, span, lang)


def kept_spans(text: str, span: Span, lang: Language) -> Iterator[Span]:
    """The stretches of a sentence in simplified characters between the clauses that wave a topic away."""
    kept: Span | None = None
    for start, end in comma_spans(text, span):
        if waved_away(text[start:end], lang):
            if kept:
                yield kept
            kept = None
        else:
            kept = (kept[0] if kept else start, end)
    if kept:
        yield kept


def waved_away(clause: str, lang: Language) -> bool:
    """Whether a clause in simplified characters says that there is nothing to say, about its topic or at all."""
    return bool(cue(f"{lang}_dismissal").search(_bare(clause))) or _is_empty(clause)


def comma_spans(text: str, span: Span) -> Iterator[Span]:
    """The clauses of a span: what stands between its commas and has a word in it."""
    at, end = span
    for comma in _COMMA.finditer(text, at, end):
        yield from _worded(text, at, comma.start())
        at = comma.end()
    yield from _worded(text, at, end)


def cut_long(text: str, span: Span, lang: Language) -> Iterator[Span]:
    """A span as it is, or in stretches of clauses no longer than reads well; a clause itself is never cut."""
    start, end = span
    limit = _LONGEST[lang]
    if end - start <= limit:
        yield span
        return
    stretch: Span | None = None
    for clause in comma_spans(text, span):
        if stretch and clause[1] - stretch[0] > limit:
            yield stretch
            stretch = clause
        else:
            stretch = (stretch[0] if stretch else clause[0], clause[1])
    if stretch:
        yield stretch


def says_nothing(text: str) -> bool:
    """Whether a text, clause by clause, only says that there is nothing to say."""
    folded = fold(text)
    return all(_is_empty(clause) for start, end in sentence_spans(folded) for clause in _COMMA.split(folded[start:end]))


def kind(text: str, lang: Language | None = None) -> Kind:
    """What a sentence of a talk's notes does: raise a concern, suggest, praise, promise, inform, or nothing.

    Rules, not a model. A sentence without any sign is taken for a concern.
    """
    if says_nothing(text):
        return "nothing"
    lang, text = lang or detect(text), fold(text)
    if cue(f"{lang}_promise").search(text):
        return "commitment"
    if cue(f"{lang}_setting").search(text):
        return "info"
    if wishes(text, lang):
        return "suggestion"
    if not complains(text, lang):
        if praises(text, lang):
            return "praise"
        if cue(f"{lang}_narration").search(text):
            return "info"
    return "concern"


@lru_cache(maxsize=4_096)
def wishes(text: str, lang: Language) -> bool:
    """Whether a text in simplified characters asks for something, or says how it could be."""
    return bool(cue(f"{lang}_suggestion").search(text))


@lru_cache(maxsize=4_096)
def complains(text: str, lang: Language) -> bool:
    """Whether a text in simplified characters names a trouble or a lack that is not over."""
    text = _OVER[lang].sub("", text)
    return bool(cue(f"{lang}_complaint").search(text)) or (lang == "zh" and sounds_bad(text))


@lru_cache(maxsize=4_096)
def praises(text: str, lang: Language) -> bool:
    """Whether a text in simplified characters thanks or praises: 满意 does, 不太满意 does not."""
    found = cue(f"{lang}_praise").finditer(text)
    return any(not _NEGATED[lang].search(text, max(0, match.start() - 16), match.start()) for match in found)


def _cut_at_full_stops(text: str, start: int, end: int) -> Iterator[Span]:
    """A Latin full stop ends a sentence unless it ends an abbreviation."""
    at = start
    for stop in _FULL_STOP.finditer(text, start, end):
        if _ABBREVIATION.search(text[at : stop.start()]):
            continue
        yield at, stop.end()
        at = stop.end()
    yield at, end


def _worded(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without marks at its edges, if a word is left."""
    span = _trimmed(text, start, end)
    if span and WORDY.search(text, *span):
        yield span


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return (start, end) if end > start else None


def _is_empty(clause: str) -> bool:
    bare = _bare(clause)
    return not bare or bool(cue("nothing").fullmatch(bare))


def _bare(clause: str) -> str:
    """A clause without marks and spaces at its ends, in lower case."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", clause).lower()
