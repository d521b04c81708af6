"""Sentences of a talk's notes in which something is promised, by whom, and until when.

Rules, not a model: who takes something on says so (我答应, 由我, I will), hands it on (请后勤…), or puts a day to a
deed. What the other side says, wants or suggests promises nothing. Offsets count code points.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.calendar import NONE, Own
from text import dates
from text.clauses import sentence_spans
from text.cues import cue
from text.dates import NamedDay
from text.languages import detect
from text.scripts import fold
from text.segment import Language

Owner = Literal["writer", "somebody"]
_COMMA = re.compile(r"[，,；;：:]")
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"|『[^』]*』")
_SOMEBODY = re.compile("[他她]|大家|孩子|儿子|女儿|老人|爱人|对象")
_NOT = re.compile(r"(?:就|都|也|还|一直)?(?:不(?!再)|没|无|是|有)|.{0,6}改[成为]|.{0,6}(?:了|过)(?!来|去|年|节)")
_SPEAKER = re.compile(r"(?<![让叫请托对问劝给跟])我(?!们?(?:问|听|看|想起|夸|劝))[^了过着]*$")
_WRITER = {"zh": re.compile(r"我|由支部|支部(?:来|给|先|会)"), "en": re.compile(r"\b(?:I|we|my|our)\b", re.IGNORECASE)}


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise found: `text[start:end]` is its sentence, `due` the day by which all of it is done."""

    start: int
    end: int
    text: str
    owner: Owner
    days: tuple[NamedDay, ...]
    due: NamedDay | None


def find(text: str, on: date, own: Own = NONE, lang: Language | None = None) -> tuple[Commitment, ...]:
    """Return the sentences of notes written on `on` that promise something, in order."""
    lang = lang or detect(text)
    return tuple(_commitments(text, on, own, lang))


def promises(sentence: str, on: date, own: Own = NONE, lang: Language | None = None) -> bool:
    """Say whether a sentence written on `on` promises something."""
    lang = lang or detect(sentence)
    sentence = fold(sentence)
    return _promises(sentence, dates.find(sentence, on, own, lang), lang)


def _commitments(text: str, on: date, own: Own, lang: Language) -> Iterator[Commitment]:
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip()
        folded = fold(sentence)
        days = dates.find(folded, on, own, lang)
        if _promises(folded, days, lang):
            start = text.index(sentence, start)
            days = _moved(days, start)
            yield Commitment(start, start + len(sentence), sentence, _owner(folded, lang), days, dates.due(days))


def _moved(days: tuple[NamedDay, ...], by: int) -> tuple[NamedDay, ...]:
    return tuple(NamedDay(d.start + by, d.end + by, d.text, d.day, d.kind, d.sure) for d in days)


def _promises(sentence: str, days: tuple[NamedDay, ...], lang: Language) -> bool:
    # What stands in quotation marks was said by somebody; spaces keep every offset where it was.
    spoken = _QUOTED.sub(lambda quote: "＿" * len(quote[0]), sentence)
    reported = follows = False
    for start, end in _clauses(spoken, lang):
        clause = spoken[start:end]
        named = [one for one in days if start <= one.start < end]
        bare = _without(spoken, start, end, named) if lang == "zh" else clause
        theirs = cue(f"{lang}_reported").search(clause)
        ours = cue(f"{lang}_undertaking").search(clause) or cue(f"{lang}_undertaking").search(bare)
        if lang == "zh" and ours and cue("zh_past").search(clause):
            ours = None
        # Whoever is named first says the rest: 我答应他… promises, 他说由我… does not.
        if ours and (theirs is None or ours.start() < theirs.start()):
            return True
        reported = theirs is not None or (reported and ours is None)
        if reported:
            continue
        if lang == "zh" and follows and cue("zh_going_on").search(clause):
            return True
        follows = lang == "zh" and _SPEAKER.search(clause) is not None
        dated = [one for one in named if one.sure != "unsure" and one.kind != "repeating"]
        if lang == "zh" and (cue("zh_delegation").search(clause) or cue("zh_delegation").search(bare)):
            return True
        around = [(one, spoken[start : one.start], spoken[one.end : end]) for one in dated]
        if any(_deed(before, after, lang) for _one, before, after in around):
            return True
        if lang == "zh" and any(_limit(*each) for each in around):
            return True
    return False


def _deed(before: str, after: str, lang: Language) -> bool:
    """Say whether something gets done on a day: in Chinese the deed follows it, in English it may stand anywhere."""
    if lang == "en":
        return bool(cue("en_delegation").search(f"{before} {after}"))
    return not _SOMEBODY.search(before) and bool(cue("zh_deed").search(after))


def _limit(one: NamedDay, before: str, after: str) -> bool:
    """Say whether a Chinese clause sets a limit to what it says: 本周之内反馈, 五一前装到位; not 半年内不能久站."""
    limits = one.kind == "deadline" and one.sure == "sure" and one.text.endswith(("前", "内"))
    return limits and not _SOMEBODY.search(before + after) and not _NOT.match(after)


def _without(text: str, start: int, end: int, days: list[NamedDay]) -> str:
    """Return a clause without the days it names, so that 我下周三前去问 reads as 我去问."""
    kept, at = [], start
    for one in days:
        kept.append(text[at : one.start])
        at = max(at, one.end)
    return "".join([*kept, text[at:end]])


def _clauses(sentence: str, lang: Language) -> Iterator[tuple[int, int]]:
    at = 0
    for comma in _COMMA.finditer(sentence) if lang == "zh" else ():
        yield at, comma.start()
        at = comma.end()
    yield at, len(sentence)


def _owner(sentence: str, lang: Language) -> Owner:
    return "writer" if _WRITER[lang].search(sentence) else "somebody"
