"""Points: an answer cut clause by clause, where it turns from praise to trouble or from one matter to the next.

食堂好吃，就是停车难 makes two points, praise and a concern; 要是食堂和停车都解决了 makes two of the same words, one
for each of the things named side by side. For somebody who was asked: nothing here is taken for a promise or for
narration, which `text.clauses` looks for in the notes of a talk.
"""

import re
from collections.abc import Iterator

from text.clauses import (
    Excerpt,
    Kind,
    Span,
    comma_spans,
    complains,
    cut_long,
    kept_spans,
    praises,
    says_nothing,
    sentence_spans,
    waved_away,
    wishes,
)
from text.cues import cue
from text.foci import foci
from text.languages import detect
from text.scripts import fold
from text.segment import Language
from text.thesaurus import is_usual, themes

_GOOD, _BAD, _OPEN = 1, -1, 0
_TURN: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"^(?:但是?|就是|不过|可是|只是|只不过|可惜|然而|唯独|唯一|美中不足|反而|倒是)|倒是"),
    "en": re.compile(r"^(?:but|however|although|though|only|except|shame)\b|\bless so\b", re.IGNORECASE),
}
# Where a clause turns without a comma.
_INNER_TURN: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"(?<=[^，,不非]{3})(?:但是|但(?![凡愿])|不过(?![了是去])|可是|就是(?=太|有点|没|不))"),
    "en": re.compile(r"(?<=\w) (?=(?:but|however|although)\b)", re.IGNORECASE),
}
_NEXT: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(
        r"^(?:另外|此外|其次|再就是|再一个|还有(?:一[件点个]|就是|[，,])|第[二三四五六]|[二三四五][是、])"
    ),
    "en": re.compile(r"^(?:also|besides|another thing|secondly|and another)\b", re.IGNORECASE),
}
# A praise that says why the wish before it is a good one.
_REASON: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"^(?:比|这样|那样|才|都|就|会|效果|听得|大家都|他们都?|我们都?)"),
    "en": re.compile(r"^(?:that|it|this|which|so)\b", re.IGNORECASE),
}
_THANKS = re.compile(
    r"[，,；;\s]*(?:非常|十分|多|衷心)?(?:谢谢|感谢|感激|辛苦了|thanks|thank you|many thanks)"
    r"[^，,。.！!]{0,8}(?:[，,。.！!\s]|$)",
    re.IGNORECASE,
)
_SHORT = 12
_LONGEST_USUAL = 5

_Clause = tuple[int, int, int]  # start, end, and whether it is good, bad or open


def points(text: str, lang: Language | None = None, *, unsigned: Kind = "concern") -> tuple[Excerpt, ...]:
    """What an answer says, point by point in order; none for an answer such as 无 or N/A.

    Several may have the same `start` and `end`: then each has a `focus` of its own. `unsigned` is what a point without
    any sign is taken for: somebody who was asked names what is amiss.
    """
    folded = fold(text)
    found: list[Excerpt] = []
    said: set[str] = set()
    for start, end, spoken in _passages(folded, lang):
        # 停车！停车！停车！ says it once.
        if folded[start:end] not in said:
            said.add(folded[start:end])
            found += _points_of(text, folded, (start, end), spoken, unsigned)
    return tuple(found)


def point_kind(text: str, lang: Language | None = None) -> Kind:
    """What a point does: raise a concern, suggest, praise, say where the speaker stands, or nothing."""
    if says_nothing(text):
        return "nothing"
    return _kind(fold(text), lang or detect(text))


def _kind(text: str, lang: Language) -> Kind:
    """The kind of a text in simplified characters that says something."""
    if wishes(text, lang):
        return "suggestion"
    if complains(text, lang):
        return "concern"
    if praises(text, lang):
        return "praise"
    return "info" if cue(f"{lang}_background").search(text) else "concern"


def _passages(text: str, lang: Language | None) -> Iterator[tuple[int, int, Language]]:
    for span in sentence_spans(text):
        spoken = lang or detect(text[slice(*span)])
        for kept in kept_spans(text, span, spoken):
            for stretch in _stretches(text, kept, spoken):
                for start, end in cut_long(text, stretch, spoken):
                    yield start, end, spoken


def _points_of(text: str, folded: str, span: Span, lang: Language, unsigned: Kind) -> Iterator[Excerpt]:
    start, end = span
    passage = folded[start:end]
    kind = point_kind(passage, lang)
    if kind in ("concern", "info") and not complains(passage, lang):
        thanked = _THANKS.match(folded, end)
        kind = "praise" if thanked else "info" if kind == "info" else unsigned
    if kind == "nothing":
        return
    named = foci(passage, lang) if kind in ("concern", "suggestion") else ()
    for left, right in named or ((0, 0),):
        yield Excerpt(start, end, text[start:end], kind, text[start + left : start + right])


def _stretches(text: str, span: Span, lang: Language) -> Iterator[Span]:
    """A span cut where its clauses turn from good to bad or back, or where the next matter begins."""
    begun: list[_Clause] = []
    mood = _OPEN
    for clause in _judged(text, span, lang):
        said = text[clause[0] : clause[1]]
        turned = bool(clause[2]) and bool(mood) and clause[2] != mood
        if turned and clause[2] == _GOOD and _REASON[lang].search(said):
            turned, clause = False, (*clause[:2], _OPEN)
        # What comes before the first judgement belongs to it, unless the judgement says it turns.
        if begun and not mood and clause[2] == _GOOD and _TURN[lang].search(said):
            turned = True
        if begun and (turned or _next_matter(text, begun[-1], clause, lang)):
            yield begun[0][0], begun[-1][1]
            begun, mood = [], _OPEN
        begun.append(clause)
        mood = clause[2] or mood
    if begun:
        yield begun[0][0], begun[-1][1]


def _judged(text: str, span: Span, lang: Language) -> Iterator[_Clause]:
    """Each clause with how it sounds; a clause that turns away from praise without a sign of its own is bad."""
    before = _OPEN
    for start, end in _clauses(text, span, lang):
        clause = text[start:end]
        if wishes(clause, lang) or complains(clause, lang):
            before = _BAD
        elif praises(clause, lang):
            before = _GOOD
        elif before == _GOOD and _TURN[lang].search(clause):
            before = _BAD
        else:
            yield start, end, _OPEN
            continue
        yield start, end, before


def _clauses(text: str, span: Span, lang: Language) -> Iterator[Span]:
    for start, end in comma_spans(text, span):
        for turn in _INNER_TURN[lang].finditer(text, start, end):
            cut = turn.start() + len(turn[0]) - len(turn[0].lstrip())
            if cut > start:
                if not waved_away(text[start : turn.start()], lang):
                    yield start, turn.start()
                start = cut
        yield start, end


def _next_matter(text: str, before: _Clause, clause: _Clause, lang: Language) -> bool:
    """Whether a clause says it goes on to something else, or names another matter just as the one before does."""
    here = text[clause[0] : clause[1]]
    if _NEXT[lang].search(here):
        return True
    there = text[before[0] : before[1]]
    apart = clause[2] == before[2] == _BAD or (before[2] == _GOOD and clause[2] == _OPEN)
    if lang == "en" or not apart or max(len(here), len(there)) > _SHORT:
        return False
    return _opens_with_usual(here) and _opens_with_usual(there) and not themes(here, lang).keys() & themes(there, lang)


def _opens_with_usual(clause: str) -> bool:
    return any(is_usual(clause[:size]) for size in range(2, _LONGEST_USUAL + 1))
