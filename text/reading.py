"""Reading: what grouping needs to know of each text by itself, chunk by chunk, wherever a chunk is sent."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from text.clauses import says_nothing
from text.languages import detect
from text.scripts import fold
from text.segment import Language, in_pairs, terms, wordings
from text.thesaurus import themes
from text.vocabulary import NONE, Vocabulary

LONGEST = 4_000
_LONGEST_NOTHING = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says: its language, its terms, how it puts them, and the known themes with their strengths."""

    lang: Language
    terms: list[str]
    wordings: list[str]
    themes: dict[str, float]


def read(
    texts: Sequence[str], *, lang: str = "auto", vocabulary: Vocabulary = NONE, worded: bool = True, themed: bool = True
) -> list[Reading | None]:
    """Read each text, its first 4,000 code points; None for one that says nothing or has no word to compare.

    `lang` is "zh", "en" or "auto": each text by itself. Without `worded` no wordings are made; without `themed` themes
    are asked only of a text without terms. Importable by name and free of state, so that a cluster can run it.
    """
    return [_read(text[:LONGEST], lang, vocabulary, worded, themed) for text in texts]


def _read(text: str, lang: str, vocabulary: Vocabulary, worded: bool, themed: bool) -> Reading | None:
    if len(text) < _LONGEST_NOTHING and says_nothing(text):
        return None
    folded = fold(text)
    spoken: Language = detect(folded) if lang not in ("zh", "en") else ("zh" if lang == "zh" else "en")
    found = terms(folded, spoken, vocabulary)
    known = themes(folded, spoken) if themed or not found else {}
    if not found and not known:
        return None
    # The same words come again and again: kept once each, a million texts fit.
    found = [sys.intern(word) for word in found]
    put: list[str] = []
    if worded:
        put = in_pairs(found) if spoken == "zh" else wordings(folded, spoken, vocabulary)
    return Reading(spoken, found, [sys.intern(word) for word in put], known)
