"""Summaries made of the writers' own words: the most central sentences, no two alike. No sentence is invented.

Importing this module loads scipy and scikit-learn; import it where texts are summarised, not in a page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from text.clauses import clause_spans
from text.languages import detect
from text.segment import WORDY, Language, terms

_DAMPING = 0.85
_ROUNDS = 40
_LEAST_LIKENESS = 0.1
_CENTRALITY_AGAINST_NOVELTY = 0.7
_MOST_COMPARED = 120
_ALIKE = 0.6  # as likeness of two sentences: the second would say the first again
# What ties a sentence to one before it, which a reader of the summary does not see.
_TYING = re.compile(
    r"(?:但是|但|可是|可|不过|而且|而|然而|所以|因此|因为|另外|此外|还有|同时|其次|再者|再说|再就是|再有|其实|就是|最后|然后|于是|并且|尤其是|"
    r"第[一二三四五]条?|[一二三四五]是)[，,、：:]\s*|(?:但是|可是|不过|而且|然而|所以|因此|另外|此外|并且|于是)"
    r"|(?:but|and|so|also|or|yet|however|besides|then|still|plus|because|although)\b,?\s+",
    re.IGNORECASE,
)
_FIT_LENGTH: dict[Language, tuple[int, int]] = {"zh": (6, 70), "en": (20, 220)}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A real passage: `texts[row][start:end] == text`."""

    row: int
    start: int
    end: int
    text: str


def summarise(texts: Sequence[str], *, lang: Language | None = None, count: int = 3) -> tuple[Sentence, ...]:
    """Up to `count` sentences of the texts, the most telling first; overlong ones only when there are no others."""
    sentences = _sentences(texts, lang)
    if not sentences:
        return ()
    rows = _weighted([_words(sentence.text, lang) for sentence in sentences])
    return tuple(sentences[place] for place in pick(rows, count))


def pick(rows: sp.csr_matrix, count: int) -> list[int]:
    """Places of up to `count` unit-length rows that stand for all: LexRank for centrality, MMR for variety."""
    likeness = np.asarray((rows @ rows.T).toarray())
    centrality = _lexrank(likeness)
    centrality /= max(centrality.max(), 1e-9)
    chosen: list[int] = []
    while len(chosen) < min(count, len(likeness)):
        repeated = likeness[:, chosen].max(axis=1) if chosen else np.zeros(len(likeness))
        worth = _CENTRALITY_AGAINST_NOVELTY * centrality - (1 - _CENTRALITY_AGAINST_NOVELTY) * repeated
        worth[repeated > _ALIKE] = -np.inf
        worth[chosen] = -np.inf
        if not np.isfinite(worth.max()):
            break
        chosen.append(int(np.argmax(worth)))
    return chosen


def _lexrank(likeness: np.ndarray) -> np.ndarray:
    """How central each row is: the share of a reader's time who hops from row to like row."""
    size = len(likeness)
    hops = np.where(likeness < _LEAST_LIKENESS, 0, likeness)
    hops = hops / np.maximum(hops.sum(axis=1, keepdims=True), 1e-9)
    rank = np.full(size, 1 / size)
    for _ in range(_ROUNDS):
        rank = (1 - _DAMPING) / size + _DAMPING * (rank @ hops)
    return rank


def _sentences(texts: Sequence[str], lang: Language | None) -> list[Sentence]:
    """The sentences of all texts, at most 120, a like number from each text, each wording once."""
    found: list[Sentence] = []
    seen: set[str] = set()
    share = max(1, _MOST_COMPARED // max(1, len(texts)))
    for row, text in enumerate(texts[:_MOST_COMPARED]):
        for start, end in list(clause_spans(text, lang))[:share]:
            start += _tied(text[start:end])
            passage = text[start:end]
            if passage not in seen:
                seen.add(passage)
                found.append(Sentence(row, start, end, passage))
    fit = [sentence for sentence in found if _fits(sentence.text, lang)]
    return fit or found


def _tied(passage: str) -> int:
    """How many code points at the beginning of a passage only tie it to what stood before; none if no more is left."""
    match = _TYING.match(passage)
    return match.end() if match and WORDY.search(passage, match.end()) else 0


def _fits(passage: str, lang: Language | None) -> bool:
    least, most = _FIT_LENGTH[lang or detect(passage)]
    return least <= len(passage) <= most


def _words(passage: str, lang: Language | None) -> list[str]:
    return terms(passage, lang or detect(passage)) or [passage]


def _weighted(documents: list[list[str]]) -> sp.csr_matrix:
    return TfidfVectorizer(analyzer=lambda document: document, sublinear_tf=True).fit_transform(documents)
