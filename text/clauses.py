"""Excerpts: the passages of a text that say something, and what kind of thing each says.

An answer like 食堂没啥意见，主要是停车 yields one excerpt, about parking: a clause that waves a topic
away is not a concern. Offsets count code points, and `text[start:end]` is the excerpt itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from text.cues import cue
from text.languages import detect
from text.segment import WORDY, Language
from text.sentiment import lexicon

Kind = Literal["concern", "praise", "nothing", "commitment", "info"]
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


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage: `start` and `end` count code points in the text it comes from."""

    start: int
    end: int
    text: str
    kind: Kind


def excerpts(text: str, lang: Language | None = None) -> tuple[Excerpt, ...]:
    """The passages of a text that say something, in order; none for an answer such as 无 or N/A."""
    lang = lang or detect(text)
    found = []
    for span in sentence_spans(text):
        for start, end in _kept_spans(text, span, lang):
            passage = text[start:end]
            found.append(Excerpt(start, end, passage, kind(passage, lang)))
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
        yield from _cut_long(text, span, _LONGEST[lang])


def says_nothing(text: str) -> bool:
    """Whether a text, clause by clause, only says that there is nothing to say."""
    return all(_is_empty(clause) for start, end in sentence_spans(text) for clause in _COMMA.split(text[start:end]))


def kind(text: str, lang: Language | None = None) -> Kind:
    """What a passage does: raise a concern, praise, promise, inform, or nothing.

    Rules, not a model. A passage without any sign is taken for a concern: it was an answer to somebody who asked.
    """
    if says_nothing(text):
        return "nothing"
    lang = lang or detect(text)
    if cue(f"{lang}_promise").search(text):
        return "commitment"
    praises = cue(f"{lang}_praise").search(text)
    complains = cue(f"{lang}_complaint").search(text) or (lang == "zh" and _sounds_bad(text))
    if praises and not complains:
        return "praise"
    if cue(f"{lang}_narration").search(text) and not complains:
        return "info"
    return "concern"


def _cut_at_full_stops(text: str, start: int, end: int) -> Iterator[Span]:
    """A Latin full stop ends a sentence unless it ends an abbreviation."""
    at = start
    for stop in _FULL_STOP.finditer(text, start, end):
        if _ABBREVIATION.search(text[at : stop.start()]):
            continue
        yield at, stop.end()
        at = stop.end()
    yield at, end


def _kept_spans(text: str, span: Span, lang: Language) -> Iterator[Span]:
    """The stretches of a sentence between the clauses that wave a topic away."""
    kept: Span | None = None
    for start, end in _clauses(text, span):
        clause = text[start:end]
        if cue(f"{lang}_dismissal").search(_bare(clause)) or _is_empty(clause):
            if kept:
                yield from _cut_long(text, kept, _LONGEST[lang])
            kept = None
        else:
            kept = (kept[0] if kept else start, end)
    if kept:
        yield from _cut_long(text, kept, _LONGEST[lang])


def _clauses(text: str, span: Span) -> Iterator[Span]:
    at, end = span
    for comma in _COMMA.finditer(text, at, end):
        yield from _worded(text, at, comma.start())
        at = comma.end()
    yield from _worded(text, at, end)


def _worded(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without marks at its edges, if a word is left."""
    span = _trimmed(text, start, end)
    if span and WORDY.search(text, *span):
        yield span


def _cut_long(text: str, span: Span, limit: int) -> Iterator[Span]:
    """A span as it is, or in stretches of clauses no longer than the limit; a clause itself is never cut."""
    start, end = span
    if end - start <= limit:
        yield span
        return
    stretch: Span | None = None
    for clause in _clauses(text, span):
        if stretch and clause[1] - stretch[0] > limit:
            yield stretch
            stretch = clause
        else:
            stretch = (stretch[0] if stretch else clause[0], clause[1])
    if stretch:
        yield stretch


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


def _sounds_bad(text: str) -> bool:
    return any(word in text for word in lexicon("zh_negative") if len(word) > 1)
